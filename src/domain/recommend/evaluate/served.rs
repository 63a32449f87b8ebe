//! The lists as they are served: made by the service that makes them for viewers, from the training set.

use std::sync::Arc;

use futures::executor::block_on;

use super::indexed::{IndexedSplit, Viewer};
use super::lists::{LONGEST, Lists};
use super::training::{Forgets, Stands, Threads, TrainingSet};
use crate::domain::catalog::Visibility;
use crate::domain::recommend::cached_lists::Extent;
use crate::domain::recommend::error::RecommendError;
use crate::domain::recommend::features::Features;
use crate::domain::recommend::for_viewer::Ranking;
use crate::domain::recommend::graph::{Incoming, Solution, TasteEdge, Weight};
use crate::domain::recommend::inputs::Inputs;
use crate::domain::recommend::service::RecommendService;
use crate::domain::recommend::similar::{Histories, Ridge, solve_all};
use crate::domain::recommend::tastes::TastesInGraph;
use crate::domain::recommend::types::Recommendation;
use crate::domain::watching::WatchRules;

/// What of the ranking is used.
#[derive(Debug, Clone, Default)]
pub(super) struct Parts {
    /// The constants of the edges.
    pub(super) ridge: Ridge,
    /// The constants of viewers' scores.
    pub(super) ranking: Ranking,
    /// Something that no constant turns off.
    pub(super) without: Option<Without>,
}

/// An ingredient that is left out and has no constant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Without {
    /// The regression: a weight is the cosine of who watched both instead.
    Regression,
    /// The weights below 0.
    NegativeWeights,
    /// The viewer's opinion: every watch counts like a thumb up.
    Opinions,
}

/// The lists as they are served.
pub(super) struct Served<'a> {
    indexed: &'a IndexedSplit<'a>,
    service: RecommendService,
}

impl<'a> Served<'a> {
    pub(super) fn new(indexed: &'a IndexedSplit<'a>, rules: &WatchRules, parts: &Parts) -> Self {
        let mut solutions = solve_all(&histories(indexed), &parts.ridge);
        for solution in &mut solutions {
            leave_out(indexed, parts.without, solution);
        }
        let opinion = |edge: &TasteEdge| match parts.without {
            Some(Without::Opinions) => Some(true),
            _ => edge.liked,
        };
        let training_set = Arc::new(TrainingSet::new(indexed, &solutions, opinion));
        let inputs = Inputs {
            graph: training_set.clone(),
            tastes: Arc::new(TastesInGraph::new(training_set.clone())),
            catalog: training_set.clone(),
            watching: training_set,
            lists: Arc::new(Forgets),
            clock: Arc::new(Stands),
            tasks: Arc::new(Threads),
        };
        Self {
            indexed,
            service: RecommendService::from_inputs(inputs, *rules, parts.ranking),
        }
    }

    fn numbers(&self, list: &[Recommendation]) -> Vec<u32> {
        let indices = list
            .iter()
            .filter_map(|found| self.indexed.index(found.title));
        indices.take(LONGEST).collect()
    }
}

// Everything is in memory, so nothing is waited for but what is computed for all lists once.
impl Lists for Served<'_> {
    fn for_viewer(&self, viewer: &Viewer) -> Result<Vec<u32>, RecommendError> {
        let all = Visibility::everything();
        let list = self
            .service
            .recommendations(&all, viewer.profile, None, Extent::Page);
        Ok(self.numbers(&block_on(list)?))
    }

    fn on_page(&self, title: u32) -> Result<Vec<u32>, RecommendError> {
        let all = Visibility::everything();
        let list = self.service.similar(&all, self.indexed.title(title), None);
        Ok(self.numbers(&block_on(list)?))
    }
}

/// Who watched what, as the edges are computed from it.
fn histories(indexed: &IndexedSplit<'_>) -> Histories {
    let mut histories = Histories::default();
    for title in &indexed.titles {
        histories.put_title(Features::from(&**title));
    }
    for (profile, edges) in &indexed.split.train {
        let said = edges.iter().filter(|edge| edge.says_something());
        let watched = said.map(|edge| (edge.last_at, edge.title, edge.liked == Some(true)));
        histories.put_latest(*profile, watched.collect());
    }
    histories
}

fn leave_out(indexed: &IndexedSplit<'_>, without: Option<Without>, solution: &mut Solution) {
    let watchers = |title| {
        indexed
            .index(title)
            .map_or(0, |index| indexed.watchers(index))
    };
    match without {
        Some(Without::Regression) => {
            let of_end = watchers(solution.title);
            for half in &mut solution.incoming {
                half.weight = cosine(half, watchers(half.from) * of_end);
            }
        }
        Some(Without::NegativeWeights) => {
            solution.incoming.retain(|half| half.weight.sum > 0.0);
        }
        Some(Without::Opinions) | None => {}
    }
}

fn cosine(half: &Incoming, product: usize) -> Weight {
    #[expect(clippy::cast_precision_loss, reason = "fewer than 2^53 viewers")]
    let norm = (product.max(1) as f64).sqrt();
    Weight {
        sum: f64::from(half.co_watches) / norm,
        ..Weight::default()
    }
}

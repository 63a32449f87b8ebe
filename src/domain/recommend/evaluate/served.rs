//! The lists as they are served: the service that makes them for viewers makes them of what an evaluation shows.

use std::sync::Arc;

use futures::executor::block_on;

use super::field::{Field, Viewer};
use super::lists::{LONGEST, Lists};
use super::shown::{Forgets, Shown, Stands, Threads};
use crate::domain::catalog::Visibility;
use crate::domain::recommend::cached_lists::Extent;
use crate::domain::recommend::error::RecommendError;
use crate::domain::recommend::features::Features;
use crate::domain::recommend::for_viewer::Ranking;
use crate::domain::recommend::graph::{Incoming, Solution, TasteEdge, Weight};
use crate::domain::recommend::inputs::Inputs;
use crate::domain::recommend::service::RecommendService;
use crate::domain::recommend::similar::{Histories, Ridge, solve_all};
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
    field: &'a Field<'a>,
    service: RecommendService,
}

impl<'a> Served<'a> {
    pub(super) fn new(field: &'a Field<'a>, rules: &WatchRules, parts: &Parts) -> Self {
        let mut solutions = solve_all(&histories(field), &parts.ridge);
        for solution in &mut solutions {
            leave_out(field, parts.without, solution);
        }
        let opinion = |edge: &TasteEdge| match parts.without {
            Some(Without::Opinions) => Some(true),
            _ => edge.liked,
        };
        let shown = Arc::new(Shown::new(field, &solutions, opinion));
        let inputs = Inputs {
            graph: shown.clone(),
            catalog: shown.clone(),
            watching: shown,
            lists: Arc::new(Forgets),
            clock: Arc::new(Stands),
            tasks: Arc::new(Threads),
        };
        Self {
            field,
            service: RecommendService::from_inputs(inputs, *rules, parts.ranking),
        }
    }

    fn numbers(&self, list: &[Recommendation]) -> Vec<u32> {
        let indices = list
            .iter()
            .filter_map(|found| self.field.index(found.title));
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
        let list = self.service.similar(&all, self.field.title(title), None);
        Ok(self.numbers(&block_on(list)?))
    }
}

/// Who watched what, as the edges are computed from it.
fn histories(field: &Field<'_>) -> Histories {
    let mut histories = Histories::default();
    for title in &field.titles {
        histories.put_title(Features::from(&**title));
    }
    for (profile, edges) in &field.split.train {
        let said = edges.iter().filter(|edge| edge.says_something());
        let watched = said.map(|edge| (edge.last_at, edge.title, edge.liked == Some(true)));
        histories.put_latest(*profile, watched.collect());
    }
    histories
}

fn leave_out(field: &Field<'_>, without: Option<Without>, solution: &mut Solution) {
    let watchers = |title| field.index(title).map_or(0, |index| field.watchers(index));
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

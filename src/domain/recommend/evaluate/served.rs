//! The lists as they are served: made from a split by the code that makes them for viewers, without a store.

use std::collections::HashMap;
use std::sync::Arc;

use super::field::{Field, Viewer};
use super::lists::{LONGEST, Lists};
use crate::domain::ids::TitleId;
use crate::domain::page::MAX_PAGE;
use crate::domain::recommend::edges::edges_by_start;
use crate::domain::recommend::features::{Features, Rarity};
use crate::domain::recommend::for_viewer::{Grounds, Ranking, draft};
use crate::domain::recommend::graph::{Incoming, SimilarEdge, Solution, Taste, TasteEdge, Weight};
use crate::domain::recommend::popular::popular;
use crate::domain::recommend::service::MAX_FOR_VIEWER;
use crate::domain::recommend::similar::{Histories, MAX_HISTORY, Ridge, solve_all};
use crate::domain::recommend::title_page::like_title;
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
    rules: WatchRules,
    ranking: Ranking,
    has_opinions: bool,
    /// The `SIMILAR` edges from each title.
    edges: Vec<Arc<[SimilarEdge]>>,
    features: HashMap<TitleId, Features>,
    rarity: Rarity,
    /// The most watched titles, the most watched first.
    most_watched: Vec<u32>,
}

impl<'a> Served<'a> {
    pub(super) fn new(field: &'a Field<'a>, rules: &WatchRules, parts: &Parts) -> Self {
        let mut solutions = solve_all(&histories(field), &parts.ridge);
        for solution in &mut solutions {
            leave_out(field, parts.without, solution);
        }
        let mut edges: Vec<Arc<[SimilarEdge]>> = vec![Arc::default(); field.titles.len()];
        for (start, of_start) in edges_by_start(&solutions) {
            if let Some(place) = field.place(start) {
                edges[place as usize] = of_start.into();
            }
        }
        let mut most_watched: Vec<u32> = (0..).zip(&field.titles).map(|(place, _)| place).collect();
        most_watched.sort_by_key(|place| std::cmp::Reverse(field.watchers(*place)));
        most_watched.truncate(MAX_PAGE);
        let features = field.titles.iter().map(|title| (title.id, title.clone()));
        Self {
            field,
            rules: *rules,
            ranking: parts.ranking,
            has_opinions: parts.without != Some(Without::Opinions),
            edges,
            features: features.collect(),
            rarity: Rarity::among(field.titles.iter()),
            most_watched,
        }
    }

    fn taste(&self, viewer: &Viewer) -> Taste {
        let said = viewer.history.iter().filter(|edge| edge.says_something());
        let heard = said.take(Taste::EDGES).map(|edge| TasteEdge {
            liked: if self.has_opinions {
                edge.liked
            } else {
                Some(true)
            },
            ..*edge
        });
        Taste {
            edges: heard.collect(),
        }
    }

    fn edges_from(&self, title: TitleId) -> Arc<[SimilarEdge]> {
        let place = self.field.place(title);
        place.map_or_else(Arc::default, |place| {
            Arc::clone(&self.edges[place as usize])
        })
    }

    fn most_watched(&self) -> impl Iterator<Item = &Features> {
        self.most_watched
            .iter()
            .map(|place| self.field.title(*place))
    }

    /// As [`crate::domain::recommend::RecommendService::recommendations`] does with what the stores have, but that
    /// nothing is hidden or muted and no film waits for another part of its collection.
    fn recommendations(&self, viewer: &Viewer) -> Vec<Recommendation> {
        let is_wanted = |title: TitleId| {
            let place = self.field.place(title);
            place.is_some_and(|place| self.field.may_list(place) && !viewer.has_seen(place))
        };
        let taste = self.taste(viewer);
        if taste.edges.is_empty() {
            let known = self.most_watched();
            let candidates: Vec<_> = known
                .map(|title| (title.clone(), title.genres.first().copied()))
                .collect();
            let mut list = popular(&candidates);
            list.retain(|found| is_wanted(found.title));
            return list;
        }
        let watchers = |title| self.features.get(&title).map_or(0, |title| title.watchers);
        let fresh = |at| self.rules.weight(1.0, at);
        let voices = self.ranking.voices(&taste, fresh, watchers);
        let lists: Vec<_> = taste
            .edges
            .iter()
            .map(|edge| self.edges_from(edge.title))
            .collect();
        let known = self.most_watched().map(|title| title.id);
        let drafted = draft(&voices, &lists, known).map(|draft| draft.title);
        let chosen: Vec<TitleId> = drafted
            .filter(|title| is_wanted(*title))
            .take(MAX_FOR_VIEWER)
            .collect();
        let seeds: Vec<Option<&Features>> = voices
            .iter()
            .map(|voice| self.features.get(&voice.title))
            .collect();
        let grounds = Grounds {
            voices: &voices,
            lists: &lists,
            seeds: &seeds,
            rarity: &self.rarity,
            muted: &[],
            lifts: &HashMap::new(),
            most_watched: self.most_watched().next().map_or(0, |title| title.watchers),
        };
        let chosen = chosen.iter().filter_map(|title| self.features.get(title));
        self.ranking.explain(&grounds, &chosen.collect::<Vec<_>>())
    }

    fn numbers(&self, list: &[Recommendation]) -> Vec<u32> {
        let places = list
            .iter()
            .filter_map(|found| self.field.place(found.title));
        places.take(LONGEST).collect()
    }
}

impl Lists for Served<'_> {
    fn for_viewer(&self, viewer: &Viewer) -> Vec<u32> {
        self.numbers(&self.recommendations(viewer))
    }

    fn on_page(&self, title: u32) -> Vec<u32> {
        let edges = self.edges[title as usize].iter();
        let edges: Vec<SimilarEdge> = edges.filter(|edge| edge.affinity > 0.0).copied().collect();
        let features = edges
            .iter()
            .filter_map(|edge| Some((edge.to, self.features.get(&edge.to)?.clone())))
            .collect();
        self.numbers(&like_title(
            self.field.title(title),
            &edges,
            &features,
            &self.rarity,
        ))
    }
}

/// Who watched what, as the edges are computed from it.
fn histories(field: &Field<'_>) -> Histories {
    let mut histories = Histories::default();
    for title in &field.titles {
        histories.put_title(title.clone());
    }
    for (profile, edges) in &field.split.train {
        let said = edges.iter().filter(|edge| edge.says_something());
        let mut latest: Vec<&TasteEdge> = said.take(MAX_HISTORY).collect();
        latest.sort_by_key(|edge| (edge.last_at, edge.title));
        let watched = latest
            .iter()
            .map(|edge| (edge.title, edge.liked == Some(true)));
        histories.put_profile(*profile, watched);
    }
    histories
}

fn leave_out(field: &Field<'_>, without: Option<Without>, solution: &mut Solution) {
    let watchers = |title| field.place(title).map_or(0, |place| field.watchers(place));
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

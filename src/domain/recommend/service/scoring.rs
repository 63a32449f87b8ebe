//! What the candidates of a profile are scored by, and what speaks for them.

use std::collections::HashMap;
use std::sync::Arc;

use super::RecommendService;
use super::excluded::Excluded;
use crate::domain::catalog::{Title, Visibility};
use crate::domain::ids::TitleId;
use crate::domain::recommend::error::RecommendError;
use crate::domain::recommend::features::{Features, Rarity};
use crate::domain::recommend::for_viewer::{Grounds, Lift, Vote};
use crate::domain::recommend::graph::{SimilarEdge, SimilarLists, Taste, TasteEdge};
use crate::domain::recommend::types::Recommendation;
use crate::domain::watching::MutedSource;

/// What a profile's candidates are scored by: its taste, and the votes of its titles.
pub(super) struct Scoring {
    pub(super) taste: Arc<Taste>,
    pub(super) votes: Vec<Vote>,
    pub(super) lists: Vec<Arc<[SimilarEdge]>>,
    /// Of each vote's title; `None` if it has left the catalogue.
    pub(super) seeds: Vec<Option<Features>>,
    pub(super) muted: Vec<MutedSource>,
    pub(super) rarity: Arc<Rarity>,
    most_watched: u64,
}

impl RecommendService {
    /// What the candidates of a taste are scored by. What may not be seen still speaks, but is not named.
    pub(super) async fn scoring(
        &self,
        visibility: &Visibility,
        excluded: &Excluded,
        taste: Arc<Taste>,
        similar: SimilarLists,
    ) -> Result<Scoring, RecommendError> {
        let titles: Vec<TitleId> = taste.edges.iter().map(|edge| edge.title).collect();
        let titles = self
            .catalog
            .titles(&Visibility::everything(), &titles)
            .await?;
        let titles: HashMap<TitleId, &Title> =
            titles.iter().map(|title| (title.id, &**title)).collect();
        let watchers = |title| titles.get(&title).map_or(0, |title| title.watchers);
        let seed = |edge: &TasteEdge| titles.get(&edge.title).map(|title| Features::from(*title));
        let fresh = |at| self.rules.weight(1.0, at);
        let most_watched = self.statistics.most_watched(visibility, None).await?;
        let mut votes = self.ranking.votes(&taste, fresh, watchers);
        for vote in &mut votes {
            let title = titles.get(&vote.title);
            vote.named = title.is_some_and(|title| visibility.shows(title));
        }
        Ok(Scoring {
            votes,
            seeds: taste.edges.iter().map(seed).collect(),
            taste,
            lists: similar.lists,
            muted: excluded.muted.clone(),
            rarity: self.statistics.rarity().await?,
            most_watched: most_watched.first().map_or(0, |title| title.watchers),
        })
    }

    /// These titles with what speaks for them.
    pub(super) fn explain(
        &self,
        scoring: &Scoring,
        titles: &[Arc<Title>],
        lifts: &HashMap<TitleId, Lift>,
    ) -> Vec<Recommendation> {
        let titles: Vec<Features> = titles
            .iter()
            .map(|title| Features::from(&**title))
            .collect();
        let seeds: Vec<Option<&Features>> = scoring.seeds.iter().map(Option::as_ref).collect();
        let grounds = Grounds {
            votes: &scoring.votes,
            lists: &scoring.lists,
            seeds: &seeds,
            rarity: &scoring.rarity,
            muted: &scoring.muted,
            lifts,
            most_watched: scoring.most_watched,
        };
        self.ranking
            .explain(&grounds, &titles.iter().collect::<Vec<_>>())
    }
}

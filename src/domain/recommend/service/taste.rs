//! A profile's taste, as its suggestions go by it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::RecommendService;
use crate::domain::catalog::Visibility;
use crate::domain::ids::ProfileId;
use crate::domain::recommend::error::RecommendError;
use crate::domain::recommend::similar::FOR_VIEWERS;
use crate::domain::watching::MutedSource;

/// What a profile's titles add up to for a genre or a person.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TasteWeight {
    /// The genre or the person.
    pub source: MutedSource,
    /// How much it speaks for a title that the profile has not watched: the mean over the watched titles of how much
    /// each has to say, by what it would weigh to share the source with it. Below 0 if it speaks against one.
    pub weight: f64,
    /// How many of the watched titles it is in.
    pub watches: usize,
    /// When the last of them was watched.
    pub last_watched_at: DateTime<Utc>,
    /// Whether the profile has muted it.
    pub muted: bool,
}

impl RecommendService {
    /// A profile's taste, as its suggestions go by it: genres and people, those that speak the most first, ties by
    /// source; at most `limit`.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn taste_weights(
        &self,
        visibility: &Visibility,
        profile: ProfileId,
        limit: usize,
    ) -> Result<Vec<TasteWeight>, RecommendError> {
        let known = self.known(profile).await?;
        let reading = self.reading(visibility, profile, known).await?;
        let Some((scoring, _)) = reading.scoring else {
            return Ok(Vec::new());
        };
        let mut weights: BTreeMap<MutedSource, TasteWeight> = BTreeMap::new();
        let mut all = 0.0;
        let seeds = scoring.votes.iter().zip(&scoring.seeds);
        for ((vote, seed), edge) in seeds.zip(&scoring.taste.edges) {
            let Some(title) = seed.as_ref().filter(|_| vote.named) else {
                continue;
            };
            all += vote.strength.abs();
            let mut add = |source: MutedSource, shared: f64| {
                let weight = weights.entry(source).or_insert_with(|| TasteWeight {
                    source,
                    weight: 0.0,
                    watches: 0,
                    last_watched_at: edge.last_at,
                    muted: scoring.muted.contains(&source),
                });
                weight.weight += vote.strength * shared;
                weight.watches += 1;
                weight.last_watched_at = weight.last_watched_at.max(edge.last_at);
            };
            for person in &title.directors {
                add(MutedSource::Person(*person), FOR_VIEWERS.director);
            }
            for person in title
                .actors
                .iter()
                .filter(|one| !title.directors.contains(one))
            {
                add(MutedSource::Person(*person), FOR_VIEWERS.actor);
            }
            let norm = scoring.rarity.norm(&title.genres);
            for genre in title.genres.iter().filter(|_| norm > 0.0) {
                let share = scoring.rarity.of(*genre) / norm;
                add(MutedSource::Genre(*genre), FOR_VIEWERS.genre * share);
            }
        }
        let mut weights: Vec<TasteWeight> = weights
            .into_values()
            .map(|one| TasteWeight {
                weight: if all > 0.0 { one.weight / all } else { 0.0 },
                ..one
            })
            .collect();
        weights.sort_by(|a, b| b.weight.total_cmp(&a.weight).then(a.source.cmp(&b.source)));
        weights.truncate(limit);
        Ok(weights)
    }
}

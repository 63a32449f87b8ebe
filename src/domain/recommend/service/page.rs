//! The page that is made for a profile.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::TimeDelta;

use super::excluded::Excluded;
use super::scoring::Scoring;
use super::{RecommendService, without_graph};
use crate::domain::catalog::{Title, Visibility};
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::page::MAX_PAGE;
use crate::domain::recommend::cached_lists::Extent;
use crate::domain::recommend::error::RecommendError;
use crate::domain::recommend::material::Material;
use crate::domain::recommend::reasons::Reasons;
use crate::domain::recommend::rows::{Offer, RowKind};
use crate::domain::recommend::types::{ReasonKind, ReasonSource, Recommendation};

/// How long ago something must have been watched to be offered again.
const AGAIN: TimeDelta = TimeDelta::days(90);
/// How many titles are enough for a row, whatever of them the profile has watched.
const ENOUGH: usize = MAX_PAGE / 2;

impl RecommendService {
    /// What pages for a profile, or for everybody if it is for none, are made of: what is suggested, and what else there
    /// is. It stays the same until something is watched.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn material(
        &self,
        visibility: &Visibility,
        profile: Option<ProfileId>,
    ) -> Result<Material, RecommendError> {
        let Some(profile) = profile else {
            return self.material_for_all(visibility).await;
        };
        let visibility = &visibility.only_published(self.statistics.now());
        let key = Self::key(visibility, profile, None);
        let known = self.known(profile).await?;
        let cached = self.cached(visibility, &key, &known, Extent::Whole).await?;
        let reading = self.reading(visibility, profile, known).await?;
        let (list, _) = match cached {
            Some(list) => list,
            None => self.make(visibility, key, &reading, Extent::Whole).await?,
        };
        let excluded = &reading.excluded;
        let scoring = reading.scoring.as_ref().map(|(scoring, _)| scoring);
        let mut others = self.of_these_days(visibility, excluded, scoring).await?;
        if let Some(scoring) = scoring {
            others.push(Offer {
                kind: RowKind::Rewatch,
                titles: self.watched_with_pleasure(scoring),
            });
        }
        Ok(Material { list, others })
    }

    /// What pages for everybody are made of: the most watched titles, what is watched lately, and what is new.
    async fn material_for_all(&self, visibility: &Visibility) -> Result<Material, RecommendError> {
        let visibility = &visibility.only_published(self.statistics.now());
        let nothing = &Excluded::nothing();
        let list = self.known_titles(visibility, nothing, None).await?;
        Ok(Material {
            list: list.into(),
            others: self.of_these_days(visibility, nothing, None).await?,
        })
    }

    /// What is watched lately, and what is new.
    async fn of_these_days(
        &self,
        visibility: &Visibility,
        excluded: &Excluded,
        scoring: Option<&Scoring>,
    ) -> Result<Vec<Offer>, RecommendError> {
        Ok(vec![
            Offer {
                kind: RowKind::Trending,
                titles: self.trending(visibility, excluded, scoring).await?,
            },
            Offer {
                kind: RowKind::New,
                titles: self.new_titles(visibility, excluded, scoring).await?,
            },
        ])
    }

    /// The titles that the most profiles watched in the last seven days, at most 5000, with how many that were, the most
    /// first, whoever may see them: counted now, and what suggestions show as trending from now on.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn count_lately(&self) -> Result<Arc<Vec<(TitleId, u64)>>, RecommendError> {
        Ok(self.statistics.count_lately().await?)
    }

    /// What the most people have watched in the last days, in that order.
    async fn trending(
        &self,
        visibility: &Visibility,
        excluded: &Excluded,
        scoring: Option<&Scoring>,
    ) -> Result<Vec<Recommendation>, RecommendError> {
        let trending = match self.statistics.trending().await {
            Ok(trending) => trending,
            Err(error) => without_graph(error)?,
        };
        let mut titles = Vec::new();
        let mut order: HashMap<TitleId, usize> = HashMap::new();
        for some in trending.chunks(MAX_PAGE) {
            let ids: Vec<TitleId> = some.iter().map(|(title, _)| *title).collect();
            titles.extend(self.catalog.titles(visibility, &ids).await?);
            let place = order.len();
            order.extend(ids.into_iter().zip(place..));
            if titles.len() >= ENOUGH {
                break;
            }
        }
        let mut list = self.offered(visibility, excluded, scoring, titles).await?;
        list.sort_by_key(|found| order.get(&found.title).copied());
        Ok(list)
    }

    /// What was added lately, the best for the profile first.
    async fn new_titles(
        &self,
        visibility: &Visibility,
        excluded: &Excluded,
        scoring: Option<&Scoring>,
    ) -> Result<Vec<Recommendation>, RecommendError> {
        let titles = self.statistics.new_titles(visibility).await?;
        let titles = self.seen_of(visibility, &titles).await?;
        self.offered(visibility, excluded, scoring, titles).await
    }

    /// These titles, but for those that the profile has passed over, the best first.
    async fn offered(
        &self,
        visibility: &Visibility,
        excluded: &Excluded,
        scoring: Option<&Scoring>,
        mut titles: Vec<Arc<Title>>,
    ) -> Result<Vec<Recommendation>, RecommendError> {
        let ids = titles.iter().map(|title| title.id);
        let passed_over = self.passed_over(excluded, ids).await?;
        titles.retain(|title| !passed_over.contains(&title.id));
        self.leave_out_later_parts(visibility, excluded, &mut titles)
            .await?;
        let Some(scoring) = scoring else {
            return Ok(titles.iter().map(|title| popular_only(title)).collect());
        };
        Ok(self.explain(scoring, &titles, &HashMap::new()))
    }

    /// What was watched to the end and liked, or at least not disliked, and not lately: the best first.
    fn watched_with_pleasure(&self, scoring: &Scoring) -> Vec<Recommendation> {
        let before = self.statistics.now() - AGAIN;
        let mut list: Vec<Recommendation> = scoring
            .taste
            .edges
            .iter()
            .zip(&scoring.votes)
            .filter(|(edge, vote)| edge.last_at < before && vote.named)
            .filter_map(|(edge, _)| {
                let opinion = self
                    .ranking
                    .opinion(edge, self.rules.weight(1.0, edge.last_at));
                let kind = match edge.liked {
                    Some(true) => ReasonKind::Liked,
                    _ => ReasonKind::Watched,
                };
                let mut reasons = Reasons::default();
                reasons.add(kind, ReasonSource::Title(edge.title), opinion);
                (edge.completions > 0 && opinion > 0.0)
                    .then(|| reasons.into_recommendation(edge.title))
            })
            .collect();
        list.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.title.cmp(&b.title)));
        list
    }
}

/// A title of which nothing is to be said but that it is watched.
fn popular_only(title: &Title) -> Recommendation {
    let mut reasons = Reasons::default();
    #[expect(clippy::cast_precision_loss, reason = "fewer than 2^53 viewers")]
    let watchers = title.watchers as f64;
    reasons.add(
        ReasonKind::Popular,
        ReasonSource::Title(title.id),
        watchers + 1.0,
    );
    reasons.into_recommendation(title.id)
}

//! The page that is made for a profile.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::TimeDelta;
use futures::try_join;

use super::excluded::Excluded;
use super::scoring::Scoring;
use super::{RecommendService, without_graph};
use crate::domain::catalog::{Title, Visibility};
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::page::MAX_PAGE;
use crate::domain::recommend::cached_lists::Extent;
use crate::domain::recommend::error::RecommendError;
use crate::domain::recommend::reasons::Reasons;
use crate::domain::recommend::rows::{Key, Offer, Row, RowKind, alone, lay_out};
use crate::domain::recommend::types::{ReasonKind, ReasonSource, Recommendation};

/// How long ago something must have been watched to be offered again.
const AGAIN: TimeDelta = TimeDelta::days(90);
/// How many titles are enough for a row, whatever of them the profile has watched.
const ENOUGH: usize = MAX_PAGE / 2;

impl RecommendService {
    /// A page for a profile, or for everybody if it is for none: at most `rows` rows of `items_per_row` titles, none with
    /// fewer than 4, and what follows in each, 300 titles at the most. No title is in two of them; all stays the same until
    /// something is watched.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn rows(
        &self,
        visibility: &Visibility,
        profile: Option<ProfileId>,
        rows: usize,
        items_per_row: usize,
    ) -> Result<Vec<Row>, RecommendError> {
        let (list, offers) = self.what_there_is(visibility, profile).await?;
        Ok(lay_out(&list, &offers, rows, items_per_row))
    }

    /// The longest page with so many titles in each row, and those of the wanted rows that are not on it, each by itself:
    /// pages whose rows have another length may have had them.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn find_rows(
        &self,
        visibility: &Visibility,
        profile: Option<ProfileId>,
        items_per_row: usize,
        wanted: &[Key],
    ) -> Result<(Vec<Row>, Vec<Row>), RecommendError> {
        let (list, offers) = self.what_there_is(visibility, profile).await?;
        let page = lay_out(&list, &offers, MAX_PAGE, items_per_row);
        let is_on_it = |key: &Key| page.iter().any(|row| (row.kind, row.seed) == *key);
        let others = wanted.iter().copied().filter(|key| !is_on_it(key));
        let others: Vec<Key> = others.collect();
        let others = alone(&list, &offers, &others, items_per_row);
        Ok((page, others))
    }

    /// What a page is made of: what is suggested to a profile, and what else there is.
    async fn what_there_is(
        &self,
        visibility: &Visibility,
        profile: Option<ProfileId>,
    ) -> Result<(Arc<[Recommendation]>, Vec<Offer>), RecommendError> {
        let Some(profile) = profile else {
            return self.what_there_is_for_all(visibility).await;
        };
        let visibility = &visibility.only_published(self.statistics.now());
        let (taste, excluded) = try_join!(self.read_taste(profile), self.excluded(profile))?;
        let scoring = match taste {
            Some((taste, similar)) => {
                let scoring = self.scoring(visibility, &excluded, taste, similar);
                Some(scoring.await?)
            }
            None => None,
        };
        let list = self
            .recommendations(visibility, profile, None, Extent::Whole)
            .await?;
        let mut offers = vec![
            Offer {
                kind: RowKind::Trending,
                titles: self
                    .trending(visibility, &excluded, scoring.as_ref())
                    .await?,
            },
            Offer {
                kind: RowKind::New,
                titles: self
                    .new_titles(visibility, &excluded, scoring.as_ref())
                    .await?,
            },
        ];
        if let Some(scoring) = &scoring {
            offers.push(Offer {
                kind: RowKind::Rewatch,
                titles: self.watched_with_pleasure(scoring),
            });
        }
        Ok((list, offers))
    }

    /// What a page for everybody is made of: the most watched titles, what is watched lately, and what is new.
    async fn what_there_is_for_all(
        &self,
        visibility: &Visibility,
    ) -> Result<(Arc<[Recommendation]>, Vec<Offer>), RecommendError> {
        let visibility = &visibility.only_published(self.statistics.now());
        let nothing = &Excluded::nothing();
        let list = self.known_titles(visibility, nothing, None).await?;
        let offers = vec![
            Offer {
                kind: RowKind::Trending,
                titles: self.trending(visibility, nothing, None).await?,
            },
            Offer {
                kind: RowKind::New,
                titles: self.new_titles(visibility, nothing, None).await?,
            },
        ];
        Ok((list.into(), offers))
    }

    /// The titles that the most profiles watched in the last seven days, at most 5000, with how many that were, the most
    /// first, whoever may see them.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn watched_lately(&self) -> Result<Vec<(TitleId, u64)>, RecommendError> {
        Ok(self.statistics.watched_lately().await?)
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
        for ids in trending.chunks(MAX_PAGE) {
            titles.extend(self.catalog.titles(visibility, ids).await?);
            if titles.len() >= ENOUGH {
                break;
            }
        }
        let mut list = self.offered(visibility, excluded, scoring, titles).await?;
        let order: HashMap<TitleId, usize> = trending.iter().copied().zip(0..).collect();
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

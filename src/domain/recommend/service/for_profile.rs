//! What is suggested to a profile.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::TimeDelta;
use rustc_hash::FxHashSet;

use super::RecommendService;
use super::excluded::Excluded;
use super::reading::{Known, Reading};
use super::scoring::Scoring;
use crate::domain::catalog::{Title, TitleKind, Visibility};
use crate::domain::ids::{CollectionId, ProfileId, TitleId};
use crate::domain::page::MAX_PAGE;
use crate::domain::recommend::cached_lists::{CachedList, Extent, ListKey};
use crate::domain::recommend::error::RecommendError;
use crate::domain::recommend::features::Features;
use crate::domain::recommend::for_viewer::{Draft, Lift, draft};
use crate::domain::recommend::popular::popular;
use crate::domain::recommend::reasons::rank;
use crate::domain::recommend::types::Recommendation;

/// The longest list for a viewer.
const MAX_FOR_VIEWER: usize = 300;
/// The longest short page: made from a third of what the longest page takes.
const SHORT_PAGE: usize = 30;
/// How long a list is fresh although nothing of the profile changed: the catalogue and what is popular may.
const FRESH: TimeDelta = TimeDelta::seconds(10);

/// What of a list was chosen so far.
#[derive(Default)]
struct SoFar {
    /// How many titles were chosen.
    chosen: usize,
    /// The collections that have their suggestion.
    collections: HashSet<CollectionId>,
    lifts: HashMap<TitleId, Lift>,
}

impl Extent {
    /// What a page of so many titles is made of.
    pub(super) fn of_page(titles: usize) -> Self {
        if titles <= SHORT_PAGE {
            Self::ShortPage
        } else {
            Self::Page
        }
    }

    /// How many titles it has at least: one more than a page says that there is more.
    fn titles(self) -> usize {
        match self {
            Self::ShortPage => SHORT_PAGE + 1,
            Self::Page => MAX_PAGE + 1,
            Self::Whole => MAX_FOR_VIEWER,
        }
    }

    /// How many titles are looked at together: enough, although some are left out.
    fn look_at(self) -> usize {
        self.titles() * 4 / 3
    }
}

impl RecommendService {
    /// Titles for a profile, the best first, at most 300; never one that it has watched, rated or hidden, nor one that
    /// is not published, and of a collection only the next part. Without a taste, and while the graph does not answer
    /// and none of the edges is in memory, they are the most watched titles of several genres. Whatever the extent,
    /// what it has of the list is the same.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn recommendations(
        &self,
        visibility: &Visibility,
        profile: ProfileId,
        kinds: Option<&[TitleKind]>,
        extent: Extent,
    ) -> Result<Arc<[Recommendation]>, RecommendError> {
        let (list, _) = self.list(visibility, profile, kinds, extent).await?;
        Ok(list)
    }

    /// A list, and how much of it that is.
    pub(super) async fn list(
        &self,
        visibility: &Visibility,
        profile: ProfileId,
        kinds: Option<&[TitleKind]>,
        extent: Extent,
    ) -> Result<(Arc<[Recommendation]>, Extent), RecommendError> {
        let visibility = &visibility.only_published(self.statistics.now());
        let key = Self::key(visibility, profile, kinds);
        let known = self.known(profile).await?;
        if let Some(cached) = self.cached(visibility, &key, &known, extent).await? {
            return Ok(cached);
        }
        let reading = self.reading(visibility, profile, known).await?;
        self.make(visibility, key, &reading, extent).await
    }

    /// What a list is cached under.
    pub(super) fn key(
        visibility: &Visibility,
        profile: ProfileId,
        kinds: Option<&[TitleKind]>,
    ) -> ListKey {
        ListKey {
            profile,
            audience: visibility.audience(),
            kinds: kinds.map(<[TitleKind]>::to_vec),
        }
    }

    /// At least so much of the list that was cached, and how much that is, if nothing has changed since.
    pub(super) async fn cached(
        &self,
        visibility: &Visibility,
        key: &ListKey,
        known: &Known,
        extent: Extent,
    ) -> Result<Option<(Arc<[Recommendation]>, Extent)>, RecommendError> {
        if let Some(cached) = self.lists.get(key)
            && let Some((taste, similar)) = &known.taste
            && Arc::ptr_eq(&cached.taste, taste)
            && cached.version == similar.version
            && cached.extent >= extent
            && self.statistics.now() - cached.made_at < FRESH
        {
            let list = self.still_seen(visibility, cached.list).await?;
            return Ok(Some((list, cached.extent)));
        }
        Ok(None)
    }

    /// Makes a list of what was read, and caches it. Says how much of it that is.
    pub(super) async fn make(
        &self,
        visibility: &Visibility,
        key: ListKey,
        reading: &Reading,
        extent: Extent,
    ) -> Result<(Arc<[Recommendation]>, Extent), RecommendError> {
        let (kinds, excluded) = (key.kinds.as_deref(), &reading.excluded);
        let Some((scoring, version)) = &reading.scoring else {
            let known = self.known_titles(visibility, excluded, kinds).await?;
            return Ok((known.into(), Extent::Whole));
        };
        let suggested = self.suggest(visibility, excluded, scoring, kinds, extent);
        let (list, extent) = suggested.await?;
        let list: Arc<[Recommendation]> = list.into();
        self.lists.put(
            reading.begun,
            key,
            CachedList {
                taste: Arc::clone(&scoring.taste),
                version: *version,
                made_at: reading.at,
                extent,
                list: Arc::clone(&list),
            },
        );
        Ok((list, extent))
    }

    /// A list that was kept, without what may not be seen any more.
    pub(super) async fn still_seen(
        &self,
        visibility: &Visibility,
        list: Arc<[Recommendation]>,
    ) -> Result<Arc<[Recommendation]>, RecommendError> {
        let titles = list.iter().map(|found| found.title);
        let seen = self.catalog.visible_titles(visibility, titles).await?;
        if seen.len() == list.len() {
            return Ok(list);
        }
        let list = list.iter().filter(|found| seen.contains(&found.title));
        Ok(list.cloned().collect())
    }

    /// A list, and how much of it that is: it may be short.
    async fn suggest(
        &self,
        visibility: &Visibility,
        excluded: &Excluded,
        scoring: &Scoring,
        kinds: Option<&[TitleKind]>,
        extent: Extent,
    ) -> Result<(Vec<Recommendation>, Extent), RecommendError> {
        // Whatever else is left out, a list gets full.
        let most_watched = self.statistics.most_watched(visibility, kinds).await?;
        let known = most_watched.iter().map(|title| title.id);
        let watched: FxHashSet<TitleId> = scoring.votes.iter().map(|vote| vote.title).collect();
        let mut drafts = draft(&scoring.votes, &scoring.lists, known)
            .filter(|draft| !watched.contains(&draft.title))
            .peekable();
        let most_added = self.ranking.most_of_popularity(scoring.votes.len());
        let mut list: Vec<Recommendation> = Vec::new();
        let mut so_far = SoFar::default();
        while so_far.chosen < MAX_FOR_VIEWER
            && let Some(next) = drafts.peek()
        {
            // What comes can get no better than this, unless what speaks against it is muted.
            let best = next.score + most_added;
            let enough = extent.titles();
            if extent < Extent::Whole
                && scoring.muted.is_empty()
                && list.get(enough - 1).is_some_and(|last| last.score > best)
            {
                list.truncate(enough);
                return Ok((list, extent));
            }
            let together = self
                .seen_drafts(visibility, &mut drafts, extent.look_at())
                .await?;
            let chosen = self
                .choose(visibility, excluded, together, kinds, &mut so_far)
                .await?;
            list.extend(self.explain(scoring, &chosen, &so_far.lifts));
            rank(&mut list);
        }
        Ok((list, Extent::Whole))
    }

    /// About `wanted` of the next drafts whose titles may be seen, or all that are left. Titles come from memory, so a
    /// viewer who sees few of them waits for no more answers of the stores than one who sees all.
    async fn seen_drafts(
        &self,
        visibility: &Visibility,
        drafts: &mut impl Iterator<Item = Draft>,
        wanted: usize,
    ) -> Result<Vec<(Draft, Arc<Title>)>, RecommendError> {
        let mut seen = Vec::new();
        let mut chunk = wanted;
        loop {
            let next: Vec<Draft> = drafts.by_ref().take(chunk).collect();
            if next.is_empty() {
                return Ok(seen);
            }
            let ids: Vec<TitleId> = next.iter().map(|draft| draft.title).collect();
            let titles = self.catalog.titles(visibility, &ids).await?;
            let mut titles: HashMap<TitleId, Arc<Title>> =
                titles.into_iter().map(|title| (title.id, title)).collect();
            let found = next.into_iter();
            seen.extend(found.filter_map(|one| Some((one, titles.remove(&one.title)?))));
            if seen.len() >= wanted * 3 / 4 {
                return Ok(seen);
            }
            chunk *= 2;
        }
    }

    /// For somebody of whom nothing is known.
    pub(super) async fn known_titles(
        &self,
        visibility: &Visibility,
        excluded: &Excluded,
        kinds: Option<&[TitleKind]>,
    ) -> Result<Vec<Recommendation>, RecommendError> {
        let most_watched = self.statistics.most_watched(visibility, kinds).await?;
        let mut most_watched = self.seen_of(visibility, &most_watched).await?;
        self.leave_out_later_parts(visibility, excluded, &mut most_watched)
            .await?;
        let candidates: Vec<_> = most_watched
            .iter()
            .map(|title| (Features::from(&**title), title.genres.first().copied()))
            .collect();
        let mut list = popular(&candidates);
        let titles = list.iter().map(|found| found.title);
        let passed_over = self.passed_over(excluded, titles).await?;
        list.retain(|found| !passed_over.contains(&found.title));
        Ok(list)
    }

    /// Those of these titles that may be seen, in the same order.
    pub(super) async fn seen_of(
        &self,
        visibility: &Visibility,
        titles: &[Arc<Title>],
    ) -> Result<Vec<Arc<Title>>, RecommendError> {
        let ids = titles.iter().map(|title| title.id);
        let seen = self.catalog.visible_titles(visibility, ids).await?;
        let titles = titles.iter().filter(|title| seen.contains(&title.id));
        Ok(titles.cloned().collect())
    }

    /// Those of the drafts that may be suggested, and how the next parts of collections come up in the place of later
    /// ones.
    async fn choose(
        &self,
        visibility: &Visibility,
        excluded: &Excluded,
        drafts: Vec<(Draft, Arc<Title>)>,
        kinds: Option<&[TitleKind]>,
        so_far: &mut SoFar,
    ) -> Result<Vec<Arc<Title>>, RecommendError> {
        if drafts.is_empty() {
            return Ok(Vec::new());
        }
        let ids = drafts.iter().map(|(draft, _)| draft.title);
        let passed_over = self.passed_over(excluded, ids).await?;
        let titles = drafts.iter().map(|(_, title)| &**title);
        let mut next_parts = self.next_parts(visibility, excluded, titles).await?;
        let mut chosen = Vec::new();
        for (draft, mut title) in drafts {
            if so_far.chosen == MAX_FOR_VIEWER {
                break;
            }
            if passed_over.contains(&draft.title) {
                continue;
            }
            if let Some(part) = &title.collection {
                // Its next part comes up where its first suggestion stands; the others wait for it.
                let collection = part.collection;
                if !so_far.collections.insert(collection) {
                    continue;
                }
                if let Some(next) = next_parts.remove(&collection)
                    && next.id != title.id
                {
                    let score = draft.score;
                    so_far.lifts.insert(next.id, Lift { collection, score });
                    title = next;
                }
            }
            if kinds.is_none_or(|kinds| kinds.contains(&title.kind)) {
                chosen.push(title);
                so_far.chosen += 1;
            }
        }
        Ok(chosen)
    }
}

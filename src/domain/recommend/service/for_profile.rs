//! What is suggested to a profile.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::TimeDelta;
use rustc_hash::FxHashSet;

use super::{RecommendService, without_graph};
use crate::domain::catalog::{Title, TitleKind};
use crate::domain::ids::{CollectionId, ProfileId, TitleId};
use crate::domain::page::MAX_PAGE;
use crate::domain::recommend::error::RecommendError;
use crate::domain::recommend::features::{Features, Rarity};
use crate::domain::recommend::for_viewer::{Draft, Grounds, Lift, Voice, draft};
use crate::domain::recommend::graph::{SimilarEdge, SimilarLists, Taste, TasteEdge};
use crate::domain::recommend::kept::{Extent, KeptList, ListKey};
use crate::domain::recommend::popular::popular;
use crate::domain::recommend::reasons::rank;
use crate::domain::recommend::types::Recommendation;
use crate::domain::watching::MutedSource;

/// The longest list for a viewer.
pub(in crate::domain::recommend) const MAX_FOR_VIEWER: usize = 300;
/// Of how much of a list a page can be made: one title more says that there is more.
const PAGE: usize = MAX_PAGE + 1;
/// A list is stale after so long although nothing of the profile changed: the catalogue and what is popular may have.
const KEPT: TimeDelta = TimeDelta::seconds(10);

/// A profile's taste, and what it speaks for.
pub(super) struct Heard {
    pub(super) taste: Arc<Taste>,
    pub(super) voices: Vec<Voice>,
    lists: Vec<Arc<[SimilarEdge]>>,
    /// Of each voice's title; `None` if it has left the catalogue.
    pub(super) seeds: Vec<Option<Features>>,
    pub(super) muted: Vec<MutedSource>,
    pub(super) rarity: Arc<Rarity>,
    most_watched: u64,
}

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
    /// How many titles are looked at together: enough, although some are left out.
    fn look_at(self) -> usize {
        let enough = match self {
            Self::Page => PAGE,
            Self::Whole => MAX_FOR_VIEWER,
        };
        enough * 4 / 3
    }
}

impl RecommendService {
    /// Titles for a profile, the best first, at most 300; never one that it has watched, rated or hidden, and of a
    /// collection only the next part. Without a taste, and while the graph does not answer, they are the most watched
    /// titles of several genres. Whatever the extent, what it has of the list is the same.
    pub async fn recommendations(
        &self,
        profile: ProfileId,
        kinds: Option<&[TitleKind]>,
        extent: Extent,
    ) -> Result<Arc<[Recommendation]>, RecommendError> {
        let begun = self.kept.now();
        let Some((taste, similar)) = self.listen(profile).await? else {
            return Ok(self.known_titles(profile, kinds).await?.into());
        };
        let key = ListKey {
            profile,
            kinds: kinds.map(<[TitleKind]>::to_vec),
        };
        let now = self.background.now();
        if let Some(kept) = self.kept.get(&key)
            && Arc::ptr_eq(&kept.taste, &taste)
            && kept.version == similar.version
            && kept.extent >= extent
            && now - kept.made_at < KEPT
        {
            return Ok(kept.list);
        }
        let version = similar.version;
        let heard = self.hear(profile, Arc::clone(&taste), similar).await?;
        let (list, extent) = self.suggest(profile, &heard, kinds, extent).await?;
        let list: Arc<[Recommendation]> = list.into();
        self.kept.put(
            begun,
            key,
            KeptList {
                taste,
                version,
                made_at: now,
                extent,
                list: Arc::clone(&list),
            },
        );
        Ok(list)
    }

    /// A profile's taste, and the edges that start from what it watched; `None` if there is none, or the graph does not
    /// answer.
    pub(super) async fn listen(
        &self,
        profile: ProfileId,
    ) -> Result<Option<(Arc<Taste>, SimilarLists)>, RecommendError> {
        let taste = match self.graph.taste(profile).await {
            Ok(taste) => taste,
            Err(error) => without_graph(error)?,
        };
        if taste.edges.is_empty() {
            return Ok(None);
        }
        let titles: Vec<TitleId> = taste.edges.iter().map(|edge| edge.title).collect();
        let lists = match self.graph.similar(&titles).await {
            Ok(lists) => Some(lists),
            Err(error) => without_graph(error)?,
        };
        Ok(lists.map(|lists| (taste, lists)))
    }

    /// What a taste speaks for.
    pub(super) async fn hear(
        &self,
        profile: ProfileId,
        taste: Arc<Taste>,
        similar: SimilarLists,
    ) -> Result<Heard, RecommendError> {
        let titles: Vec<TitleId> = taste.edges.iter().map(|edge| edge.title).collect();
        let titles = self.catalog.titles(&titles).await?;
        let titles: HashMap<TitleId, &Title> =
            titles.iter().map(|title| (title.id, &**title)).collect();
        let watchers = |title| titles.get(&title).map_or(0, |title| title.popularity);
        let seed = |edge: &TasteEdge| titles.get(&edge.title).map(|title| Features::from(*title));
        let fresh = |at| self.rules.weight(1.0, at);
        let mutes = self.watching.mutes(profile).await?;
        let most_watched = self.background.most_watched(None).await?;
        Ok(Heard {
            voices: self.ranking.voices(&taste, fresh, watchers),
            seeds: taste.edges.iter().map(seed).collect(),
            taste,
            lists: similar.lists,
            muted: mutes.iter().map(|mute| mute.source).collect(),
            rarity: self.background.rarity().await?,
            most_watched: most_watched.first().map_or(0, |title| title.popularity),
        })
    }

    /// A list, and how much of it that is: it may be short.
    async fn suggest(
        &self,
        profile: ProfileId,
        heard: &Heard,
        kinds: Option<&[TitleKind]>,
        extent: Extent,
    ) -> Result<(Vec<Recommendation>, Extent), RecommendError> {
        // Whatever else is left out, a list gets full.
        let most_watched = self.background.most_watched(kinds).await?;
        let known = most_watched.iter().map(|title| title.id);
        let watched: FxHashSet<TitleId> = heard.voices.iter().map(|voice| voice.title).collect();
        let mut drafts = draft(&heard.voices, &heard.lists, known)
            .filter(|draft| !watched.contains(&draft.title))
            .peekable();
        let most_added = self.ranking.most_of_popularity(heard.voices.len());
        let mut list: Vec<Recommendation> = Vec::new();
        let mut so_far = SoFar::default();
        while so_far.chosen < MAX_FOR_VIEWER
            && let Some(next) = drafts.peek()
        {
            // What comes can get no better than this, unless what speaks against it is muted.
            let best = next.score + most_added;
            if extent == Extent::Page
                && heard.muted.is_empty()
                && list.get(PAGE - 1).is_some_and(|last| last.score > best)
            {
                list.truncate(PAGE);
                return Ok((list, Extent::Page));
            }
            let together: Vec<Draft> = drafts.by_ref().take(extent.look_at()).collect();
            let chosen = self.choose(profile, &together, kinds, &mut so_far).await?;
            list.extend(self.explain(heard, &chosen, &so_far.lifts));
            rank(&mut list);
        }
        Ok((list, Extent::Whole))
    }

    /// These titles with what speaks for them.
    pub(super) fn explain(
        &self,
        heard: &Heard,
        titles: &[Arc<Title>],
        lifts: &HashMap<TitleId, Lift>,
    ) -> Vec<Recommendation> {
        let titles: Vec<Features> = titles
            .iter()
            .map(|title| Features::from(&**title))
            .collect();
        let seeds: Vec<Option<&Features>> = heard.seeds.iter().map(Option::as_ref).collect();
        let grounds = Grounds {
            voices: &heard.voices,
            lists: &heard.lists,
            seeds: &seeds,
            rarity: &heard.rarity,
            muted: &heard.muted,
            lifts,
            most_watched: heard.most_watched,
        };
        self.ranking
            .explain(&grounds, &titles.iter().collect::<Vec<_>>())
    }

    /// For somebody of whom nothing is known.
    async fn known_titles(
        &self,
        profile: ProfileId,
        kinds: Option<&[TitleKind]>,
    ) -> Result<Vec<Recommendation>, RecommendError> {
        let mut most_watched = (*self.background.most_watched(kinds).await?).clone();
        self.leave_out_later_parts(profile, &mut most_watched)
            .await?;
        let candidates: Vec<_> = most_watched
            .iter()
            .map(|title| (Features::from(&**title), title.genres.first().copied()))
            .collect();
        let mut list = popular(&candidates);
        self.leave_out_watched(&mut list, Some(profile)).await?;
        Ok(list)
    }

    /// Those of the drafts that may be suggested, and how the next parts of collections come up in the place of later
    /// ones.
    async fn choose(
        &self,
        profile: ProfileId,
        drafts: &[Draft],
        kinds: Option<&[TitleKind]>,
        so_far: &mut SoFar,
    ) -> Result<Vec<Arc<Title>>, RecommendError> {
        let ids: Vec<TitleId> = drafts.iter().map(|draft| draft.title).collect();
        let passed_over = self.passed_over(profile, &ids).await?;
        let titles = self.catalog.titles(&ids).await?;
        let mut titles: HashMap<TitleId, Arc<Title>> =
            titles.into_iter().map(|title| (title.id, title)).collect();
        let mut next_parts = self
            .next_parts(profile, titles.values().map(|title| &**title))
            .await?;
        let mut chosen = Vec::new();
        for draft in drafts
            .iter()
            .filter(|draft| !passed_over.contains(&draft.title))
        {
            if so_far.chosen == MAX_FOR_VIEWER {
                break;
            }
            let Some(mut title) = titles.remove(&draft.title) else {
                continue;
            };
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

    /// Leaves the parts of collections out that are not the next ones.
    pub(super) async fn leave_out_later_parts(
        &self,
        profile: ProfileId,
        titles: &mut Vec<Arc<Title>>,
    ) -> Result<(), RecommendError> {
        let next_parts = self
            .next_parts(profile, titles.iter().map(|title| &**title))
            .await?;
        titles.retain(|title| {
            let part = title.collection.as_ref();
            let next = part.and_then(|part| next_parts.get(&part.collection));
            next.is_none_or(|next| next.id == title.id)
        });
        Ok(())
    }

    /// Of each collection that one of these titles is part of, the first part that the profile has not passed over.
    async fn next_parts(
        &self,
        profile: ProfileId,
        titles: impl Iterator<Item = &Title>,
    ) -> Result<HashMap<CollectionId, Arc<Title>>, RecommendError> {
        let mut collections: Vec<CollectionId> = titles
            .filter_map(|title| Some(title.collection.as_ref()?.collection))
            .collect();
        collections.sort_unstable();
        collections.dedup();
        if collections.is_empty() {
            return Ok(HashMap::new());
        }
        let parts = self.catalog.films_of_collections(&collections).await?;
        let ids: Vec<TitleId> = parts.iter().map(|title| title.id).collect();
        let passed_over = self.passed_over(profile, &ids).await?;
        let mut next = HashMap::new();
        for part in parts {
            if let Some(place) = &part.collection
                && !passed_over.contains(&part.id)
            {
                next.entry(place.collection).or_insert(part);
            }
        }
        Ok(next)
    }
}

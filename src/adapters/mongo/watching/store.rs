//! The ports of watching on MongoDB. Each list has an index that begins with the profile and runs in the list's order.

use std::collections::BTreeSet;

use async_trait::async_trait;
use bson::{Bson, Document, doc};
use chrono::Utc;

use super::collections::Collections;
use super::documents::{PlayKey, StateKey, TitleKey};
use super::length_documents::LengthKey;
use super::queue::Queue;
use super::reads::{by_key, count};
use super::transaction::{find_among, mark_projected, mark_waiting};
use super::{entries, erase, exclusions, indexes, next_day, rows, whose};
use crate::adapters::mongo::db::{MongoDb, patiently};
use crate::adapters::mongo::fields::{date, key_of};
use crate::adapters::mongo::find::{List, readable};
use crate::adapters::mongo::indexes::Build;
use crate::domain::error::StoreError;
use crate::domain::ids::{PlayId, ProfileId, TitleId};
use crate::domain::page::{Slice, Window};
use crate::domain::recommend::{UnprojectedWatch, WatchSource, last_in_queue};
use crate::domain::watching::{
    Change, Exclusions, FoldStep, HistoryStore, Ledger, ListedTitle, MeasuredLength, NextDay, Play,
    ProfileList, TitleList, Touched, WatchError, WatchState, WatchStore, WatchedItem, WatchedTitle,
};

/// What watched titles are called that cannot be read.
const WATCHES: &str = "watches";

/// The watching of all profiles.
#[derive(Clone)]
pub struct MongoWatching {
    pub(super) collections: Collections,
    updates: Queue,
}

impl MongoWatching {
    /// The watching in this database.
    pub fn new(db: MongoDb) -> Self {
        let collections = Collections::of(db);
        Self {
            updates: Queue::new(collections.clone()),
            collections,
        }
    }

    /// Makes the indexes; what is there already stays. To be called before anything else.
    pub async fn ensure_indexes(&self) -> Result<(), StoreError> {
        indexes::ensure(&self.collections, Build::All)
            .await
            .map(drop)
    }

    /// Makes what takes no time of what the store needs. Says whether that is all of it.
    pub async fn prepare(&self) -> Result<bool, StoreError> {
        indexes::ensure(&self.collections, Build::OfEmpty).await
    }
}

#[async_trait]
impl WatchStore for MongoWatching {
    async fn update(&self, touched: &[Touched], change: Change) -> Result<Ledger, WatchError> {
        self.updates.run(touched.to_vec(), None, change).await
    }

    async fn fold(
        &self,
        step: FoldStep,
        touched: &[Touched],
        change: Change,
    ) -> Result<Ledger, WatchError> {
        self.updates.run(touched.to_vec(), Some(step), change).await
    }

    async fn rows(&self, touched: &[Touched]) -> Result<Ledger, StoreError> {
        rows::rows(&self.collections, touched).await
    }

    async fn set_back_next_day(&self, series: &[TitleId]) -> Result<(), StoreError> {
        next_day::set_back(&self.collections, series).await
    }

    async fn erase_profile(&self, profile: ProfileId) -> Result<(), StoreError> {
        erase::erase(&self.collections, profile).await
    }
}

#[async_trait]
impl HistoryStore for MongoWatching {
    async fn states(
        &self,
        profile: ProfileId,
        items: &[WatchedItem],
    ) -> Result<Vec<WatchState>, StoreError> {
        let keys = items.iter().map(|item| StateKey::new((profile, *item)));
        by_key(&self.collections.states, "states", keys).await
    }

    async fn states_of_titles(
        &self,
        profile: ProfileId,
        titles: &[TitleId],
    ) -> Result<Vec<WatchState>, StoreError> {
        let titles: BTreeSet<i64> = titles.iter().map(|title| title.to_i64()).collect();
        let filter = doc! {
            "_id.profile": profile.to_i64(),
            "title": { "$in": titles.into_iter().collect::<Vec<_>>() },
            "_id.kind": { "$ne": "series" },
        };
        readable(&self.collections.states, "states", filter, doc! {}, None).await
    }

    async fn watched_titles(
        &self,
        profile: ProfileId,
        titles: &[TitleId],
    ) -> Result<Vec<WatchedTitle>, StoreError> {
        let keys = titles.iter().map(|title| TitleKey::new((profile, *title)));
        by_key(&self.collections.watched_titles, WATCHES, keys).await
    }

    async fn plays(&self, profile: ProfileId, ids: &[PlayId]) -> Result<Vec<Play>, StoreError> {
        let keys = ids.iter().map(|id| PlayKey::new((profile, *id)));
        by_key(&self.collections.plays, "plays", keys).await
    }

    async fn plays_of_titles(
        &self,
        profile: ProfileId,
        titles: &[TitleId],
    ) -> Result<Vec<Play>, StoreError> {
        let titles: BTreeSet<i64> = titles.iter().map(|title| title.to_i64()).collect();
        let filter = doc! {
            "_id.profile": profile.to_i64(),
            "title": { "$in": titles.into_iter().collect::<Vec<_>>() },
        };
        readable(&self.collections.plays, "plays", filter, doc! {}, None).await
    }

    async fn history(
        &self,
        profile: ProfileId,
        title: Option<TitleId>,
        window: &Window,
    ) -> Result<Slice<Play>, StoreError> {
        let list = List {
            filter: history(profile, title),
            time: "started_at",
            is_latest_first: true,
            id: "_id.play",
        };
        list.page(&self.collections.plays, Some("plays"), window)
            .await
    }

    async fn in_progress(
        &self,
        profile: ProfileId,
        window: &Window,
    ) -> Result<Slice<WatchState>, StoreError> {
        let list = List {
            filter: in_progress(profile),
            time: "last_played_at",
            is_latest_first: true,
            id: "_id.item",
        };
        list.page(&self.collections.states, Some("states"), window)
            .await
    }

    async fn series_to_go_on_with(
        &self,
        profile: ProfileId,
        day: NextDay,
        window: &Window,
    ) -> Result<Slice<WatchedTitle>, StoreError> {
        let list = List {
            filter: doc! {
                "_id.profile": profile.to_i64(),
                "is_series": true,
                "$or": [{ "plays": { "$gt": 0 } }, { "told": { "$gt": 0 } }],
                // It is not there in what was watched before it was kept.
                "next_day": { "$not": { "$gt": i64::from(day.0) } },
                "is_aside": { "$ne": true },
            },
            time: "last_at",
            is_latest_first: true,
            id: "_id.title",
        };
        list.page(&self.collections.watched_titles, Some(WATCHES), window)
            .await
    }

    async fn watched_titles_after(
        &self,
        after: Option<(ProfileId, TitleId)>,
        limit: usize,
    ) -> Result<Vec<WatchedTitle>, StoreError> {
        // Documents are compared value by value, so this is the order by profile, then title.
        let filter = match after {
            Some(key) => doc! { "_id": { "$gt": key_of(&TitleKey::new(key))? } },
            None => doc! {},
        };
        readable(
            &self.collections.watched_titles,
            WATCHES,
            filter,
            doc! { "_id": 1 },
            Some(limit),
        )
        .await
    }

    async fn profiles_with(
        &self,
        title: TitleId,
        after: Option<ProfileId>,
        limit: usize,
    ) -> Result<Vec<ProfileId>, StoreError> {
        whose::profiles_with(&self.collections, title, after, limit).await
    }

    async fn listed_titles(
        &self,
        profile: ProfileId,
        list: TitleList,
        window: &Window,
    ) -> Result<Slice<ListedTitle>, StoreError> {
        let (documents, kind) = match list {
            TitleList::Hidden => (&self.collections.hidden, "hidden_titles"),
            TitleList::Watchlist => (&self.collections.watchlist, "watchlist"),
        };
        let list = List {
            filter: doc! { "_id.profile": profile.to_i64() },
            time: "created_at",
            is_latest_first: true,
            id: "_id.title",
        };
        list.page(documents, Some(kind), window).await
    }

    async fn listed_among(
        &self,
        profile: ProfileId,
        list: TitleList,
        titles: &[TitleId],
    ) -> Result<Vec<TitleId>, StoreError> {
        exclusions::listed_among(&self.collections, profile, list, titles).await
    }

    async fn measured_lengths(
        &self,
        items: &[WatchedItem],
    ) -> Result<Vec<MeasuredLength>, StoreError> {
        let keys = items.iter().map(|item| LengthKey::new(*item));
        by_key(&self.collections.lengths, "lengths", keys).await
    }

    async fn count_by_title(
        &self,
        profile: ProfileId,
        list: ProfileList,
    ) -> Result<Vec<(TitleId, u64)>, StoreError> {
        let Collections { plays, states, .. } = &self.collections;
        match list {
            ProfileList::History(title) => count(plays, history(profile, title), "title").await,
            ProfileList::InProgress => count(states, in_progress(profile), "title").await,
            ProfileList::Watched => {
                let filter = doc! { "_id.profile": profile.to_i64(), "watched": true };
                count(states, filter, "title").await
            }
            ProfileList::Titles(list) => {
                let filter = doc! { "_id.profile": profile.to_i64() };
                count(self.collections.of_list(list), filter, "_id.title").await
            }
        }
    }

    async fn passed_over(
        &self,
        profile: ProfileId,
        titles: &[TitleId],
    ) -> Result<Vec<TitleId>, StoreError> {
        exclusions::passed_over(&self.collections, profile, titles).await
    }

    async fn exclusions(&self, profile: ProfileId) -> Result<Exclusions, StoreError> {
        exclusions::exclusions(&self.collections, profile).await
    }

    async fn exclusions_with_taste(&self, profile: ProfileId) -> Result<Exclusions, StoreError> {
        exclusions::exclusions_with_taste(&self.collections, profile).await
    }
}

#[async_trait]
impl WatchSource for MongoWatching {
    async fn unprojected_watches(
        &self,
        since: Option<chrono::DateTime<Utc>>,
        limit: usize,
    ) -> Result<Vec<UnprojectedWatch>, StoreError> {
        readable(
            &self.collections.watched_titles,
            WATCHES,
            waiting(since),
            doc! { "waiting_since": 1, "_id": 1 },
            Some(limit),
        )
        .await
    }

    async fn mark_watches_projected(
        &self,
        watched_titles: &[(ProfileId, TitleId, u64)],
    ) -> Result<usize, StoreError> {
        patiently(
            self.collections.db.timeout,
            mark_projected(&self.collections, watched_titles),
        )
        .await
    }

    async fn watched_titles_since(
        &self,
        since: chrono::DateTime<Utc>,
        after: Option<(chrono::DateTime<Utc>, ProfileId, TitleId)>,
        limit: usize,
    ) -> Result<Vec<WatchedTitle>, StoreError> {
        let filter = match after {
            Some((at, profile, title)) if at >= since => {
                let at = date(at);
                let key = key_of(&TitleKey::new((profile, title)))?;
                // The outer condition is implied by the inner one; it tells the index where to begin.
                doc! {
                    "updated_at": { "$gte": at },
                    "$or": [{ "updated_at": { "$gt": at } }, { "_id": { "$gt": key } }],
                }
            }
            Some(_) | None => doc! { "updated_at": { "$gte": date(since) } },
        };
        let sort = doc! { "updated_at": 1, "_id": 1 };
        readable(
            &self.collections.watched_titles,
            WATCHES,
            filter,
            sort,
            Some(limit),
        )
        .await
    }

    async fn tombstones_after(
        &self,
        after: Option<String>,
        limit: usize,
    ) -> Result<Vec<String>, StoreError> {
        erase::tombstones_after(&self.collections, after, limit).await
    }

    async fn tombstones_since(
        &self,
        after: (chrono::DateTime<Utc>, String),
        limit: usize,
    ) -> Result<Vec<(chrono::DateTime<Utc>, String)>, StoreError> {
        erase::tombstones_since(&self.collections, after, limit).await
    }

    async fn put_tombstones(&self, tombstones: &[String]) -> Result<(), StoreError> {
        let collections = &self.collections;
        for tombstone in tombstones {
            let put = erase::put_tombstone(collections, tombstone);
            patiently(collections.db.timeout, put).await?;
            entries::close(collections, tombstone).await?;
            entries::wipe(collections, tombstone).await?;
        }
        Ok(())
    }

    async fn profiles_after(
        &self,
        after: Option<ProfileId>,
        limit: usize,
    ) -> Result<Vec<ProfileId>, StoreError> {
        erase::profiles_after(&self.collections, after, limit).await
    }

    async fn erased(&self, profiles: &[ProfileId]) -> Result<Vec<ProfileId>, StoreError> {
        erase::erased_among(&self.collections, profiles).await
    }

    async fn departed_watchers(&self, titles: &[TitleId]) -> Result<Vec<u64>, StoreError> {
        erase::departed(&self.collections, titles).await
    }

    async fn unprojected_departures(
        &self,
        limit: usize,
    ) -> Result<Vec<(TitleId, u64)>, StoreError> {
        erase::unprojected(&self.collections, limit).await
    }

    async fn known_watches(
        &self,
        keys: &[(ProfileId, TitleId)],
    ) -> Result<Vec<(ProfileId, TitleId)>, StoreError> {
        find_among(&self.collections, doc! {}, keys).await
    }

    async fn waiting_watches(
        &self,
        keys: &[(ProfileId, TitleId)],
    ) -> Result<Vec<(ProfileId, TitleId)>, StoreError> {
        find_among(&self.collections, waiting(None), keys).await
    }

    async fn mark_watches_waiting(
        &self,
        keys: &[(ProfileId, TitleId)],
    ) -> Result<Vec<(ProfileId, TitleId)>, StoreError> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let keys = keys.iter().map(|key| key_of(&TitleKey::new(*key)));
        let keys: Vec<Bson> = keys.collect::<Result<_, _>>()?;
        let these = doc! { "_id": { "$in": keys } };
        patiently(
            self.collections.db.timeout,
            mark_waiting(&self.collections, these, None),
        )
        .await
    }

    async fn mark_watches_waiting_after(
        &self,
        after: Option<(ProfileId, TitleId)>,
        limit: usize,
    ) -> Result<Vec<(ProfileId, TitleId)>, StoreError> {
        let filter = match after {
            Some(key) => doc! { "_id": { "$gt": key_of(&TitleKey::new(key))? } },
            None => doc! {},
        };
        patiently(
            self.collections.db.timeout,
            mark_waiting(&self.collections, filter, Some(limit)),
        )
        .await
    }

    async fn mark_departures_waiting(&self) -> Result<(), StoreError> {
        patiently(
            self.collections.db.timeout,
            erase::mark_waiting(&self.collections),
        )
        .await
    }

    async fn mark_departures_projected(&self, titles: &[(TitleId, u64)]) -> Result<(), StoreError> {
        patiently(
            self.collections.db.timeout,
            erase::mark_projected(&self.collections, titles),
        )
        .await
    }
}

/// What waits for projection, all of it or what was written since a moment; in the words of the partial index.
fn waiting(since: Option<chrono::DateTime<Utc>>) -> Document {
    match since {
        None => doc! { "waiting_since": { "$exists": true } },
        Some(since) => {
            let end = date(last_in_queue());
            doc! { "waiting_since": { "$exists": true, "$gte": date(since), "$lt": end } }
        }
    }
}

/// Plays of films and episodes.
fn history(profile: ProfileId, title: Option<TitleId>) -> Document {
    let mut filter = doc! { "_id.profile": profile.to_i64(), "kind": { "$ne": "series" } };
    if let Some(title) = title {
        filter.insert("title", title.to_i64());
    }
    filter
}

/// Films and episodes with something to resume.
fn in_progress(profile: ProfileId) -> Document {
    doc! {
        "_id.profile": profile.to_i64(),
        "position": { "$gt": 0.0 },
        "_id.kind": { "$ne": "series" },
        "is_aside": { "$ne": true },
    }
}

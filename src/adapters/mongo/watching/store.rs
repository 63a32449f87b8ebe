//! The port. Each list has an index that begins with the profile and runs in the
//! list's order.

use std::collections::BTreeSet;

use async_trait::async_trait;
use bson::{Bson, DateTime, Document, Uuid, doc};
use futures::TryStreamExt;
use mongodb::options::IndexOptions;
use mongodb::{Collection, IndexModel};

use super::documents::{Collections, Keyed, PlayKey, StateKey, TitleKey};
use super::erase;
use super::queue::Queue;
use super::transaction::mark_projected;
use crate::adapters::mongo::db::{MongoDb, patiently, store_error};
use crate::domain::error::StoreError;
use crate::domain::ids::{PlayId, ProfileId, TitleId};
use crate::domain::page::{Direction, KeyValue, Keyset, Slice, Window};
use crate::domain::watching::{
    Change, Ledger, Play, Sitting, WatchError, WatchState, WatchStore, WatchedItem, WatchedTitle,
};

/// The watching of all profiles.
#[derive(Clone)]
pub struct MongoWatching {
    collections: Collections,
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

    /// Makes what the lists run along; what is there already stays. To be called before anything else.
    pub async fn ensure_indexes(&self) -> Result<(), StoreError> {
        let Collections {
            plays,
            states,
            titles,
            profiles,
            departed,
            ..
        } = &self.collections;
        // The kind stands in them so that sittings at whole series are passed over, and rows are counted, without
        // reading the documents.
        make(
            plays,
            [
                index(
                    "history",
                    doc! { "_id.profile": 1, "started_at": -1, "_id.play": 1, "kind": 1 },
                    None,
                ),
                index(
                    "history_of_title",
                    doc! { "_id.profile": 1, "title": 1, "started_at": -1, "_id.play": 1, "kind": 1 },
                    None,
                ),
            ],
        )
        .await?;
        make(
            states,
            [
                index("title", doc! { "_id.profile": 1, "title": 1 }, None),
                index(
                    "in_progress",
                    doc! { "_id.profile": 1, "last_played_at": -1, "_id.item": 1, "_id.kind": 1 },
                    Some(doc! { "position": { "$gt": 0.0 } }),
                ),
            ],
        )
        .await?;
        make(
            titles,
            [
                index(
                    "series",
                    doc! { "_id.profile": 1, "last_at": -1, "_id.title": 1 },
                    Some(doc! { "is_series": true }),
                ),
                index(
                    "waiting",
                    doc! { "waiting_since": 1, "_id": 1 },
                    Some(doc! { "waiting_since": { "$exists": true } }),
                ),
            ],
        )
        .await?;
        // It also makes the two collections: a transaction that reads at a majority may not.
        make(
            departed,
            [index(
                "waiting",
                doc! { "waiting": 1, "_id": 1 },
                Some(doc! { "waiting": true }),
            )],
        )
        .await?;
        make(
            profiles,
            [index(
                "erased",
                doc! { "erased": 1 },
                Some(doc! { "erased": true }),
            )],
        )
        .await
    }
}

#[async_trait]
impl WatchStore for MongoWatching {
    async fn update(&self, sittings: &[Sitting], change: Change) -> Result<Ledger, WatchError> {
        self.updates.run(sittings.to_vec(), change).await
    }

    async fn states(
        &self,
        profile: ProfileId,
        items: &[WatchedItem],
    ) -> Result<Vec<WatchState>, StoreError> {
        let keys = items.iter().map(|item| StateKey::new((profile, *item)));
        by_key(&self.collections.states, keys).await
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
        all(&self.collections.states, filter, doc! {}, None).await
    }

    async fn watched_titles(
        &self,
        profile: ProfileId,
        titles: &[TitleId],
    ) -> Result<Vec<WatchedTitle>, StoreError> {
        let keys = titles.iter().map(|title| TitleKey::new((profile, *title)));
        by_key(&self.collections.titles, keys).await
    }

    async fn plays(&self, profile: ProfileId, ids: &[PlayId]) -> Result<Vec<Play>, StoreError> {
        let keys = ids.iter().map(|id| PlayKey::new((profile, *id)));
        by_key(&self.collections.plays, keys).await
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
            id: "_id.play",
        };
        list.page(&self.collections.plays, window).await
    }

    async fn count_history(
        &self,
        profile: ProfileId,
        title: Option<TitleId>,
    ) -> Result<u64, StoreError> {
        count(&self.collections.plays, history(profile, title)).await
    }

    async fn in_progress(
        &self,
        profile: ProfileId,
        window: &Window,
    ) -> Result<Slice<WatchState>, StoreError> {
        let list = List {
            filter: in_progress(profile),
            time: "last_played_at",
            id: "_id.item",
        };
        list.page(&self.collections.states, window).await
    }

    async fn count_in_progress(&self, profile: ProfileId) -> Result<u64, StoreError> {
        count(&self.collections.states, in_progress(profile)).await
    }

    async fn watched_series(
        &self,
        profile: ProfileId,
        window: &Window,
    ) -> Result<Slice<WatchedTitle>, StoreError> {
        let list = List {
            filter: doc! { "_id.profile": profile.to_i64(), "is_series": true },
            time: "last_at",
            id: "_id.title",
        };
        list.page(&self.collections.titles, window).await
    }

    async fn unprojected_watches(&self, limit: usize) -> Result<Vec<WatchedTitle>, StoreError> {
        all(
            &self.collections.titles,
            doc! { "waiting_since": { "$exists": true } },
            doc! { "waiting_since": 1, "_id": 1 },
            Some(limit),
        )
        .await
    }

    async fn mark_watches_projected(
        &self,
        sums: &[(ProfileId, TitleId, u64)],
    ) -> Result<(), StoreError> {
        patiently(mark_projected(&self.collections, sums)).await
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
        all(
            &self.collections.titles,
            filter,
            doc! { "_id": 1 },
            Some(limit),
        )
        .await
    }

    async fn erase_profile(&self, profile: ProfileId) -> Result<(), StoreError> {
        erase::erase(&self.collections, profile).await
    }

    async fn departed_viewers(&self, titles: &[TitleId]) -> Result<Vec<u64>, StoreError> {
        erase::departed(&self.collections, titles).await
    }

    async fn unprojected_departures(
        &self,
        limit: usize,
    ) -> Result<Vec<(TitleId, u64)>, StoreError> {
        erase::unprojected(&self.collections, limit).await
    }

    async fn mark_departures_projected(&self, titles: &[(TitleId, u64)]) -> Result<(), StoreError> {
        patiently(erase::mark_projected(&self.collections, titles)).await
    }
}

/// Sittings at films and episodes.
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
    }
}

/// A list by a time, the latest first, then by an id, ascending.
struct List {
    filter: Document,
    time: &'static str,
    id: &'static str,
}

impl List {
    async fn page<D, T>(
        mut self,
        collection: &Collection<D>,
        window: &Window,
    ) -> Result<Slice<T>, StoreError>
    where
        D: Keyed,
        T: From<D>,
    {
        let Self { time, id, .. } = self;
        if let Some(start) = &window.start {
            self.filter
                .extend(beyond(start, window.direction, time, id)?);
        }
        let sort = match window.direction {
            Direction::Forward => doc! { time: -1, id: 1 },
            Direction::Backward => doc! { time: 1, id: -1 },
        };
        let rows = all(collection, self.filter, sort, Some(window.limit + 1)).await?;
        Ok(Slice::from_overfetched(rows, window))
    }
}

/// What comes after a place, on the way of the window.
fn beyond(
    start: &Keyset,
    direction: Direction,
    time: &str,
    id: &str,
) -> Result<Document, StoreError> {
    let KeyValue::Number(at) = start.value else {
        return Err(StoreError::failed("a place in a list by time has no time"));
    };
    let at = DateTime::from_millis(at);
    let next = match &start.id {
        KeyValue::Number(id) => Bson::Int64(*id),
        KeyValue::Text(name) => Uuid::parse_str(name).map_err(StoreError::failed)?.into(),
    };
    // The outer condition is implied by the inner one; it tells the index where to begin.
    Ok(match direction {
        Direction::Forward => doc! {
            time: { "$lte": at },
            "$or": [{ time: { "$lt": at } }, { id: { "$gt": next } }],
        },
        Direction::Backward => doc! {
            time: { "$gte": at },
            "$or": [{ time: { "$gt": at } }, { id: { "$lt": next } }],
        },
    })
}

async fn by_key<D: Keyed, T: From<D>>(
    collection: &Collection<D>,
    keys: impl Iterator<Item = D::Key>,
) -> Result<Vec<T>, StoreError> {
    let keys: Vec<Bson> = keys.map(|key| key_of(&key)).collect::<Result<_, _>>()?;
    all(collection, doc! { "_id": { "$in": keys } }, doc! {}, None).await
}

async fn all<D: Keyed, T: From<D>>(
    collection: &Collection<D>,
    filter: Document,
    sort: Document,
    limit: Option<usize>,
) -> Result<Vec<T>, StoreError> {
    patiently(async {
        let mut find = collection.find(filter);
        if !sort.is_empty() {
            find = find.sort(sort);
        }
        if let Some(limit) = limit {
            find = find.limit(i64::try_from(limit).unwrap_or(i64::MAX));
        }
        let rows: Vec<D> = find
            .await
            .map_err(store_error)?
            .try_collect()
            .await
            .map_err(store_error)?;
        Ok(rows.into_iter().map(T::from).collect())
    })
    .await
}

async fn count<D: Keyed>(collection: &Collection<D>, filter: Document) -> Result<u64, StoreError> {
    patiently(async {
        collection
            .count_documents(filter)
            .await
            .map_err(store_error)
    })
    .await
}

fn key_of(key: &impl serde::Serialize) -> Result<Bson, StoreError> {
    bson::serialize_to_bson(key).map_err(StoreError::failed)
}

fn index(name: &str, keys: Document, partial: Option<Document>) -> IndexModel {
    let options = IndexOptions::builder()
        .name(name.to_owned())
        .partial_filter_expression(partial)
        .build();
    IndexModel::builder().keys(keys).options(options).build()
}

async fn make<D: Send + Sync>(
    collection: &Collection<D>,
    indexes: impl IntoIterator<Item = IndexModel>,
) -> Result<(), StoreError> {
    collection
        .create_indexes(indexes)
        .await
        .map(drop)
        .map_err(store_error)
}

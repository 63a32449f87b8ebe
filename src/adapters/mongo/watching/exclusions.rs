//! Lists of titles that profiles keep by hand, and mutes.
//!
//! Each write of it first writes the profile's guard; see [`super::erase`]. So of two that add at the same time, one
//! sees what the other added, and no limit is passed.

use std::collections::BTreeSet;
use std::sync::Arc;

use bson::{Bson, DateTime, Document, RawDocument, RawDocumentBuf, doc};
use futures::{TryStreamExt, try_join};
use mongodb::ClientSession;
use mongodb::options::ReturnDocument;
use serde::Deserialize;

use super::collections::Collections;
use super::documents::{Keyed, TitleKey};
use super::entries::after;
use super::feedback_documents::{ListedDocument, MuteDocument};
use crate::adapters::mongo::db::{Abort, Collection, is_duplicate, patiently, store_error};
use crate::adapters::mongo::fields::{key_of, limit, stamped};
use crate::adapters::mongo::find::{BATCH, name};
use crate::domain::error::StoreError;
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::unreadable::pass_over;
use crate::domain::watching::{
    Exclusions, ListedTitle, MOST_READ, Mute, MutedSource, Tasted, TitleList, WatchError,
};

/// Puts a title on a list, unless it is there or `most` others are.
pub(super) async fn list_title(
    collections: &Collections,
    list: TitleList,
    listed: &ListedTitle,
    most: u64,
) -> Result<(), WatchError> {
    let added = Added {
        to: collections.of_list(list).clone(),
        document: ListedDocument::from(listed),
        profile: listed.profile,
        too_many: Box::new(move || list.full(most)),
        most,
    };
    added.write(collections).await
}

/// Mutes a genre or a person, unless it is muted or `most` others are.
pub(super) async fn put_mute(
    collections: &Collections,
    mute: &Mute,
    most: u64,
) -> Result<(), WatchError> {
    let added = Added {
        to: collections.mutes.clone(),
        document: MuteDocument::from(mute),
        profile: mute.profile,
        most,
        too_many: Box::new(move || WatchError::TooManyMutes { most }),
    };
    added.write(collections).await
}

/// A document of a profile that may have only a limited number of them.
struct Added<D: Send + Sync> {
    to: Collection<D>,
    document: D,
    profile: ProfileId,
    most: u64,
    too_many: Box<dyn Fn() -> WatchError + Send + Sync>,
}

/// Why one try came to nothing.
enum GivenUp {
    /// Somebody else made the guard when we did.
    KeyTaken,
    Refused(WatchError),
}

impl From<StoreError> for GivenUp {
    fn from(error: StoreError) -> Self {
        Self::Refused(error.into())
    }
}

impl<D: Keyed + 'static> Added<D> {
    /// Adds the document if it is not there.
    async fn write(self, collections: &Collections) -> Result<(), WatchError> {
        let added = Arc::new(self);
        let tries = async {
            loop {
                let (guards, added) = (collections.profiles.clone(), Arc::clone(&added));
                let tried = collections.db.transaction(move |session| {
                    let (guards, added) = (guards.clone(), Arc::clone(&added));
                    Box::pin(async move { added.try_once(&guards, session).await })
                });
                match tried.await {
                    Ok(()) => return Ok(Ok(())),
                    Err(GivenUp::KeyTaken) => {}
                    Err(GivenUp::Refused(error)) => return Ok(Err(error)),
                }
            }
        };
        patiently(collections.db.timeout, tries).await?
    }

    async fn try_once(
        &self,
        guards: &Collection<Document>,
        session: &mut ClientSession,
    ) -> Result<(), Abort<GivenUp>> {
        let refused = |error| Abort::Refused(GivenUp::Refused(error));
        // What is counted is of no use, but every write changes something: one that does not would meet no other.
        let count = doc! { "$add": [{ "$ifNull": ["$wishes", 0_i64] }, 1_i64] };
        let guard = guards
            .find_one_and_update(
                doc! { "_id": self.profile.tombstone() },
                vec![stamped(doc! { "wishes": count })],
            )
            .upsert(true)
            .return_document(ReturnDocument::After)
            .session(&mut *session)
            .await;
        let guard = guard.map_err(|error| {
            if is_duplicate(&error) {
                Abort::Refused(GivenUp::KeyTaken)
            } else {
                Abort::Driver(error)
            }
        })?;
        if guard.is_some_and(|guard| guard.get_bool("erased").unwrap_or(false)) {
            return Err(refused(WatchError::ProfileErased));
        }
        let key = key_of(self.document.key()).map_err(|error| refused(error.into()))?;
        let same = doc! { "_id": key };
        let found = self.to.find_one(same).session(&mut *session).await?;
        if found.is_some() {
            return Ok(());
        }
        let of_profile = doc! { "_id.profile": self.profile.to_i64() };
        let others = self.to.count_documents(of_profile);
        if others.session(&mut *session).await? >= self.most {
            return Err(refused((self.too_many)()));
        }
        self.to.insert_one(&self.document).session(session).await?;
        Ok(())
    }
}

/// Removes the document with a key, if it is there.
pub(super) async fn remove<D: Keyed>(
    collection: &Collection<D>,
    key: &D::Key,
) -> Result<(), StoreError> {
    let filter = doc! { "_id": key_of(key)? };
    patiently(collection.timeout, async {
        let removed = collection.delete_one(filter).await;
        removed.map(drop).map_err(store_error)
    })
    .await
}

/// Which of these titles a profile has on a list.
pub(super) async fn listed_among(
    collections: &Collections,
    profile: ProfileId,
    list: TitleList,
    titles: &[TitleId],
) -> Result<Vec<TitleId>, StoreError> {
    let keys = titles.iter().map(|title| TitleKey::new((profile, *title)));
    let keys: Vec<Bson> = keys.map(|key| key_of(&key)).collect::<Result<_, _>>()?;
    let these = doc! { "_id": { "$in": keys } };
    let of_list = collections.of_list(list).clone_with_type();
    let listed = listed_of(of_list, profile, these);
    patiently(collections.db.timeout, listed).await
}

/// Which of these titles a profile has played, rates or hides.
pub(super) async fn passed_over(
    collections: &Collections,
    profile: ProfileId,
    titles: &[TitleId],
) -> Result<Vec<TitleId>, StoreError> {
    let keys = titles.iter().map(|title| TitleKey::new((profile, *title)));
    let keys: Vec<Bson> = keys.map(|key| key_of(&key)).collect::<Result<_, _>>()?;
    let hidden = doc! { "_id": { "$in": &keys } };
    let watched = doc! {
        "_id": { "$in": keys },
        "$or": passes_over(),
    };
    let (watched, hidden) = patiently(collections.db.timeout, async {
        try_join!(
            titles_of(collections.watched_titles.clone_with_type(), watched),
            listed_of(collections.hidden.clone_with_type(), profile, hidden),
        )
    })
    .await?;
    let both: BTreeSet<TitleId> = watched.into_iter().chain(hidden).collect();
    Ok(both.into_iter().collect())
}

/// All that is not to be suggested to a profile.
pub(super) async fn exclusions(
    collections: &Collections,
    profile: ProfileId,
) -> Result<Exclusions, StoreError> {
    read_together(collections, profile, doc! { "_id": 1 }).await
}

/// The same, with what is tasted.
pub(super) async fn exclusions_with_taste(
    collections: &Collections,
    profile: ProfileId,
) -> Result<Exclusions, StoreError> {
    let tasted = doc! {
        "weight": 1,
        "plays": 1,
        "completions": 1,
        "last_at": 1,
        "liked": 1,
        "revision": 1,
    };
    read_together(collections, profile, tasted).await
}

/// What is not to be suggested, with these fields of what was watched. One aggregation: each of these reads by itself
/// costs the server more than what it finds. One comes after the other, in this order.
async fn read_together(
    collections: &Collections,
    profile: ProfileId,
    of_watched: Document,
) -> Result<Exclusions, StoreError> {
    let Collections {
        folds,
        watched_titles,
        hidden,
        mutes,
        log,
        ..
    } = collections;
    let tombstone = profile.tombstone();
    let mut watched = of_profile(profile);
    watched.insert("$or", passes_over());
    let of_mutes = doc! { "_id.profile": profile.to_i64() };
    let newest = vec![
        doc! { "$match": after(&tombstone, 0) },
        doc! { "$sort": { "_id": -1 } },
        doc! { "$limit": 1 },
    ];
    let stages = [
        doc! { "$match": { "_id": &tombstone } },
        doc! { "$project": { "folded": 1 } },
        and_fields(watched_titles, bounded(watched), of_watched),
        and_keys(hidden, bounded(of_profile(profile))),
        and_keys(mutes, bounded(of_mutes)),
        and_keys(log, newest),
    ];
    let found: Vec<RawDocumentBuf> = patiently(folds.timeout, async {
        let cursor = folds.aggregate(stages).batch_size(BATCH);
        let cursor = cursor.with_type().await.map_err(store_error)?;
        cursor.try_collect().await.map_err(store_error)
    })
    .await?;
    let mut exclusions = Exclusions::default();
    for document in &found {
        take_in(&mut exclusions, document);
    }
    // What is hidden may have been watched.
    exclusions.titles.sort_unstable();
    exclusions.titles.dedup();
    exclusions.is_whole = exclusions.titles.len() <= MOST_READ;
    Ok(exclusions)
}

/// One more than may be read, so that it is seen that there are more.
fn bounded(filter: Document) -> Vec<Document> {
    vec![
        doc! { "$match": filter },
        doc! { "$limit": limit(MOST_READ + 1) },
    ]
}

/// The stage that adds the keys of what a pipeline finds in another collection.
fn and_keys<D: Send + Sync>(collection: &Collection<D>, pipeline: Vec<Document>) -> Document {
    and_fields(collection, pipeline, doc! { "_id": 1 })
}

/// The stage that adds fields, and the keys, of what a pipeline finds in another collection.
fn and_fields<D: Send + Sync>(
    collection: &Collection<D>,
    mut pipeline: Vec<Document>,
    fields: Document,
) -> Document {
    pipeline.push(doc! { "$project": fields });
    doc! { "$unionWith": { "coll": collection.name(), "pipeline": pipeline } }
}

/// All keys of a profile's titles, in one range of the index of keys.
fn of_profile(profile: ProfileId) -> Document {
    let key = |title: Bson| doc! { "profile": profile.to_i64(), "title": title };
    doc! { "_id": { "$gte": key(Bson::MinKey), "$lte": key(Bson::MaxKey) } }
}

/// A watched title that passes it over: one of which only a thumb was taken back does not.
fn passes_over() -> [Document; 3] {
    [
        doc! { "plays": { "$gt": 0 } },
        doc! { "told": { "$gt": 0 } },
        doc! { "liked": { "$ne": null } },
    ]
}

/// Takes in a document of one of the collections that are read together: their keys tell them apart.
fn take_in(exclusions: &mut Exclusions, document: &RawDocument) {
    let Ok(key) = document.get_document("_id") else {
        exclusions.folded = document.get_i64("folded").unwrap_or(0).cast_unsigned();
        return;
    };
    if let Ok(title) = key.get_i64("title") {
        exclusions.titles.push(TitleId::from_i64(title));
        // Of all others only the key was asked for.
        if document.iter().nth(1).is_some() {
            match bson::deserialize_from_slice::<TastedDocument>(document.as_bytes()) {
                Ok(tasted) => exclusions.tasted.push(tasted.into()),
                Err(error) => pass_over("watched_titles", &name(document), &error),
            }
        }
    } else if let Ok(sequence) = key.get_i64("sequence") {
        exclusions.newest = sequence.cast_unsigned();
    } else {
        match mute_of(key) {
            Some(source) => exclusions.muted.push(source),
            None => pass_over("mutes", &name(document), &"a kind that is not known"),
        }
    }
}

fn mute_of(key: &RawDocument) -> Option<MutedSource> {
    MutedSource::from_key(key.get_str("kind").ok()?, key.get_i64("source").ok()?)
}

/// A key, without the rest of its document.
#[derive(Deserialize)]
struct OnlyKey {
    #[serde(rename = "_id")]
    key: TitleKey,
}

/// What of a watched title says something of a taste.
#[derive(Deserialize)]
struct TastedDocument {
    #[serde(rename = "_id")]
    key: TitleKey,
    weight: f64,
    plays: u32,
    completions: u32,
    last_at: DateTime,
    liked: Option<bool>,
    revision: i64,
}

impl From<TastedDocument> for Tasted {
    fn from(document: TastedDocument) -> Self {
        Self {
            title: TitleId::from_i64(document.key.title),
            weight: document.weight,
            plays: document.plays,
            completions: document.completions,
            last_at: document.last_at.to_chrono(),
            liked: document.liked,
            revision: document.revision.cast_unsigned(),
        }
    }
}

/// Most lists are empty, which is found out at once; to look for hundreds of keys takes a while.
async fn listed_of(
    collection: mongodb::Collection<OnlyKey>,
    profile: ProfileId,
    filter: Document,
) -> Result<Vec<TitleId>, StoreError> {
    let any = doc! { "_id.profile": profile.to_i64() };
    let any = collection.find_one(any).projection(doc! { "_id": 1 });
    match any.await.map_err(store_error)? {
        Some(_) => titles_of(collection, filter).await,
        None => Ok(Vec::new()),
    }
}

async fn titles_of(
    collection: mongodb::Collection<OnlyKey>,
    filter: Document,
) -> Result<Vec<TitleId>, StoreError> {
    let found: Vec<OnlyKey> = collection
        .find(filter)
        .projection(doc! { "_id": 1 })
        .await
        .map_err(store_error)?
        .try_collect()
        .await
        .map_err(store_error)?;
    let titles = found.iter().map(|one| TitleId::from_i64(one.key.title));
    Ok(titles.collect())
}

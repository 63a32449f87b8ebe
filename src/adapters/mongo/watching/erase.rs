//! Erasing a profile, so that no update that was on its way brings it back.
//!
//! The watched titles go first, for an update always writes one. To change one that is there, it meets the removal at
//! that document. To make a new one, it writes the profile's guard as well, a document under the profile's tombstone:
//! there it meets the write that marks the profile as erased. Of two transactions that meet, one starts anew on what
//! the other wrote; so once the watched titles are gone, nothing that was begun before can be committed, however long
//! it took. What a profile hides, mutes and means to watch stands by itself: each write of it writes the guard.

use std::collections::{BTreeMap, BTreeSet};

use bson::{Bson, Document, doc};
use chrono::Utc;
use futures::TryStreamExt;
use mongodb::ClientSession;
use mongodb::error::Result as MongoResult;

use super::collections::Collections;
use super::documents::DepartedDocument;
use super::entries;
use crate::adapters::mongo::bulk::{Fault, Update, update, update_each};
use crate::adapters::mongo::db::{Abort, Collection, is_duplicate, patiently, store_error};
use crate::adapters::mongo::fields::{self, changed, stamped};
use crate::adapters::mongo::find::{self, documents_in};
use crate::domain::error::StoreError;
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::watching::Ledger;

/// How many documents go at once.
const BATCH: i64 = 500;

/// Removes everything of a profile, and leaves its tombstone.
pub(super) async fn erase(collections: &Collections, profile: ProfileId) -> Result<(), StoreError> {
    let tombstone = profile.tombstone();
    let mark = put_tombstone(collections, &tombstone);
    patiently(collections.db.timeout, mark).await?;
    entries::close(collections, &tombstone).await?;
    entries::wipe(collections, &tombstone).await?;
    while remove_watched_titles(collections, profile).await? {}
    remove(&collections.plays, profile).await?;
    remove(&collections.states, profile).await?;
    remove(&collections.hidden, profile).await?;
    remove(&collections.watchlist, profile).await?;
    remove(&collections.mutes, profile).await?;
    entries::forget_fold(collections, &tombstone).await
}

/// Lets nothing be recorded of the profile with this tombstone.
pub(super) async fn put_tombstone(
    collections: &Collections,
    tombstone: &str,
) -> Result<(), StoreError> {
    loop {
        let marked = collections
            .profiles
            .update_one(
                doc! { "_id": tombstone },
                vec![stamped(doc! { "erased": true })],
            )
            .upsert(true)
            .await;
        match marked {
            // Somebody made it at the same moment, perhaps to say something else.
            Err(error) if is_duplicate(&error) => {}
            marked => return marked.map(drop).map_err(store_error),
        }
    }
}

/// The tombstones that follow, in their order.
pub(super) async fn tombstones_after(
    collections: &Collections,
    after: Option<String>,
    limit: usize,
) -> Result<Vec<String>, StoreError> {
    let filter = doc! { "erased": true, "_id": { "$gt": after.unwrap_or_default() } };
    let order = doc! { "_id": 1 };
    let found = find::documents(&collections.profiles, filter, order, Some(limit)).await?;
    let tombstone = |guard: &Document| guard.get_str("_id").map(str::to_owned);
    found
        .iter()
        .map(|guard| tombstone(guard).map_err(StoreError::failed))
        .collect()
}

/// Those that were put after a moment, in that order.
pub(super) async fn tombstones_since(
    collections: &Collections,
    (at, tombstone): (chrono::DateTime<Utc>, String),
    limit: usize,
) -> Result<Vec<(chrono::DateTime<Utc>, String)>, StoreError> {
    let at = fields::date(at);
    let filter = doc! {
        "erased": true,
        "updated_at": { "$gte": at },
        "$or": [{ "updated_at": { "$gt": at } }, { "_id": { "$gt": tombstone } }],
    };
    let order = doc! { "updated_at": 1, "_id": 1 };
    let found = find::documents(&collections.profiles, filter, order, Some(limit)).await?;
    let put = |guard: &Document| {
        let at = guard
            .get_datetime("updated_at")
            .map_err(StoreError::failed)?;
        let tombstone = guard.get_str("_id").map_err(StoreError::failed)?;
        Ok((at.to_chrono(), tombstone.to_owned()))
    };
    found.iter().map(put).collect()
}

/// Which of the profiles are erased, in the order asked.
pub(super) async fn erased_among(
    collections: &Collections,
    profiles: &[ProfileId],
) -> Result<Vec<ProfileId>, StoreError> {
    let tombstones = fields::list(profiles, |profile| profile.tombstone());
    let filter = doc! { "_id": { "$in": tombstones }, "erased": true };
    let found = find::documents(&collections.profiles, filter, doc! {}, None).await?;
    let erased: BTreeSet<&str> = found
        .iter()
        .filter_map(|guard| guard.get_str("_id").ok())
        .collect();
    let is_erased = |profile: &&ProfileId| erased.contains(profile.tombstone().as_str());
    Ok(profiles.iter().filter(is_erased).copied().collect())
}

/// Profiles of which anything is recorded, those that follow.
pub(super) async fn profiles_after(
    collections: &Collections,
    after: Option<ProfileId>,
    limit: usize,
) -> Result<Vec<ProfileId>, StoreError> {
    let mut found = BTreeSet::new();
    let mut end = i64::MAX;
    for name in [
        collections.watched_titles.name(),
        collections.plays.name(),
        collections.states.name(),
        collections.hidden.name(),
        collections.watchlist.name(),
        collections.mutes.name(),
    ] {
        let documents = collections.db.collection::<Document>(name);
        let keys = patiently(documents.timeout, async {
            let keys: Vec<Document> = documents
                .find(after.map_or_else(Document::new, beyond))
                .projection(doc! { "_id": 1 })
                .sort(doc! { "_id": 1 })
                .limit(fields::limit(limit))
                .await
                .map_err(store_error)?
                .try_collect()
                .await
                .map_err(store_error)?;
            Ok(keys)
        });
        let profile = |document: &Document| {
            let key = document.get_document("_id").map_err(StoreError::failed)?;
            key.get_i64("profile").map_err(StoreError::failed)
        };
        let profiles: Vec<i64> = keys.await?.iter().map(profile).collect::<Result<_, _>>()?;
        // A full page says nothing of what lies beyond its last profile.
        if profiles.len() == limit {
            end = end.min(profiles.last().copied().unwrap_or(end));
        }
        found.extend(profiles);
    }
    let known = found.into_iter().take_while(|profile| *profile <= end);
    Ok(known.take(limit).map(ProfileId::from_i64).collect())
}

/// All documents whose `_id` begins with a profile that comes after one.
fn beyond(profile: ProfileId) -> Document {
    doc! { "_id": { "$gt": { "profile": profile.to_i64(), "": Bson::MaxKey } } }
}

/// Removes some watched titles, and counts their titles' departed viewers. Says whether there were any.
async fn remove_watched_titles(
    collections: &Collections,
    profile: ProfileId,
) -> Result<bool, StoreError> {
    let db = collections.db.clone();
    let collections = collections.clone();
    db.transaction(move |session| {
        let collections = collections.clone();
        Box::pin(async move { remove_some_watched_titles(&collections, profile, session).await })
    })
    .await
}

async fn remove_some_watched_titles(
    collections: &Collections,
    profile: ProfileId,
    session: &mut ClientSession,
) -> Result<bool, Abort<StoreError>> {
    let watched_titles = collections.watched_titles.clone_with_type::<Document>();
    let found: Vec<Document> = watched_titles
        .find(of_profile(profile))
        .projection(doc! { "_id": 1 })
        .sort(doc! { "_id": 1 })
        .limit(BATCH)
        .session(&mut *session)
        .await?
        .stream(session)
        .try_collect()
        .await?;
    let mut keys = Vec::with_capacity(found.len());
    let mut counts = Vec::with_capacity(found.len());
    for watched_title in found {
        let key = watched_title.get_document("_id").map_err(failed)?.clone();
        let one_more = doc! {
            "viewers": { "$add": [{ "$ifNull": ["$viewers", 0_i64] }, 1_i64] },
            "waiting": true,
        };
        counts.push(Update::upsert(
            doc! { "_id": key.get_i64("title").map_err(failed)? },
            [stamped(one_more)],
        ));
        keys.push(key);
    }
    if keys.is_empty() {
        return Ok(false);
    }
    watched_titles
        .delete_many(doc! { "_id": { "$in": keys } })
        .session(&mut *session)
        .await?;
    let departed = collections.departed.name();
    update(&collections.db, session, departed, &counts, counts.len()).await?;
    Ok(true)
}

fn failed(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Abort<StoreError> {
    Abort::Refused(StoreError::failed(error))
}

/// Removes all documents of a profile, some at a time.
async fn remove<D: Send + Sync>(
    collection: &Collection<D>,
    profile: ProfileId,
) -> Result<(), StoreError> {
    let documents = collection.clone_with_type::<Document>();
    loop {
        let removed = patiently(collection.timeout, async {
            let found: Vec<Document> = documents
                .find(of_profile(profile))
                .projection(doc! { "_id": 1 })
                .limit(BATCH)
                .await
                .map_err(store_error)?
                .try_collect()
                .await
                .map_err(store_error)?;
            let keys: Vec<&Bson> = found.iter().filter_map(|one| one.get("_id")).collect();
            if !keys.is_empty() {
                let filter = doc! { "_id": { "$in": keys } };
                documents.delete_many(filter).await.map_err(store_error)?;
            }
            Ok(found.len())
        });
        if removed.await? == 0 {
            return Ok(());
        }
    }
}

/// All documents whose `_id` begins with the profile: keys are compared value by value, and a shorter one comes first.
fn of_profile(profile: ProfileId) -> Document {
    let profile = profile.to_i64();
    doc! { "_id": {
        "$gte": { "profile": profile },
        "$lte": { "profile": profile, "": Bson::MaxKey },
    } }
}

/// The guards of some profiles, as their transaction sees them.
#[derive(Debug, Default)]
pub(super) struct Guards {
    there: BTreeSet<ProfileId>,
    erased: BTreeSet<ProfileId>,
}

impl Guards {
    /// Those of these profiles.
    pub(super) async fn read(
        collections: &Collections,
        profiles: &BTreeSet<ProfileId>,
        session: &mut ClientSession,
    ) -> MongoResult<Self> {
        let tombstones: BTreeMap<String, ProfileId> = profiles
            .iter()
            .map(|profile| (profile.tombstone(), *profile))
            .collect();
        let mut guards = Self::default();
        if tombstones.is_empty() {
            return Ok(guards);
        }
        let these = doc! { "_id": { "$in": tombstones.keys().collect::<Vec<_>>() } };
        let found = documents_in(session, &collections.profiles, these, doc! {}, None).await?;
        for guard in &found {
            let tombstone = guard.get_str("_id").ok();
            let Some(profile) = tombstone.and_then(|it| tombstones.get(it)) else {
                continue;
            };
            guards.there.insert(*profile);
            if guard.get_bool("erased").unwrap_or(false) {
                guards.erased.insert(*profile);
            }
        }
        Ok(guards)
    }

    /// Whether the profile is erased.
    pub(super) fn is_erased(&self, profile: ProfileId) -> bool {
        self.erased.contains(&profile)
    }
}

/// Writes the guards of the profiles that have a new watched title among these.
pub(super) async fn write_guards(
    collections: &Collections,
    (missing, guards): (&BTreeSet<(ProfileId, TitleId)>, &Guards),
    ledger: &Ledger,
    session: &mut ClientSession,
) -> Result<(), Fault> {
    let mut new: BTreeMap<ProfileId, i64> = BTreeMap::new();
    for key in missing
        .iter()
        .filter(|key| ledger.watched_titles.get(**key).is_some())
    {
        *new.entry(key.0).or_default() += 1;
    }
    if new.is_empty() {
        return Ok(());
    }
    // What is counted is of no use, but every write changes something: one that does not would meet no other.
    let updates: Vec<Update<Document, Bson>> = new
        .into_iter()
        .map(|(profile, titles)| {
            let guard = doc! { "_id": profile.tombstone() };
            if guards.there.contains(&profile) {
                return Update::of(guard, changed(doc! { "$inc": { "titles": titles } }).into());
            }
            let count = doc! { "$add": [{ "$ifNull": ["$titles", 0_i64] }, titles] };
            let made = stamped(doc! { "titles": count });
            Update::upsert(guard, Bson::Array(vec![made.into()]))
        })
        .collect();
    let name = collections.profiles.name();
    update(&collections.db, session, name, &updates, updates.len()).await?;
    Ok(())
}

/// How many departed watchers each title has, in the order asked.
pub(super) async fn departed(
    collections: &Collections,
    titles: &[TitleId],
) -> Result<Vec<u64>, StoreError> {
    let these = doc! { "_id": { "$in": fields::list(titles, |title| title.to_i64()) } };
    let found = find::all(&collections.departed, these, doc! {}, None).await?;
    let counts: BTreeMap<TitleId, u64> = found.into_iter().collect();
    Ok(titles
        .iter()
        .map(|title| counts.get(title).copied().unwrap_or_default())
        .collect())
}

/// The numbers that wait for projection, by title.
pub(super) async fn unprojected(
    collections: &Collections,
    limit: usize,
) -> Result<Vec<(TitleId, u64)>, StoreError> {
    let waiting = doc! { "waiting": true };
    find::all(
        &collections.departed,
        waiting,
        doc! { "_id": 1 },
        Some(limit),
    )
    .await
}

impl From<DepartedDocument> for (TitleId, u64) {
    fn from(one: DepartedDocument) -> Self {
        (TitleId::from_i64(one.title), one.watchers.cast_unsigned())
    }
}

/// Marks all numbers as waiting.
pub(super) async fn mark_waiting(collections: &Collections) -> Result<(), StoreError> {
    let departed = &collections.departed;
    let marked = departed
        .update_many(doc! {}, doc! { "$set": { "waiting": true } })
        .await;
    marked.map(drop).map_err(store_error)
}

/// Takes the mark from numbers that are still the given ones.
pub(super) async fn mark_projected(
    collections: &Collections,
    titles: &[(TitleId, u64)],
) -> Result<(), StoreError> {
    let updates = titles.iter().map(|(title, watchers)| {
        Update::of(
            doc! { "_id": title.to_i64(), "viewers": watchers.cast_signed() },
            doc! { "$unset": { "waiting": "" } },
        )
    });
    let updated = update_each(
        &collections.db,
        collections.departed.name(),
        updates.collect(),
    )
    .await;
    updated.map(drop)
}

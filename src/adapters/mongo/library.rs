//! The port of libraries on MongoDB; what each method promises is documented at the port.

use std::sync::Arc;

use async_trait::async_trait;
use bson::{Bson, Document, Uuid, doc};
use futures::TryStreamExt;
use mongodb::ClientSession;
use serde::{Deserialize, Serialize};

use super::bulk::{Update, update};
use super::db::{Abort, Collection, MongoDb, is_duplicate, patiently, store_error};
use super::fields::{limit as rows_of, list};
use super::file_items;
use super::find::{BATCH, readable};
use super::indexes::{Build, Index, make};
use crate::domain::error::StoreError;
use crate::domain::ids::MediaFileId;
use crate::domain::library::{FileFilter, LibraryRoot, LibraryStore, MediaFile, ScannedFolder};
use crate::domain::page::{Direction, KeyValue, Keyset, Slice, Window};

/// What the collections are called, and what in them cannot be read.
const ROOTS: &str = "library_roots";
const FOLDERS: &str = "library_folders";
const FILES: &str = "media_files";
/// How many documents are written by one command.
const AT_ONCE: usize = 500;
/// How many lists are read by one command, which may have a thousand stages.
const UNITED: usize = 200;

/// The libraries in a database.
#[derive(Clone)]
pub struct MongoLibrary {
    db: MongoDb,
    roots: Collection<KeptRoot>,
    folders: Collection<KeptFolder>,
    files: Collection<KeptFile>,
}

/// Of a root what is not asked for by a field of its own, as JSON.
#[derive(Debug, Deserialize)]
struct KeptRoot {
    body: String,
}

/// Of a file what is not asked for by a field of its own, as JSON.
#[derive(Debug, Deserialize)]
struct KeptFile {
    body: String,
}

/// The same as a row of one of several lists, which is named by its place among them.
#[derive(Debug, Deserialize)]
struct ListedFile {
    list: i32,
    body: String,
}

#[derive(Debug, Deserialize)]
struct KeptFolder {
    #[serde(rename = "_id")]
    key: FolderKey,
    fingerprint: String,
    has_full_hashes: bool,
    #[serde(default)]
    titles_of: Option<String>,
    #[serde(default)]
    sidecars: Option<String>,
}

/// Of the key of a folder, its path.
#[derive(Debug, Deserialize)]
struct FolderKey {
    path: String,
}

impl TryFrom<KeptRoot> for LibraryRoot {
    type Error = serde_json::Error;

    fn try_from(kept: KeptRoot) -> Result<Self, serde_json::Error> {
        serde_json::from_str(&kept.body)
    }
}

impl TryFrom<KeptFile> for MediaFile {
    type Error = serde_json::Error;

    fn try_from(kept: KeptFile) -> Result<Self, serde_json::Error> {
        serde_json::from_str(&kept.body)
    }
}

impl MongoLibrary {
    /// The libraries in this database.
    pub fn new(db: MongoDb) -> Self {
        Self {
            roots: db.collection(ROOTS),
            folders: db.collection(FOLDERS),
            files: db.collection(FILES),
            db,
        }
    }

    /// Makes the indexes; what is there already stays. To be called before anything else.
    pub async fn ensure_indexes(&self) -> Result<(), StoreError> {
        self.make_indexes(Build::All).await.map(drop)
    }

    /// Makes what takes no time of what the store needs. Says whether that is all of it.
    pub async fn prepare(&self) -> Result<bool, StoreError> {
        self.make_indexes(Build::OfEmpty).await
    }

    async fn make_indexes(&self, build: Build) -> Result<bool, StoreError> {
        let in_order = doc! { "_id.root": 1, "_id.path": 1 };
        let of_folders = [Index::on(in_order).named("in_order")];
        let mut is_whole = make(&self.folders, of_folders, build).await?;
        let of_files = [
            Index::on(doc! { "place": 1, "_id": 1 }).named("in_order"),
            Index::on(doc! { "state": 1, "place": 1, "_id": 1 }).named("in_state"),
            Index::on(doc! { "root": 1, "folder": 1 }).named("of_folder"),
            Index::on(doc! { "fingerprint": 1 })
                .named("by_fingerprint")
                .only(doc! { "fingerprint": { "$gt": "" } }),
            Index::on(doc! { "items": 1, "place": 1, "_id": 1 }).named("of_item"),
        ];
        is_whole &= make(&self.files, of_files, build).await?;
        match build {
            Build::All => self.note_items().await?,
            // Asked by the index, if that is there.
            Build::OfEmpty => is_whole = is_whole && file_items::are_noted(&self.files).await?,
        }
        Ok(is_whole)
    }

    /// Notes of each file what it is of, where a version has written it that does not.
    async fn note_items(&self) -> Result<(), StoreError> {
        let mut after = None;
        loop {
            let stale = file_items::stale(&self.db.collection(FILES), after, AT_ONCE).await?;
            let Some(last) = stale.last() else {
                return Ok(());
            };
            after = Some(last.id());
            let updates = stale.iter().filter_map(file_items::Stale::noted);
            // One that somebody writes meanwhile is noted by that.
            self.put(FILES, None, updates.collect(), 0).await?;
        }
    }

    /// Writes documents together; fewer that are found than `least`, or one that is there although it is new, is a conflict.
    async fn put(
        &self,
        collection: &'static str,
        gone: Option<Document>,
        updates: Vec<Update<Document, Document>>,
        least: usize,
    ) -> Result<(), StoreError> {
        let updates = Arc::new(updates);
        let this = self.clone();
        let written = self.db.transaction(move |session| {
            let (this, gone, updates) = (this.clone(), gone.clone(), Arc::clone(&updates));
            Box::pin(async move {
                let found = this.put_once(collection, gone, &updates, session).await?;
                if found < least {
                    return Err(Abort::Refused(StoreError::Conflict));
                }
                Ok(())
            })
        });
        written.await
    }

    /// Says how many were found or made.
    async fn put_once(
        &self,
        collection: &str,
        gone: Option<Document>,
        updates: &[Update<Document, Document>],
        session: &mut ClientSession,
    ) -> Result<usize, Abort<StoreError>> {
        if let Some(gone) = gone {
            let documents = self.db.collection::<Document>(collection);
            documents.delete_many(gone).session(&mut *session).await?;
        }
        Ok(update(&self.db, session, collection, updates, AT_ONCE).await?)
    }

    /// Up to one row more than the page has of each list, with one command; `None`: something of it cannot be read.
    async fn united(
        &self,
        filters: &[FileFilter],
        window: &Window,
    ) -> Result<Vec<Option<Vec<MediaFile>>>, StoreError> {
        let mut stages: Vec<Document> = Vec::new();
        for (place, filter) in (0_i32..).zip(filters) {
            let list = [
                doc! { "$match": in_window(filter, window)? },
                doc! { "$sort": order_of(window) },
                doc! { "$limit": rows_of(window.limit.saturating_add(1)) },
                doc! { "$project": { "body": 1, "list": { "$literal": place } } },
            ];
            if place == 0 {
                stages.extend(list);
            } else {
                let list = list.to_vec();
                stages.push(doc! { "$unionWith": { "coll": FILES, "pipeline": list } });
            }
        }
        let listed: Vec<ListedFile> = patiently(self.db.timeout, async {
            let listed = self.files.aggregate(stages).batch_size(BATCH);
            let listed = listed.with_type::<ListedFile>();
            let listed = listed.await.map_err(store_error)?;
            listed.try_collect().await.map_err(store_error)
        })
        .await?;
        let mut lists: Vec<Option<Vec<MediaFile>>> = vec![Some(Vec::new()); filters.len()];
        for ListedFile { list, body } in listed {
            let place = usize::try_from(list).map_err(StoreError::failed)?;
            if let Some(slot) = lists.get_mut(place)
                && let Some(rows) = slot
            {
                match serde_json::from_str(&body) {
                    Ok(file) => rows.push(file),
                    Err(_) => *slot = None,
                }
            }
        }
        // The server does not promise the order of what is united.
        for rows in lists.iter_mut().flatten() {
            rows.sort_by_cached_key(|file| (file.place(), file.id));
            if window.direction == Direction::Backward {
                rows.reverse();
            }
        }
        Ok(lists)
    }
}

/// One document of a revision: the first is new, and each other follows the one that is stored. Fields that this version
/// does not know stay.
fn next(
    key: impl Into<Bson>,
    revision: u64,
    mut fields: Document,
    thing: &impl Serialize,
) -> Result<Update<Document, Document>, StoreError> {
    let body = serde_json::to_string(thing).map_err(StoreError::failed)?;
    fields.insert("body", body);
    fields.insert("revision", revision.cast_signed());
    let key: Bson = key.into();
    let expected = doc! { "_id": key, "revision": revision.cast_signed() - 1 };
    let change = doc! { "$set": fields };
    // One that is there has another revision: it is not found, and to make it takes a key that is taken.
    Ok(if revision == 1 {
        Update::upsert(expected, change)
    } else {
        Update::of(expected, change)
    })
}

fn key(id: MediaFileId) -> Bson {
    Uuid::from_uuid_1(id.0).into()
}

/// What of the files passes a filter, as conditions that hold together.
fn conditions(filter: &FileFilter) -> Vec<Document> {
    let mut conditions = Vec::new();
    if !filter.states.is_empty() {
        let states = list(&filter.states, |state| state.as_str());
        conditions.push(doc! { "state": { "$in": states } });
    }
    if let Some(below) = &filter.below {
        let below = below.trim_end_matches('/');
        // What follows the slash in the order of bytes is beyond all that begins with it.
        let inside = doc! { "$gte": format!("{below}/"), "$lt": format!("{below}0") };
        // The first condition follows from the second; it tells the index where to begin and to end.
        conditions.push(doc! { "place": { "$gte": below, "$lt": format!("{below}0") } });
        conditions.push(doc! { "$or": [{ "place": below }, { "place": inside }] });
    }
    if !filter.of.is_empty() {
        let of = list(&filter.of, |item| file_items::name(*item));
        conditions.push(doc! { "items": { "$in": of } });
    }
    conditions
}

/// What passes a filter and lies beyond where a window starts.
fn in_window(filter: &FileFilter, window: &Window) -> Result<Document, StoreError> {
    let mut conditions = conditions(filter);
    if let Some(start) = &window.start {
        conditions.push(beyond(start, window.direction)?);
    }
    Ok(together(conditions))
}

/// The order in which a window runs.
fn order_of(window: &Window) -> Document {
    let way = match window.direction {
        Direction::Forward => 1,
        Direction::Backward => -1,
    };
    doc! { "place": way, "_id": way }
}

/// A filter of conditions that hold together; no condition finds everything.
fn together(conditions: Vec<Document>) -> Document {
    if conditions.is_empty() {
        doc! {}
    } else {
        doc! { "$and": conditions }
    }
}

/// What lies beyond the row that a window starts behind.
fn beyond(start: &Keyset, direction: Direction) -> Result<Document, StoreError> {
    let (KeyValue::Text(place), KeyValue::Text(id)) = (&start.value, &start.id) else {
        return Err(StoreError::failed("a keyset of files has no place"));
    };
    let id = Uuid::parse_str(id).map_err(StoreError::failed)?;
    let (way, way_or_here) = match direction {
        Direction::Forward => ("$gt", "$gte"),
        Direction::Backward => ("$lt", "$lte"),
    };
    // The first condition follows from the second; it tells the index where to begin.
    Ok(doc! {
        "place": { way_or_here: place },
        "$or": [{ "place": { way: place } }, { "_id": { way: id } }],
    })
}

#[async_trait]
impl LibraryStore for MongoLibrary {
    async fn roots(&self) -> Result<Vec<LibraryRoot>, StoreError> {
        readable(&self.roots, ROOTS, doc! {}, doc! { "_id": 1 }, None).await
    }

    async fn put_root(&self, root: &LibraryRoot) -> Result<(), StoreError> {
        let Update {
            find,
            change,
            upsert,
            ..
        } = next(root.path.as_str(), root.revision, doc! {}, root)?;
        patiently(self.db.timeout, async {
            let written = self.roots.update_one(find, change).upsert(upsert).await;
            match written {
                Err(error) if is_duplicate(&error) => Err(StoreError::Conflict),
                Err(error) => Err(store_error(error)),
                Ok(written) if written.matched_count == 0 && written.upserted_id.is_none() => {
                    Err(StoreError::Conflict)
                }
                Ok(_) => Ok(()),
            }
        })
        .await
    }

    async fn folders(&self, root: &str) -> Result<Vec<ScannedFolder>, StoreError> {
        let found: Vec<KeptFolder> = patiently(self.db.timeout, async {
            let found = self.folders.find(doc! { "_id.root": root });
            let found = found.sort(doc! { "_id.path": 1 });
            let found = found.batch_size(BATCH).await;
            let found = found.map_err(store_error)?;
            found.try_collect().await.map_err(store_error)
        })
        .await?;
        let folders = found.into_iter().map(|kept| ScannedFolder {
            path: kept.key.path,
            fingerprint: kept.fingerprint,
            has_full_hashes: kept.has_full_hashes,
            titles_of: kept.titles_of,
            sidecars: kept.sidecars,
        });
        Ok(folders.collect())
    }

    async fn put_folders(
        &self,
        root: &str,
        folders: &[ScannedFolder],
        gone: &[String],
    ) -> Result<(), StoreError> {
        let updates = folders.iter().map(|folder| {
            let key = doc! { "root": root, "path": &folder.path };
            let fields = doc! {
                "fingerprint": &folder.fingerprint,
                "has_full_hashes": folder.has_full_hashes,
                "titles_of": folder.titles_of.clone(),
                "sidecars": folder.sidecars.clone(),
            };
            Update::upsert(doc! { "_id": key }, doc! { "$set": fields })
        });
        let updates: Vec<_> = updates.collect();
        let least = updates.len();
        let gone = (!gone.is_empty()).then(|| {
            let paths = doc! { "$in": gone.to_vec() };
            doc! { "_id.root": root, "_id.path": paths }
        });
        self.put(FOLDERS, gone, updates, least).await
    }

    async fn files(&self, ids: &[MediaFileId]) -> Result<Vec<MediaFile>, StoreError> {
        let these = doc! { "_id": { "$in": list(ids, |id| key(*id)) } };
        readable(&self.files, FILES, these, doc! {}, None).await
    }

    async fn files_in(&self, root: &str, folders: &[String]) -> Result<Vec<MediaFile>, StoreError> {
        let these = doc! { "root": root, "folder": { "$in": folders.to_vec() } };
        readable(&self.files, FILES, these, doc! {}, None).await
    }

    async fn files_with(
        &self,
        fingerprints: &[String],
        limit: usize,
    ) -> Result<Vec<MediaFile>, StoreError> {
        // The second condition is that of the index.
        let these = doc! { "$in": fingerprints.to_vec(), "$gt": "" };
        let these = doc! { "fingerprint": these };
        readable(&self.files, FILES, these, doc! {}, Some(limit)).await
    }

    async fn list_files(
        &self,
        filter: &FileFilter,
        window: &Window,
    ) -> Result<Slice<MediaFile>, StoreError> {
        let (filter, order) = (in_window(filter, window)?, order_of(window));
        let limit = window.limit.saturating_add(1);
        let rows = readable(&self.files, FILES, filter, order, Some(limit)).await?;
        Ok(Slice::from_overfetched(rows, window))
    }

    async fn list_each(
        &self,
        filters: &[FileFilter],
        window: &Window,
    ) -> Result<Vec<Slice<MediaFile>>, StoreError> {
        let mut pages = Vec::with_capacity(filters.len());
        for filters in filters.chunks(UNITED) {
            let lists = self.united(filters, window).await?;
            for (filter, rows) in filters.iter().zip(lists) {
                pages.push(match rows {
                    Some(rows) => Slice::from_overfetched(rows, window),
                    // What follows takes the place of what cannot be read.
                    None => self.list_files(filter, window).await?,
                });
            }
        }
        Ok(pages)
    }

    async fn count_files(&self, filter: &FileFilter) -> Result<u64, StoreError> {
        let these = together(conditions(filter));
        patiently(self.db.timeout, async {
            let counted = self.files.count_documents(these).await;
            counted.map_err(store_error)
        })
        .await
    }

    async fn put_files(&self, files: &[MediaFile]) -> Result<(), StoreError> {
        let updates = files.iter().map(|file| {
            let fields = doc! {
                "root": &file.root,
                "folder": file.folder(),
                "place": file.place(),
                "state": file.state.as_str(),
                "fingerprint": &file.fingerprint,
                "items": list(&file.items, |item| file_items::name(*item)),
                "items_of": file.revision.cast_signed(),
            };
            next(key(file.id), file.revision, fields, file)
        });
        let updates: Vec<_> = updates.collect::<Result<_, _>>()?;
        let least = updates.len();
        self.put(FILES, None, updates, least).await
    }
}

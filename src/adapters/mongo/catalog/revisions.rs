//! Revisions as documents: `user` is not there where no account made the change.
//!
//! What a field was and is, is kept as JSON: of what stands in it the database needs to know the names of the fields alone.

use bson::{Document, doc};
use chrono::Utc;
use futures::TryStreamExt;
use serde::{Deserialize, Serialize};

use crate::adapters::mongo::db::{MongoDb, patiently, store_error};
use crate::adapters::mongo::fields;
use crate::adapters::mongo::find;
use crate::domain::catalog::{
    Author, CatalogNode, CatalogRevision, FieldChange, RevisionKind, RevisionSource,
};
use crate::domain::error::StoreError;
use crate::domain::ids::{RevisionId, RunId, UserId};
use crate::domain::page::{Direction, KeyValue, Slice, Window};
use crate::domain::revising::{NAMING, RevisionFilter};

/// The collection, and what revisions are called that cannot be read.
pub(in crate::adapters::mongo) const REVISIONS: &str = "catalog_revisions";

/// A revision; the id is its document's place in the change feed.
#[derive(Serialize, Deserialize)]
pub(super) struct RevisionDocument {
    #[serde(rename = "_id")]
    id: i64,
    sort: String,
    node: i64,
    number: i64,
    kind: RevisionKind,
    at: bson::DateTime,
    author: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    user: Option<i64>,
    source: String,
    run: String,
    /// The names of the fields, for filters.
    fields: Vec<String>,
    changes: String,
}

impl RevisionDocument {
    /// A revision whose place is not known yet.
    pub(super) fn of(revision: &CatalogRevision) -> Result<Self, StoreError> {
        let names = revision.fields.iter().map(|change| change.field.clone());
        Ok(Self {
            id: revision.id.to_i64(),
            sort: revision.node.sort().to_owned(),
            node: revision.node.to_i64(),
            number: revision.number.cast_signed(),
            kind: revision.kind,
            at: revision.at.into(),
            author: json(&revision.author)?,
            user: revision.author.user().map(UserId::to_i64),
            source: revision.source.as_str().to_owned(),
            run: revision.run.to_string(),
            fields: names.collect(),
            changes: json(&revision.fields)?,
        })
    }

    /// As a document of the collection.
    pub(super) fn at(&self, place: i64) -> Result<Document, StoreError> {
        let mut document = bson::serialize_to_document(self).map_err(StoreError::failed)?;
        document.insert("_id", place);
        Ok(document)
    }

    /// Which document of the catalogue it is of: its sort, its id and its revision.
    pub(super) fn of_document(&self) -> (&str, i64, i64) {
        (&self.sort, self.node, self.number)
    }
}

/// The author of revisions whose account is erased, as documents have it.
pub(in crate::adapters::mongo) fn erased() -> Result<String, StoreError> {
    json(&Author::Erased)
}

/// A page of those that pass.
pub(super) async fn page(
    db: &MongoDb,
    filter: &RevisionFilter,
    window: &Window,
) -> Result<Slice<CatalogRevision>, StoreError> {
    let is_forward = window.direction == Direction::Forward;
    let (beyond, order) = if is_forward { ("$lt", -1) } else { ("$gt", 1) };
    let mut found = Document::new();
    if let Some(node) = filter.node {
        found.insert("sort", node.sort());
        found.insert("node", node.to_i64());
    }
    if let Some(user) = filter.author {
        found.insert("user", user.to_i64());
    }
    if let Some(source) = filter.source {
        found.insert("source", source.as_str());
    }
    if let Some(run) = filter.run {
        found.insert("run", run.to_string());
    }
    if let Some(field) = &filter.field {
        found.insert("fields", field.as_str());
    }
    if let Some(keyset) = &window.start
        && let KeyValue::Number(start) = keyset.id
    {
        found.insert("_id", doc! { beyond: start });
    }
    // One more than is wanted tells whether there are more.
    let wanted = Some(window.limit.saturating_add(1));
    let revisions = db.collection::<RevisionDocument>(REVISIONS);
    let order = doc! { "_id": order };
    let rows = find::readable(&revisions, REVISIONS, found, order, wanted).await?;
    Ok(Slice::from_overfetched(rows, window))
}

pub(super) async fn by_id(
    db: &MongoDb,
    ids: &[RevisionId],
) -> Result<Vec<CatalogRevision>, StoreError> {
    let ids = fields::list(ids, |id| id.to_i64());
    let revisions = db.collection::<RevisionDocument>(REVISIONS);
    let filter = doc! { "_id": { "$in": ids } };
    find::readable(&revisions, REVISIONS, filter, Document::new(), None).await
}

/// Those of each thing after a revision of it, the latest first.
pub(super) async fn since(
    db: &MongoDb,
    seen: &[(CatalogNode, u64)],
    limit: usize,
) -> Result<Vec<CatalogRevision>, StoreError> {
    if seen.is_empty() {
        return Ok(Vec::new());
    }
    let revisions = db.collection::<RevisionDocument>(REVISIONS);
    let filter = doc! { "$or": fields::list(seen, after) };
    let order = doc! { "_id": -1 };
    find::readable(&revisions, REVISIONS, filter, order, Some(limit)).await
}

/// Those of each thing after a revision of it that gave it another name, the first first.
pub(super) async fn renames_since(
    db: &MongoDb,
    seen: &[(CatalogNode, u64)],
    limit: usize,
) -> Result<Vec<CatalogRevision>, StoreError> {
    if seen.is_empty() {
        return Ok(Vec::new());
    }
    let revisions = db.collection::<RevisionDocument>(REVISIONS);
    let filter = doc! {
        "$or": fields::list(seen, after),
        "fields": { "$in": NAMING.to_vec() },
    };
    let order = doc! { "_id": 1 };
    find::readable(&revisions, REVISIONS, filter, order, Some(limit)).await
}

/// What is of a thing, and after this revision of it.
fn after((node, number): &(CatalogNode, u64)) -> Document {
    doc! {
        "sort": node.sort(),
        "node": node.to_i64(),
        "number": { "$gt": number.cast_signed() },
    }
}

/// Deletes those of the first ones that are old.
pub(super) async fn delete(
    db: &MongoDb,
    before: chrono::DateTime<Utc>,
    limit: usize,
) -> Result<usize, StoreError> {
    #[derive(Deserialize)]
    struct Written {
        #[serde(rename = "_id")]
        id: i64,
        at: bson::DateTime,
    }
    // The server takes 0 for no limit.
    if limit == 0 {
        return Ok(0);
    }
    let revisions = db.collection::<Written>(REVISIONS);
    let first: Vec<Written> = patiently(db.timeout, async {
        // Without what was changed: mostly they are not old, and it is much.
        let first = revisions
            .find(Document::new())
            .projection(doc! { "_id": 1, "at": 1 });
        let first = first.sort(doc! { "_id": 1 }).limit(fields::limit(limit));
        let first = first.batch_size(find::BATCH).await.map_err(store_error)?;
        first.try_collect().await.map_err(store_error)
    })
    .await?;
    let before = fields::date(before);
    let old = first.into_iter().filter(|it| it.at < before);
    let old: Vec<i64> = old.map(|it| it.id).collect();
    if old.is_empty() {
        return Ok(0);
    }
    patiently(db.timeout, async {
        let deleted = revisions.delete_many(doc! { "_id": { "$in": old } }).await;
        let deleted = deleted.map_err(store_error)?.deleted_count;
        Ok(usize::try_from(deleted).unwrap_or(usize::MAX))
    })
    .await
}

impl TryFrom<RevisionDocument> for CatalogRevision {
    type Error = String;

    fn try_from(document: RevisionDocument) -> Result<Self, String> {
        let node = CatalogNode::from_stored(&document.sort, document.node);
        let node = node.ok_or_else(|| format!("{} has no revisions", document.sort))?;
        let source = RevisionSource::ALL.into_iter();
        let mut source = source.filter(|source| source.as_str() == document.source);
        let author = serde_json::from_str::<Author>(&document.author);
        let fields = serde_json::from_str::<Vec<FieldChange>>(&document.changes);
        Ok(Self {
            id: RevisionId::from_i64(document.id),
            node,
            number: document.number.cast_unsigned(),
            kind: document.kind,
            at: document.at.to_chrono(),
            author: author.map_err(|error| error.to_string())?,
            source: source
                .next()
                .ok_or_else(|| format!("{} is no source", document.source))?,
            run: RunId(document.run.parse().map_err(|_| "the run has no name")?),
            fields: fields.map_err(|error| error.to_string())?,
        })
    }
}

fn json(thing: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(thing).map_err(StoreError::failed)
}

//! Reading documents: one, all, or a page of them, within the time that an operation may take.

use bson::{Bson, DateTime, Document, RawDocument, RawDocumentBuf, Uuid, doc};
use futures::TryStreamExt;
use mongodb::ClientSession;
use mongodb::options::FindOptions;
use serde::de::DeserializeOwned;

use super::db::{Collection, patiently, store_error};
use super::fields;
use crate::domain::error::StoreError;
use crate::domain::page::{Direction, KeyValue, Keyset, Slice, Window};
use crate::domain::unreadable::pass_over;

/// How many documents come with the first answer (if they have no more than 16 MB): most reads are one round trip.
pub(super) const BATCH: u32 = 10_000;

/// What a document says; the error of one that was never written like this.
type Unreadable = Box<dyn std::error::Error + Send + Sync>;

/// The document that a filter finds, if there is one.
pub(super) async fn one<D, T>(
    collection: &Collection<D>,
    filter: Document,
) -> Result<Option<T>, StoreError>
where
    D: DeserializeOwned + Send + Sync,
    T: TryFrom<D, Error: Into<Unreadable>>,
{
    let found = patiently(collection.timeout, async {
        collection.find_one(filter).await.map_err(store_error)
    })
    .await?;
    found
        .map(T::try_from)
        .transpose()
        .map_err(StoreError::failed)
}

/// What documents say, as [`documents`] finds them.
pub(super) async fn all<D, T>(
    collection: &Collection<D>,
    filter: Document,
    order: Document,
    limit: Option<usize>,
) -> Result<Vec<T>, StoreError>
where
    D: DeserializeOwned + Send + Sync,
    T: TryFrom<D, Error: Into<Unreadable>>,
{
    documents(collection, filter, order, limit)
        .await?
        .into_iter()
        .map(|document| T::try_from(document).map_err(StoreError::failed))
        .collect()
}

/// The documents that a filter finds. An empty order is none.
pub(super) async fn documents<D>(
    collection: &Collection<D>,
    filter: Document,
    order: Document,
    limit: Option<usize>,
) -> Result<Vec<D>, StoreError>
where
    D: DeserializeOwned + Send + Sync,
{
    // The server takes 0 for no limit.
    if limit == Some(0) {
        return Ok(Vec::new());
    }
    patiently(collection.timeout, async {
        let found = collection.find(filter).with_options(sorted(order, limit));
        let cursor = found.await.map_err(store_error)?;
        cursor.try_collect().await.map_err(store_error)
    })
    .await
}

/// What documents say, as [`documents`] finds them, without those that this version cannot read: these are passed over as
/// `kind`. A limit is one of those that can be read.
pub(super) async fn readable<D, T>(
    collection: &Collection<D>,
    kind: &'static str,
    filter: Document,
    order: Document,
    limit: Option<usize>,
) -> Result<Vec<T>, StoreError>
where
    D: DeserializeOwned + Send + Sync,
    T: TryFrom<D, Error: Into<Unreadable>>,
{
    let raw = Collection::<RawDocumentBuf> {
        collection: collection.clone_with_type(),
        timeout: collection.timeout,
    };
    let say = |raw: RawDocumentBuf| {
        let document: Result<D, Unreadable> =
            bson::deserialize_from_slice(raw.as_bytes()).map_err(Into::into);
        match document.and_then(|document| T::try_from(document).map_err(Into::into)) {
            Ok(thing) => Some(thing),
            Err(error) => {
                pass_over(kind, &name(&raw), &error);
                None
            }
        }
    };
    fill(&raw, filter, order, limit, say).await
}

/// The id of a document, for the log.
pub(super) fn name(document: &RawDocument) -> String {
    fn text(id: Bson) -> String {
        match id {
            Bson::Document(key) => {
                let parts: Vec<String> = key.into_iter().map(|(_, part)| text(part)).collect();
                parts.join(" ")
            }
            Bson::Binary(bytes) => bytes
                .to_uuid()
                .map_or_else(|_| bytes.to_string(), |id| id.to_string()),
            Bson::String(text) => text,
            other => other.to_string(),
        }
    }
    let id = document.get("_id").ok().flatten();
    id.and_then(|id| Bson::try_from(id).ok())
        .map_or_else(|| "without an id".to_owned(), text)
}

/// Reads documents until there are as many as wanted of those that say something, or no more.
pub(super) async fn fill<D, T>(
    collection: &Collection<D>,
    filter: Document,
    order: Document,
    limit: Option<usize>,
    say: impl Fn(D) -> Option<T>,
) -> Result<Vec<T>, StoreError>
where
    D: DeserializeOwned + Send + Sync,
{
    let mut found: Vec<T> = Vec::new();
    let mut seen = 0;
    loop {
        let wanted = limit.map(|limit| limit - found.len());
        // The server takes 0 for no limit.
        if wanted == Some(0) {
            return Ok(found);
        }
        let documents: Vec<D> = patiently(collection.timeout, async {
            let options = sorted(order.clone(), wanted);
            let cursor = collection
                .find(filter.clone())
                .with_options(options)
                .skip(seen)
                .await
                .map_err(store_error)?;
            cursor.try_collect().await.map_err(store_error)
        })
        .await?;
        let is_last = wanted.is_none_or(|wanted| documents.len() < wanted);
        seen += documents.len() as u64;
        found.extend(documents.into_iter().filter_map(&say));
        if is_last {
            return Ok(found);
        }
    }
}

/// The same inside a session, which has a time limit of its own.
pub(super) async fn documents_in<D>(
    session: &mut ClientSession,
    collection: &mongodb::Collection<D>,
    filter: Document,
    order: Document,
    limit: Option<usize>,
) -> mongodb::error::Result<Vec<D>>
where
    D: DeserializeOwned + Send + Sync,
{
    let mut cursor = collection
        .find(filter)
        .with_options(sorted(order, limit))
        .session(&mut *session)
        .await?;
    cursor.stream(session).try_collect().await
}

fn sorted(order: Document, limit: Option<usize>) -> FindOptions {
    FindOptions::builder()
        .sort((!order.is_empty()).then_some(order))
        .limit(limit.map(fields::limit))
        .batch_size(BATCH)
        .build()
}

/// A list by a time, then by an id, ascending. There is an index that runs in its order.
pub(super) struct List {
    pub(super) filter: Document,
    pub(super) time: &'static str,
    pub(super) is_latest_first: bool,
    pub(super) id: &'static str,
}

impl List {
    /// A page of it. What cannot be read is passed over as `kind`; without a kind it is an error.
    pub(super) async fn page<D, T>(
        self,
        collection: &Collection<D>,
        kind: Option<&'static str>,
        window: &Window,
    ) -> Result<Slice<T>, StoreError>
    where
        D: DeserializeOwned + Send + Sync,
        T: TryFrom<D, Error: Into<Unreadable>>,
    {
        let Self { time, id, .. } = self;
        let is_forward = window.direction == Direction::Forward;
        let is_up = is_forward != self.is_latest_first;
        let mut filter = self.filter;
        if let Some(start) = &window.start {
            let (at, next) = bounds(start)?;
            // The outer condition follows from the inner one; it tells the index where to begin.
            filter.insert(time, doc! { format!("{}e", beyond(is_up)): at });
            filter.insert(
                "$or",
                [
                    doc! { time: { beyond(is_up): at } },
                    doc! { id: { beyond(is_forward): next } },
                ],
            );
        }
        let order = doc! { time: towards(is_up), id: towards(is_forward) };
        let limit = window.limit.saturating_add(1);
        let rows = match kind {
            Some(kind) => readable(collection, kind, filter, order, Some(limit)).await?,
            None => all(collection, filter, order, Some(limit)).await?,
        };
        Ok(Slice::from_overfetched(rows, window))
    }
}

/// A place in a list by time as the documents have it: the only texts are the names of plays.
fn bounds(start: &Keyset) -> Result<(DateTime, Bson), StoreError> {
    let KeyValue::Number(at) = start.value else {
        return Err(StoreError::failed("a keyset of a list by time has no time"));
    };
    let next = match &start.id {
        KeyValue::Number(id) => Bson::Int64(*id),
        KeyValue::Text(name) => Uuid::parse_str(name).map_err(StoreError::failed)?.into(),
    };
    Ok((DateTime::from_millis(at), next))
}

/// What comes after a value, going up or down.
fn beyond(is_up: bool) -> &'static str {
    if is_up { "$gt" } else { "$lt" }
}

/// The order, going up or down.
fn towards(is_up: bool) -> i32 {
    if is_up { 1 } else { -1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_named_by_its_id() {
        let play = uuid::Uuid::from_u128(7);
        let name_of = |id: Bson| name(&RawDocumentBuf::try_from(&doc! { "_id": id }).unwrap());

        assert_eq!(name_of(Bson::Int64(7)), "7");
        assert_eq!(name_of("alien-1979".into()), "alien-1979");
        let key = doc! { "profile": 7_i64, "play": Uuid::from_bytes(play.into_bytes()) };
        assert_eq!(name_of(key.into()), format!("7 {play}"));
        let nothing = RawDocumentBuf::try_from(&doc! {}).unwrap();
        assert_eq!(name(&nothing), "without an id");
    }
}

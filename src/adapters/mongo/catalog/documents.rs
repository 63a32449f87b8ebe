//! How the catalogue is stored in documents.
//!
//! The fields are those of the domain's types, except that `id` is called `_id` and the stamp is taken apart:
//! `revision`, and the times as dates of BSON. Titles carry besides how many watch them
//! (`popularity`, with the number of the count that found it, `counted`), and what older versions, which may run beside
//! this one, list them by (see [`title`]). Everything has its place in the change feed
//! (`sequence`), but for genres, collections and episodes that were last written before they were part of it.

use bson::raw::{RawBsonRef, cstr};
use bson::{Document, RawDocument, RawDocumentBuf, doc};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::adapters::mongo::find::name;
use crate::domain::catalog::{CatalogBatch, Episode, Person, Texts, Title, release_day};
use crate::domain::error::StoreError;
use crate::domain::stamp::Stamp;
use crate::domain::text;
use crate::domain::unreadable::pass_over;

/// The names of the collections.
pub(super) const TITLES: &str = "titles";
pub(super) const PEOPLE: &str = "people";
pub(super) const GENRES: &str = "genres";
pub(super) const EPISODES: &str = "episodes";
pub(super) const COLLECTIONS: &str = "collections";
/// Has one document for each counter, shared with other features.
pub(super) const COUNTERS: &str = "counters";

/// The counter whose `last` is the last number of the change feed that was given out.
pub(super) const FEED: &str = "catalog";

/// The counter whose `last` is the last number that was given to a count of watchers.
pub(super) const COUNTS: &str = "watchers";

/// The fields of a title's document that are not there if there is nothing to say.
pub(super) const OPTIONAL: [&str; 1] = ["age"];

/// The document of a title, without what the store adds: watchers, sequence and the mark.
///
/// Nothing of this version reads `age` (which is not there if it is unrated), `open_from`, `open_until`, `sort_name` and
/// `released`. Versions of before sort and filter titles in MongoDB by them: without the first three they would show
/// what may not be seen, without the others lose titles between two pages. They go when no such version can run beside
/// ours any more; what is written over a document keeps the fields that it does not name, so they must be unset then.
pub(super) fn title(title: &Title) -> Result<Document, StoreError> {
    let mut document = document(title, &title.stamp)?;
    document.remove("popularity");
    document.insert("sort_name", text::sort_name(&title.name));
    document.insert("released", release_day(title));
    let (open_from, open_until) = title.publication.open_millis();
    document.insert("open_from", open_from);
    document.insert("open_until", open_until);
    if let Some(age) = title.age() {
        document.insert("age", i32::from(age));
    }
    Ok(document)
}

/// The document of somebody, with what the batch tells of their life, if it does.
pub(super) fn person(person: &Person, batch: &CatalogBatch) -> Result<Document, StoreError> {
    let told = batch.biographies.iter().find(|it| it.person == person.id);
    let told = told.map(|biography| &biography.texts);
    with_texts(document(person, &person.stamp)?, "biography", told)
}

/// The document of an episode, with what the batch tells of it, if it does.
pub(super) fn episode(episode: &Episode, batch: &CatalogBatch) -> Result<Document, StoreError> {
    let told = batch.overviews.iter().find(|it| it.episode == episode.id);
    let told = told.map(|overview| &overview.texts);
    with_texts(document(episode, &episode.stamp)?, "overview", told)
}

fn with_texts(
    mut document: Document,
    field: &str,
    texts: Option<&Texts>,
) -> Result<Document, StoreError> {
    if let Some(texts) = texts {
        let texts = bson::serialize_to_document(texts).map_err(StoreError::failed)?;
        document.insert(field, texts);
    }
    Ok(document)
}

/// The document of anything.
pub(super) fn document(thing: &impl Serialize, stamp: &Stamp) -> Result<Document, StoreError> {
    let mut fields = bson::serialize_to_document(thing).map_err(StoreError::failed)?;
    let mut document = doc! { "_id": fields.remove("id") };
    fields.remove("stamp");
    document.extend(fields);
    document.insert("revision", stamp.revision.cast_signed());
    document.insert("created_at", stamp.created_at);
    document.insert("updated_at", stamp.updated_at);
    Ok(document)
}

/// The value that a document holds. Fields that the store adds are skipped.
///
/// The whole catalogue is read through here: a document that is put together again as bytes is read in a third of the
/// time that one of values takes.
pub(super) fn thing<T: DeserializeOwned>(document: &RawDocument) -> Result<T, StoreError> {
    let mut fields = RawDocumentBuf::new();
    let mut stamp = RawDocumentBuf::new();
    for field in document {
        let (name, value) = field.map_err(StoreError::failed)?;
        match (name.as_str(), value) {
            ("_id", id) => fields.append(cstr!("id"), id),
            ("created_at" | "updated_at", RawBsonRef::DateTime(time)) => {
                stamp.append(name, time.to_chrono().to_rfc3339());
            }
            ("revision" | "created_at" | "updated_at", value) => stamp.append(name, value),
            (_, value) => fields.append(name, value),
        }
    }
    fields.append(cstr!("stamp"), stamp);
    bson::deserialize_from_slice(fields.as_bytes()).map_err(StoreError::failed)
}

/// The thing of a document of a collection; `None`: this version cannot read it, and it is passed over.
pub(super) fn readable<T: DeserializeOwned>(
    collection: &'static str,
    document: &RawDocument,
) -> Option<T> {
    thing(document)
        .map_err(|error| {
            let cause = std::error::Error::source(&error).map(ToString::to_string);
            pass_over(collection, &name(document), &cause.unwrap_or_default());
        })
        .ok()
}

#[cfg(test)]
mod tests {
    use bson::{Bson, DateTime};

    use super::*;
    use crate::domain::catalog::Certification;

    #[test]
    fn an_age_is_stored_with_what_it_is_of_and_titles_of_before_have_none() {
        let at = DateTime::from_millis(1_700_000_000_123);
        let former = doc! {
            "_id": 7_i64, "kind": "film", "slug": "heat-1995", "name": "Heat", "original_name": Bson::Null,
            "year": 1995, "end_year": Bson::Null, "premiered": Bson::Null, "duration": Bson::Null, "genres": [],
            "credits": [], "countries": [], "languages": [], "external_ids": [], "network": Bson::Null,
            "total_seasons": Bson::Null, "revision": 1_i64, "created_at": at, "updated_at": at,
            "sort_name": "heat", "released": 19_950_000_i64, "popularity": 0_i64, "sequence": 1_i64,
        };
        let certification = |system: &str, label: &str, age| Certification {
            system: system.to_owned(),
            label: label.to_owned(),
            age,
        };

        let read = |document: &Document| {
            thing::<Title>(&RawDocumentBuf::try_from(document).unwrap()).unwrap()
        };

        let unrated = read(&former);
        let rated = Title {
            certifications: vec![certification("DE", "16", 16), certification("US", "R", 17)],
            ..unrated.clone()
        };
        let document = title(&rated).unwrap();

        assert_eq!(unrated.certifications, []);
        assert!(unrated.names.is_empty() && unrated.overview.is_empty());
        assert_eq!((unrated.status, unrated.extras.as_slice()), (None, &[][..]));
        assert_eq!(unrated.pictures, []);
        assert!(!title(&unrated).unwrap().contains_key("age"));
        assert_eq!(document.get_i32("age").unwrap(), 17);
        assert_eq!(read(&document), rated);
    }
}

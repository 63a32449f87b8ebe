//! How the catalogue is stored in documents.
//!
//! The fields are those of the domain's types, except that `id` is called `_id` and the stamp is taken apart:
//! `revision`, and the times as dates of BSON. Titles carry besides what they are sorted by (`sort_name`, `released`,
//! `popularity` with the number of the count that found it, `counted`) and what says who may see them (`age`, which is
//! not there if they are unrated, `open_from` and `open_until`), and titles and people their place in the change feed
//! (`sequence`).

use bson::{Bson, Document, doc};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::domain::catalog::{Title, release_day};
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
pub(super) fn thing<T: DeserializeOwned>(mut document: Document) -> Result<T, StoreError> {
    let mut stamp = Document::new();
    for field in ["revision", "created_at", "updated_at"] {
        let value = match document.remove(field) {
            Some(Bson::DateTime(time)) => time.to_chrono().to_rfc3339().into(),
            other => other.unwrap_or(Bson::Null),
        };
        stamp.insert(field, value);
    }
    document.insert("stamp", stamp);
    document.insert("id", document.get("_id").cloned());
    bson::deserialize_from_document(document).map_err(StoreError::failed)
}

/// The thing of a document of a collection; `None`: this version cannot read it, and it is passed over.
pub(super) fn readable<T: DeserializeOwned>(
    collection: &'static str,
    document: Document,
) -> Option<T> {
    let key = document.get("_id").map(ToString::to_string);
    let read = thing(document);
    read.map_err(|error| {
        let cause = std::error::Error::source(&error).map(ToString::to_string);
        pass_over(
            collection,
            &key.unwrap_or_default(),
            &cause.unwrap_or_default(),
        );
    })
    .ok()
}

#[cfg(test)]
mod tests {
    use bson::DateTime;

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

        let unrated: Title = thing(former).unwrap();
        let rated = Title {
            certifications: vec![certification("DE", "16", 16), certification("US", "R", 17)],
            ..unrated.clone()
        };
        let document = title(&rated).unwrap();

        assert_eq!(unrated.certifications, []);
        assert!(!title(&unrated).unwrap().contains_key("age"));
        assert_eq!(document.get_i32("age").unwrap(), 17);
        assert_eq!(thing::<Title>(document).unwrap(), rated);
    }
}

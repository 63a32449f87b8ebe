//! What a record of a collection says: its name and its pictures. Which films are in it, these say themselves.

use super::collections::check_name;
use super::fields::{Fields, MAX_NAME, checked_slug, is_placeholder};
use super::picture_fields::read_pictures;
use super::pictures::PicturesRecord;
use super::problem::Problem;

/// A collection, as a file tells it.
#[derive(Debug, Clone, PartialEq)]
pub struct CollectionRecord {
    /// The key, as films name it; `None`: it is the one that films mean which name it by its name alone.
    pub slug: Option<String>,
    /// Where no key is given it is what the collection is known by, and one that is there keeps the name that it has.
    pub name: String,
    /// Its pictures, and where they are.
    pub pictures: PicturesRecord,
}

/// Reads the fields of a collection.
pub(super) fn read_collection_record(fields: &mut Fields) -> Result<CollectionRecord, Problem> {
    let slug = fields.take("slug");
    let slug = slug.map(|slug| checked_slug("slug", &slug)).transpose()?;
    let name = fields.text("name", MAX_NAME)?;
    if is_placeholder(&name) {
        let reason = format!("“{name}” is no name of a collection");
        return Err(Problem::new("name", reason));
    }
    if slug.is_none() {
        check_name("name", &name)?;
    }
    Ok(CollectionRecord {
        slug,
        name,
        pictures: read_pictures(fields)?,
    })
}

impl CollectionRecord {
    /// The key, once it is known.
    pub(super) fn key(&self) -> &str {
        self.slug.as_deref().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::domain::loading::records::Record;

    fn read(record: Value) -> Result<CollectionRecord, String> {
        match Record::read(record, 2026) {
            Ok((Record::Collection(record), ..)) => Ok(record),
            Ok(_) => unreachable!("it is a collection"),
            Err((problem, _)) => Err(format!("{} {}", problem.field, problem.reason)),
        }
    }

    #[test]
    fn a_collection_has_a_name_and_perhaps_a_key() {
        let of = |slug: Value, name: Value| {
            read(json!({ "kind": "collection", "slug": slug, "name": name }))
        };

        assert_eq!(of(json!("a"), json!("A")).unwrap().key(), "a");
        let without = read(json!({ "kind": "collection", "name": "Mann Films" }));
        assert_eq!(without.unwrap().slug, None);
        let nameless = read(json!({ "kind": "collection", "name": "!?" })).unwrap_err();
        assert_eq!(nameless, "name “!?” has no letter or digit");
        let refused = of(json!("a"), json!("Unknown")).unwrap_err();
        assert_eq!(refused, "name “Unknown” is no name of a collection");
        assert_eq!(
            of(json!("a"), json!(" ")).unwrap_err(),
            "name is missing or empty"
        );
        assert!(
            of(json!("No Key"), json!("A"))
                .unwrap_err()
                .starts_with("slug ")
        );
    }
}

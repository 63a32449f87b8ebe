//! The collection that a film is part of, as a record names it.

use serde_json::Value;

use super::fields::{Fields, checked_slug, checked_text};
use super::problem::Problem;
use super::records::MAX_NAME;
use crate::domain::text;

/// The greatest number of a part.
const MAX_PART: i64 = 9999;

/// A collection, and which part of it the film is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CollectionName {
    /// The collection's key: given, or made of the name (case, accents, punctuation and spacing folded).
    pub slug: String,
    pub name: String,
    /// The number of the part, from 1.
    pub part: Option<u32>,
}

/// Reads `collection` and `part`.
pub(super) fn read_collection(fields: &mut Fields) -> Result<Option<CollectionName>, Problem> {
    let part = read_part(fields)?;
    let named = match fields.take("collection") {
        None => None,
        Some(Value::Object(map)) => {
            let mut inner = Fields::new(map);
            let named = read_object(&mut inner)
                .map_err(|problem| Problem::new(within(&problem.field), problem.reason))?;
            for field in inner.finish().0 {
                fields.warn(within(&field), "is not a field of a collection; ignored");
            }
            Some(named)
        }
        Some(name) => match checked_text("collection", &name, MAX_NAME)? {
            name if name.is_empty() => None,
            name => Some(CollectionName {
                slug: slug_of("collection", &name)?,
                name,
                part: None,
            }),
        },
    };
    match (named, part) {
        (None, Some(_)) => Err(Problem::new("part", "is given without a collection")),
        (Some(CollectionName { part: Some(a), .. }), Some(b)) if a != b => Err(Problem::new(
            "part",
            format!("is {b}, but {a} in the collection"),
        )),
        (named, part) => Ok(named.map(|named| CollectionName {
            part: named.part.or(part),
            ..named
        })),
    }
}

fn read_object(fields: &mut Fields) -> Result<CollectionName, Problem> {
    let name = fields.text("name", MAX_NAME)?;
    let slug = match fields.take("slug") {
        Some(slug) => checked_slug("slug", &slug)?,
        None => slug_of("name", &name)?,
    };
    let part = read_part(fields)?;
    Ok(CollectionName { slug, name, part })
}

fn read_part(fields: &mut Fields) -> Result<Option<u32>, Problem> {
    let part = fields.integer("part", 1..=MAX_PART)?;
    Ok(part.and_then(|part| u32::try_from(part).ok()))
}

fn slug_of(field: &str, name: &str) -> Result<String, Problem> {
    match text::slug(name) {
        slug if slug.is_empty() => Err(Problem::new(
            field,
            format!("“{name}” has no letter or digit"),
        )),
        slug => Ok(slug),
    }
}

fn within(field: &str) -> String {
    format!("collection.{field}")
}

//! The collection that a film is part of, as a record names it.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::fields::{Fields, MAX_NAME, checked_slug, checked_text, is_placeholder};
use super::problem::Problem;
use super::said::Said;
use crate::domain::catalog::PartOf;
use crate::domain::ids::CollectionId;
use crate::domain::text;

/// The greatest number of a part.
const MAX_PART: u32 = 9999;

/// A collection, as a record names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CollectionName {
    /// The collection's key, if it is given; else one is made of the name.
    pub slug: Option<String>,
    pub name: String,
}

/// What a record says of the collection that a film is part of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PartRecord {
    pub collection: Said<CollectionName>,
    /// The number of the part, from 1.
    pub part: Said<u32>,
}

impl PartRecord {
    /// The film's place after the record, where it had `stored` before. A part that is not named stays as long as the
    /// collection does.
    pub(super) fn over(
        &self,
        stored: Option<PartOf>,
        ids: &HashMap<CollectionName, CollectionId>,
    ) -> Result<Option<PartOf>, Problem> {
        let before = match &self.collection {
            Said::Nothing => stored,
            Said::Cleared => None,
            Said::Value(named) => {
                let Some(&collection) = ids.get(named) else {
                    // It was deleted, and a number of a part with it.
                    return Ok(None);
                };
                let part = stored.filter(|stored| stored.collection == collection);
                Some(PartOf {
                    collection,
                    part: part.and_then(|stored| stored.part),
                })
            }
        };
        match (before, &self.part) {
            (None, Said::Value(_)) => Err(Problem::new("part", "is given without a collection")),
            (None, _) => Ok(None),
            (Some(before), part) => Ok(Some(PartOf {
                part: part.over(before.part),
                ..before
            })),
        }
    }
}

/// Reads `collection` and `part`.
pub(super) fn read_collection(fields: &mut Fields) -> Result<PartRecord, Problem> {
    let part = fields.count("part", 1..=MAX_PART)?;
    let (collection, inner) = match fields.raw("collection") {
        None => (Said::Nothing, Said::Nothing),
        Some(Value::Null) => (Said::Cleared, Said::Nothing),
        Some(Value::Object(map)) if has_no_name(&map) => {
            let name = map["name"].as_str().unwrap_or_default().to_owned();
            fields.warn_of("collection.name", name, "is no collection; left out");
            (Said::Nothing, Said::Nothing)
        }
        Some(Value::Object(map)) => {
            let mut object = Fields::new(map);
            let (named, part) = read_object(&mut object)
                .map_err(|problem| Problem::new(within(&problem.field), problem.reason))?;
            let unknown = "is not a field of a collection; ignored";
            fields.absorb("collection", object, unknown);
            (Said::Value(named), part)
        }
        Some(name) => match checked_text("collection", &name, MAX_NAME)? {
            name if name.is_empty() => (Said::Nothing, Said::Nothing),
            name if is_placeholder(&name) => {
                fields.warn_of("collection", name, "is no collection; left out");
                (Said::Nothing, Said::Nothing)
            }
            name => {
                check_name("collection", &name)?;
                let named = CollectionName { slug: None, name };
                (Said::Value(named), Said::Nothing)
            }
        },
    };
    if let (Said::Value(inner), Said::Value(part)) = (&inner, &part)
        && inner != part
    {
        let reason = format!("is {part}, but {inner} in the collection");
        return Err(Problem::new("part", reason));
    }
    Ok(PartRecord {
        collection,
        part: if inner == Said::Nothing { part } else { inner },
    })
}

fn read_object(fields: &mut Fields) -> Result<(CollectionName, Said<u32>), Problem> {
    let name = fields.text("name", MAX_NAME)?;
    let slug = fields.take("slug");
    let slug = slug.map(|slug| checked_slug("slug", &slug)).transpose()?;
    if slug.is_none() {
        check_name("name", &name)?;
    }
    let part = fields.count("part", 1..=MAX_PART)?;
    Ok((CollectionName { slug, name }, part))
}

/// Whether a placeholder stands where the name is to be.
fn has_no_name(collection: &Map<String, Value>) -> bool {
    let name = collection.get("name").and_then(Value::as_str);
    name.is_some_and(is_placeholder)
}

/// A name that a key is made of has something to make it of.
pub(super) fn check_name(field: &str, name: &str) -> Result<(), Problem> {
    if text::slug(name).is_empty() {
        let reason = format!("“{name}” has no letter or digit");
        return Err(Problem::new(field, reason));
    }
    Ok(())
}

fn within(field: &str) -> String {
    format!("collection.{field}")
}

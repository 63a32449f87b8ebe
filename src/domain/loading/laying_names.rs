//! The names of genres and collections, checked as where a record of a title names them.

use serde_json::{Map, Value, json};

use super::laying::{Refusal, read_known};
use super::problem::Problem;
use super::records::{Record, TitleRecord};

/// A year like any other: nothing that is read here is about time.
const ANY_YEAR: i32 = 2000;

/// A name that was found sound, and what a curator may want to look at.
#[derive(Debug, PartialEq)]
pub struct SoundName {
    /// Of a genre as the vocabulary spells it.
    pub name: String,
    pub noticed: Vec<Problem>,
}

/// The name of a genre, if it can be one.
pub fn genre_named(name: &str) -> Result<SoundName, Refusal> {
    sound("genres", json!([name]), |record| {
        record.genres().next().cloned()
    })
}

/// The name of a collection, if it can be one.
pub fn collection_named(name: &str) -> Result<SoundName, Refusal> {
    sound("collection", json!(name), |record| {
        let named = record.part_of.collection.value();
        named.map(|named| named.name.clone())
    })
}

fn sound(
    field: &str,
    value: Value,
    name: impl Fn(&TitleRecord) -> Option<String>,
) -> Result<SoundName, Refusal> {
    let mut named = Map::new();
    named.insert(field.to_owned(), value);
    let mut fields = named.clone();
    for (field, value) in [("kind", "film"), ("slug", "any"), ("title", "Any")] {
        fields.insert(field.to_owned(), json!(value));
    }
    match read_known(fields, &named, ANY_YEAR, "is no field of a title")? {
        (Record::Title(record), noticed) => match name(&record) {
            Some(name) => Ok(SoundName { name, noticed }),
            None => Err(Refusal::invalid(Problem::new(field, "stands for nothing"))),
        },
        _ => Err(Refusal::invalid(Problem::new(field, "is no name"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_that_a_record_may_have() {
        let sound = genre_named(" sci-fi ").unwrap();
        assert_eq!(sound.noticed, []);
        assert_eq!(sound.name, "Science Fiction");
        let own = genre_named("Kitchen Sink").unwrap();
        assert_eq!(own.name, "Kitchen Sink");
        assert!(own.noticed[0].reason.contains("not in the vocabulary"));
        assert_eq!(collection_named("Heat  Films").unwrap().name, "Heat Films");

        for (refused, reason) in [
            (genre_named("N/A"), "stands for nothing"),
            (genre_named("!!!"), "has no letter or digit"),
            (genre_named(&"x".repeat(61)), "more than 60"),
            (collection_named("Unknown"), "stands for nothing"),
            (collection_named(&"x".repeat(501)), "more than 500"),
        ] {
            let problem = refused.unwrap_err().problem;
            assert!(problem.reason.contains(reason), "{problem:?}");
        }
    }
}

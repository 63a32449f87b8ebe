//! What a record tells of a person: all that credits do not.

use std::ops::RangeInclusive;

use chrono::NaiveDate;

use super::checks::{IdsOf, read_external_ids};
use super::credits::read_person_name;
use super::fields::Fields;
use super::picture_fields::read_portrait;
use super::pictures::PicturesRecord;
use super::problem::Problem;
use super::said::{Entries, Said};
use super::texts::{Translated, read_long_texts};
use crate::domain::catalog::ExternalId;

/// The longest biography in a language, and the longest name of a place, in characters.
const MAX_BIOGRAPHY: usize = 20_000;
const MAX_PLACE: usize = 200;
/// The years in which somebody can be born or die: programs write the year 0 where they know none.
const YEARS_OF_LIVES: RangeInclusive<i32> = 1..=9999;

/// A person, as a file tells it.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonRecord {
    /// The key: lower-case letters, digits and hyphens.
    pub slug: String,
    pub name: String,
    /// The day of birth.
    pub born: Said<NaiveDate>,
    /// The day of death.
    pub died: Said<NaiveDate>,
    pub birthplace: Said<String>,
    /// What is told of the life, by language.
    pub biography: Said<Translated>,
    /// Their portraits, and where they are.
    pub portrait: PicturesRecord,
    /// Ids elsewhere, by provider.
    pub external_ids: Said<Entries<ExternalId>>,
}

/// Reads the fields of a person.
pub(super) fn read_person(fields: &mut Fields) -> Result<PersonRecord, Problem> {
    let record = PersonRecord {
        slug: fields.slug("slug")?,
        name: read_person_name(fields)?,
        born: fields.day("born", &YEARS_OF_LIVES)?,
        died: fields.day("died", &YEARS_OF_LIVES)?,
        birthplace: fields.known_text("birthplace", MAX_PLACE)?,
        biography: read_long_texts(fields, "biography", MAX_BIOGRAPHY)?,
        portrait: read_portrait(fields)?,
        external_ids: read_external_ids(fields, IdsOf::Person)?,
    };
    check_days(record.born.value().copied(), record.died.value().copied())?;
    Ok(record)
}

/// Nobody dies before the day of birth.
pub(super) fn check_days(born: Option<NaiveDate>, died: Option<NaiveDate>) -> Result<(), Problem> {
    match (born, died) {
        (Some(born), Some(died)) if died < born => {
            let reason = format!("is {died}, before the day of birth, {born}");
            Err(Problem::new("died", reason))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::domain::catalog::Texts;

    fn read(record: Value) -> Result<PersonRecord, Problem> {
        let Value::Object(map) = record else {
            unreachable!("it is an object");
        };
        read_person(&mut Fields::new(map))
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn each_field_is_read() {
        let record = read(json!({
            "slug": "al-pacino", "name": "Al Pacino", "born": "1940-04-25", "died": "2040-04-25",
            "birthplace": " East  Harlem ", "biography": { "en": "An actor." },
        }))
        .unwrap();

        assert_eq!(record.born, Said::Value(day("1940-04-25")));
        assert_eq!(record.died, Said::Value(day("2040-04-25")));
        assert_eq!(record.birthplace, Said::Value("East Harlem".to_owned()));
        let texts = record.biography.over_texts(Texts::default());
        assert_eq!(
            serde_json::to_value(texts).unwrap(),
            json!({ "en": "An actor." })
        );
    }

    #[test]
    fn what_cannot_be_is_refused_by_its_field() {
        for (field, value, said) in [
            (
                "died",
                json!("1899-12-31"),
                "is 1899-12-31, before the day of birth, 1900-01-01",
            ),
            (
                "died",
                json!("2020"),
                "is \"2020\", not a day as YYYY-MM-DD",
            ),
            ("born", json!(1940), "is 1940, not a day as YYYY-MM-DD"),
            (
                "birthplace",
                json!("a".repeat(201)),
                "has 201 characters, more than 200",
            ),
            ("birthplace", json!(["Rome"]), "is [\"Rome\"], not a text"),
            (
                "biography",
                json!("a".repeat(20_001)),
                "has 20001 characters, more than 20000",
            ),
        ] {
            let mut record = json!({ "slug": "a", "name": "A", "born": "1900-01-01" });
            record[field] = value;

            let problem = read(record).unwrap_err();

            assert_eq!(
                (problem.field.as_str(), problem.reason.as_str()),
                (field, said)
            );
        }
    }
}

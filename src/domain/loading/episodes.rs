//! What a record tells of an episode.

use chrono::NaiveDate;

use super::airs::{AirsRecord, read_airs};
use super::credits::{CreditName, read_credits};
use super::fields::{Fields, MAX_NAME};
use super::lengths::{MAX_NUMBER, read_number, read_runtime};
use super::picture_fields::read_still;
use super::pictures::PicturesRecord;
use super::problem::Problem;
use super::said::Said;
use super::texts::{Translated, read_long_texts, read_texts};
use super::years::years_of_films;

/// The highest number of an episode in its whole series.
const MAX_ABSOLUTE: u32 = 99_999;
/// The longest text on what happens, in characters.
const MAX_OVERVIEW: usize = 10_000;

/// An episode, as a file tells it.
#[derive(Debug, Clone, PartialEq)]
pub struct EpisodeRecord {
    /// The slug of the series.
    pub series: String,
    /// The season; 0 holds the specials.
    pub season: u32,
    /// The number in the season.
    pub number: u32,
    /// The number of the last one that is in it, above `number`.
    pub number_end: Said<u32>,
    /// The number in the whole series.
    pub absolute_number: Said<u32>,
    /// Where a special belongs.
    pub airs: AirsRecord,
    pub name: Said<String>,
    /// Its name in the language that it was made in.
    pub original_name: Said<String>,
    /// Its name in other languages than the site's.
    pub names: Said<Translated>,
    /// What happens in it, by language.
    pub overview: Said<Translated>,
    /// Its stills, and where they are.
    pub still: PicturesRecord,
    /// The day of the first showing.
    pub aired: Said<NaiveDate>,
    /// The length in seconds.
    pub duration: Said<u32>,
    pub directors: Said<Vec<CreditName>>,
    pub guests: Said<Vec<CreditName>>,
    pub writers: Said<Vec<CreditName>>,
}

impl EpisodeRecord {
    /// Everybody who is named.
    pub(super) fn credits(&self) -> impl Iterator<Item = &CreditName> {
        self.credits_by_field().map(|(_, credit)| credit)
    }

    /// The same, with the field that names them.
    pub(super) fn credits_by_field(&self) -> impl Iterator<Item = (&'static str, &CreditName)> {
        let fields = [
            ("directors", &self.directors),
            ("guests", &self.guests),
            ("writers", &self.writers),
        ];
        fields.into_iter().flat_map(|(field, said)| {
            let named = said.value().into_iter().flatten();
            named.map(move |credit| (field, credit))
        })
    }
}

/// Reads the fields of an episode.
pub(super) fn read_episode(fields: &mut Fields, this_year: i32) -> Result<EpisodeRecord, Problem> {
    let series = fields.slug("series")?;
    let season = read_number(fields, "season")?;
    let number = read_number(fields, "episode")?;
    Ok(EpisodeRecord {
        series,
        season,
        number,
        number_end: read_end(fields, number)?,
        absolute_number: fields.count("absolute_number", 1..=MAX_ABSOLUTE)?,
        airs: read_airs(fields, season, MAX_NUMBER)?,
        name: fields.optional_text("title", MAX_NAME)?,
        original_name: fields.known_text("original_title", MAX_NAME)?,
        names: read_texts(fields, "names", MAX_NAME)?,
        overview: read_long_texts(fields, "overview", MAX_OVERVIEW)?,
        still: read_still(fields)?,
        aired: fields.day("air_date", &years_of_films(this_year))?,
        duration: read_runtime(fields, "runtime_minutes")?,
        directors: read_credits(fields, "directors")?,
        guests: read_credits(fields, "guests")?,
        writers: read_credits(fields, "writers")?,
    })
}

/// The last number that is in it. One that ends with itself holds no other.
fn read_end(fields: &mut Fields, number: u32) -> Result<Said<u32>, Problem> {
    let end = fields.count("number_end", number..=MAX_NUMBER)?;
    Ok(match end {
        Said::Value(end) if end == number => Said::Cleared,
        end => end,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::domain::catalog::Texts;

    fn read(record: Value) -> Result<EpisodeRecord, Problem> {
        let Value::Object(map) = record else {
            unreachable!("it is an object");
        };
        read_episode(&mut Fields::new(map), 2026)
    }

    #[test]
    fn each_field_is_read() {
        let record = read(json!({
            "series": "dark", "season": 0, "episode": 5, "number_end": 6, "absolute_number": 31,
            "airs_before_season": 2, "airs_before_episode": 3, "names": { "de": "Geheimnisse" },
            "overview": "It begins.", "guests": [{ "name": "Jane Roe", "character": "The Stranger" }],
            "writers": ["John Doe"], "directors": ["Ann Poe"],
        }))
        .unwrap();

        assert_eq!(record.number_end, Said::Value(6));
        assert_eq!(record.absolute_number, Said::Value(31));
        assert_eq!(record.airs.before_season, Said::Value(2));
        assert_eq!(record.airs.before_episode, Said::Value(3));
        let written = |texts: &Said<Translated>| {
            let texts = texts.over_texts(Texts::default());
            serde_json::to_value(texts).unwrap()
        };
        assert_eq!(written(&record.names), json!({ "de": "Geheimnisse" }));
        assert_eq!(written(&record.overview), json!({ "en": "It begins." }));
        let named: Vec<_> = record
            .credits()
            .map(|it| (it.name.as_deref(), it.character.as_deref()))
            .collect();
        assert_eq!(
            named,
            [
                (Some("Ann Poe"), None),
                (Some("Jane Roe"), Some("The Stranger")),
                (Some("John Doe"), None),
            ]
        );
    }

    #[test]
    fn one_that_ends_with_itself_holds_no_other() {
        let record = read(json!({ "series": "dark", "season": 1, "episode": 5, "number_end": 5 }));

        assert_eq!(record.unwrap().number_end, Said::Cleared);
    }

    #[test]
    fn what_cannot_be_is_refused_by_its_field() {
        for (field, value, reason) in [
            ("number_end", json!(4), "is 4, not from 5 to 9999"),
            ("number_end", json!("6"), "is \"6\", not a whole number"),
            ("absolute_number", json!(0), "is 0, not from 1 to 99999"),
            (
                "airs_after_season",
                json!(1),
                "is for specials, which are in season 0; this is in season 1",
            ),
            (
                "names",
                json!(7),
                "is 7, neither a text nor an object of texts by language",
            ),
            (
                "overview",
                json!("a".repeat(10_001)),
                "has 10001 characters, more than 10000",
            ),
            ("guests", json!("Jane Roe"), "is \"Jane Roe\", not a list"),
            ("writers", json!([7]), "is 7, not a text"),
        ] {
            let mut record = json!({ "series": "dark", "season": 1, "episode": 5 });
            record[field] = value;

            let problem = read(record).unwrap_err();

            let said = (problem.field.as_str(), problem.reason.as_str());
            assert_eq!(said, (field, reason));
        }
    }
}

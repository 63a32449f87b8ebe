//! The values of fields: names, numbers, lengths of time and ids, in the spellings that exports have for them.

use serde_json::Value;

use super::entry::ImportedIds;
use super::file::PassedOverReason;
use crate::domain::text;

/// How many characters a name may have.
const MAX_CHARACTERS: usize = 1_000;
/// What is watched in one go ends within a day, in seconds.
const LONGEST: u32 = 86_400;
/// The least that is a watch, in seconds.
const LEAST: u32 = 120;
/// The same of what began by itself: whoever let it go on for so long was there.
const LEAST_BY_ITSELF: u32 = 600;

/// A name, tidied; `None` if the field is empty.
pub(super) fn name(field: &str) -> Result<Option<String>, PassedOverReason> {
    if field.len() > MAX_CHARACTERS && field.chars().count() > MAX_CHARACTERS {
        return Err(PassedOverReason::TooLong);
    }
    let name = text::tidy(field);
    Ok((!name.is_empty()).then_some(name))
}

/// A name that has to be there.
pub(super) fn needed_name(field: &str) -> Result<String, PassedOverReason> {
    name(field)?.ok_or(PassedOverReason::NoName)
}

/// A year: the field, or what a date begins with. What is none says nothing.
pub(super) fn year(field: &str) -> Option<i32> {
    let digits = field.get(..4)?;
    let follows = field[4..].chars().next();
    if follows.is_some_and(|c| c.is_ascii_digit()) {
        return None;
    }
    let year: i32 = digits.parse().ok()?;
    (1870..=2200).contains(&year).then_some(year)
}

/// A number of a season or an episode. What is none says nothing.
pub(super) fn number(field: &str) -> Option<u32> {
    let number: u32 = field.strip_suffix(".0").unwrap_or(field).parse().ok()?;
    (number <= 100_000).then_some(number)
}

/// A length of time in seconds: `93`, `93.5`, `1:33`, `00:01:33`. `None` if the field is empty.
pub(super) fn seconds(field: &str) -> Result<Option<u32>, PassedOverReason> {
    if field.is_empty() {
        return Ok(None);
    }
    let mut sum = 0_u32;
    for part in field.split('.').next().unwrap_or_default().split(':') {
        let part: u32 = part
            .trim()
            .parse()
            .map_err(|_| PassedOverReason::BadNumber)?;
        sum = sum
            .checked_mul(60)
            .and_then(|sum| sum.checked_add(part))
            .ok_or(PassedOverReason::BadNumber)?;
    }
    Ok(Some(sum.min(LONGEST)))
}

/// Says why what ran for so many seconds is no watch, if it is none.
pub(super) fn long_enough(seconds: u32) -> Result<(), PassedOverReason> {
    if seconds < LEAST {
        Err(PassedOverReason::TooShort)
    } else {
        Ok(())
    }
}

/// The same of what began by itself.
pub(super) fn long_enough_by_itself(seconds: u32) -> Result<(), PassedOverReason> {
    if seconds < LEAST_BY_ITSELF {
        Err(PassedOverReason::PlayedByItself)
    } else {
        Ok(())
    }
}

/// A number with a fraction from 0 to `most`; `None` if the field is empty.
pub(super) fn up_to(field: &str, most: f32) -> Result<Option<f32>, PassedOverReason> {
    if field.is_empty() {
        return Ok(None);
    }
    let number: f32 = field
        .replace(',', ".")
        .trim_end_matches('%')
        .trim()
        .parse()
        .map_err(|_| PassedOverReason::BadNumber)?;
    if (0.0..=most).contains(&number) {
        Ok(Some(number))
    } else {
        Err(PassedOverReason::BadNumber)
    }
}

/// A yes in the spellings of exports.
pub(super) fn is_yes(field: &str) -> bool {
    matches!(field.to_lowercase().as_str(), "yes" | "true" | "1" | "y")
}

/// An id of IMDb in its spelling, wherever it stands in the text.
pub(super) fn imdb_id(field: &str) -> Option<String> {
    field.match_indices("tt").find_map(|(start, mark)| {
        let digits: String = field[start + mark.len()..]
            .chars()
            .take_while(char::is_ascii_digit)
            .take(20)
            .collect();
        let is_id = (7..=19).contains(&digits.len()) && digits.bytes().any(|digit| digit != b'0');
        is_id.then(|| format!("tt{digits}"))
    })
}

/// An id that is a number.
pub(super) fn number_id(field: &str) -> Option<String> {
    let field = field.trim();
    let is_number = (1..=19).contains(&field.len()) && field.bytes().all(|b| b.is_ascii_digit());
    let is_id = is_number && field.bytes().any(|digit| digit != b'0');
    is_id.then(|| field.to_owned())
}

/// The ids of an object of JSON (`{"imdb": "tt0113277", "tmdb": 949}`).
pub(super) fn ids(object: &Value) -> ImportedIds {
    let field = |name: &str| match object.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    };
    ImportedIds {
        imdb: imdb_id(&field("imdb")),
        tmdb: number_id(&field("tmdb")),
        tvdb: number_id(&field("tvdb")),
        trakt: number_id(&field("trakt")),
    }
}

/// The rating of ten points that a value of JSON is, which may be written as a text.
pub(super) fn out_of_ten(rating: &Value) -> Result<f32, PassedOverReason> {
    let rating = rating.to_string();
    up_to(rating.trim_matches('"'), 10.0)?.ok_or(PassedOverReason::BadNumber)
}

/// The elements of a list of an object of JSON; none if there is no list.
pub(super) fn list_of<'v>(object: &'v Value, name: &str) -> impl Iterator<Item = &'v Value> {
    let list = object.get(name).and_then(Value::as_array);
    list.into_iter().flatten()
}

/// A text of an object of JSON; empty if there is none.
pub(super) fn text_of<'v>(object: &'v Value, name: &str) -> &'v str {
    object.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// A number of an object of JSON, which may be written as a text.
pub(super) fn number_of(object: &Value, name: &str) -> Option<u32> {
    match object.get(name)? {
        Value::Number(value) => number(&value.to_string()),
        Value::String(text) => number(text.trim()),
        _ => None,
    }
}

/// A year of an object of JSON.
pub(super) fn year_of(object: &Value, name: &str) -> Option<i32> {
    number_of(object, name).and_then(|number| year(&number.to_string()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lengths_are_seconds() {
        for (field, expected) in [
            ("93", 93),
            ("93.7", 93),
            ("1:33", 93),
            ("00:01:33", 93),
            ("99:00:00", 86_400),
        ] {
            assert_eq!(seconds(field), Ok(Some(expected)), "{field}");
        }
        assert_eq!(seconds(""), Ok(None));
        for field in ["-1", "long", "1::2", "99999999:00:00"] {
            assert_eq!(seconds(field), Err(PassedOverReason::BadNumber), "{field}");
        }
    }

    #[test]
    fn ids_have_the_catalogues_spelling() {
        let read = ids(&json!({ "imdb": "tt0113277", "tmdb": "949", "tvdb": 0, "trakt": 12 }));

        let expected = ImportedIds {
            imdb: Some("tt0113277".to_owned()),
            tmdb: Some("949".to_owned()),
            tvdb: None,
            trakt: Some("12".to_owned()),
        };
        assert_eq!(read, expected);
        let address = "https://www.imdb.com/title/tt0113277/?ref_=rt";
        assert_eq!(imdb_id(address).as_deref(), Some("tt0113277"));
        assert_eq!(imdb_id("tt0000000"), None);
        assert_eq!(imdb_id("nm0000134"), None);
    }

    #[test]
    fn years_and_grades_are_in_their_range() {
        assert_eq!(year("1995"), Some(1995));
        assert_eq!(year("1995-12-15"), Some(1995));
        assert_eq!(year("19955"), None);
        assert_eq!(year("élan"), None);
        assert_eq!(up_to("4,5", 5.0), Ok(Some(4.5)));
        assert_eq!(up_to("11", 10.0), Err(PassedOverReason::BadNumber));
        assert_eq!(up_to("NaN", 10.0), Err(PassedOverReason::BadNumber));
    }

    #[test]
    fn a_name_has_an_end() {
        assert_eq!(
            name(&"é".repeat(1_000)).map(|name| name.is_some()),
            Ok(true)
        );
        assert_eq!(name(&"é".repeat(1_001)), Err(PassedOverReason::TooLong));
        assert_eq!(name(" \u{200b} "), Ok(None));
    }
}

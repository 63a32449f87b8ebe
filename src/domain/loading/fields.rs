//! The fields of one JSON record: each is taken once, with its type checked; what remains is unknown.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Map, Value};

use super::problem::Problem;
use crate::domain::text;

/// A record's fields, and what was noticed while they were taken.
pub(super) struct Fields {
    map: Map<String, Value>,
    warnings: Vec<Problem>,
}

type Field<T> = Result<T, Problem>;

impl Fields {
    pub(super) fn new(map: Map<String, Value>) -> Self {
        Self {
            map,
            warnings: Vec::new(),
        }
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.map.contains_key(name)
    }

    pub(super) fn warn(&mut self, field: impl Into<String>, reason: impl Into<String>) {
        self.warnings.push(Problem::new(field, reason));
    }

    /// What is left over is unknown; what was noticed is handed out.
    pub(super) fn finish(self) -> (Vec<String>, Vec<Problem>) {
        (
            self.map.into_iter().map(|(name, _)| name).collect(),
            self.warnings,
        )
    }

    /// A value that is there and not `null`.
    pub(super) fn take(&mut self, name: &str) -> Option<Value> {
        self.map.remove(name).filter(|value| !value.is_null())
    }

    /// A text with something visible in it, tidied.
    pub(super) fn text(&mut self, name: &'static str, max: usize) -> Field<String> {
        self.optional_text(name, max)?
            .ok_or_else(|| Problem::new(name, "is missing or empty"))
    }

    /// A text with something visible in it, tidied; `None` if it is missing, `null` or empty.
    pub(super) fn optional_text(
        &mut self,
        name: &'static str,
        max: usize,
    ) -> Field<Option<String>> {
        self.take(name)
            .map(|value| checked_text(name, &value, max))
            .transpose()
            .map(|text| text.filter(|text| !text.is_empty()))
    }

    /// The key that something is known by: letters, digits, `-`, `_`, `.` or `~`, in lower case.
    pub(super) fn slug(&mut self, name: &'static str) -> Field<String> {
        let value = self
            .take(name)
            .ok_or_else(|| Problem::new(name, "is missing"))?;
        checked_slug(name, &value)
    }

    /// A whole number in a range. `1995.0` is whole; a number in quotes is not a number.
    pub(super) fn integer(
        &mut self,
        name: &'static str,
        range: std::ops::RangeInclusive<i64>,
    ) -> Field<Option<i64>> {
        let Some(value) = self.take(name) else {
            return Ok(None);
        };
        let number = value.as_i64().or_else(|| whole(value.as_f64()?));
        let number = number.ok_or_else(|| {
            Problem::new(name, format!("is {}, not a whole number", shown(&value)))
        })?;
        if range.contains(&number) {
            Ok(Some(number))
        } else {
            Err(Problem::new(
                name,
                format!("is {number}, not from {} to {}", range.start(), range.end()),
            ))
        }
    }

    /// A number from 0 to 1.
    pub(super) fn share(&mut self, name: &'static str) -> Field<f64> {
        let value = self
            .take(name)
            .ok_or_else(|| Problem::new(name, "is missing"))?;
        value
            .as_f64()
            .filter(|share| (0.0..=1.0).contains(share))
            .ok_or_else(|| {
                Problem::new(
                    name,
                    format!("is {}, not a number from 0 to 1", shown(&value)),
                )
            })
    }

    pub(super) fn boolean(&mut self, name: &'static str) -> Field<Option<bool>> {
        let Some(value) = self.take(name) else {
            return Ok(None);
        };
        value.as_bool().map(Some).ok_or_else(|| {
            Problem::new(
                name,
                format!("is {}, not true, false or null", shown(&value)),
            )
        })
    }

    /// A day as `YYYY-MM-DD`.
    pub(super) fn day(&mut self, name: &'static str) -> Field<Option<NaiveDate>> {
        let Some(value) = self.take(name) else {
            return Ok(None);
        };
        let day = value
            .as_str()
            .filter(|text| text.len() == 10)
            .and_then(|text| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok());
        day.map(Some).ok_or_else(|| {
            Problem::new(
                name,
                format!("is {}, not a day as YYYY-MM-DD", shown(&value)),
            )
        })
    }

    /// A time as RFC 3339 has it.
    pub(super) fn time(&mut self, name: &'static str) -> Field<DateTime<Utc>> {
        let time = self.optional_time(name)?;
        time.ok_or_else(|| Problem::new(name, "is missing"))
    }

    /// A time as RFC 3339 has it; `None` if it is missing or `null`.
    pub(super) fn optional_time(&mut self, name: &'static str) -> Field<Option<DateTime<Utc>>> {
        let Some(value) = self.take(name) else {
            return Ok(None);
        };
        let time = value
            .as_str()
            .and_then(|text| DateTime::parse_from_rfc3339(text).ok());
        time.map(|time| Some(time.to_utc())).ok_or_else(|| {
            Problem::new(
                name,
                format!("is {}, not a time as RFC 3339 has it", shown(&value)),
            )
        })
    }

    /// A list; missing and `null` are empty.
    pub(super) fn list(&mut self, name: &'static str, max: usize) -> Field<Vec<Value>> {
        match self.take(name) {
            None => Ok(Vec::new()),
            Some(Value::Array(values)) if values.len() <= max => Ok(values),
            Some(Value::Array(values)) => Err(Problem::new(
                name,
                format!("has {} entries, more than {max}", values.len()),
            )),
            Some(value) => Err(Problem::new(
                name,
                format!("is {}, not a list", shown(&value)),
            )),
        }
    }

    /// A list of texts, tidied, without empty and repeated ones.
    pub(super) fn texts(
        &mut self,
        name: &'static str,
        max: usize,
        max_length: usize,
    ) -> Field<Vec<String>> {
        let mut texts = Vec::new();
        for value in self.list(name, max)? {
            let text = checked_text(name, &value, max_length)?;
            if !text.is_empty() && !texts.contains(&text) {
                texts.push(text);
            }
        }
        Ok(texts)
    }

    /// An object; missing and `null` are empty.
    pub(super) fn object(&mut self, name: &'static str) -> Field<Map<String, Value>> {
        match self.take(name) {
            None => Ok(Map::new()),
            Some(Value::Object(map)) => Ok(map),
            Some(value) => Err(Problem::new(
                name,
                format!("is {}, not an object", shown(&value)),
            )),
        }
    }
}

/// A text without control characters that would be lost unseen, tidied, and not too long. Lengths are in characters.
pub(super) fn checked_text(field: &str, value: &Value, max: usize) -> Field<String> {
    let text = value
        .as_str()
        .ok_or_else(|| Problem::new(field, format!("is {}, not a text", shown(value))))?;
    if text.contains('\0') {
        return Err(Problem::new(field, "contains the character U+0000"));
    }
    let tidied = text::tidy(text);
    match tidied.chars().count() {
        length if length > max => Err(Problem::new(
            field,
            format!("has {length} characters, more than {max}"),
        )),
        _ => Ok(tidied),
    }
}

pub(super) fn checked_slug(field: &str, value: &Value) -> Field<String> {
    let slug = value
        .as_str()
        .ok_or_else(|| Problem::new(field, format!("is {}, not a text", shown(value))))?;
    let is_allowed =
        |c: char| (c.is_alphanumeric() && !c.is_uppercase()) || matches!(c, '-' | '_' | '.' | '~');
    if slug.is_empty() || slug.chars().count() > 200 || !slug.chars().all(is_allowed) {
        return Err(Problem::new(
            field,
            format!(
                "is {}, not 1 to 200 lower-case letters, digits and hyphens",
                shown(value)
            ),
        ));
    }
    Ok(slug.to_owned())
}

/// A value as it stands in a message: short, on one line.
pub(super) fn shown(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() <= 60 {
        text
    } else {
        format!("{}…", text.chars().take(60).collect::<String>())
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "checked to be whole and small"
)]
fn whole(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && number.abs() < 9e15).then_some(number as i64)
}

//! The fields of one JSON record: each is taken once, with its type checked; what remains is unknown.

use std::ops::RangeInclusive;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use serde_json::{Map, Value};

use super::problem::{Problem, Warning};
use super::said::Said;
use crate::domain::text;

/// The longest names, in characters.
pub(super) const MAX_NAME: usize = 500;

/// A record's fields, and what was noticed while they were taken.
pub(super) struct Fields {
    map: Map<String, Value>,
    warnings: Vec<Warning>,
}

/// What is said of a value that programs write where there is none.
pub(super) const UNKNOWN: &str = "stands for what is not known; taken for nothing";

type Field<T> = Result<T, Problem>;

impl Fields {
    pub(super) fn new(map: Map<String, Value>) -> Self {
        Self {
            map,
            warnings: Vec::new(),
        }
    }

    /// Whether there is a value; `null` is none.
    pub(super) fn has(&self, name: &str) -> bool {
        self.map.get(name).is_some_and(|value| !value.is_null())
    }

    pub(super) fn warn(&mut self, field: impl Into<String>, reason: &'static str) {
        self.warnings.push(Warning {
            field: field.into(),
            value: None,
            reason,
        });
    }

    /// Notices something of one of the values that a field can have.
    pub(super) fn warn_of(
        &mut self,
        field: impl Into<String>,
        value: impl Into<String>,
        reason: &'static str,
    ) {
        self.warnings.push(Warning {
            field: field.into(),
            value: Some(value.into()),
            reason,
        });
    }

    /// Takes over what was noticed of an object within a field, and warns of what is left in it.
    pub(super) fn absorb(&mut self, field: &str, inner: Self, unknown: &'static str) {
        let (names, warnings) = inner.finish();
        for name in names {
            self.warn(format!("{field}.{name}"), unknown);
        }
        self.warnings
            .extend(warnings.into_iter().map(|warning| Warning {
                field: format!("{field}.{}", warning.field),
                ..warning
            }));
    }

    /// What is left over is unknown; what was noticed is handed out.
    pub(super) fn finish(self) -> (Vec<String>, Vec<Warning>) {
        (
            self.map.into_iter().map(|(name, _)| name).collect(),
            self.warnings,
        )
    }

    /// A value that is there and not `null`.
    pub(super) fn take(&mut self, name: &str) -> Option<Value> {
        self.map.remove(name).filter(|value| !value.is_null())
    }

    /// That there is none, if that is all that is said of a field; a value stays where it is.
    pub(super) fn cleared<T>(&mut self, name: &str) -> Said<T> {
        if self.map.get(name).is_some_and(Value::is_null) {
            self.map.remove(name);
            return Said::Cleared;
        }
        Said::Nothing
    }

    /// A value as it stands there, `null` too.
    pub(super) fn raw(&mut self, name: &str) -> Option<Value> {
        self.map.remove(name)
    }

    /// What is said of a field that is no name: nothing if it is missing, an empty text, or what people or programs write
    /// for a missing value; that there is none if it is `null`.
    fn said<T>(&mut self, name: &str, read: impl FnOnce(Value) -> Field<T>) -> Field<Said<T>> {
        match self.map.get(name) {
            Some(Value::String(text)) if text.trim().is_empty() => {
                self.map.remove(name);
                Ok(Said::Nothing)
            }
            _ => self.said_unless(is_placeholder, name, read),
        }
    }

    fn said_unless<T>(
        &mut self,
        is_missing: fn(&str) -> bool,
        name: &str,
        read: impl FnOnce(Value) -> Field<T>,
    ) -> Field<Said<T>> {
        match self.map.remove(name) {
            None => Ok(Said::Nothing),
            Some(Value::Null) => Ok(Said::Cleared),
            Some(Value::String(text)) if is_missing(&text) => {
                self.warn_of(name, text, UNKNOWN);
                Ok(Said::Nothing)
            }
            Some(value) => read(value).map(Said::Value),
        }
    }

    /// A text with something visible in it, tidied.
    pub(super) fn text(&mut self, name: &'static str, max: usize) -> Field<String> {
        match self.optional_text(name, max)? {
            Said::Value(text) => Ok(text),
            Said::Nothing | Said::Cleared => Err(Problem::new(name, "is missing or empty")),
        }
    }

    /// A text, tidied; one without anything visible in it says nothing.
    pub(super) fn optional_text(&mut self, name: &'static str, max: usize) -> Field<Said<String>> {
        let text = self.said_unless(is_blank, name, |value| checked_text(name, &value, max))?;
        Ok(match text {
            Said::Value(text) if text.is_empty() => Said::Nothing,
            text => text,
        })
    }

    /// The same for what nothing is called that has no name: a placeholder says nothing.
    pub(super) fn known_text(&mut self, name: &'static str, max: usize) -> Field<Said<String>> {
        match self.optional_text(name, max)? {
            Said::Value(text) if is_placeholder(&text) => {
                self.warn_of(name, text, UNKNOWN);
                Ok(Said::Nothing)
            }
            text => Ok(text),
        }
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
        range: RangeInclusive<i64>,
    ) -> Field<Said<i64>> {
        self.said(name, |value| {
            let number = value.as_i64().or_else(|| whole(value.as_f64()?));
            let number = number.ok_or_else(|| {
                Problem::new(name, format!("is {}, not a whole number", shown(&value)))
            })?;
            if range.contains(&number) {
                Ok(number)
            } else {
                let reason = format!("is {number}, not from {} to {}", range.start(), range.end());
                Err(Problem::new(name, reason).between(&range))
            }
        })
    }

    /// The same for what is never below 0.
    pub(super) fn count(
        &mut self,
        name: &'static str,
        range: RangeInclusive<u32>,
    ) -> Field<Said<u32>> {
        let (first, last) = range.into_inner();
        let count = self.integer(name, i64::from(first)..=i64::from(last))?;
        Ok(count.map(|count| u32::try_from(count).unwrap_or(last)))
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

    /// A day as `YYYY-MM-DD`, in one of these years.
    pub(super) fn day(
        &mut self,
        name: &'static str,
        years: &RangeInclusive<i32>,
    ) -> Field<Said<NaiveDate>> {
        self.said(name, |value| {
            let day = value
                .as_str()
                .filter(|text| text.len() == 10)
                .and_then(|text| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok());
            let day = day.ok_or_else(|| {
                Problem::new(
                    name,
                    format!("is {}, not a day as YYYY-MM-DD", shown(&value)),
                )
            })?;
            if years.contains(&day.year()) {
                return Ok(day);
            }
            let (first, last) = (years.start(), years.end());
            let reason = format!("is {day}, not of a year from {first} to {last}");
            Err(Problem::new(name, reason))
        })
    }

    /// A time as RFC 3339 has it.
    pub(super) fn time(&mut self, name: &'static str) -> Field<DateTime<Utc>> {
        match self.optional_time(name)? {
            Said::Value(time) => Ok(time),
            Said::Nothing | Said::Cleared => Err(Problem::new(name, "is missing")),
        }
    }

    /// A time as RFC 3339 has it, which may be missing or `null`.
    pub(super) fn optional_time(&mut self, name: &'static str) -> Field<Said<DateTime<Utc>>> {
        self.said(name, |value| {
            let time = value
                .as_str()
                .and_then(|text| DateTime::parse_from_rfc3339(text).ok());
            time.map(|time| time.to_utc()).ok_or_else(|| {
                Problem::new(
                    name,
                    format!("is {}, not a time as RFC 3339 has it", shown(&value)),
                )
            })
        })
    }

    /// A list; an empty one says that there is none.
    pub(super) fn list(&mut self, name: &'static str, max: usize) -> Field<Said<Vec<Value>>> {
        let list = self.said(name, |value| match value {
            Value::Array(values) if values.len() <= max => Ok(values),
            Value::Array(values) => {
                let reason = format!("has {} entries, more than {max}", values.len());
                Err(Problem::new(name, reason).at_most(max))
            }
            value => Err(Problem::new(
                name,
                format!("is {}, not a list", shown(&value)),
            )),
        })?;
        Ok(match list {
            Said::Value(values) if values.is_empty() => Said::Cleared,
            list => list,
        })
    }

    /// A list, each entry read by itself, those that tell nothing left out. A list of which nothing is left says
    /// nothing: that its entries are blank is not that there are none.
    pub(super) fn entries<T>(
        &mut self,
        name: &'static str,
        max: usize,
        mut read: impl FnMut(&mut Self, &Value) -> Field<Option<T>>,
    ) -> Field<Said<Vec<T>>> {
        let values = match self.list(name, max)? {
            Said::Nothing => return Ok(Said::Nothing),
            Said::Cleared => return Ok(Said::Cleared),
            Said::Value(values) => values,
        };
        let mut entries = Vec::with_capacity(values.len());
        for (place, value) in (1..).zip(&values) {
            if value.is_null() {
                let reason = format!("has null as entry {place} of {}", values.len());
                return Err(Problem::new(name, reason));
            }
            entries.extend(read(self, value)?);
        }
        Ok(if entries.is_empty() {
            Said::Nothing
        } else {
            Said::Value(entries)
        })
    }

    /// An object, with its keys as they stand there. An empty list is what some programs make of one that has none left,
    /// and says so.
    pub(super) fn object(&mut self, name: &'static str) -> Field<Said<Map<String, Value>>> {
        let list = self.map.get(name).and_then(Value::as_array);
        if list.is_some_and(Vec::is_empty) {
            self.map.remove(name);
            return Ok(Said::Cleared);
        }
        self.said(name, |value| match value {
            Value::Object(map) => Ok(map),
            value => Err(Problem::new(
                name,
                format!("is {}, not an object", shown(&value)),
            )),
        })
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
        length if length > max => {
            let reason = format!("has {length} characters, more than {max}");
            Err(Problem::new(field, reason).at_most(max))
        }
        _ => Ok(tidied),
    }
}

pub(super) fn checked_slug(field: &str, value: &Value) -> Field<String> {
    let slug = value
        .as_str()
        .ok_or_else(|| Problem::new(field, format!("is {}, not a text", shown(value))))?;
    let slug = text::compose(slug);
    let is_word = |c: char| c.is_alphanumeric() && !c.is_uppercase();
    let is_allowed = |c: char| is_word(c) || text::is_mark(c) || matches!(c, '-' | '_' | '.' | '~');
    if slug.is_empty() || slug.chars().count() > 200 || !slug.chars().all(is_allowed) {
        return Err(Problem::new(
            field,
            format!(
                "is {}, not 1 to 200 lower-case letters, digits and hyphens",
                shown(value)
            ),
        ));
    }
    // It is a part of addresses and names of files, where these mean something else.
    if !slug.starts_with(is_word) || slug.contains("..") {
        let reason = "does not begin with a letter or digit, or has “..” in it";
        return Err(Problem::new(
            field,
            format!("is {}, which {reason}", shown(value)),
        ));
    }
    Ok(slug)
}

/// A value as it stands in a message: short, on one line.
pub(super) fn shown(value: &Value) -> String {
    let text = text::visible(&value.to_string());
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

/// Whether a text is what programs write for a missing value. As a whole field it says nothing, whatever the field.
pub(super) fn is_blank(text: &str) -> bool {
    matches!(
        text.trim(),
        "\\N" | "N/A" | "n/a" | "#N/A" | "nan" | "NaN" | "NAN" | "null" | "NULL" | "<NA>"
    )
}

/// Whether a text is what people or programs write for a name that is not known. A film may be called so, but no person,
/// genre or collection.
pub(super) fn is_placeholder(text: &str) -> bool {
    let text = text.trim();
    let bare = text
        .trim_matches(['(', ')', '[', ']', '<', '>', '.'])
        .to_lowercase();
    is_blank(text)
        || matches!(
            bare.as_str(),
            "n/a"
                | "na"
                | "n.a"
                | "nan"
                | "nil"
                | "null"
                | "none"
                | "unknown"
                | "undefined"
                | "unspecified"
                | "not available"
                | "not applicable"
                | "no data"
                | "no information"
                | "tba"
                | "tbd"
                | "to be announced"
                | "to be determined"
        )
        || !text.is_empty()
            && text
                .chars()
                .all(|c| matches!(c, '-' | '–' | '—' | '?' | '_' | '*'))
}

/// Of fields and whether they are others than before, the names of those that are.
pub(super) fn names_of<const N: usize>(fields: [(&'static str, bool); N]) -> Vec<&'static str> {
    let changed = fields.into_iter().filter(|(_, is_changed)| *is_changed);
    changed.map(|(name, _)| name).collect()
}

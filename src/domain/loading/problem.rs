//! What a curator is told about a record.

use std::ops::RangeInclusive;

use serde_json::{Map, Value};

use crate::domain::text;

/// The longest value that is told of, in characters of JSON.
const MAX_VALUE: usize = 1000;
/// The longest name of a field and the longest reason that are told of, in characters: both may repeat what a file has,
/// where a name can be as long as a line.
const MAX_FIELD: usize = 120;
const MAX_REASON: usize = 1000;

/// What is wrong with a field, or with a record as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The field; empty for the record as a whole.
    pub field: String,
    /// What is wrong, as the rest of a sentence that begins with the field.
    pub reason: String,
    /// What stands in the field, if it is known: as it is, or the beginning of it as a text.
    pub value: Option<Value>,
    /// What it may be, if that is what is wrong.
    pub allowed: Option<Allowed>,
}

/// What a value may be: a number as such, a text in characters, a list in entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowed {
    pub least: Option<i32>,
    pub most: i32,
}

impl Problem {
    /// Both may repeat what stands in the file, and are shown on a terminal.
    #[must_use]
    pub fn new(field: impl AsRef<str>, reason: impl AsRef<str>) -> Self {
        Self {
            field: shown_field(field.as_ref()),
            reason: cut(text::visible(reason.as_ref()), MAX_REASON),
            value: None,
            allowed: None,
        }
    }

    /// The same of a value that may have so many characters or entries.
    #[must_use]
    pub(super) fn at_most(self, most: usize) -> Self {
        let allowed = i32::try_from(most).ok();
        let allowed = allowed.map(|most| Allowed { least: None, most });
        Self { allowed, ..self }
    }

    /// The same of a number that must be in a range.
    #[must_use]
    pub(super) fn between(self, range: &RangeInclusive<i64>) -> Self {
        let ends = [range.start(), range.end()].map(|end| i32::try_from(*end).ok());
        let [least, most] = ends;
        let allowed = most.map(|most| Allowed { least, most });
        Self { allowed, ..self }
    }

    /// The same, with what stands in the field.
    #[must_use]
    pub(super) fn with_value(self, value: &Value) -> Self {
        let written = value.to_string();
        let value = match written.char_indices().nth(MAX_VALUE) {
            Some((end, _)) => Value::from(format!("{}…", &written[..end])),
            None => value.clone(),
        };
        Self {
            value: Some(value),
            ..self
        }
    }

    /// The same, with what stands in the field of a record.
    #[must_use]
    pub(super) fn with_value_of(self, record: &Map<String, Value>) -> Self {
        let mut names = self.field.split('.');
        let first = names.next().and_then(|name| record.get(name));
        let value = names.fold(first, |value, name| value?.get(name));
        match value {
            Some(value) => self.with_value(value),
            None => self,
        }
    }
}

/// What a curator may want to look at, although the record was loaded. Warnings of one field and reason are of a kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The field that it is about.
    pub field: String,
    /// The value that it is about, if others of the kind have others.
    pub value: Option<String>,
    /// What was noticed, as the rest of a sentence that begins with the field and the value.
    pub reason: &'static str,
}

impl Warning {
    /// The warning as a curator is told it.
    pub(super) fn problem(&self) -> Problem {
        let reason = match &self.value {
            Some(value) => format!("“{value}” {}", self.reason),
            None => self.reason.to_owned(),
        };
        let problem = Problem::new(&self.field, reason);
        match &self.value {
            Some(value) => problem.with_value(&Value::from(value.as_str())),
            None => problem,
        }
    }
}

/// The name of a field as it is told of.
pub(super) fn shown_field(name: &str) -> String {
    cut(text::visible(name), MAX_FIELD)
}

/// The beginning of what is longer than so many characters.
fn cut(text: String, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_told_is_not_as_long_as_a_file_can_make_it() {
        let problem = Problem::new("é".repeat(100_000), "x".repeat(100_000));

        assert_eq!(problem.field, format!("{}…", "é".repeat(MAX_FIELD)));
        assert_eq!(problem.reason, format!("{}…", "x".repeat(MAX_REASON)));
        assert_eq!(Problem::new("year", "is 0").field, "year");
    }

    #[test]
    fn the_value_of_a_field_is_told_as_it_stands_there() {
        let Value::Object(record) =
            json!({ "year": "1995", "ids": { "tmdb": [1] }, "cast": "é".repeat(2000) })
        else {
            unreachable!("it is an object");
        };
        let value = |field: &str| Problem::new(field, "is wrong").with_value_of(&record).value;

        assert_eq!(value("year"), Some(json!("1995")));
        assert_eq!(value("ids.tmdb"), Some(json!([1])));
        assert_eq!(value("title"), None);
        assert_eq!(value("year.of"), None);
        assert_eq!(value(""), None);
        assert_eq!(
            value("cast"),
            Some(json!(format!("\"{}…", "é".repeat(999))))
        );
    }
}

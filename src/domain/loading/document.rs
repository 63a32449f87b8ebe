//! A file that is one JSON value: an array of records, or a single one. It is looked through as a whole before anything of
//! it is read, so that none is loaded by half; then its records are read one at a time, because what is parsed takes many
//! times the room of what is written.

use std::fmt;
use std::io::{self, BufRead, Read};

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::entry::{Entry, Finding, MAX_LINE, finding, refused};
use super::parsing::{BOM, parse, without_place};
use super::problem::Problem;

/// The longest file that is read as a whole, in bytes.
pub(super) const MAX_DOCUMENT: usize = 64 * 1024 * 1024;

/// The records of such a file.
pub(super) struct Document {
    bytes: Vec<u8>,
    /// Where the next record begins, or what stands before it.
    place: usize,
    /// The number of the last record that was read.
    number: u64,
    /// Why nothing of the file can be read, until that is told.
    refusal: Option<Entry>,
}

impl Document {
    /// A file of which nothing is read.
    pub(super) fn refused(line: u64, reason: impl AsRef<str>) -> Self {
        let finding = Finding::FileRefused(Problem::new("", reason));
        Self {
            bytes: Vec::new(),
            place: 0,
            number: 0,
            refusal: Some(Entry { line, finding }),
        }
    }

    /// Reads a file as a whole, or says why nothing of it can be read.
    pub(super) fn read(reader: &mut dyn BufRead) -> io::Result<Self> {
        let mut bytes = Vec::new();
        reader
            .take(MAX_DOCUMENT as u64 + 1)
            .read_to_end(&mut bytes)?;
        if bytes.len() > MAX_DOCUMENT {
            let reason =
                format!("is larger than {MAX_DOCUMENT} bytes; use NDJSON, one record a line");
            return Ok(Self::refused(1, reason));
        }
        let place = if bytes.starts_with(BOM) { BOM.len() } else { 0 };
        let text = &bytes[place..];
        if !text.trim_ascii().is_empty()
            && let Err(error) = serde_json::from_slice::<Sound>(text)
        {
            let (what, column) = (without_place(&error), error.column());
            let reason = format!("is not JSON: {what} (column {column})");
            return Ok(Self::refused(error.line() as u64, reason));
        }
        let mut document = Self {
            bytes,
            place,
            number: 0,
            refusal: None,
        };
        document.pass_over(u8::is_ascii_whitespace);
        if document.rest().first() == Some(&b'[') {
            document.place += 1;
        }
        Ok(document)
    }

    /// The next record, or what is wrong with it.
    pub(super) fn next(&mut self, this_year: i32) -> Option<Entry> {
        if let Some(refusal) = self.refusal.take() {
            return Some(refusal);
        }
        // It is sound: what stands between two values are commas and spaces, and what ends the last one a bracket.
        self.pass_over(|byte| byte.is_ascii_whitespace() || matches!(byte, b',' | b']'));
        let mut values =
            serde_json::Deserializer::from_slice(self.rest()).into_iter::<IgnoredAny>();
        values.next()?.ok()?;
        let (start, length) = (self.place, values.byte_offset());
        self.place += length;
        self.number += 1;
        let finding = if length > MAX_LINE {
            refused(Problem::new("", format!("is longer than {MAX_LINE} bytes")))
        } else {
            match parse(&self.bytes[start..self.place]) {
                Ok(value) => finding(value, this_year),
                Err(problem) => refused(problem),
            }
        };
        Some(Entry {
            line: self.number,
            finding,
        })
    }

    fn rest(&self) -> &[u8] {
        self.bytes.get(self.place..).unwrap_or_default()
    }

    fn pass_over(&mut self, is_between: impl Fn(&u8) -> bool) {
        let between = self.rest().iter().take_while(|byte| is_between(byte));
        self.place += between.count();
    }
}

/// A value that is parsed as every other, and not kept.
struct Sound;

impl<'de> Deserialize<'de> for Sound {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Self)
    }
}

impl<'de> Visitor<'de> for Sound {
    type Value = Self;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<Self, A::Error> {
        while entries.next_element::<Self>()?.is_some() {}
        Ok(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self, A::Error> {
        while entries.next_entry::<Self, Self>()?.is_some() {}
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<(u64, String)> {
        let mut document = Document::read(&mut text.as_bytes()).unwrap();
        let entries = std::iter::from_fn(|| document.next(2026));
        let told = entries.map(|entry| {
            let what = match entry.finding {
                Finding::Record(..) => "a record".to_owned(),
                Finding::Refused(problem, _) => format!("{} {}", problem.field, problem.reason),
                Finding::FileRefused(problem) => format!("no file: {}", problem.reason),
            };
            (entry.line, what)
        });
        told.collect()
    }

    #[test]
    fn records_come_one_after_the_other_with_their_numbers() {
        let film = r#"{"slug": "a", "title": "], [ \" , {"}"#;
        let list = format!("\u{feff} [ {film},7 ,null\n,{film}, [1, [2]],\"x\",{film} ] \n");

        let lines: Vec<(u64, bool)> = told(&list)
            .into_iter()
            .map(|(line, what)| (line, what == "a record"))
            .collect();

        let expected = [true, false, false, true, false, false, true];
        assert_eq!(lines, (1..).zip(expected).collect::<Vec<_>>());
        assert_eq!(told(film), [(1, "a record".to_owned())]);
        for nothing in ["", " \n", "[]", "[ ]\n", "\u{feff}"] {
            assert!(told(nothing).is_empty(), "{nothing:?}");
        }
    }

    #[test]
    fn nothing_is_read_of_a_file_that_is_not_sound_to_its_end() {
        let film = r#"{"slug": "a", "title": "A"}"#;
        for text in [
            format!("[{film},]"),
            format!("[{film}"),
            format!("[{film}] [{film}]"),
            format!("[{film}, {{\"slug\": \"\\ud800\"}}]"),
            format!("[{film}, 1e999]"),
            format!("[{film}, NaN]"),
            format!("[{film}, {}1{}]", "[".repeat(300), "]".repeat(300)),
        ] {
            let told = told(&text);

            assert_eq!(told.len(), 1, "{text}: {told:?}");
            assert!(told[0].1.starts_with("no file: is not JSON: "), "{told:?}");
        }
    }

    #[test]
    fn a_record_is_not_longer_than_a_line_may_be() {
        let long = format!(
            r#"{{"slug": "a", "title": "A", "note": [{}0]}}"#,
            "0,".repeat(MAX_LINE / 2)
        );
        let told = told(&format!(r#"[{long}, {{"slug": "b", "title": "B"}}]"#));

        let reason = format!(" is longer than {MAX_LINE} bytes");
        assert_eq!(told, [(1, reason), (2, "a record".to_owned())]);
    }
}

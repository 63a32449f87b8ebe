//! From bytes to records: one a line (NDJSON, CSV), or a JSON array or object as a whole. Line by line in bounded
//! memory.

use std::io::{self, BufRead, Read};

use serde_json::{Map, Value};

use super::encodings::not_text;
use super::entry::{Entry, Finding, MAX_LINE, finding, refused};
use super::problem::Problem;
use super::table::Table;
use crate::domain::json::Strict;

/// The longest file that is read as a whole, in bytes.
pub(super) const MAX_DOCUMENT: usize = 64 * 1024 * 1024;
const BOM: &[u8] = "\u{feff}".as_bytes();

/// How the records of a file are written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// NDJSON: a JSON object a line.
    Lines,
    /// One JSON value: an array of objects, or a single one.
    Document,
    /// CSV: a line of column names, then a record a line.
    Table,
}

impl Format {
    /// The format that the ending of a file's name stands for, without regard to case.
    pub fn of(ending: &str) -> Option<Self> {
        match ending.to_lowercase().as_str() {
            "ndjson" | "jsonl" => Some(Self::Lines),
            "json" => Some(Self::Document),
            "csv" => Some(Self::Table),
            _ => None,
        }
    }
}

/// The records of a file, in order.
pub struct Records<'a> {
    body: Body<'a>,
    this_year: i32,
}

enum Body<'a> {
    Lines(Lines<'a>),
    Document(std::vec::IntoIter<Entry>),
    Table(Table<'a>),
}

impl<'a> Records<'a> {
    /// Starts to read. `this_year` bounds what can be announced.
    pub fn new(
        mut reader: Box<dyn BufRead + Send + 'a>,
        format: Format,
        this_year: i32,
    ) -> io::Result<Self> {
        let body = match (not_text(&mut *reader)?, format) {
            (Some(what), _) => {
                let finding = Finding::FileRefused(Problem::new("", what));
                Body::Document(vec![Entry { line: 1, finding }].into_iter())
            }
            (None, Format::Lines) => Body::Lines(Lines::new(reader)),
            (None, Format::Document) => {
                Body::Document(read_document(&mut *reader, this_year)?.into_iter())
            }
            (None, Format::Table) => Body::Table(Table::new(reader)),
        };
        Ok(Self { body, this_year })
    }
}

impl Iterator for Records<'_> {
    type Item = io::Result<Entry>;

    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.body {
            Body::Lines(lines) => lines.next(self.this_year).transpose(),
            Body::Document(entries) => entries.next().map(Ok),
            Body::Table(table) => table.next(self.this_year).transpose(),
        }
    }
}

/// The fields of an object, or what stands there instead.
pub(super) type Object = Result<Map<String, Value>, Problem>;

/// A file with a JSON object a line.
pub(super) struct Lines<'a> {
    reader: Box<dyn BufRead + Send + 'a>,
    line: u64,
    buffer: Vec<u8>,
    /// How many lines that are not blank were read.
    filled: u64,
    is_over: bool,
}

impl<'a> Lines<'a> {
    pub(super) fn new(reader: Box<dyn BufRead + Send + 'a>) -> Self {
        Self {
            reader,
            line: 0,
            buffer: Vec::new(),
            filled: 0,
            is_over: false,
        }
    }

    /// The next record, or why there is none.
    fn next(&mut self, this_year: i32) -> io::Result<Option<Entry>> {
        let Some(end) = self.next_filled()? else {
            return Ok(None);
        };
        let finding = if self.filled == 1 && is_array_over_lines(self.text()) {
            self.is_over = true;
            let reason = "looks like a JSON array over several lines; one record a line is wanted, or the ending .json";
            Finding::FileRefused(Problem::new("", reason))
        } else {
            found(parse_line(self.text(), end), this_year)
        };
        Ok(Some(Entry {
            line: self.line,
            finding,
        }))
    }

    /// The next object with its line, whatever its fields mean.
    pub(super) fn next_object(&mut self) -> io::Result<Option<(u64, Object)>> {
        let Some(end) = self.next_filled()? else {
            return Ok(None);
        };
        if self.filled == 1 && self.text().starts_with(b"[") {
            self.is_over = true;
            let reason = "begins as a JSON array; the map of the file wants one object a line";
            return Ok(Some((self.line, Err(Problem::new("", reason)))));
        }
        let object = parse_line(self.text(), end).and_then(|value| match value {
            Value::Object(map) => Ok(map),
            _ => Err(Problem::new("", "is not a record (a JSON object)")),
        });
        Ok(Some((self.line, object)))
    }

    /// Reads the next line that is not blank; how it ends.
    fn next_filled(&mut self) -> io::Result<Option<End>> {
        while !self.is_over {
            let Some(end) = next_line(&mut *self.reader, &mut self.buffer)? else {
                break;
            };
            self.line += 1;
            if end == End::TooLong || !self.text().is_empty() {
                self.filled += 1;
                return Ok(Some(end));
            }
        }
        Ok(None)
    }

    /// What stands in the line.
    fn text(&self) -> &[u8] {
        let text = if self.line == 1 {
            self.buffer.strip_prefix(BOM).unwrap_or(&self.buffer)
        } else {
            &self.buffer
        };
        text.trim_ascii()
    }
}

fn read_document(reader: &mut dyn BufRead, this_year: i32) -> io::Result<Vec<Entry>> {
    let refused = |line, reason: String| {
        vec![Entry {
            line,
            finding: Finding::FileRefused(Problem::new("", reason)),
        }]
    };
    let mut bytes = Vec::new();
    reader
        .take(MAX_DOCUMENT as u64 + 1)
        .read_to_end(&mut bytes)?;
    if bytes.len() > MAX_DOCUMENT {
        return Ok(refused(
            1,
            format!("is larger than {MAX_DOCUMENT} bytes; use NDJSON, one record a line"),
        ));
    }
    let bytes = bytes.strip_prefix(BOM).unwrap_or(&bytes);
    if bytes.trim_ascii().is_empty() {
        return Ok(Vec::new());
    }
    let records = if bytes.trim_ascii().starts_with(b"[") {
        serde_json::from_slice::<Vec<Strict>>(bytes)
    } else {
        serde_json::from_slice(bytes).map(|record| vec![record])
    };
    Ok(match records {
        Ok(records) => (1..)
            .zip(records)
            .map(|(line, record)| Entry {
                line,
                finding: found(without_twins(record), this_year),
            })
            .collect(),
        Err(error) => refused(
            error.line() as u64,
            format!(
                "is not JSON: {} (column {})",
                without_place(&error),
                error.column()
            ),
        ),
    })
}

fn parse_line(text: &[u8], end: End) -> Result<Value, Problem> {
    if end == End::TooLong {
        let reason = format!("is longer than {MAX_LINE} bytes");
        return Err(Problem::new("", reason));
    }
    if let Err(error) = std::str::from_utf8(text) {
        let byte = error.valid_up_to() + 1;
        let reason = format!("is not UTF-8 (byte {byte} of the line)");
        return Err(Problem::new("", reason));
    }
    let record = serde_json::from_slice::<Strict>(text).map_err(|error| {
        if error.is_eof() && end == End::OfFile {
            let reason = "is cut off: the file ends in the middle of the record";
            return Problem::new("", reason);
        }
        let (what, column) = (without_place(&error), error.column());
        Problem::new("", format!("is not JSON: {what} (column {column})"))
    })?;
    without_twins(record)
}

/// A value in which no key comes twice.
fn without_twins(record: Strict) -> Result<Value, Problem> {
    match record.twice {
        Some(key) => Err(Problem::new(key, "comes twice in the record")),
        None => Ok(record.value),
    }
}

fn found(read: Result<Value, Problem>, this_year: i32) -> Finding {
    match read {
        Ok(value) => finding(value, this_year),
        Err(problem) => refused(problem),
    }
}

/// The parser counts lines within the line that it was given.
fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ")
        .next()
        .unwrap_or_default()
        .to_owned()
}

fn is_array_over_lines(text: &[u8]) -> bool {
    text.first() == Some(&b'[')
        && serde_json::from_slice::<Value>(text).is_err_and(|error| error.is_eof())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    OfLine,
    OfFile,
    TooLong,
}

/// The next line, without its end; of one that is too long only the beginning is kept.
fn next_line(reader: &mut dyn BufRead, line: &mut Vec<u8>) -> io::Result<Option<End>> {
    line.clear();
    let read = reader.take(MAX_LINE as u64 + 1).read_until(b'\n', line)?;
    if line.last() == Some(&b'\n') {
        line.pop();
        return Ok(Some(End::OfLine));
    }
    if read == 0 {
        return Ok(None);
    }
    if read <= MAX_LINE {
        return Ok(Some(End::OfFile));
    }
    loop {
        let buffer = reader.fill_buf()?;
        let (used, is_end) = match buffer.iter().position(|byte| *byte == b'\n') {
            Some(place) => (place + 1, true),
            None => (buffer.len(), buffer.is_empty()),
        };
        reader.consume(used);
        if is_end {
            return Ok(Some(End::TooLong));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_array_in_the_place_of_lines_is_one_refusal() {
        for array in [
            "[\n{\"id\": 1},\n{\"id\": 2}\n]\n",
            "\n[{\"id\": 1}]\n{\"id\": 2}\n",
        ] {
            let mut lines = Lines::new(Box::new(array.as_bytes()));
            let (_, refused) = lines.next_object().unwrap().unwrap();
            assert!(refused.unwrap_err().reason.contains("one object a line"));
            assert!(lines.next_object().unwrap().is_none(), "{array}");
        }
        let mut lines = Lines::new(Box::new(&b"{\"id\": 1}\n[]\n{\"id\": 2}\n"[..]));
        let mut next = || lines.next_object().unwrap().unwrap().1.is_ok();
        assert_eq!([next(), next(), next()], [true, false, true]);
    }
}

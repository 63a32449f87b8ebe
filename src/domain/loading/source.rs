//! From bytes to records: one a line (NDJSON, CSV), or a JSON array or object as a whole. Line by line in bounded
//! memory; lines of JSON some at a time, which two threads share.

use std::collections::VecDeque;
use std::io::{self, BufRead};
use std::panic::resume_unwind;
use std::thread;

use serde_json::{Map, Value};

use super::document::Document;
use super::encodings::not_text;
use super::entry::{Entry, Finding, MAX_LINE, refused};
use super::parsing::{BOM, sound};
use super::problem::Problem;
use super::records::Record;
use super::table::Table;
use crate::domain::json::Strict;

/// How many lines are read at a time, or with how many bytes, about, however few lines have those.
const AHEAD: usize = 1000;
const AHEAD_BYTES: usize = 1024 * 1024;
/// So few lines are sooner read by one thread than another is sent to help.
const FEW: usize = 100;

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
    Document(Document),
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
            (Some(what), _) => Body::Document(Document::refused(1, what)),
            (None, Format::Lines) => Body::Lines(Lines::new(reader)),
            (None, Format::Document) => Body::Document(Document::read(&mut *reader)?),
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
            Body::Document(document) => document.next(self.this_year).map(Ok),
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
    /// What was read ahead, and what broke off after that.
    ahead: VecDeque<Entry>,
    failed: Option<io::Error>,
}

/// A line that is not blank.
struct Line {
    number: u64,
    text: Vec<u8>,
    end: End,
}

impl<'a> Lines<'a> {
    pub(super) fn new(reader: Box<dyn BufRead + Send + 'a>) -> Self {
        Self {
            reader,
            line: 0,
            buffer: Vec::new(),
            filled: 0,
            is_over: false,
            ahead: VecDeque::new(),
            failed: None,
        }
    }

    /// The next record, or why there is none.
    fn next(&mut self, this_year: i32) -> io::Result<Option<Entry>> {
        if self.ahead.is_empty() {
            self.read_ahead(this_year)?;
        }
        Ok(self.ahead.pop_front())
    }

    fn read_ahead(&mut self, this_year: i32) -> io::Result<()> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        let (mut lines, mut bytes) = (Vec::new(), 0);
        while lines.len() < AHEAD && bytes < AHEAD_BYTES {
            let end = match self.next_filled() {
                Ok(Some(end)) => end,
                Ok(None) => break,
                // What stands before it comes first.
                Err(error) => {
                    self.failed = Some(error);
                    break;
                }
            };
            if self.filled == 1 && is_array_over_lines(self.text()) {
                self.is_over = true;
                let reason = "looks like a JSON array over several lines; one record a line is wanted, or the ending .json";
                self.ahead.push_back(Entry {
                    line: self.line,
                    finding: Finding::FileRefused(Problem::new("", reason)),
                });
                return Ok(());
            }
            bytes += self.text().len();
            lines.push(Line {
                number: self.line,
                text: self.text().to_vec(),
                end,
            });
        }
        self.ahead.extend(read_lines(&lines, this_year));
        match self.failed.take_if(|_| self.ahead.is_empty()) {
            Some(error) => Err(error),
            None => Ok(()),
        }
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
        let text = self.buffer.strip_prefix(BOM).unwrap_or(&self.buffer);
        text.trim_ascii()
    }
}

impl Line {
    /// What stands in it.
    fn entry(&self, this_year: i32) -> Entry {
        let read = |value| Record::read(value, this_year);
        let finding = match parse_line(&self.text, self.end).map(read) {
            Ok(Ok((record, unknown, warnings))) => Finding::Record(record, unknown, warnings),
            Ok(Err((problem, warnings))) => {
                // Seldom, so that its fields are not kept for the message of each.
                let fields = match parse_line(&self.text, self.end) {
                    Ok(Value::Object(fields)) => fields,
                    Ok(_) | Err(_) => Map::new(),
                };
                Finding::Refused(problem.with_value_of(&fields), warnings)
            }
            Err(problem) => refused(problem),
        };
        Entry {
            line: self.number,
            finding,
        }
    }
}

/// The records of lines, in order: of many, another thread reads half.
fn read_lines(lines: &[Line], this_year: i32) -> Vec<Entry> {
    let read = |lines: &[Line]| -> Vec<Entry> {
        let entries = lines.iter().map(|line| line.entry(this_year));
        entries.collect()
    };
    if lines.len() < FEW {
        return read(lines);
    }
    let (first, second) = lines.split_at(lines.len() / 2);
    thread::scope(|scope| {
        let other = thread::Builder::new().spawn_scoped(scope, || read(second));
        let mut entries = read(first);
        entries.extend(match other {
            Ok(other) => match other.join() {
                Ok(entries) => entries,
                Err(panic) => resume_unwind(panic),
            },
            // There are too many threads already.
            Err(_) => read(second),
        });
        entries
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
    match serde_json::from_slice::<Strict>(text) {
        Err(error) if error.is_eof() && end == End::OfFile => {
            let reason = "is cut off: the file ends in the middle of the record";
            Err(Problem::new("", reason))
        }
        read => sound(read),
    }
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

/// The next line, without its end, which is a line feed, a carriage return, or both, as editors count them: none of them
/// stands in JSON but between values. Of a line that is too long only a beginning is kept.
fn next_line(reader: &mut dyn BufRead, line: &mut Vec<u8>) -> io::Result<Option<End>> {
    line.clear();
    let mut is_too_long = false;
    loop {
        let buffer = reader.fill_buf()?;
        if buffer.is_empty() {
            return Ok(match (is_too_long, line.is_empty()) {
                (true, _) => Some(End::TooLong),
                (false, false) => Some(End::OfFile),
                (false, true) => None,
            });
        }
        let end = buffer.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
        let part = &buffer[..end.unwrap_or(buffer.len())];
        is_too_long |= line.len() + part.len() > MAX_LINE;
        if !is_too_long {
            line.extend_from_slice(part);
        }
        let Some(end) = end else {
            let used = buffer.len();
            reader.consume(used);
            continue;
        };
        let is_return = buffer[end] == b'\r';
        reader.consume(end + 1);
        if is_return && reader.fill_buf()?.first() == Some(&b'\n') {
            reader.consume(1);
        }
        return Ok(Some(if is_too_long {
            End::TooLong
        } else {
            End::OfLine
        }));
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn lines_end_as_editors_count_them() {
        let text = "\u{feff}{\"a\": 1}\r{\"a\": 2}\r\n\r\r\n{\"a\": 3}\n\r\u{feff}{\"a\": 4}\r";
        for room in [1, 2, 3, 64] {
            let reader = io::BufReader::with_capacity(room, text.as_bytes());
            let mut lines = Lines::new(Box::new(reader));

            let mut found = Vec::new();
            while let Some((line, object)) = lines.next_object().unwrap() {
                found.push((line, object.unwrap()["a"].as_u64()));
            }

            let expected = [(1, Some(1)), (2, Some(2)), (5, Some(3)), (7, Some(4))];
            assert_eq!(found, expected, "{room} bytes at a time");
        }
    }

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
    /// A file of which the rest cannot be read.
    struct Broken;

    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("it breaks off"))
        }
    }

    #[test]
    fn records_come_in_their_order_however_many_are_read_at_a_time() {
        let blank = |number: &u64| number % 7 == 3;
        let line = |number: u64| {
            if blank(&number) {
                "\n".to_owned()
            } else {
                format!("{{\"year\": {number}}}\n")
            }
        };
        let text: String = (1..=2500).map(line).collect();
        let body = io::BufReader::new(text.as_bytes().chain(Broken));

        let mut records = Records::new(Box::new(body), Format::Lines, 2026).unwrap();

        let mut read = Vec::new();
        let broken = loop {
            match records.next().unwrap() {
                Ok(entry) => read.push(entry),
                Err(error) => break error,
            }
        };
        let lines: Vec<u64> = read.iter().map(|entry| entry.line).collect();
        let filled: Vec<u64> = (1..=2500).filter(|number| !blank(number)).collect();
        assert_eq!(lines, filled);
        let is_refused = |entry: &Entry| matches!(entry.finding, Finding::Refused(..));
        assert!(read.iter().all(is_refused), "{:?}", read[0]);
        assert_eq!(broken.to_string(), "it breaks off");
    }

    #[test]
    fn a_record_that_is_refused_is_told_with_the_value_that_is_at_fault() {
        let text = "{\"viewer\": \"ann\", \"title\": \"heat\", \"at\": \"yesterday\"}";

        let mut records = Records::new(Box::new(text.as_bytes()), Format::Lines, 2026).unwrap();

        let entry = records.next().unwrap().unwrap();
        let Finding::Refused(problem, _) = entry.finding else {
            panic!("it is not refused");
        };
        assert_eq!(problem.field, "at");
        assert_eq!(problem.value, Some(Value::from("yesterday")));
        assert!(records.next().is_none());
    }
}

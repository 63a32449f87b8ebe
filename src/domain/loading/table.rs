//! Tables (CSV, RFC 4180): each line is read as the JSON object that it stands for, in bounded memory.
//!
//! A column is a field; one with a dot in its name (`ids.imdb`, `collection.name`) is a field of an object. Entries of
//! a list stand in one cell, with `|` between them. An empty cell says nothing.

use std::io::{self, BufRead, Read};

use csv::{ByteRecord, ErrorKind, Position, Reader};
use serde_json::{Map, Number, Value};

use super::problem::Problem;
use super::records::Record;
use super::source::{Entry, Finding, MAX_LINE, finding};

/// What the parser reads at once, in bytes.
const BUFFER: usize = 64 * 1024;
/// Why the reader broke off, in words of its own: the parser would hold a record of any length in memory.
const TOO_LONG: &str = "a record is too long";

/// A file of comma-separated values.
pub(super) struct Table<'a> {
    reader: Reader<Bounded<'a>>,
    columns: Option<Vec<String>>,
    record: ByteRecord,
    is_over: bool,
}

impl<'a> Table<'a> {
    pub(super) fn new(reader: Box<dyn BufRead + Send + 'a>) -> Self {
        let bounded = Bounded { reader, left: 0 };
        Self {
            reader: csv::ReaderBuilder::new()
                .has_headers(false)
                .buffer_capacity(BUFFER)
                .from_reader(bounded),
            columns: None,
            record: ByteRecord::new(),
            is_over: false,
        }
    }

    /// The next record, or why there is none.
    pub(super) fn next(&mut self, this_year: i32) -> io::Result<Option<Entry>> {
        if self.is_over {
            return Ok(None);
        }
        if self.columns.is_none() {
            match self.read()? {
                None => return Ok(None),
                Some(Err(entry)) => return Ok(Some(self.give_up(entry))),
                Some(Ok(line)) => match names(&self.record) {
                    Ok(columns) => self.columns = Some(columns),
                    Err(problem) => {
                        let finding = Finding::FileRefused(problem);
                        return Ok(Some(self.give_up(Entry { line, finding })));
                    }
                },
            }
        }
        Ok(self.read()?.map(|read| match read {
            Ok(line) => Entry {
                line,
                finding: self.found(this_year),
            },
            Err(entry) if matches!(entry.finding, Finding::FileRefused(_)) => self.give_up(entry),
            Err(entry) => entry,
        }))
    }

    /// Reads a line into `record`; its number, or what is wrong with it.
    fn read(&mut self) -> io::Result<Option<Result<u64, Entry>>> {
        self.reader.get_mut().left = MAX_LINE;
        let line = self.reader.position().line();
        let problem = match self.reader.read_byte_record(&mut self.record) {
            Ok(false) => return Ok(None),
            Ok(true) => {
                let location = self.record.position().map_or(line, Position::line);
                return Ok(Some(Ok(location)));
            }
            Err(error) => error,
        };
        let location = problem.position().map_or(line, Position::line);
        let finding = match problem.into_kind() {
            ErrorKind::UnequalLengths {
                expected_len, len, ..
            } => Finding::Refused(Problem::new(
                "",
                format!("has {len} columns, not {expected_len}"),
            )),
            ErrorKind::Io(error) if error.to_string() == TOO_LONG => {
                Finding::FileRefused(Problem::new(
                    "",
                    format!("is longer than {MAX_LINE} bytes; is a quotation mark left open?"),
                ))
            }
            ErrorKind::Io(error) => return Err(error),
            other => return Err(io::Error::other(format!("{other:?}"))),
        };
        Ok(Some(Err(Entry {
            line: location,
            finding,
        })))
    }

    fn give_up(&mut self, entry: Entry) -> Entry {
        self.is_over = true;
        entry
    }

    fn found(&self, this_year: i32) -> Finding {
        let columns = self.columns.as_deref().unwrap_or_default();
        match object(columns, &self.record) {
            Ok(object) => finding(Record::read(object, this_year)),
            Err(problem) => Finding::Refused(problem),
        }
    }
}

/// A reader that stops after so many bytes, until it is allowed more.
struct Bounded<'a> {
    reader: Box<dyn BufRead + Send + 'a>,
    left: usize,
}

impl Read for Bounded<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            return Err(io::Error::other(TOO_LONG));
        }
        let read = self.reader.read(buffer)?;
        self.left = self.left.saturating_sub(read);
        Ok(read)
    }
}

/// The names of the columns.
fn names(record: &ByteRecord) -> Result<Vec<String>, Problem> {
    let mut names: Vec<String> = Vec::new();
    if let Some(separator) = [';', '\t'].into_iter().find(|other| {
        let only = record.get(0).filter(|_| record.len() == 1);
        only.is_some_and(|line| line.iter().any(|byte| char::from(*byte) == *other))
    }) {
        let reason = format!("columns are separated by {separator:?}; commas are wanted");
        return Err(Problem::new("", reason));
    }
    for (number, cell) in (1..).zip(record) {
        let name = text(cell, number)?.trim();
        if name.is_empty() {
            let reason = format!("column {number} has no name");
            return Err(Problem::new("", reason));
        }
        if names.iter().any(|other| other == name) {
            let reason = format!("there are two columns “{name}”");
            return Err(Problem::new("", reason));
        }
        names.push(name.to_owned());
    }
    let outer = |name: &str| Some(name.split_once('.')?.0.to_owned());
    let objects: Vec<String> = names.iter().filter_map(|name| outer(name)).collect();
    if let Some(name) = names.iter().find(|name| objects.contains(name)) {
        let reason = format!("there are columns “{name}” and “{name}.…”; only one can be meant");
        return Err(Problem::new("", reason));
    }
    Ok(names)
}

/// A line as the object that it stands for. A cell that is not what its column holds stays a text, and is refused as
/// one.
fn object(columns: &[String], record: &ByteRecord) -> Result<Value, Problem> {
    let mut map = Map::new();
    for (number, (column, cell)) in (1..).zip(columns.iter().zip(record)) {
        let cell = text(cell, number)?.trim();
        if cell.is_empty() {
            continue;
        }
        match column.split_once('.') {
            None => {
                map.insert(column.clone(), value(column, cell));
            }
            Some((outer, inner)) => {
                let object = map
                    .entry(outer)
                    .or_insert_with(|| Value::Object(Map::new()));
                if let Value::Object(object) = object {
                    object.insert(inner.to_owned(), value(inner, cell));
                }
            }
        }
    }
    Ok(Value::Object(map))
}

fn text(cell: &[u8], number: usize) -> Result<&str, Problem> {
    std::str::from_utf8(cell)
        .map_err(|_| Problem::new("", format!("is not UTF-8 (column {number})")))
}

fn value(column: &str, cell: &str) -> Value {
    let as_is = || Value::from(cell);
    match column {
        "genres" | "directors" | "creators" | "cast" | "countries" | "languages" => {
            cell.split('|').map(Value::from).collect()
        }
        "year"
        | "end_year"
        | "runtime_minutes"
        | "episode_runtime_minutes"
        | "total_seasons"
        | "season"
        | "episode"
        | "part"
        | "completion" => cell
            .parse::<Number>()
            .map_or_else(|_| as_is(), Value::Number),
        "liked" => match cell.to_lowercase().as_str() {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "null" => Value::Null,
            _ => as_is(),
        },
        _ => as_is(),
    }
}

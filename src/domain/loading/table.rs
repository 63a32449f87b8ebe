//! Tables (CSV, RFC 4180): each line is read as the JSON object that it stands for, in bounded memory.
//!
//! A column is a field; one with a dot in its name (`ids.imdb`, `collection.name`) is a field of an object. Entries of
//! a list stand in one cell, with `|` between them, or as JSON. An empty cell says nothing, a line of such cells is passed
//! over. A quotation mark before what a spreadsheet would compute is none of the cell.

use std::collections::VecDeque;
use std::io::{self, BufRead, Read};

use csv::{ByteRecord, ErrorKind, Reader};
use serde_json::{Map, Number, Value};

use super::entry::{Entry, Finding, MAX_LINE, finding, refused};
use super::formulas::unguarded;
use super::problem::{Problem, Warning};

/// What the parser reads at once, in bytes.
const BUFFER: usize = 64 * 1024;
/// The columns of which each sort of record needs one.
const KEYS: [&[u8]; 3] = [b"slug", b"series", b"viewer"];
/// Why the reader broke off, in words of its own: the parser would hold a record of any length in memory.
const TOO_LONG: &str = "a record is too long";

/// A file of comma-separated values.
pub(super) struct Table<'a> {
    reader: Reader<Bounded<'a>>,
    columns: Option<Vec<String>>,
    wanted: Wanted,
    record: ByteRecord,
    is_over: bool,
}

/// Which columns a table must have.
enum Wanted {
    /// One of those of which each sort of record needs one.
    Key,
    /// All of these columns.
    All(Vec<String>),
}

/// The cells of a line by their columns, or why there are none.
pub(super) type Cells = Result<Map<String, Value>, Finding>;

impl<'a> Table<'a> {
    pub(super) fn new(reader: Box<dyn BufRead + Send + 'a>) -> Self {
        Self::of(reader, csv::ReaderBuilder::new(), Wanted::Key)
    }

    /// A table that must have these columns, whatever they mean. Between tabs, quotation marks are part of a cell.
    pub(super) fn with_columns(
        reader: Box<dyn BufRead + Send + 'a>,
        separator: u8,
        columns: Vec<String>,
    ) -> Self {
        let mut builder = csv::ReaderBuilder::new();
        builder.delimiter(separator).quoting(separator != b'\t');
        Self::of(reader, builder, Wanted::All(columns))
    }

    fn of(
        reader: Box<dyn BufRead + Send + 'a>,
        mut builder: csv::ReaderBuilder,
        wanted: Wanted,
    ) -> Self {
        let bounded = Bounded {
            reader,
            left: 0,
            given: VecDeque::new(),
        };
        Self {
            reader: builder
                .has_headers(false)
                // Their number is checked here, for a blank line is one cell.
                .flexible(true)
                .buffer_capacity(BUFFER)
                .from_reader(bounded),
            columns: None,
            wanted,
            record: ByteRecord::new(),
            is_over: false,
        }
    }

    /// The next record, or why there is none.
    pub(super) fn next(&mut self, this_year: i32) -> io::Result<Option<Entry>> {
        Ok(self.next_line()?.map(|read| match read {
            Ok(line) => Entry {
                line,
                finding: self.found(this_year),
            },
            Err(entry) => entry,
        }))
    }

    /// The next line with its number, by its columns.
    pub(super) fn next_cells(&mut self) -> io::Result<Option<(u64, Cells)>> {
        Ok(self.next_line()?.map(|read| match read {
            Ok(line) => (line, self.cells().map_err(refused)),
            Err(entry) => (entry.line, Err(entry.finding)),
        }))
    }

    fn cells(&self) -> Result<Map<String, Value>, Problem> {
        self.check_number()?;
        let columns = self.columns.as_deref().unwrap_or_default();
        let cells = (1..).zip(columns.iter().zip(&self.record));
        cells
            .map(|(number, (column, cell))| Ok((column.clone(), Value::from(text(cell, number)?))))
            .collect()
    }

    /// Reads the next line of cells; its number, or why nothing more can be read.
    fn next_line(&mut self) -> io::Result<Option<Result<u64, Entry>>> {
        if self.is_over {
            return Ok(None);
        }
        if self.columns.is_none() {
            match self.read_filled()? {
                None => return Ok(None),
                Some(Err(entry)) => return Ok(Some(Err(self.give_up(entry)))),
                Some(Ok(line)) => match names(&self.record, &self.wanted) {
                    Ok(columns) => self.columns = Some(columns),
                    Err(problem) => {
                        let finding = Finding::FileRefused(problem);
                        return Ok(Some(Err(self.give_up(Entry { line, finding }))));
                    }
                },
            }
        }
        Ok(match self.read_filled()? {
            Some(Err(entry)) => Some(Err(self.give_up(entry))),
            read => read,
        })
    }

    /// The same for the next line in which a cell is filled.
    fn read_filled(&mut self) -> io::Result<Option<Result<u64, Entry>>> {
        loop {
            let read = self.read()?;
            let is_blank = |cell: &[u8]| cell.trim_ascii().is_empty();
            if !matches!(read, Some(Ok(_))) || !self.record.iter().all(is_blank) {
                return Ok(read);
            }
        }
    }

    /// Reads a line into `record`; its number, or what is wrong with it.
    fn read(&mut self) -> io::Result<Option<Result<u64, Entry>>> {
        self.reader.get_mut().left = MAX_LINE;
        let before = self.reader.position().clone();
        let read = self.reader.read_byte_record(&mut self.record);
        let read_bytes = self.reader.position().byte() - before.byte();
        let line = before.line() + self.reader.get_mut().passed_over(read_bytes);
        let problem = match read {
            Ok(false) => return Ok(None),
            Ok(true) => return Ok(Some(Ok(line))),
            Err(error) => error,
        };
        let finding = match problem.into_kind() {
            ErrorKind::Io(error) if error.to_string() == TOO_LONG => {
                Finding::FileRefused(Problem::new(
                    "",
                    format!("is longer than {MAX_LINE} bytes; is a quotation mark left open?"),
                ))
            }
            ErrorKind::Io(error) => return Err(error),
            other => return Err(io::Error::other(format!("{other:?}"))),
        };
        Ok(Some(Err(Entry { line, finding })))
    }

    fn give_up(&mut self, entry: Entry) -> Entry {
        self.is_over = true;
        entry
    }

    /// Whether there are as many cells as columns.
    fn check_number(&self) -> Result<(), Problem> {
        let wanted = self.columns.as_deref().unwrap_or_default().len();
        let cells = self.record.len();
        if cells != wanted {
            let runs_on = self.record.iter().any(|cell| cell.contains(&b'\n'));
            let hint = if runs_on {
                "; it goes on over the end of its line: is a quotation mark left open?"
            } else {
                ""
            };
            let reason = format!("has {cells} columns, not {wanted}{hint}");
            return Err(Problem::new("", reason));
        }
        Ok(())
    }

    fn found(&self, this_year: i32) -> Finding {
        if let Err(problem) = self.check_number() {
            return refused(problem);
        }
        let columns = self.columns.as_deref().unwrap_or_default();
        let runs_on = columns.iter().zip(&self.record);
        let runs_on = runs_on.filter(|(_, cell)| cell.contains(&b'\n'));
        let runs_on = runs_on.map(|(column, _)| Warning {
            field: column.clone(),
            value: None,
            reason: "goes on over the end of a line; where that is not meant, a quotation mark is left open",
        });
        let mut found = match object(columns, &self.record) {
            Ok(object) => finding(object, this_year),
            Err(problem) => refused(problem),
        };
        if let Finding::Record(_, _, warnings) | Finding::Refused(_, warnings) = &mut found {
            warnings.extend(runs_on);
        }
        found
    }
}

/// A reader that stops after a number of bytes, until it is allowed more.
struct Bounded<'a> {
    reader: Box<dyn BufRead + Send + 'a>,
    left: usize,
    /// What the parser has, from where it last stood: it passes over blank lines, but does not count them.
    given: VecDeque<u8>,
}

impl Bounded<'_> {
    /// How many line ends stand before the record that was read with these bytes. The end of a line that the parser left
    /// there is among them.
    fn passed_over(&mut self, bytes: u64) -> u64 {
        let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
        let given = self.given.drain(..bytes.min(self.given.len()));
        let before = given.take_while(|byte| matches!(byte, b'\r' | b'\n' | 0xef | 0xbb | 0xbf));
        before.fold(0, |lines, byte| lines + u64::from(byte == b'\n'))
    }
}

impl Read for Bounded<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            return Err(io::Error::other(TOO_LONG));
        }
        let read = self.reader.read(buffer)?;
        self.given.extend(&buffer[..read]);
        self.left = self.left.saturating_sub(read);
        Ok(read)
    }
}

/// The names of the columns.
fn names(record: &ByteRecord, wanted: &Wanted) -> Result<Vec<String>, Problem> {
    let mut names: Vec<String> = Vec::new();
    if let Some(separator) = [';', '\t'].into_iter().find(|other| {
        let only = record.get(0).filter(|_| record.len() == 1);
        only.is_some_and(|line| line.iter().any(|byte| char::from(*byte) == *other))
    }) {
        let reason =
            format!("columns are separated by {separator:?}; commas are wanted, and UTF-8");
        return Err(Problem::new("", reason));
    }
    if matches!(wanted, Wanted::Key)
        && let Some(only) = record.get(0).filter(|_| record.len() == 1)
        && only.contains(&b',')
    {
        let reason = "the whole line is one cell, within quotation marks; they are wanted around a cell, if at all";
        return Err(Problem::new("", reason));
    }
    let has = |name: &[u8]| record.iter().any(|cell| cell.trim_ascii() == name);
    match wanted {
        Wanted::Key if !KEYS.iter().any(|key| has(key)) => {
            let reason = "is no line of column names: none is “slug”, “series” or “viewer”, of which each record needs one";
            return Err(Problem::new("", reason));
        }
        Wanted::Key => {}
        Wanted::All(columns) => {
            if let Some(name) = columns.iter().find(|name| !has(name.as_bytes())) {
                let reason = format!("has no column “{name}”, which the map of its columns names");
                return Err(Problem::new("", reason));
            }
        }
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
        let cell = unguarded(text(cell, number)?.trim());
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
                    let is_score = matches!(outer, "scores" | "ratings");
                    let score = is_score.then(|| json_of(cell, Value::is_object)).flatten();
                    let value = score.unwrap_or_else(|| value(inner, cell));
                    object.insert(inner.to_owned(), value);
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

/// The JSON that stands in a cell which cannot say otherwise what it has to, if it is of this sort.
fn json_of(cell: &str, is_it: fn(&Value) -> bool) -> Option<Value> {
    if !cell.starts_with(['[', '{']) {
        return None;
    }
    serde_json::from_str(cell).ok().filter(is_it)
}

/// A cell as the value that it stands for in a field.
pub(super) fn value(column: &str, cell: &str) -> Value {
    let as_is = || Value::from(cell);
    match column {
        "genres" | "directors" | "creators" | "cast" | "guests" | "writers" | "producers"
        | "composers" | "countries" | "languages" | "studios" | "tags" | "trailers" | "extras"
        | "poster" | "backdrop" | "logo" | "banner" | "thumb" | "still" | "portrait"
        | "seasons" => json_of(cell, Value::is_array)
            .unwrap_or_else(|| cell.split('|').map(Value::from).collect()),
        "year"
        | "end_year"
        | "runtime_minutes"
        | "episode_runtime_minutes"
        | "total_seasons"
        | "season"
        | "episode"
        | "number_end"
        | "absolute_number"
        | "airs_before_season"
        | "airs_before_episode"
        | "airs_after_season"
        | "part"
        | "votes"
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn pictures_of_a_kind_stand_in_one_cell() {
        let columns = ["pictures.backdrop", "still", "title"].map(str::to_owned);
        let record = ByteRecord::from(vec!["a.jpg|b.jpg", "s.jpg", "A|B"]);

        let object = object(&columns, &record);

        let expected = json!({
            "pictures": { "backdrop": ["a.jpg", "b.jpg"] }, "still": ["s.jpg"], "title": "A|B",
        });
        assert_eq!(object, Ok(expected));
    }

    #[test]
    fn what_no_cell_can_say_otherwise_is_json_and_a_guard_is_none_of_it() {
        let columns = [
            "title",
            "cast",
            "tags",
            "scores.imdb",
            "scores.tmdb",
            "names.de",
        ];
        let cells = [
            "'=1+1",
            r#"["A", { "name": "B" }]"#,
            "'+x|y",
            r#"{ "value": 8 }"#,
            "8/10",
            r#"{ "a": 1 }"#,
        ];

        let record = ByteRecord::from(cells.to_vec());
        let object = object(&columns.map(str::to_owned), &record);

        let expected = json!({
            "title": "=1+1", "cast": ["A", { "name": "B" }], "tags": ["+x", "y"],
            "scores": { "imdb": { "value": 8 }, "tmdb": "8/10" }, "names": { "de": r#"{ "a": 1 }"# },
        });
        assert_eq!(object, Ok(expected));
    }
}

//! Tables of exports, line by line: columns by their names in any case and order, cells with commas and line ends in
//! them, and no line that fills the memory.

use std::collections::HashMap;
use std::io::{self, Read};

use csv::{Reader, ReaderBuilder, StringRecord};

use super::cells::{Cells, fold_name};
use super::problem::ImportProblem;

/// The longest row, in bytes.
const MAX_ROW: usize = 1024 * 1024;
/// How many columns are looked at.
const MAX_COLUMNS: usize = 200;
/// What the parser reads at once, in bytes.
const BUFFER: usize = 64 * 1024;

/// A table: its columns, and its text.
pub(super) struct Sheet<'a> {
    /// The name of its file.
    pub(super) file: &'a str,
    text: &'a str,
    delimiter: u8,
    columns: HashMap<String, usize>,
    has_header: bool,
}

impl<'a> Sheet<'a> {
    /// Reads the names of the columns from the first line.
    pub(super) fn new(file: &'a str, text: &'a str) -> Result<Self, ImportProblem> {
        let mut sheet = Self {
            file,
            text,
            delimiter: delimiter(text),
            columns: HashMap::new(),
            has_header: false,
        };
        let mut columns = HashMap::new();
        if let Some(row) = sheet.rows().next().transpose()? {
            for (place, cell) in row.record.iter().take(MAX_COLUMNS).enumerate() {
                columns.entry(fold_name(cell)).or_insert(place);
            }
        }
        sheet.columns = columns;
        sheet.has_header = true;
        Ok(sheet)
    }

    /// The same table, of which the first line is a row like the others.
    pub(super) fn without_header(&self, columns: &[&str]) -> Self {
        let columns = columns.iter().enumerate();
        Self {
            file: self.file,
            text: self.text,
            delimiter: self.delimiter,
            columns: columns
                .map(|(place, name)| (fold_name(name), place))
                .collect(),
            has_header: false,
        }
    }

    /// Whether it has all these columns, named as [`fold_name`] gives them.
    pub(super) fn has(&self, columns: &[&str]) -> bool {
        columns.iter().all(|name| self.columns.contains_key(*name))
    }

    /// Whether it has one of these columns.
    pub(super) fn has_one(&self, columns: &[&str]) -> bool {
        columns.iter().any(|name| self.columns.contains_key(*name))
    }

    /// How many columns have names.
    pub(super) fn width(&self) -> usize {
        self.columns.len()
    }

    /// The rows that have something in them, without the names of the columns.
    pub(super) fn rows(&self) -> Rows<'_> {
        let bounded = Bounded {
            text: self.text.as_bytes(),
            left: MAX_ROW,
        };
        let reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(self.delimiter)
            .buffer_capacity(BUFFER)
            .from_reader(bounded);
        let mut rows = Rows {
            sheet: self,
            reader,
            counted_to: 0,
            line: 1,
            is_over: false,
        };
        if self.has_header {
            // It was read once, so it can be read again.
            rows.next();
        }
        rows
    }
}

/// The character between cells: the one that the first line has most of.
fn delimiter(text: &str) -> u8 {
    let first = text.trim_start().lines().next().unwrap_or_default();
    let count = |delimiter: u8| first.matches(char::from(delimiter)).count();
    let others = [b'\t', b';'].into_iter();
    others.fold(b',', |best, other| {
        if count(other) > count(best) {
            other
        } else {
            best
        }
    })
}

/// The rows of a table.
pub(super) struct Rows<'s> {
    sheet: &'s Sheet<'s>,
    reader: Reader<Bounded<'s>>,
    /// Up to where line ends were counted, in bytes, and the line that is there.
    counted_to: usize,
    line: u32,
    is_over: bool,
}

impl<'s> Iterator for Rows<'s> {
    type Item = Result<Row<'s>, ImportProblem>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.is_over {
            self.reader.get_mut().left = MAX_ROW;
            let mut record = StringRecord::new();
            let start = usize::try_from(self.reader.position().byte()).unwrap_or(usize::MAX);
            let read = self.reader.read_record(&mut record);
            let line = self.line_from(start);
            match read {
                Ok(false) => self.is_over = true,
                Ok(true) if record.iter().all(|cell| cell.trim().is_empty()) => {}
                Ok(true) => {
                    return Some(Ok(Row {
                        line,
                        record,
                        columns: &self.sheet.columns,
                    }));
                }
                Err(_) => {
                    self.is_over = true;
                    return Some(Err(ImportProblem::RowTooLong {
                        file: self.sheet.file.to_owned(),
                        row: line,
                    }));
                }
            }
        }
        None
    }
}

impl Rows<'_> {
    /// The line of the record that the parser began to look for at this byte: it passes over empty lines, and leaves half
    /// an end of a line there.
    fn line_from(&mut self, start: usize) -> u32 {
        let text = self.sheet.text.as_bytes();
        let start = start.min(text.len());
        let passed = text[start..].iter();
        let passed = passed
            .take_while(|byte| matches!(byte, b'\r' | b'\n'))
            .count();
        let start = start + passed;
        let between = self.sheet.text.get(self.counted_to..start);
        let ends = between.unwrap_or_default().matches('\n').count();
        let ends = u32::try_from(ends).unwrap_or(u32::MAX);
        self.line = self.line.saturating_add(ends);
        self.counted_to = self.counted_to.max(start);
        self.line
    }
}

/// A row of a table.
pub(super) struct Row<'s> {
    /// Its line in the file, from 1.
    pub(super) line: u32,
    record: StringRecord,
    columns: &'s HashMap<String, usize>,
}

impl Row<'_> {
    /// How many cells it has.
    pub(super) fn width(&self) -> usize {
        self.record.len()
    }

    /// The cell in this place, from 0.
    pub(super) fn cell(&self, place: usize) -> &str {
        self.record.get(place).unwrap_or_default().trim()
    }
}

impl Cells for Row<'_> {
    fn get(&self, name: &str) -> &str {
        self.columns.get(name).map_or("", |place| self.cell(*place))
    }
}

/// A text that gives no more than some bytes, until it is allowed more.
struct Bounded<'a> {
    text: &'a [u8],
    left: usize,
}

impl Read for Bounded<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 && !self.text.is_empty() {
            return Err(io::Error::other("a row is too long"));
        }
        let read = self.text.read(buffer)?;
        self.left = self.left.saturating_sub(read);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<(u32, String, String)> {
        let sheet = Sheet::new("a.csv", text).unwrap();
        sheet
            .rows()
            .map(|row| {
                let row = row.unwrap();
                let cell = |name| row.get(name).to_owned();
                (row.line, cell("name"), cell("watcheddate"))
            })
            .collect()
    }

    fn row(line: u32, name: &str, day: &str) -> (u32, String, String) {
        (line, name.to_owned(), day.to_owned())
    }

    #[test]
    fn columns_are_found_by_name_in_any_order_and_spelling() {
        let expected = [row(2, "Heat", "2020-01-02")];

        for text in [
            "Name,Watched Date\nHeat,2020-01-02\n",
            "watched_date;NAME\r\n2020-01-02;Heat",
            "\"Name\"\t\"Watched Date\"\n\"Heat\"\t 2020-01-02 \n",
        ] {
            assert_eq!(rows(text), expected, "{text}");
        }
    }

    #[test]
    fn rows_know_their_lines() {
        let text = "Name,Watched Date\r\n\r\n\"Good, Bad\r\nand \"\"Ugly\"\"\",2020-01-02\r\n,\r\nHeat\r\n";

        assert_eq!(
            rows(text),
            [
                row(3, "Good, Bad\r\nand \"Ugly\"", "2020-01-02"),
                row(6, "Heat", "")
            ]
        );
    }

    #[test]
    fn a_quotation_mark_that_is_left_open_does_not_fill_the_memory() {
        let text = format!("Name\nHeat\n\"{}", "x,\n".repeat(1_000_000));
        let sheet = Sheet::new("a.csv", &text).unwrap();

        let read: Vec<_> = sheet.rows().map(|row| row.map(|row| row.line)).collect();

        let problem = ImportProblem::RowTooLong {
            file: "a.csv".to_owned(),
            row: 3,
        };
        assert_eq!(read, [Ok(2), Err(problem)]);
    }
}

//! The rows of a file that a map of columns reads, one after the other in bounded memory.

use std::io::{self, BufRead};

use super::column_maps::{FileMap, Mapped, RowsAre};
use super::encodings::not_text;
use super::entry::Finding;
use super::problem::Problem;
use super::source::{Format, Object, Objects};
use super::table::Table;

/// The most rows that are taken together as one.
const MOST_ROWS: usize = 10_000;

/// The rows of a file, in order. Those of facts and credits of one title that follow each other are one.
pub(super) struct MappedRows<'a> {
    body: Body<'a>,
    map: &'a FileMap,
    /// What was read and may go on with the next row: its line, and of how many rows it is.
    pending: Option<(u64, Mapped, usize)>,
}

enum Body<'a> {
    Lines(Objects<'a>),
    Table(Table<'a>),
    /// Nothing of the file can be read; it is told once.
    Refused(Option<&'static str>),
}

/// What is found at a line.
pub(super) enum MappedRow {
    Row(u64, Mapped),
    Refused(u64, Problem),
}

impl<'a> MappedRows<'a> {
    pub(super) fn new(
        mut reader: Box<dyn BufRead + Send + 'a>,
        map: &'a FileMap,
    ) -> io::Result<Self> {
        let body = match (not_text(&mut *reader)?, map.format()) {
            (Some(what), _) => Body::Refused(Some(what)),
            (None, Format::Table) => {
                Body::Table(Table::with_columns(reader, map.separator(), map.wanted()))
            }
            (None, Format::Lines | Format::Document) => Body::Lines(Objects::new(reader)),
        };
        Ok(Self {
            body,
            map,
            pending: None,
        })
    }

    /// The next row that is not passed over.
    pub(super) fn next(&mut self) -> io::Result<Option<MappedRow>> {
        loop {
            let Some((line, cells)) = self.cells()? else {
                let last = self.pending.take();
                return Ok(last.map(|(line, row, _)| MappedRow::Row(line, row)));
            };
            let cells = match cells {
                Ok(cells) => cells,
                Err(problem) => return Ok(Some(MappedRow::Refused(line, problem))),
            };
            let row = match self.map.read(&cells) {
                None => continue,
                Some(Ok(row)) => row,
                Some(Err(problem)) => return Ok(Some(MappedRow::Refused(line, problem))),
            };
            if !matches!(self.map.rows(), RowsAre::Facts | RowsAre::Credits) {
                return Ok(Some(MappedRow::Row(line, row)));
            }
            match &mut self.pending {
                Some((_, pending, rows)) if pending.id == row.id && *rows < MOST_ROWS => {
                    pending.add(row);
                    *rows += 1;
                }
                pending => {
                    if let Some((line, row, _)) = pending.replace((line, row, 1)) {
                        return Ok(Some(MappedRow::Row(line, row)));
                    }
                }
            }
        }
    }

    fn cells(&mut self) -> io::Result<Option<(u64, Object)>> {
        let (line, found) = match &mut self.body {
            Body::Lines(lines) => return lines.next(),
            Body::Refused(what) => {
                let what = what.take();
                return Ok(what.map(|what| (1, Err(Problem::new("", what)))));
            }
            Body::Table(table) => match table.next_cells()? {
                None => return Ok(None),
                Some(read) => read,
            },
        };
        let found = found.map_err(|finding| match finding {
            Finding::Refused(problem, _) | Finding::FileRefused(problem) => problem,
            Finding::Record(..) => Problem::new("", "is no row"),
        });
        Ok(Some((line, found)))
    }
}

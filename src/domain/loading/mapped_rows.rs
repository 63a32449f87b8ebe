//! The rows of a file that a map of columns reads, one after the other in bounded memory.

use std::io;

use super::column_maps::{FileMap, Mapped, RowsAre};
use super::encodings::not_text;
use super::entry::Finding;
use super::options::{LoadError, Source};
use super::problem::Problem;
use super::source::{Format, Lines, Object};
use super::table::Table;

/// The most rows that are taken together as one.
const MOST_ROWS: usize = 10_000;

/// The rows of a file, in order. Those of facts and credits of one title that follow each other are one.
pub(super) struct MappedRows<'a> {
    source: &'a dyn Source,
    body: Body<'a>,
    map: &'a FileMap,
    /// What was read and may go on with the next row: its line, and of how many rows it is.
    pending: Option<(u64, Mapped, usize)>,
}

enum Body<'a> {
    Lines(Lines<'a>),
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
    /// Those of a file, from its beginning.
    pub(super) fn open(source: &'a dyn Source, map: &'a FileMap) -> Result<Self, LoadError> {
        let body = Body::open(source, map);
        Ok(Self {
            source,
            body: body.map_err(|error| LoadError::File(source.name(), error))?,
            map,
            pending: None,
        })
    }

    /// The next row that is not passed over.
    pub(super) fn next(&mut self) -> Result<Option<MappedRow>, LoadError> {
        loop {
            let cells = self.body.cells();
            let cells = cells.map_err(|error| LoadError::File(self.source.name(), error))?;
            let Some((line, cells)) = cells else {
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
}

impl<'a> Body<'a> {
    fn open(source: &'a dyn Source, map: &FileMap) -> io::Result<Self> {
        let mut reader = source.open()?;
        Ok(match (not_text(&mut *reader)?, map.format()) {
            (Some(what), _) => Self::Refused(Some(what)),
            (None, Format::Table) => {
                Self::Table(Table::with_columns(reader, map.separator(), map.wanted()))
            }
            (None, Format::Lines | Format::Document) => Self::Lines(Lines::new(reader)),
        })
    }

    fn cells(&mut self) -> io::Result<Option<(u64, Object)>> {
        let (line, found) = match self {
            Self::Lines(lines) => return lines.next_object(),
            Self::Refused(what) => {
                let what = what.take();
                return Ok(what.map(|what| (1, Err(Problem::new("", what)))));
            }
            Self::Table(table) => match table.next_cells()? {
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

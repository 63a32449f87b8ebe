//! Records on their way into a file, one after the other.

use std::io::{self, Write};

use super::columns::Columns;
use super::options::ExportError;
use super::record::Exported;
use crate::domain::loading::document::MAX_DOCUMENT;
use crate::domain::loading::entry::MAX_LINE;
use crate::domain::loading::source::Format;

/// What records are written to.
pub(super) struct Output<'o> {
    body: Body<'o>,
}

enum Body<'o> {
    Lines(&'o mut (dyn Write + Send)),
    Document {
        out: &'o mut (dyn Write + Send),
        /// How many bytes were written.
        length: usize,
    },
    Table {
        out: Box<csv::Writer<&'o mut (dyn Write + Send)>>,
        columns: Columns,
    },
}

impl<'o> Output<'o> {
    /// Begins a file. A table has these columns; other formats need none.
    pub(super) fn begin(
        format: Format,
        columns: Columns,
        out: &'o mut (dyn Write + Send),
    ) -> io::Result<Self> {
        let body = match format {
            Format::Lines => Body::Lines(out),
            Format::Document => Body::Document { out, length: 0 },
            Format::Table => {
                let mut out = csv::Writer::from_writer(out);
                if !columns.is_empty() {
                    out.write_record(columns.names())?;
                }
                Body::Table {
                    out: Box::new(out),
                    columns,
                }
            }
        };
        Ok(Self { body })
    }

    /// Writes a record. Says whether a load can read one that is so long.
    pub(super) fn write(&mut self, exported: &Exported) -> Result<bool, ExportError> {
        match &mut self.body {
            Body::Lines(out) => {
                let line = json(exported)?;
                out.write_all(&line)?;
                out.write_all(b"\n")?;
                Ok(line.len() <= MAX_LINE)
            }
            Body::Document { out, length } => {
                let line = json(exported)?;
                let before: &[u8] = if *length == 0 { b"[\n" } else { b",\n" };
                out.write_all(before)?;
                out.write_all(&line)?;
                *length += before.len() + line.len();
                if *length > MAX_DOCUMENT - END.len() {
                    return Err(ExportError::TooLong);
                }
                Ok(true)
            }
            Body::Table { out, columns } => {
                let cells = columns.line(exported).ok_or(ExportError::Changed)?;
                out.write_record(&cells).map_err(io::Error::from)?;
                // With the marks around a cell and within it, and the comma.
                let lengths = cells
                    .iter()
                    .map(|cell| cell.len() + cell.matches('"').count() + 3);
                Ok(lengths.sum::<usize>() <= MAX_LINE)
            }
        }
    }

    /// Ends the file, and hands on what waits.
    pub(super) fn end(self) -> io::Result<()> {
        match self.body {
            Body::Lines(out) => out.flush(),
            Body::Document { out, length } => {
                out.write_all(if length == 0 { b"[]\n" } else { END })?;
                out.flush()
            }
            Body::Table { mut out, .. } => out.flush(),
        }
    }
}

/// What ends a document.
const END: &[u8] = b"\n]\n";

fn json(exported: &Exported) -> io::Result<Vec<u8>> {
    Ok(serde_json::to_vec(exported)?)
}

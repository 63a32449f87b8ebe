//! The maps of columns that `load` goes by, and which of them is of a file: by its name, or by how it begins.

use std::io::{BufRead, Read};
use std::sync::Arc;

use anyhow::{Context, anyhow, ensure};

use crate::domain::loading::{ColumnMap, FileMap, Source};
use crate::domain::text;

/// The largest file of maps, in bytes.
const MAX_MAP: u64 = 1024 * 1024;
/// The longest first line by which a file is known, in bytes.
const MAX_BEGINNING: u64 = 64 * 1024;

/// The maps of columns that a load goes by.
pub(super) struct Maps {
    /// One that was asked for: it is of each file, too, that begins as one of its files does.
    named: Option<ColumnMap>,
    /// Those that come with the program, which know their files by name alone.
    shipped: Vec<ColumnMap>,
}

impl Maps {
    /// The map of a name, or in a file, before those that come with the program.
    pub(super) fn of(named: Option<&str>) -> anyhow::Result<Self> {
        Ok(Self {
            named: named.map(read).transpose()?,
            shipped: ColumnMap::shipped(),
        })
    }

    /// The map of a file of this name, without the ending of packed ones, by what was asked for.
    pub(super) fn of_name(&self, name: &str) -> Option<Arc<FileMap>> {
        self.named.as_ref()?.of_file(name)
    }

    /// The same by what comes with the program.
    pub(super) fn shipped_of_name(&self, name: &str) -> Option<Arc<FileMap>> {
        self.shipped.iter().find_map(|map| map.of_file(name))
    }

    /// The map of a file by its first line. What cannot be read is told when it is loaded.
    pub(super) fn of_beginning(&self, source: &dyn Source) -> Option<Arc<FileMap>> {
        let map = self.named.as_ref()?;
        let mut line = Vec::new();
        let reader = source.open().ok()?;
        let mut beginning = reader.take(MAX_BEGINNING);
        beginning.read_until(b'\n', &mut line).ok()?;
        let line = std::str::from_utf8(&line).ok()?;
        map.of_beginning(line.trim_start_matches('\u{feff}'))
    }
}

/// The map of a name, or in a file.
fn read(named: &str) -> anyhow::Result<ColumnMap> {
    if let Some(shipped) = ColumnMap::find_shipped(named) {
        return Ok(shipped);
    }
    let shown = text::visible(named);
    let length = std::fs::metadata(named)
        .with_context(|| format!("{shown} is neither imdb, tmdb nor a file that can be read"))?
        .len();
    ensure!(
        length <= MAX_MAP,
        "{shown} is larger than {MAX_MAP} bytes, and no map of columns"
    );
    let text = std::fs::read_to_string(named).with_context(|| format!("{shown} cannot be read"))?;
    ColumnMap::read(&text).map_err(|error| anyhow!("{shown}: {error}"))
}

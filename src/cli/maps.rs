//! The maps of columns that `load` goes by, and which of them is of a file: by its name, or by how it begins.

use std::io::{BufRead, Read};
use std::sync::Arc;

use anyhow::{Context, anyhow, ensure};

use crate::domain::loading::{ColumnMap, FileMap, Source};

/// The largest file of maps, in bytes.
const MAX_MAP: u64 = 1024 * 1024;
/// The longest first line by which a file is known, in bytes.
const MAX_BEGINNING: u64 = 64 * 1024;

/// The maps of columns that a load goes by.
pub(super) enum Maps {
    /// Those that come with the program, which know their files by name alone.
    Shipped(Vec<ColumnMap>),
    /// One that was asked for: it is of each file, too, that begins as one of its files does.
    Named(ColumnMap),
}

impl Maps {
    /// The maps of a name, or in a file.
    pub(super) fn of(named: Option<&str>) -> anyhow::Result<Self> {
        let Some(named) = named else {
            return Ok(Self::Shipped(ColumnMap::shipped()));
        };
        if let Some(shipped) = ColumnMap::find_shipped(named) {
            return Ok(Self::Named(shipped));
        }
        let length = std::fs::metadata(named)
            .with_context(|| format!("{named} is neither imdb, tmdb nor a file that can be read"))?
            .len();
        ensure!(
            length <= MAX_MAP,
            "{named} is larger than {MAX_MAP} bytes, and no map of columns"
        );
        let text =
            std::fs::read_to_string(named).with_context(|| format!("{named} cannot be read"))?;
        let map = ColumnMap::read(&text).map_err(|error| anyhow!("{named}: {error}"))?;
        Ok(Self::Named(map))
    }

    /// The map of a file of this name, without the ending of packed ones.
    pub(super) fn of_name(&self, name: &str) -> Option<Arc<FileMap>> {
        match self {
            Self::Shipped(maps) => maps.iter().find_map(|map| map.of_file(name)),
            Self::Named(map) => map.of_file(name),
        }
    }

    /// The map of a file by its first line. What cannot be read is told when it is loaded.
    pub(super) fn of_beginning(&self, source: &dyn Source) -> Option<Arc<FileMap>> {
        let Self::Named(map) = self else {
            return None;
        };
        let mut line = Vec::new();
        let reader = source.open().ok()?;
        let mut beginning = reader.take(MAX_BEGINNING);
        beginning.read_until(b'\n', &mut line).ok()?;
        let line = std::str::from_utf8(&line).ok()?;
        map.of_beginning(line.trim_start_matches('\u{feff}'))
    }
}

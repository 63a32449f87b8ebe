//! How many voted for titles elsewhere, so that a load can pass over those that hardly anybody knows.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use super::checks::id_number;
use super::column_maps::{FileMap, Mapped};
use super::mapped_rows::{MappedRow, MappedRows};
use super::options::{LoadError, Source};

/// The titles for which enough voted.
#[derive(Debug)]
pub(super) struct Voted {
    least: u64,
    /// The numbers of their ids, by provider.
    enough: HashMap<String, HashSet<u64>>,
}

impl Voted {
    /// Reads the votes of all files that say some. Those that cannot be read are told of when they are loaded.
    pub(super) fn read(files: &[(&dyn Source, &FileMap)], least: u64) -> Result<Self, LoadError> {
        let mut enough: HashMap<String, HashSet<u64>> = HashMap::new();
        for &(source, map) in files.iter().filter(|(_, map)| map.says_votes()) {
            let of_provider = enough.entry(map.provider().to_owned()).or_default();
            let failed = |error| LoadError::File(source.name(), error);
            if source.flaw().map_err(failed)?.is_some() {
                continue;
            }
            let mut rows = MappedRows::open(source, map)?;
            while let Some(row) = rows.next()? {
                if let MappedRow::Row(_, row) = row
                    && votes(&row.fields).is_some_and(|votes| votes >= least)
                {
                    of_provider.extend(id_number(&row.id.value));
                }
            }
        }
        Ok(Self { least, enough })
    }

    /// Whether any file says how many voted, by ids of a provider.
    pub(super) fn knows(&self, provider: &str) -> bool {
        self.enough.contains_key(provider)
    }

    /// Whether enough voted for the title of a row.
    pub(super) fn has(&self, row: &Mapped) -> bool {
        let number = id_number(&row.id.value);
        let enough = self.enough.get(&row.id.provider);
        self.least == 0
            || enough.is_some_and(|enough| number.is_some_and(|number| enough.contains(&number)))
    }
}

/// The most votes that a row says.
fn votes(fields: &Map<String, Value>) -> Option<u64> {
    let scores = fields.get("scores")?.as_object()?.values();
    scores
        .filter_map(|score| score.get("votes")?.as_u64())
        .max()
}

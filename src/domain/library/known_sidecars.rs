//! What sidecars said when they were read last, so that one that has not changed since is not read again: its size and time
//! tell.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::file::ScannedFolder;
use super::guess::Entry;
use super::nfo::Sidecar;
use super::places::{file_name, join, parent};

/// Of how many sidecars of a folder it is kept what they say.
const MOST: usize = 1_000;
/// The longest that is kept of one, in bytes: what says more is read again.
const LONGEST: usize = 4_096;

/// What sidecars of a library said, by path.
#[derive(Debug, Clone, Default)]
pub struct KnownSidecars(BTreeMap<String, Known>);

/// A sidecar as it was read.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Known {
    size: u64,
    modified: DateTime<Utc>,
    said: Result<Sidecar, String>,
}

impl KnownSidecars {
    /// What is kept in folders. What this version cannot read of it is not known.
    pub(super) fn of_folders(folders: &[ScannedFolder]) -> Self {
        let mut known = BTreeMap::new();
        for folder in folders {
            let kept = folder.sidecars.as_deref().unwrap_or("{}");
            let kept: BTreeMap<String, Known> = serde_json::from_str(kept).unwrap_or_default();
            let kept = kept.into_iter();
            known.extend(kept.map(|(name, known)| (join(&folder.path, &name), known)));
        }
        Self(known)
    }

    /// What a sidecar said, if it is as it was then.
    pub(super) fn find(&self, entry: &Entry) -> Option<&Result<Sidecar, String>> {
        let known = self.0.get(&entry.path)?;
        let is_same = known.size == entry.size && Some(known.modified) == entry.modified;
        is_same.then_some(&known.said)
    }

    /// Keeps what a sidecar says, if it can be known again.
    pub(super) fn note(&mut self, entry: &Entry, said: &Result<Sidecar, String>) {
        if let Some(modified) = entry.modified {
            let known = Known {
                size: entry.size,
                modified,
                said: said.clone(),
            };
            self.0.insert(entry.path.clone(), known);
        }
    }

    /// What is to be kept in a folder; `None`: nothing.
    pub(super) fn in_folder(&self, folder: &str) -> Option<String> {
        let from = join(folder, "");
        let inside = self.0.range(from.clone()..);
        let inside = inside.take_while(|(path, _)| path.starts_with(&from));
        let right_in_it = inside.filter(|(path, _)| parent(path) == folder);
        let kept = right_in_it.filter_map(|(path, known)| {
            let kept = serde_json::to_value(known).ok()?;
            (kept.to_string().len() <= LONGEST).then(|| (file_name(path), kept))
        });
        let kept: BTreeMap<&str, serde_json::Value> = kept.take(MOST).collect();
        let kept = (!kept.is_empty()).then_some(kept)?;
        serde_json::to_string(&kept).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::library::guess::EntryKind;
    use crate::domain::library::nfo::read_sidecar;

    #[test]
    fn a_sidecar_is_known_again_as_long_as_it_is_as_it_was() {
        let at = |second| DateTime::from_timestamp(second, 5).unwrap();
        let entry = |path: &str, size, second| Entry {
            path: path.to_owned(),
            is_utf8: true,
            kind: EntryKind::File,
            size,
            modified: Some(at(second)),
            same_as: None,
        };
        let said = read_sidecar(b"<movie><title>Heat</title><year>1995</year></movie>");
        let fault = Err("is empty".to_owned());
        let mut known = KnownSidecars::default();
        known.note(&entry("a/heat.nfo", 50, 1), &said);
        known.note(&entry("a/b/other.nfo", 0, 1), &fault);

        let kept = ["", "a", "a/b"].map(|path| ScannedFolder {
            sidecars: known.in_folder(path),
            ..ScannedFolder::unfinished(path)
        });
        let again = KnownSidecars::of_folders(&kept);

        assert_eq!(kept[0].sidecars, None);
        assert_eq!(again.find(&entry("a/heat.nfo", 50, 1)), Some(&said));
        assert_eq!(again.find(&entry("a/b/other.nfo", 0, 1)), Some(&fault));
        assert_eq!(again.find(&entry("a/heat.nfo", 51, 1)), None);
        assert_eq!(again.find(&entry("a/heat.nfo", 50, 2)), None);
        assert_eq!(again.find(&entry("heat.nfo", 50, 1)), None);
    }
}

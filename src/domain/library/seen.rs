//! The files of a library as a scan sees them, by folder, with what tells whether a folder is as it was.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::SubsecRound;
use sha2::{Digest, Sha256};

use super::error::{LibraryError, MAX_PATH};
use super::file::{ScannedFolder, place};
use super::fingerprint::Reading;
use super::guess::{Entry, EntryKind, Guess, TakenFor};
use super::places::parent;
use super::scans::ScannedTitles;
use super::steps::Seen;
use crate::domain::error::StoreError;
use crate::domain::text::hex;

/// The files of a library, by folder, and what of it could not be looked at.
#[derive(Debug, Default)]
pub(super) struct SeenFiles {
    /// By the path of the folder, in the order in which they were found there.
    pub(super) folders: BTreeMap<String, Vec<Seen>>,
    /// What the disk does not let be looked at: of what lies there, or below, nobody knows anything. Whoever has looked
    /// through the library has told of it.
    pub(super) unreadable: HashSet<String>,
    /// Paths that are not kept, and why.
    pub(super) not_kept: Vec<(String, String)>,
}

impl SeenFiles {
    /// Of what was found in a library its files: folders say nothing, and what leads out is no file of it.
    pub(super) fn of(root: &str, found: Vec<(Entry, Guess)>) -> Self {
        let mut seen = Self::default();
        for (entry, guess) in found {
            let is_file = matches!(entry.kind, EntryKind::File | EntryKind::LinkToFile { .. });
            let is_closed = matches!(entry.kind, EntryKind::Unreadable { .. });
            if is_closed || is_file && guess.taken_for == TakenFor::Refused {
                seen.unreadable.insert(entry.path);
            } else if is_file {
                seen.add(root, entry, guess);
            }
        }
        seen
    }

    fn add(&mut self, root: &str, mut entry: Entry, guess: Guess) {
        if place(root, &entry.path).len() > MAX_PATH {
            let why = format!("its path has more than {MAX_PATH} bytes, and is not kept");
            self.not_kept.push((entry.path, why));
            return;
        }
        let folder = parent(&entry.path).to_owned();
        let beside = self.folders.entry(folder).or_default();
        // Files come in the order of paths: one that is shown like another stands right behind it.
        if beside.last().is_some_and(|it| it.entry.path == entry.path) {
            let why = "another file is shown like it, as its path is no UTF-8; one of them is kept";
            self.not_kept.push((entry.path, why.to_owned()));
            return;
        }
        entry.modified = entry.modified.map(|at| at.trunc_subsecs(3));
        beside.push(Seen {
            entry,
            guess,
            print: None,
        });
    }

    /// How many files there are.
    pub(super) fn len(&self) -> usize {
        self.folders.values().map(Vec::len).sum()
    }

    /// Whether nobody knows what is at a path, because it cannot be looked at, or a folder above it.
    pub(super) fn is_unknown(&self, path: &str) -> bool {
        let mut here = path;
        while !self.unreadable.contains(here) {
            if here.is_empty() {
                return false;
            }
            here = parent(here);
        }
        true
    }

    /// The folders as they are now; all bytes of their files are read, or not.
    pub(super) fn prints(&self, reading: Reading) -> Result<Vec<ScannedFolder>, LibraryError> {
        let prints = self.folders.iter().map(|(path, files)| {
            let fingerprint = fingerprint(files).map_err(StoreError::failed)?;
            Ok(ScannedFolder {
                path: path.clone(),
                fingerprint,
                has_full_hashes: reading == Reading::Whole,
                titles_of: None,
                sidecars: None,
            })
        });
        prints.collect()
    }

    /// The folders that are not as they were stored, and with `titles` also those of which what they say was not brought
    /// into the catalogue as it is now.
    pub(super) fn changed(
        now: &[ScannedFolder],
        stored: &[ScannedFolder],
        titles: ScannedTitles,
    ) -> BTreeSet<String> {
        let before: HashMap<&str, &ScannedFolder> =
            stored.iter().map(|it| (it.path.as_str(), it)).collect();
        let changed = now.iter().filter(|folder| {
            let is_unchanged = before.get(folder.path.as_str()).is_some_and(|before| {
                before.fingerprint == folder.fingerprint
                    && (before.has_full_hashes || !folder.has_full_hashes)
                    && (titles == ScannedTitles::Untouched
                        || before.titles_of.as_ref() == Some(&folder.fingerprint))
            });
            !is_unchanged
        });
        changed.map(|folder| folder.path.clone()).collect()
    }

    /// Takes out the files of all folders but those that have changed, and says which of the stored are gone. What is left
    /// has to be looked at.
    pub(super) fn take_unchanged(
        &mut self,
        changed: &BTreeSet<String>,
        stored: &[ScannedFolder],
    ) -> Vec<String> {
        let gone = stored.iter().map(|it| &it.path);
        let gone = gone.filter(|path| !self.folders.contains_key(*path) && !self.is_unknown(path));
        let gone: Vec<String> = gone.cloned().collect();
        self.folders.retain(|path, _| changed.contains(path));
        gone
    }
}

/// The folders of a library whose files are as they were stored, all that is wrong with videos left out: where something was
/// wrong with one, it is not as it was.
pub(super) fn unchanged(
    root: &str,
    found: &[(Entry, Guess)],
    stored: Vec<ScannedFolder>,
) -> Result<BTreeSet<String>, LibraryError> {
    if stored.is_empty() {
        return Ok(BTreeSet::new());
    }
    let now = SeenFiles::of(root, found.to_vec()).prints(Reading::Pieces)?;
    let stored = stored.into_iter().map(|it| (it.path, it.fingerprint));
    let stored: HashSet<(String, String)> = stored.collect();
    let now = now.into_iter().map(|it| (it.path, it.fingerprint));
    let same = now.filter(|it| stored.contains(it));
    Ok(same.map(|(path, _)| path).collect())
}

/// The folders that are as they were, but for what is kept of their sidecars.
pub(super) fn renoted(
    now: &[ScannedFolder],
    stored: &[ScannedFolder],
    changed: &BTreeSet<String>,
) -> Vec<ScannedFolder> {
    let now: HashMap<&str, &ScannedFolder> = now.iter().map(|it| (it.path.as_str(), it)).collect();
    let unchanged = stored.iter().filter(|it| !changed.contains(&it.path));
    let renoted = unchanged.filter_map(|before| {
        let sidecars = &now.get(before.path.as_str())?.sidecars;
        (before.sidecars != *sidecars).then(|| ScannedFolder {
            sidecars: sidecars.clone(),
            ..before.clone()
        })
    });
    renoted.collect()
}

/// Of the names, sizes and times of files, and of what they are taken for: a sidecar above them may change that.
fn fingerprint(files: &[Seen]) -> serde_json::Result<String> {
    let mut hash = Sha256::new();
    let mut files: Vec<&Seen> = files.iter().collect();
    files.sort_by(|one, other| one.entry.path.cmp(&other.entry.path));
    for Seen { entry, guess, .. } in files {
        let at = entry.modified.map(|at| at.timestamp_millis());
        let line = serde_json::to_vec(&(&entry.path, entry.size, at, guess))?;
        hash.update(line);
        hash.update([0]);
    }
    Ok(hex(&hash.finalize()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::catalog::TitleState;
    use crate::domain::library::guess::Certainty;

    fn entry(path: &str, size: u64, kind: EntryKind) -> (Entry, Guess) {
        let entry = Entry {
            path: path.to_owned(),
            is_utf8: true,
            kind,
            size,
            modified: None,
            same_as: None,
        };
        (
            entry,
            Guess::new(TakenFor::Video, Certainty::Sure, "its name"),
        )
    }

    fn file(path: &str, size: u64) -> (Entry, Guess) {
        entry(path, size, EntryKind::File)
    }

    fn left(found: Vec<(Entry, Guess)>, reading: Reading, stored: &[ScannedFolder]) -> Vec<String> {
        let mut seen = SeenFiles::of("/films", found);
        let now = seen.prints(reading).unwrap();
        let changed = SeenFiles::changed(&now, stored, ScannedTitles::Untouched);
        let gone = seen.take_unchanged(&changed, stored);
        let left = seen
            .folders
            .into_keys()
            .map(|path| format!("look into {path}"));
        left.chain(gone).collect()
    }

    #[test]
    fn a_folder_that_is_as_it_was_is_passed_over() {
        let found = || vec![file("a/1.mkv", 1), file("b/2.mkv", 2), file("3.mkv", 3)];
        let stored = SeenFiles::of("/films", found())
            .prints(Reading::Pieces)
            .unwrap();

        let same = found().into_iter().rev().collect();
        assert_eq!(left(same, Reading::Pieces, &stored), [""; 0]);
        let other = vec![file("a/1.mkv", 9), file("3.mkv", 3)];
        assert_eq!(left(other, Reading::Pieces, &stored), ["look into a", "b"]);
        let whole = ["look into ", "look into a", "look into b"];
        assert_eq!(left(found(), Reading::Whole, &stored), whole);
        let mut taken_for_another = found();
        taken_for_another[0].1.taken_for = TakenFor::Sample;
        let changed = left(taken_for_another, Reading::Pieces, &stored);
        assert_eq!(changed, ["look into a"]);
        // A scan that broke off has left this: it is looked into, whether it is there or not.
        let broken_off = ["", "a", "c"].map(ScannedFolder::unfinished);
        let left = left(found(), Reading::Pieces, &broken_off);
        assert_eq!(left, ["look into ", "look into a", "look into b", "c"]);
    }

    #[test]
    fn a_folder_whose_titles_were_not_brought_is_looked_into_for_them() {
        let found = || vec![file("a/1.mkv", 1), file("b/2.mkv", 2)];
        let now = SeenFiles::of("/films", found())
            .prints(Reading::Pieces)
            .unwrap();
        let mut stored = now.clone();
        stored[0].titles_of = Some(stored[0].fingerprint.clone());
        stored[1].titles_of = Some("as it was before".to_owned());

        let changed = |titles| SeenFiles::changed(&now, &stored, titles);

        assert_eq!(changed(ScannedTitles::Untouched), BTreeSet::new());
        let brought = ScannedTitles::Brought(TitleState::Draft);
        assert_eq!(changed(brought), BTreeSet::from(["b".to_owned()]));
    }

    #[test]
    fn what_is_kept_of_sidecars_is_written_where_nothing_else_has_changed() {
        let found = vec![file("a/1.mkv", 1), file("b/2.mkv", 2), file("c/3.mkv", 3)];
        let stored = SeenFiles::of("/films", found)
            .prints(Reading::Pieces)
            .unwrap();
        let mut now = stored.clone();
        for folder in &mut now[..2] {
            folder.sidecars = Some("{}".to_owned());
        }

        let renoted = renoted(&now, &stored, &BTreeSet::from(["a".to_owned()]));

        assert_eq!(renoted, [now[1].clone()]);
    }

    #[test]
    fn a_folder_with_a_video_that_was_none_is_not_as_it_was() {
        let found = || vec![file("a/1.mkv", 1), file("b/2.mkv", 2), file("c/3.mkv", 3)];
        let mut told = found();
        told[1].1.taken_for = TakenFor::Damaged;
        let mut stored = SeenFiles::of("/films", told)
            .prints(Reading::Whole)
            .unwrap();
        stored[2] = ScannedFolder::unfinished("c");

        let same = unchanged("/films", &found(), stored).unwrap();

        assert_eq!(same, BTreeSet::from(["a".to_owned()]));
        assert!(
            unchanged("/films", &found(), Vec::new())
                .unwrap()
                .is_empty()
        );
    }

    #[test]
    fn of_two_files_that_are_shown_alike_one_is_kept() {
        let mut no_utf8 = file("a/caf\\xE9.mkv", 2);
        no_utf8.0.is_utf8 = false;

        let seen = SeenFiles::of("/films", vec![file("a/caf\\xE9.mkv", 1), no_utf8]);

        assert_eq!(seen.len(), 1);
        assert_eq!(seen.not_kept[0].0, "a/caf\\xE9.mkv");
    }

    #[test]
    fn what_cannot_be_looked_at_is_not_gone() {
        let found = || vec![file("a/1.mkv", 1), file("ab/2.mkv", 2)];
        let stored = SeenFiles::of("/films", found())
            .prints(Reading::Pieces)
            .unwrap();
        let error = "permission denied".to_owned();

        let closed = vec![entry("a", 0, EntryKind::Unreadable { error })];

        assert_eq!(left(closed, Reading::Pieces, &stored), ["ab"]);
    }
}

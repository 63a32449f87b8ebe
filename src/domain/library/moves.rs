//! Which of the files that are gone lie elsewhere now: what is in them says so.

use std::collections::HashMap;

use super::file::{FileState, MediaFile};
use super::fingerprint::Print;
use super::places::file_name;

/// Files that are gone, now or since long, by what is in them.
#[derive(Debug, Default)]
pub(super) struct Moves(HashMap<String, Vec<Candidate>>);

/// A file that may lie elsewhere.
#[derive(Debug)]
struct Candidate {
    file: MediaFile,
    /// Whether this scan has found that it is gone.
    is_news: bool,
}

impl Moves {
    /// Files that were there, and are not.
    pub(super) fn of(gone: Vec<MediaFile>) -> Self {
        let mut moves = Self::default();
        for file in gone {
            moves.add(Candidate {
                file,
                is_news: true,
            });
        }
        moves
    }

    /// Adds those of some files that have long been missing.
    pub(super) fn add_missing(&mut self, files: Vec<MediaFile>) {
        for file in files {
            let known = self.0.get(&file.fingerprint);
            let is_known = known.is_some_and(|all| all.iter().any(|it| it.file.id == file.id));
            if file.state == FileState::Missing && !is_known {
                self.add(Candidate {
                    file,
                    is_news: false,
                });
            }
        }
    }

    fn add(&mut self, candidate: Candidate) {
        let print = candidate.file.fingerprint.clone();
        self.0.entry(print).or_default().push(candidate);
    }

    /// The file that lies at a path now. Of several copies that is the one that went just now before one that has long been
    /// missing, one of the same library, one of the same name, then the first by place.
    pub(super) fn take(&mut self, root: &str, path: &str, print: &Print) -> Option<MediaFile> {
        let all = self.0.get_mut(&print.fingerprint)?;
        let name = file_name(path);
        let is_same = |file: &MediaFile| match (&print.full_hash, &file.full_hash) {
            (Some(one), Some(other)) => one == other,
            _ => true,
        };
        let fitting = all.iter().enumerate().filter(|(_, it)| is_same(&it.file));
        let best = fitting.min_by_key(|(_, it)| {
            let is_elsewhere = it.file.root != root;
            let is_renamed = file_name(&it.file.path) != name;
            (!it.is_news, is_elsewhere, is_renamed, it.file.place())
        });
        let place = best?.0;
        Some(all.remove(place).file)
    }

    /// What this scan found to be gone, and was taken by nobody, by path.
    pub(super) fn still_gone(self) -> Vec<MediaFile> {
        let all = self.0.into_values().flatten();
        let gone = all.filter(|it| it.is_news).map(|it| it.file);
        let mut gone: Vec<MediaFile> = gone.collect();
        gone.sort_by(|one, other| one.path.cmp(&other.path));
        gone
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::MediaFileId;
    use crate::domain::library::guess::{Certainty, Guess, TakenFor};

    fn file(root: &str, path: &str, state: FileState) -> MediaFile {
        let at = chrono::DateTime::UNIX_EPOCH;
        MediaFile {
            id: MediaFileId::of_place(root, path, 1),
            root: root.to_owned(),
            path: path.to_owned(),
            size: 1,
            modified: None,
            fingerprint: "same".to_owned(),
            full_hash: None,
            guess: Guess::new(TakenFor::Video, Certainty::Sure, "its name"),
            state,
            items: Vec::new(),
            matched_by: None,
            candidates: Vec::new(),
            first_seen: at,
            last_seen: at,
            events: Vec::new(),
            revision: 1,
            rest: serde_json::Map::new(),
        }
    }

    fn print(fingerprint: &str, full_hash: Option<&str>) -> Print {
        Print {
            fingerprint: fingerprint.to_owned(),
            full_hash: full_hash.map(str::to_owned),
        }
    }

    #[test]
    fn of_several_copies_the_likeliest_has_moved_and_each_only_once() {
        let gone = |path| file("/films", path, FileState::Unmatched);
        let missing = |root, path| file(root, path, FileState::Missing);
        let mut moves = Moves::of(vec![gone("a/other.mkv"), gone("b/heat.mkv")]);
        let there = file("/films", "there.mkv", FileState::Matched);
        let long_gone = [missing("/tv", "heat.mkv"), missing("/films", "heat.mkv")];
        moves.add_missing([&long_gone[..], &[there]].concat());
        // A page of files may have some of them again.
        moves.add_missing(long_gone.to_vec());
        let mut take = || {
            let file = moves.take("/films", "c/heat.mkv", &print("same", None));
            file.map(|file| file.place())
        };

        let taken = [take(), take(), take(), take(), take()];

        let expected = [
            "/films/b/heat.mkv",
            "/films/a/other.mkv",
            "/films/heat.mkv",
            "/tv/heat.mkv",
        ];
        assert_eq!(taken.map(Option::unwrap_or_default)[..4], expected);
        assert_eq!(take(), None);
        assert_eq!(moves.still_gone(), []);
    }

    #[test]
    fn what_differs_as_a_whole_has_not_moved() {
        let hashed = MediaFile {
            full_hash: Some("one".to_owned()),
            ..file("/films", "a.mkv", FileState::Matched)
        };
        let mut moves = Moves::of(vec![hashed.clone()]);

        for print in [print("same", Some("other")), print("another", None)] {
            assert_eq!(moves.take("/films", "b.mkv", &print), None);
        }
        assert_eq!(moves.still_gone(), std::slice::from_ref(&hashed));
    }
}

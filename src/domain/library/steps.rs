//! What a scan makes of one file that is stored, seen, or both. Pure, so that it is made anew on what is stored if
//! somebody else wrote meanwhile: a curator's decision is never lost to a scan.

use chrono::{DateTime, Utc};
use serde_json::Map;

use super::file::{FileEventKind, FileState, MediaFile, place};
use super::fingerprint::{Print, Reading};
use super::guess::{Entry, Guess};
use super::matching::{Matcher, Verdict, is_of_use};
use crate::domain::entropy::unique_name;
use crate::domain::ids::MediaFileId;

/// A file as a scan sees it.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    /// Its time is cut to the milliseconds that stores keep.
    pub(super) entry: Entry,
    pub(super) guess: Guess,
    /// What is in it; `None`: that was not read, and is as it was.
    pub(super) print: Option<Print>,
}

/// What a scan has to say of a file.
#[derive(Debug, Clone)]
pub(super) enum News {
    /// It lies there, like this.
    Seen(Box<Seen>),
    /// It is not there any more.
    Gone,
    /// It lies there as it did, and may be something that the catalogue did not know before.
    Again,
}

/// One file, and what a scan has to say of it.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub(super) id: MediaFileId,
    /// As it is stored; `None`: it is new.
    pub(super) stored: Option<MediaFile>,
    pub(super) news: News,
}

/// What is to be stored of a file, and what became of it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Outcome {
    pub(super) file: MediaFile,
    pub(super) events: Vec<(FileEventKind, Option<String>)>,
}

impl Step {
    /// One of a file that is not there any more.
    pub(super) fn gone(file: MediaFile) -> Self {
        Self {
            id: file.id,
            stored: Some(file),
            news: News::Gone,
        }
    }

    /// What is taken for what it is, if that is to be matched.
    pub(super) fn guess(&self) -> Option<&Guess> {
        match (&self.news, &self.stored) {
            (News::Seen(seen), _) => Some(&seen.guess),
            (News::Again, Some(stored)) => Some(&stored.guess),
            (News::Again, None) | (News::Gone, _) => None,
        }
    }

    /// Whether what is in it is not known as it is now.
    pub(super) fn must_be_read(&self, reading: Reading) -> bool {
        let News::Seen(seen) = &self.news else {
            return false;
        };
        if !is_of_use(seen.guess.taken_for) {
            return false;
        }
        let entry = &seen.entry;
        let is_known = |stored: &MediaFile| {
            let is_same = (stored.size, stored.modified) == (entry.size, entry.modified);
            let is_enough = reading == Reading::Pieces || stored.full_hash.is_some();
            is_same && is_enough && !stored.fingerprint.is_empty() && entry.modified.is_some()
        };
        !self.stored.as_ref().is_some_and(is_known)
    }

    /// The path of one that is new at its place, and what is in it. One without a byte is like all others without.
    pub(super) fn print_of_new(&self) -> Option<(&str, &Print)> {
        match (&self.news, &self.stored) {
            (News::Seen(seen), None) if seen.entry.size > 0 => {
                let print = seen.print.as_ref()?;
                Some((seen.entry.path.as_str(), print))
            }
            _ => None,
        }
    }

    /// Goes on with what somebody else has stored meanwhile.
    pub(super) fn go_on_with(&mut self, root: &str, now: &MediaFile) {
        match (&self.news, &self.stored) {
            // The file that was seen here first by a scan that broke off lies elsewhere since then: this is another.
            (News::Seen(seen), None) if now.place() != place(root, &seen.entry.path) => {
                self.id = MediaFileId(unique_name());
                return;
            }
            // It was found elsewhere.
            (News::Gone, Some(before)) if before.place() != now.place() => self.news = News::Again,
            _ => {}
        }
        self.stored = Some(now.clone());
    }

    /// What is to be written; `None`: it is stored like this.
    pub(super) fn outcome(
        &self,
        root: &str,
        matcher: &Matcher,
        now: DateTime<Utc>,
    ) -> Option<Outcome> {
        let (mut file, events) = match &self.news {
            News::Gone => gone(self.stored.as_ref()?),
            News::Again => again(self.stored.as_ref()?, matcher),
            News::Seen(seen) => match &self.stored {
                Some(stored) => seen_again(stored, root, seen, matcher),
                None => seen_first(self.id, root, seen, matcher, now),
            },
        };
        if self.stored.as_ref() == Some(&file) {
            return None;
        }
        for (what, from) in &events {
            file.note(now, *what, from.clone());
        }
        if !matches!(self.news, News::Gone) {
            file.last_seen = now;
        }
        file.revision += 1;
        Some(Outcome { file, events })
    }
}

type Changed = (MediaFile, Vec<(FileEventKind, Option<String>)>);

fn gone(stored: &MediaFile) -> Changed {
    if stored.state == FileState::Missing {
        return (stored.clone(), Vec::new());
    }
    let file = MediaFile {
        state: FileState::Missing,
        ..stored.clone()
    };
    (file, vec![(FileEventKind::Gone, None)])
}

fn again(stored: &MediaFile, matcher: &Matcher) -> Changed {
    let mut file = stored.clone();
    // It may have gone, or been decided, since it was listed.
    if file.is_decided() || file.state == FileState::Missing {
        return (file, Vec::new());
    }
    let verdict = matcher.find(&file.guess);
    file.take(verdict);
    let events = rematched(stored, &file);
    (file, events)
}

fn seen_first(
    id: MediaFileId,
    root: &str,
    seen: &Seen,
    matcher: &Matcher,
    now: DateTime<Utc>,
) -> Changed {
    let print = seen.print.clone();
    let (fingerprint, full_hash) = print.map_or_else(Default::default, |print| {
        (print.fingerprint, print.full_hash)
    });
    let mut file = MediaFile {
        id,
        root: root.to_owned(),
        path: seen.entry.path.clone(),
        size: seen.entry.size,
        modified: seen.entry.modified,
        fingerprint,
        full_hash,
        guess: seen.guess.clone(),
        state: FileState::Unmatched,
        items: Vec::new(),
        matched_by: None,
        candidates: Vec::new(),
        first_seen: now,
        last_seen: now,
        events: Vec::new(),
        revision: 0,
        rest: Map::new(),
    };
    file.take(matcher.find(&seen.guess));
    (file, vec![(FileEventKind::Seen, None)])
}

fn seen_again(stored: &MediaFile, root: &str, seen: &Seen, matcher: &Matcher) -> Changed {
    let mut file = stored.clone();
    let mut events = Vec::new();
    root.clone_into(&mut file.root);
    file.path.clone_from(&seen.entry.path);
    file.size = seen.entry.size;
    file.modified = seen.entry.modified;
    file.guess.clone_from(&seen.guess);
    let is_moved = stored.place() != place(root, &seen.entry.path);
    if is_moved {
        events.push((FileEventKind::Moved, Some(stored.place())));
    } else if stored.state == FileState::Missing {
        events.push((FileEventKind::Back, None));
    }
    if let Some(print) = &seen.print {
        let is_other = print.fingerprint != stored.fingerprint;
        if is_other && !stored.fingerprint.is_empty() {
            events.push((FileEventKind::Changed, None));
        }
        if is_other || print.full_hash.is_some() {
            file.full_hash.clone_from(&print.full_hash);
        }
        file.fingerprint.clone_from(&print.fingerprint);
    } else if (stored.size, stored.modified) != (file.size, file.modified) {
        // Nobody has read what is in it now.
        file.fingerprint.clear();
        file.full_hash = None;
    }
    if file.is_decided() {
        file.state = file.decided_state();
    } else {
        file.take(matcher.find(&seen.guess));
    }
    events.extend(rematched(stored, &file));
    (file, events)
}

/// Whether a file is something else than before; that it is there again is told otherwise.
fn rematched(stored: &MediaFile, file: &MediaFile) -> Vec<(FileEventKind, Option<String>)> {
    let is_other = stored.items != file.items
        || stored.state != FileState::Missing && stored.state != file.state;
    let events = is_other.then_some((FileEventKind::Matched, None));
    events.into_iter().collect()
}

impl MediaFile {
    /// Which of several at one place lies there, the most likely the highest: what is there before what went, of what is
    /// there what a curator decided, then what was seen last.
    pub(super) fn rank(&self) -> (bool, bool, DateTime<Utc>) {
        let is_there = self.state != FileState::Missing;
        (is_there, is_there && self.is_decided(), self.last_seen)
    }

    /// Takes what was found out of what it is.
    pub(super) fn take(&mut self, verdict: Verdict) {
        let Verdict {
            state,
            items,
            matched_by,
            candidates,
        } = verdict;
        self.state = state;
        self.items = items;
        self.matched_by = matched_by;
        self.candidates = candidates;
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::domain::ids::TitleId;
    use crate::domain::library::file::MatchedBy;
    use crate::domain::library::guess::{Certainty, EntryKind, TakenFor};
    use crate::domain::watching::WatchedItem;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(second)
    }

    fn seen(path: &str, print: &str) -> News {
        let entry = Entry {
            path: path.to_owned(),
            is_utf8: true,
            kind: EntryKind::File,
            size: 7,
            modified: Some(at(0)),
            same_as: None,
        };
        News::Seen(Box::new(Seen {
            entry,
            guess: Guess::new(TakenFor::Video, Certainty::Sure, "its name"),
            print: Some(Print {
                fingerprint: print.to_owned(),
                full_hash: None,
            }),
        }))
    }

    /// What becomes of a file, of which nothing is in the catalogue.
    fn outcome(stored: Option<&MediaFile>, news: News, now: i64) -> Option<Outcome> {
        let step = Step {
            id: MediaFileId::of_place("/films", "a.mkv", 1),
            stored: stored.cloned(),
            news,
        };
        step.outcome("/films", &Matcher::of_nothing(), at(now))
    }

    fn events(outcome: &Outcome) -> Vec<(FileEventKind, Option<&str>)> {
        let events = outcome.events.iter();
        events
            .map(|(what, from)| (*what, from.as_deref()))
            .collect()
    }

    #[test]
    fn a_file_is_followed_from_place_to_place_and_never_forgotten() {
        let new = outcome(None, seen("a.mkv", "1"), 1).unwrap();
        assert_eq!(events(&new), [(FileEventKind::Seen, None)]);
        assert_eq!(
            (new.file.revision, new.file.state),
            (1, FileState::Unmatched)
        );
        assert_eq!(outcome(Some(&new.file), seen("a.mkv", "1"), 2), None);

        let moved = outcome(Some(&new.file), seen("b/c.mkv", "1"), 3).unwrap();
        let from = Some("/films/a.mkv");
        assert_eq!(events(&moved), [(FileEventKind::Moved, from)]);
        assert_eq!(moved.file.place(), "/films/b/c.mkv");

        let gone = outcome(Some(&moved.file), News::Gone, 4).unwrap();
        assert_eq!(events(&gone), [(FileEventKind::Gone, None)]);
        let times = (gone.file.state, gone.file.first_seen, gone.file.last_seen);
        assert_eq!(times, (FileState::Missing, at(1), at(3)));
        assert_eq!(outcome(Some(&gone.file), News::Gone, 5), None);
        assert_eq!(outcome(Some(&gone.file), News::Again, 5), None);

        let back = outcome(Some(&gone.file), seen("b/c.mkv", "2"), 6).unwrap();
        let expected = [(FileEventKind::Back, None), (FileEventKind::Changed, None)];
        assert_eq!(events(&back), expected);
        let noted: Vec<FileEventKind> = back.file.events.iter().map(|it| it.what).collect();
        assert_eq!(noted.len(), 5);
        assert_eq!((back.file.revision, back.file.id), (4, new.file.id));
    }

    #[test]
    fn of_what_others_wrote_meanwhile_what_is_elsewhere_is_left_there() {
        let here = outcome(None, seen("a.mkv", "1"), 1).unwrap().file;
        let elsewhere = outcome(Some(&here), seen("b.mkv", "1"), 2).unwrap().file;
        let step = |stored: Option<&MediaFile>, news: News| Step {
            id: here.id,
            stored: stored.cloned(),
            news,
        };
        let written = |step: &Step| step.outcome("/films", &Matcher::of_nothing(), at(3));

        let mut gone = step(Some(&here), News::Gone);
        gone.go_on_with("/films", &elsewhere);
        assert_eq!(written(&gone), None);

        let mut another = step(None, seen("a.mkv", "2"));
        another.go_on_with("/films", &elsewhere);
        let another = written(&another).unwrap().file;
        assert_ne!(another.id, here.id);
        assert_eq!((another.path.as_str(), another.revision), ("a.mkv", 1));

        let mut same = step(None, seen("a.mkv", "1"));
        same.go_on_with("/films", &here);
        assert_eq!(written(&same), None);
    }

    #[test]
    fn what_was_in_a_file_is_forgotten_when_something_else_is_in_it_that_is_not_read() {
        let read = outcome(None, seen("a.mkv", "1"), 1).unwrap().file;
        let unread = |size: u64| {
            let News::Seen(mut news) = seen("a.mkv", "1") else {
                unreachable!("it is seen");
            };
            news.print = None;
            news.entry.size = size;
            outcome(Some(&read), News::Seen(news), 2)
        };

        assert_eq!(unread(7), None);
        assert_eq!(unread(8).unwrap().file.fingerprint, "");
    }

    #[test]
    fn what_a_curator_decided_holds() {
        let decided = MediaFile {
            items: vec![WatchedItem::Film(TitleId(7))],
            matched_by: Some(MatchedBy::Curator),
            state: FileState::Matched,
            ..outcome(None, seen("a.mkv", "1"), 1).unwrap().file
        };

        let moved = outcome(Some(&decided), seen("b.mkv", "1"), 2).unwrap().file;
        let gone = outcome(Some(&moved), News::Gone, 3).unwrap().file;
        let back = outcome(Some(&gone), seen("b.mkv", "9"), 4).unwrap().file;

        for file in [&moved, &back] {
            assert_eq!(
                (&file.items, file.state),
                (&decided.items, FileState::Matched)
            );
        }
        assert_eq!(outcome(Some(&back), News::Again, 5), None);
        // What no curator decided is matched anew.
        let undecided = MediaFile {
            matched_by: Some(MatchedBy::Name),
            ..decided
        };
        let rematched = outcome(Some(&undecided), News::Again, 6).unwrap();
        assert_eq!(events(&rematched), [(FileEventKind::Matched, None)]);
        assert_eq!(rematched.file.state, FileState::Unmatched);
    }
}

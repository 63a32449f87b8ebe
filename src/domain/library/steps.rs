//! What a scan makes of one file that is stored, seen, or both. Pure, so that it is made anew on what is stored if
//! somebody else wrote meanwhile: a curator's decision is never lost to a scan.

use chrono::{DateTime, Utc};
use serde_json::Map;

use super::file::{FileEventKind, FileState, MediaFile, place};
use super::fingerprint::Print;
use super::guess::{Entry, Guess};
use super::matching::{Matcher, Verdict};
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
    /// It lies there.
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
    /// What is taken for what it is, if that is to be matched.
    pub(super) fn guess(&self) -> Option<&Guess> {
        match (&self.news, &self.stored) {
            (News::Seen(seen), _) => Some(&seen.guess),
            (News::Again, Some(stored)) => Some(&stored.guess),
            (News::Again, None) | (News::Gone, _) => None,
        }
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

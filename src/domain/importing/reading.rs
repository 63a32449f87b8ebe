//! What is gathered while the files of an export are read: entries with what is needed to tell which of them say the same.

use chrono_tz::Tz;

use super::entry::{ImportedAt, ImportedEntry, ImportedItem, ImportedWhat};
use super::file::{ImportFormat, ImportNote, PassedOver, PassedOverReason};
use super::options::ReadOptions;
use super::problem::{ImportProblem, MAX_ROWS, MAX_UNPACKED};
use super::times::{self, Clock};
use crate::domain::text;

/// How many characters of a value are repeated.
const MAX_VALUE: usize = 200;

/// How a file knows what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Says {
    /// By a row for each time.
    EachTime,
    /// In sum: a file with a row for each time knows it better.
    InSum,
}

/// What a row says.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Said {
    pub(super) of: ImportedItem,
    pub(super) what: ImportedWhat,
    pub(super) at: Option<ImportedAt>,
    pub(super) says: Says,
    pub(super) alternatives: Vec<ImportedItem>,
    /// What of the row could not be read, where the rest of it says this all the same.
    pub(super) without: Option<PassedOverReason>,
}

impl Said {
    pub(super) fn new(of: ImportedItem, what: ImportedWhat, at: Option<ImportedAt>) -> Self {
        Self {
            of,
            what,
            at,
            says: Says::EachTime,
            alternatives: Vec::new(),
            without: None,
        }
    }

    /// That it was watched once, and no more is known.
    pub(super) fn watched(of: ImportedItem, at: Option<ImportedAt>) -> Self {
        let what = ImportedWhat::Watched {
            seconds: None,
            percent: None,
            plays: 1,
        };
        Self::new(of, what, at)
    }

    /// That it was watched once, for so many seconds.
    pub(super) fn watched_for(of: ImportedItem, seconds: u32, at: ImportedAt) -> Self {
        let what = ImportedWhat::Watched {
            seconds: Some(seconds),
            percent: None,
            plays: 1,
        };
        Self::new(of, what, Some(at))
    }

    pub(super) fn in_sum(mut self) -> Self {
        self.says = Says::InSum;
        self
    }

    pub(super) fn without(mut self, reason: Option<PassedOverReason>) -> Self {
        self.without = reason;
        self
    }
}

/// What the rows of a file say, or why one says nothing.
pub(super) type RowResult = Result<Vec<Said>, PassedOverReason>;

/// Where a row stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'p> {
    pub(super) format: ImportFormat,
    pub(super) file: &'p str,
    pub(super) row: u32,
    /// Whose row it is, where files have those of several people.
    pub(super) profile: Option<&'p str>,
}

/// An entry, with what tells whether another says the same.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub(super) format: ImportFormat,
    pub(super) says: Says,
    pub(super) profile: Option<String>,
    pub(super) entry: ImportedEntry,
}

/// A row that was passed over, and whose it is.
#[derive(Debug, Clone)]
pub(super) struct Passed {
    pub(super) format: ImportFormat,
    pub(super) profile: Option<String>,
    pub(super) over: PassedOver,
}

/// What was read up to now.
pub(super) struct Reading<'o> {
    pub(super) options: &'o ReadOptions,
    zone: Option<Tz>,
    pub(super) drafts: Vec<Draft>,
    pub(super) passed: Vec<Passed>,
    pub(super) notes: Vec<ImportNote>,
    /// The formats that were met, in the order in which they were.
    pub(super) formats: Vec<ImportFormat>,
    rows: usize,
    /// How much text the drafts keep, in bytes: where a list of episodes has the name of its series once, each repeats it.
    text: usize,
}

/// How much was read at a time: what came since can be dropped.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    drafts: usize,
    passed: usize,
    notes: usize,
    formats: usize,
    rows: usize,
    text: usize,
}

impl<'o> Reading<'o> {
    pub(super) fn new(options: &'o ReadOptions) -> Result<Self, ImportProblem> {
        let zone = options.time_zone.as_deref().map(str::parse::<Tz>);
        Ok(Self {
            options,
            zone: zone
                .transpose()
                .map_err(|_| ImportProblem::UnknownTimeZone)?,
            drafts: Vec::new(),
            passed: Vec::new(),
            notes: Vec::new(),
            formats: Vec::new(),
            rows: 0,
            text: 0,
        })
    }

    /// How much was read up to now.
    pub(super) fn mark(&self) -> Mark {
        Mark {
            drafts: self.drafts.len(),
            passed: self.passed.len(),
            notes: self.notes.len(),
            formats: self.formats.len(),
            rows: self.rows,
            text: self.text,
        }
    }

    /// Drops what was read since.
    pub(super) fn back_to(&mut self, mark: Mark) {
        self.drafts.truncate(mark.drafts);
        self.passed.truncate(mark.passed);
        self.notes.truncate(mark.notes);
        self.formats.truncate(mark.formats);
        (self.rows, self.text) = (mark.rows, mark.text);
    }

    /// Says that a file is of this format.
    pub(super) fn met(&mut self, format: ImportFormat) {
        if !self.formats.contains(&format) {
            self.formats.push(format);
        }
    }

    /// Adds a note, if there is none like it.
    pub(super) fn note(&mut self, note: ImportNote) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// When a field says that something was that is written in the time of a place which the file does not tell.
    pub(super) fn local_at(
        &mut self,
        file: &str,
        field: &str,
    ) -> Result<Option<ImportedAt>, PassedOverReason> {
        let at = times::at(field, Clock::Local(self.zone))?;
        if self.zone.is_none() && times::is_local(field) {
            self.note(ImportNote::TimesTakenAsUtc {
                file: file.to_owned(),
            });
        }
        Ok(at)
    }

    /// Takes what a row says, or why it says nothing; `value` is what the row is about.
    pub(super) fn take(
        &mut self,
        place: Place<'_>,
        value: &str,
        row: RowResult,
    ) -> Result<(), ImportProblem> {
        let profile = place.profile;
        let profile = profile.map(|name| name.chars().take(MAX_VALUE).collect::<String>());
        let said = match row {
            Ok(said) => said,
            Err(reason) => return self.pass_over(place, profile, value, reason),
        };
        if let Some(reason) = said.iter().find_map(|said| said.without) {
            self.pass_over(place, profile.clone(), value, reason)?;
        }
        self.count(said.len().max(1))?;
        self.weigh(place.file, &said)?;
        self.drafts.extend(said.into_iter().map(|said| Draft {
            format: place.format,
            says: said.says,
            profile: profile.clone(),
            entry: ImportedEntry {
                row: place.row,
                file: place.file.to_owned(),
                of: said.of,
                what: said.what,
                at: said.at,
                alternatives: said.alternatives,
            },
        }));
        Ok(())
    }

    fn pass_over(
        &mut self,
        place: Place<'_>,
        profile: Option<String>,
        value: &str,
        reason: PassedOverReason,
    ) -> Result<(), ImportProblem> {
        self.count(1)?;
        self.passed.push(Passed {
            format: place.format,
            profile,
            over: PassedOver {
                file: place.file.to_owned(),
                row: place.row,
                value: text::visible(value).chars().take(MAX_VALUE).collect(),
                reason,
            },
        });
        Ok(())
    }

    fn weigh(&mut self, file: &str, said: &[Said]) -> Result<(), ImportProblem> {
        for said in said {
            let alternatives = said.alternatives.iter().map(ImportedItem::bytes);
            self.text += file.len() + said.of.bytes() + alternatives.sum::<usize>();
        }
        if self.text > MAX_UNPACKED {
            return Err(ImportProblem::UnpackedTooLarge);
        }
        Ok(())
    }

    fn count(&mut self, rows: usize) -> Result<(), ImportProblem> {
        self.rows += rows;
        if self.rows > MAX_ROWS {
            return Err(ImportProblem::TooManyRows);
        }
        Ok(())
    }
}

//! What the drafts of a batch come to, before any of it is durable.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures::channel::oneshot;

use super::entry::{Cause, Draft};
use super::head::{Head, no_rows};
use crate::domain::error::StoreError;
use crate::domain::watching::error::WatchError;
use crate::domain::watching::ledger::Ledger;
use crate::domain::watching::rules::WatchRules;
use crate::domain::watching::touched::Touched;

/// How often a change is made anew because another server appended first.
const TRIES: usize = 20;

/// A draft, and who waits for it.
pub(super) struct Job {
    pub(super) draft: Draft,
    pub(super) touched: Vec<Touched>,
    pub(super) tries: usize,
    pub(super) answer: oneshot::Sender<Result<Ledger, WatchError>>,
}

/// What the jobs of one profile come to in a batch.
#[derive(Default)]
pub(super) struct Staged {
    /// The rows with all changes.
    pub(super) rows: Option<Ledger>,
    pub(super) causes: Vec<Cause>,
    /// The jobs that changed something, with what they changed.
    pub(super) changed: Vec<(Job, Ledger)>,
    /// The jobs that changed nothing, or cannot be done.
    pub(super) idle: Vec<(Job, Result<Ledger, WatchError>)>,
}

impl Staged {
    /// Does a job on what is known and staged.
    pub(super) fn stage(&mut self, rules: &WatchRules, head: &Head, job: Job, at: DateTime<Utc>) {
        let Draft {
            profile,
            cause,
            may_begin,
        } = &job.draft;
        // What earlier jobs of the batch have changed goes before what is known.
        let mut part = head.part(&job.touched);
        if let Some(rows) = &self.rows {
            let staged = rows.part(&job.touched);
            part = part.under(&staged);
            part.renew(rows);
        }
        let begins = cause
            .play()
            .is_some_and(|play| part.plays.get(play.play_key()).is_none());
        if begins && !may_begin {
            self.idle.push((job, Err(WatchError::NewPlay)));
            return;
        }
        match cause.apply(rules, *profile, &mut part, at) {
            Ok(()) if part.is_changed() => {
                let rows = self.rows.get_or_insert_with(no_rows);
                rows.absorb(&part);
                self.causes.push(cause.clone());
                self.changed.push((job, part));
            }
            outcome => self.idle.push((job, outcome.map(|()| part))),
        }
    }
}

impl Job {
    pub(super) fn answer(self, outcome: Result<Ledger, WatchError>) {
        drop(self.answer.send(outcome));
    }

    /// The same job for another try; none if there were enough.
    pub(super) fn once_more(mut self) -> Option<Self> {
        self.tries += 1;
        if self.tries < TRIES {
            return Some(self);
        }
        self.answer(Err(StoreError::Conflict.into()));
        None
    }
}

/// Tells all of them the same error.
pub(super) fn refuse_all(jobs: impl IntoIterator<Item = Job>, error: StoreError) {
    let error = Arc::new(error);
    for job in jobs {
        job.answer(Err(StoreError::shared(Arc::clone(&error)).into()));
    }
}

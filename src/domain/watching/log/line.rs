//! What waits in a lane, and that one task at a time works it off: many that wait for the same turn would keep whoever folds
//! from ever getting it.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use super::staging::Job;

/// How many drafts become durable together.
const AT_ONCE: usize = 500;

/// Jobs in the order in which they came.
#[derive(Default)]
pub(super) struct Line(Mutex<Waiting>);

#[derive(Default)]
struct Waiting {
    jobs: VecDeque<Job>,
    /// Whether there is a [`Worker`].
    is_worked_off: bool,
}

/// Who works off a line, until nothing waits any more. If it is dropped before, whoever brings the next job goes on.
pub(super) struct Worker {
    line: Arc<Line>,
    is_done: bool,
}

impl Line {
    /// Puts a job at the end. Gives the worker if there was none: it is to be sent to work.
    pub(super) fn push(self: &Arc<Self>, job: Job) -> Option<Worker> {
        let mut waiting = locked(&self.0);
        waiting.jobs.push_back(job);
        let is_worked_off = std::mem::replace(&mut waiting.is_worked_off, true);
        (!is_worked_off).then(|| Worker {
            line: Arc::clone(self),
            is_done: false,
        })
    }
}

impl Worker {
    /// The jobs that have waited longest, without those that nobody waits for any more. `None`: there are no more, and the
    /// work is done.
    pub(super) fn take(&mut self) -> Option<Vec<Job>> {
        let mut waiting = locked(&self.line.0);
        if waiting.jobs.is_empty() {
            waiting.is_worked_off = false;
            self.is_done = true;
            return None;
        }
        let taken = waiting.jobs.len().min(AT_ONCE);
        let taken = waiting.jobs.drain(..taken);
        Some(taken.filter(|job| !job.answer.is_canceled()).collect())
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        if !self.is_done {
            locked(&self.line.0).is_worked_off = false;
        }
    }
}

/// Lets others do something first that could go on now.
pub(super) async fn step_aside() {
    let mut is_back = false;
    poll_fn(|context| {
        if std::mem::replace(&mut is_back, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use futures::channel::oneshot;

    use super::*;
    use crate::domain::ids::{ProfileId, TitleId};
    use crate::domain::watching::deleting::Deleted;
    use crate::domain::watching::error::WatchError;
    use crate::domain::watching::ledger::Ledger;
    use crate::domain::watching::log::entry::{Cause, Draft};

    type Answer = oneshot::Receiver<Result<Ledger, WatchError>>;

    fn job(profile: u64) -> (Job, Answer) {
        let cause = Cause::Delete {
            title: TitleId(1),
            deleted: Deleted::Plays,
            plays: 1,
        };
        let (answer, result) = oneshot::channel();
        let job = Job {
            draft: Draft {
                profile: ProfileId(profile),
                cause,
                may_begin: true,
            },
            touched: Vec::new(),
            tries: 0,
            answer,
        };
        (job, result)
    }

    fn profiles(jobs: Option<Vec<Job>>) -> Option<Vec<u64>> {
        let profile = |job: &Job| job.draft.profile.0;
        jobs.map(|jobs| jobs.iter().map(profile).collect())
    }

    #[test]
    fn one_works_off_what_comes_until_nothing_waits() {
        let line = Arc::new(Line::default());
        let (jobs, mut answers): (Vec<Job>, Vec<Answer>) = (1..=5).map(job).unzip();
        let mut jobs = jobs.into_iter();
        let mut push = || line.push(jobs.next().unwrap());

        let mut first = push().unwrap();
        assert!(push().is_none(), "somebody is at it");
        drop(answers.remove(1));
        assert_eq!(profiles(first.take()), Some(vec![1]));
        assert!(push().is_none());
        assert_eq!(profiles(first.take()), Some(vec![3]));
        assert_eq!(profiles(first.take()), None);
        let second = push().unwrap();
        drop(first);
        // It was broken off: what waits is left to who comes next.
        drop(second);
        let mut third = push().unwrap();

        assert_eq!(profiles(third.take()), Some(vec![4, 5]));
        assert_eq!(profiles(third.take()), None);
    }
}

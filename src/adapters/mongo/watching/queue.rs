//! Updates that wait at the same time share a transaction.
//!
//! A transaction costs the same round trips and the same wait for the disks of a majority for one update as for
//! hundreds. And since the updates of one profile queue up in one lane, those of one server never conflict.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{MutexGuard, oneshot};

use super::collections::Collections;
use super::transaction::{self, Update};
use crate::adapters::mongo::db::patiently;
use crate::domain::error::StoreError;
use crate::domain::watching::{Change, FoldStep, Ledger, Touched, WatchError};

/// How many transactions run at the same time.
const LANES: usize = 4;
/// About how many plays or titles are touched by one transaction.
const TOUCHED: usize = 1000;
/// With how many of them a lane shares the transaction of another: so little is not worth one of its own.
const FEW: usize = 200;
/// How long a fold waits for others of its round, which come one after the other: little beside a transaction.
const MOMENT: Duration = Duration::from_millis(1);

/// The updates of this process. Clones share it.
#[derive(Clone)]
pub(super) struct Queue {
    collections: Collections,
    lanes: Arc<[Lane; LANES]>,
}

/// Of how many updates in a row that are tried alone the store may not answer, until the rest is not tried.
const MOST_LOST: usize = 3;

/// Updates that are made one after the other.
#[derive(Default)]
struct Lane {
    waiting: Mutex<VecDeque<Job>>,
    turn: tokio::sync::Mutex<()>,
}

struct Job {
    update: Update,
    answer: oneshot::Sender<Result<Ledger, WatchError>>,
}

impl Queue {
    pub(super) fn new(collections: Collections) -> Self {
        Self {
            collections,
            lanes: Arc::default(),
        }
    }

    /// Makes an update. A caller who goes away stops nothing half-way.
    pub(super) async fn run(
        &self,
        touched: Vec<Touched>,
        step: Option<FoldStep>,
        change: Change,
    ) -> Result<Ledger, WatchError> {
        let profile = touched.first().map_or(0, |touched| touched.profile().0);
        let lane = usize::try_from(profile % LANES as u64).unwrap_or_default();
        let (answer, result) = oneshot::channel();
        let is_fold = step.is_some();
        self.lanes[lane].push(Job {
            update: Update {
                touched,
                step,
                change,
            },
            answer,
        });
        // Whoever gets the turn takes all that waits, so many of these find nothing left to do.
        let queue = self.clone();
        tokio::spawn(async move {
            if is_fold {
                tokio::time::sleep(MOMENT).await;
            }
            queue.work_off(&queue.lanes[lane]).await;
        });
        patiently(self.collections.db.timeout, async {
            result.await.map_err(StoreError::failed)
        })
        .await?
    }

    async fn work_off(&self, lane: &Lane) {
        let _turn = lane.turn.lock().await;
        let mut jobs = lane.take();
        // Their turns are kept until all is written, so that two transactions never have updates of one profile.
        let _turns = join(&self.lanes, &mut jobs);
        let (updates, answers): (Vec<_>, Vec<_>) =
            jobs.into_iter().map(|job| (job.update, job.answer)).unzip();
        if updates.is_empty() {
            return;
        }
        match transaction::run(&self.collections, updates.clone()).await {
            Ok(outcomes) => {
                for (answer, outcome) in answers.into_iter().zip(outcomes) {
                    drop(answer.send(outcome));
                }
            }
            // One may have met what cannot be read or written, or be too much for the time that there is. It fails alone.
            Err(StoreError::Failed(_) | StoreError::Unavailable(_)) if updates.len() > 1 => {
                let mut lost = 0;
                for (answer, update) in answers.into_iter().zip(updates) {
                    let outcome = if lost < MOST_LOST {
                        self.run_alone(update).await
                    } else {
                        Err(StoreError::unavailable("the store did not answer others").into())
                    };
                    let is_lost =
                        matches!(&outcome, Err(WatchError::Store(StoreError::Unavailable(_))));
                    lost = if is_lost { lost + 1 } else { 0 };
                    drop(answer.send(outcome));
                }
            }
            Err(error) => {
                let error = Arc::new(error);
                for answer in answers {
                    let error = StoreError::shared(Arc::clone(&error));
                    drop(answer.send(Err(error.into())));
                }
            }
        }
    }

    async fn run_alone(&self, update: Update) -> Result<Ledger, WatchError> {
        let outcomes = transaction::run(&self.collections, vec![update]).await?;
        let outcome = outcomes.into_iter().next();
        outcome.ok_or_else(|| StoreError::failed("an update has no outcome"))?
    }
}

impl Lane {
    fn push(&self, job: Job) {
        self.waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push_back(job);
    }

    /// The updates that have waited longest, without those that nobody waits for any more.
    fn take(&self) -> Vec<Job> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let mut taken: Vec<Job> = Vec::new();
        let mut touched = 0;
        while let Some(job) = waiting.pop_front() {
            if job.answer.is_closed() {
                continue;
            }
            touched += job.update.rows();
            if touched > TOUCHED && !taken.is_empty() {
                waiting.push_front(job);
                break;
            }
            taken.push(job);
        }
        taken
    }

    /// All that waits, if that is little.
    fn take_few(&self) -> Vec<Job> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain(|job| !job.answer.is_closed());
        if rows(&*waiting) > FEW {
            return Vec::new();
        }
        waiting.drain(..).collect()
    }
}

/// Takes what little waits in lanes whose turn nobody has, if these jobs are few themselves. Gives the turns of those.
fn join<'l>(lanes: &'l [Lane; LANES], jobs: &mut Vec<Job>) -> Vec<MutexGuard<'l, ()>> {
    let mut turns = Vec::new();
    if jobs.is_empty() || rows(&*jobs) > FEW {
        return turns;
    }
    for lane in lanes {
        let Ok(turn) = lane.turn.try_lock() else {
            continue;
        };
        let few = lane.take_few();
        if !few.is_empty() {
            jobs.extend(few);
            turns.push(turn);
        }
    }
    turns
}

/// About how many plays or titles jobs change.
fn rows<'j>(jobs: impl IntoIterator<Item = &'j Job>) -> usize {
    jobs.into_iter().map(|job| job.update.rows()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{ProfileId, TitleId};

    /// An update that deletes so many plays, and who waits for it.
    fn job(deletes: usize) -> (Job, oneshot::Receiver<Result<Ledger, WatchError>>) {
        let profile = ProfileId(1);
        let (answer, result) = oneshot::channel();
        let update = Update {
            touched: vec![Touched::WholeTitle(profile, TitleId(1))],
            step: Some(FoldStep {
                profile,
                from: 0,
                to: 1,
                deletes,
            }),
            change: Arc::new(|_: &mut Ledger| Ok(())),
        };
        (Job { update, answer }, result)
    }

    #[test]
    fn plays_that_are_deleted_are_counted_where_updates_share_a_transaction() {
        let lane = Lane::default();
        let mut results = Vec::new();
        for deletes in [400, 400, 400, 5000, 1] {
            let (job, result) = job(deletes);
            lane.push(job);
            results.push(result);
        }

        let taken = [(); 4].map(|()| lane.take().len());

        assert_eq!(taken, [2, 1, 1, 1]);
        assert_eq!(results.len(), 5);
    }

    #[test]
    fn little_that_waits_in_other_lanes_shares_a_transaction() {
        let lanes: Arc<[Lane; LANES]> = Arc::default();
        let mut results = Vec::new();
        for (lane, deletes) in [(0, 1), (1, 50), (1, 50), (2, FEW), (3, 1)] {
            let (job, result) = job(deletes);
            lanes[lane].push(job);
            results.push(result);
        }
        let at_work = [0, 3].map(|lane| lanes[lane].turn.try_lock().unwrap());

        let mut jobs = lanes[0].take();
        let turns = join(&lanes, &mut jobs);
        let mut much = lanes[2].take();
        let none = join(&lanes, &mut much);

        // That of lane 2 is too much, and somebody is at work at lane 3.
        assert_eq!((jobs.len(), turns.len()), (3, 1));
        assert!(lanes[1].turn.try_lock().is_err(), "it is kept");
        assert_eq!((much.len(), none.len()), (1, 0));
        drop((turns, at_work));
        let mut last = lanes[3].take();
        assert_eq!(last.len(), 1);
        assert!(join(&lanes, &mut last).is_empty(), "nothing waits any more");
        assert_eq!(results.len(), 5);
    }
}

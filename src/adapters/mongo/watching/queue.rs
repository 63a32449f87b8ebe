//! Updates that wait at the same time share a transaction.
//!
//! A transaction costs the same round trips and the same wait for the disks of a majority for one update as for
//! hundreds. And since the updates of one profile queue up in one lane, those of one server never conflict.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{MutexGuard, oneshot};

use super::collections::Collections;
use super::transaction::{self, Outcomes, Update};
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
/// Of how many updates in a row that are tried alone the store may not answer, until the rest is not tried.
const MOST_LOST: usize = 3;
/// How often what failed is halved, until the rest is tried one by one: of 800 updates ten halvings find one that is to
/// blame, and where very many are, halves help nobody.
const MOST_HALVED: usize = 60;

/// The updates of this process. Clones share it.
#[derive(Clone)]
pub(super) struct Queue {
    collections: Collections,
    lanes: Arc<[Lane; LANES]>,
}

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
        if jobs.is_empty() {
            return;
        }
        let collections = self.collections.clone();
        make(jobs, move |updates| {
            let collections = collections.clone();
            async move { transaction::run(&collections, updates).await }
        })
        .await;
    }
}

/// Makes updates in one transaction, or, where one of them may be to blame that it fails, in several: one update may
/// meet what cannot be read or written, or be too much for the time that there is, and fails alone.
async fn make<F>(jobs: Vec<Job>, run: impl Fn(Vec<Update>) -> F)
where
    F: Future<Output = Result<Outcomes, StoreError>>,
{
    let mut parts = vec![jobs];
    let (mut halved, mut lost) = (0, 0);
    while let Some(mut jobs) = parts.pop() {
        if lost == MOST_LOST {
            fail(
                jobs,
                StoreError::unavailable("the store did not answer others"),
            );
            continue;
        }
        let is_one = jobs.len() == 1;
        let updates = jobs.iter().map(|job| job.update.clone()).collect();
        match run(updates).await {
            Ok(outcomes) => {
                lost = 0;
                for (job, outcome) in jobs.into_iter().zip(outcomes) {
                    drop(job.answer.send(outcome));
                }
            }
            Err(StoreError::Failed(_)) if !is_one && halved < MOST_HALVED => {
                halved += 1;
                let later = jobs.split_off(jobs.len() / 2);
                parts.extend([later, jobs]);
            }
            // That halves are too much, too, would be learnt by waiting for each of them.
            Err(StoreError::Failed(_) | StoreError::Unavailable(_)) if !is_one => {
                parts.extend(jobs.into_iter().rev().map(|job| vec![job]));
            }
            Err(error) => {
                let is_lost = matches!(error, StoreError::Unavailable(_));
                lost = if is_lost { lost + 1 } else { 0 };
                fail(jobs, error);
            }
        }
    }
}

/// Tells all who wait for these.
fn fail(jobs: Vec<Job>, error: StoreError) {
    let error = Arc::new(error);
    for job in jobs {
        let error = StoreError::shared(Arc::clone(&error));
        drop(job.answer.send(Err(error.into())));
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
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::domain::ids::{ProfileId, TitleId};
    use crate::domain::watching::Rows;

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

    fn no_rows() -> Ledger {
        Ledger::stored(
            Rows::stored([]),
            Rows::stored([]),
            Rows::stored([]),
            Rows::stored([]),
        )
    }

    /// Makes so many updates, each of a title of its own, and says who was answered with a ledger, and how many
    /// transactions it took.
    async fn made(
        updates: u64,
        answer: impl Fn(&[Update]) -> Option<StoreError>,
    ) -> (Vec<bool>, usize) {
        let (mut jobs, mut results) = (Vec::new(), Vec::new());
        for number in 0..updates {
            let (mut job, result) = job(0);
            job.update.touched = vec![Touched::WholeTitle(ProfileId(number), TitleId(1))];
            jobs.push(job);
            results.push(result);
        }
        let transactions = AtomicUsize::new(0);
        make(jobs, |updates| {
            transactions.fetch_add(1, Ordering::Relaxed);
            let outcome = match answer(&updates) {
                Some(error) => Err(error),
                None => Ok(updates.iter().map(|_| Ok(no_rows())).collect()),
            };
            async move { outcome }
        })
        .await;
        let mut answers = Vec::new();
        for result in results {
            answers.push(result.await.expect("everybody is answered").is_ok());
        }
        (answers, transactions.into_inner())
    }

    #[tokio::test]
    async fn what_cannot_be_made_is_found_by_halves_and_fails_alone() {
        let broken = |update: &Update| [0, 517, 518].contains(&update.touched[0].profile().0);
        let failure = || StoreError::failed("it cannot be read");

        let (answers, few) = made(800, |updates| updates.iter().any(broken).then(failure)).await;
        let (none, many) = made(800, |_| Some(failure())).await;

        let failed: Vec<usize> = (0..800).filter(|at| !answers[*at]).collect();
        assert_eq!(failed, [0, 517, 518]);
        assert!(few <= 50, "{few} transactions");
        assert!(!none.contains(&true));
        assert!(many <= 800 + 3 * MOST_HALVED, "{many} transactions");
    }

    #[tokio::test]
    async fn what_is_not_answered_is_tried_one_by_one_until_it_seems_lost() {
        let silence = || StoreError::unavailable("it hangs");

        let (answers, transactions) = made(100, |_| Some(silence())).await;
        let (alone, of_alone) = made(100, |updates| (updates.len() > 1).then(silence)).await;

        assert!(!answers.contains(&true));
        assert_eq!(transactions, 1 + MOST_LOST);
        assert!(!alone.contains(&false));
        assert_eq!(of_alone, 1 + 100);
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

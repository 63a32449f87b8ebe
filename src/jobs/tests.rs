//! The loop that runs jobs: what begins a round, what does not, and how it ends.

use std::collections::BTreeSet;
use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use futures::FutureExt;
use tokio::sync::{broadcast, mpsc};

use super::erase::Erase;
use super::follow_catalog::FollowCatalog;
use super::follow_graph::FollowGraph;
use super::job::{Job, Round};
use super::keep_similar::KeepSimilar;
use super::pace::Pace;
use super::prepare_record::PrepareRecord;
use super::project_graph::ProjectGraph;
use super::rebuild_graph::RebuildGraph;
use super::runner::Jobs;
use super::send_mail::SendMail;
use super::work_off::WorkOff;
use crate::domain::error::StoreError;
use crate::domain::events::Event;
use crate::domain::recommend::{GraphFollower, RecommendError};

/// How long what must happen may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A job that does what the test says, one answer a round, and tells of each round that it begins. It wakes as `J`
/// does.
struct Scripted<J> {
    answers: mpsc::UnboundedReceiver<Round>,
    began: mpsc::UnboundedSender<()>,
    woken_as: PhantomData<fn() -> J>,
}

impl<J: Job> Job for Scripted<J> {
    const NAME: &'static str = J::NAME;
    const WAKES: &'static [Event] = J::WAKES;
    const MAY_BREAK_OFF: bool = J::MAY_BREAK_OFF;

    async fn round(&mut self) -> Round {
        self.began.send(()).unwrap();
        match self.answers.recv().await {
            Some(round) => round,
            None => panic!("the script is at its end"),
        }
    }
}

/// A scripted job that runs.
struct Stage {
    jobs: Jobs,
    events: broadcast::Sender<Event>,
    answers: mpsc::UnboundedSender<Round>,
    rounds: mpsc::UnboundedReceiver<()>,
}

impl Stage {
    fn of<J: Job>() -> Self {
        let events = broadcast::Sender::new(8);
        let (answers, script) = mpsc::unbounded_channel();
        let (began, rounds) = mpsc::unbounded_channel();
        let job = Scripted::<J> {
            answers: script,
            began,
            woken_as: PhantomData,
        };
        let mut jobs = Jobs::none();
        jobs.add(job, events.subscribe());
        Self {
            jobs,
            events,
            answers,
            rounds,
        }
    }

    /// Waits until a round begins, and ends it.
    async fn round(&mut self, answer: Round) {
        self.begins().await;
        self.answers.send(answer).unwrap();
    }

    async fn begins(&mut self) {
        tokio::time::timeout(PATIENCE, self.rounds.recv())
            .await
            .expect("a round begins")
            .unwrap();
    }
}

/// Each event of a list wakes a job that would sleep for ever, one after the other, and nothing else does.
async fn wakes<J: Job>(expected: &[Event]) {
    let mut stage = Stage::of::<J>();
    assert_eq!(J::WAKES, expected, "{}", J::NAME);
    for event in expected {
        stage.round(Round::Due(Duration::MAX)).await;
        stage.events.send(event.clone()).unwrap();
    }
    if !expected.is_empty() {
        stage.round(Round::Due(Duration::MAX)).await;
        // Whatever was missed may have been one of them.
        stage.events.send(Event::Missed).unwrap();
    }
    stage.begins().await;
}

#[tokio::test]
async fn what_is_watched_and_what_the_catalogue_says_is_projected_at_once() {
    wakes::<ProjectGraph>(&[Event::CatalogChanged, Event::WatchesChanged]).await;
}

#[tokio::test]
async fn the_catalogue_is_followed_at_once() {
    wakes::<FollowCatalog>(&[Event::CatalogChanged]).await;
}

#[tokio::test]
async fn mail_goes_out_at_once() {
    wakes::<SendMail>(&[Event::MailQueued]).await;
}

#[tokio::test]
async fn who_is_to_be_forgotten_is_forgotten_at_once() {
    wakes::<Erase>(&[Event::ErasureRequested]).await;
}

#[tokio::test]
async fn what_somebody_waits_for_is_begun_at_once() {
    wakes::<WorkOff>(&[Event::JobQueued]).await;
}

#[tokio::test]
async fn edges_that_changed_are_read_at_once() {
    wakes::<FollowGraph>(&[Event::SimilarChanged]).await;
}

#[tokio::test]
async fn nothing_hurries_the_edges() {
    wakes::<KeepSimilar>(&[]).await;
}

#[tokio::test]
async fn nothing_hurries_the_making_anew() {
    wakes::<RebuildGraph>(&[]).await;
}

#[tokio::test]
async fn events_that_a_job_does_not_want_do_not_wake_it() {
    let mut stage = Stage::of::<SendMail>();
    stage.round(Round::Due(Duration::MAX)).await;

    stage.events.send(Event::CatalogChanged).unwrap();

    let second = tokio::time::timeout(Duration::from_millis(200), stage.begins());
    assert!(second.await.is_err());
    stage.events.send(Event::MailQueued).unwrap();
    stage.begins().await;
}

#[tokio::test]
async fn what_was_told_before_a_round_began_needs_no_other_round() {
    let mut stage = Stage::of::<SendMail>();
    stage.round(Round::Failed("the store is down".into())).await;
    for _ in 0..3 {
        stage.events.send(Event::MailQueued).unwrap();
    }

    stage.round(Round::Due(Duration::MAX)).await;

    let third = tokio::time::timeout(Duration::from_millis(200), stage.begins());
    assert!(third.await.is_err());
}

#[tokio::test]
async fn a_job_with_more_to_do_goes_on_at_once() {
    let mut stage = Stage::of::<SendMail>();

    for _ in 0..3 {
        stage.round(Round::Again).await;
    }
    stage.begins().await;
}

#[tokio::test]
async fn nothing_hurries_a_job_that_failed() {
    for answer in [
        Round::Failed("no answer".into()),
        Round::Full,
        Round::HeldUp,
    ] {
        let mut stage = Stage::of::<SendMail>();
        stage.begins().await;
        let failed = Instant::now();
        stage.answers.send(answer).unwrap();
        stage.events.send(Event::MailQueued).unwrap();
        stage.events.send(Event::Missed).unwrap();

        stage.begins().await;

        assert!(failed.elapsed() >= Pace::AFTER_FAILURE);
    }
}

#[test]
fn a_store_without_room_is_told_from_one_that_fails_however_deep_it_lies() {
    let full = Arc::new(RecommendError::from(StoreError::full("no space left")));
    let failed = RecommendError::from(StoreError::failed("broken"));

    let full = Round::failed(RecommendError::Shared(full));
    let failed = Round::failed(failed);

    assert!(matches!(full, Round::Full), "{full:?}");
    assert!(matches!(failed, Round::Failed(_)), "{failed:?}");
}

#[tokio::test]
async fn the_record_is_prepared_until_that_has_worked_once() {
    let asked = Arc::new(AtomicUsize::new(0));
    let preparation = {
        let asked = Arc::clone(&asked);
        move || {
            let answer = match asked.fetch_add(1, Ordering::SeqCst) {
                0 => Err(StoreError::failed("not now")),
                _ => Ok(()),
            };
            std::future::ready(answer).boxed()
        }
    };
    let mut job = PrepareRecord::new(Box::new(preparation));

    for due in [false, true, true] {
        let round = job.round().await;
        let is_last = matches!(round, Round::Due(Duration::MAX));
        assert_eq!(is_last, due, "{round:?}");
    }

    assert_eq!(asked.load(Ordering::SeqCst), 2);
}

/// Counts how often it is asked to read the edges.
struct Counting(mpsc::UnboundedSender<()>);

#[async_trait]
impl GraphFollower for Counting {
    fn observe(&self, _: &Event) {}

    async fn refresh(&self) -> Result<(), StoreError> {
        self.0.send(()).map_err(StoreError::failed)
    }
}

#[tokio::test]
async fn the_job_that_reads_the_edges_says_that_it_worked() {
    let (asked, mut reads) = mpsc::unbounded_channel();
    let mut job = FollowGraph(Arc::new(Counting(asked)));

    let worked = job.round().await;
    reads.recv().await.unwrap();
    drop(reads);
    let failed = job.round().await;

    assert!(matches!(worked, Round::Due(_)), "{worked:?}");
    assert!(matches!(failed, Round::Failed(_)), "{failed:?}");
}

#[tokio::test]
async fn a_round_that_panics_is_one_that_failed() {
    let mut stage = Stage::of::<SendMail>();
    let (answers, script) = mpsc::unbounded_channel();
    drop(script);
    stage.begins().await;

    // Nobody answers any more.
    drop(std::mem::replace(&mut stage.answers, answers));

    stage.begins().await;
}

#[tokio::test]
async fn a_round_is_finished_before_the_program_stops() {
    let mut stage = Stage::of::<SendMail>();
    stage.begins().await;

    let stopped = tokio::spawn(stage.jobs.stop(PATIENCE));
    tokio::task::yield_now().await;
    stage.answers.send(Round::Again).unwrap();

    assert_eq!(stopped.await.unwrap(), BTreeSet::new());
    assert!(
        stage.rounds.recv().await.is_none(),
        "there is no more round"
    );
}

#[tokio::test]
async fn a_round_that_may_be_broken_off_keeps_nobody_waiting() {
    let mut stage = Stage::of::<FollowGraph>();
    stage.begins().await;

    let broken_off = stage.jobs.stop(PATIENCE).await;

    assert_eq!(broken_off, BTreeSet::new());
}

#[tokio::test]
async fn a_round_without_an_end_is_broken_off_in_time() {
    let mut stage = Stage::of::<SendMail>();
    stage.begins().await;

    let broken_off = stage.jobs.stop(Duration::from_millis(10)).await;

    assert_eq!(broken_off, BTreeSet::from(["send_mail"]));
}

#[tokio::test]
async fn a_job_that_waits_stops_at_once() {
    for answer in [Round::Due(Duration::MAX), Round::Failed("no answer".into())] {
        let mut stage = Stage::of::<SendMail>();
        stage.round(answer).await;

        let broken_off = stage.jobs.stop(PATIENCE).await;

        assert_eq!(broken_off, BTreeSet::new());
    }
}

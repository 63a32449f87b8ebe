//! What a server left in the log when it died in the middle of folding keeps nobody waiting who records.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::TimeDelta;
use reelgraph::adapters::memory::TokioTasks;
use reelgraph::domain::clock::SystemClock;
use reelgraph::domain::error::StoreError;
use reelgraph::domain::ids::{ProfileId, TitleId};
use reelgraph::domain::watching::PlaybackEvent::{Progress, Start, Stop};
use reelgraph::domain::watching::{
    Change, FoldStep, HistoryStore, Ledger, LogPorts, LogRecorder, SettledHistory, Touched,
    WatchError, WatchRules, WatchStore,
};

use super::log::{Server, servers};
use super::support::*;

on_every_backend!(open on [sqlite, mongo]: what_waits_keeps_nobody_waiting_who_records);

/// A store in which a dead process keeps the rows locked.
struct Locked(Arc<dyn Watching>);

#[async_trait]
impl WatchStore for Locked {
    async fn update(&self, _: &[Touched], _: Change) -> Result<Ledger, WatchError> {
        std::future::pending().await
    }

    async fn fold(&self, _: FoldStep, _: &[Touched], _: Change) -> Result<Ledger, WatchError> {
        std::future::pending().await
    }

    async fn rows(&self, touched: &[Touched]) -> Result<Ledger, StoreError> {
        self.0.rows(touched).await
    }

    async fn set_back_next_day(&self, series: &[TitleId]) -> Result<(), StoreError> {
        self.0.set_back_next_day(series).await
    }

    async fn erase_profile(&self, profile: ProfileId) -> Result<(), StoreError> {
        self.0.erase_profile(profile).await
    }
}

/// A server that can record, and fold nothing.
fn waiting(store: &Arc<dyn Watching>) -> Server {
    let recorder = LogRecorder::new(LogPorts {
        log: store.clone(),
        store: Arc::new(Locked(store.clone())),
        rules: WatchRules::default(),
        clock: Arc::new(SystemClock),
        tasks: Arc::new(TokioTasks),
        keep: TimeDelta::days(30),
    });
    let history = SettledHistory::new(store.clone(), Arc::new(recorder.clone()));
    Server { recorder, history }
}

async fn what_waits_keeps_nobody_waiting_who_records(opened: &Opened) {
    let [here, there] = servers(opened);
    let waiting = waiting(&opened.store);
    let evenings = [1, 2].map(|play| play_ref(ANN, film(1), play));
    for evening in evenings {
        let start = a_report(Start, 0.0, at(0));
        here.report(evening, start).await.unwrap();
    }
    let went_on = a_report(Progress, 600.0, at(600_000));
    here.report(evenings[0], went_on).await.unwrap();
    // It dies, and the rows stay locked.
    drop(here);

    let again = waiting.report(evenings[0], went_on).await.unwrap();
    let stop = a_report(Stop, 1800.0, at(1_800_000));
    let stopped = waiting.report(evenings[0], stop).await.unwrap();
    let other = waiting.report(evenings[1], went_on).await.unwrap();

    let state = |ledger: &Ledger| {
        let state = ledger.state(&evenings[0]).unwrap();
        (state.plays, state.position, state.seconds)
    };
    assert_eq!(state(&again), (2, 600.0, 600.0));
    assert_eq!(state(&stopped), (2, 1800.0, 1800.0));
    assert_eq!(state(&other), (2, 1800.0, 2400.0));
    assert_eq!(opened.store.newest(ANN).await.unwrap(), 5);
    // Once it can be folded it is what was answered, and each of it once.
    let read = there.history.states(ANN, &[film(1)]).await.unwrap();
    assert_eq!((read[0].plays, read[0].seconds), (2, 2400.0));
    assert_eq!(opened.watched_title(ANN, TitleId(1)).await.seconds, 2400.0);
}

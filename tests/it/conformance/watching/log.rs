//! The watch log: what is recorded is there for everybody, once, whoever folds it, and whatever dies meanwhile.

use std::sync::Arc;

use chrono::TimeDelta;
use futures::future::{join, join_all};
use reelgraph::adapters::memory::TokioTasks;
use reelgraph::domain::clock::SystemClock;
use reelgraph::domain::ids::{ProfileId, TitleId};
use reelgraph::domain::watching::PlaybackEvent::{Progress, Start, Stop};
use reelgraph::domain::watching::{
    Cause, Change, Draft, FoldStep, Ledger, Lengths, LogPorts, LogRecorder, Origin, PlayRef,
    Recorder, Report, SettledHistory, Settling, Touched, WatchError, WatchRules,
};

use super::support::*;

on_every_backend!(open on [sqlite, mongo]:
    what_is_recorded_on_one_server_is_read_on_another,
    whoever_reads_while_others_do_misses_nothing,
    what_waits_is_not_suggested,
    what_is_recorded_is_as_if_written_at_once,
    two_servers_that_record_at_once_lose_nothing_and_double_nothing,
    what_changes_nothing_is_not_appended,
    what_a_server_left_is_folded_by_another,
    entries_are_folded_once_however_many_fold_them,
    a_server_that_knows_an_old_end_of_the_log_appends_behind_the_new_one,
    an_erased_profile_is_refused_by_servers_that_knew_it,
    what_waits_of_an_erased_profile_brings_nothing_back,
    what_is_folded_is_trimmed_and_nothing_else,
    what_was_there_before_the_log_goes_on,
    a_play_that_may_not_begin_is_refused,
    logs_that_go_on_are_told_apart,
    of_folds_that_begin_at_the_same_place_one_is_made,
);

/// A server: what it knows, and the history that it reads.
pub(super) struct Server {
    pub(super) recorder: LogRecorder,
    pub(super) history: SettledHistory,
}

pub(super) fn server(store: &Arc<dyn Watching>, keep: TimeDelta) -> Server {
    let recorder = LogRecorder::new(LogPorts {
        log: store.clone(),
        store: store.clone(),
        rules: WatchRules::default(),
        clock: Arc::new(SystemClock),
        tasks: Arc::new(TokioTasks),
        keep,
    });
    let history = SettledHistory::new(store.clone(), Arc::new(recorder.clone()));
    Server { recorder, history }
}

pub(super) fn servers(opened: &Opened) -> [Server; 2] {
    [&opened.store, &opened.others[0]].map(|store| server(store, TimeDelta::days(30)))
}

fn draft(play: PlayRef, report: Report) -> Draft {
    Draft {
        profile: play.profile,
        cause: Cause::Report {
            play,
            report,
            lengths: Lengths::new(Some(3600), None),
            going_on: Vec::new(),
            origin: Origin::default(),
            pause: None,
        },
        may_begin: true,
    }
}

impl Server {
    pub(super) async fn report(&self, play: PlayRef, report: Report) -> Result<Ledger, WatchError> {
        self.recorder.record(draft(play, report)).await
    }
}

async fn what_is_recorded_on_one_server_is_read_on_another(opened: &Opened) {
    use reelgraph::domain::watching::HistoryStore;
    let [here, there] = servers(opened);
    let evening = play_ref(ANN, film(1), 1);

    for (event, position, when) in [(Start, 0.0, 0), (Progress, 1800.0, 1_800_000)] {
        let ledger = here.report(evening, a_report(event, position, at(when)));
        let ledger = ledger.await.unwrap();
        let state = ledger.state(&evening).unwrap();
        let read = there.history.states(ANN, &[film(1)]).await.unwrap();
        assert_eq!((read[0].position, read[0].plays), (state.position, 1));
    }
    let ledger = there.report(evening, a_report(Stop, 2000.0, at(2_000_000)));
    assert_eq!(ledger.await.unwrap().state(&evening).unwrap().plays, 1);
    let read = here.history.plays(ANN, &[evening.play]).await.unwrap();

    assert_eq!(read[0].sections.seconds(), 2000.0);
    assert_eq!(opened.store.newest(ANN).await.unwrap(), 3);
}

async fn whoever_reads_while_others_do_misses_nothing(opened: &Opened) {
    use reelgraph::domain::watching::HistoryStore;
    let servers = &servers(opened);
    let plays = (1..=12).map(|profile| play_ref(ProfileId(profile), film(1), 1));
    let reported = plays.map(|play| async move {
        let ([here, _], ids) = (servers, [play.play]);
        for second in 1..=5_u8 {
            let when = at(i64::from(second) * 10_000);
            let report = a_report(Progress, f64::from(second) * 10.0, when);
            here.report(play, report).await.unwrap();
            // Nobody has folded any of it; both look, together with the others.
            let read = servers
                .each_ref()
                .map(|server| server.history.plays(play.profile, &ids));
            for read in join_all(read).await {
                assert_eq!(read.unwrap()[0].position, f64::from(second) * 10.0);
            }
        }
    });
    join_all(reported).await;

    for profile in (1..=12).map(ProfileId) {
        let watched_title = opened.watched_title(profile, TitleId(1)).await;
        assert_eq!(watched_title.plays, 1);
    }
}

async fn what_waits_is_not_suggested(opened: &Opened) {
    use reelgraph::domain::watching::HistoryStore;
    let [here, there] = servers(opened);

    for title in 1..=3 {
        let play = play_ref(ANN, film(title), u128::from(title));
        let report = a_report(Start, 0.0, at(i64::try_from(title).unwrap()));
        here.report(play, report).await.unwrap();

        let stored = opened.store.exclusions(ANN).await.unwrap();
        let with_taste = opened.store.exclusions_with_taste(ANN).await.unwrap();
        // Each of both folds what waits.
        let tasting = title.is_multiple_of(2);
        let mut read = if tasting {
            there.history.exclusions_with_taste(ANN).await.unwrap()
        } else {
            there.history.exclusions(ANN).await.unwrap()
        };

        assert_eq!((stored.folded, stored.newest), (title - 1, title));
        assert_eq!((with_taste.folded, with_taste.newest), (title - 1, title));
        assert_eq!(read.tasted.len() as u64, if tasting { title } else { 0 });
        assert_eq!((read.folded, read.newest), (title, title));
        read.titles.sort_unstable();
        assert!(read.titles.into_iter().eq((1..=title).map(TitleId)));
    }
}

async fn what_is_recorded_is_as_if_written_at_once(opened: &Opened) {
    use reelgraph::domain::watching::HistoryStore;
    let [here, _] = servers(opened);
    let reports = [
        (1, film(1), Start, 0.1, 0),
        (1, film(1), Progress, 3600.0 / 7.0, 514_287),
        (2, episode(3), Start, 0.0, 1_000_000),
        (2, episode(3), Stop, 3599.0, 4_599_000),
        (1, film(1), Stop, 1000.0 / 3.0, 400_000),
        (3, film(1), Stop, 3500.3, 9_000_000),
    ];

    for (play, item, event, position, when) in reports {
        let report = a_report(event, position, at(when));
        let [ann, ben] = [ANN, BEN].map(|profile| play_ref(profile, item, play));
        here.report(ann, report).await.unwrap();
        let change: Change = Arc::new(move |ledger| {
            let lengths = Lengths::new(Some(3600), None);
            let rules = WatchRules::default();
            ledger
                .report(&rules, &ben, &report, &lengths, at(0))
                .map(drop)
        });
        opened.store.update(&[ben.into()], change).await.unwrap();
    }

    for item in [film(1), episode(3)] {
        let [ann] = <[_; 1]>::try_from(here.history.states(ANN, &[item]).await.unwrap()).unwrap();
        let [ben] = <[_; 1]>::try_from(opened.store.states(BEN, &[item]).await.unwrap()).unwrap();
        let same = reelgraph::domain::watching::WatchState {
            profile: BEN,
            stamp: ben.stamp,
            ..ann
        };
        assert_eq!(same, ben);
    }
    for title in [TitleId(1), SERIES] {
        let ann = opened.watched_title(ANN, title).await;
        let ben = opened.watched_title(BEN, title).await;
        let same = reelgraph::domain::watching::WatchedTitle {
            profile: BEN,
            stamp: ben.stamp,
            ..ann.clone()
        };
        assert_eq!(same, ben);
        assert_eq!(ann.stamp.revision, ben.stamp.revision);
    }
}

async fn two_servers_that_record_at_once_lose_nothing_and_double_nothing(opened: &Opened) {
    use reelgraph::domain::watching::HistoryStore;
    let servers = &servers(opened);
    let plays: Vec<PlayRef> = (0..40).map(|play| play_ref(ANN, film(1), play)).collect();

    let reported = (0..).zip(&plays).map(|(index, play)| {
        let report = a_report(Stop, 3600.0, at(index * 10_000_000));
        // Each is sent to both, as by a player that had no answer.
        async move {
            for server in servers {
                server.report(*play, report).await.unwrap();
            }
        }
    });
    join_all(reported).await;

    for server in servers {
        let states = server.history.states(ANN, &[film(1)]).await.unwrap();
        assert_eq!((states[0].plays, states[0].completions), (40, 40));
    }
    assert_eq!(opened.watched_title(ANN, TitleId(1)).await.plays, 40);
    let tails = opened.store.tails(&[ANN]).await.unwrap();
    assert_eq!(tails[0].waiting, []);
}

async fn what_changes_nothing_is_not_appended(opened: &Opened) {
    let [here, there] = servers(opened);
    let evening = play_ref(ANN, film(1), 1);
    let report = a_report(Progress, 1800.0, at(0));

    let first = here.report(evening, report).await.unwrap();
    for server in [&here, &there] {
        let again = server.report(evening, report).await.unwrap();
        let (first, again) = (first.state(&evening), again.state(&evening));
        assert_eq!(first.unwrap().position, again.unwrap().position);
    }

    assert_eq!(opened.store.newest(ANN).await.unwrap(), 1);
}

async fn what_a_server_left_is_folded_by_another(opened: &Opened) {
    let [here, there] = servers(opened);
    for profile in 1..=30 {
        let play = play_ref(ProfileId(profile), film(1), 1);
        here.report(play, a_report(Progress, 1800.0, at(0)))
            .await
            .unwrap();
    }
    // It dies.
    drop(here);

    assert_eq!(there.recorder.settle_all().await.unwrap(), 30);
    assert_eq!(there.recorder.settle_all().await.unwrap(), 0);

    for profile in 1..=30 {
        let watched_title = opened.watched_title(ProfileId(profile), TitleId(1)).await;
        assert_eq!(watched_title.plays, 1);
    }
}

async fn entries_are_folded_once_however_many_fold_them(opened: &Opened) {
    let [here, _] = servers(opened);
    let play = play_ref(ANN, film(1), 1);
    here.report(play, a_report(Stop, 3600.0, at(0)))
        .await
        .unwrap();
    let others = join_all((0..4).map(|index| {
        let store = opened.others[index % opened.others.len()].clone();
        async move {
            server(&store, TimeDelta::days(1))
                .recorder
                .settle_all()
                .await
        }
    }));

    let (_, own) = futures::join!(others, here.recorder.fold_own());
    own.unwrap();

    assert_eq!(opened.watched_title(ANN, TitleId(1)).await.plays, 1);
    let step = FoldStep {
        profile: ANN,
        from: 0,
        to: 1,
        deletes: 0,
    };
    let again = reporting(play_ref(ANN, film(1), 2), a_report(Stop, 3600.0, at(9)));
    let touched = [play_ref(ANN, film(1), 2).into()];
    let again = opened.store.fold(step, &touched, again).await;
    assert!(matches!(again, Err(WatchError::AlreadyFolded)), "{again:?}");
    assert_eq!(opened.watched_title(ANN, TitleId(1)).await.plays, 1);
}

async fn a_server_that_knows_an_old_end_of_the_log_appends_behind_the_new_one(opened: &Opened) {
    let [here, there] = servers(opened);
    let play = play_ref(ANN, film(1), 1);
    here.report(play, a_report(Start, 0.0, at(0)))
        .await
        .unwrap();
    for second in 1..=5_i32 {
        let position = f64::from(second) * 10.0;
        let report = a_report(Progress, position, at(i64::from(second) * 10_000));
        there.report(play, report).await.unwrap();
    }

    let ledger = here
        .report(play, a_report(Progress, 60.0, at(60_000)))
        .await;

    let ledger = ledger.unwrap();
    let seconds = ledger.state(&play).unwrap().seconds;
    assert_eq!(seconds, 60.0);
    assert_eq!(opened.store.newest(ANN).await.unwrap(), 7);
}

async fn an_erased_profile_is_refused_by_servers_that_knew_it(opened: &Opened) {
    let [here, there] = servers(opened);
    let play = play_ref(ANN, film(1), 1);
    for server in [&here, &there] {
        let report = a_report(Progress, 1800.0, at(0));
        server.report(play, report).await.unwrap();
    }

    there.recorder.erase_profile(ANN).await.unwrap();

    for position in [1800.0, 1900.0] {
        let report = a_report(Progress, position, at(100_000));
        let refused = here.report(play, report).await;
        assert!(
            matches!(refused, Err(WatchError::ProfileErased)),
            "{refused:?}"
        );
    }
    let tails = opened.store.tails(&[ANN]).await.unwrap();
    assert!(tails[0].is_erased);
    assert_eq!(tails[0].waiting, []);
    opened.store.erase_profile(ANN).await.unwrap();
    let refused = server(&opened.store, TimeDelta::days(1));
    let refused = refused.report(play, a_report(Start, 0.0, at(9))).await;
    assert!(matches!(refused, Err(WatchError::ProfileErased)));
}

async fn what_waits_of_an_erased_profile_brings_nothing_back(opened: &Opened) {
    let [here, there] = servers(opened);
    for play in 0..3 {
        let play = play_ref(ANN, film(1), play);
        let report = a_report(Stop, 3600.0, at(0));
        here.report(play, report).await.unwrap();
    }

    there.recorder.erase_profile(ANN).await.unwrap();
    here.recorder.fold_own().await.unwrap();
    here.recorder.settle_all().await.unwrap();
    there.recorder.settle_all().await.unwrap();

    let left = opened.store.watched_titles(ANN, &[TitleId(1)]).await;
    assert_eq!(left.unwrap(), []);
    let plays = opened.store.plays_of_titles(ANN, &[TitleId(1)]).await;
    assert_eq!(plays.unwrap(), []);
}

async fn what_is_folded_is_trimmed_and_nothing_else(opened: &Opened) {
    use reelgraph::domain::watching::HistoryStore;
    let here = server(&opened.store, TimeDelta::zero());
    let folded = play_ref(ANN, film(1), 1);
    let waiting = play_ref(BEN, film(1), 2);
    let report = |position: f64| a_report(Progress, position, at(0));
    here.report(folded, report(1800.0)).await.unwrap();
    here.recorder.fold_own().await.unwrap();
    here.report(waiting, report(1800.0)).await.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(20)).await;

    let removed = here.recorder.trim().await.unwrap();

    assert_eq!(removed, 1);
    assert_eq!(opened.store.newest(ANN).await.unwrap(), 0);
    assert_eq!(opened.store.newest(BEN).await.unwrap(), 1);
    // Nothing that is left out of the log is recorded twice, nor lost, by whoever still knows it or not.
    let there = server(&opened.others[0], TimeDelta::zero());
    for (server, seconds, when) in [(&here, 1900.0, 1), (&there, 2000.0, 2), (&here, 2100.0, 3)] {
        let report = a_report(Progress, seconds, at(when));
        server.report(folded, report).await.unwrap();
        let states = there.history.states(ANN, &[film(1)]).await.unwrap();
        assert_eq!((states[0].position, states[0].plays), (seconds, 1));
    }
    assert_eq!(opened.store.newest(ANN).await.unwrap(), 4);
}

async fn what_was_there_before_the_log_goes_on(opened: &Opened) {
    let play = play_ref(ANN, film(1), 1);
    opened.report(play, a_report(Start, 0.0, at(0))).await;
    opened
        .report(play, a_report(Progress, 600.0, at(600_000)))
        .await;
    let [here, _] = servers(opened);

    let report = a_report(Stop, 1200.0, at(1_200_000));
    let ledger = here.report(play, report).await.unwrap();

    assert_eq!(ledger.state(&play).unwrap().seconds, 1200.0);
    here.recorder.fold_own().await.unwrap();
    let watched_title = opened.watched_title(ANN, TitleId(1)).await;
    assert_eq!((watched_title.plays, watched_title.seconds), (1, 1200.0));
    assert_eq!(watched_title.stamp.revision, 3);
}

async fn a_play_that_may_not_begin_is_refused(opened: &Opened) {
    let [here, there] = servers(opened);
    let play = play_ref(ANN, film(1), 1);
    let draft = |may_begin| Draft {
        may_begin,
        ..draft(play, a_report(Start, 0.0, at(0)))
    };

    let refused = here.recorder.record(draft(false)).await;
    assert!(matches!(refused, Err(WatchError::NewPlay)), "{refused:?}");
    there.recorder.record(draft(true)).await.unwrap();
    // Others wait for the same turn, of whose logs nobody has appended anything.
    let others = (2..=9).map(|profile| {
        let play = play_ref(ProfileId(profile), film(1), 1);
        here.recorder.record(Draft {
            profile: play.profile,
            cause: self::draft(play, a_report(Start, 0.0, at(0))).cause,
            may_begin: false,
        })
    });
    let (known, others) = join(here.recorder.record(draft(false)), join_all(others)).await;

    assert!(known.is_ok(), "{known:?}");
    assert_eq!(others.len(), 8);
    let is_new = |refused: &Result<_, _>| matches!(refused, Err(WatchError::NewPlay));
    assert!(others.iter().all(is_new), "{others:?}");
}

async fn logs_that_go_on_are_told_apart(opened: &Opened) {
    let [here, _] = servers(opened);
    for (profile, play) in [(ANN, 1), (ANN, 2), (BEN, 1)] {
        let play = play_ref(profile, film(1), play);
        let report = a_report(Stop, 3600.0, at(0));
        here.report(play, report).await.unwrap();
    }
    let nobody = ProfileId(3);
    let followed = async |ends: &[(ProfileId, u64)]| {
        let mut followed = opened.store.followed(ends).await.unwrap();
        followed.sort_unstable();
        followed
    };

    assert_eq!(
        followed(&[(BEN, 0), (nobody, 0), (ANN, 0)]).await,
        [ANN, BEN]
    );
    assert_eq!(followed(&[(ANN, 1), (BEN, 1)]).await, [ANN]);
    assert_eq!(followed(&[(ANN, 2), (BEN, 1)]).await, []);
    assert_eq!(followed(&[]).await, []);
    // The end of an erased profile's log has a place, too.
    here.recorder.erase_profile(ANN).await.unwrap();
    assert_eq!(followed(&[(ANN, 2), (BEN, 1)]).await, [ANN]);
}

async fn of_folds_that_begin_at_the_same_place_one_is_made(opened: &Opened) {
    let key = (ANN, TitleId(1));
    // Twice is not the same as once.
    let turn: Change = Arc::new(move |ledger| {
        let liked = ledger.watched_titles.get(key).and_then(|it| it.liked);
        ledger.rate(key, false, Some(liked != Some(true)), at(0));
        Ok(())
    });
    let folds = (0..8).map(|_| {
        let step = FoldStep {
            profile: ANN,
            from: 0,
            to: 3,
            deletes: 0,
        };
        let (store, turn) = (&opened.store, Arc::clone(&turn));
        async move {
            store
                .fold(step, &[Touched::Title(key.0, key.1)], turn)
                .await
        }
    });

    let folded = join_all(folds).await;

    let made = folded.iter().filter(|fold| fold.is_ok()).count();
    let refused = folded
        .iter()
        .filter(|fold| matches!(fold, Err(WatchError::AlreadyFolded)))
        .count();
    assert_eq!((made, refused), (1, 7), "{folded:?}");
    let watched_title = opened.watched_title(ANN, TitleId(1)).await;
    assert_eq!(watched_title.liked, Some(true));
    assert_eq!(opened.store.tails(&[ANN]).await.unwrap()[0].folded, 3);
}

//! Updates: whole or not at all, one after the other.

use std::sync::Arc;

use futures::future::join_all;
use reelgraph::domain::ids::{ProfileId, TitleId};
use reelgraph::domain::watching::PlaybackEvent::{Pause, Progress, Seek, Start, Stop};
use reelgraph::domain::watching::{
    Change, ImportedWatch, Ledger, Lengths, PlayRef, Report, Touched, WatchError, WatchRules,
};

use super::support::*;

on_every_backend!(open on [sqlite, mongo]:
    what_is_written_is_read_back_whole,
    a_change_finds_what_is_stored,
    a_change_that_fails_writes_nothing,
    what_a_change_leaves_alone_is_not_written,
    a_batch_is_written_in_one_update,
    first_reports_of_one_play_at_the_same_time_are_one,
    reports_of_one_play_at_the_same_time_lose_nothing,
    plays_of_one_title_at_the_same_time_lose_nothing,
    what_players_measure_is_kept_with_their_reports,
    votes_at_the_same_time_are_all_counted,
);

/// Every number has more digits than fit into few bytes, so that a rounding on the way would show.
async fn what_is_written_is_read_back_whole(opened: &Opened) {
    let evening = play_ref(ANN, film(u64::MAX >> 1), u128::MAX - 7);
    let third = 3600.0 / 7.0;
    let report = |event, position: f64, when| Report {
        duration: Some(3600.0 + 0.1 + 0.2),
        ..a_report(event, position, at(when))
    };
    let unknown_length = play_ref(ANN, episode(3), 8);
    let elsewhere = ImportedWatch {
        completion: 0.1 + 0.2,
        liked: Some(false),
        ..watch(ANN, episode(5), at(-86_400_123))
    };

    opened.report(evening, report(Start, 0.1, 1)).await;
    opened.report(evening, report(Pause, third, 514_287)).await;
    opened
        .report(evening, report(Seek, third * 3.0, 514_999))
        .await;
    let first = opened
        .report(evening, report(Stop, third * 4.3, 999_999))
        .await;
    let no_length = Report {
        duration: None,
        ..a_report(Start, 1.0 / 3.0, at(2_000_000))
    };
    let second = opened.report(unknown_length, no_length).await;
    let third = opened.import(vec![elsewhere.clone()], at(3_000_000)).await;

    let plays = [&first, &second, &third].map(|ledger| ledger.plays.changed().next().unwrap());
    let states = [&first, &second, &third].map(|ledger| ledger.states.changed().next().unwrap());
    assert_eq!(plays[0].sections.iter().count(), 2);
    for play in plays {
        let found = opened.store.plays(ANN, &[play.id]).await.unwrap();
        assert_eq!(found, std::slice::from_ref(play));
    }
    for state in states {
        let found = opened.store.states(ANN, &[state.item]).await.unwrap();
        assert_eq!(found, std::slice::from_ref(state));
    }
    let of_film = first.watched_titles.changed().next().unwrap();
    let of_series = third.watched_titles.changed().next().unwrap();
    assert_eq!(opened.watched_title(ANN, of_film.title).await, *of_film);
    assert_eq!(opened.watched_title(ANN, of_series.title).await, *of_series);
    assert_eq!(of_series.liked, Some(false));
    assert_eq!(of_series.weight.to_bits(), {
        opened.watched_title(ANN, SERIES).await.weight.to_bits()
    });
}

async fn a_change_finds_what_is_stored(opened: &Opened) {
    let (first, second) = (play_ref(ANN, film(1), 1), play_ref(ANN, episode(2), 2));
    let unknown = play_ref(ANN, film(3), 3);
    let a = opened.report(first, a_report(Start, 0.0, at(0))).await;
    let b = opened.report(second, a_report(Start, 0.0, at(0))).await;

    let nothing: Change = Arc::new(|_| Ok(()));
    let ledger = opened
        .store
        .update(&[first, second, unknown, first].map(Touched::from), nothing)
        .await
        .unwrap();

    for (written, play_ref) in [(&a, first), (&b, second)] {
        let play = (ANN, play_ref.play);
        let title = (ANN, play_ref.title);
        assert_eq!(ledger.plays.get(play), written.plays.get(play));
        assert_eq!(ledger.state(&play_ref), written.state(&play_ref));
        assert_eq!(
            ledger.watched_titles.get(title),
            written.watched_titles.get(title)
        );
    }
    assert_eq!(ledger.plays.get((ANN, unknown.play)), None);
    assert_eq!(ledger.state(&unknown), None);
    assert_eq!(ledger.watched_titles.get((ANN, unknown.title)), None);
}

async fn a_change_that_fails_writes_nothing(opened: &Opened) {
    let (old, new) = (play_ref(ANN, film(1), 1), play_ref(ANN, film(2), 2));
    let before = opened.report(old, a_report(Start, 0.0, at(0))).await;

    let change: Change = Arc::new(move |ledger: &mut Ledger| {
        for play_ref in [old, new] {
            let report = a_report(Progress, 1800.0, at(1_800_000));
            let lengths = Lengths::default();
            let now = at(1_800_000);
            ledger.report(&WatchRules::default(), &play_ref, &report, &lengths, now)?;
        }
        Err(WatchError::PlayOfAnotherItem)
    });
    let failed = opened
        .store
        .update(&[old, new].map(Touched::from), change)
        .await;

    assert!(matches!(failed, Err(WatchError::PlayOfAnotherItem)));
    let plays = opened.store.plays(ANN, &[old.play, new.play]).await;
    assert_eq!(
        plays.unwrap(),
        before.plays.changed().cloned().collect::<Vec<_>>()
    );
    let states = opened.store.states(ANN, &[old.item, new.item]).await;
    assert_eq!(
        states.unwrap(),
        before.states.changed().cloned().collect::<Vec<_>>()
    );
    let watched_titles = opened
        .store
        .watched_titles(ANN, &[old.title, new.title])
        .await;
    assert_eq!(
        watched_titles.unwrap(),
        before.watched_titles.changed().cloned().collect::<Vec<_>>()
    );
}

async fn what_a_change_leaves_alone_is_not_written(opened: &Opened) {
    let evening = play_ref(ANN, film(1), 1);
    let report = a_report(Start, 0.0, at(0));
    opened.report(evening, report).await;
    let marks = [(ANN, TitleId(1), 1)];
    opened.store.mark_watches_projected(&marks).await.unwrap();

    let again = opened.report(evening, report).await;

    assert_eq!(again.plays.changed().count(), 0);
    assert_eq!(
        opened.watched_title(ANN, TitleId(1)).await.stamp.revision,
        1
    );
    let waiting = opened.waiting(10).await;
    assert_eq!(waiting, []);
}

async fn a_batch_is_written_in_one_update(opened: &Opened) {
    let watches: Vec<_> = (0..1500_u64)
        .map(|n| {
            let profile = if n % 3 == 0 { BEN } else { ANN };
            let item = if n % 2 == 0 {
                film(n % 40)
            } else {
                episode(n % 60)
            };
            watch(profile, item, at(i64::try_from(n).unwrap() * 1000))
        })
        .collect();
    opened.import(watches[..700].to_vec(), at(0)).await;

    let ledger = opened.import(watches.clone(), at(1)).await;

    assert_eq!(ledger.plays.changed().count(), 800);
    for profile in [ANN, BEN] {
        let mine = || watches.iter().filter(|watch| watch.profile == profile);
        let ids: Vec<_> = mine().map(|watch| watch.play_ref().play).collect();
        let found = opened.store.plays(profile, &ids).await.unwrap();
        assert_eq!(found.len(), ids.len());
        let watched_title = opened.watched_title(profile, SERIES).await;
        let of_series = mine().filter(|watch| watch.title == SERIES).count();
        assert_eq!(watched_title.plays as usize, of_series);
        assert_eq!(watched_title.completions as usize, of_series);
    }
}

async fn first_reports_of_one_play_at_the_same_time_are_one(opened: &Opened) {
    let evening = play_ref(ANN, film(1), 1);
    let report = a_report(Progress, 1800.0, at(0));

    at_the_same_time(opened, (0..20).map(|_| (evening, report)).collect()).await;

    let plays = opened.store.plays(ANN, &[evening.play]).await.unwrap();
    assert_eq!(plays.len(), 1);
    assert_eq!(plays[0].stamp.revision, 1);
    let states = opened.store.states(ANN, &[film(1)]).await.unwrap();
    assert_eq!(states.len(), 1);
    assert_eq!((states[0].plays, states[0].stamp.revision), (1, 1));
    let watched_title = opened.watched_title(ANN, TitleId(1)).await;
    assert_eq!((watched_title.plays, watched_title.stamp.revision), (1, 1));
}

async fn reports_of_one_play_at_the_same_time_lose_nothing(opened: &Opened) {
    let evening = play_ref(ANN, film(1), 1);
    let mut reports = vec![a_report(Start, 0.0, at(0))];
    reports.extend((1..=20).map(|minute| {
        a_report(
            Progress,
            60.0 * f64::from(minute),
            at(i64::from(minute) * 60_000),
        )
    }));

    at_the_same_time(
        opened,
        reports
            .into_iter()
            .map(|report| (evening, report))
            .collect(),
    )
    .await;

    let plays = opened.store.plays(ANN, &[evening.play]).await.unwrap();
    assert_eq!(plays[0].sections.seconds().to_bits(), 1200_f64.to_bits());
    assert_eq!(
        (plays[0].started_at, plays[0].last_at),
        (at(0), at(1_200_000))
    );
    let states = opened.store.states(ANN, &[film(1)]).await.unwrap();
    assert_eq!(states[0].plays, 1);
    assert_eq!(states[0].position.to_bits(), 1200_f64.to_bits());
    let watched_title = opened.watched_title(ANN, TitleId(1)).await;
    assert_eq!((watched_title.plays, watched_title.completions), (1, 0));
    assert_eq!(watched_title.seconds.to_bits(), 1200_f64.to_bits());
    let weight = WatchRules::default().weight(1.0 / 3.0, at(1_200_000));
    assert!((watched_title.weight / weight - 1.0).abs() < 1e-9);
}

async fn plays_of_one_title_at_the_same_time_lose_nothing(opened: &Opened) {
    let reports = (0..20_u32)
        .map(|n| {
            let report = a_report(Progress, 3500.0, at(i64::from(n) * 1000));
            (
                play_ref(ANN, episode(u64::from(n) % 4), u128::from(n)),
                report,
            )
        })
        .collect();

    at_the_same_time(opened, reports).await;

    let watched_title = opened.watched_title(ANN, SERIES).await;
    assert_eq!(
        (
            watched_title.plays,
            watched_title.completions,
            watched_title.stamp.revision
        ),
        (20, 20, 20)
    );
    assert_eq!(
        (watched_title.first_at, watched_title.last_at),
        (at(0), at(19_000))
    );
    let states = opened.store.states_of_titles(ANN, &[SERIES]).await.unwrap();
    assert_eq!(
        states.iter().map(|state| state.plays).collect::<Vec<_>>(),
        [5; 4]
    );
}

/// Makes each report in a task of its own, by turns on each of the servers.
async fn at_the_same_time(opened: &Opened, reports: Vec<(PlayRef, Report)>) {
    let servers = opened.others.iter().chain([&opened.store]).cycle();
    let tasks: Vec<_> = reports
        .into_iter()
        .zip(servers)
        .map(|((play_ref, report), server)| {
            let store = Arc::clone(server);
            tokio::spawn(async move {
                store
                    .update(&[play_ref.into()], reporting(play_ref, report))
                    .await
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
}

async fn what_players_measure_is_kept_with_their_reports(opened: &Opened) {
    let third = 3600.0 / 7.0;
    let report = Report {
        duration: Some(third),
        ..a_report(Start, 0.0, at(0))
    };
    let evening = play_ref(ANN, episode(1), 1);
    let vote = async |play_ref, report| {
        let touched = [Touched::PlayOfUnknownLength(play_ref)];
        let reported = opened.store.update(&touched, reporting(play_ref, report));
        reported.await.unwrap()
    };

    let ledger = vote(evening, report).await;
    vote(evening, report).await;
    vote(play_ref(ANN, episode(1), 2), report).await;

    let written = ledger.measured.changed().next().unwrap();
    let items = [episode(1), episode(2), film(1), episode(1)];
    let found = opened.store.measured_lengths(&items).await.unwrap();
    assert_eq!(found, std::slice::from_ref(written));
    assert_eq!((written.seconds, written.votes), (third, 1));
}

async fn votes_at_the_same_time_are_all_counted(opened: &Opened) {
    let vote = |profile: u64| {
        let play_ref = play_ref(ProfileId(profile), episode(1), profile.into());
        let touched = [Touched::PlayOfUnknownLength(play_ref)];
        let change = reporting(play_ref, a_report(Start, 0.0, at(0)));
        let store = match profile % 2 {
            0 => opened.store.clone(),
            _ => opened.others[0].clone(),
        };
        async move { store.update(&touched, change).await.unwrap() }
    };

    join_all((1..=8).map(vote)).await;

    let found = opened.store.measured_lengths(&[episode(1)]).await.unwrap();
    let found = found.iter().map(|found| (found.seconds, found.votes));
    assert_eq!(found.collect::<Vec<_>>(), [(3600.0, 8)]);
}

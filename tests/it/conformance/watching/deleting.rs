//! What is deleted of a history: gone from every list, and brought back by nothing.

use std::sync::Arc;

use chrono::TimeDelta;
use futures::future::join;
use reelgraph::domain::ids::{PlayId, ProfileId, TitleId};
use reelgraph::domain::page::Window;
use reelgraph::domain::watching::PlaybackEvent::{Progress, Start, Stop};
use reelgraph::domain::watching::{
    Cause, Change, Deleted, Draft, HistoryStore, Ledger, NextDay, Play, PlayRef, ProfileList,
    Recorder, Said, Settling, Teller, Told, Touched, WatchRules, WatchedItem, WatchedTitle,
};

use super::log::{Server, server, servers};
use super::support::*;

on_every_backend!(open on [sqlite, mongo]:
    what_is_deleted_is_in_no_list,
    what_is_left_is_read_back_whole,
    what_is_deleted_and_played_anew_is_new,
    nothing_brings_back_what_was_deleted,
    what_is_deleted_stays_so_when_the_log_is_trimmed,
    what_was_never_folded_is_deleted_too,
    what_is_deleted_and_said_at_once_is_counted_once,
    whole_series_of_loaded_lists_are_deleted,
    what_was_deleted_is_erased_with_the_profile,
);

impl Opened {
    /// Deletes something of a title, at once.
    async fn delete(&self, profile: ProfileId, title: TitleId, deleted: Deleted) -> Ledger {
        let cause = Cause::Delete {
            title,
            deleted,
            plays: 1,
        };
        let touched = cause.touched(profile);
        let change: Change = Arc::new(move |ledger| {
            let key = (profile, title);
            ledger.delete(&WatchRules::default(), key, deleted, at(99_000_000));
            Ok(())
        });
        self.store.update(&touched, change).await.unwrap()
    }

    async fn history(&self, profile: ProfileId) -> Vec<PlayId> {
        let window = Window::first(9);
        let page = self.store.history(profile, None, &window).await.unwrap();
        page.rows.iter().map(|play| play.id).collect()
    }

    async fn play(&self, play: PlayRef) -> Play {
        let plays = self.store.plays(play.profile, &[play.play]).await.unwrap();
        let [play] = <[_; 1]>::try_from(plays).unwrap();
        play
    }
}

impl Server {
    async fn delete(&self, profile: ProfileId, title: TitleId, deleted: Deleted) -> Ledger {
        let cause = Cause::Delete {
            title,
            deleted,
            plays: 1,
        };
        self.record(profile, cause).await
    }

    async fn record(&self, profile: ProfileId, cause: Cause) -> Ledger {
        let draft = Draft {
            profile,
            cause,
            may_begin: true,
        };
        self.recorder.record(draft).await.unwrap()
    }

    async fn watched_title(&self, profile: ProfileId, title: TitleId) -> WatchedTitle {
        let found = self.history.watched_titles(profile, &[title]).await;
        let [found] = <[_; 1]>::try_from(found.unwrap()).unwrap();
        found
    }
}

fn of_play(number: u128) -> Deleted {
    Deleted::Play {
        play: play_id(number),
    }
}

async fn what_is_deleted_is_in_no_list(opened: &Opened) {
    for profile in [ANN, BEN] {
        opened.begin(play_ref(profile, film(1), 1), at(0)).await;
        opened.begin(play_ref(profile, episode(1), 2), at(1)).await;
    }

    opened.delete(ANN, TitleId(1), of_play(1)).await;
    opened.delete(ANN, SERIES, Deleted::Plays).await;

    let store = &opened.store;
    assert_eq!(opened.history(ANN).await, []);
    for list in [
        ProfileList::History(None),
        ProfileList::History(Some(TitleId(1))),
        ProfileList::InProgress,
    ] {
        assert_eq!(count(store, ANN, list).await, 0, "{list:?}");
        assert_ne!(count(store, BEN, list).await, 0, "{list:?}");
    }
    let window = Window::first(9);
    let resumable = store.in_progress(ANN, &window).await.unwrap();
    assert_eq!(resumable.rows, []);
    let day = NextDay(20_000);
    let going_on = store.series_to_go_on_with(ANN, day, &window).await;
    assert_eq!(going_on.unwrap().rows, []);
    let asked = [TitleId(1), SERIES];
    assert_eq!(store.states_of_titles(ANN, &asked).await.unwrap(), []);
    assert_eq!(store.plays_of_titles(ANN, &asked).await.unwrap(), []);
    assert_eq!(store.passed_over(ANN, &asked).await.unwrap(), []);
    assert_eq!(store.exclusions(ANN).await.unwrap().titles, []);
    // The graph is told.
    let waiting = opened.waiting(9).await;
    let of_ann = waiting.iter().filter(|one| one.profile == ANN);
    assert!(of_ann.clone().all(|one| !one.shapes_taste()));
    assert_eq!(of_ann.count(), 2);
    assert_eq!(opened.history(BEN).await.len(), 2);
}

async fn what_is_left_is_read_back_whole(opened: &Opened) {
    let [first, second] = [1, 2].map(|number| play_ref(ANN, film(1), number));
    opened.begin(first, at(0)).await;
    let whole = a_report(Stop, 3600.0, at(9_000_000));
    opened.report(second, whole).await;

    let ledger = opened.delete(ANN, TitleId(1), of_play(2)).await;

    let states = opened.store.states(ANN, &[film(1)]).await.unwrap();
    assert_eq!(states.first(), ledger.state(&first));
    assert_eq!((states[0].position, states[0].watched), (1800.0, false));
    let title = opened.watched_title(ANN, TitleId(1)).await;
    assert_eq!(Some(&title), ledger.watched_titles.get(first.title_key()));
    assert_eq!((title.plays, title.completions), (1, 0));
    assert_eq!((title.first_at, title.last_at), (at(0), at(0)));
    assert_eq!(opened.history(ANN).await, [first.play]);
    let name = opened.play(second).await;
    assert_eq!(Some(&name), ledger.plays.get(second.play_key()));
    assert!(name.is_deleted());
    // Nothing in it says what it was of.
    assert_ne!(name.title, second.title);
    assert_eq!(name.sections.iter().count(), 0);
}

async fn what_is_deleted_and_played_anew_is_new(opened: &Opened) {
    let [first, second, third] = [1, 2, 3].map(|number| play_ref(ANN, film(1), number));
    opened.begin(first, at(0)).await;
    opened.delete(ANN, TitleId(1), Deleted::Plays).await;

    opened.begin(second, at(1000)).await;

    let states = opened.store.states(ANN, &[film(1)]).await.unwrap();
    assert_eq!((states[0].plays, states[0].stamp.revision), (1, 1));
    assert_eq!(opened.history(ANN).await, [second.play]);
    // In one transaction it goes and comes, too.
    let touched = [
        Touched::WholeTitle(ANN, TitleId(1)),
        Touched::Play(second),
        Touched::Play(third),
    ];
    let change: Change = Arc::new(move |ledger| {
        let rules = WatchRules::default();
        ledger.delete(&rules, (ANN, TitleId(1)), Deleted::Plays, at(3000));
        reporting(third, a_report(Progress, 900.0, at(4000)))(ledger)
    });
    opened.store.update(&touched, change).await.unwrap();
    let states = opened.store.states(ANN, &[film(1)]).await.unwrap();
    assert_eq!((states[0].plays, states[0].position), (1, 900.0));
    assert_eq!(opened.history(ANN).await, [third.play]);
}

async fn nothing_brings_back_what_was_deleted(opened: &Opened) {
    let [here, there] = servers(opened);
    let evening = play_ref(ANN, film(1), 1);
    let begun = a_report(Start, 0.0, at(0));
    here.report(evening, begun).await.unwrap();
    let list = watch(ANN, film(1), at(-1000));
    let load = || Cause::Import {
        watches: vec![list.clone()],
        going_on: Vec::new(),
    };
    there.record(ANN, load()).await;

    let ledger = here.delete(ANN, TitleId(1), Deleted::Plays).await;
    assert_eq!(
        ledger.plays.changed().filter(|it| it.is_deleted()).count(),
        2
    );
    let newest = opened.store.newest(ANN).await.unwrap();

    for server in [&here, &there] {
        // Once more, late, and a player that does not know of it.
        for (event, position, when) in [
            (Start, 0.0, 0),
            (Progress, 60.0, 60_000),
            (Stop, 3600.0, 3_600_000),
        ] {
            let ledger = server.report(evening, a_report(event, position, at(when)));
            assert_eq!(ledger.await.unwrap().state(&evening), None);
        }
        server.record(ANN, load()).await;
        server.delete(ANN, TitleId(1), Deleted::Plays).await;
        let title = server.watched_title(ANN, TitleId(1)).await;
        assert_eq!((title.plays, title.weight), (0, 0.0));
        let states = server.history.states(ANN, &[film(1)]).await.unwrap();
        assert_eq!(states, []);
    }
    assert_eq!(opened.store.newest(ANN).await.unwrap(), newest);
    // What is made anew from the log has it deleted as well.
    let replayed = here.recorder.replay(ANN).await.unwrap().unwrap();
    let name = replayed.rows.plays.get(evening.play_key()).unwrap();
    assert_eq!(
        *name,
        Play {
            stamp: name.stamp,
            ..opened.play(evening).await
        }
    );
    assert_eq!(replayed.rows.states.changed().count(), 0);
}

async fn what_is_deleted_stays_so_when_the_log_is_trimmed(opened: &Opened) {
    let here = server(&opened.store, TimeDelta::zero());
    let evening = play_ref(ANN, film(1), 1);
    let report = a_report(Progress, 1800.0, at(0));
    here.report(evening, report).await.unwrap();
    here.delete(ANN, TitleId(1), of_play(1)).await;
    here.recorder.fold_own().await.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    assert_eq!(here.recorder.trim().await.unwrap(), 2);

    let there = server(&opened.others[0], TimeDelta::zero());
    for server in [&here, &there] {
        server.report(evening, report).await.unwrap();
        assert_eq!(server.watched_title(ANN, TitleId(1)).await.plays, 0);
    }
    assert_eq!(opened.history(ANN).await, []);
}

async fn what_was_never_folded_is_deleted_too(opened: &Opened) {
    let [here, there] = servers(opened);
    let [first, second] = [1, 2].map(|number| play_ref(ANN, film(1), number));
    here.report(first, a_report(Progress, 1800.0, at(0)))
        .await
        .unwrap();
    assert_eq!(opened.history(ANN).await, []);

    here.delete(ANN, TitleId(1), Deleted::Before { at: at(1) })
        .await;
    here.report(second, a_report(Progress, 900.0, at(1000)))
        .await
        .unwrap();

    let states = there.history.states(ANN, &[film(1)]).await.unwrap();
    assert_eq!((states[0].plays, states[0].position), (1, 900.0));
    assert_eq!(opened.history(ANN).await, [second.play]);
    assert_eq!(there.watched_title(ANN, TitleId(1)).await.plays, 1);
}

async fn what_is_deleted_and_said_at_once_is_counted_once(opened: &Opened) {
    let [here, there] = servers(opened);
    for number in 1..=4_u128 {
        let item = film(u64::try_from(number).unwrap());
        let title = play_ref(ANN, item, number).title;
        let evening = play_ref(ANN, item, number);
        let report = a_report(Progress, 1800.0, at(0));
        here.report(evening, report).await.unwrap();
        let tell = Cause::Tell {
            title,
            items: vec![item],
            said: Said::Watched { at: None },
            by: Teller::Viewer,
            going_on: Vec::new(),
        };

        join(
            here.delete(ANN, title, Deleted::Plays),
            here.record(ANN, tell),
        )
        .await;

        let state = there.history.states(ANN, &[item]).await.unwrap();
        let said_at = match state[0].told {
            Some(Told::Watched { said_at, .. }) => said_at,
            other => panic!("{other:?}"),
        };
        let found = there.watched_title(ANN, title).await;
        assert_eq!((found.plays, found.told), (0, 1));
        assert_eq!(found.weight, WatchRules::default().weight(1.0, said_at));
    }
}

async fn whole_series_of_loaded_lists_are_deleted(opened: &Opened) {
    let whole = WatchedItem::Series(SERIES);
    opened
        .import(vec![watch(ANN, whole, at(0))], at(1000))
        .await;
    let states = opened.store.states(ANN, &[whole]).await.unwrap();
    assert_eq!(states.len(), 1);

    opened.delete(ANN, SERIES, Deleted::Everything).await;

    assert_eq!(opened.store.states(ANN, &[whole]).await.unwrap(), []);
    let title = opened.watched_title(ANN, SERIES).await;
    assert_eq!((title.plays, title.weight), (0, 0.0));
    opened
        .import(vec![watch(ANN, whole, at(0))], at(2000))
        .await;
    assert_eq!(opened.watched_title(ANN, SERIES).await, title);
}

async fn what_was_deleted_is_erased_with_the_profile(opened: &Opened) {
    let evening = play_ref(ANN, film(1), 1);
    opened.begin(evening, at(0)).await;
    opened.delete(ANN, TitleId(1), of_play(1)).await;

    opened.store.erase_profile(ANN).await.unwrap();

    let left = opened.store.plays(ANN, &[evening.play]).await;
    assert_eq!(left.unwrap(), []);
    let started = reporting(evening, a_report(Start, 0.0, at(0)));
    let refused = opened.store.update(&[evening.into()], started).await;
    assert!(refused.is_err());
}

//! Rows that this version cannot read: they are passed over where others are listed, and stop nobody else.

use futures::future::join_all;
use reelgraph::domain::ids::{ProfileId, TitleId};
use reelgraph::domain::page::Window;
use reelgraph::domain::watching::PlaybackEvent::Stop;
use reelgraph::domain::watching::{Touched, WatchError};

use super::projection::keys;
use super::support::*;

on_every_backend!(open on [sqlite, mongo]:
    lists_are_filled_with_what_can_be_read,
    walks_are_filled_with_what_can_be_read,
    an_update_that_meets_it_fails_alone,
);

async fn lists_are_filled_with_what_can_be_read(opened: &Opened) {
    for title in 1..=5 {
        let when = at(i64::try_from(title).unwrap() * 1000);
        let evening = play_ref(ANN, film(title), u128::from(title));
        opened.begin(evening, when).await;
    }
    for title in [4, 3] {
        opened.break_rows("plays", ANN, TitleId(title)).await;
        opened.break_rows("watch_states", ANN, TitleId(title)).await;
    }

    let history = opened
        .store
        .history(ANN, None, &Window::first(2))
        .await
        .unwrap();
    let whole = opened
        .store
        .history(ANN, None, &Window::first(3))
        .await
        .unwrap();
    let in_progress = opened
        .store
        .in_progress(ANN, &Window::first(2))
        .await
        .unwrap();
    let titles: Vec<TitleId> = (1..=5).map(TitleId).collect();
    let plays = opened.store.plays_of_titles(ANN, &titles).await.unwrap();
    let states = opened.store.states_of_titles(ANN, &titles).await.unwrap();

    let of_history: Vec<u64> = history.rows.iter().map(|play| play.title.0).collect();
    assert_eq!((of_history, history.has_more), (vec![5, 2], true));
    assert_eq!((whole.rows.len(), whole.has_more), (3, false));
    let to_resume: Vec<u64> = in_progress.rows.iter().map(|state| state.title.0).collect();
    assert_eq!((to_resume, in_progress.has_more), (vec![5, 2], true));
    assert_eq!((plays.len(), states.len()), (3, 3));
}

async fn walks_are_filled_with_what_can_be_read(opened: &Opened) {
    for title in 1..=5 {
        let when = at(i64::try_from(title).unwrap() * 1000);
        let evening = play_ref(ANN, film(title), u128::from(title));
        opened.begin(evening, when).await;
    }
    for title in [1, 2] {
        opened
            .break_rows("watched_titles", ANN, TitleId(title))
            .await;
    }

    let walked = opened.store.watched_titles_after(None, 2).await.unwrap();
    let waiting = opened.waiting(2).await;
    let written = opened.store.watched_titles_since(at(0), None, 2).await;

    let keys_of = [2, 3, 404].map(|title| (ANN, TitleId(title)));
    let known = opened.store.known_watches(&keys_of).await.unwrap();

    assert_eq!(known, keys_of[..2], "it is there all the same");
    let expected = [(ANN, TitleId(3)), (ANN, TitleId(4))];
    assert_eq!(keys(&walked), expected);
    assert_eq!(keys(&waiting), expected);
    assert_eq!(keys(&written.unwrap()), expected);
}

async fn an_update_that_meets_it_fails_alone(opened: &Opened) {
    // Of one lane, so that they share transactions where that is done.
    let profiles: Vec<ProfileId> = (1..=12).map(|number| ProfileId(4 * number)).collect();
    let broken = profiles[5];
    for profile in &profiles {
        let evening = play_ref(*profile, film(1), u128::from(profile.0));
        opened.begin(evening, at(1000)).await;
    }
    opened.break_rows("plays", broken, TitleId(1)).await;

    let updates = profiles.iter().map(|profile| {
        let evening = play_ref(*profile, film(1), u128::from(profile.0));
        let change = reporting(evening, a_report(Stop, 3600.0, at(2000)));
        let touched: [Touched; 1] = [evening.into()];
        async move { opened.store.update(&touched, change).await.map(drop) }
    });
    let outcomes = join_all(updates).await;

    for (profile, outcome) in profiles.iter().zip(outcomes) {
        match outcome {
            Ok(()) => assert_ne!(*profile, broken),
            Err(WatchError::Store(error)) => assert_eq!(*profile, broken, "{error:?}"),
            Err(other) => panic!("{profile}: {other}"),
        }
    }
}

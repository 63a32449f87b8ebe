//! Reads by key: what is missing, and what is asked for twice.

use reelgraph::domain::ids::{ProfileId, TitleId};
use reelgraph::domain::watching::{NextDay, ProfileList, WatchedItem};

use super::support::*;

on_every_backend!(open on [sqlite, mongo]:
    what_does_not_exist_is_left_out,
    what_is_asked_for_twice_is_told_once,
    states_of_titles_are_those_of_films_and_episodes,
    profiles_do_not_see_each_other,
    plays_of_titles_are_all_that_there_are,
);

async fn what_does_not_exist_is_left_out(opened: &Opened) {
    opened.begin(play_ref(ANN, film(1), 1), at(0)).await;
    let store = &opened.store;

    let states = store.states(ANN, &[film(404), film(1), episode(1)]).await;
    let of_titles = store
        .states_of_titles(ANN, &[TitleId(404), TitleId(1)])
        .await;
    let watched_titles = store.watched_titles(ANN, &[TitleId(404), TitleId(1)]).await;
    let plays = store.plays(ANN, &[play_id(404), play_id(1)]).await;

    assert_eq!(states.unwrap().len(), 1);
    assert_eq!(of_titles.unwrap().len(), 1);
    assert_eq!(watched_titles.unwrap().len(), 1);
    assert_eq!(plays.unwrap().len(), 1);
    assert_eq!(store.states(ANN, &[]).await.unwrap(), []);
    assert_eq!(store.states_of_titles(ANN, &[]).await.unwrap(), []);
    assert_eq!(store.watched_titles(ANN, &[]).await.unwrap(), []);
    assert_eq!(store.plays(ANN, &[]).await.unwrap(), []);
}

async fn what_is_asked_for_twice_is_told_once(opened: &Opened) {
    opened.begin(play_ref(ANN, film(1), 1), at(0)).await;
    let store = &opened.store;

    let states = store.states(ANN, &[film(1), film(1)]).await;
    let of_titles = store.states_of_titles(ANN, &[TitleId(1), TitleId(1)]).await;
    let watched_titles = store.watched_titles(ANN, &[TitleId(1), TitleId(1)]).await;
    let plays = store.plays(ANN, &[play_id(1), play_id(1)]).await;

    assert_eq!(states.unwrap().len(), 1);
    assert_eq!(of_titles.unwrap().len(), 1);
    assert_eq!(watched_titles.unwrap().len(), 1);
    assert_eq!(plays.unwrap().len(), 1);
}

async fn states_of_titles_are_those_of_films_and_episodes(opened: &Opened) {
    let whole = WatchedItem::Series(SERIES);
    for (play, item) in [
        (1, film(1)),
        (2, film(2)),
        (3, episode(1)),
        (4, episode(2)),
        (5, whole),
    ] {
        opened.begin(play_ref(ANN, item, play), at(0)).await;
    }

    let mut states = opened
        .store
        .states_of_titles(ANN, &[TitleId(1), SERIES])
        .await
        .unwrap();

    states.sort_by_key(|state| state.item);
    let items: Vec<_> = states.iter().map(|state| state.item).collect();
    assert_eq!(items, [film(1), episode(1), episode(2)]);
    let mut one_by_one = opened.store.states(ANN, &items).await.unwrap();
    one_by_one.sort_by_key(|state| state.item);
    assert_eq!(states, one_by_one);
    let of_series = opened.store.states(ANN, &[whole]).await.unwrap();
    assert_eq!(of_series.len(), 1);
}

async fn plays_of_titles_are_all_that_there_are(opened: &Opened) {
    let whole = WatchedItem::Series(SERIES);
    let items = [film(1), film(2), episode(1), episode(1), whole];
    for (play, item) in (1..).zip(items) {
        opened.begin(play_ref(ANN, item, play), at(0)).await;
    }
    opened.begin(play_ref(BEN, film(1), 9), at(0)).await;
    let store = &opened.store;

    let titles = [TitleId(1), SERIES, TitleId(404), SERIES];
    let mut plays = store.plays_of_titles(ANN, &titles).await.unwrap();

    plays.sort_by_key(|play| play.id);
    let ids = [1, 3, 4, 5].map(play_id);
    let mut expected = store.plays(ANN, &ids).await.unwrap();
    expected.sort_by_key(|play| play.id);
    assert_eq!((plays.len(), &plays), (4, &expected));
    assert_eq!(store.plays_of_titles(ANN, &[]).await.unwrap(), []);
}

/// Both watch the same under the same names, at other times.
async fn profiles_do_not_see_each_other(opened: &Opened) {
    for (profile, when) in [(ANN, at(0)), (BEN, at(60_000))] {
        opened.begin(play_ref(profile, film(1), 1), when).await;
        opened.begin(play_ref(profile, episode(1), 2), when).await;
    }
    let store = &opened.store;
    let first = reelgraph::domain::page::Window::first(10);

    for (profile, when) in [(ANN, at(0)), (BEN, at(60_000))] {
        let plays = store
            .plays(profile, &[play_id(1), play_id(2)])
            .await
            .unwrap();
        let states = store.states(profile, &[film(1), episode(1)]).await.unwrap();
        let of_titles = store
            .states_of_titles(profile, &[TitleId(1), SERIES])
            .await
            .unwrap();
        let watched_titles = store
            .watched_titles(profile, &[TitleId(1), SERIES])
            .await
            .unwrap();
        let history = store.history(profile, None, &first).await.unwrap().rows;
        let progress = store.in_progress(profile, &first).await.unwrap().rows;
        let series = store
            .series_to_go_on_with(profile, NextDay::EVER, &first)
            .await
            .unwrap()
            .rows;

        let times: Vec<(ProfileId, _)> = plays
            .iter()
            .chain(&history)
            .map(|play| (play.profile, play.last_at))
            .chain(
                states
                    .iter()
                    .chain(&of_titles)
                    .chain(&progress)
                    .map(|state| (state.profile, state.last_played_at)),
            )
            .chain(
                watched_titles
                    .iter()
                    .chain(&series)
                    .map(|watched_title| (watched_title.profile, watched_title.last_at)),
            )
            .collect();
        assert_eq!(times, [(profile, when); 13]);
        assert_eq!(count(store, profile, ProfileList::History(None)).await, 2);
        assert_eq!(count(store, profile, ProfileList::InProgress).await, 2);
    }
}

//! Lists: their order, their pages, their counts.

use std::fmt::Debug;
use std::sync::Arc;

use reelgraph::domain::ids::{ProfileId, TitleId};
use reelgraph::domain::page::{Direction, KeyValue, Keyset, Slice, Window};
use reelgraph::domain::watching::PlaybackEvent::Stop;
use reelgraph::domain::watching::{
    Change, Lengths, NextDay, Play, ProfileList, TitleList, WatchRules, WatchState, WatchedItem,
    WatchedTitle,
};

use super::support::*;

const TODAY: NextDay = NextDay(20_000);

on_every_backend!(open on [sqlite, mongo]:
    history_has_the_latest_started_first,
    history_is_of_one_title_or_of_all,
    history_hides_plays_of_whole_series,
    in_progress_has_the_last_played_first,
    in_progress_is_what_can_be_resumed,
    series_to_go_on_with_have_the_last_played_first,
    series_to_go_on_with_are_those_that_were_played,
    series_to_go_on_with_have_something_next_on_the_day,
    series_are_set_back_for_everybody,
    what_is_set_aside_is_in_no_list_until_it_is_watched_on,
    a_page_of_nothing_is_empty,
);

async fn history_has_the_latest_started_first(opened: &Opened) {
    let high = 0xffff_ffff_ffff_4fff_bfff_ffff_ffff_ffff;
    let play_refs = [
        (high, 20_000),
        (0x10, 20_000),
        (0x0a, 20_000),
        (3, 10_000),
        (4, 30_000),
        (5, -86_400_000),
        (6, 20_001),
    ];
    for (play, when) in play_refs {
        let item = if play % 2 == 0 { film(1) } else { episode(2) };
        opened.begin(play_ref(ANN, item, play), at(when)).await;
    }

    let expected = [4, 6, 0x0a, 0x10, high, 3, 5].map(play_id);
    assert_pages(
        &expected,
        async |window| opened.store.history(ANN, None, &window).await.unwrap(),
        |play: &Play| play.id,
        |play| Keyset {
            value: KeyValue::Number(play.started_at.timestamp_millis()),
            id: KeyValue::Text(play.id.to_string()),
        },
    )
    .await;
    assert_eq!(
        count(&opened.store, ANN, ProfileList::History(None)).await,
        7
    );
}

async fn history_is_of_one_title_or_of_all(opened: &Opened) {
    for (play, item) in [
        (1, episode(1)),
        (2, film(1)),
        (3, episode(2)),
        (4, episode(1)),
    ] {
        let when = at(i64::try_from(play).unwrap() * 1000);
        opened.begin(play_ref(ANN, item, play), when).await;
    }

    assert_pages(
        &[4, 3, 1].map(play_id),
        async |window| {
            opened
                .store
                .history(ANN, Some(SERIES), &window)
                .await
                .unwrap()
        },
        |play: &Play| play.id,
        |play| Keyset {
            value: KeyValue::Number(play.started_at.timestamp_millis()),
            id: KeyValue::Text(play.id.to_string()),
        },
    )
    .await;
    let store = &opened.store;
    assert_eq!(
        count(store, ANN, ProfileList::History(Some(SERIES))).await,
        3
    );
    assert_eq!(
        count(store, ANN, ProfileList::History(Some(TitleId(404)))).await,
        0
    );
    assert_eq!(count(store, ANN, ProfileList::History(None)).await, 4);
}

async fn history_hides_plays_of_whole_series(opened: &Opened) {
    let whole = watch(ANN, WatchedItem::Series(SERIES), at(0));
    let episode = watch(ANN, episode(1), at(1000));
    opened
        .import(vec![whole.clone(), episode.clone()], at(2000))
        .await;
    let store = &opened.store;

    let all = store.history(ANN, None, &Window::first(10)).await.unwrap();
    let of_series = store
        .history(ANN, Some(SERIES), &Window::first(10))
        .await
        .unwrap();

    let found = store.plays(ANN, &[episode.play_ref().play]).await.unwrap();
    assert_eq!((all.rows, all.has_more), (found.clone(), false));
    assert_eq!((of_series.rows, of_series.has_more), (found, false));
    assert_eq!(count(store, ANN, ProfileList::History(None)).await, 1);
    assert_eq!(
        count(store, ANN, ProfileList::History(Some(SERIES))).await,
        1
    );
    let hidden = store.plays(ANN, &[whole.play_ref().play]).await.unwrap();
    assert_eq!(hidden.len(), 1);
}

async fn in_progress_has_the_last_played_first(opened: &Opened) {
    let items = [
        (film(5), 20_000),
        (episode(30), 20_000),
        (film(11), 20_000),
        (episode(2), 10_000),
        (film(1), 30_000),
        (episode(4), 20_001),
    ];
    for (play, (item, when)) in items.into_iter().enumerate() {
        opened
            .begin(play_ref(ANN, item, play as u128), at(when))
            .await;
    }

    let expected = [
        film(1),
        episode(4),
        film(5),
        film(11),
        episode(30),
        episode(2),
    ];
    assert_pages(
        &expected,
        async |window| opened.store.in_progress(ANN, &window).await.unwrap(),
        |state: &WatchState| state.item,
        |state| Keyset::by_number(state.last_played_at.timestamp_millis(), state.item.key().1),
    )
    .await;
    assert_eq!(count(&opened.store, ANN, ProfileList::InProgress).await, 6);
}

async fn in_progress_is_what_can_be_resumed(opened: &Opened) {
    let (half, hardly, whole) = (film(1), film(2), WatchedItem::Series(SERIES));
    opened.begin(play_ref(ANN, half, 1), at(0)).await;
    opened
        .report(play_ref(ANN, hardly, 2), a_report(Stop, 60.0, at(1000)))
        .await;
    opened.begin(play_ref(ANN, whole, 3), at(2000)).await;
    let done = play_ref(ANN, episode(1), 4);
    opened.begin(done, at(3000)).await;
    assert_eq!(count(&opened.store, ANN, ProfileList::InProgress).await, 2);

    opened.report(done, a_report(Stop, 3600.0, at(4000))).await;

    let listed = opened
        .store
        .in_progress(ANN, &Window::first(10))
        .await
        .unwrap();
    assert_eq!(
        listed.rows,
        opened.store.states(ANN, &[half]).await.unwrap()
    );
    assert_eq!(count(&opened.store, ANN, ProfileList::InProgress).await, 1);
}

async fn series_to_go_on_with_have_the_last_played_first(opened: &Opened) {
    let series = [
        (50, 20_000),
        (7, 20_000),
        (8, 10_000),
        (9, 30_000),
        (60, 20_000),
    ];
    for (title, when) in series {
        let mut watch = watch(ANN, episode(title), at(when));
        watch.title = TitleId(title);
        opened.import(vec![watch], at(when)).await;
    }
    let whole = WatchedItem::Series(TitleId(10));
    opened
        .import(vec![watch(ANN, whole, at(40_000))], at(0))
        .await;
    opened.begin(play_ref(ANN, film(1), 1), at(50_000)).await;

    assert_pages(
        &[10, 9, 7, 50, 60, 8].map(TitleId),
        async |window| {
            let store = &opened.store;
            let page = store.series_to_go_on_with(ANN, TODAY, &window);
            page.await.unwrap()
        },
        |watched_title: &WatchedTitle| watched_title.title,
        |watched_title| {
            Keyset::by_number(
                watched_title.last_at.timestamp_millis(),
                watched_title.title.to_i64(),
            )
        },
    )
    .await;
}

async fn series_to_go_on_with_are_those_that_were_played(opened: &Opened) {
    opened.begin(play_ref(ANN, episode(1), 1), at(0)).await;
    let rated = TitleId(7);
    opened.rate(ANN, rated, Some(true), at(1000)).await;
    let first = Window::first(10);
    let listed = opened
        .store
        .series_to_go_on_with(ANN, TODAY, &first)
        .await
        .unwrap();
    assert_eq!(listed.rows, [opened.watched_title(ANN, SERIES).await]);

    let mut watch = watch(ANN, episode(70), at(2000));
    watch.title = rated;
    opened.import(vec![watch], at(3000)).await;

    let listed = opened
        .store
        .series_to_go_on_with(ANN, TODAY, &first)
        .await
        .unwrap();
    let titles: Vec<_> = listed
        .rows
        .iter()
        .map(|watched_title| watched_title.title)
        .collect();
    assert_eq!(titles, [rated, SERIES]);
}

/// Notes from which day on there is something to watch next in series that a profile begins; `None`: never.
async fn begin_series(opened: &Opened, profile: ProfileId, days: &[(u64, Option<u32>)]) {
    for (title, day) in days {
        let mut play_ref = play_ref(
            profile,
            episode(*title),
            u128::from(profile.0 * 1000 + title),
        );
        play_ref.title = TitleId(*title);
        let day = day.map(NextDay);
        let change: Change = Arc::new(move |ledger| {
            let report = a_report(Stop, 3600.0, at(0));
            let (rules, lengths) = (WatchRules::default(), Lengths::default());
            ledger.report(&rules, &play_ref, &report, &lengths, at(0))?;
            ledger.go_on(&play_ref, day, at(0));
            let key = play_ref.title_key();
            let revision = ledger.watched_titles.get(key).unwrap().stamp.revision;
            ledger.finish_series(key, revision, at(0));
            Ok(())
        });
        opened
            .store
            .update(&[play_ref.into()], change)
            .await
            .unwrap();
    }
}

async fn going_on_with(opened: &Opened, profile: ProfileId, day: NextDay) -> Vec<u64> {
    let all = Window::first(50);
    let page = opened.store.series_to_go_on_with(profile, day, &all).await;
    let rows = page.unwrap().rows.into_iter();
    rows.map(|watched_title| watched_title.title.0).collect()
}

async fn series_to_go_on_with_have_something_next_on_the_day(opened: &Opened) {
    let tomorrow = NextDay(TODAY.0 + 1);
    let days = [
        (1, Some(0)),
        (2, Some(TODAY.0)),
        (3, Some(tomorrow.0)),
        (4, None),
        (5, Some(u32::MAX)),
    ];

    begin_series(opened, ANN, &days).await;

    assert_eq!(going_on_with(opened, ANN, TODAY).await, [1, 2]);
    assert_eq!(going_on_with(opened, ANN, tomorrow).await, [1, 2, 3]);
    for (title, day) in days {
        let found = opened.watched_title(ANN, TitleId(title)).await;
        assert_eq!(found.next_day, day.map(NextDay));
    }
}

async fn series_are_set_back_for_everybody(opened: &Opened) {
    let unsure = Some(NextDay::UNSURE.0);
    let days = [
        (1, None),
        (2, Some(u32::MAX)),
        (3, None),
        (4, Some(0)),
        (5, unsure),
    ];
    begin_series(opened, ANN, &days).await;
    begin_series(opened, BEN, &days[..3]).await;
    let before = opened.watched_title(ANN, TitleId(1)).await;
    let store = &opened.store;

    let news = [1, 2, 4, 5, 404].map(TitleId);
    store.set_back_next_day(&news).await.unwrap();

    let not_sure = opened.watched_title(ANN, TitleId(5)).await;
    assert_eq!(not_sure.next_day, Some(NextDay::EVER));
    assert_eq!(going_on_with(opened, ANN, TODAY).await, [1, 2, 4, 5]);
    assert_eq!(going_on_with(opened, BEN, TODAY).await, [1, 2]);
    let expected = WatchedTitle {
        next_day: Some(NextDay::EVER),
        ..before
    };
    assert_eq!(opened.watched_title(ANN, TitleId(1)).await, expected);
}

async fn what_is_set_aside_is_in_no_list_until_it_is_watched_on(opened: &Opened) {
    let first = Window::first(9);
    let progress = async || {
        let page = opened.store.in_progress(ANN, &first).await.unwrap();
        let rows = count(&opened.store, ANN, ProfileList::InProgress).await;
        assert_eq!(page.rows.len() as u64, rows);
        page.rows
            .into_iter()
            .map(|state| state.item)
            .collect::<Vec<_>>()
    };
    let set_aside = async |item: WatchedItem, is_aside: bool| {
        let place = play_ref(ANN, item, 0);
        let change: Change = Arc::new(move |ledger| {
            ledger.set_aside(ANN, (item, place.title), is_aside, at(50));
            ledger.set_series_aside((ANN, place.title), is_aside, at(50));
            Ok(())
        });
        opened.store.update(&[place.into()], change).await.unwrap();
    };
    for (play, item) in [(1, film(1)), (2, episode(2)), (3, film(3))] {
        opened.begin(play_ref(ANN, item, play), at(10)).await;
        opened.begin(play_ref(BEN, item, play), at(10)).await;
    }
    set_aside(film(1), true).await;
    set_aside(episode(2), true).await;
    set_aside(film(3), true).await;
    set_aside(film(3), false).await;

    assert_eq!(progress().await, [film(3)]);
    assert_eq!(going_on_with(opened, ANN, TODAY).await, [0_u64; 0]);
    assert_eq!(going_on_with(opened, BEN, TODAY).await, [SERIES.0]);
    // Where to resume is still known, and a report that comes once more changes nothing.
    let states = opened.store.states(ANN, &[film(1)]).await.unwrap();
    assert_eq!((states[0].position, states[0].is_aside), (1800.0, true));
    opened.begin(play_ref(ANN, film(1), 1), at(10)).await;
    assert_eq!(progress().await, [film(3)]);

    opened.begin(play_ref(ANN, film(1), 5), at(100)).await;
    opened.begin(play_ref(ANN, episode(2), 4), at(99)).await;

    assert_eq!(progress().await, [film(1), episode(2), film(3)]);
    assert_eq!(going_on_with(opened, ANN, TODAY).await, [SERIES.0]);
}

async fn a_page_of_nothing_is_empty(opened: &Opened) {
    let store = &opened.store;
    for direction in [Direction::Forward, Direction::Backward] {
        let window = Window {
            limit: 5,
            start: None,
            direction,
        };

        let history = store.history(ANN, None, &window).await.unwrap();
        let progress = store.in_progress(ANN, &window).await.unwrap();
        let series = store
            .series_to_go_on_with(ANN, TODAY, &window)
            .await
            .unwrap();

        assert_eq!((history.rows, history.has_more), (vec![], false));
        assert_eq!((progress.rows, progress.has_more), (vec![], false));
        assert_eq!((series.rows, series.has_more), (vec![], false));
        for list in [TitleList::Hidden, TitleList::Watchlist] {
            let listed = store.listed_titles(ANN, list, &window).await.unwrap();
            assert_eq!((listed.rows, listed.has_more), (vec![], false));
        }
    }
    assert_eq!(count(store, ANN, ProfileList::History(None)).await, 0);
    assert_eq!(count(store, ANN, ProfileList::InProgress).await, 0);
    for list in [TitleList::Hidden, TitleList::Watchlist] {
        assert_eq!(count(store, ANN, ProfileList::Titles(list)).await, 0);
    }
}

/// Walks through a list in pages of every size, both ways, and finds the same rows each time.
pub(super) async fn assert_pages<T, K: PartialEq + Debug + Clone>(
    expected: &[K],
    page: impl AsyncFn(Window) -> Slice<T>,
    key: impl Fn(&T) -> K,
    keyset: impl Fn(&T) -> Keyset,
) {
    for limit in 1..=expected.len() + 1 {
        for direction in [Direction::Forward, Direction::Backward] {
            let mut walked: Vec<K> = Vec::new();
            let mut start = None;
            loop {
                let slice = page(Window {
                    limit,
                    start: start.take(),
                    direction,
                })
                .await;
                let keys: Vec<K> = slice.rows.iter().map(&key).collect();
                assert!(keys.len() <= limit);
                let edge = match direction {
                    Direction::Forward => {
                        walked.extend(keys);
                        slice.rows.last()
                    }
                    Direction::Backward => {
                        walked.splice(0..0, keys);
                        slice.rows.first()
                    }
                };
                assert_eq!(slice.has_more, walked.len() < expected.len());
                if !slice.has_more {
                    break;
                }
                start = edge.map(&keyset);
            }
            assert_eq!(walked, expected, "pages of {limit}, {direction:?}");
        }
    }
}

//! Forgetting a profile: all of it, for good, and each of its titles keeps a viewer.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use reelgraph::domain::ids::{ProfileId, TitleId};
use reelgraph::domain::page::Window;
use reelgraph::domain::watching::PlaybackEvent::{Progress, Start, Stop};
use reelgraph::domain::watching::{ImportedWatch, PlayRef, WatchError, WatchedItem};

use super::support::*;

on_every_backend!(open on [sqlite, mongo]:
    nothing_is_left_of_an_erased_profile,
    nothing_is_recorded_of_an_erased_profile_any_more,
    an_update_of_others_at_the_same_time_is_made,
    a_profile_that_never_watched_can_be_erased,
    each_title_of_an_erased_profile_keeps_a_watcher,
    a_number_of_departed_watchers_waits_until_it_is_projected,
    erased_by_several_at_once_a_profile_is_counted_once,
    an_erasure_that_was_broken_off_goes_on,
    reports_on_their_way_bring_nothing_back,
    a_profile_whose_tombstone_comes_from_elsewhere_is_refused_and_can_be_erased,
);

/// More titles than go in one transaction.
const MANY: u64 = 2300;

async fn a_profile_whose_tombstone_comes_from_elsewhere_is_refused_and_can_be_erased(
    opened: &Opened,
) {
    let (store, later) = (&opened.store, at(9));
    opened.begin(play_ref(ANN, film(1), 1), at(1)).await;
    store.erase_profile(BEN).await.unwrap();
    let tombstones = [ANN.tombstone(), BEN.tombstone()];

    store.put_tombstones(&tombstones).await.unwrap();
    store.put_tombstones(&[]).await.unwrap();

    let asked = [BEN, ProfileId(3), ANN];
    assert_eq!(store.erased(&asked).await.unwrap(), [BEN, ANN]);
    let mut expected = tombstones.to_vec();
    expected.sort();
    let first = store.tombstones_after(None, 1).await.unwrap();
    let rest = store.tombstones_after(first.last().cloned(), 9).await;
    assert_eq!([first, rest.unwrap()].concat(), expected);
    let beginning = (chrono::DateTime::UNIX_EPOCH, String::new());
    let first = store.tombstones_since(beginning, 1).await.unwrap();
    let rest = store.tombstones_since(first[0].clone(), 9).await.unwrap();
    assert!(first[0] < rest[0], "{first:?}, {rest:?}");
    let mut put = [first[0].1.clone(), rest[0].1.clone()];
    put.sort();
    assert_eq!((rest.len(), put.to_vec()), (1, expected));
    let none = store.tombstones_since(rest[0].clone(), 9).await.unwrap();
    assert_eq!(none, []);
    let new = try_import(&**store, vec![watch(ANN, film(2), later)], later).await;
    assert!(matches!(new, Err(WatchError::ProfileErased)), "{new:?}");
    store.erase_profile(ANN).await.unwrap();
    let left = store.watched_titles(ANN, &[TitleId(1)]).await.unwrap();
    assert_eq!(left, []);
    let departed = store.departed_watchers(&[TitleId(1)]).await.unwrap();
    assert_eq!(departed, [1]);
}

async fn nothing_is_left_of_an_erased_profile(opened: &Opened) {
    for profile in [ANN, BEN] {
        opened.begin(play_ref(profile, film(1), 1), at(1)).await;
        opened.begin(play_ref(profile, episode(2), 2), at(2)).await;
        opened.begin(play_ref(profile, film(1), 3), at(3)).await;
        let series = ImportedWatch {
            liked: Some(true),
            ..watch(profile, WatchedItem::Series(TitleId(5)), at(4))
        };
        opened.import(vec![series], at(5)).await;
    }
    let before = everything(opened, BEN).await;

    opened.store.erase_profile(ANN).await.unwrap();

    assert_eq!(everything(opened, ANN).await, Found::default());
    assert_eq!(everything(opened, BEN).await, before);
    assert_eq!(before.plays.len(), 4);
    let walked = opened.store.watched_titles_after(None, 10).await.unwrap();
    let waiting = opened.waiting(10).await;
    assert!(
        walked
            .iter()
            .chain(&waiting)
            .all(|watched_title| watched_title.profile == BEN)
    );
    assert_eq!((walked.len(), waiting.len()), (3, 3));
}

async fn nothing_is_recorded_of_an_erased_profile_any_more(opened: &Opened) {
    let (known, new) = (play_ref(ANN, film(1), 1), play_ref(ANN, episode(9), 9));
    opened.begin(known, at(1)).await;

    opened.store.erase_profile(ANN).await.unwrap();

    for store in std::iter::once(&opened.store).chain(&opened.others) {
        for play_ref in [known, new] {
            let report = a_report(Start, 0.0, at(2));
            let refused = store
                .update(&[play_ref.into()], reporting(play_ref, report))
                .await;
            assert!(
                matches!(refused, Err(WatchError::ProfileErased)),
                "{refused:?}"
            );
        }
    }
    let both = vec![watch(BEN, film(1), at(3)), watch(ANN, film(1), at(3))];
    let refused = try_import(&*opened.store, both, at(3)).await;
    assert!(matches!(refused, Err(WatchError::ProfileErased)));
    for profile in [ANN, BEN] {
        assert_eq!(everything(opened, profile).await, Found::default());
    }
}

/// Profiles 2, 6, 10, … share what profile 2 has to wait for.
async fn an_update_of_others_at_the_same_time_is_made(opened: &Opened) {
    let gone = ProfileId(6);
    opened.begin(play_ref(gone, film(1), 1), at(1)).await;
    opened.store.erase_profile(gone).await.unwrap();

    let updates = (0..40).map(|number: u64| async move {
        let profile = if number.is_multiple_of(2) { BEN } else { gone };
        let play_ref = play_ref(profile, film(number), u128::from(number));
        let change = reporting(play_ref, a_report(Progress, 1800.0, at(2)));
        opened
            .store
            .update(&[play_ref.into()], change)
            .await
            .is_ok()
    });
    let made = futures::future::join_all(updates).await;

    assert!(
        made.iter()
            .zip(0..)
            .all(|(made, number)| *made == (number % 2 == 0))
    );
    assert_eq!(everything(opened, BEN).await.plays.len(), 20);
    assert_eq!(everything(opened, gone).await, Found::default());
}

async fn a_profile_that_never_watched_can_be_erased(opened: &Opened) {
    opened.store.erase_profile(ANN).await.unwrap();

    let play_ref = play_ref(ANN, film(1), 1);
    let change = reporting(play_ref, a_report(Start, 0.0, at(2)));
    let refused = opened.store.update(&[play_ref.into()], change).await;
    assert!(matches!(refused, Err(WatchError::ProfileErased)));
    assert_eq!(departed(opened, &[1]).await, [0]);
}

async fn each_title_of_an_erased_profile_keeps_a_watcher(opened: &Opened) {
    for (profile, title) in [(ANN, 1), (ANN, 2), (BEN, 2), (BEN, 3)] {
        opened
            .begin(play_ref(profile, film(title), title.into()), at(1))
            .await;
    }
    assert_eq!(departed(opened, &[3, 1, 2, 4, 1]).await, [0, 0, 0, 0, 0]);

    opened.store.erase_profile(ANN).await.unwrap();
    assert_eq!(departed(opened, &[3, 1, 2, 4, 1]).await, [0, 1, 1, 0, 1]);

    opened.store.erase_profile(ANN).await.unwrap();
    opened.store.erase_profile(BEN).await.unwrap();
    assert_eq!(departed(opened, &[3, 1, 2, 4, 1]).await, [1, 1, 2, 0, 1]);
    assert_eq!(departed(opened, &[]).await, Vec::<u64>::new());
}

async fn a_number_of_departed_watchers_waits_until_it_is_projected(opened: &Opened) {
    for (profile, title) in [(ANN, 1), (ANN, 2), (BEN, 2), (ANN, 3)] {
        opened
            .begin(play_ref(profile, film(title), title.into()), at(1))
            .await;
    }
    opened.store.erase_profile(ANN).await.unwrap();
    let seen = waiting(opened, 10).await;
    assert_eq!(seen, [(1, 1), (2, 1), (3, 1)]);
    assert_eq!(waiting(opened, 2).await, seen[..2]);

    // One of them grows before it is projected.
    opened.store.erase_profile(BEN).await.unwrap();
    let marks = [(TitleId(1), 1), (TitleId(2), 1), (TitleId(404), 1)];
    opened
        .store
        .mark_departures_projected(&marks)
        .await
        .unwrap();
    opened.store.mark_departures_projected(&[]).await.unwrap();

    assert_eq!(waiting(opened, 10).await, [(2, 2), (3, 1)]);
    assert_eq!(departed(opened, &[1, 2, 3]).await, [1, 2, 1]);
}

async fn erased_by_several_at_once_a_profile_is_counted_once(opened: &Opened) {
    let titles: Vec<u64> = (1..=MANY).collect();
    let watches = titles.iter().map(|title| watch(ANN, film(*title), at(1)));
    opened.import(watches.collect(), at(2)).await;

    let stores = std::iter::once(&opened.store).chain(&opened.others);
    let erasures = stores.map(|store| persistently(store, ANN));
    futures::future::join_all(erasures).await;

    assert_eq!(everything(opened, ANN).await, Found::default());
    assert_eq!(departed(opened, &titles).await, vec![1; titles.len()]);
}

async fn an_erasure_that_was_broken_off_goes_on(opened: &Opened) {
    let titles: Vec<u64> = (1..=MANY).collect();
    let watches = titles.iter().map(|title| watch(ANN, film(*title), at(1)));
    opened.import(watches.collect(), at(2)).await;

    // Broken off at any point: a step that has begun goes on alone or is undone.
    for milliseconds in [0, 1, 3, 10, 30, 100] {
        let limit = std::time::Duration::from_millis(milliseconds);
        drop(tokio::time::timeout(limit, opened.others[0].erase_profile(ANN)).await);
    }
    opened.store.erase_profile(ANN).await.unwrap();

    assert_eq!(everything(opened, ANN).await, Found::default());
    assert_eq!(departed(opened, &titles).await, vec![1; titles.len()]);
}

async fn reports_on_their_way_bring_nothing_back(opened: &Opened) {
    const TITLES: u64 = 60;
    for title in 1..=10 {
        opened
            .begin(play_ref(ANN, film(title), title.into()), at(1))
            .await;
    }

    // Plays of known titles and of new ones, until they are refused.
    let recorded = Arc::new(AtomicU64::new(0));
    let players = opened.others.iter().zip(0..).map(|(store, player)| {
        let (store, recorded) = (Arc::clone(store), Arc::clone(&recorded));
        tokio::spawn(async move {
            for round in 0_u64.. {
                let title = 1 + (round * 7 + player) % TITLES;
                let play = u128::from((player + 1) * 1_000_000 + round);
                let play_ref: PlayRef = play_ref(ANN, film(title), play);
                let report = a_report(Stop, 3600.0, at(2));
                match store
                    .update(&[play_ref.into()], reporting(play_ref, report))
                    .await
                {
                    Ok(_) => drop(recorded.fetch_add(1, Ordering::SeqCst)),
                    Err(WatchError::ProfileErased) => break,
                    Err(WatchError::Store(_)) => {}
                    Err(error) => panic!("{error}"),
                }
            }
        })
    });
    let players: Vec<_> = players.collect();
    while recorded.load(Ordering::SeqCst) == 0 {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    persistently(&opened.store, ANN).await;
    for player in players {
        player.await.unwrap();
    }

    assert_eq!(everything(opened, ANN).await, Found::default());
    let titles: Vec<u64> = (1..=TITLES).collect();
    let departed = departed(opened, &titles).await;
    assert!(
        departed.iter().all(|watchers| *watchers <= 1),
        "{departed:?}"
    );
    assert_eq!(departed[..10], [1; 10]);
}

/// Erases a profile, again whenever others are in the way.
async fn persistently(store: &Arc<dyn Watching>, profile: ProfileId) {
    while let Err(error) = store.erase_profile(profile).await {
        assert!(
            matches!(error, reelgraph::domain::error::StoreError::Unavailable(_)),
            "{error:?}"
        );
    }
}

/// What can be read of a profile: the names of its plays, the items of its states, the titles of its watched titles.
#[derive(Debug, Default, PartialEq)]
struct Found {
    plays: Vec<u128>,
    states: Vec<WatchedItem>,
    titles: Vec<TitleId>,
}

async fn everything(opened: &Opened, profile: ProfileId) -> Found {
    let store = &opened.store;
    let mut plays = store
        .history(profile, None, &Window::first(100))
        .await
        .unwrap()
        .rows;
    let series = watch(profile, WatchedItem::Series(TitleId(5)), at(4)).play_ref();
    plays.extend(store.plays(profile, &[series.play]).await.unwrap());
    let mut items: Vec<WatchedItem> = (0..100).flat_map(|id| [film(id), episode(id)]).collect();
    items.push(series.item);
    let titles: Vec<TitleId> = (0..=MANY).map(TitleId).chain([SERIES]).collect();
    let mut found = Found {
        plays: plays.iter().map(|play| play.id.0.as_u128()).collect(),
        states: store
            .states(profile, &items)
            .await
            .unwrap()
            .iter()
            .map(|state| state.item)
            .collect(),
        titles: store
            .watched_titles(profile, &titles)
            .await
            .unwrap()
            .iter()
            .map(|watched_title| watched_title.title)
            .collect(),
    };
    found.plays.sort_unstable();
    found.states.sort_unstable();
    found.titles.sort_unstable();
    found
}

async fn departed(opened: &Opened, titles: &[u64]) -> Vec<u64> {
    let titles: Vec<TitleId> = titles.iter().copied().map(TitleId).collect();
    opened.store.departed_watchers(&titles).await.unwrap()
}

async fn waiting(opened: &Opened, limit: usize) -> Vec<(u64, u64)> {
    let waiting = opened.store.unprojected_departures(limit).await.unwrap();
    waiting
        .into_iter()
        .map(|(title, watchers)| (title.0, watchers))
        .collect()
}

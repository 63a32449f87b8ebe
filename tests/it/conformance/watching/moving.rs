//! What profiles have of a title that was merged into another.

use std::sync::Arc;

use reelgraph::domain::ids::{ProfileId, RunId, TitleId};
use reelgraph::domain::watching::{
    Cause, Change, Ledger, Moving, PlayRef, TitleList, Touched, WatchRules, WatchedItem,
};
use uuid::Uuid;

use super::support::*;

const CAT: ProfileId = ProfileId(3);
const FROM: TitleId = TitleId(1);
const INTO: TitleId = TitleId(2);

on_every_backend!(open on [sqlite, mongo]:
    what_moved_is_noted_and_comes_back,
    profiles_are_found_by_what_they_watched_and_listed,
    a_series_moves_with_its_episodes_and_comes_back,
);

/// Changes all that Ann has of both films.
async fn change(opened: &Opened, change: fn(&mut Ledger, &WatchRules, &Moving)) -> Ledger {
    let whole = [FROM, INTO].map(|title| Touched::WholeTitle(ANN, title));
    let change: Change = Arc::new(move |ledger| {
        let moving = Moving::film(RunId(Uuid::from_u128(9)), FROM, INTO);
        change(ledger, &WatchRules::default(), &moving);
        Ok(())
    });
    opened.store.update(&whole, change).await.unwrap()
}

async fn what_moved_is_noted_and_comes_back(opened: &Opened) {
    opened.begin(play_ref(ANN, film(1), 1), at(1000)).await;
    opened.begin(play_ref(ANN, film(2), 2), at(2000)).await;
    opened.rate(ANN, FROM, Some(true), at(3000)).await;

    change(opened, |ledger, rules, moving| {
        ledger.move_title(rules, ANN, moving, at(4000));
    })
    .await;

    let (from, into) = (
        opened.watched_title(ANN, FROM).await,
        opened.watched_title(ANN, INTO).await,
    );
    assert!(from.moved.is_some() && into.moved.is_none());
    assert_eq!((from.plays, from.liked), (0, None));
    assert_eq!((into.plays, into.liked), (2, Some(true)));
    let plays = opened.store.plays_of_titles(ANN, &[INTO]).await.unwrap();
    assert!(plays.len() == 2 && plays.iter().all(|play| play.item == film(2)));
    let states = opened.store.states(ANN, &[film(1), film(2)]).await.unwrap();
    assert!(matches!(states.as_slice(), [only] if only.plays == 2));

    change(opened, |ledger, rules, moving| {
        ledger.move_back(rules, ANN, moving, at(5000));
    })
    .await;

    let (from, into) = (
        opened.watched_title(ANN, FROM).await,
        opened.watched_title(ANN, INTO).await,
    );
    assert_eq!((from.plays, from.liked, from.moved), (1, Some(true), None));
    assert_eq!((into.plays, into.liked, into.moved), (1, None, None));
}

async fn profiles_are_found_by_what_they_watched_and_listed(opened: &Opened) {
    opened.begin(play_ref(ANN, film(1), 1), at(1000)).await;
    opened.begin(play_ref(ANN, film(2), 2), at(1000)).await;
    for (list, profile) in [
        (TitleList::Watchlist, ANN),
        (TitleList::Watchlist, CAT),
        (TitleList::Hidden, BEN),
    ] {
        let row = listed(profile, 1, at(1000));
        opened.store.list_title(list, &row, 10).await.unwrap();
    }
    let found = async |title, after, limit| {
        let found = opened.store.profiles_with(title, after, limit).await;
        found.unwrap()
    };

    assert_eq!(found(FROM, None, 10).await, [ANN, BEN, CAT]);
    assert_eq!(found(FROM, None, 2).await, [ANN, BEN]);
    assert_eq!(found(FROM, Some(ANN), 10).await, [BEN, CAT]);
    assert_eq!(found(INTO, None, 10).await, [ANN]);
    assert_eq!(found(TitleId(3), None, 10).await, []);
}

/// A change of the log, as whoever folds it makes it.
async fn fold(opened: &Opened, cause: Cause) {
    let touched = cause.touched(ANN);
    let change: Change =
        Arc::new(move |ledger| cause.apply(&WatchRules::default(), ANN, ledger, at(9000)));
    opened.store.update(&touched, change).await.unwrap();
}

async fn a_series_moves_with_its_episodes_and_comes_back(opened: &Opened) {
    const OTHER: TitleId = TitleId(901);
    let (merged, moved, counterpart) = (episode(1), episode(2), episode(11));
    let wholes = [SERIES, OTHER].map(WatchedItem::Series);
    opened.begin(play_ref(ANN, merged, 1), at(1000)).await;
    opened.begin(play_ref(ANN, moved, 2), at(2000)).await;
    let of_other = PlayRef {
        title: OTHER,
        ..play_ref(ANN, counterpart, 3)
    };
    opened.begin(of_other, at(3000)).await;
    let whole = watch(ANN, wholes[0], at(4000));
    opened.import(vec![whole], at(4000)).await;
    let moving = |items: &[(WatchedItem, WatchedItem)]| Moving {
        merge: RunId(Uuid::from_u128(9)),
        from: SERIES,
        into: OTHER,
        items: [&[(wholes[0], wholes[1])][..], items].concat(),
    };
    let all = [merged, moved, counterpart, wholes[0], wholes[1]];
    let stands = async || {
        let states = opened.store.states(ANN, &all).await.unwrap();
        let states = states.iter().map(|it| (it.item, it.title, it.plays));
        let mut states: Vec<(WatchedItem, TitleId, u32)> = states.collect();
        states.sort_unstable();
        let mut plays = Vec::new();
        for title in [SERIES, OTHER] {
            plays.push(opened.watched_title(ANN, title).await.plays);
        }
        (states, plays)
    };
    let before = stands().await;
    let expected = vec![
        (merged, SERIES, 1),
        (moved, SERIES, 1),
        (counterpart, OTHER, 1),
        (wholes[0], SERIES, 1),
    ];
    assert_eq!(before, (expected, vec![3, 1]));

    let there = moving(&[(merged, counterpart), (moved, moved)]);
    fold(opened, Cause::Move { moving: there }).await;

    let expected = vec![
        (moved, OTHER, 1),
        (counterpart, OTHER, 2),
        (wholes[1], OTHER, 1),
    ];
    assert_eq!(stands().await, (expected, vec![0, 4]));
    let plays = opened.store.plays_of_titles(ANN, &[OTHER]).await.unwrap();
    let mut items: Vec<WatchedItem> = plays.iter().map(|play| play.item).collect();
    items.sort_unstable();
    assert_eq!(items, [moved, counterpart, counterpart, wholes[1]]);

    let back = moving(&[(moved, moved)]);
    fold(opened, Cause::MoveBack { moving: back }).await;

    assert_eq!(stands().await, before);
}

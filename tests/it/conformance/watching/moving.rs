//! What profiles have of a title that was merged into another.

use std::sync::Arc;

use reelgraph::domain::ids::{ProfileId, RunId, TitleId};
use reelgraph::domain::watching::{Change, Ledger, Moving, TitleList, Touched, WatchRules};
use uuid::Uuid;

use super::support::*;

const CAT: ProfileId = ProfileId(3);
const FROM: TitleId = TitleId(1);
const INTO: TitleId = TitleId(2);

on_every_backend!(open on [sqlite, mongo]:
    what_moved_is_noted_and_comes_back,
    profiles_are_found_by_what_they_watched_and_listed,
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

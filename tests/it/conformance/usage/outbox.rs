//! What is folded of the watch log waits to be counted, if and only if it is folded.

use std::sync::Arc;

use futures::future::join_all;
use reelgraph::domain::ids::{PlayId, ProfileId, TitleId};
use reelgraph::domain::watching::{
    Change, FoldStep, PlayRef, Touched, Viewing, WatchError, WatchedItem,
};
use uuid::Uuid;

use super::support::*;

on_every_backend!(open on [sqlite, mongo]:
    what_is_folded_waits_once_however_often_it_is_tried,
    what_many_profiles_watch_waits_whole,
    a_long_fold_waits_in_order,
    what_is_no_fold_or_fails_leaves_nothing,
);

fn play(profile: u64) -> PlayRef {
    PlayRef {
        profile: ProfileId(profile),
        play: PlayId(Uuid::from_u128(1)),
        item: WatchedItem::Film(TitleId(1)),
        title: TitleId(1),
    }
}

fn step(profile: u64, from: u64) -> FoldStep {
    FoldStep {
        profile: ProfileId(profile),
        from,
        to: from + 1,
        deletes: 0,
    }
}

/// What a fold does that finds these.
fn finding(viewings: Vec<Viewing>) -> Change {
    Arc::new(move |ledger| {
        ledger.viewings.extend_from_slice(&viewings);
        Ok(())
    })
}

async fn viewings(opened: &Opened) -> Vec<Viewing> {
    let batches = opened.waiting().await;
    assert!(batches.iter().all(|batch| !batch.viewings.is_empty()));
    batches
        .into_iter()
        .flat_map(|batch| batch.viewings)
        .collect()
}

async fn what_is_folded_waits_once_however_often_it_is_tried(opened: &Opened) {
    let touched: &[Touched] = &[play(1).into()];
    let tries = (0..8).map(|_| {
        let change = finding(vec![viewing(1, 1, 0), viewing(1, 2, 0)]);
        opened.watching.fold(step(1, 0), touched, change)
    });

    let folded = join_all(tries).await;

    assert_eq!(folded.iter().filter(|fold| fold.is_ok()).count(), 1);
    assert_eq!(viewings(opened).await, [viewing(1, 1, 0), viewing(1, 2, 0)]);
}

async fn what_many_profiles_watch_waits_whole(opened: &Opened) {
    let folds = (1..=60).map(|profile| async move {
        for from in 0..3 {
            let second = i64::try_from(from).unwrap();
            let found = finding(vec![viewing(profile, 1, second)]);
            let touched: [Touched; 1] = [play(profile).into()];
            let fold = opened.watching.fold(step(profile, from), &touched, found);
            fold.await.unwrap();
        }
    });

    join_all(folds).await;

    let found = viewings(opened).await;
    for profile in 1..=60 {
        let own = found
            .iter()
            .filter(|it| it.sitting == sitting_id(profile, 1));
        let own: Vec<Viewing> = own.cloned().collect();
        assert_eq!(own, [0, 1, 2].map(|second| viewing(profile, 1, second)));
    }
    assert_eq!(found.len(), 180);
}

async fn a_long_fold_waits_in_order(opened: &Opened) {
    let long: Vec<Viewing> = (0..2500).map(|second| viewing(1, 1, second)).collect();

    let (touched, found) = ([play(1).into()], finding(long.clone()));
    let folded = opened.watching.fold(step(1, 0), &touched, found);
    folded.await.unwrap();

    assert_eq!(viewings(opened).await, long);
    let batches = opened.waiting().await;
    assert!(batches.iter().all(|batch| batch.viewings.len() <= 1000));
}

async fn what_is_no_fold_or_fails_leaves_nothing(opened: &Opened) {
    let touched: &[Touched] = &[play(1).into()];
    let found = || finding(vec![viewing(1, 1, 0)]);
    let failing: Change = Arc::new(|ledger| {
        ledger.viewings.push(viewing(1, 1, 0));
        Err(WatchError::PlayOfAnotherItem)
    });
    let watching = &opened.watching;

    watching.update(touched, found()).await.unwrap();
    watching
        .fold(step(1, 0), touched, failing)
        .await
        .unwrap_err();
    watching
        .fold(step(1, 7), touched, found())
        .await
        .unwrap_err();
    let nothing = watching.fold(step(1, 0), touched, finding(Vec::new()));
    nothing.await.unwrap();

    assert_eq!(opened.waiting().await, []);
}

//! Folding, and reading what it goes by: what a title that was never watched spares looking for is missed nowhere.

use futures::future::join;
use reelgraph::domain::ids::TitleId;
use reelgraph::domain::watching::PlaybackEvent::Progress;
use reelgraph::domain::watching::{
    FoldStep, ImportedWatch, Ledger, PlayRef, Report, Touched, WatchError, WatchedItem,
};

use super::support::*;

on_every_backend!(open on [sqlite, mongo]:
    a_play_is_known_by_its_name_whatever_title_it_is_said_of,
    titles_that_are_known_and_such_that_are_new_are_folded_together,
    of_many_rows_the_same_is_read_as_of_few,
);

/// Folds a report, which is the entry after this one.
async fn fold(
    opened: &Opened,
    from: u64,
    play: PlayRef,
    report: Report,
) -> Result<Ledger, WatchError> {
    let step = FoldStep {
        profile: play.profile,
        from,
        to: from + 1,
        deletes: 0,
    };
    let touched = [Touched::PlayOfUnknownLength(play)];
    let store = &opened.store;
    store.fold(step, &touched, reporting(play, report)).await
}

async fn a_play_is_known_by_its_name_whatever_title_it_is_said_of(opened: &Opened) {
    let [first, other] = [1, 2].map(|id| play_ref(ANN, film(id), 1));
    let report = a_report(Progress, 1800.0, at(0));
    fold(opened, 0, first, report).await.unwrap();

    let met = fold(opened, 1, other, report).await;

    assert!(matches!(met, Err(WatchError::PlayOfAnotherItem)), "{met:?}");
    assert_eq!(opened.store.tails(&[ANN]).await.unwrap()[0].folded, 1);
    let found = opened.store.watched_titles(ANN, &[TitleId(1), TitleId(2)]);
    let found: Vec<TitleId> = found.await.unwrap().iter().map(|one| one.title).collect();
    assert_eq!(found, [TitleId(1)]);
    let play = opened.store.plays(ANN, &[first.play]).await.unwrap();
    assert_eq!(play[0].item, film(1));
}

async fn titles_that_are_known_and_such_that_are_new_are_folded_together(opened: &Opened) {
    let report = |minute: i64| a_report(Progress, 1800.0, at(minute * 60_000));
    let first = play_ref(ANN, film(1), 1);
    fold(opened, 0, first, report(0)).await.unwrap();
    let (again, new) = (play_ref(ANN, film(1), 2), play_ref(BEN, film(3), 3));

    let (of_ann, of_ben) = join(
        fold(opened, 1, again, report(1)),
        fold(opened, 0, new, report(2)),
    )
    .await;

    of_ann.unwrap();
    of_ben.unwrap();
    for (profile, title, plays) in [(ANN, 1, 2), (BEN, 3, 1)] {
        let states = opened.store.states(profile, &[film(title)]).await.unwrap();
        let title = opened.watched_title(profile, TitleId(title)).await;
        assert_eq!((states[0].plays, title.plays), (plays, plays));
    }
}

async fn of_many_rows_the_same_is_read_as_of_few(opened: &Opened) {
    let watches: Vec<ImportedWatch> = (1..=150).map(|id| watch(ANN, film(id), at(0))).collect();
    opened.import(watches[..75].to_vec(), at(1)).await;
    let touched = watches.iter().map(|watch| Touched::from(watch.play_ref()));
    let touched: Vec<Touched> = touched.collect();

    let many = opened.store.rows(&touched).await.unwrap();

    for few in touched.chunks(10) {
        assert_eq!(opened.store.rows(few).await.unwrap(), many.part(few));
    }
    let is_known = |item: &WatchedItem| many.states.get((ANN, *item)).is_some();
    let known = watches.iter().map(|watch| watch.item).filter(is_known);
    assert_eq!(known.count(), 75);
}

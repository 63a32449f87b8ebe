//! The mark of titles that wait for projection.

use reelgraph::domain::ids::TitleId;

use super::backend::{Opened, open};
use super::samples::{by_id, film, put_titles, revised};

on_every_backend!(open on [sqlite, mongo]:
    written_titles_wait_for_projection_the_longest_first,
    a_title_that_is_written_again_keeps_its_place_among_the_waiting,
    the_mark_is_taken_from_what_is_still_the_same,
    watchers_do_not_wait_for_projection,
    titles_can_be_made_to_wait_behind_all_that_is_written,
    all_titles_can_be_made_to_wait_in_portions,
);

async fn written_titles_wait_for_projection_the_longest_first(store: &Opened) {
    put_titles(store, [film(2)]).await.unwrap();
    put_titles(store, [film(3), film(1)]).await.unwrap();

    assert_eq!(
        store.source().unprojected_titles(2).await.unwrap(),
        [film(2), film(3)]
    );
    assert_eq!(
        store.source().unprojected_titles(9).await.unwrap(),
        [film(2), film(3), film(1)]
    );
    assert_eq!(store.source().unprojected_titles(0).await.unwrap(), []);
}

async fn a_title_that_is_written_again_keeps_its_place_among_the_waiting(store: &Opened) {
    put_titles(store, [film(1)]).await.unwrap();
    put_titles(store, [film(2)]).await.unwrap();
    let next = revised(&film(1), |_| ());

    put_titles(store, [next.clone()]).await.unwrap();

    assert_eq!(
        store.source().unprojected_titles(9).await.unwrap(),
        [next, film(2)]
    );
}

async fn the_mark_is_taken_from_what_is_still_the_same(store: &Opened) {
    put_titles(store, [film(1), film(2), film(3)])
        .await
        .unwrap();
    let next = revised(&film(1), |_| ());
    put_titles(store, [next.clone()]).await.unwrap();

    let projected = [(TitleId(1), 1), (TitleId(404), 1), (TitleId(2), 1)];
    store
        .source()
        .mark_titles_projected(&projected)
        .await
        .unwrap();

    assert_eq!(
        store.source().unprojected_titles(9).await.unwrap(),
        [next.clone(), film(3)]
    );

    let again = revised(&film(2), |_| ());
    put_titles(store, [again.clone()]).await.unwrap();
    store
        .source()
        .mark_titles_projected(&[(TitleId(1), 2)])
        .await
        .unwrap();

    assert_eq!(
        store.source().unprojected_titles(9).await.unwrap(),
        [film(3), again.clone()]
    );
    let all = store.source().titles_after(None, 9).await.unwrap();
    assert_eq!(by_id(all), [next, again, film(3)]);
}

async fn watchers_do_not_wait_for_projection(store: &Opened) {
    put_titles(store, [film(1)]).await.unwrap();
    store
        .source()
        .mark_titles_projected(&[(TitleId(1), 1)])
        .await
        .unwrap();

    store.put_watchers(1, &[(TitleId(1), 5)]).await.unwrap();

    assert_eq!(store.source().unprojected_titles(9).await.unwrap(), []);
}

async fn titles_can_be_made_to_wait_behind_all_that_is_written(store: &Opened) {
    put_titles(store, [film(1), film(2), film(3)])
        .await
        .unwrap();
    let first_two = [(TitleId(1), 1), (TitleId(2), 1)];
    store
        .source()
        .mark_titles_projected(&first_two)
        .await
        .unwrap();

    let ids = [TitleId(2), TitleId(404), TitleId(1), TitleId(3)];
    let mut known = store.source().mark_titles_waiting(&ids).await.unwrap();
    known.sort();
    assert_eq!(known, [TitleId(1), TitleId(2), TitleId(3)]);
    assert_eq!(store.source().mark_titles_waiting(&[]).await.unwrap(), []);
    put_titles(store, [film(4)]).await.unwrap();
    let next = revised(&film(2), |_| ());
    put_titles(store, [next.clone()]).await.unwrap();

    assert_eq!(
        store.source().unprojected_titles(9).await.unwrap(),
        [film(3), film(4), next, film(1)]
    );
    store
        .source()
        .mark_titles_projected(&[(TitleId(1), 1)])
        .await
        .unwrap();
    assert_eq!(store.source().unprojected_titles(9).await.unwrap().len(), 3);
}

async fn all_titles_can_be_made_to_wait_in_portions(store: &Opened) {
    put_titles(store, (1..=5).map(film)).await.unwrap();
    let all: Vec<_> = (1..=5).map(|id| (TitleId(id), 1)).collect();
    store.source().mark_titles_projected(&all).await.unwrap();

    let some = [9, 5, 2].map(TitleId);
    let known = store.source().known_titles(&some).await.unwrap();
    let first = store
        .source()
        .mark_titles_waiting_after(None, 2)
        .await
        .unwrap();
    let second = store
        .source()
        .mark_titles_waiting_after(Some(TitleId(2)), 9)
        .await
        .unwrap();
    let last = store
        .source()
        .mark_titles_waiting_after(Some(TitleId(5)), 9)
        .await;

    assert_eq!(known, [TitleId(2), TitleId(5)]);
    assert_eq!(first, [TitleId(1), TitleId(2)]);
    assert_eq!(second, [TitleId(3), TitleId(4), TitleId(5)]);
    assert_eq!(last.unwrap(), []);
    assert_eq!(store.source().unprojected_titles(9).await.unwrap().len(), 5);
}

//! Requests to forget people.

use reelgraph::domain::accounts::{AccountWrite, Erasure};
use reelgraph::domain::ids::ErasureId;

use super::backend::{Opened, open};
use super::samples::{erasure, is_conflict, time, write};

on_every_backend!(open on [sqlite, mongo]:
    an_erasure_is_found_by_its_code,
    pending_erasures_come_oldest_first,
    a_finished_erasure_names_nobody,
    a_taken_id_or_code_is_a_conflict,
    finished_erasures_go_with_their_time,
);

async fn an_erasure_is_found_by_its_code(store: &Opened) {
    let pending = erasure(u64::MAX >> 1, 0);
    let done = Erasure {
        profiles: Vec::new(),
        finished_at: Some(time(1)),
        ..erasure(2, 0)
    };

    for erasure in [pending, done] {
        write(store, [AccountWrite::AddErasure(erasure.clone())]).await;
        let found = store.find_erasure(&erasure.code).await.unwrap();
        assert_eq!(found, Some(erasure));
    }

    assert_eq!(store.find_erasure("CODE-2").await.unwrap(), None);
}

async fn pending_erasures_come_oldest_first(store: &Opened) {
    let done = Erasure {
        finished_at: Some(time(1)),
        ..erasure(5, 0)
    };
    let erasures = [erasure(1, 3), erasure(2, 1), erasure(3, 2), done];
    write(store, erasures.map(AccountWrite::AddErasure)).await;

    let none = store.pending_erasures(0).await.unwrap();
    let two = store.pending_erasures(2).await.unwrap();
    let all = store.pending_erasures(100).await.unwrap();

    assert_eq!(none, []);
    assert_eq!(two, [erasure(2, 1), erasure(3, 2)]);
    assert_eq!(all, [erasure(2, 1), erasure(3, 2), erasure(1, 3)]);
}

async fn a_finished_erasure_names_nobody(store: &Opened) {
    let erasures = [erasure(1, 0), erasure(2, 0)];
    write(store, erasures.clone().map(AccountWrite::AddErasure)).await;

    // Two servers may come to the end of the same work.
    for minutes in [5, 6] {
        let finished = store.finish_erasure(ErasureId(1), time(minutes)).await;
        finished.unwrap();
    }
    store.finish_erasure(ErasureId(404), time(5)).await.unwrap();

    let [one, other] = erasures;
    let done = Erasure {
        profiles: Vec::new(),
        updated_at: time(5),
        finished_at: Some(time(5)),
        ..one
    };
    let found = store.find_erasure(&done.code).await.unwrap();
    assert_eq!(found, Some(done));
    assert_eq!(store.pending_erasures(9).await.unwrap(), [other]);
}

async fn a_taken_id_or_code_is_a_conflict(store: &Opened) {
    let there = erasure(1, 0);
    write(store, [AccountWrite::AddErasure(there.clone())]).await;
    let same_id = Erasure {
        code: "another".to_owned(),
        ..there.clone()
    };
    let same_code = Erasure {
        id: ErasureId(2),
        ..there.clone()
    };

    for erasure in [same_id, same_code] {
        let refused = store.write(vec![AccountWrite::AddErasure(erasure)]).await;
        assert!(is_conflict(&refused), "{refused:?}");
    }

    assert_eq!(store.pending_erasures(9).await.unwrap(), [there]);
}

async fn finished_erasures_go_with_their_time(store: &Opened) {
    let done = |id, minutes| Erasure {
        finished_at: Some(time(minutes)),
        ..erasure(id, 0)
    };
    let erasures = [done(1, 12), done(2, 10), done(3, 11), erasure(4, 0)];
    write(store, erasures.map(AccountWrite::AddErasure)).await;

    let one = store.delete_erasures(time(12), 1).await.unwrap();
    let oldest = store.find_erasure("code-2").await.unwrap();
    let none = store.delete_erasures(time(12), 0).await.unwrap();
    let rest = store.delete_erasures(time(12), 9).await.unwrap();

    assert_eq!((one, none, rest, oldest), (1, 0, 1, None));
    assert!(store.find_erasure("code-1").await.unwrap().is_some());
    assert_eq!(store.pending_erasures(9).await.unwrap(), [erasure(4, 0)]);
}

//! Sessions as they are ended, one and all.

use chrono::TimeDelta;
use futures::future::join_all;
use reelgraph::domain::accounts::Session;
use reelgraph::domain::ids::{SessionId, UserId};

use super::{Opened, now, open, session, short, succession, wait_for_the_end_of};

on_every_backend!(open on [sqlite, redis]:
    an_ended_session_is_gone_and_the_others_stay,
    nobody_ends_a_session_of_somebody_else,
    what_expired_cannot_be_ended,
    all_sessions_end_but_one,
    all_sessions_end,
    an_account_without_sessions_has_none_to_end,
    ends_are_counted_once,
    what_begins_while_all_end_is_wholly_there_or_not,
    who_uses_a_session_while_it_ends_does_not_keep_it,
    the_oldest_sessions_end_until_so_many_are_left,
    the_latest_sessions_are_read_and_no_more,
);

async fn an_ended_session_is_gone_and_the_others_stay(store: &Opened) {
    let now = now();
    // One id begins like the other.
    let (phone, laptop) = (session(1, 7, now), session(12, 7, now));
    store.create_session(&phone).await.unwrap();
    store.create_session(&laptop).await.unwrap();

    let was_there = store.delete_session(phone.user, phone.id).await.unwrap();
    let again = store.delete_session(phone.user, phone.id).await.unwrap();

    assert!(was_there);
    assert!(!again);
    assert_eq!(store.find_session(phone.id, now).await.unwrap(), None);
    let listed = store.sessions_of_user(UserId(7), now).await.unwrap();
    assert_eq!(listed, std::slice::from_ref(&laptop));
    let found = store.find_session(laptop.id, now).await.unwrap();
    assert_eq!(found, Some(laptop));
}

async fn nobody_ends_a_session_of_somebody_else(store: &Opened) {
    let now = now();
    let mine = session(1, 7, now);
    store.create_session(&mine).await.unwrap();
    store.create_session(&session(2, 8, now)).await.unwrap();

    let was_there = store.delete_session(UserId(8), mine.id).await.unwrap();

    assert!(!was_there);
    let listed = store.sessions_of_user(UserId(7), now).await.unwrap();
    assert_eq!(listed, [mine]);
}

async fn what_expired_cannot_be_ended(store: &Opened) {
    let (one, other) = (short(1, 7), short(2, 7));
    store.create_session(&one).await.unwrap();
    store.create_session(&other).await.unwrap();
    wait_for_the_end_of(&other).await;

    let was_there = store.delete_session(one.user, one.id).await.unwrap();
    let ended = store.delete_sessions_of_user(one.user, None).await.unwrap();

    assert!(!was_there);
    assert_eq!(ended, 0);
}

async fn all_sessions_end_but_one(store: &Opened) {
    let now = now();
    let sessions = [1, 12, 3, 4].map(|id| session(id, 7, now));
    for session in &sessions {
        store.create_session(session).await.unwrap();
    }
    let other = session(5, 8, now);
    store.create_session(&other).await.unwrap();

    let ended = store
        .delete_sessions_of_user(UserId(7), Some(SessionId(12)))
        .await;

    assert_eq!(ended.unwrap(), 3);
    let listed = store.sessions_of_user(UserId(7), now).await.unwrap();
    assert_eq!(listed, [sessions[1].clone()]);
    for id in [1, 3, 4] {
        assert_eq!(store.find_session(SessionId(id), now).await.unwrap(), None);
    }
    assert_eq!(
        store.find_session(other.id, now).await.unwrap(),
        Some(other)
    );
    // The one that is spared need not be one of the account's.
    let ended = store
        .delete_sessions_of_user(UserId(7), Some(SessionId(5)))
        .await;
    assert_eq!(ended.unwrap(), 1);
    assert!(
        store
            .find_session(SessionId(5), now)
            .await
            .unwrap()
            .is_some()
    );
}

async fn all_sessions_end(store: &Opened) {
    let now = now();
    for id in 1..=30 {
        store.create_session(&session(id, 7, now)).await.unwrap();
    }

    let ended = store
        .delete_sessions_of_user(UserId(7), None)
        .await
        .unwrap();
    let again = store
        .delete_sessions_of_user(UserId(7), None)
        .await
        .unwrap();

    assert_eq!((ended, again), (30, 0));
    assert_eq!(store.sessions_of_user(UserId(7), now).await.unwrap(), []);
}

async fn an_account_without_sessions_has_none_to_end(store: &Opened) {
    let ended = store
        .delete_sessions_of_user(UserId(7), None)
        .await
        .unwrap();

    assert_eq!(ended, 0);
}

async fn ends_are_counted_once(store: &Opened) {
    let now = now();
    for id in 1..=20 {
        store.create_session(&session(id, 7, now)).await.unwrap();
    }

    let one_by_one = (1..=20).map(|id| {
        let store = store.store.clone();
        tokio::spawn(async move {
            store
                .delete_session(UserId(7), SessionId(id))
                .await
                .unwrap()
        })
    });
    let at_once = (0..5).map(|_| {
        let store = store.store.clone();
        tokio::spawn(async move {
            store
                .delete_sessions_of_user(UserId(7), None)
                .await
                .unwrap()
        })
    });
    let (one_by_one, at_once) =
        futures::join!(join_all(one_by_one.collect::<Vec<_>>()), join_all(at_once));

    let singly = one_by_one
        .into_iter()
        .map(|ended| u64::from(ended.unwrap()));
    let together = at_once.into_iter().map(Result::unwrap);
    assert_eq!(singly.sum::<u64>() + together.sum::<u64>(), 20);
}

async fn what_begins_while_all_end_is_wholly_there_or_not(store: &Opened) {
    let now = now();
    let log_in = (1..=40).map(|id| {
        let (store, begun) = (store.store.clone(), session(id, 7, now));
        tokio::spawn(async move { store.create_session(&begun).await.unwrap() })
    });
    let end = (0..10).map(|_| {
        let store = store.store.clone();
        tokio::spawn(async move {
            store
                .delete_sessions_of_user(UserId(7), None)
                .await
                .unwrap()
        })
    });
    let (begun, ended) = futures::join!(join_all(log_in), join_all(end));
    begun.into_iter().for_each(Result::unwrap);
    let ended: u64 = ended.into_iter().map(Result::unwrap).sum();

    let listed = store.sessions_of_user(UserId(7), now).await.unwrap();

    assert_eq!(ended + listed.len() as u64, 40);
    for id in (1..=40).map(SessionId) {
        let found = store.find_session(id, now).await.unwrap();
        assert_eq!(
            found.is_some(),
            listed.iter().any(|session| session.id == id)
        );
    }
}

async fn who_uses_a_session_while_it_ends_does_not_keep_it(store: &Opened) {
    let now = now();
    for id in 1..=20 {
        let app = session(id, 7, now);
        store.create_session(&app).await.unwrap();
        let update = {
            let (store, app) = (store.store.clone(), app.clone());
            tokio::spawn(async move { store.update_session(&app).await.unwrap() })
        };
        let touch = {
            let (store, app) = (store.store.clone(), app.clone());
            tokio::spawn(async move { store.touch_session(&app).await.unwrap() })
        };
        let rotate = {
            let (store, app): (_, Session) = (store.store.clone(), app.clone());
            let next = succession(app.refresh.unwrap(), now);
            tokio::spawn(async move { store.rotate_session(&app, &next).await.unwrap() })
        };
        assert!(store.delete_session(app.user, app.id).await.unwrap());
        update.await.unwrap();
        touch.await.unwrap();
        let _ = rotate.await.unwrap();

        assert_eq!(store.find_session(app.id, now).await.unwrap(), None);
    }
    assert_eq!(store.sessions_of_user(UserId(7), now).await.unwrap(), []);
}

/// Sessions of account 7, each begun a second after the one before, of one of account 8.
async fn line(store: &Opened, count: u64) -> Vec<Session> {
    let now = now();
    let mut line = Vec::new();
    for id in 1..=count {
        let after = TimeDelta::seconds(i64::try_from(id).unwrap());
        // Ids say nothing of the order, and the first lasts longest.
        let begun = Session {
            created_at: now - TimeDelta::hours(1) + after,
            expires_at: now + TimeDelta::days(1) + after * if id == 1 { 1000 } else { 1 },
            ..session(1000 - id, 7, now)
        };
        store.create_session(&begun).await.unwrap();
        line.push(begun);
    }
    store.create_session(&session(1, 8, now)).await.unwrap();
    line
}

async fn the_oldest_sessions_end_until_so_many_are_left(store: &Opened) {
    let line = line(store, 6).await;
    let user = UserId(7);
    let left = async || {
        let mut left = store.sessions_of_user(user, now()).await.unwrap();
        left.reverse();
        left
    };
    let end = async |left: usize, except: &Session| {
        store
            .end_oldest_sessions(user, left, except.id)
            .await
            .unwrap()
    };

    let none = end(6, &line[5]).await;
    let some = end(4, &line[5]).await;
    assert_eq!((none, some), (0, 2));
    assert_eq!(left().await, line[2..]);
    let but_one = end(3, &line[2]).await;
    assert_eq!((but_one, left().await.len()), (0, 4));
    assert_eq!(end(0, &line[5]).await, 3);
    assert_eq!(left().await, line[5..]);
    let others = store.sessions_of_user(UserId(8), now()).await.unwrap();
    assert_eq!(others.len(), 1);
}

async fn the_latest_sessions_are_read_and_no_more(store: &Opened) {
    let mut line = line(store, 6).await;
    line.remove(0);
    store
        .delete_session(UserId(7), SessionId(999))
        .await
        .unwrap();
    line.reverse();
    let latest = async |user: u64, limit: usize| {
        let latest = store.latest_sessions(UserId(user), now(), limit).await;
        latest.unwrap()
    };

    assert_eq!(latest(7, 2).await, line[..2]);
    assert_eq!(latest(7, 100).await, line);
    assert_eq!(latest(7, 0).await, []);
    assert_eq!(latest(404, 5).await, []);
}

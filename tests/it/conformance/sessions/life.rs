//! Sessions as they begin, are found and change.

use chrono::TimeDelta;
use reelgraph::domain::accounts::Session;
use reelgraph::domain::error::StoreError;
use reelgraph::domain::ids::{ProfileId, SessionId, UserId};

use super::{Opened, hash, now, open, session, short, wait_for_the_end_of};

on_every_backend!(open on [sqlite, redis]:
    a_session_is_found_by_its_id,
    an_unknown_id_is_nobodys,
    no_session_takes_the_place_of_another,
    an_update_replaces_everything_but_the_refresh_token,
    a_session_that_is_used_lasts_longer,
    a_touch_changes_nothing_else,
    an_update_brings_no_ended_session_back,
    an_update_brings_no_expired_session_back,
    sessions_of_an_account_come_latest_first_then_by_id,
    what_has_expired_is_not_there,
);

async fn a_session_is_found_by_its_id(store: &Opened) {
    let now = now();
    let app = session(1, 7, now);
    let browser = Session {
        epoch: u32::MAX,
        profile: ProfileId(u64::MAX >> 1),
        via: "facebook".to_owned(),
        refresh: None,
        device: None,
        address: None,
        idle: TimeDelta::milliseconds(1),
        ..session(u64::MAX >> 1, u64::MAX >> 1, now)
    };
    let unnamed = Session {
        device: Some(String::new()),
        address: Some("2001:db8::1".parse().unwrap()),
        ..session(2, 7, now)
    };

    for session in [&app, &browser, &unnamed] {
        store.create_session(session).await.unwrap();
    }

    for session in [app, browser, unnamed] {
        let found = store.find_session(session.id, now).await.unwrap();
        assert_eq!(found, Some(session));
    }
}

async fn an_unknown_id_is_nobodys(store: &Opened) {
    let now = now();
    store.create_session(&session(1, 7, now)).await.unwrap();

    assert_eq!(store.find_session(SessionId(11), now).await.unwrap(), None);
    assert_eq!(store.find_session(SessionId(7), now).await.unwrap(), None);
}

async fn no_session_takes_the_place_of_another(store: &Opened) {
    let now = now();
    let first = session(1, 7, now);
    store.create_session(&first).await.unwrap();

    let second = store.create_session(&session(1, 8, now)).await;

    assert!(matches!(second, Err(StoreError::Conflict)), "{second:?}");
    assert_eq!(store.sessions_of_user(UserId(8), now).await.unwrap(), []);
    let found = store.find_session(first.id, now).await.unwrap();
    assert_eq!(found, Some(first));
}

async fn an_update_replaces_everything_but_the_refresh_token(store: &Opened) {
    let now = now();
    let before = session(1, 7, now);
    let neighbour = session(2, 7, now);
    store.create_session(&before).await.unwrap();
    store.create_session(&neighbour).await.unwrap();
    let after = Session {
        epoch: 4,
        profile: ProfileId(1),
        via: "facebook".to_owned(),
        secret: hash(),
        refresh: Some(hash()),
        device: None,
        address: None,
        idle: TimeDelta::hours(24),
        created_at: now + TimeDelta::milliseconds(1),
        last_seen_at: now + TimeDelta::milliseconds(2),
        expires_at: now + TimeDelta::hours(1),
        ends_at: now + TimeDelta::hours(2),
        ..before.clone()
    };

    store.update_session(&after).await.unwrap();

    let updated = Session {
        refresh: before.refresh,
        ..after
    };
    let found = store.find_session(before.id, now).await.unwrap();
    assert_eq!(found.as_ref(), Some(&updated));
    let listed = store.sessions_of_user(before.user, now).await.unwrap();
    assert_eq!(listed, [updated.clone(), neighbour]);
    // What was missing can come again.
    let named = Session {
        device: before.device,
        address: before.address,
        ..updated
    };
    store.update_session(&named).await.unwrap();
    let found = store.find_session(before.id, now).await.unwrap();
    assert_eq!(found, Some(named));
}

async fn a_session_that_is_used_lasts_longer(store: &Opened) {
    let longer = |session: &Session| Session {
        expires_at: session.created_at + TimeDelta::days(1),
        ..session.clone()
    };
    // Again where a busy machine has not used them before they ended.
    for user in 7..=13 {
        let (before, other) = (short(2 * user, user), short(2 * user + 1, user));
        store.create_session(&before).await.unwrap();
        store.create_session(&other).await.unwrap();
        store.update_session(&longer(&before)).await.unwrap();
        store.touch_session(&longer(&other)).await.unwrap();
        if now() >= before.expires_at {
            continue;
        }

        wait_for_the_end_of(&other).await;

        for session in [&before, &other] {
            let found = store.find_session(session.id, now()).await.unwrap();
            assert_eq!(found, Some(longer(session)));
        }
        let listed = store.sessions_of_user(before.user, now()).await.unwrap();
        assert_eq!(listed.len(), 2);
        return;
    }
    panic!("the machine is too busy for any of them");
}

async fn a_touch_changes_nothing_else(store: &Opened) {
    let now = now();
    let before = session(1, 7, now);
    store.create_session(&before).await.unwrap();
    let touched = Session {
        last_seen_at: now + TimeDelta::minutes(3),
        expires_at: now + TimeDelta::hours(1),
        ..before.clone()
    };
    let stale = Session {
        epoch: 2,
        profile: ProfileId(1),
        refresh: None,
        device: None,
        ..touched.clone()
    };

    store.touch_session(&stale).await.unwrap();

    let found = store.find_session(before.id, now).await.unwrap();
    assert_eq!(found.as_ref(), Some(&touched));
    let listed = store.sessions_of_user(before.user, now).await.unwrap();
    assert_eq!(listed, [touched]);
}

async fn an_update_brings_no_ended_session_back(store: &Opened) {
    let now = now();
    let phone = session(1, 7, now);
    store.create_session(&phone).await.unwrap();
    store.delete_session(phone.user, phone.id).await.unwrap();

    store.update_session(&phone).await.unwrap();
    store.touch_session(&phone).await.unwrap();

    assert_eq!(store.find_session(phone.id, now).await.unwrap(), None);
    assert_eq!(store.sessions_of_user(phone.user, now).await.unwrap(), []);
}

async fn an_update_brings_no_expired_session_back(store: &Opened) {
    let before = short(1, 7);
    store.create_session(&before).await.unwrap();
    wait_for_the_end_of(&before).await;

    let after = Session {
        expires_at: now() + TimeDelta::days(1),
        ..before.clone()
    };
    store.update_session(&after).await.unwrap();
    store.touch_session(&after).await.unwrap();

    assert_eq!(store.find_session(after.id, now()).await.unwrap(), None);
    assert_eq!(store.sessions_of_user(after.user, now()).await.unwrap(), []);
}

async fn sessions_of_an_account_come_latest_first_then_by_id(store: &Opened) {
    let now = now();
    let begun = |id, minutes| Session {
        created_at: now - TimeDelta::minutes(minutes),
        ..session(id, 7, now)
    };
    for session in [begun(5, 2), begun(9, 1), begun(20, 2), begun(4, 3)] {
        store.create_session(&session).await.unwrap();
    }
    store.create_session(&session(6, 8, now)).await.unwrap();

    let found = store.sessions_of_user(UserId(7), now).await.unwrap();

    let ids: Vec<u64> = found.iter().map(|session| session.id.0).collect();
    assert_eq!(ids, [9, 5, 20, 4]);
    assert_eq!(store.sessions_of_user(UserId(404), now).await.unwrap(), []);
}

async fn what_has_expired_is_not_there(store: &Opened) {
    let now = now();
    let first = Session {
        expires_at: now + TimeDelta::hours(1),
        ..session(1, 7, now)
    };
    let second = session(2, 7, now);
    store.create_session(&first).await.unwrap();
    store.create_session(&second).await.unwrap();

    let before = first.expires_at - TimeDelta::milliseconds(1);
    let end = first.expires_at;

    let found = store.find_session(first.id, before).await.unwrap();
    assert_eq!(found.as_ref(), Some(&first));
    assert_eq!(store.find_session(first.id, end).await.unwrap(), None);
    let listed = store.sessions_of_user(UserId(7), end).await.unwrap();
    assert_eq!(listed, [second]);
}

//! Refresh tokens, each of which is good once, but for an answer that was lost.

use chrono::TimeDelta;
use futures::future::join_all;
use reelgraph::domain::accounts::{Rotation, Session, Succession};
use reelgraph::domain::ids::{ProfileId, UserId};

use super::{Opened, hash, now, open, session, short, succession, wait_for_the_end_of};

on_every_backend!(open on [sqlite, redis]:
    a_rotation_replaces_the_token_and_prolongs_the_session,
    the_token_before_the_last_gives_the_same_for_a_moment,
    a_token_is_known_as_used_once_the_next_was_used,
    a_session_without_a_refresh_token_is_left_alone,
    ten_who_come_with_one_token_get_the_same_next_one,
    a_rotation_brings_no_ended_session_back,
    a_rotation_brings_no_expired_session_back,
    a_session_of_another_account_is_not_there,
);

async fn a_rotation_replaces_the_token_and_prolongs_the_session(store: &Opened) {
    // Again where a busy machine has not rotated it before it ended.
    for user in 7..=13 {
        let before = short(user, user);
        store.create_session(&before).await.unwrap();
        let next = succession(before.refresh.unwrap(), before.created_at);
        let used = Session {
            last_seen_at: before.created_at + TimeDelta::milliseconds(5),
            expires_at: before.created_at + TimeDelta::days(1),
            // Nothing else is written: somebody else may have changed it meanwhile.
            profile: ProfileId(1),
            device: None,
            ..before.clone()
        };

        let rotation = store.rotate_session(&used, &next).await.unwrap();

        if now() >= before.expires_at {
            continue;
        }
        assert_eq!(rotation, Rotation::Rotated);
        wait_for_the_end_of(&before).await;
        let after = Session {
            refresh: Some(next.to),
            last_seen_at: used.last_seen_at,
            expires_at: used.expires_at,
            ..before.clone()
        };
        let found = store.find_session(before.id, now()).await.unwrap();
        assert_eq!(found.as_ref(), Some(&after));
        let listed = store.sessions_of_user(before.user, now()).await.unwrap();
        assert_eq!(listed, [after]);
        return;
    }
    panic!("the machine is too busy for any of them");
}

/// The tokens of a session one after the other, each a second after the one before.
fn line(session: &Session, length: usize) -> Vec<Succession> {
    let mut from = session.refresh.unwrap();
    let mut line = Vec::new();
    for number in 0..length {
        let second = TimeDelta::seconds(i64::try_from(number).unwrap());
        let next = succession(from, session.created_at + second);
        from = next.to;
        line.push(next);
    }
    line
}

async fn the_token_before_the_last_gives_the_same_for_a_moment(store: &Opened) {
    let now = now();
    let app = session(1, 7, now);
    store.create_session(&app).await.unwrap();
    let first = succession(app.refresh.unwrap(), now);
    let rotation = store.rotate_session(&app, &first).await.unwrap();
    assert_eq!(rotation, Rotation::Rotated);
    let later = Session {
        expires_at: app.expires_at + TimeDelta::days(1),
        ..app.clone()
    };
    let again = |after: TimeDelta| succession(first.from, now + after);

    for after in [TimeDelta::seconds(-2), TimeDelta::zero(), Succession::GRACE] {
        let again = store.rotate_session(&later, &again(after)).await.unwrap();
        assert_eq!(again, Rotation::Repeated(first.salt), "{after}");
    }
    let late = Succession::GRACE + TimeDelta::milliseconds(1);
    let late = store.rotate_session(&later, &again(late)).await.unwrap();

    assert_eq!(late, Rotation::Reused);
    let unchanged = Session {
        refresh: Some(first.to),
        ..app.clone()
    };
    let found = store.find_session(app.id, now).await.unwrap();
    assert_eq!(found, Some(unchanged));
    // Whatever else of the session was written meanwhile.
    store.update_session(&later).await.unwrap();
    let again = again(TimeDelta::zero());
    let kept = store.rotate_session(&later, &again).await.unwrap();
    assert_eq!(kept, Rotation::Repeated(first.salt));
}

async fn a_token_is_known_as_used_once_the_next_was_used(store: &Opened) {
    let app = session(1, 7, now());
    store.create_session(&app).await.unwrap();
    let line = line(&app, 3);
    for next in &line {
        let rotation = store.rotate_session(&app, next).await.unwrap();
        assert_eq!(rotation, Rotation::Rotated);
    }

    let mut again = Vec::new();
    for next in &line {
        let next = succession(next.from, line[2].at);
        again.push(store.rotate_session(&app, &next).await.unwrap());
    }

    let repeated = Rotation::Repeated(line[2].salt);
    assert_eq!(again, [Rotation::Reused, Rotation::Reused, repeated]);
    let unknown = succession(hash(), line[2].at);
    let unknown = store.rotate_session(&app, &unknown).await.unwrap();
    assert_eq!(unknown, Rotation::Reused);
}

async fn a_session_without_a_refresh_token_is_left_alone(store: &Opened) {
    let now = now();
    let browser = Session {
        refresh: None,
        ..session(1, 7, now)
    };
    store.create_session(&browser).await.unwrap();

    let next = succession(hash(), now);
    let rotation = store.rotate_session(&browser, &next).await.unwrap();

    assert_eq!(rotation, Rotation::Reused);
    let found = store.find_session(browser.id, now).await.unwrap();
    assert_eq!(found, Some(browser));
}

async fn ten_who_come_with_one_token_get_the_same_next_one(store: &Opened) {
    let now = now();
    let app = session(1, 7, now);
    store.create_session(&app).await.unwrap();
    let from = app.refresh.unwrap();
    let next: Vec<_> = (0..10).map(|_| succession(from, now)).collect();

    let come = next.iter().map(|next| {
        let (store, app, next) = (store.store.clone(), app.clone(), *next);
        tokio::spawn(async move { store.rotate_session(&app, &next).await.unwrap() })
    });
    let rotations: Vec<Rotation> = join_all(come)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();

    let won = rotations
        .iter()
        .position(|rotation| *rotation == Rotation::Rotated);
    let won = won.unwrap();
    for (index, rotation) in rotations.iter().enumerate() {
        assert!(
            index == won || *rotation == Rotation::Repeated(next[won].salt),
            "{rotations:?}"
        );
    }
    let found = store.find_session(app.id, now).await.unwrap().unwrap();
    assert_eq!(found.refresh, Some(next[won].to));
}

async fn a_rotation_brings_no_ended_session_back(store: &Opened) {
    let now = now();
    let app = session(1, 7, now);
    store.create_session(&app).await.unwrap();
    store.delete_session(app.user, app.id).await.unwrap();

    let next = succession(app.refresh.unwrap(), now);
    let rotation = store.rotate_session(&app, &next).await.unwrap();

    assert_eq!(rotation, Rotation::Gone);
    assert_eq!(store.find_session(app.id, now).await.unwrap(), None);
    assert_eq!(store.sessions_of_user(app.user, now).await.unwrap(), []);
}

async fn a_rotation_brings_no_expired_session_back(store: &Opened) {
    let app = short(1, 7);
    store.create_session(&app).await.unwrap();
    wait_for_the_end_of(&app).await;

    let later = Session {
        expires_at: now() + TimeDelta::days(1),
        ..app.clone()
    };
    let next = succession(app.refresh.unwrap(), now());
    let rotation = store.rotate_session(&later, &next).await.unwrap();

    assert_eq!(rotation, Rotation::Gone);
    assert_eq!(store.find_session(app.id, now()).await.unwrap(), None);
    assert_eq!(store.sessions_of_user(app.user, now()).await.unwrap(), []);
}

async fn a_session_of_another_account_is_not_there(store: &Opened) {
    let now = now();
    let app = session(1, 7, now);
    store.create_session(&app).await.unwrap();
    let stolen = Session {
        user: UserId(8),
        device: None,
        last_seen_at: now + TimeDelta::minutes(1),
        ..app.clone()
    };

    let next = succession(app.refresh.unwrap(), now);
    let rotation = store.rotate_session(&stolen, &next).await.unwrap();
    store.update_session(&stolen).await.unwrap();
    store.touch_session(&stolen).await.unwrap();

    assert_eq!(rotation, Rotation::Gone);
    assert_eq!(store.sessions_of_user(UserId(8), now).await.unwrap(), []);
    assert_eq!(store.find_session(app.id, now).await.unwrap(), Some(app));
}

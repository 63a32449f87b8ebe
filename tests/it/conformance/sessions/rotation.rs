//! Refresh tokens, each of which is good once.

use chrono::TimeDelta;
use futures::future::join_all;
use reelgraph::domain::accounts::{Rotation, Session};
use reelgraph::domain::ids::{ProfileId, UserId};

use super::{Opened, hash, now, open, session, short, wait_for_the_end_of};

on_every_backend!(open on [sqlite, redis]:
    a_rotation_replaces_the_token_and_prolongs_the_session,
    a_used_token_is_known_as_one,
    a_session_without_a_refresh_token_is_left_alone,
    of_ten_who_come_with_one_token_one_gets_the_next,
    a_rotation_brings_no_ended_session_back,
    a_rotation_brings_no_expired_session_back,
    a_session_of_another_account_is_not_there,
);

async fn a_rotation_replaces_the_token_and_prolongs_the_session(store: &Opened) {
    let before = short(1, 7);
    store.create_session(&before).await.unwrap();
    let (from, to) = (before.refresh.unwrap(), hash());
    let used = Session {
        last_seen_at: before.created_at + TimeDelta::milliseconds(5),
        expires_at: before.created_at + TimeDelta::days(1),
        // Nothing else is written: somebody else may have changed it meanwhile.
        profile: ProfileId(1),
        device: None,
        ..before.clone()
    };

    let rotation = store.rotate_session(&used, &from, &to).await.unwrap();

    assert_eq!(rotation, Rotation::Rotated);
    wait_for_the_end_of(&before).await;
    let after = Session {
        refresh: Some(to),
        last_seen_at: used.last_seen_at,
        expires_at: used.expires_at,
        ..before.clone()
    };
    let found = store.find_session(before.id, now()).await.unwrap();
    assert_eq!(found.as_ref(), Some(&after));
    let listed = store.sessions_of_user(before.user, now()).await.unwrap();
    assert_eq!(listed, [after]);
}

async fn a_used_token_is_known_as_one(store: &Opened) {
    let now = now();
    let app = session(1, 7, now);
    store.create_session(&app).await.unwrap();
    let (first, second, third) = (app.refresh.unwrap(), hash(), hash());
    let rotation = store.rotate_session(&app, &first, &second).await.unwrap();
    assert_eq!(rotation, Rotation::Rotated);

    let later = Session {
        expires_at: app.expires_at + TimeDelta::days(1),
        ..app.clone()
    };
    let again = store.rotate_session(&later, &first, &third).await.unwrap();

    assert_eq!(again, Rotation::Reused);
    let unchanged = Session {
        refresh: Some(second),
        ..app.clone()
    };
    let found = store.find_session(app.id, now).await.unwrap();
    assert_eq!(found, Some(unchanged));
    let rotation = store.rotate_session(&app, &second, &third).await.unwrap();
    assert_eq!(rotation, Rotation::Rotated);
}

async fn a_session_without_a_refresh_token_is_left_alone(store: &Opened) {
    let now = now();
    let browser = Session {
        refresh: None,
        ..session(1, 7, now)
    };
    store.create_session(&browser).await.unwrap();

    let rotation = store.rotate_session(&browser, &hash(), &hash()).await;

    assert_ne!(rotation.unwrap(), Rotation::Rotated);
    let found = store.find_session(browser.id, now).await.unwrap();
    assert_eq!(found, Some(browser));
}

async fn of_ten_who_come_with_one_token_one_gets_the_next(store: &Opened) {
    let now = now();
    let app = session(1, 7, now);
    store.create_session(&app).await.unwrap();
    let from = app.refresh.unwrap();
    let next: Vec<_> = (0..10).map(|_| hash()).collect();

    let come = next.iter().map(|to| {
        let (store, app, to) = (store.store.clone(), app.clone(), *to);
        tokio::spawn(async move { store.rotate_session(&app, &from, &to).await.unwrap() })
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
            index == won || *rotation == Rotation::Reused,
            "{rotations:?}"
        );
    }
    let found = store.find_session(app.id, now).await.unwrap().unwrap();
    assert_eq!(found.refresh, Some(next[won]));
}

async fn a_rotation_brings_no_ended_session_back(store: &Opened) {
    let now = now();
    let app = session(1, 7, now);
    store.create_session(&app).await.unwrap();
    store.delete_session(app.user, app.id).await.unwrap();

    let from = app.refresh.unwrap();
    let rotation = store.rotate_session(&app, &from, &hash()).await.unwrap();

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
    let from = app.refresh.unwrap();
    let rotation = store.rotate_session(&later, &from, &hash()).await.unwrap();

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

    let from = app.refresh.unwrap();
    let rotation = store.rotate_session(&stolen, &from, &hash()).await.unwrap();
    store.update_session(&stolen).await.unwrap();
    store.touch_session(&stolen).await.unwrap();

    assert_eq!(rotation, Rotation::Gone);
    assert_eq!(store.sessions_of_user(UserId(8), now).await.unwrap(), []);
    assert_eq!(store.find_session(app.id, now).await.unwrap(), Some(app));
}

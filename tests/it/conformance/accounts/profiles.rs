//! Profiles, in accounts and of loaded files.

use reelgraph::domain::accounts::{AccountWrite, PasswordHash, Profile};
use reelgraph::domain::error::StoreError;
use reelgraph::domain::ids::{ProfileId, UserId};
use reelgraph::domain::stamp::Stamp;
use reelgraph::domain::viewer::HistoryPause;

use super::backend::{Opened, open};
use super::samples::{by_id, is_conflict, keyed, profile, register, time, user, write};

on_every_backend!(open on [sqlite, mongo]:
    a_profile_is_read_as_it_was_written,
    what_does_not_exist_is_left_out,
    profiles_of_an_account_come_oldest_first_then_by_id,
    a_taken_profile_id_is_a_conflict,
    a_key_stands_for_one_profile,
    a_profile_is_replaced,
    a_stale_or_missing_profile_is_a_conflict,
    a_profile_is_deleted_if_it_is_there,
    added_profiles_leave_those_that_are_there,
    profiles_are_added_by_the_thousand,
    a_key_of_another_profile_is_not_added,
);

async fn a_profile_is_read_as_it_was_written(store: &Opened) {
    let ada = user(1, "ada@example.org");
    let full = full(u64::MAX >> 1, ada.id);
    register(store, &ada, &full).await;
    let bare = profile(2, None);
    write(store, [AccountWrite::AddProfile(bare.clone())]).await;

    let found = store.profiles(&[full.id, bare.id]).await.unwrap();

    assert_eq!(by_id(found, |profile| profile.id), [bare, full.clone()]);
    assert_eq!(store.profiles_of_user(ada.id).await.unwrap(), [full]);
}

async fn what_does_not_exist_is_left_out(store: &Opened) {
    let first = profile(1, None);
    write(store, [AccountWrite::AddProfile(first.clone())]).await;

    let found = store.profiles(&[ProfileId(404), first.id]).await.unwrap();

    assert_eq!(found, [first]);
    assert_eq!(store.profiles(&[]).await.unwrap(), []);
    assert_eq!(store.profiles_of_user(UserId(404)).await.unwrap(), []);
}

async fn profiles_of_an_account_come_oldest_first_then_by_id(store: &Opened) {
    let at = |id, user, minutes| Profile {
        stamp: Stamp::first(time(minutes)),
        ..profile(id, Some(UserId(user)))
    };
    let profiles = [
        at(5, 1, 20),
        at(6, 2, 20),
        at(9, 1, 10),
        at(4, 1, 30),
        at(3, 1, 20),
        at(8, 1, 20),
    ];
    write(store, profiles.map(AccountWrite::AddProfile)).await;

    let found = store.profiles_of_user(UserId(1)).await.unwrap();

    let ids: Vec<u64> = found.iter().map(|profile| profile.id.0).collect();
    assert_eq!(ids, [9, 3, 5, 8, 4]);
    let users = [UserId(2), UserId(404), UserId(1)];
    let found = store.profiles_of_users(&users).await.unwrap();
    let mut ids: Vec<u64> = found.iter().map(|profile| profile.id.0).collect();
    ids.sort_unstable();
    assert_eq!(ids, [3, 4, 5, 6, 8, 9]);
    let found = store.profiles_of_users(&users[..2]).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].id, ProfileId(6));
    assert_eq!(store.profiles_of_users(&[]).await.unwrap(), []);
}

async fn a_taken_profile_id_is_a_conflict(store: &Opened) {
    let there = profile(1, None);
    write(store, [AccountWrite::AddProfile(there.clone())]).await;

    let other = profile(1, Some(UserId(1)));
    let refused = store.write(vec![AccountWrite::AddProfile(other)]).await;

    assert!(is_conflict(&refused), "{refused:?}");
    assert_eq!(store.profiles(&[there.id]).await.unwrap(), [there]);
}

async fn a_key_stands_for_one_profile(store: &Opened) {
    let profiles = [keyed(1, "a"), profile(2, None)];
    write(store, profiles.clone().map(AccountWrite::AddProfile)).await;

    let added = AccountWrite::AddProfile(keyed(3, "a"));
    let changed = AccountWrite::PutProfile(Profile {
        key: Some("a".to_owned()),
        ..next(&profiles[1])
    });

    for refused in [added, changed] {
        let refused = store.write(vec![refused]).await;
        assert!(is_conflict(&refused), "{refused:?}");
    }
    let found = store.profiles(&[1, 2, 3].map(ProfileId)).await.unwrap();
    assert_eq!(by_id(found, |profile| profile.id), profiles);
}

async fn a_profile_is_replaced(store: &Opened) {
    let first = profile(1, Some(UserId(1)));
    write(store, [AccountWrite::AddProfile(first.clone())]).await;
    let full = Profile {
        stamp: first.stamp.next(time(2)),
        ..full(1, UserId(2))
    };
    let bare = Profile {
        stamp: full.stamp.next(time(3)),
        ..first.clone()
    };

    for changed in [full, bare] {
        write(store, [AccountWrite::PutProfile(changed.clone())]).await;
        assert_eq!(store.profiles(&[first.id]).await.unwrap(), [changed]);
    }
}

async fn a_stale_or_missing_profile_is_a_conflict(store: &Opened) {
    let first = profile(1, None);
    let changed = next(&first);
    write(
        store,
        [
            AccountWrite::AddProfile(first.clone()),
            AccountWrite::PutProfile(changed.clone()),
        ],
    )
    .await;

    let too_new = next(&next(&changed));
    let missing = next(&profile(2, None));
    for stale in [first.clone(), changed.clone(), too_new, missing] {
        let refused = store.write(vec![AccountWrite::PutProfile(stale)]).await;
        assert!(is_conflict(&refused), "{refused:?}");
    }

    let found = store.profiles(&[first.id, ProfileId(2)]).await.unwrap();
    assert_eq!(found, [changed]);
}

async fn a_profile_is_deleted_if_it_is_there(store: &Opened) {
    let profiles = [profile(1, Some(UserId(1))), profile(2, Some(UserId(1)))];
    write(store, profiles.clone().map(AccountWrite::AddProfile)).await;

    for _ in 0..2 {
        write(store, [AccountWrite::DeleteProfile(ProfileId(1))]).await;
    }

    let left = store.profiles_of_user(UserId(1)).await.unwrap();
    assert_eq!(left, profiles[1..]);
}

async fn added_profiles_leave_those_that_are_there(store: &Opened) {
    let there = keyed(1, "a");
    write(store, [AccountWrite::AddProfile(there.clone())]).await;

    let renamed = Profile {
        name: "somebody else".to_owned(),
        stamp: Stamp::first(time(60)),
        ..there.clone()
    };
    let new = keyed(2, "b");
    store.add_profiles(&[renamed, new.clone()]).await.unwrap();
    store.add_profiles(&[]).await.unwrap();

    let found = store.profiles(&[there.id, new.id]).await.unwrap();
    assert_eq!(by_id(found, |profile| profile.id), [there, new]);
}

async fn profiles_are_added_by_the_thousand(store: &Opened) {
    let all: Vec<Profile> = (1..=2500)
        .map(|id| keyed(id, &format!("viewer-{id}")))
        .collect();
    store.add_profiles(&all[1200..1300]).await.unwrap();

    store.add_profiles(&all).await.unwrap();

    let ids: Vec<ProfileId> = all.iter().map(|profile| profile.id).collect();
    let found = store.profiles(&ids).await.unwrap();
    assert_eq!(by_id(found, |profile| profile.id), all);
}

async fn a_key_of_another_profile_is_not_added(store: &Opened) {
    store.add_profiles(&[keyed(1, "a")]).await.unwrap();

    let refused = store.add_profiles(&[keyed(2, "a")]).await;

    assert!(matches!(refused, Err(StoreError::Conflict)), "{refused:?}");
    assert_eq!(store.profiles(&[ProfileId(2)]).await.unwrap(), []);
}

/// A profile that has everything that one can have.
fn full(id: u64, user: UserId) -> Profile {
    Profile {
        max_age: Some(6),
        language: Some("pt-BR".to_owned()),
        pin: Some(PasswordHash("$argon2id$pin".to_owned())),
        key: Some("viewer-1".to_owned()),
        pause: Some(HistoryPause {
            since: time(2),
            until: Some(time(3)),
        }),
        ..profile(id, Some(user))
    }
}

fn next(profile: &Profile) -> Profile {
    Profile {
        stamp: profile.stamp.next(time(1)),
        ..profile.clone()
    }
}

//! Every `AccountStore` keeps accounts and profiles as its documentation says.

use std::ops::Deref;

use chrono::{DateTime, TimeDelta, Utc};
use reelgraph::adapters::mongo::{MongoAccounts, MongoDb};
use reelgraph::adapters::sqlite::{SqliteAccounts, SqliteDb};
use reelgraph::domain::accounts::{
    AccountError, AccountStore, EmailAddress, PasswordHash, Profile, Role, User,
};
use reelgraph::domain::catalog::Stamp;
use reelgraph::domain::error::StoreError;
use reelgraph::domain::ids::{ProfileId, UserId};
use tempfile::TempDir;

use super::Backend;
use crate::support::servers;

on_every_backend!(open on [sqlite, mongo]:
    an_account_is_read_as_it_was_written,
    what_does_not_exist_is_left_out,
    a_taken_address_writes_neither_account_nor_profile,
    of_many_registrations_of_one_address_exactly_one_wins,
    an_account_without_its_profile_is_not_written,
    a_taken_account_id_is_a_conflict,
    profiles_of_an_account_come_oldest_first_then_by_id,
    added_profiles_leave_those_that_are_there,
    profiles_are_added_by_the_thousand,
    a_key_stands_for_one_profile,
);

struct Opened {
    store: Box<dyn AccountStore>,
    _folder: Option<TempDir>,
}

impl Deref for Opened {
    type Target = dyn AccountStore;

    fn deref(&self) -> &Self::Target {
        &*self.store
    }
}

async fn open(backend: Backend) -> Opened {
    if backend == Backend::mongo {
        let db = MongoDb::open(&servers::mongo_uri()).await.unwrap();
        let store = MongoAccounts::new(db);
        store.ensure_indexes().await.unwrap();
        return Opened {
            store: Box::new(store),
            _folder: None,
        };
    }
    let folder = tempfile::tempdir().unwrap();
    let db = SqliteDb::open(&folder.path().join("it.db")).unwrap();
    Opened {
        store: Box::new(SqliteAccounts::new(db)),
        _folder: Some(folder),
    }
}

async fn an_account_is_read_as_it_was_written(store: &Opened) {
    let mut ada = user(u64::MAX >> 1, "ada@example.org");
    ada.email_verified = true;
    ada.role = Role::Moderator;
    ada.stamp = ada.stamp.next(time(5) + TimeDelta::milliseconds(7));
    let first = profile(u64::MAX >> 1, Some(ada.id));
    store.create_user(&ada, &first).await.unwrap();
    let grace = user(2, "grace@example.org");
    let second = profile(2, Some(grace.id));
    store.create_user(&grace, &second).await.unwrap();

    let by_email = store.find_user_by_email(&ada.email).await.unwrap();
    let users = store.users(&[ada.id, grace.id]).await.unwrap();
    let profiles = store.profiles(&[first.id]).await.unwrap();

    assert_eq!(by_email, Some(ada.clone()));
    assert_eq!(by_id(users, |user| user.id), [grace, ada.clone()]);
    assert_eq!(profiles, std::slice::from_ref(&first));
    assert_eq!(store.profiles_of_user(ada.id).await.unwrap(), [first]);
}

async fn what_does_not_exist_is_left_out(store: &Opened) {
    let ada = user(1, "ada@example.org");
    let first = profile(1, Some(ada.id));
    store.create_user(&ada, &first).await.unwrap();

    let nobody = email("nobody@example.org");
    let users = store.users(&[UserId(404), ada.id]).await.unwrap();
    let profiles = store.profiles(&[ProfileId(404), first.id]).await.unwrap();

    assert_eq!(store.find_user_by_email(&nobody).await.unwrap(), None);
    assert_eq!(users, [ada]);
    assert_eq!(profiles, [first]);
    assert_eq!(store.users(&[]).await.unwrap(), []);
    assert_eq!(store.profiles(&[]).await.unwrap(), []);
    assert_eq!(store.profiles_of_user(UserId(404)).await.unwrap(), []);
}

async fn a_taken_address_writes_neither_account_nor_profile(store: &Opened) {
    let ada = user(1, "ada@example.org");
    store
        .create_user(&ada, &profile(1, Some(ada.id)))
        .await
        .unwrap();

    let other = user(2, "ada@example.org");
    let refused = store.create_user(&other, &profile(2, Some(other.id))).await;

    assert!(
        matches!(refused, Err(AccountError::EmailTaken)),
        "{refused:?}"
    );
    assert_eq!(store.users(&[other.id]).await.unwrap(), []);
    assert_eq!(store.profiles(&[ProfileId(2)]).await.unwrap(), []);
    assert_eq!(
        store.find_user_by_email(&ada.email).await.unwrap(),
        Some(ada)
    );
}

async fn of_many_registrations_of_one_address_exactly_one_wins(store: &Opened) {
    let users: Vec<User> = (1..=12).map(|id| user(id, "ada@example.org")).collect();
    let profiles: Vec<Profile> = users
        .iter()
        .map(|user| profile(user.id.0, Some(user.id)))
        .collect();

    let registrations = users
        .iter()
        .zip(&profiles)
        .map(|(user, profile)| store.create_user(user, profile));
    let results = futures::future::join_all(registrations).await;

    let (won, lost): (Vec<_>, Vec<_>) = results.into_iter().partition(Result::is_ok);
    assert_eq!(won.len(), 1);
    assert!(
        lost.iter()
            .all(|error| matches!(error, Err(AccountError::EmailTaken))),
        "{lost:?}"
    );
    let ids: Vec<UserId> = users.iter().map(|user| user.id).collect();
    let written = store.users(&ids).await.unwrap();
    let profile_ids: Vec<ProfileId> = profiles.iter().map(|profile| profile.id).collect();
    let written_profiles = store.profiles(&profile_ids).await.unwrap();
    assert_eq!(written.len(), 1);
    assert_eq!(written_profiles.len(), 1);
    assert_eq!(written_profiles[0].user, Some(written[0].id));
}

async fn an_account_without_its_profile_is_not_written(store: &Opened) {
    let there = profile(1, None);
    store
        .add_profiles(std::slice::from_ref(&there))
        .await
        .unwrap();

    let ada = user(1, "ada@example.org");
    let refused = store.create_user(&ada, &profile(1, Some(ada.id))).await;

    assert!(
        matches!(refused, Err(AccountError::Store(StoreError::Conflict))),
        "{refused:?}"
    );
    assert_eq!(store.users(&[ada.id]).await.unwrap(), []);
    assert_eq!(store.find_user_by_email(&ada.email).await.unwrap(), None);
    assert_eq!(store.profiles(&[there.id]).await.unwrap(), [there]);
}

async fn a_taken_account_id_is_a_conflict(store: &Opened) {
    let ada = user(1, "ada@example.org");
    store
        .create_user(&ada, &profile(1, Some(ada.id)))
        .await
        .unwrap();

    let grace = user(1, "grace@example.org");
    let refused = store.create_user(&grace, &profile(2, Some(grace.id))).await;

    assert!(
        matches!(refused, Err(AccountError::Store(StoreError::Conflict))),
        "{refused:?}"
    );
    assert_eq!(store.users(&[ada.id]).await.unwrap(), [ada]);
}

async fn profiles_of_an_account_come_oldest_first_then_by_id(store: &Opened) {
    let ada = user(1, "ada@example.org");
    let first = Profile {
        stamp: Stamp::first(time(20)),
        ..profile(5, Some(ada.id))
    };
    store.create_user(&ada, &first).await.unwrap();
    let grace = user(2, "grace@example.org");
    let other = profile(6, Some(grace.id));
    store.create_user(&grace, &other).await.unwrap();
    let at = |id, minutes| Profile {
        stamp: Stamp::first(time(minutes)),
        ..profile(id, Some(ada.id))
    };
    let later = [at(9, 10), at(4, 30), at(3, 20), at(8, 20)];
    store.add_profiles(&later).await.unwrap();

    let found = store.profiles_of_user(ada.id).await.unwrap();

    let ids: Vec<u64> = found.iter().map(|profile| profile.id.0).collect();
    assert_eq!(ids, [9, 3, 5, 8, 4]);
}

async fn added_profiles_leave_those_that_are_there(store: &Opened) {
    let there = keyed(1, "a");
    store
        .add_profiles(std::slice::from_ref(&there))
        .await
        .unwrap();

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

async fn a_key_stands_for_one_profile(store: &Opened) {
    store.add_profiles(&[keyed(1, "a")]).await.unwrap();

    let refused = store.add_profiles(&[keyed(2, "a")]).await;

    assert!(matches!(refused, Err(StoreError::Conflict)), "{refused:?}");
    assert_eq!(store.profiles(&[ProfileId(2)]).await.unwrap(), []);
}

fn user(id: u64, address: &str) -> User {
    User {
        id: UserId(id),
        email: email(address),
        email_verified: false,
        password: PasswordHash(format!("$argon2id$of-{id}")),
        role: Role::Viewer,
        stamp: Stamp::first(time(0)),
    }
}

fn profile(id: u64, user: Option<UserId>) -> Profile {
    Profile {
        id: ProfileId(id),
        user,
        key: None,
        name: format!("profile {id} 🎬"),
        stamp: Stamp::first(time(0)),
    }
}

fn keyed(id: u64, key: &str) -> Profile {
    Profile {
        key: Some(key.to_owned()),
        ..profile(id, None)
    }
}

fn email(address: &str) -> EmailAddress {
    EmailAddress::parse(address).unwrap()
}

fn time(minutes: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 123_000_000).unwrap() + TimeDelta::minutes(minutes)
}

fn by_id<T, K: Ord>(mut found: Vec<T>, id: impl Fn(&T) -> K) -> Vec<T> {
    found.sort_by_key(id);
    found
}

//! Things to store, and short ways to say them.

use chrono::{DateTime, TimeDelta, Utc};
use reelgraph::domain::accounts::{
    AccountError, AccountWrite, Action, Actor, ApiKey, AuditEntry, EmailAddress, Erasure, Identity,
    Mail, MailKind, PasswordHash, Profile, Scope, TokenHash, User,
};
use reelgraph::domain::error::StoreError;
use reelgraph::domain::ids::{ApiKeyId, AuditId, ErasureId, MailId, ProfileId, UserId};
use reelgraph::domain::stamp::Stamp;
use reelgraph::domain::viewer::Role;

use super::backend::Opened;

/// Writes what must succeed.
pub(super) async fn write(store: &Opened, writes: impl IntoIterator<Item = AccountWrite>) {
    store.write(writes.into_iter().collect()).await.unwrap();
}

/// Writes an account and its profile.
pub(super) async fn register(store: &Opened, user: &User, profile: &Profile) {
    let (user, profile) = (user.clone(), profile.clone());
    let writes = [
        AccountWrite::AddUser(user),
        AccountWrite::AddProfile(profile),
    ];
    write(store, writes).await;
}

pub(super) fn user(id: u64, address: &str) -> User {
    User {
        id: UserId(id),
        email: Some(email(address)),
        email_verified: false,
        ways_in_trusted_since: None,
        password: Some(PasswordHash(format!("$argon2id$of-{id}"))),
        role: Role::Viewer,
        epoch: 1,
        disabled_at: None,
        stamp: Stamp::first(time(0)),
    }
}

/// Made by another site's log-in that told no address.
pub(super) fn nameless(id: u64) -> User {
    User {
        email: None,
        password: None,
        ..user(id, "nameless@example.org")
    }
}

/// The account as the next write has it.
pub(super) fn next(user: &User) -> User {
    User {
        stamp: user.stamp.next(time(1)),
        ..user.clone()
    }
}

pub(super) fn profile(id: u64, user: Option<UserId>) -> Profile {
    let name = format!("profile {id} 🎬");
    Profile::new(ProfileId(id), user, name, Stamp::first(time(0)))
}

pub(super) fn keyed(id: u64, key: &str) -> Profile {
    Profile {
        key: Some(key.to_owned()),
        ..profile(id, None)
    }
}

pub(super) fn identity(provider: &str, subject: &str, user: u64) -> Identity {
    Identity {
        provider: provider.to_owned(),
        subject: subject.to_owned(),
        user: UserId(user),
        created_at: time(0),
        updated_at: time(1),
    }
}

pub(super) fn api_key(id: u64, user: u64) -> ApiKey {
    ApiKey {
        id: ApiKeyId(id),
        user: UserId(user),
        name: format!("key {id} 🔑"),
        scopes: vec![Scope::Read, Scope::Administer],
        secret: TokenHash([id.to_le_bytes()[0] | 0x80; 32]),
        last_used_at: None,
        expires_at: time(9),
        created_at: time(0),
        updated_at: time(1),
    }
}

pub(super) fn audit(id: u64, user: u64, minutes: i64) -> AuditEntry {
    AuditEntry {
        id: AuditId(id),
        user: Some(UserId(user)),
        at: time(minutes),
        action: Action::LoggedIn,
        actor: Actor::User(UserId(user)),
        address: Some("2001:db8::7".parse().unwrap()),
        detail: Some("password".to_owned()),
    }
}

pub(super) fn mail(id: u64, user: Option<u64>, due: i64) -> Mail {
    Mail {
        id: MailId(id),
        to: email("ada@example.org"),
        kind: MailKind::ConfirmEmail,
        user: user.map(UserId),
        asked: None,
        attempts: 0,
        due_at: time(due),
        created_at: time(0),
        updated_at: time(0),
    }
}

pub(super) fn erasure(id: u64, minutes: i64) -> Erasure {
    Erasure {
        id: ErasureId(id),
        code: format!("code-{id}"),
        profiles: vec![ProfileId(u64::MAX >> 1), ProfileId(id)],
        created_at: time(minutes),
        updated_at: time(minutes),
        finished_at: None,
    }
}

pub(super) fn email(address: &str) -> EmailAddress {
    EmailAddress::parse(address).unwrap()
}

/// Some minutes after a moment that has milliseconds.
pub(super) fn time(minutes: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 123_000_000).unwrap() + TimeDelta::minutes(minutes)
}

pub(super) fn by_id<T, K: Ord>(mut found: Vec<T>, id: impl Fn(&T) -> K) -> Vec<T> {
    found.sort_by_key(id);
    found
}

pub(super) fn is_conflict(result: &Result<(), AccountError>) -> bool {
    matches!(result, Err(AccountError::Store(StoreError::Conflict)))
}

//! A store and a clock that tests can set.

mod crypto;
mod grants;
mod keys;
mod tokens;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::JwtTokens;
use crate::domain::accounts::{Claims, KeyRotation, SigningKey, SigningKeyStore};
use crate::domain::clock::Clock;
use crate::domain::error::StoreError;
use crate::domain::ids::{SessionId, UserId};

const ISSUER: &str = "https://films.example";

/// A clock that stands until it is moved.
struct SetClock(Mutex<DateTime<Utc>>);

impl SetClock {
    fn pass(&self, time: TimeDelta) {
        *self.0.lock().unwrap() += time;
    }
}

impl Clock for SetClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
}

/// A store that can be away, and counts who asks it.
#[derive(Default)]
struct Shelf {
    keys: Mutex<Vec<SigningKey>>,
    reads: AtomicUsize,
    is_away: AtomicBool,
}

#[async_trait]
impl SigningKeyStore for Shelf {
    async fn signing_keys(&self, now: DateTime<Utc>) -> Result<Vec<SigningKey>, StoreError> {
        self.reads.fetch_add(1, Ordering::SeqCst);
        if self.is_away.load(Ordering::SeqCst) {
            return Err(StoreError::unavailable("away"));
        }
        let mut keys = self.keys.lock().unwrap().clone();
        // Lets others read the same before this one writes.
        tokio::task::yield_now().await;
        keys.retain(|key| key.expires_at > now);
        keys.sort_by_key(|key| key.number);
        Ok(keys)
    }

    async fn add_signing_key(
        &self,
        key: &SigningKey,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let mut keys = self.keys.lock().unwrap();
        keys.retain(|key| key.expires_at > now);
        let is_new = keys.iter().all(|other| other.number != key.number);
        if is_new {
            keys.push(key.clone());
        }
        Ok(is_new)
    }
}

struct World {
    clock: Arc<SetClock>,
    shelf: Arc<Shelf>,
}

impl World {
    fn new() -> Self {
        let start = "2026-01-01T00:00:00Z".parse().unwrap();
        Self {
            clock: Arc::new(SetClock(Mutex::new(start))),
            shelf: Arc::default(),
        }
    }

    fn server_of(&self, issuer: &str, secret: Option<&str>) -> JwtTokens {
        JwtTokens::new(
            self.shelf.clone(),
            self.clock.clone(),
            issuer.to_owned(),
            KeyRotation::default(),
            secret.map(Into::into),
        )
    }

    fn server(&self) -> JwtTokens {
        self.server_of(ISSUER, Some("secret"))
    }

    fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    fn claims(&self) -> Claims {
        Claims {
            user: UserId(u64::MAX >> 1),
            session: SessionId(7),
            issued_at: self.now(),
            expires_at: self.now() + TimeDelta::minutes(10),
        }
    }

    fn reads(&self) -> usize {
        self.shelf.reads.load(Ordering::SeqCst)
    }
}

/// The header and the payload of a token.
fn parts(token: &str) -> (Value, Value) {
    let mut parts = token
        .split('.')
        .map(|part| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok());
    let mut next = || parts.next().flatten().unwrap();
    (next(), next())
}

fn encoded(part: &Value) -> String {
    URL_SAFE_NO_PAD.encode(part.to_string())
}

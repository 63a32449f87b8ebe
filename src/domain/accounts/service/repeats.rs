//! Requests that name a key of their own: what each was about to make is known for a day, so that a repeat makes nothing a
//! second time.

use chrono::TimeDelta;
use sha2::{Digest, Sha256};

use super::AccountService;
use crate::domain::accounts::one_time::{KeyedRequest, OneTime};
use crate::domain::accounts::token::TokenHash;
use crate::domain::error::StoreError;
use crate::domain::ids::UserId;

/// For how long a repeat finds what was noted.
const LASTS: TimeDelta = TimeDelta::days(1);

impl AccountService {
    /// What was noted in the last day of an account's request with this key.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn find_request(
        &self,
        user: UserId,
        key: &str,
    ) -> Result<Option<KeyedRequest>, StoreError> {
        let now = self.ports.clock.now();
        let one_time = &self.ports.one_time;
        match one_time.find_one_time(&hash(user, key), now).await? {
            Some(OneTime::Request(request)) => Ok(Some(request)),
            _ => Ok(None),
        }
    }

    /// Notes what a request with this key is about to make, in the place of what was noted of the key before.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn note_request(&self, key: &str, request: KeyedRequest) -> Result<(), StoreError> {
        let until = self.ports.clock.now() + LASTS;
        let hash = hash(request.user, key);
        let means = OneTime::Request(request);
        let one_time = &self.ports.one_time;
        one_time.put_one_time(&hash, &means, until).await
    }
}

/// What a key of an account is kept under: nobody who reads the store learns it.
fn hash(user: UserId, key: &str) -> TokenHash {
    let named = format!("request\n{user}\n{key}");
    TokenHash(Sha256::digest(named.as_bytes()).into())
}

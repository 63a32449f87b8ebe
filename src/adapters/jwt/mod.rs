//! Access tokens.
#![allow(unused, clippy::todo, clippy::allow_attributes)]
use crate::domain::accounts::*;
use crate::domain::clock::Clock;
use crate::domain::error::StoreError;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use secrecy::SecretString;
use std::sync::Arc;
/// Access tokens.
pub struct JwtTokens;
impl JwtTokens {
    /// New.
    pub fn new(
        keys: Arc<dyn SigningKeyStore>,
        clock: Arc<dyn Clock>,
        issuer: String,
        rotation: KeyRotation,
        secret: Option<SecretString>,
    ) -> Self {
        Self
    }
}
#[async_trait]
impl AccessTokens for JwtTokens {
    async fn issue(&self, claims: &Claims) -> Result<String, StoreError> {
        todo!()
    }
    async fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<Option<Claims>, StoreError> {
        todo!()
    }
    async fn public_keys(&self) -> Result<serde_json::Value, StoreError> {
        todo!()
    }
}

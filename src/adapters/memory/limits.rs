//! Limits.
#![allow(unused, clippy::todo, clippy::allow_attributes)]
use crate::domain::error::StoreError;
use crate::domain::limits::*;
use async_trait::async_trait;
/// Limits.
#[derive(Default)]
pub struct MemoryLimiter;
impl MemoryLimiter {
    /// New.
    pub fn new() -> Self {
        Self
    }
}
#[async_trait]
impl RateLimiter for MemoryLimiter {
    async fn take(&self, key: &str, rate: Rate) -> Result<Verdict, StoreError> {
        todo!()
    }
    async fn attempt(&self, key: &str, backoff: Backoff) -> Result<Verdict, StoreError> {
        todo!()
    }
    async fn forgive(&self, key: &str) -> Result<(), StoreError> {
        todo!()
    }
}

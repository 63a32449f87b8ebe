//! Leave to fetch what an item is played from, by an address: whoever has it needs no cookie, so players of any kind can.
//!
//! It is the beginning of the address, so that relative addresses inside of manifests have it as well.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::error::StoreError;
use crate::domain::ids::{ApiKeyId, SessionId};
use crate::domain::viewer::{KnownViewer, Login, Viewer};
use crate::domain::watching::WatchedItem;

/// How long somebody may pause, beyond the length of what is played.
const PAUSE: TimeDelta = TimeDelta::hours(4);
/// How long an item is taken to be of which nobody knows it.
const UNKNOWN: TimeDelta = TimeDelta::hours(4);
/// How long a grant lasts at the most: the keys that sign it are kept for longer.
pub(super) const LONGEST: TimeDelta = TimeDelta::hours(20);

/// Who was given leave. What they may see is asked anew whenever something is fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grantee {
    /// Nobody who is logged in.
    Anonymous,
    /// Whoever goes on with this log-in.
    Session(SessionId),
    ApiKey(ApiKeyId),
}

/// What a grant says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant {
    pub to: Grantee,
    /// What may be fetched is all that this is played from.
    pub item: WatchedItem,
    /// When it ends, in UTC, to the second.
    pub expires_at: DateTime<Utc>,
}

/// Signs and checks grants, with keys that every server of a site shares.
#[async_trait]
pub trait Grants: Send + Sync {
    /// A grant as a part of an address: letters, digits, dots, hyphens and underscores of ASCII.
    async fn sign(&self, grant: &Grant) -> Result<String, StoreError>;

    /// What a grant says; `None`: it is not ours, was changed, or has ended.
    async fn verify(&self, signed: &str, now: DateTime<Utc>) -> Result<Option<Grant>, StoreError>;
}

impl Grantee {
    /// Whoever asks, without a log-in.
    pub fn of(viewer: &Viewer) -> Self {
        match viewer.known().map(|known: &KnownViewer| known.login) {
            None => Self::Anonymous,
            Some(Login::Session(id)) => Self::Session(id),
            Some(Login::ApiKey { id, .. }) => Self::ApiKey(id),
        }
    }
}

/// When a grant ends for something of this length in seconds that is begun now.
pub(super) fn end_of(length: Option<f64>, now: DateTime<Utc>) -> DateTime<Utc> {
    let counted = |seconds| {
        let length = Duration::try_from_secs_f64(seconds).ok()?;
        TimeDelta::from_std(length).ok()
    };
    // What is too long to be counted lasts for as long as may be.
    let length = length.map_or(UNKNOWN, |seconds| counted(seconds).unwrap_or(LONGEST));
    let end = now + (length.min(LONGEST) + PAUSE).min(LONGEST);
    DateTime::from_timestamp(end.timestamp(), 0).unwrap_or(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grant_lasts_as_long_as_the_item_and_a_pause() {
        let now = DateTime::from_timestamp(1_000_000, 500_000_000).unwrap();
        let lasts = |length| (end_of(length, now) - now).num_minutes();

        assert_eq!(lasts(Some(5_400.0)), 329);
        assert_eq!(lasts(Some(0.0)), 239);
        assert_eq!(lasts(None), 479);
        assert_eq!(lasts(Some(f64::MAX)), 1_199);
        assert_eq!(end_of(None, now).timestamp_subsec_millis(), 0);
    }
}

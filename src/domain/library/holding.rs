//! The folder that a scan has to itself as long as it goes on: of two that write at a time, one is refused.

use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::error::LibraryError;
use crate::domain::entropy::unique_name;
use crate::domain::lease::{Leases, may_work};
use crate::domain::text::hex;

/// For how long a scan has its folder to itself; it is renewed as long as the scan goes on.
const LEASE: Duration = Duration::from_secs(60);
/// How often that is done.
pub(super) const RENEW: Duration = Duration::from_secs(10);

/// What a scan has to itself.
pub(super) struct Hold {
    /// The lease; `None`: it writes nothing, and others may scan meanwhile.
    lease: Option<String>,
    holder: Uuid,
    renewed: Instant,
}

impl Hold {
    /// One of a folder, to be renewed before it is used.
    pub(super) fn on(root: &str) -> Self {
        // A path may have anything in it.
        let digest = hex(&Sha256::digest(root.as_bytes()));
        Self {
            lease: Some(format!("scan:{}", &digest[..32])),
            ..Self::of_nothing()
        }
    }

    /// One of a scan that writes nothing.
    pub(super) fn of_nothing() -> Self {
        Self {
            lease: None,
            holder: unique_name(),
            renewed: Instant::now(),
        }
    }

    /// Whether it is to be renewed.
    pub(super) fn is_due(&self) -> bool {
        self.renewed.elapsed() >= RENEW
    }

    /// Has the folder for a while from now on; fails if another scan has it.
    pub(super) async fn renew(&mut self, leases: &dyn Leases) -> Result<(), LibraryError> {
        self.renewed = Instant::now();
        let Some(lease) = &self.lease else {
            return Ok(());
        };
        if may_work(leases, lease, self.holder, LEASE).await? {
            Ok(())
        } else {
            Err(LibraryError::AtWork)
        }
    }

    /// Gives the folder back. One that cannot be given back is free when its time is over.
    pub(super) async fn release(&self, leases: &dyn Leases) {
        if let Some(lease) = &self.lease {
            drop(leases.release(lease, self.holder).await);
        }
    }
}

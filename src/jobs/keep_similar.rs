//! Keeps the `SIMILAR` edges what watches and titles say, on one server at a time.

use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use uuid::Uuid;

use super::{AFTER_FAILURE, Health, Pace};
use crate::domain::entropy::unique_name;
use crate::domain::lease::Leases;
use crate::domain::recommend::{Following, Kept, RecommendError, SimilarService};

/// How often to look for news.
const POLL: Duration = Duration::from_secs(2);
/// The lease that says which server it is.
const LEASE: &str = "keep_similar";
/// To compute everything takes no more than this share of the time.
const SHARE: u32 = 5;
/// How long a server that has died holds it.
const HELD: Duration = Duration::from_secs(60);

/// Who keeps the edges, and what says that it is this server's turn.
pub struct Keeper {
    /// Keeps them.
    pub similar: SimilarService,
    /// Says whose turn it is.
    pub leases: Arc<dyn Leases>,
}

pub(super) async fn run(keeper: Keeper, mut pace: Pace) {
    let mut health = Health::of("keep_similar");
    let holder = unique_name();
    let mut following = None;
    loop {
        let started = Instant::now();
        // To compute everything may take minutes; what is broken off is begun again.
        let round = keeper.round(holder, &mut following);
        let Some(kept) = pace.unless_stopped(round).await else {
            break;
        };
        let wait = match kept {
            Ok(Kept::Solved(_)) => {
                health.succeeded();
                started.elapsed()
            }
            Ok(Kept::Nothing) => {
                health.succeeded();
                POLL
            }
            Ok(Kept::Rebuilt(_)) => {
                health.succeeded();
                POLL.max(started.elapsed() * SHARE)
            }
            Err(error) => {
                health.failed(&error);
                AFTER_FAILURE
            }
        };
        if !pace.wait(&[], wait).await {
            break;
        }
    }
    // So that another server need not wait. If that fails, it waits.
    drop(keeper.leases.release(LEASE, holder).await);
}

impl Keeper {
    async fn round(
        &self,
        holder: Uuid,
        following: &mut Option<Following>,
    ) -> Result<Kept, RecommendError> {
        if !self.leases.acquire(LEASE, holder, HELD).await? {
            *following = None;
            return Ok(Kept::Nothing);
        }
        let started = Instant::now();
        let mut keep = pin!(self.similar.keep(following));
        let kept = loop {
            tokio::select! {
                kept = &mut keep => break kept?,
                () = tokio::time::sleep(HELD / 3) => {
                    // Lost or not, a round that two servers do does no harm.
                    drop(self.leases.acquire(LEASE, holder, HELD).await);
                }
            }
        };
        let seconds = started.elapsed().as_secs_f64();
        match kept {
            Kept::Nothing => {}
            Kept::Solved(titles) => tracing::debug!(titles, seconds, "Solved titles anew"),
            Kept::Rebuilt(edges) => tracing::info!(edges, seconds, "Computed the SIMILAR edges"),
        }
        Ok(kept)
    }
}

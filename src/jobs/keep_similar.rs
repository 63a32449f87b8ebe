//! Keeps the `SIMILAR` edges up to date, on one server at a time: recomputes all of them, or those of changed titles.

use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use uuid::Uuid;

use super::job::{Job, Round};
use crate::domain::entropy::unique_name;
use crate::domain::events::Event;
use crate::domain::lease::Leases;
use crate::domain::recommend::{Following, RecommendError, SimilarRound, SimilarService};

/// How often to look for changes.
const POLL: Duration = Duration::from_secs(2);
/// The lease that says which server it is.
const LEASE: &str = "keep_similar";
/// How long to pause after recomputing everything, in multiples of the time that it took.
const PAUSE: u32 = 5;
/// How long a server that has crashed holds it.
const HELD: Duration = Duration::from_secs(60);

/// Who keeps the edges, and what says that it is this server's turn.
pub struct Keeper {
    pub similar: SimilarService,
    /// Says whose turn it is.
    pub leases: Arc<dyn Leases>,
}

pub(super) struct KeepSimilar {
    keeper: Keeper,
    holder: Uuid,
    following: Option<Following>,
}

impl KeepSimilar {
    pub(super) fn new(keeper: Keeper) -> Self {
        Self {
            keeper,
            holder: unique_name(),
            following: None,
        }
    }
}

impl Job for KeepSimilar {
    const NAME: &'static str = "keep_similar";
    /// It looks by itself, because what it keeps is worth only a share of the time.
    const WAKES: &'static [Event] = &[];
    /// Recomputing everything may take minutes; what is broken off is begun again.
    const MAY_BREAK_OFF: bool = true;

    async fn round(&mut self) -> Round {
        let started = Instant::now();
        // A round that panics must not leave half of what it followed to the next.
        let mut following = self.following.take();
        let kept = self.keeper.round(self.holder, &mut following).await;
        self.following = following;
        match kept {
            Ok(SimilarRound::Solved(_)) => Round::Due(started.elapsed()),
            Ok(SimilarRound::Nothing) => Round::Due(POLL),
            Ok(SimilarRound::Rebuilt(_)) => Round::Due(POLL.max(started.elapsed() * PAUSE)),
            Err(error) => Round::failed(error),
        }
    }

    /// So that another server need not wait. If that fails, it waits.
    async fn end(&mut self) {
        drop(self.keeper.leases.release(LEASE, self.holder).await);
    }
}

impl Keeper {
    async fn round(
        &self,
        holder: Uuid,
        following: &mut Option<Following>,
    ) -> Result<SimilarRound, RecommendError> {
        let is_ours = self.leases.acquire(LEASE, holder, HELD).await?;
        metrics::gauge!("lease_held", "lease" => LEASE).set(u8::from(is_ours));
        if !is_ours {
            *following = None;
            return Ok(SimilarRound::Nothing);
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
            SimilarRound::Nothing => {}
            SimilarRound::Solved(titles) => tracing::debug!(titles, seconds, "Solved titles anew"),
            SimilarRound::Rebuilt(edges) => {
                tracing::info!(edges, seconds, "Computed the SIMILAR edges");
            }
        }
        Ok(kept)
    }
}

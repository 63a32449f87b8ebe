//! Who projects what, where several servers do: each shard of what waits is one server's at a time, by a lease that it
//! has as long as there is work. So none does again what another does at this moment. A lease saves work and is no
//! lock: it is the revisions that keep the graph right.

use std::collections::BTreeSet;
use std::time::Duration;

use futures::future::join_all;

use super::error::RecommendError;
use super::projection::GraphService;
use crate::domain::ids::ProfileId;

/// How many shards watched titles have, by profile.
const SHARDS: u64 = 8;
/// How long a server that has died holds a shard: longer than a batch takes.
const HELD: Duration = Duration::from_secs(10);

/// A part of what waits for projection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Shard {
    Titles,
    /// The watched titles of some profiles.
    Watches(u64),
    Departures,
}

/// The shards that this server has.
#[derive(Debug, Default)]
pub struct Turns(BTreeSet<Shard>);

/// The shards of those asked for that are this server's now.
pub(super) struct Taken {
    pub(super) shards: BTreeSet<Shard>,
    /// Whether some of them were not before: then another may have done meanwhile what was read.
    pub(super) is_news: bool,
}

impl Shard {
    pub(super) fn of(profile: ProfileId) -> Self {
        Self::Watches(profile.0 % SHARDS)
    }

    fn lease(self) -> String {
        match self {
            Self::Titles => "project:titles".to_owned(),
            Self::Watches(number) => format!("project:watches:{number}"),
            Self::Departures => "project:departures".to_owned(),
        }
    }
}

impl GraphService {
    /// Projects a batch of what waits and is this server's turn. Says how many documents that were; 0: there is nothing
    /// to do here, though something may wait that another server works at.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn project_in_turn(&self, turns: &mut Turns) -> Result<usize, RecommendError> {
        let projected = self.project_queues(Some(turns)).await;
        if !matches!(projected, Ok(1..)) {
            // Also after a failure: another server may do better.
            self.leave_turns(turns).await?;
        }
        projected
    }

    /// Lets other servers have their turn at once.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn leave_turns(&self, turns: &mut Turns) -> Result<(), RecommendError> {
        let held = std::mem::take(&mut turns.0).into_iter();
        let left = held.map(async |shard| {
            let leases = &self.ports.leases;
            leases.release(&shard.lease(), self.holder).await
        });
        join_all(left)
            .await
            .into_iter()
            .collect::<Result<(), _>>()?;
        Ok(())
    }

    /// Takes or keeps shards, those that are no other server's.
    pub(super) async fn take(
        &self,
        turns: &mut Turns,
        wanted: BTreeSet<Shard>,
    ) -> Result<Taken, RecommendError> {
        let asked = wanted.into_iter().map(async |shard| {
            let leases = &self.ports.leases;
            let is_ours = leases.acquire(&shard.lease(), self.holder, HELD).await?;
            Ok::<_, RecommendError>((shard, is_ours))
        });
        let mut taken = Taken {
            shards: BTreeSet::new(),
            is_news: false,
        };
        for answer in join_all(asked).await {
            let (shard, is_ours) = answer?;
            if is_ours {
                taken.is_news |= turns.0.insert(shard);
                taken.shards.insert(shard);
            } else {
                turns.0.remove(&shard);
            }
        }
        Ok(taken)
    }
}

//! What waits for projection, queue by queue, and whose turn it is. See [`super::projection`] for what is done with it.

use std::collections::BTreeSet;

use futures::future::join_all;

use super::error::RecommendError;
use super::projection::{BATCH, GraphService};
use super::turns::{HELD, Shard, Taken, Turns};
use crate::domain::lease::may_work;

/// How many watched titles a round reads. To find the first that waits, a store may have to walk over what was done
/// just before (the entries that a log-structured or versioned index has not cleared away yet), so it is asked rarely.
const ROUND: usize = 5000;
/// How many of them are read to see whose turn it is: where few wait, which is mostly so, that is all of them.
const LOOK: usize = 50;

/// What of that which waits is projected in a round.
pub(super) enum Scope<'t> {
    /// All of it, whoever else does so at the same time.
    All,
    /// What is our turn.
    Turn(&'t mut Turns),
    /// The same; and once there is less than a round takes, all of it, for others may have their turn for ever.
    Rest(&'t mut Turns),
}

/// What a round came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Round {
    /// How many documents were projected.
    pub(super) documents: usize,
    /// Whether that was everything that waited when the round began, of whatever queue.
    pub(super) is_all: bool,
}

impl Round {
    /// There was something, and it is another's turn.
    const ANOTHERS: Self = Self {
        documents: 0,
        is_all: false,
    };

    fn and(self, other: Self) -> Self {
        Self {
            documents: self.documents + other.documents,
            is_all: self.is_all && other.is_all,
        }
    }
}

impl Scope<'_> {
    /// The turns to take, if what was read is not to be projected whoever has them.
    fn turns(&mut self, is_all: bool) -> Option<&mut Turns> {
        match self {
            Self::All => None,
            Self::Turn(turns) => Some(turns),
            Self::Rest(turns) => (!is_all).then_some(turns),
        }
    }

    /// Whether it is worth while to read a whole round before it is known whose turn it is.
    fn is_likely(&self, of_queue: impl Fn(&Shard) -> bool) -> bool {
        match self {
            Self::All | Self::Rest(_) => true,
            Self::Turn(turns) => turns.held.iter().any(of_queue),
        }
    }
}

impl GraphService {
    /// Projects until everything is projected that waited in the beginning. Says how many documents that were.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn drain(&self) -> Result<usize, RecommendError> {
        self.watching.settle_all().await?;
        let mut projected = 0;
        loop {
            let round = self.project(&mut Scope::All).await?;
            projected += round.documents;
            // Whatever is written meanwhile is none of it, so that this ends where something is written all the time.
            if round.is_all {
                return Ok(projected);
            }
        }
    }

    /// Projects a batch of what waits and is this server's turn. Says how many documents that were; 0: there is nothing
    /// to do here, though something may wait that another server works at.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn project_in_turn(&self, turns: &mut Turns) -> Result<usize, RecommendError> {
        let round = self.project(&mut Scope::Turn(turns)).await;
        let documents = round.map(|round| round.documents);
        if matches!(documents, Ok(0)) {
            self.tick_behind().await?;
        }
        if !matches!(documents, Ok(1..)) {
            // Also after a failure: another server may do better.
            self.leave_turns(turns).await;
        }
        documents
    }

    /// Lets other servers have their turn at once; where that fails, once the leases end by themselves.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn leave_turns(&self, turns: &mut Turns) {
        let (leases, holder) = (&self.ports.leases, turns.holder);
        let held = std::mem::take(&mut turns.held).into_iter();
        let left = held.map(async |shard| leases.release(&shard.lease(), holder).await);
        drop(join_all(left).await);
    }

    /// Projects a batch of each queue. A queue that fails keeps no other waiting; the first failure is the answer when
    /// all were tried.
    pub(super) async fn project(&self, scope: &mut Scope<'_>) -> Result<Round, RecommendError> {
        let titles = self.project_titles(scope).await;
        let watches = self.project_watches(scope).await;
        let departures = self.project_departures(scope).await;
        Ok(titles?.and(watches?).and(departures?))
    }

    /// Takes or keeps shards, those that are nobody else's. While the leases are away, all of them are ours.
    async fn take(
        &self,
        turns: &mut Turns,
        wanted: BTreeSet<Shard>,
    ) -> Result<Taken, RecommendError> {
        let (leases, holder) = (&*self.ports.leases, turns.holder);
        let asked = wanted.into_iter().map(async |shard| {
            let is_ours = may_work(leases, &shard.lease(), holder, HELD).await;
            (shard, is_ours)
        });
        let mut taken = Taken {
            shards: BTreeSet::new(),
            is_news: false,
        };
        let mut failure = None;
        // All that were asked for are noted, so that those we have got are left again.
        for (shard, is_ours) in join_all(asked).await {
            match is_ours {
                Ok(true) => {
                    taken.is_news |= turns.held.insert(shard);
                    taken.shards.insert(shard);
                }
                Ok(false) => drop(turns.held.remove(&shard)),
                Err(error) => failure = Some(error),
            }
        }
        match failure {
            None => Ok(taken),
            Some(error) => Err(error.into()),
        }
    }

    async fn project_titles(&self, scope: &mut Scope<'_>) -> Result<Round, RecommendError> {
        let source = &self.ports.titles;
        let is_likely = scope.is_likely(|shard| *shard == Shard::Titles);
        let limit = if is_likely { BATCH } else { 1 };
        let mut titles = source.unprojected_titles(limit).await?;
        let mut is_all = titles.len() < limit;
        if !titles.is_empty()
            && let Some(turns) = scope.turns(is_all)
        {
            let taken = self.take(turns, [Shard::Titles].into()).await?;
            if taken.shards.is_empty() {
                return Ok(Round::ANOTHERS);
            }
            if taken.is_news || !is_likely {
                titles = source.unprojected_titles(BATCH).await?;
                is_all = titles.len() < BATCH;
            }
        }
        if !titles.is_empty() {
            self.put_titles(&titles).await?;
            let marks: Vec<_> = titles
                .iter()
                .map(|title| (title.id, title.stamp.revision))
                .collect();
            source.mark_titles_projected(&marks).await?;
        }
        Ok(Round {
            documents: titles.len(),
            is_all,
        })
    }

    async fn project_watches(&self, scope: &mut Scope<'_>) -> Result<Round, RecommendError> {
        let source = &self.ports.watches;
        let is_likely = scope.is_likely(|shard| matches!(shard, Shard::Watches(_)));
        let limit = if is_likely { ROUND } else { LOOK };
        let mut watched_titles = source.unprojected_watches(limit).await?;
        let mut is_all = watched_titles.len() < limit;
        if !watched_titles.is_empty()
            && let Some(turns) = scope.turns(is_all)
        {
            // Beyond what was only looked at there may be any.
            let is_look = !is_likely && !is_all;
            let shards = watched_titles.iter().map(|one| Shard::of(one.profile));
            let wanted = if is_look {
                Shard::of_watches()
            } else {
                shards.collect()
            };
            let taken = self.take(turns, wanted).await?;
            if taken.shards.is_empty() {
                return Ok(Round::ANOTHERS);
            }
            if taken.is_news || is_look {
                watched_titles = source.unprojected_watches(ROUND).await?;
            }
            let read = watched_titles.len();
            watched_titles.retain(|one| taken.shards.contains(&Shard::of(one.profile)));
            is_all = read < ROUND && watched_titles.len() == read;
        }
        for watched_titles in watched_titles.chunks(BATCH) {
            self.put_watched(watched_titles).await?;
            let marks: Vec<_> = watched_titles
                .iter()
                .map(|watched_title| {
                    (
                        watched_title.profile,
                        watched_title.title,
                        watched_title.stamp.revision,
                    )
                })
                .collect();
            source.mark_watches_projected(&marks).await?;
        }
        Ok(Round {
            documents: watched_titles.len(),
            is_all,
        })
    }

    async fn project_departures(&self, scope: &mut Scope<'_>) -> Result<Round, RecommendError> {
        let source = &self.ports.watches;
        let departures = source.unprojected_departures(BATCH).await?;
        let is_all = departures.len() < BATCH;
        if !departures.is_empty()
            && let Some(turns) = scope.turns(is_all)
        {
            let taken = self.take(turns, [Shard::Departures].into()).await?;
            if taken.shards.is_empty() {
                return Ok(Round::ANOTHERS);
            }
        }
        if !departures.is_empty() {
            let titles = departures.iter().map(|(title, _)| *title);
            self.count_watchers(titles.collect()).await?;
            source.mark_departures_projected(&departures).await?;
        }
        Ok(Round {
            documents: departures.len(),
            is_all,
        })
    }
}

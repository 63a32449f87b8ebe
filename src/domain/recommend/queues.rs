//! What waits for projection, queue by queue, and whose turn it is. See [`super::projection`] for what is done with it.

use futures::future::join_all;

use super::error::RecommendError;
use super::projection::{BATCH, GraphService};
use super::turns::{HELD, Queue, Taken, Turns};
use crate::domain::lease::may_work;

/// How many watched titles a round reads: many, for the watchers of a title are counted once in it, which costs as much as
/// its edges.
const ROUND: usize = 50_000;
/// How many of them are written before the lease is renewed: no more than are done in a part of the time that it is held.
const STEP: usize = 10_000;
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

    /// Whether nothing was there, of anybody's.
    fn is_nothing(&self) -> bool {
        self.documents == 0 && self.is_all
    }

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
    fn is_likely(&self, queue: Queue) -> bool {
        match self {
            Self::All | Self::Rest(_) => true,
            Self::Turn(turns) => turns.held.contains(&queue),
        }
    }

    /// The turns by which it is remembered what was seen, so that not everything is looked at in each round.
    fn memory(&mut self) -> Option<&mut Turns> {
        match self {
            Self::All | Self::Rest(_) => None,
            Self::Turn(turns) => Some(turns),
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
        let left = held.map(async |queue| leases.release(queue.lease(), holder).await);
        drop(join_all(left).await);
    }

    /// Projects a batch of each queue. A queue that fails keeps no other waiting; the first failure is the answer when
    /// all were tried.
    pub(super) async fn project(&self, scope: &mut Scope<'_>) -> Result<Round, RecommendError> {
        if scope.memory().is_some_and(|turns| turns.was_seldom()) {
            return self.project_watches(scope).await;
        }
        let titles = self.project_titles(scope).await;
        let watches = self.project_watches(scope).await;
        let departures = self.project_departures(scope).await;
        let (titles, watches, departures) = (titles?, watches?, departures?);
        if let Some(turns) = scope.memory() {
            turns.saw_seldom(!(titles.is_nothing() && departures.is_nothing()));
        }
        Ok(titles.and(watches).and(departures))
    }

    /// Takes or keeps a queue, if it is nobody else's. While the leases are away, all of them are ours.
    async fn take(&self, turns: &mut Turns, queue: Queue) -> Result<Taken, RecommendError> {
        let (leases, holder) = (&*self.ports.leases, turns.holder);
        let is_ours = may_work(leases, queue.lease(), holder, HELD).await?;
        Ok(match is_ours {
            true if turns.held.insert(queue) => Taken::Anew,
            true => Taken::Kept,
            false => {
                turns.held.remove(&queue);
                Taken::Refused
            }
        })
    }

    async fn project_titles(&self, scope: &mut Scope<'_>) -> Result<Round, RecommendError> {
        let source = &self.ports.titles;
        let is_likely = scope.is_likely(Queue::Titles);
        let limit = if is_likely { BATCH } else { 1 };
        let mut titles = source.unprojected_titles(limit).await?;
        let mut is_all = titles.len() < limit;
        if !titles.is_empty()
            && let Some(turns) = scope.turns(is_all)
        {
            let taken = self.take(turns, Queue::Titles).await?;
            if taken == Taken::Refused {
                return Ok(Round::ANOTHERS);
            }
            if taken == Taken::Anew || !is_likely {
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
        let is_likely = scope.is_likely(Queue::Watches);
        let mut limit = if is_likely { ROUND } else { LOOK };
        let memory = scope.memory();
        if memory.as_ref().is_some_and(|turns| turns.is_refused()) {
            return Ok(Round::ANOTHERS);
        }
        let look = memory.map(|turns| turns.lookout.look(self.clock.now()));
        let since = look.and_then(|look| look.since);
        let mut waiting = source.unprojected_watches(since, limit).await?;
        if !waiting.is_empty()
            && let Some(turns) = scope.turns(waiting.len() < limit)
        {
            let taken = self.take(turns, Queue::Watches).await?;
            if taken == Taken::Refused {
                if let Some(look) = look {
                    turns.lookout.saw(look, &waiting);
                    turns.lookout.left(look);
                }
                turns.refuse();
                return Ok(Round::ANOTHERS);
            }
            if taken == Taken::Anew || waiting.len() == LOOK {
                limit = ROUND;
                waiting = source.unprojected_watches(since, limit).await?;
            }
        }
        let is_all = waiting.len() < limit;
        // Of one profile all at once, as far as there is more than a step.
        let mut watched_titles: Vec<_> = waiting.iter().map(|one| &one.watched_title).collect();
        watched_titles.sort_unstable_by_key(|one| (one.profile, one.title));
        for (number, step) in watched_titles.chunks(STEP).enumerate() {
            if number > 0
                && let Some(turns) = scope.turns(is_all)
                && self.take(turns, Queue::Watches).await? == Taken::Refused
            {
                // Whoever has it now has read these as well: their marks are there.
                turns.refuse();
                return Ok(Round::ANOTHERS);
            }
            self.put_edges(step).await?;
        }
        if watched_titles.len() > STEP
            && let Some(turns) = scope.turns(is_all)
        {
            self.take(turns, Queue::Watches).await?;
        }
        let marked = self.finish(&waiting).await?;
        if let (Some(look), Some(turns)) = (look, scope.memory()) {
            turns.lookout.saw(look, &waiting);
            // Another mark stands where something was written meanwhile.
            if is_all && marked == waiting.len() {
                turns.lookout.did_all(look);
            }
        }
        Ok(Round {
            documents: waiting.len(),
            is_all,
        })
    }

    async fn project_departures(&self, scope: &mut Scope<'_>) -> Result<Round, RecommendError> {
        let source = &self.ports.watches;
        let departures = source.unprojected_departures(BATCH).await?;
        let is_all = departures.len() < BATCH;
        if !departures.is_empty()
            && let Some(turns) = scope.turns(is_all)
            && self.take(turns, Queue::Departures).await? == Taken::Refused
        {
            return Ok(Round::ANOTHERS);
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

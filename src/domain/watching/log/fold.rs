//! Folding: entries become plays, states and watched titles, each exactly once.
//!
//! One transaction writes what entries make of the rows of a profile, and how far its log is folded with that; whoever
//! comes second with the same entries finds it further and writes nothing. So it may stop, crash or be done twice at any
//! point. What was recorded here is folded from memory; what another process left when it ended is read from its stream.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use futures::future::{join_all, try_join_all};

use super::entry::Entry;
use super::head::{Head, no_rows};
use super::lane::Lane;
use super::lanes::LogRecorder;
use super::line::locked;
use super::memory::Writing;
use super::recorder::{Replayed, Settling};
use super::store::{Stream, Tail};
use super::streams::Seen;
use crate::domain::error::StoreError;
use crate::domain::ids::ProfileId;
use crate::domain::watching::error::WatchError;
use crate::domain::watching::ledger::Ledger;
use crate::domain::watching::store::FoldStep;
use crate::domain::watching::touched::Touched;

/// How many entries are folded in a round of a lane.
const AT_ONCE: usize = 3000;
/// About how many plays or titles of a profile are folded in one transaction.
const STEP: usize = 1000;
/// How many entries of a stream are read at once: more than a batch has.
const PAGE: usize = 1000;
/// How many profiles are folded at the same time that another process left.
const TOGETHER: usize = 50;
/// How often is noted how far a stream is folded.
const NOTE: Duration = Duration::from_secs(2);
/// How often the streams of others are looked at.
const LOOK: Duration = Duration::from_secs(1);

/// What of a profile is folded in a round.
struct Due {
    profile: ProfileId,
    from: u64,
    entries: Vec<Arc<Entry>>,
}

impl Due {
    fn of(profile: ProfileId, head: &Head) -> Self {
        Self {
            profile,
            from: head.folded,
            entries: head
                .waiting()
                .map(|waiting| Arc::clone(&waiting.entry))
                .collect(),
        }
    }

    fn to(&self) -> u64 {
        self.entries.last().map_or(self.from, |last| last.sequence)
    }
}

impl LogRecorder {
    /// What is known of these profiles, once everything that waits of them is folded: page by page, for what waits of one
    /// may be all that it has watched in days.
    pub(super) async fn folded_tails(
        &self,
        profiles: Vec<ProfileId>,
    ) -> Result<Vec<Tail>, StoreError> {
        let mut tails = self.ports.log.tails(&profiles).await?;
        for tail in &mut tails {
            while !tail.waiting.is_empty() && !tail.is_erased {
                let waiting = std::mem::take(&mut tail.waiting);
                let due = Due {
                    profile: tail.profile,
                    from: tail.folded,
                    entries: waiting.into_iter().map(Arc::new).collect(),
                };
                match self.fold(&due).await {
                    Ok(()) | Err(WatchError::AlreadyFolded | WatchError::ProfileErased) => {}
                    Err(error) => return Err(store_error(error)),
                }
                let mut again = self.ports.log.tails(&[tail.profile]).await?;
                *tail = again
                    .pop()
                    .ok_or_else(|| StoreError::failed("a profile has no log"))?;
            }
            self.lane(tail.profile)
                .note_folded(tail.profile, tail.folded);
        }
        Ok(tails)
    }

    /// Folds entries of a profile.
    async fn fold(&self, due: &Due) -> Result<(), WatchError> {
        let mut from = due.from;
        let mut rest = &due.entries[..];
        while !rest.is_empty() {
            let (entries, later) = rest.split_at(fitting(rest));
            rest = later;
            let step = FoldStep {
                profile: due.profile,
                from,
                to: entries.last().map_or(from, |last| last.sequence),
                deletes: entries.iter().map(|entry| entry.deletes()).sum(),
            };
            from = step.to;
            let touched: HashSet<Touched> =
                entries.iter().flat_map(|entry| entry.touched()).collect();
            let touched: Vec<Touched> = touched.into_iter().collect();
            let (rules, now) = (self.ports.rules, self.ports.clock.now());
            let (entries, folding) = (entries.to_vec(), entries.len());
            let change = Arc::new(move |ledger: &mut Ledger| {
                for entry in &entries {
                    entry.apply(&rules, ledger);
                }
                ledger.written(now);
                Ok(())
            });
            let store = &self.ports.store;
            store.fold(step, &touched, change).await?;
            metrics::counter!("watch_log_folded_entries_total").increment(folding as u64);
        }
        Ok(())
    }

    /// Folds some of what was recorded in a lane. Says how many entries.
    async fn fold_lane(
        &self,
        lane: &Lane,
        is_due: impl Fn(&Head) -> bool,
    ) -> Result<usize, StoreError> {
        let _turn = lane.folding.lock().await;
        let (due, forgotten) = {
            let memory = lane.memory.lock().await;
            let mut count = 0;
            let mut due = Vec::new();
            for (profile, head) in memory.waiting() {
                if count < AT_ONCE && is_due(head) {
                    count += head.waiting().len();
                    due.push(Due::of(profile, head));
                }
            }
            let forgotten = memory.forgotten.iter();
            let forgotten: Vec<(ProfileId, u64)> = forgotten
                .map(|(profile, forgotten)| (*profile, forgotten.times))
                .collect();
            (due, forgotten)
        };
        let folded = join_all(due.iter().map(|due| self.fold(due))).await;
        let mut count = 0;
        let mut result = Ok(());
        {
            let mut memory = lane.memory.lock().await;
            for (due, folded) in due.iter().zip(folded) {
                match folded {
                    Ok(()) => {
                        count += due.entries.len();
                        lane.note_folded(due.profile, due.to());
                        memory.folded(due.profile, due.to());
                    }
                    Err(WatchError::AlreadyFolded | WatchError::ProfileErased) => {
                        memory.forget(due.profile);
                    }
                    Err(WatchError::Store(
                        error @ (StoreError::Unavailable(_) | StoreError::Full(_)),
                    )) => result = Err(error),
                    Err(error) => {
                        tracing::error!(
                            profile = %due.profile,
                            error = &error as &dyn std::error::Error,
                            "What a profile has watched cannot be folded; it stays in the log, and is tried again"
                        );
                        if let Some(head) = memory.heads.get_mut(&due.profile) {
                            head.postpone();
                        }
                    }
                }
            }
        }
        for (profile, times) in forgotten {
            match self.folded_tails(vec![profile]).await {
                Ok(_) => {
                    count += 1;
                    lane.memory.lock().await.remember(profile, times);
                }
                Err(error) => result = Err(error),
            }
        }
        self.note(lane, NOTE).await?;
        result.map(|()| count)
    }

    /// Folds what was recorded here of a profile, and of those that others wait for: together that costs hardly more.
    /// What cannot be folded is left to whoever waits for it.
    async fn fold_wanted(&self, lane: &Lane, profile: ProfileId) {
        let mut wanted = std::mem::take(&mut *locked(&lane.wanted));
        wanted.insert(profile);
        let mut due = Vec::with_capacity(wanted.len());
        {
            let memory = lane.memory.lock().await;
            for profile in wanted {
                let head = memory.heads.get(&profile);
                if let Some(head) = head.filter(|head| head.is_waiting()) {
                    due.push(Due::of(profile, head));
                }
            }
        }
        let folded = join_all(due.iter().map(|due| self.fold(due))).await;
        let mut memory = lane.memory.lock().await;
        for (due, folded) in due.iter().zip(folded) {
            if folded.is_ok() {
                lane.note_folded(due.profile, due.to());
                memory.folded(due.profile, due.to());
            }
        }
    }

    /// Notes how far the stream of a lane is folded, if that was not done for so long.
    async fn note(&self, lane: &Lane, after: Duration) -> Result<(), StoreError> {
        let mut memory = lane.memory.lock().await;
        let is_time = |stream: &Writing| stream.noted_at.elapsed() >= after;
        if !memory.stream.as_ref().is_some_and(is_time) {
            return Ok(());
        }
        memory.tidy();
        let first = memory.first_waiting();
        let Some(stream) = &mut memory.stream else {
            return Ok(());
        };
        let through = first.map_or(stream.number, |first| first.saturating_sub(1));
        let is_new = through > stream.noted || first.is_some();
        if !is_new {
            return Ok(());
        }
        (stream.noted, stream.noted_at) = (through, Instant::now());
        let id = stream.id;
        drop(memory);
        self.ports.log.note_folded(id, through).await
    }

    /// Folds what is left in streams, those that seem to be left alone or all.
    async fn adopt(&self, is_all: bool) -> Result<usize, StoreError> {
        let mut own = BTreeSet::new();
        for lane in self.lanes.iter() {
            own.extend(lane.memory.lock().await.stream.map(|stream| stream.id));
        }
        let mut count = 0;
        let mut seen = self.seen.lock().await;
        let streams = self.ports.log.streams().await?;
        seen.retain(|id, _| streams.iter().any(|stream| stream.id == *id));
        for stream in streams {
            if own.contains(&stream.id) {
                continue;
            }
            let known = seen.entry(stream.id).or_insert_with(|| Seen::of(&stream));
            if known.is_left(&stream) || is_all {
                count += self.fold_stream(&stream, known).await?;
            }
        }
        Ok(count)
    }

    async fn fold_stream(&self, stream: &Stream, seen: &mut Seen) -> Result<usize, StoreError> {
        let log = &self.ports.log;
        let (mut number, mut count) = (stream.folded, 0);
        loop {
            let entries = log.entries_after(stream.id, number, PAGE).await?;
            let Some((last, _)) = entries.last().copied() else {
                seen.found_empty();
                return Ok(count);
            };
            let profiles: BTreeSet<ProfileId> =
                entries.iter().filter_map(|(_, profile)| *profile).collect();
            for profiles in profiles.into_iter().collect::<Vec<_>>().chunks(TOGETHER) {
                count += self.fold_left(profiles).await?;
            }
            if entries.len() < PAGE {
                number = number.max(seen.looked_into(last));
                break;
            }
            // All of a batch have the same number, and the page may end within it: a batch has fewer than a page.
            number = number.max(last.saturating_sub(1));
        }
        if number > stream.folded {
            log.note_folded(stream.id, number).await?;
        }
        Ok(count)
    }

    /// Folds what another process left of these profiles. What cannot be folded of one keeps no other waiting: it stays
    /// in the log, and whoever reads of that profile meets it.
    async fn fold_left(&self, profiles: &[ProfileId]) -> Result<usize, StoreError> {
        let folded = |profile: ProfileId| async move {
            let before = self.lane(profile).folded(profile);
            match self.folded_tails(vec![profile]).await {
                Ok(_) => Ok(usize::from(self.lane(profile).folded(profile) > before)),
                Err(error @ StoreError::Failed(_)) => {
                    tracing::error!(
                        %profile,
                        error = &error as &dyn std::error::Error,
                        "What a profile has watched cannot be folded; it stays in the log"
                    );
                    Ok(0)
                }
                Err(error) => Err(error),
            }
        };
        let folded = join_all(profiles.iter().copied().map(folded)).await;
        folded.into_iter().sum()
    }
}

#[async_trait]
impl Settling for LogRecorder {
    async fn settle(&self, profile: ProfileId) -> Result<(), StoreError> {
        let lane = self.lane(profile);
        let newest = self.ports.log.newest(profile).await?;
        if newest <= lane.folded(profile) {
            return Ok(());
        }
        locked(&lane.wanted).insert(profile);
        let _turn = lane.folding.lock().await;
        if newest <= lane.folded(profile) {
            locked(&lane.wanted).remove(&profile);
            return Ok(());
        }
        self.fold_wanted(lane, profile).await;
        if newest <= lane.folded(profile) {
            return Ok(());
        }
        let tails = self.folded_tails(vec![profile]).await?;
        let mut memory = lane.memory.lock().await;
        let sequence = tails.first().map_or(0, Tail::sequence);
        memory.folded(profile, sequence);
        let head = memory.heads.get(&profile);
        if head.is_some_and(|head| head.sequence < sequence) {
            memory.forget(profile);
        }
        Ok(())
    }

    async fn settle_all(&self) -> Result<usize, StoreError> {
        let mut count = 0;
        for lane in self.lanes.iter() {
            loop {
                let folded = self.fold_lane(lane, |_| true).await?;
                count += folded;
                if folded == 0 {
                    break;
                }
            }
        }
        Ok(count + self.adopt(true).await?)
    }

    async fn fold_due(&self) -> Result<bool, StoreError> {
        let lanes = self.lanes.iter();
        let folded = join_all(lanes.map(|lane| self.fold_lane(lane, Head::is_due))).await;
        let is_time = {
            let mut looked_at = self.looked_at.lock().await;
            let is_time = looked_at.is_none_or(|at| at.elapsed() >= LOOK);
            if is_time {
                *looked_at = Some(Instant::now());
            }
            is_time
        };
        if is_time {
            self.note_lag().await;
        }
        // Whatever became of our own.
        let mut count = if is_time { self.adopt(false).await? } else { 0 };
        for folded in folded {
            count += folded?;
        }
        Ok(count > 0)
    }

    async fn fold_own(&self) -> Result<(), StoreError> {
        let lanes = self.lanes.iter().map(|lane| async move {
            while self.fold_lane(lane, |_| true).await? > 0 {}
            self.note(lane, Duration::ZERO).await
        });
        try_join_all(lanes).await.map(drop)
    }

    async fn replay(&self, profile: ProfileId) -> Result<Option<Replayed>, StoreError> {
        let mut rows = no_rows();
        let (mut sequence, mut since) = (0, None);
        loop {
            let log = &self.ports.log;
            let entries = log.entries_of(profile, sequence, PAGE).await?;
            for entry in &entries {
                if entry.sequence != sequence + 1 {
                    return Ok(None);
                }
                sequence = entry.sequence;
                since.get_or_insert(entry.at);
                entry.apply(&self.ports.rules, &mut rows);
            }
            if entries.len() < PAGE {
                break;
            }
        }
        let newest = self.ports.log.newest(profile).await?;
        let folded = self.lane(profile).folded(profile);
        // All of it may have been removed, or the last part have come meanwhile.
        let is_whole = sequence >= newest && sequence >= folded;
        Ok(since
            .filter(|_| is_whole)
            .map(|since| Replayed { rows, since }))
    }

    async fn profiles_in_log(
        &self,
        after: Option<ProfileId>,
    ) -> Result<Vec<ProfileId>, StoreError> {
        self.ports.log.profiles_in_log(after).await
    }

    async fn trim(&self) -> Result<u64, StoreError> {
        let before = self.ports.clock.now() - self.ports.keep;
        let mut removed = 0;
        loop {
            match self.ports.log.trim(before).await? {
                0 => return Ok(removed),
                some => removed += some,
            }
        }
    }
}

/// How many of these entries are folded in one transaction: one at the least, however long it is.
fn fitting(entries: &[Arc<Entry>]) -> usize {
    let mut rows = 0;
    let fits = entries.iter().take_while(|entry| {
        rows += entry.touched().count() + entry.deletes();
        rows <= STEP
    });
    fits.count().max(1)
}

/// What a store says, or another refusal, which no entry meets.
fn store_error(error: WatchError) -> StoreError {
    match error {
        WatchError::Store(error) => error,
        other => StoreError::failed(other),
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};

    use super::*;
    use crate::domain::ids::TitleId;
    use crate::domain::watching::deleting::Deleted;
    use crate::domain::watching::log::entry::Cause;

    fn deleting(sequence: u64, plays: u32) -> Arc<Entry> {
        let cause = Cause::Delete {
            title: TitleId(sequence),
            deleted: Deleted::Plays,
            plays,
        };
        Arc::new(Entry {
            profile: ProfileId(1),
            sequence,
            at: DateTime::<Utc>::UNIX_EPOCH,
            causes: vec![cause],
        })
    }

    #[test]
    fn plays_that_are_deleted_are_counted_where_entries_share_a_transaction() {
        let of = |plays: [u32; 3]| {
            let entries = (1..).zip(plays);
            let entries = entries.map(|(sequence, plays)| deleting(sequence, plays));
            entries.collect::<Vec<_>>()
        };

        assert_eq!(fitting(&of([400, 400, 400])), 2);
        assert_eq!(fitting(&of([5000, 1, 1])), 1);
        assert_eq!(fitting(&of([1, 1, 1])), 3);
        assert_eq!(of([400, 0, 0])[0].deletes(), 400);
    }
}

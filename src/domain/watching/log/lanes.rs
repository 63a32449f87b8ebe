//! Recording: what waits at the same time becomes durable together.
//!
//! The profiles are spread over lanes. The worker of a lane takes all that waits there, reads the rows that are not
//! known, changes them in memory, and appends one entry a profile, all in one write; where several come in the time of
//! that, it gathers more for a moment. An entry whose sequence is taken met one of another server: what was known of the
//! profile is forgotten, and the change made anew on what is there.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use chrono::{SubsecRound, TimeDelta};
use futures::FutureExt;
use futures::channel::oneshot;
use futures::lock::Mutex as Turn;
use uuid::Uuid;

use super::entry::{Draft, Entry};
use super::head::{BELIEVED, Head};
use super::lane::{Lane, gathers};
use super::line::{Worker, step_aside};
use super::memory::{Memory, Writing};
use super::recorder::{Recorder, Settling};
use super::staging::{Job, Staged, refuse_all};
use super::store::{Appended, Batch, Tail, WatchLog};
use super::streams::Seen;
use crate::domain::clock::Clock;
use crate::domain::entropy::unique_name;
use crate::domain::error::StoreError;
use crate::domain::ids::ProfileId;
use crate::domain::tasks::Tasks;
use crate::domain::watching::error::WatchError;
use crate::domain::watching::ledger::{Change, Ledger};
use crate::domain::watching::rules::WatchRules;
use crate::domain::watching::store::WatchStore;
use crate::domain::watching::touched::Touched;

/// In how many lanes entries are appended at the same time: few, for one write of many entries costs a store hardly more
/// than one of one, and what waits for the turn of a lane becomes one.
pub(super) const LANES: usize = 2;
/// How long a stream may be written without a note of it.
const UNNOTED: Duration = Duration::from_secs(600);

/// What recording stands on.
#[derive(Clone)]
pub struct LogPorts {
    pub log: Arc<dyn WatchLog>,
    pub store: Arc<dyn WatchStore>,
    pub rules: WatchRules,
    pub clock: Arc<dyn Clock>,
    pub tasks: Arc<dyn Tasks>,
    /// How long an entry stays in the log after it is folded.
    pub keep: TimeDelta,
}

/// Records to the watch log, and folds it. Clones share it.
#[derive(Clone)]
pub struct LogRecorder {
    pub(super) ports: LogPorts,
    pub(super) lanes: Arc<[Lane; LANES]>,
    /// What was seen of the streams of others.
    pub(super) seen: Arc<Turn<HashMap<Uuid, Seen>>>,
    /// When they were looked at.
    pub(super) looked_at: Arc<Turn<Option<Instant>>>,
}

impl LogRecorder {
    /// Nothing is known yet.
    pub fn new(ports: LogPorts) -> Self {
        Self {
            ports,
            lanes: Arc::default(),
            seen: Arc::default(),
            looked_at: Arc::default(),
        }
    }

    pub(super) fn lane(&self, profile: ProfileId) -> &Lane {
        let lane = usize::try_from(profile.0 % LANES as u64).unwrap_or_default();
        &self.lanes[lane]
    }

    /// Puts a job in its lane, and sends the worker if there was none. A caller who goes away stops nothing half-way.
    pub(super) fn enqueue(&self, job: Job) {
        let profile = job.draft.profile;
        if let Some(mut worker) = self.lane(profile).line.push(job) {
            let recorder = self.clone();
            self.ports.tasks.spawn(Box::pin(async move {
                // A panic ends its batch alone, and leaves nobody waiting.
                loop {
                    let work = AssertUnwindSafe(recorder.work_off(profile, &mut worker));
                    if work.catch_unwind().await.is_ok() {
                        break;
                    }
                }
            }));
        }
    }

    async fn work_off(&self, profile: ProfileId, worker: &mut Worker) {
        let lane = self.lane(profile);
        let mut gathers_for = None;
        loop {
            if let Some(time) = gathers_for {
                self.ports.tasks.pause(time).await;
            }
            let mut memory = lane.memory.lock().await;
            // Only now, so that what came while another had the turn is in it.
            let Some(mut jobs) = worker.take() else {
                return;
            };
            let (began, count) = (Instant::now(), jobs.len());
            while !jobs.is_empty() {
                jobs = self.run(&mut memory, jobs).await;
            }
            memory.make_room();
            drop(memory);
            gathers_for = gathers(count, began.elapsed());
            step_aside().await;
        }
    }

    /// Does jobs together. Gives back those that must be done anew.
    async fn run(&self, memory: &mut Memory, jobs: Vec<Job>) -> Vec<Job> {
        let jobs = self.know(memory, jobs).await;
        if jobs.is_empty() {
            return Vec::new();
        }
        match self.load(memory, &jobs).await {
            Ok(()) => self.stage_and_append(memory, jobs).await,
            // One may have met what cannot be read. It fails alone.
            Err(StoreError::Failed(_)) if jobs.len() > 1 => {
                let mut again = Vec::new();
                for job in jobs {
                    match self.load(memory, std::slice::from_ref(&job)).await {
                        Ok(()) => {
                            again.extend(self.stage_and_append(memory, vec![job]).await);
                        }
                        Err(error) => job.answer(Err(error.into())),
                    }
                }
                again
            }
            Err(error) => {
                refuse_all(jobs, error);
                Vec::new()
            }
        }
    }

    /// Makes known where the logs of the jobs' profiles end. Those in which much waits that is not known here are folded
    /// first, beside the lane, for that may take long. Gives back the jobs that can be done.
    async fn know(&self, memory: &mut Memory, jobs: Vec<Job>) -> Vec<Job> {
        let mut unknown: Vec<ProfileId> = Vec::new();
        for job in &jobs {
            let profile = job.draft.profile;
            if memory.heads.get(&profile).is_some_and(Head::is_old) {
                memory.heads.remove(&profile);
            }
            if !memory.heads.contains_key(&profile) {
                unknown.push(profile);
            }
        }
        unknown.sort_unstable();
        unknown.dedup();
        if unknown.is_empty() {
            return jobs;
        }
        let share = Tail::share(unknown.len());
        let mut tails = Vec::with_capacity(unknown.len());
        let mut failed: HashMap<ProfileId, Arc<StoreError>> = HashMap::new();
        match self.ports.log.tails(&unknown).await {
            Ok(found) => tails = found,
            // One may have met what cannot be read. It fails alone.
            Err(StoreError::Failed(_)) if unknown.len() > 1 => {
                for profile in unknown {
                    match self.ports.log.tails(&[profile]).await {
                        Ok(found) => tails.extend(found),
                        Err(error) => drop(failed.insert(profile, Arc::new(error))),
                    }
                }
            }
            Err(error) => {
                refuse_all(jobs, error);
                return Vec::new();
            }
        }
        tails.retain(|tail| !tail.is_erased);
        let (waiting, settled): (Vec<Tail>, Vec<Tail>) =
            tails.into_iter().partition(|tail| !tail.waiting.is_empty());
        let settled = settled.iter().map(|tail| (tail.profile, Head::of(tail)));
        memory.heads.extend(settled);
        let mut unfolded: BTreeSet<ProfileId> = waiting.iter().map(|tail| tail.profile).collect();
        match self.heads_of_waiting(&waiting, share).await {
            Ok(heads) => {
                for (profile, head) in heads {
                    unfolded.remove(&profile);
                    memory.heads.insert(profile, head);
                    memory.waiting.insert(profile);
                }
            }
            // To fold them fails for the one whose rows cannot be read.
            Err(StoreError::Failed(_)) => {}
            Err(error) => {
                refuse_all(jobs, error);
                return Vec::new();
            }
        }
        let mut known = Vec::with_capacity(jobs.len());
        for job in jobs {
            let profile = job.draft.profile;
            if let Some(error) = failed.get(&profile) {
                job.answer(Err(StoreError::shared(Arc::clone(error)).into()));
            } else if unfolded.contains(&profile) {
                self.fold_before(job);
            } else {
                known.push(job);
            }
        }
        known
    }

    /// Makes known the rows that the jobs touch.
    async fn load(&self, memory: &mut Memory, jobs: &[Job]) -> Result<(), StoreError> {
        let mut missing: BTreeMap<ProfileId, Vec<Touched>> = BTreeMap::new();
        for job in jobs {
            let profile = job.draft.profile;
            if let Some(head) = memory.heads.get(&profile) {
                let of_profile = missing.entry(profile).or_default();
                of_profile.extend(head.missing(&job.touched));
            }
        }
        let touched: Vec<Touched> = missing.values().flatten().copied().collect();
        if touched.is_empty() {
            return Ok(());
        }
        let stored = self.ports.store.rows(&touched).await?;
        for (profile, touched) in missing {
            if let Some(head) = memory.heads.get_mut(&profile) {
                head.learn(&touched, &stored);
            }
        }
        Ok(())
    }

    async fn stage_and_append(&self, memory: &mut Memory, jobs: Vec<Job>) -> Vec<Job> {
        let at = self.ports.clock.now().trunc_subsecs(3);
        let mut staged: BTreeMap<ProfileId, Staged> = BTreeMap::new();
        for job in jobs {
            let profile = job.draft.profile;
            let Some(head) = memory.heads.get(&profile) else {
                job.answer(Err(WatchError::ProfileErased));
                continue;
            };
            staged
                .entry(profile)
                .or_default()
                .stage(&self.ports.rules, head, job, at);
        }
        let mut again = self.check_idle(memory, &mut staged).await;
        let entries: Vec<Entry> = staged
            .iter_mut()
            .filter(|(_, staged)| !staged.causes.is_empty())
            .filter_map(|(profile, staged)| {
                Some(Entry {
                    profile: *profile,
                    sequence: memory.heads.get(profile)?.sequence + 1,
                    at,
                    causes: std::mem::take(&mut staged.causes),
                })
            })
            .collect();
        if entries.is_empty() {
            return again;
        }
        let appended = match self.append(memory, entries.clone()).await {
            Ok(appended) => appended,
            Err(error) => {
                // Nobody knows whether they are durable, or will be.
                memory.stream = None;
                for entry in &entries {
                    memory.forget(entry.profile);
                }
                let jobs = staged.into_values().flat_map(|staged| staged.changed);
                refuse_all(jobs.map(|(job, _)| job), error);
                return again;
            }
        };
        let place = memory
            .stream
            .map_or((Uuid::nil(), 0), |it| (it.id, it.number));
        for (entry, outcome) in entries.into_iter().zip(appended) {
            let profile = entry.profile;
            let Some(Staged {
                rows: Some(rows),
                changed,
                ..
            }) = staged.remove(&profile)
            else {
                continue;
            };
            let is_durable = outcome == Appended::Durable && self.is_believed(memory, &entry).await;
            match memory.heads.get_mut(&profile) {
                Some(head) if is_durable => {
                    head.appended(Arc::new(entry), place, &rows);
                    memory.waiting.insert(profile);
                    for (job, ledger) in changed {
                        job.answer(Ok(ledger));
                    }
                }
                _ => {
                    memory.forget(profile);
                    again.extend(changed.into_iter().filter_map(|(job, _)| job.once_more()));
                }
            }
        }
        again
    }

    /// Answers what changes nothing, and what cannot be done, if that is so by the end of the log; else it is to be done
    /// anew.
    async fn check_idle(
        &self,
        memory: &mut Memory,
        staged: &mut BTreeMap<ProfileId, Staged>,
    ) -> Vec<Job> {
        let mut again = Vec::new();
        let idle = staged.iter().filter(|(_, it)| !it.idle.is_empty());
        let idle: Vec<ProfileId> = idle.map(|(profile, _)| *profile).collect();
        let grown = match self.grown(memory, &idle).await {
            Ok(grown) => grown,
            Err(error) => {
                let jobs = staged
                    .values_mut()
                    .flat_map(|it| std::mem::take(&mut it.idle));
                refuse_all(jobs.map(|(job, _)| job), error);
                return again;
            }
        };
        for (profile, staged) in staged.iter_mut().filter(|(_, it)| !it.idle.is_empty()) {
            let is_current = !grown.contains(profile);
            if !is_current {
                memory.forget(*profile);
                staged.causes.clear();
                let changed = std::mem::take(&mut staged.changed).into_iter();
                again.extend(changed.filter_map(|(job, _)| job.once_more()));
            }
            for (job, outcome) in std::mem::take(&mut staged.idle) {
                if is_current {
                    job.answer(outcome);
                } else {
                    again.extend(job.once_more());
                }
            }
        }
        again
    }

    /// Those of these profiles whose log does not end where we know. What comes next stands there for long after it is
    /// folded; only of a log that nobody has looked at for long the newest entry must be asked for.
    async fn grown(
        &self,
        memory: &Memory,
        profiles: &[ProfileId],
    ) -> Result<BTreeSet<ProfileId>, StoreError> {
        let log = &self.ports.log;
        let (mut grown, mut ends) = (BTreeSet::new(), Vec::with_capacity(profiles.len()));
        for profile in profiles {
            match memory.heads.get(profile) {
                Some(head) if head.known_at.elapsed() < BELIEVED * 2 => {
                    ends.push((*profile, head.sequence));
                }
                head => {
                    if log.newest(*profile).await? > head.map_or(0, |head| head.sequence) {
                        grown.insert(*profile);
                    }
                }
            }
        }
        if !ends.is_empty() {
            grown.extend(log.followed(&ends).await?);
        }
        Ok(grown)
    }

    async fn append(
        &self,
        memory: &mut Memory,
        entries: Vec<Entry>,
    ) -> Result<Vec<Appended>, StoreError> {
        let mut stream = if let Some(stream) = memory.stream {
            stream
        } else {
            let id = unique_name();
            self.ports.log.note_folded(id, 0).await?;
            Writing {
                id,
                number: 0,
                noted: 0,
                noted_at: Instant::now(),
            }
        };
        if stream.noted_at.elapsed() > UNNOTED {
            // So that nobody takes it away before anything new is in it.
            self.ports.log.note_folded(stream.id, stream.noted).await?;
            stream.noted_at = Instant::now();
        }
        stream.number += 1;
        memory.stream = Some(stream);
        let batch = Batch {
            stream: stream.id,
            number: stream.number,
            entries,
        };
        self.ports.log.append(&batch).await
    }

    /// Whether an entry that was appended is at the end of the log. Only of one that was appended long after we looked
    /// may that not be so: by then all that followed may have been folded and removed from the log.
    async fn is_believed(&self, memory: &Memory, entry: &Entry) -> bool {
        let known = memory.heads.get(&entry.profile);
        if known.is_some_and(|head| head.known_at.elapsed() < BELIEVED * 2) {
            return true;
        }
        match self.ports.log.tails(&[entry.profile]).await {
            Ok(tails) => tails.iter().all(|tail| tail.folded < entry.sequence),
            Err(_) => false,
        }
    }
}

#[async_trait]
impl Recorder for LogRecorder {
    async fn record(&self, draft: Draft) -> Result<Ledger, WatchError> {
        let profile = draft.profile;
        let (answer, result) = oneshot::channel();
        self.enqueue(Job {
            touched: draft.cause.touched(profile),
            draft,
            tries: 0,
            answer,
        });
        let ledger = result.await.map_err(StoreError::failed)??;
        if ledger.measured.changed().next().is_some() {
            // Other profiles are to know how long the item is. It is recorded, whether that can be had now or not.
            drop(self.settle(profile).await);
        }
        Ok(ledger)
    }

    async fn maintain(&self, touched: &[Touched], change: Change) -> Result<Ledger, WatchError> {
        let mut profiles: Vec<ProfileId> = touched.iter().map(Touched::profile).collect();
        profiles.sort_unstable();
        profiles.dedup();
        for profile in &profiles {
            self.settle(*profile).await?;
        }
        let updated = self.ports.store.update(touched, change).await;
        for profile in profiles {
            self.lane(profile).memory.lock().await.forget(profile);
        }
        updated
    }

    async fn erase_profile(&self, profile: ProfileId) -> Result<(), StoreError> {
        // What was acknowledged counts among what departed viewers have watched, also if it is not folded yet; what cannot be
        // folded keeps nobody from being erased.
        if let Err(error) = self.settle(profile).await {
            if matches!(error, StoreError::Unavailable(_) | StoreError::Full(_)) {
                return Err(error);
            }
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "What an erased profile has watched last cannot be folded; it is not counted"
            );
        }
        let erased = self.ports.store.erase_profile(profile).await;
        self.lane(profile).memory.lock().await.forget(profile);
        erased
    }
}

//! Preparing a film by many workers, in this process and in others: each claims a part by a lease, which a crash frees.
//!
//! A lease saves work and is no lock: a part that two make is made twice, and right both times.

use std::collections::BTreeSet;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::future::{Either, select, try_join_all};
use uuid::Uuid;

use super::error::PreparingError;
use super::part::Part;
use super::workshop::{Counted, Workshop};
use crate::domain::entropy::unique_name;
use crate::domain::error::StoreError;
use crate::domain::lease::{Leases, may_work};
use crate::domain::tasks::Tasks;

/// How often a part is tried.
pub const MAX_ATTEMPTS: usize = 5;
/// For so long a worker that says nothing has its part.
pub const LEASE: Duration = Duration::from_secs(30);
/// How often a worker says that it is at its part.
const RENEWED: Duration = Duration::from_secs(10);
/// How often it is looked whether a part is free.
const LOOK: Duration = Duration::from_millis(500);
/// What putting together is called among the leases of a film.
const ASSEMBLY: &str = "assembly";

/// How many parts are finished. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct PreparingProgress(Arc<Parts>);

#[derive(Debug, Default)]
struct Parts {
    made: AtomicUsize,
    all: AtomicUsize,
    waits: AtomicBool,
}

impl PreparingProgress {
    /// How many parts are finished, and how many there are; 0 of 0 before that is known.
    pub fn so_far(&self) -> (usize, usize) {
        let load = |of: &AtomicUsize| of.load(Ordering::Relaxed);
        (load(&self.0.made), load(&self.0.all))
    }

    /// Whether nothing is made in this process, for others have what is left: such as work, or were killed less than
    /// [`LEASE`] ago.
    pub fn waits(&self) -> bool {
        self.0.waits.load(Ordering::Relaxed)
    }

    fn note_waits(&self, waits: bool) {
        self.0.waits.store(waits, Ordering::Relaxed);
    }

    fn note(&self, made: usize, all: usize) {
        self.0.made.store(made, Ordering::Relaxed);
        self.0.all.store(all, Ordering::Relaxed);
    }
}

/// Prepares films and episodes, part by part.
#[derive(Clone)]
pub struct PreparingService {
    leases: Arc<dyn Leases>,
    tasks: Arc<dyn Tasks>,
}

/// One film that is prepared.
struct Run<'a> {
    workshop: &'a dyn Workshop,
    parts: &'a [Part],
    progress: &'a PreparingProgress,
    /// The leases that workers of this process have.
    held: Mutex<BTreeSet<(String, Uuid)>>,
}

impl PreparingService {
    /// A service on its ports.
    pub fn new(leases: Arc<dyn Leases>, tasks: Arc<dyn Tasks>) -> Self {
        Self { leases, tasks }
    }

    /// Has so many workers make these parts of a film, beside those of other processes, and puts it together; `None`: that
    /// was done before. If `stopped` comes back first, what runs is killed, and what is finished stays.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn prepare(
        &self,
        workshop: &dyn Workshop,
        parts: &[Part],
        workers: usize,
        progress: &PreparingProgress,
        stopped: Pin<&mut impl Future<Output = ()>>,
    ) -> Result<Option<Counted>, PreparingError> {
        let run = Run {
            workshop,
            parts,
            progress,
            held: Mutex::default(),
        };
        let done = match select(Box::pin(self.work(&run, workers)), stopped).await {
            Either::Left((done, _)) => done,
            Either::Right(((), working)) => {
                drop(working);
                Err(PreparingError::Stopped)
            }
        };
        // Those of workers that were broken off.
        for (name, holder) in run.held() {
            self.leases.release(&name, holder).await?;
        }
        done
    }

    /// Forgets how often parts failed, so that they are tried again.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn retry(
        &self,
        workshop: &dyn Workshop,
        parts: &[Part],
    ) -> Result<(), PreparingError> {
        for part in parts {
            workshop.forget_failures(*part).await?;
        }
        Ok(())
    }

    async fn work(&self, run: &Run<'_>, workers: usize) -> Result<Option<Counted>, PreparingError> {
        try_join_all((0..workers.max(1)).map(|_| self.make_parts(run))).await?;
        run.progress.note_waits(false);
        let holder = unique_name();
        loop {
            if run.workshop.is_assembled().await? {
                return Ok(None);
            }
            if self.claim(run, ASSEMBLY, holder).await? {
                run.progress.note_waits(false);
                break;
            }
            run.progress.note_waits(true);
            self.tasks.pause(LOOK).await;
        }
        let assembled = if run.workshop.is_assembled().await? {
            Ok(None)
        } else {
            let assembling = run.workshop.assemble();
            self.held_on(run, ASSEMBLY, holder, assembling)
                .await
                .map(Some)
        };
        self.free(run, ASSEMBLY, holder).await?;
        assembled
    }

    /// One worker: it makes parts until all are finished.
    async fn make_parts(&self, run: &Run<'_>) -> Result<(), PreparingError> {
        let holder = unique_name();
        loop {
            if run.workshop.is_assembled().await? {
                run.progress.note(run.parts.len(), run.parts.len());
                return Ok(());
            }
            let made = run.workshop.made().await?;
            run.progress.note(made.len(), run.parts.len());
            let mut left = run
                .parts
                .iter()
                .filter(|part| !made.contains(part))
                .peekable();
            if left.peek().is_none() {
                return Ok(());
            }
            let mut is_busy = false;
            for part in left {
                let name = part.to_string();
                if self.claim(run, &name, holder).await? {
                    run.progress.note_waits(false);
                    let tried = self.try_part(run, *part, holder).await;
                    self.free(run, &name, holder).await?;
                    tried?;
                    is_busy = true;
                    break;
                }
            }
            if !is_busy {
                run.progress.note_waits(run.held().is_empty());
                self.tasks.pause(LOOK).await;
            }
        }
    }

    /// Makes a part that this worker has claimed, if nobody else has made it meanwhile. That it fails is an error only if it
    /// has failed too often.
    async fn try_part(
        &self,
        run: &Run<'_>,
        part: Part,
        holder: Uuid,
    ) -> Result<(), PreparingError> {
        if run.workshop.is_assembled().await? || run.workshop.made().await?.contains(&part) {
            return Ok(());
        }
        let failures = run.workshop.failures(part).await?;
        check_attempts(part, failures)?;
        let making = run.workshop.make(part);
        match self.held_on(run, &part.to_string(), holder, making).await {
            Err(PreparingError::Tool { program, lines }) => {
                let lines = format!("{program}: {lines}");
                run.workshop.note_failure(part, &lines).await?;
                check_attempts(part, run.workshop.failures(part).await?)
            }
            made => made,
        }
    }

    /// Does something, and renews its lease meanwhile.
    async fn held_on<T>(
        &self,
        run: &Run<'_>,
        name: &str,
        holder: Uuid,
        doing: impl Future<Output = Result<T, PreparingError>> + Send,
    ) -> Result<T, PreparingError> {
        let name = name_of(run.workshop, name);
        let renewing = async {
            loop {
                self.tasks.pause(RENEWED).await;
                let renewed = may_work(&*self.leases, &name, holder, LEASE).await;
                if let Err(error) = renewed {
                    return error;
                }
            }
        };
        match select(pin!(doing), pin!(renewing)).await {
            Either::Left((done, _)) => done,
            Either::Right((error, _)) => Err(error.into()),
        }
    }

    async fn claim(&self, run: &Run<'_>, name: &str, holder: Uuid) -> Result<bool, StoreError> {
        let name = name_of(run.workshop, name);
        let is_held = may_work(&*self.leases, &name, holder, LEASE).await?;
        if is_held {
            run.note_held(|held| held.insert((name, holder)));
        }
        Ok(is_held)
    }

    async fn free(&self, run: &Run<'_>, name: &str, holder: Uuid) -> Result<(), StoreError> {
        let name = name_of(run.workshop, name);
        self.leases.release(&name, holder).await?;
        run.note_held(|held| held.remove(&(name, holder)));
        Ok(())
    }
}

impl Run<'_> {
    fn note_held(&self, note: impl FnOnce(&mut BTreeSet<(String, Uuid)>) -> bool) {
        // What is in there is whole, also if somebody panicked meanwhile.
        note(&mut self.held.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn held(&self) -> BTreeSet<(String, Uuid)> {
        let held = self.held.lock();
        held.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn name_of(workshop: &dyn Workshop, what: &str) -> String {
    format!("preparing/{}/{what}", workshop.id())
}

fn check_attempts(part: Part, mut failures: Vec<String>) -> Result<(), PreparingError> {
    let attempts = failures.len();
    match failures.pop() {
        Some(lines) if attempts >= MAX_ATTEMPTS => Err(PreparingError::GivenUp {
            part,
            attempts,
            lines,
        }),
        _ => Ok(()),
    }
}

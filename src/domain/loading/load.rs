//! Loading files: three passes, so that the order of records and files does not matter, each in batches.
//!
//! People, films and series go first, then episodes, then watches. A record is laid over what is stored: what it does not
//! name stays. What says the same stays untouched, so a load is idempotent. A record that is refused takes nothing else
//! with it.

use std::collections::{BTreeMap, HashSet};
use std::io::BufRead;
use std::sync::Arc;

use super::drafts::Draft;
use super::problem::Problem;
use super::run::Run;
use super::source::Format;
use super::store::CurationStore;
use crate::domain::accounts::{AccountError, AccountService};
use crate::domain::catalog::{CatalogError, CatalogService};
use crate::domain::clock::Clock;
use crate::domain::events::{Event, EventBus};
use crate::domain::watching::{WatchError, WatchService};

/// Loads files into the catalogue and the record of watches.
#[derive(Clone)]
pub struct LoadService {
    pub(super) catalog: CatalogService,
    pub(super) store: Arc<dyn CurationStore>,
    pub(super) accounts: AccountService,
    pub(super) watching: WatchService,
    pub(super) clock: Arc<dyn Clock>,
    events: Arc<dyn EventBus>,
}

/// A file to load. It is opened once for each pass.
pub trait Source: Send + Sync {
    /// What it is called in messages.
    fn name(&self) -> String;

    /// How its records are written down.
    fn format(&self) -> Format;

    /// Opens it from the start.
    fn open(&self) -> std::io::Result<Box<dyn BufRead + Send + '_>>;
}

/// What became of the records of a load.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LoadSummary {
    /// By sort of record (`films`, `series`, `episodes`, `people`, `watches`).
    pub tallies: BTreeMap<&'static str, Tally>,
    /// How many records, or whole files, were refused.
    pub refused: u64,
    /// How many warnings there were, those of one value counted once.
    pub warnings: u64,
    /// How many of them were of each kind.
    pub warnings_by_kind: BTreeMap<WarningKind, Warned>,
}

/// What warnings have in common.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct WarningKind {
    /// The field that it is about.
    pub field: String,
    /// What was noticed, without the value.
    pub reason: &'static str,
}

/// How often something was warned of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Warned {
    /// How often in all.
    pub times: u64,
    /// Those of one value counted once.
    pub different: u64,
}

/// What became of records of one sort.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Written, where nothing was before.
    pub new: u64,
    /// Written over what said something else.
    pub changed: u64,
    /// There already, and nothing else was said.
    pub unchanged: u64,
    /// In how many of the changed ones each field is another now, by its name in files.
    pub fields: BTreeMap<&'static str, u64>,
}

impl Tally {
    pub(super) fn count<T>(&mut self, draft: Draft<T>) -> Option<T> {
        match draft {
            Draft::New(document) => {
                self.new += 1;
                Some(document)
            }
            Draft::Changed(document, fields) => {
                self.changed += 1;
                for field in fields {
                    *self.fields.entry(field).or_default() += 1;
                }
                Some(document)
            }
            Draft::Unchanged => {
                self.unchanged += 1;
                None
            }
        }
    }

    /// Counts what another tally has too.
    pub(super) fn add(&mut self, other: &Self) {
        self.new += other.new;
        self.changed += other.changed;
        self.unchanged += other.unchanged;
        for (field, count) in &other.fields {
            *self.fields.entry(field).or_default() += count;
        }
    }
}

/// How files are loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoadOptions {
    pub mode: LoadMode,
    pub manner: Manner,
}

/// What becomes of what a record does not name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// It stays as it is stored.
    Merge,
    /// It is cleared; only whether viewers may see a title stays.
    Replace,
}

/// Whether a load writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoadMode {
    /// Everything is checked, nothing is written.
    DryRun,
    Write,
}

/// Which pass a file is read in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// People, films and series.
    Titles,
    Episodes,
    Watches,
}

/// What stops a load as a whole. What was loaded before stays, and loading again goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// A file cannot be read.
    #[error("{0}: cannot be read")]
    File(String, #[source] std::io::Error),
    #[error("the catalogue cannot be written")]
    Catalog(#[from] CatalogError),
    #[error("the profiles cannot be written")]
    Accounts(#[from] AccountError),
    /// The record of watches failed.
    #[error("the watches cannot be written")]
    Watching(#[from] WatchError),
}

/// Gets messages about records: whether it is only a warning, the file, the line, the problem. Each refusal is told of, and
/// the first warnings of each kind.
pub type Tell<'a> = &'a mut (dyn FnMut(bool, &str, u64, &Problem) + Send);

impl LoadService {
    /// A service on others, and the store that it writes to.
    pub fn new(
        catalog: CatalogService,
        store: Arc<dyn CurationStore>,
        accounts: AccountService,
        watching: WatchService,
        clock: Arc<dyn Clock>,
        events: Arc<dyn EventBus>,
    ) -> Self {
        Self {
            catalog,
            store,
            accounts,
            watching,
            clock,
            events,
        }
    }

    /// Loads files. `tell` gets each message.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn load(
        &self,
        sources: &[Box<dyn Source>],
        options: LoadOptions,
        tell: Tell<'_>,
    ) -> Result<LoadSummary, LoadError> {
        let mut run = Run::new(self, options, tell);
        let mut phases: Vec<HashSet<Phase>> = vec![HashSet::new(); sources.len()];
        for phase in [Phase::Titles, Phase::Episodes, Phase::Watches] {
            for (source, has) in sources.iter().zip(&mut phases) {
                if phase == Phase::Titles || has.contains(&phase) {
                    run.read(source.as_ref(), phase, has).await?;
                }
            }
            if phase == Phase::Titles {
                run.write_parked().await?;
            }
        }
        self.events.publish(Event::CatalogChanged);
        Ok(run.summary)
    }
}

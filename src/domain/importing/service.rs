//! The use cases of imports but for the work itself: a preview of a file, looking at it, and having it applied or undone.

use std::sync::Arc;
use std::time::Duration;

use chrono::{SubsecRound, TimeDelta};
use futures::channel::oneshot;
use futures::lock::Mutex;
use serde_json::Map;
use uuid::Uuid;

use super::entry::ImportedEntry;
use super::error::ImportError;
use super::file::ImportedFile;
use super::import::{Import, ImportRow, ImportState, RowState};
use super::known::Known;
use super::ports::ImportPorts;
use super::preview::{Of, rows_of};
use crate::domain::catalog::{CatalogService, TitleOrder, TitleQuery, Visibility};
use crate::domain::clock::Clock;
use crate::domain::entropy::unique_name;
use crate::domain::error::StoreError;
use crate::domain::ids::{ImportId, ProfileId};
use crate::domain::lease::may_work;
use crate::domain::page::{Slice, Window};
use crate::domain::viewer::KnownViewer;
use crate::domain::watching::WatchService;
use crate::domain::working::{Job, JobKind, WorkService};

/// How many rows are written together.
pub(super) const TOGETHER: usize = 500;
/// How many titles of the catalogue are looked at together.
const TITLES: usize = 500;
/// Of how many series the episodes are read together.
const SERIES: usize = 50;
/// How many notes of a file are kept.
const NOTES: usize = 50;
/// How many characters of the name of a file are kept.
const NAME: usize = 200;
/// How many old previews are taken away at once.
const STALE: usize = 200;
/// For how long whoever does something with an import has it to themselves.
const ALONE: Duration = Duration::from_secs(30);
/// In so many places turns are taken.
const TURNS: usize = 64;
/// For how many days a preview is kept that nobody applies.
const KEPT: i64 = 7;

/// What is taken back, and so who may still say the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// All that an import brought: what another import says stays.
    Import,
    /// What a row brought: what another row says, of this import or another, stays.
    Row,
}

/// The use cases of imports.
#[derive(Clone)]
pub struct ImportService {
    pub(super) ports: ImportPorts,
    pub(super) watching: WatchService,
    pub(super) work: WorkService,
    pub(super) catalog: CatalogService,
    pub(super) clock: Arc<dyn Clock>,
    /// Who this is among those that work on imports.
    pub(super) holder: Uuid,
    /// In which those take turns here who do something with the same import; others may be among them.
    turns: Arc<[Mutex<()>]>,
}

impl ImportService {
    /// A service on its ports and on the other services.
    pub fn new(
        ports: ImportPorts,
        watching: WatchService,
        work: WorkService,
        catalog: CatalogService,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            ports,
            watching,
            work,
            catalog,
            clock,
            holder: unique_name(),
            turns: (0..TURNS).map(|_| Mutex::new(())).collect(),
        }
    }

    /// Keeps what a file says for the viewer's profile, each row matched with what the viewer may see. Nothing of it is in
    /// the history yet. An API key must have the scope to watch.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn preview(
        &self,
        visibility: &Visibility,
        viewer: &KnownViewer,
        name: &str,
        file: ImportedFile,
    ) -> Result<Import, ImportError> {
        check_may_watch(viewer)?;
        let profile = viewer.profile;
        let ImportedFile {
            format,
            entries,
            passed_over,
            notes,
        } = file;
        let count = entries.len() + passed_over.len();
        self.check_room(profile, count).await?;
        let (entries, known) = wanted(entries).await?;
        let known = self.learnt(visibility, known).await?;
        let of = Of {
            import: ImportId(unique_name()),
            profile,
            now: self.clock.now().trunc_subsecs(3),
        };
        let import = Import {
            id: of.import,
            profile,
            name: name.chars().take(NAME).collect(),
            format,
            notes: notes.into_iter().take(NOTES).collect(),
            state: ImportState::Preview,
            rows: u32::try_from(count).unwrap_or(u32::MAX),
            done_to: 0,
            job: None,
            audience: None,
            created_at: of.now,
            rest: Map::new(),
        };
        // The import first, so that whatever of it is written goes with it.
        self.keep_new(&import).await?;
        let mut rows = rows_of(of, entries, passed_over, &known);
        loop {
            let some: Vec<ImportRow> = rows.by_ref().take(TOGETHER).collect();
            if some.is_empty() {
                break;
            }
            if let Err(error) = self.put_rows(profile, &some).await {
                self.ports.store.remove_import(import.id).await?;
                return Err(error);
            }
        }
        if self.ports.store.find_import(import.id).await?.is_none() {
            // It was discarded, or had to make room, while its rows were written: they go with it.
            self.ports.store.remove_import(import.id).await?;
            return Err(ImportError::ImportNotFound);
        }
        Ok(import)
    }

    /// The imports of a profile, the last made first.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn imports(&self, profile: ProfileId) -> Result<Vec<Import>, ImportError> {
        let mut imports = Vec::new();
        for import in self.ports.store.imports(profile).await? {
            imports.push(self.settled(import).await?);
        }
        Ok(imports)
    }

    /// An import, if it is of this profile.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn find(
        &self,
        profile: ProfileId,
        id: ImportId,
    ) -> Result<Option<Import>, ImportError> {
        let found = self.ports.store.find_import(id).await?;
        match found.filter(|import| import.profile == profile) {
            Some(import) => self.settled(import).await.map(Some),
            None => Ok(None),
        }
    }

    /// A page of the rows of an import in one of these states, or in any if there are none, by number; see
    /// [`super::place_of_row`].
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn rows(
        &self,
        import: &Import,
        states: &[RowState],
        window: &Window,
    ) -> Result<Slice<ImportRow>, ImportError> {
        let rows = self.ports.store.list_rows(import.id, states, window);
        Ok(rows.await?)
    }

    /// Rows of an import in one of these states, or in any if there are none, by number: up to so many after that
    /// number.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn rows_after(
        &self,
        import: &Import,
        states: &[RowState],
        after: u32,
        limit: usize,
    ) -> Result<Vec<ImportRow>, ImportError> {
        let rows = self.ports.store.rows(import.id, states, after, limit);
        Ok(rows.await?)
    }

    /// A row of an import of a profile, by its number.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn find_row(
        &self,
        profile: ProfileId,
        id: ImportId,
        number: u32,
    ) -> Result<Option<ImportRow>, ImportError> {
        let before = number.saturating_sub(1);
        let found = self.ports.store.rows(id, &[], before, 1).await?.pop();
        Ok(found.filter(|row| row.number == number && row.profile == profile))
    }

    /// How many rows of an import are in each state, in the order of [`RowState::ALL`].
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn counts(&self, import: &Import) -> Result<[u64; 4], ImportError> {
        let counted = self.ports.store.count_rows(import.id).await?;
        Ok(RowState::ALL.map(|state| {
            let of_state = counted.iter().filter(|(its, _)| *its == state);
            of_state.map(|(_, rows)| rows).sum()
        }))
    }

    /// Has an import applied, as far as the viewer may see what its rows are when it comes to that: from now on a job does.
    /// An API key must have the scope to watch.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn start(
        &self,
        visibility: &Visibility,
        viewer: &KnownViewer,
        id: ImportId,
    ) -> Result<(Import, Job), ImportError> {
        check_may_watch(viewer)?;
        let started = self.start_alone(visibility, viewer, id);
        self.alone(id, started).await
    }

    async fn start_alone(
        &self,
        visibility: &Visibility,
        viewer: &KnownViewer,
        id: ImportId,
    ) -> Result<(Import, Job), ImportError> {
        let import = self.own(viewer, id).await?;
        match import.state {
            ImportState::Preview | ImportState::Undone | ImportState::Failed => {}
            ImportState::Running | ImportState::Undoing => return Err(ImportError::AtWork),
            ImportState::Done => return Err(ImportError::Applied),
        }
        if import.state == ImportState::Preview {
            // A server that stopped while it wrote the rows has left a part of them.
            let kept: u64 = self.counts(&import).await?.iter().sum();
            if kept < u64::from(import.rows) {
                return Err(ImportError::NotWhole);
            }
        }
        let kind = JobKind::Import { import: id };
        let import = Import {
            audience: Some(visibility.audience()),
            ..import
        };
        self.begin(import, kind, ImportState::Running).await
    }

    /// Has an import undone: from now on a job takes back what it brought and nobody else said. An API key must have the
    /// scope to watch.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn undo(
        &self,
        viewer: &KnownViewer,
        id: ImportId,
    ) -> Result<(Import, Job), ImportError> {
        check_may_watch(viewer)?;
        self.alone(id, self.undo_alone(viewer, id)).await
    }

    async fn undo_alone(
        &self,
        viewer: &KnownViewer,
        id: ImportId,
    ) -> Result<(Import, Job), ImportError> {
        let import = self.own(viewer, id).await?;
        if import.state.is_at_work() {
            return Err(ImportError::AtWork);
        }
        if !import.state.has_brought() {
            return Err(ImportError::NotApplied);
        }
        let kind = JobKind::UndoImport { import: id };
        self.begin(import, kind, ImportState::Undoing).await
    }

    /// Takes away previews that nobody applied in time. Says how many.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn clear_away(&self) -> Result<usize, ImportError> {
        let before = self.clock.now() - TimeDelta::days(KEPT);
        let old = self.ports.store.previews_before(before, STALE).await?;
        let mut removed = 0;
        for import in &old {
            // Removing the others takes its time, and it may have been begun since.
            let now = self.ports.store.find_import(import.id).await?;
            if now.is_some_and(|now| now.state == ImportState::Preview) {
                self.ports.store.remove_import(import.id).await?;
                removed += 1;
            }
        }
        Ok(removed)
    }

    /// Removes everything of a profile.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn erase_profile(&self, profile: ProfileId) -> Result<(), ImportError> {
        self.ports.store.erase_imports(profile).await?;
        Ok(self.work.erase_profile(profile).await?)
    }

    /// The job first, then the import that names it: a job that no import names is over soon, and nothing was begun.
    async fn begin(
        &self,
        import: Import,
        kind: JobKind,
        state: ImportState,
    ) -> Result<(Import, Job), ImportError> {
        let job = self.work.make(import.profile, kind);
        self.work.queue(&job).await?;
        let import = Import {
            state,
            done_to: 0,
            job: Some(job.id),
            ..import
        };
        self.put(&import).await?;
        self.work.wake();
        Ok((import, job))
    }

    /// The import as it is. One that seems to be at work although its job is over was left so half-way: it failed, and can
    /// be begun anew or undone.
    async fn settled(&self, import: Import) -> Result<Import, ImportError> {
        let (true, Some(id)) = (import.state.is_at_work(), import.job) else {
            return Ok(import);
        };
        let job = self.work.find(import.profile, id).await?;
        if job.is_some_and(|job| job.is_open()) {
            return Ok(import);
        }
        // The end of an import is written before that of its job, so that by now it is there.
        let Some(now) = self.ports.store.find_import(import.id).await? else {
            return Ok(import);
        };
        if !now.state.is_at_work() || now.job != import.job {
            return Ok(now);
        }
        let failed = Import {
            state: ImportState::Failed,
            ..now
        };
        self.put(&failed).await?;
        Ok(failed)
    }

    /// Does something with an import that nobody else but its job does anything with meanwhile. Who comes at the same time
    /// waits here, and on another server is told to come again.
    pub(super) async fn alone<T>(
        &self,
        id: ImportId,
        work: impl Future<Output = Result<T, ImportError>> + Send,
    ) -> Result<T, ImportError> {
        let place = usize::from(id.0.as_bytes()[15]);
        let lease = Self::lease_of(id);
        self.in_turn(place, &lease, ImportError::AtWork, work).await
    }

    /// The lease of whoever does something with an import.
    pub(super) fn lease_of(id: ImportId) -> String {
        format!("import:{}", id.0)
    }

    /// Does something under a lease that nobody has for longer than that takes. Who comes at the same time waits here, in
    /// this place, and on another server is told so.
    pub(super) async fn in_turn<T>(
        &self,
        place: usize,
        lease: &str,
        taken: ImportError,
        work: impl Future<Output = Result<T, ImportError>> + Send,
    ) -> Result<T, ImportError> {
        let _turn = self.turns[place % self.turns.len()].lock().await;
        self.under(lease, taken, work).await
    }

    /// The same for who waits for no turn: here, too, who comes at the same time is told so.
    pub(super) async fn under<T>(
        &self,
        lease: &str,
        taken: ImportError,
        work: impl Future<Output = Result<T, ImportError>> + Send,
    ) -> Result<T, ImportError> {
        let holder = unique_name();
        if !may_work(&*self.ports.leases, lease, holder, ALONE).await? {
            return Err(taken);
        }
        let done = work.await;
        drop(self.ports.leases.release(lease, holder).await);
        done
    }

    /// An import of the viewer's profile.
    pub(super) async fn own(
        &self,
        viewer: &KnownViewer,
        id: ImportId,
    ) -> Result<Import, ImportError> {
        check_may_watch(viewer)?;
        let found = self.find(viewer.profile, id).await?;
        found.ok_or(ImportError::ImportNotFound)
    }

    /// The same with what the catalogue has of it, as far as it may be seen.
    async fn learnt(
        &self,
        visibility: &Visibility,
        mut known: Known,
    ) -> Result<Known, ImportError> {
        let query = TitleQuery {
            order: TitleOrder::NewestAdded,
            ..TitleQuery::default()
        };
        let mut window = Window::first(TITLES);
        loop {
            let page = self.catalog.list_titles(visibility, &query, &window);
            let page = page.await?;
            for title in &page.rows {
                known.learn(title);
            }
            window.start = page.rows.last().map(|title| query.order.keyset(title));
            if !page.has_more {
                break;
            }
        }
        for series in known.series().chunks(SERIES) {
            let episodes = self.catalog.episodes_of_series(visibility, series);
            for episode in episodes.await? {
                known.learn_episode(&episode);
            }
        }
        Ok(known)
    }

    pub(super) async fn put(&self, import: &Import) -> Result<(), ImportError> {
        if self.ports.store.put_import(import).await? {
            Ok(())
        } else {
            Err(ImportError::ProfileErased)
        }
    }

    pub(super) async fn put_rows(
        &self,
        profile: ProfileId,
        rows: &[ImportRow],
    ) -> Result<(), ImportError> {
        if rows.is_empty() || self.ports.store.put_rows(profile, rows).await? {
            Ok(())
        } else {
            Err(ImportError::ProfileErased)
        }
    }
}

/// What is to be learnt of the catalogue for some entries. Of many that takes a while, in which this thread goes on with
/// other things.
async fn wanted(entries: Vec<ImportedEntry>) -> Result<(Vec<ImportedEntry>, Known), ImportError> {
    let (sender, receiver) = oneshot::channel();
    rayon::spawn(move || {
        let all = entries.iter();
        let items = all.flat_map(|entry| std::iter::once(&entry.of).chain(&entry.alternatives));
        let known = Known::for_rows(items);
        drop(sender.send((entries, known)));
    });
    let wanted = receiver.await;
    Ok(wanted.map_err(|_| StoreError::failed("a computation broke off"))?)
}

pub(super) fn check_may_watch(viewer: &KnownViewer) -> Result<(), ImportError> {
    if viewer.may_watch() {
        Ok(())
    } else {
        Err(ImportError::Forbidden)
    }
}

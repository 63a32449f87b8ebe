//! Writing down what a scan has seen: what is new, moved, changed, gone or there again, and what of the catalogue it is.
//!
//! Nothing is ever removed: what is gone is missing, and comes back with all that was decided. Each step can be done again,
//! so that a scan that broke off is gone on with by the next.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::mem::take;
use std::sync::Arc;
use std::time::Instant;

use futures::StreamExt;

use super::error::{LibraryError, MAX_ROOTS};
use super::file::{FileState, LibraryRoot, MediaFile, ScannedFolder};
use super::folder::LibraryFolder;
use super::guess::{Entry, Guess};
use super::holding::Hold;
use super::known_sidecars::KnownSidecars;
use super::matching::Matcher;
use super::moves::Moves;
use super::places::parent;
use super::read_library::NamedLibrary;
use super::reading::{Told, read};
use super::scans::{ScanNews, ScanOptions, ScanPorts, ScanSummary, ScannedTitles};
use super::seen::{SeenFiles, renoted, unchanged};
use super::steps::{News, Outcome, Step};
use crate::domain::catalog::CatalogService;
use crate::domain::clock::Clock;
use crate::domain::error::StoreError;
use crate::domain::ids::MediaFileId;
use crate::domain::loading::{LoadService, Portion};

/// How many files are written, or asked for, at a time, at the most.
pub(super) const AT_ONCE: usize = 200;
/// How often it is begun anew to write files that somebody else writes at the same time.
const TRIES: usize = 10;

/// Writes down what scans have seen.
#[derive(Clone)]
pub struct ScanService {
    pub(super) ports: ScanPorts,
    pub(super) catalog: CatalogService,
    pub(super) load: LoadService,
    pub(super) clock: Arc<dyn Clock>,
}

/// A scan that is under way.
pub(super) struct Scan<'a> {
    pub(super) service: &'a ScanService,
    pub(super) root: LibraryRoot,
    hold: Hold,
    pub(super) options: ScanOptions,
    pub(super) summary: ScanSummary,
    /// What the sidecars say now.
    sidecars: KnownSidecars,
}

type Tell<'a> = &'a mut (dyn FnMut(ScanNews<'_>) + Send);

impl ScanService {
    /// A service on its ports, on the record of the catalogue, and on what brings records into it.
    pub fn new(
        ports: ScanPorts,
        catalog: CatalogService,
        load: LoadService,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            ports,
            catalog,
            load,
            clock,
        }
    }

    /// The folders of a library that the last scan has left as they are now: their videos need not be looked at again.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn unchanged(
        &self,
        root: &str,
        library: &NamedLibrary,
    ) -> Result<BTreeSet<String>, LibraryError> {
        let stored = self.ports.store.folders(root).await?;
        unchanged(root, library.found(), stored)
    }

    /// What the sidecars of a library said when they were read last.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn sidecars(&self, root: &str) -> Result<KnownSidecars, LibraryError> {
        let stored = self.ports.store.folders(root).await?;
        Ok(KnownSidecars::of_folders(&stored))
    }

    /// Writes down what was found in a folder, whose path is from the root of the file system. Files are read only where
    /// they are new or changed. Of two scans of one folder at a time, one is refused. One that is to stop fails with
    /// [`LibraryError::Stopped`], and leaves the folder free.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn record(
        &self,
        root: &str,
        (found, sidecars): (Vec<(Entry, Guess)>, KnownSidecars),
        folder: Arc<dyn LibraryFolder>,
        options: ScanOptions,
        tell: &mut (dyn FnMut(ScanNews<'_>) + Send),
    ) -> Result<ScanSummary, LibraryError> {
        let seen = SeenFiles::of(root, found);
        let mut scan = Scan::new(self, root, Hold::on(root), options, sidecars);
        let leases = &*self.ports.leases;
        scan.hold.renew(leases).await?;
        let recorded = scan.record(seen, folder, tell).await;
        scan.hold.release(leases).await;
        recorded?;
        Ok(scan.summary)
    }
}

/// How many of those that are left are written together: embedded, players who report wait for that.
fn most(portion: Portion, left: usize) -> usize {
    portion.size().min(AT_ONCE).min(left)
}

impl<'a> Scan<'a> {
    /// One that has done nothing so far.
    pub(super) fn new(
        service: &'a ScanService,
        root: &str,
        hold: Hold,
        options: ScanOptions,
        sidecars: KnownSidecars,
    ) -> Self {
        Self {
            service,
            root: LibraryRoot::new(root),
            hold,
            options,
            summary: ScanSummary::default(),
            sidecars,
        }
    }
}

impl Scan<'_> {
    async fn record(
        &mut self,
        mut seen: SeenFiles,
        folder: Arc<dyn LibraryFolder>,
        tell: Tell<'_>,
    ) -> Result<(), LibraryError> {
        let store = &self.service.ports.store;
        self.root = self.own_root().await?;
        self.begin(&seen, tell);
        let mut folders = seen.prints(self.options.reading)?;
        for folder in &mut folders {
            folder.sidecars = self.sidecars.in_folder(&folder.path);
        }
        let titles = self.options.titles;
        let (gone_folders, groups, renoted) = {
            let stored = store.folders(&self.root.path).await?;
            let changed = SeenFiles::changed(&folders, &stored, titles);
            let groups = match titles {
                ScannedTitles::Untouched => Vec::new(),
                ScannedTitles::Brought(_) => seen.groups_in(&changed),
            };
            let renoted = renoted(&folders, &stored, &changed);
            (seen.take_unchanged(&changed, &stored), groups, renoted)
        };
        self.summary.unchanged = self.summary.seen - seen.len();
        self.options.progress.add(self.summary.unchanged);
        folders.retain(|folder| seen.folders.contains_key(&folder.path));
        let stored = self.stored(&seen, &gone_folders).await?;
        let (mut steps, gone) = self.steps(seen, stored);
        let unread = self.read(&mut steps, Arc::clone(&folder), tell).await?;
        let gone = self.moved(&mut steps, gone).await?;
        self.check_all_gone(gone.len()).await?;
        steps.extend(gone.into_iter().map(Step::gone));
        if let ScannedTitles::Brought(state) = titles {
            // Before files are matched, so that they are found to be of what is made of them.
            let open = self.bring_titles(&groups, &steps, state, &*folder, tell);
            let open = open.await?;
            for folder in folders.iter_mut().filter(|it| !open.contains(&it.path)) {
                folder.titles_of = Some(folder.fingerprint.clone());
            }
        }
        self.add_unsettled(&mut steps).await?;
        let changing = folders.iter().map(|folder| folder.path.as_str());
        let changing = changing.chain(gone_folders.iter().map(String::as_str));
        let changing: Vec<ScannedFolder> = changing.map(ScannedFolder::unfinished).collect();
        self.put_folders(&changing, &[]).await?;
        self.write(steps, tell).await?;
        self.options.progress.complete();
        // What could not be read is tried again the next time.
        folders.retain(|folder| !unread.contains(&folder.path));
        self.put_folders(&folders, &gone_folders).await?;
        self.put_folders(&renoted, &[]).await?;
        self.end().await
    }

    async fn put_folders(
        &mut self,
        folders: &[ScannedFolder],
        gone: &[String],
    ) -> Result<(), LibraryError> {
        let store = &self.service.ports.store;
        let (mut left, mut portion) = (folders, Portion::first());
        while !left.is_empty() {
            self.renew_in_time().await?;
            let (some, rest) = left.split_at(most(portion, left.len()));
            let began = Instant::now();
            store.put_folders(&self.root.path, some, &[]).await?;
            portion.took(some.len(), began.elapsed());
            left = rest;
        }
        for some in gone.chunks(AT_ONCE) {
            self.renew_in_time().await?;
            store.put_folders(&self.root.path, &[], some).await?;
        }
        Ok(())
    }

    /// The root as it is stored, if it may be scanned.
    pub(super) async fn own_root(&self) -> Result<LibraryRoot, LibraryError> {
        let roots = self.service.ports.store.roots().await?;
        let path = self.root.path.as_str();
        if let Some(known) = roots.iter().find(|root| root.path == path) {
            return Ok(known.clone());
        }
        let is_in = |inner: &str, outer: &str| {
            let rest = inner.strip_prefix(outer.trim_end_matches('/'));
            rest.is_some_and(|rest| rest.starts_with('/'))
        };
        let overlaps = |root: &&LibraryRoot| is_in(path, &root.path) || is_in(&root.path, path);
        if let Some(other) = roots.iter().find(overlaps) {
            return Err(LibraryError::Overlaps(other.path.clone()));
        }
        if roots.len() >= MAX_ROOTS {
            return Err(LibraryError::TooManyRoots);
        }
        Ok(LibraryRoot::new(path))
    }

    /// What is stored of the folders that have to be looked at, by path; and what is stored as lying where another does, as
    /// it is if one that scanned could not read what a later version has written.
    pub(super) async fn stored(
        &mut self,
        seen: &SeenFiles,
        gone: &[String],
    ) -> Result<(HashMap<String, MediaFile>, Vec<MediaFile>), LibraryError> {
        let folders: Vec<String> = seen.folders.keys().chain(gone).cloned().collect();
        let mut stored: HashMap<String, MediaFile> = HashMap::new();
        let mut second = Vec::new();
        for some in folders.chunks(AT_ONCE) {
            self.renew_in_time().await?;
            let files = self.service.ports.store.files_in(&self.root.path, some);
            for file in files.await? {
                match stored.get(&file.path) {
                    Some(other) if other.rank() >= file.rank() => second.push(file),
                    _ => second.extend(stored.insert(file.path.clone(), file)),
                }
            }
        }
        Ok((stored, second))
    }

    /// One step for each file that is seen, and what is stored and not seen.
    pub(super) fn steps(
        &self,
        mut seen: SeenFiles,
        (mut stored, second): (HashMap<String, MediaFile>, Vec<MediaFile>),
    ) -> (Vec<Step>, Vec<MediaFile>) {
        let mut steps = Vec::new();
        for seen in take(&mut seen.folders).into_values().flatten() {
            let path = &seen.entry.path;
            let stored = stored.remove(path);
            let id = stored.as_ref().map_or_else(
                || MediaFileId::of_place(&self.root.path, path, self.root.scans + 1),
                |stored| stored.id,
            );
            steps.push(Step {
                id,
                stored,
                news: News::Seen(Box::new(seen)),
            });
        }
        let is_gone = |file: &MediaFile| file.state != FileState::Missing;
        let gone = stored.into_values().chain(second).filter(is_gone);
        let gone = gone.filter(|file| !seen.is_unknown(&file.path));
        let mut gone: Vec<MediaFile> = gone.collect();
        gone.sort_by(|one, other| one.path.cmp(&other.path));
        (steps, gone)
    }

    /// Reads the files that are new or changed. Says in which folders some could not be read.
    pub(super) async fn read(
        &mut self,
        steps: &mut [Step],
        folder: Arc<dyn LibraryFolder>,
        tell: Tell<'_>,
    ) -> Result<HashSet<String>, LibraryError> {
        let reading = self.options.reading;
        let wanted = (0..steps.len()).filter(|place| steps[*place].must_be_read(reading));
        let wanted: Vec<usize> = wanted.collect();
        let files = wanted.iter().filter_map(|place| match &steps[*place].news {
            News::Seen(seen) => Some(seen.entry.clone()),
            News::Gone | News::Again => None,
        });
        let mut unread = HashSet::new();
        let (mut told, mut left) = (read(folder, files.collect(), reading), wanted.len());
        while let Some(one) = told.next().await {
            self.renew_in_time().await?;
            let Told::Read(place, found) = one else {
                continue;
            };
            left -= 1;
            self.options.progress.add(1);
            let news = &mut steps[wanted[place]].news;
            let News::Seen(seen) = news else {
                continue;
            };
            match found {
                Ok(print) => seen.print = Some(print),
                Err(error) => {
                    let (path, error) = (seen.entry.path.as_str(), &error.to_string());
                    tell(ScanNews::Unreadable { path, error });
                    unread.insert(parent(path).to_owned());
                    self.summary.unreadable += 1;
                    // Nobody knows what it is now: what is stored of it stays.
                    *news = News::Again;
                }
            }
        }
        if left > 0 {
            return Err(StoreError::failed("reading files broke off").into());
        }
        Ok(unread)
    }

    /// Finds what was moved among what is new. Says what is still gone.
    pub(super) async fn moved(
        &mut self,
        steps: &mut [Step],
        gone: Vec<MediaFile>,
    ) -> Result<Vec<MediaFile>, LibraryError> {
        let new = steps.iter().filter_map(Step::print_of_new);
        let new: Vec<String> = new.map(|(_, print)| print.fingerprint.clone()).collect();
        // What is back where it was has not moved to where a copy of it lies.
        let here = steps.iter().filter_map(|step| step.stored.as_ref());
        let here: HashSet<MediaFileId> = here.map(|file| file.id).collect();
        let mut moves = Moves::of(gone);
        for some in new.chunks(AT_ONCE) {
            self.renew_in_time().await?;
            let limit = 10 * AT_ONCE;
            let mut missing = self.service.ports.store.files_with(some, limit).await?;
            missing.retain(|file| !here.contains(&file.id));
            moves.add_missing(missing);
        }
        for step in steps {
            let Some((path, print)) = step.print_of_new() else {
                continue;
            };
            if let Some(file) = moves.take(&self.root.path, path, print) {
                step.id = file.id;
                step.stored = Some(file);
            }
        }
        Ok(moves.still_gone())
    }

    /// Matches what is to be matched, and writes what differs from what is stored.
    async fn write(&mut self, mut steps: Vec<Step>, tell: Tell<'_>) -> Result<(), LibraryError> {
        let guesses: Vec<&Guess> = steps.iter().filter_map(Step::guess).collect();
        let matcher = Matcher::learn(&self.service.catalog, &guesses).await?;
        let (mut left, mut portion) = (steps.as_mut_slice(), Portion::first());
        while !left.is_empty() {
            self.renew_in_time().await?;
            let many = most(portion, left.len());
            let (some, rest) = take(&mut left).split_at_mut(many);
            left = rest;
            let began = Instant::now();
            let written = self.write_some(some, &matcher).await?;
            portion.took(some.len(), began.elapsed());
            for outcome in &written {
                self.tell_outcome(outcome, tell);
            }
        }
        Ok(())
    }

    /// Writes some files; where somebody else was first, what differs from what that one has written.
    async fn write_some(
        &self,
        steps: &mut [Step],
        matcher: &Matcher,
    ) -> Result<Vec<Outcome>, LibraryError> {
        let store = &self.service.ports.store;
        for _ in 0..TRIES {
            let now = self.service.clock.now();
            let outcomes = steps.iter();
            let outcomes = outcomes.filter_map(|step| step.outcome(&self.root.path, matcher, now));
            let outcomes: Vec<Outcome> = outcomes.collect();
            if outcomes.is_empty() {
                return Ok(outcomes);
            }
            let files: Vec<MediaFile> = outcomes.iter().map(|it| it.file.clone()).collect();
            match store.put_files(&files).await {
                Ok(()) => return Ok(outcomes),
                Err(StoreError::Conflict) => {}
                Err(error) => return Err(error.into()),
            }
            let ids: Vec<MediaFileId> = steps.iter().map(|step| step.id).collect();
            let files = store.files(&ids).await?.into_iter();
            let files: HashMap<MediaFileId, MediaFile> =
                files.map(|file| (file.id, file)).collect();
            for step in &mut *steps {
                if let Some(now) = files.get(&step.id) {
                    step.go_on_with(&self.root.path, now);
                }
            }
        }
        Err(LibraryError::Busy)
    }

    /// Notes that the scan is written down as a whole.
    async fn end(&mut self) -> Result<(), LibraryError> {
        let store = &self.service.ports.store;
        self.root.scans += 1;
        self.root.scanned_at = Some(self.service.clock.now());
        self.root.revision += 1;
        match store.put_root(&self.root).await {
            Ok(()) => {}
            // Another scan, which did not know of this one, was written down first.
            Err(StoreError::Conflict) => return Err(LibraryError::AtWork),
            Err(error) => return Err(error.into()),
        }
        self.count_states().await
    }

    /// Between two steps: fails if the scan is to stop here, and renews the lease if that is due.
    pub(super) async fn renew_in_time(&mut self) -> Result<(), LibraryError> {
        if self.options.stop.is_wished() {
            return Err(LibraryError::Stopped);
        }
        if self.hold.is_due() {
            self.hold.renew(&*self.service.ports.leases).await?;
        }
        Ok(())
    }
}

//! Bringing what sidecars, pictures and names of files say into the catalogue, as a load does with a file of records: by
//! the same rules, past the same locks, with revisions, one run a scan.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Instant;

use super::error::LibraryError;
use super::file::{FileState, MediaFile};
use super::folder::LibraryFolder;
use super::groups::{Group, groups};
use super::guess::{Certainty, Entry, Guess};
use super::holding::RENEW;
use super::matching::{Matcher, Whose};
use super::places::parent;
use super::planning::{Plan, Planned, Planner, Target, keys_of};
use super::recording::{AT_ONCE, Scan, ScanService};
use super::scans::{Brought, ScanNews};
use super::seen::SeenFiles;
use super::steps::{News, Step};
use crate::domain::catalog::{
    Author, RevisionSource, Title, TitleKind, TitleState, Visibility, Writer,
};
use crate::domain::error::StoreError;
use crate::domain::ids::{EpisodeId, TitleId};
use crate::domain::loading::{
    LoadError, LoadMode, LoadOptions, LoadSummary, MadeRecords, Manner, NewTitles, Told, ToldSort,
};
use crate::domain::text;
use crate::domain::watching::WatchedItem;

/// How many records are loaded at a time: between them it is told that the scan goes on, or it is stopped.
const RECORDS: usize = 200;

type Tell<'a> = &'a mut (dyn FnMut(ScanNews<'_>) + Send);

/// What a curator decided of files, by path.
type Decided = HashMap<String, Vec<WatchedItem>>;

impl Scan<'_> {
    /// Brings in what is said in folders that have changed, or of which something is open. Gives the folders of which
    /// something still is.
    pub(super) async fn bring_titles(
        &mut self,
        groups: &[Group],
        steps: &[Step],
        state: TitleState,
        folder: &dyn LibraryFolder,
        tell: Tell<'_>,
    ) -> Result<BTreeSet<String>, LibraryError> {
        let service = self.service;
        let mut decided = service.decided_in(&self.root.path, groups).await?;
        // What was moved lies elsewhere than it is stored.
        for step in steps {
            if let (News::Seen(seen), Some(stored)) = (&step.news, &step.stored)
                && stored.is_decided()
            {
                decided.insert(seen.entry.path.clone(), stored.items.clone());
            }
        }
        let planning = Box::pin(service.plan(groups, &decided, state, folder));
        let plan = self.held(planning).await?;
        let writer = Writer::new(Author::Command, RevisionSource::Scan);
        let mut open = plan.open;
        let brought = &mut Brought {
            open: plan.left_out.len() as u64,
            ..Brought::default()
        };
        for (path, why) in &plan.left_out {
            tell_left_out(tell, path, why);
        }
        let root = self.root.path.clone();
        // Series come before their episodes.
        for records in [&plan.titles, &plan.episodes] {
            for some in records.chunks(RECORDS) {
                self.renew_in_time().await?;
                let how = options(LoadMode::Write, writer);
                let bringing = Box::pin(service.bring(&root, some, how, brought, tell));
                open.extend(self.held(bringing).await?);
                if brought.is_any() {
                    self.options.progress.changed_by(writer.run);
                }
            }
        }
        self.summary.brought = *brought;
        Ok(open)
    }

    /// Waits for what may take longer than the scan has its folder to itself, and renews that meanwhile.
    async fn held<T>(
        &mut self,
        mut work: impl Future<Output = Result<T, LibraryError>> + Unpin,
    ) -> Result<T, LibraryError> {
        loop {
            let begun = Instant::now();
            let done = poll_fn(|context| match Pin::new(&mut work).poll(context) {
                Poll::Ready(done) => Poll::Ready(Some(done)),
                Poll::Pending if begun.elapsed() >= RENEW => Poll::Ready(None),
                Poll::Pending => Poll::Pending,
            });
            if let Some(done) = done.await {
                return done;
            }
            self.renew_in_time().await?;
        }
    }
}

/// Lets others go on meanwhile: sidecars are many, and a disk may be slow.
async fn give_way() {
    let mut has_waited = false;
    let once = poll_fn(|context| {
        if has_waited {
            return Poll::Ready(());
        }
        has_waited = true;
        context.waker().wake_by_ref();
        Poll::Pending
    });
    once.await;
}

impl ScanService {
    /// Tells what a scan would bring into the catalogue of what was found in a folder, and writes nothing.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn preview(
        &self,
        root: &str,
        found: &[(Entry, Guess)],
        state: TitleState,
        folder: &dyn LibraryFolder,
        tell: &mut (dyn FnMut(ScanNews<'_>) + Send),
    ) -> Result<Brought, LibraryError> {
        let groups = groups(found.iter().map(|(entry, guess)| (entry, guess)), &|_| true);
        let decided = self.decided_in(root, &groups).await?;
        let plan = self.plan(&groups, &decided, state, folder).await?;
        let mut brought = Brought {
            open: plan.left_out.len() as u64,
            ..Brought::default()
        };
        for (path, why) in &plan.left_out {
            tell_left_out(tell, path, why);
        }
        // All together: nothing is written that episodes could find.
        let records = [plan.titles, plan.episodes].concat();
        let writer = Writer::new(Author::Command, RevisionSource::Scan);
        let how = options(LoadMode::DryRun, writer);
        self.bring(root, &records, how, &mut brought, tell).await?;
        Ok(brought)
    }

    /// What curators decided of the files of these groups.
    async fn decided_in(&self, root: &str, groups: &[Group]) -> Result<Decided, LibraryError> {
        let videos = groups.iter().flat_map(Group::videos);
        let folders: BTreeSet<&str> = videos.map(|video| parent(&video.entry.path)).collect();
        let folders: Vec<String> = folders.into_iter().map(str::to_owned).collect();
        let mut decided = Decided::new();
        for some in folders.chunks(AT_ONCE) {
            let files = self.ports.store.files_in(root, some).await?.into_iter();
            let is_meant = |file: &MediaFile| file.is_decided() && file.state != FileState::Missing;
            let files = files.filter(is_meant);
            decided.extend(files.map(|file| (file.path, file.items)));
        }
        Ok(decided)
    }

    /// Plans the records of some groups.
    async fn plan(
        &self,
        groups: &[Group],
        decided: &Decided,
        state: TitleState,
        folder: &dyn LibraryFolder,
    ) -> Result<Plan, LibraryError> {
        let guesses: Vec<Guess> = groups.iter().map(Group::guess).collect();
        let guesses: Vec<&Guess> = guesses.iter().collect();
        let matcher = Matcher::learn(&self.catalog, &guesses).await?;
        let series_of = self.series_of(decided).await?;
        let (mut targets, mut wanted, mut keys) = (Vec::new(), BTreeSet::new(), Vec::new());
        for (group, guess) in groups.iter().zip(guesses) {
            let target = target_of(group, guess, &matcher, decided, &series_of);
            match target {
                Ok(Some(id)) => {
                    wanted.insert(id);
                }
                Ok(None) => keys.extend(keys_of(group)),
                Err(_) => {}
            }
            targets.push(target);
        }
        let titles = self.titles(wanted).await?;
        let taken = self.taken(&keys).await?;
        let decided: HashSet<String> = decided.keys().cloned().collect();
        let mut planner = Planner {
            folder,
            matcher: &matcher,
            decided: &decided,
            taken,
            told: HashSet::new(),
            told_collections: HashSet::new(),
            plan: Plan::default(),
        };
        for (group, target) in groups.iter().zip(targets) {
            give_way().await;
            match target {
                Ok(None) => planner.add(group, &Target::New(state)),
                Ok(Some(id)) => match titles.get(&id) {
                    Some(title) => match contradiction(group, title, &decided) {
                        None => planner.add(group, &Target::Known(Arc::clone(title))),
                        Some(why) => planner.leave_out(group, why),
                    },
                    None => planner.leave_out(group, "is of a title that has gone meanwhile"),
                },
                Err(Some(why)) => planner.leave_out(group, why),
                Err(None) => {}
            }
        }
        Ok(planner.plan)
    }

    /// The series of episodes that curators decided.
    async fn series_of(
        &self,
        decided: &Decided,
    ) -> Result<HashMap<EpisodeId, TitleId>, LibraryError> {
        let items = decided.values().flatten();
        let ids: BTreeSet<EpisodeId> = items
            .filter_map(|item| match item {
                WatchedItem::Episode(id) => Some(*id),
                WatchedItem::Film(_) | WatchedItem::Series(_) => None,
            })
            .collect();
        let ids: Vec<EpisodeId> = ids.into_iter().collect();
        let mut series = HashMap::new();
        let everything = Visibility::everything();
        for some in ids.chunks(RECORDS) {
            let found = self.catalog.episodes_now(&everything, some);
            let found = found.await?.into_iter();
            series.extend(found.map(|(id, episode)| (id, episode.series)));
        }
        Ok(series)
    }

    async fn titles(
        &self,
        ids: BTreeSet<TitleId>,
    ) -> Result<HashMap<TitleId, Arc<Title>>, LibraryError> {
        let ids: Vec<TitleId> = ids.into_iter().collect();
        let mut titles = HashMap::new();
        let everything = Visibility::everything();
        for some in ids.chunks(RECORDS) {
            let found = self.catalog.titles(&everything, some);
            let found = found.await?.into_iter();
            titles.extend(found.map(|title| (title.id, title)));
            // A file of a title that was merged into another is of that one.
            titles.extend(self.catalog.merged_into(some).await?);
        }
        Ok(titles)
    }

    /// Which of these keys titles have.
    async fn taken(&self, keys: &[String]) -> Result<HashSet<String>, LibraryError> {
        let mut taken = HashSet::new();
        for some in keys.chunks(RECORDS) {
            let found = self
                .catalog
                .titles_by_slug(&Visibility::everything(), some)
                .await?;
            taken.extend(found.iter().map(|title| text::compose(&title.slug)));
        }
        Ok(taken)
    }

    /// Loads records, and gives the folders of those of which something could not be loaded.
    async fn bring(
        &self,
        root: &str,
        records: &[Planned],
        how: LoadOptions,
        brought: &mut Brought,
        tell: Tell<'_>,
    ) -> Result<BTreeSet<String>, LibraryError> {
        if records.is_empty() {
            return Ok(BTreeSet::new());
        }
        let made = records.iter().map(|it| (&it.record, it.guessed.clone()));
        let made = MadeRecords::of(root, made);
        let mut open = BTreeSet::new();
        let mut told = |told: &Told<'_>| {
            let place = usize::try_from(told.line).ok();
            let record = place.and_then(|line| records.get(line.checked_sub(1)?));
            if told.sort == ToldSort::Refused {
                open.extend(record.into_iter().flat_map(|it| it.folders.iter().cloned()));
            }
            tell(ScanNews::Record {
                path: record.map_or("", |it| it.path.as_str()),
                sort: told.sort,
                field: &told.problem.field,
                reason: &told.problem.reason,
            });
        };
        let loaded = Box::pin(self.load.load_made(made, how, &mut told));
        let summary = loaded.await.map_err(broken_off)?;
        // Which of the pictures were not even asked for is not said.
        if !summary.given_up.is_empty() {
            open.extend(records.iter().flat_map(|it| it.folders.iter().cloned()));
        }
        count(brought, &summary);
        Ok(open)
    }
}

fn options(mode: LoadMode, writer: Writer) -> LoadOptions {
    LoadOptions {
        mode,
        manner: Manner::Merge,
        new_titles: NewTitles::Add,
        writer,
    }
}

fn tell_left_out(tell: Tell<'_>, path: &str, reason: &str) {
    tell(ScanNews::Record {
        path,
        sort: ToldSort::Unmatched,
        field: "",
        reason,
    });
}

/// The title that a group is of, or none: a new one is made of it. Fails with why it is left out, or without a word if a
/// curator has decided that it is nothing.
fn target_of(
    group: &Group,
    guess: &Guess,
    matcher: &Matcher,
    decided: &Decided,
    series_of: &HashMap<EpisodeId, TitleId>,
) -> Result<Option<TitleId>, Option<&'static str>> {
    let (mut ids, mut is_undecided) = (BTreeSet::new(), false);
    for video in group.videos() {
        match decided.get(&video.entry.path) {
            None => is_undecided = true,
            Some(items) => ids.extend(items.iter().filter_map(|item| match item {
                WatchedItem::Film(id) | WatchedItem::Series(id) => Some(*id),
                WatchedItem::Episode(id) => series_of.get(id).copied(),
            })),
        }
    }
    let has_video = group.videos().next().is_some();
    if ids.len() > 1 {
        return Err(Some("was decided to be of several titles"));
    }
    if let Some(id) = ids.first() {
        return Ok(Some(*id));
    }
    if has_video && !is_undecided {
        return Err(None);
    }
    if group.is_torn {
        return Err(Some("has files that say different ids of one site"));
    }
    let whose = guess.item.as_ref().map(|item| matcher.title_of(item));
    match whose.unwrap_or(Whose::Nobody) {
        Whose::Title(id) => Ok(Some(id)),
        Whose::Unclear => Err(Some(
            "may be one of several titles; a curator has to decide",
        )),
        Whose::Nobody if !has_video => Err(Some("is of no title, and has no video")),
        Whose::Nobody if group.certainty == Certainty::Unsure => Err(Some(
            "is not sure enough to make a title of; a curator has to decide",
        )),
        Whose::Nobody if group.named.year.is_none() => {
            let why = match group.kind {
                TitleKind::Film => "is a film of no known year, and no title is made of it",
                TitleKind::Series => "is a series of no known year, and no title is made of it",
            };
            Err(Some(why))
        }
        Whose::Nobody => Ok(None),
    }
}

/// Why what names and sidecars say of a group is not brought to the title that it is of: a curator decided that its files
/// are of another than they say.
fn contradiction(group: &Group, title: &Title, decided: &HashSet<String>) -> Option<&'static str> {
    let is_decided = group.videos().any(|it| decided.contains(&it.entry.path));
    if title.kind != group.kind {
        Some("was decided to be of another sort than its name says")
    } else if is_decided && group.is_other_than(title) {
        Some("was decided to be of a title with other ids than its name or its sidecar says")
    } else {
        None
    }
}

fn count(brought: &mut Brought, summary: &LoadSummary) {
    for (sort, tally) in &summary.tallies {
        match *sort {
            "films" | "series" => {
                brought.new_titles += tally.new;
                brought.changed_titles += tally.changed;
            }
            "episodes" => {
                brought.new_episodes += tally.new;
                brought.changed_episodes += tally.changed;
            }
            _ => {}
        }
    }
    brought.refused += summary.refused + summary.refused_pictures;
    brought.refused += summary.given_up.values().sum::<u64>();
}

/// What was loaded before stays, and the next scan goes on from there.
fn broken_off(error: LoadError) -> LibraryError {
    match error {
        LoadError::Catalog(error) => error.into(),
        LoadError::Stopped => LibraryError::Stopped,
        error => StoreError::failed(error).into(),
    }
}

impl SeenFiles {
    /// The groups of all files of which something lies in these folders.
    pub(super) fn groups_in(&self, folders: &BTreeSet<String>) -> Vec<Group> {
        let seen = self.folders.values().flatten();
        let found = seen.map(|seen| (&seen.entry, &seen.guess));
        groups(found, &|folder| folders.contains(folder))
    }
}

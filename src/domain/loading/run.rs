//! One load as it goes on: what was met so far, and what becomes of each entry of a file.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;
use std::sync::Arc;

use chrono::Datelike;
use futures::channel::oneshot;

use super::checks::OwnId;
use super::collection_records::CollectionRecord;
use super::credited::Credited;
use super::entry::Finding;
use super::episodes::EpisodeRecord;
use super::giving_up::Patience;
use super::named_titles::NamedTitles;
use super::options::{
    LoadError, LoadMode, LoadOptions, Manner, NewTitles, Phase, Source, Tell, Told, ToldSort,
};
use super::pace::Pace;
use super::parts::Parts;
use super::people::PersonRecord;
use super::problem::{Problem, Warning, shown_field};
use super::records::{Placed, Record, TitleRecord, WatchRecord};
use super::revised::{Revised, created};
use super::service::LoadService;
use super::source::Records;
use super::standing::{Held, Standing};
use super::summary::{LoadSummary, Tally, WarningKind};
use super::unwritten::UnwrittenTitles;
use super::value_sources::Guesses;
use super::voted::Voted;
use super::watch::LoadWatch;
use crate::domain::catalog::{
    CatalogBatch, CatalogError, CatalogNode, CatalogRevision, Precedence, Writer,
};
use crate::domain::error::StoreError;
use crate::domain::ids::EpisodeId;

/// How many records are written together.
pub(super) const BATCH: usize = 500;
/// How many watches are written together: the more of a profile there are among them, the fewer entries of its log they
/// become.
const WATCHES: usize = 20_000;
/// How many warnings of a kind are told of one by one; of all of them there is the number.
const EXAMPLES: u64 = 3;
/// How many kinds of warnings are counted, and how many names of what is no field are kept of a file. A file can have
/// a name of its own in each record: what comes after these counts together.
const MOST_KINDS: usize = 1000;
/// The field of what is counted together.
const FURTHER: &str = "…";
/// How often a batch is tried again if somebody else writes the same documents.
const TRIES: usize = 5;
/// What is told of a field that a record would have changed.
const LOCKED: &str = "is locked, and stays as it is stored (LOCKED_FIELD)";
/// The same of one whose value is from a source that goes before that of the load.
const LOWER: &str =
    "is from a source that goes before this one, and stays as it is stored (LOWER_SOURCE)";

/// Watches that are on their way into the record.
pub(super) struct Recording {
    /// How many watches those are.
    pub(super) all: usize,
    /// How many of them were new.
    pub(super) written: oneshot::Receiver<Result<usize, LoadError>>,
}

/// A load as it goes on.
pub(super) struct Run<'a> {
    pub(super) service: &'a LoadService,
    /// Which sources go before which, as it was when the load began.
    precedence: &'a Precedence,
    pub(super) mode: LoadMode,
    pub(super) manner: Manner,
    pub(super) new_titles: NewTitles,
    pub(super) tell: Tell<'a>,
    watch: &'a dyn LoadWatch,
    pub(super) summary: LoadSummary,
    pub(super) file: String,
    /// The folder of the file.
    pub(super) folder: Option<PathBuf>,
    /// What of the file was told to be no field.
    unknown_fields: HashSet<String>,
    /// What of pictures is worth being asked.
    pub(super) patience: Patience,
    /// The values that warnings were given of, as hashes, by field and reason.
    warned: HashSet<(String, &'static str, u64)>,
    /// Where each key of this run was first met, and a hash of what the record said.
    pub(super) seen: HashMap<String, (Arc<str>, u64, u64)>,
    /// Which slug of this run carries an identifying id.
    pub(super) owners: HashMap<OwnId, String>,
    /// Titles that name somebody by slug who was not met yet, with their locations, until all people are loaded.
    pub(super) parked: Vec<(String, u64, TitleRecord)>,
    /// Whether people may still come.
    pub(super) may_park: bool,
    /// People that a dry run would have written, by slug.
    pub(super) unwritten_people: HashSet<String>,
    /// Titles that a dry run would have written.
    pub(super) unwritten_titles: UnwrittenTitles,
    /// Episodes that a dry run would have written.
    pub(super) unwritten_episodes: HashSet<EpisodeId>,
    /// For which titles enough voted, if that is asked.
    pub(super) voted: Option<Voted>,
    /// Whom files that a map reads credit, by the provider of ids.
    pub(super) credited: HashMap<String, Credited>,
    /// Whether titles keep the people of each role in which they have somebody, whatever records say.
    pub(super) keeps_roles: bool,
    /// What makes the revisions of this run.
    pub(super) writer: Writer,
    pace: Pace,
    /// Whether a part of a batch could not be written, as when an id goes from one title to another that comes before it:
    /// the next try is written as a whole.
    is_obstructed: bool,
    /// The fields that records of the file only guess, by line.
    guessed: HashMap<u64, Vec<&'static str>>,
    /// The same of what is about to be written.
    guesses: Guesses,
    /// The watches that are on their way.
    pub(super) recording: Option<Recording>,
    /// What is known of the titles that they name.
    pub(super) named: NamedTitles,
}

/// Records of one phase that wait to be written.
#[derive(Default)]
pub(super) struct Waiting {
    pub(super) titles: Vec<Placed<TitleRecord>>,
    pub(super) people: Vec<Placed<PersonRecord>>,
    pub(super) collections: Vec<Placed<CollectionRecord>>,
    pub(super) episodes: Vec<Placed<EpisodeRecord>>,
    pub(super) watches: Vec<Placed<WatchRecord>>,
}

impl Waiting {
    pub(super) fn push(&mut self, line: u64, record: Record) {
        match record {
            Record::Title(title) => self.titles.push((line, *title)),
            Record::Person(person) => self.people.push((line, person)),
            Record::Collection(collection) => self.collections.push((line, collection)),
            Record::Episode(episode) => self.episodes.push((line, *episode)),
            Record::Watch(watch) => self.watches.push((line, watch)),
        }
    }

    pub(super) fn len(&self) -> usize {
        let of_titles = self.titles.len() + self.people.len() + self.collections.len();
        of_titles + self.episodes.len() + self.watches.len()
    }
}

impl<'a> Run<'a> {
    pub(super) fn new(
        service: &'a LoadService,
        precedence: &'a Precedence,
        options: LoadOptions,
        tell: Tell<'a>,
        watch: &'a dyn LoadWatch,
    ) -> Self {
        Self {
            service,
            precedence,
            mode: options.mode,
            manner: options.manner,
            new_titles: options.new_titles,
            tell,
            watch,
            summary: LoadSummary::default(),
            file: String::new(),
            folder: None,
            unknown_fields: HashSet::new(),
            patience: Patience::default(),
            warned: HashSet::new(),
            seen: HashMap::new(),
            owners: HashMap::new(),
            parked: Vec::new(),
            may_park: true,
            unwritten_people: HashSet::new(),
            unwritten_titles: UnwrittenTitles::default(),
            unwritten_episodes: HashSet::new(),
            voted: None,
            credited: HashMap::new(),
            keeps_roles: false,
            writer: options.writer,
            pace: Pace::of(service.writers),
            is_obstructed: false,
            guessed: HashMap::new(),
            guesses: Guesses::new(),
            recording: None,
            named: NamedTitles::default(),
        }
    }

    /// Reads a file in one pass. The first pass gives the messages and notes in `has` which others are needed.
    pub(super) async fn read(
        &mut self,
        source: &dyn Source,
        phase: Phase,
        has: &mut HashSet<Phase>,
    ) -> Result<(), LoadError> {
        self.begin(source, source.folder());
        let this_year = self.service.clock.now().year();
        let is_first = phase == Phase::Titles;
        let cannot_be_read = |error| LoadError::File(source.name(), error);
        if is_first && let Some(flaw) = source.flaw().map_err(cannot_be_read)? {
            self.refuse(1, &Problem::new("", flaw));
            return Ok(());
        }
        let records = source
            .open()
            .and_then(|reader| Records::new(reader, source.format(), this_year));
        let mut waiting = Waiting::default();
        for entry in records.map_err(|error| LoadError::File(self.file.clone(), error))? {
            let entry = entry.map_err(|error| LoadError::File(self.file.clone(), error))?;
            let line = entry.line;
            match entry.finding {
                Finding::FileRefused(problem) if is_first => self.refuse(line, &problem),
                Finding::Refused(problem, warnings) if is_first => {
                    self.warn_of_all(line, &warnings);
                    self.refuse(line, &problem);
                }
                Finding::FileRefused(_) | Finding::Refused(..) => {}
                Finding::Record(record, unknown_fields, warnings) => {
                    let of = phase_of(&record);
                    has.insert(of);
                    if is_first {
                        self.warn_of_all(line, &warnings);
                        self.warn_of_unknown(line, unknown_fields);
                    }
                    if of == phase {
                        waiting.push(line, record);
                    }
                }
            }
            let is_full =
                waiting.len() - waiting.watches.len() >= BATCH || waiting.watches.len() >= WATCHES;
            if is_full {
                self.write(std::mem::take(&mut waiting)).await?;
            }
        }
        self.write(waiting).await
    }

    /// Begins with a file; paths in it go from the folder.
    pub(super) fn begin(&mut self, source: &dyn Source, folder: Option<PathBuf>) {
        self.file = source.name();
        self.folder = folder;
        self.unknown_fields.clear();
        self.guessed = source.guessed();
    }

    /// Notes that a record of this line is about something, of which it may only guess some fields.
    pub(super) fn note_guesses(&mut self, line: u64, about: Option<CatalogNode>) {
        if let (Some(node), Some(fields)) = (about, self.guessed.get(&line)) {
            self.guesses.insert(node, fields.clone());
        }
    }

    /// Writes a batch, of which these documents become others; of what is new it says so itself. Where others wait for the
    /// store meanwhile, a long one is written part by part.
    pub(super) async fn put(
        &mut self,
        mut batch: CatalogBatch,
        changed: Vec<CatalogRevision>,
    ) -> Result<(), CatalogError> {
        let guesses = std::mem::take(&mut self.guesses);
        if self.mode == LoadMode::DryRun || batch.is_empty() {
            return Ok(());
        }
        let new = created(&batch, &self.writer);
        batch.revisions = changed;
        batch.revisions.extend(new);
        if self.pace.is_whole(batch.documents().count()) || self.is_obstructed {
            self.service.put(batch, &guesses).await?;
            self.is_obstructed = false;
            self.summary.run = Some(self.writer.run);
            return Ok(());
        }
        let mut parts = Parts::of(batch);
        while let Some((sort, part)) = parts.take(|sort| self.pace.size(sort)) {
            let documents = part.documents().count();
            let put = self.service.put(part, &guesses).await;
            self.is_obstructed = put.is_err();
            let time = put?;
            self.pace.took(sort, documents, time);
            self.summary.run = Some(self.writer.run);
        }
        Ok(())
    }

    /// What stored things hold against this load. Where no source goes before another nothing is read for that.
    pub(super) async fn standing<K, T: Revised>(
        &self,
        stored: &HashMap<K, T>,
    ) -> Result<Standing<'a>, CatalogError> {
        let nodes: Vec<CatalogNode> = if self.precedence.orders_anything() {
            stored.values().map(Revised::node).collect()
        } else {
            Vec::new()
        };
        let known = if nodes.is_empty() {
            Vec::new()
        } else {
            self.service.value_sources(&nodes).await?
        };
        Ok(Standing {
            precedence: self.precedence,
            by: self.writer.source.value_source(),
            known: known.into_iter().map(|it| (it.node, it)).collect(),
        })
    }

    /// Says of the fields that records would have changed why they stay.
    pub(super) fn warn_of_held(&mut self, held: Vec<Placed<Held>>) {
        for (line, Held { locked, lower }) in held {
            let locked = locked.into_iter().map(|field| (field, LOCKED));
            let lower = lower.into_iter().map(|field| (field, LOWER));
            for (field, reason) in locked.chain(lower) {
                let warning = Warning {
                    field: field.to_owned(),
                    value: None,
                    reason,
                };
                self.warn(line, &warning);
            }
        }
    }

    /// Writes records together, again if somebody else wrote the same documents in between; if that does not help, one
    /// by one: what then meets a document that it does not find before, because this version cannot read it, is
    /// refused.
    pub(super) async fn write_records<T>(
        &mut self,
        records: &[Placed<T>],
        mut write: impl AsyncFnMut(&mut Self, &[Placed<T>]) -> Result<(), CatalogError>,
    ) -> Result<(), LoadError> {
        self.go_on()?;
        if self.is_written(records, &mut write).await? {
            return Ok(());
        }
        for record in records {
            let alone = std::slice::from_ref(record);
            if !self.is_written(alone, &mut write).await? {
                let reason = "belongs to a document, or names one, that is stored and cannot be read by this version, or is changed by others all the time";
                self.refuse(record.0, &Problem::new("", reason));
            }
        }
        Ok(())
    }

    /// Between two batches: says how far it is, and fails if the load is to stop here.
    pub(super) fn go_on(&self) -> Result<(), LoadError> {
        self.watch.follow(&self.summary);
        if self.watch.stops() {
            return Err(LoadError::Stopped);
        }
        Ok(())
    }

    /// Writes records, or gives up after some conflicts.
    async fn is_written<T>(
        &mut self,
        records: &[Placed<T>],
        write: &mut impl AsyncFnMut(&mut Self, &[Placed<T>]) -> Result<(), CatalogError>,
    ) -> Result<bool, LoadError> {
        for _ in 0..TRIES {
            match write(self, records).await {
                Err(CatalogError::Store(StoreError::Conflict)) => {}
                result => return Ok(result.map(|()| true)?),
            }
        }
        Ok(false)
    }

    /// Leaves out records whose key was met before in this run: silently if they say the same, else with a message.
    /// `key` gives the sort of a record and its key.
    pub(super) fn without_repeats<T: std::fmt::Debug>(
        &mut self,
        records: Vec<Placed<T>>,
        key: impl Fn(&T) -> (&'static str, String),
    ) -> Vec<Placed<T>> {
        let here: Arc<str> = self.file.as_str().into();
        let mut first = Vec::new();
        for (line, record) in records {
            let mut hasher = DefaultHasher::new();
            format!("{record:?}").hash(&mut hasher);
            let hash = hasher.finish();
            let (sort, key) = key(&record);
            match self.seen.get(&key) {
                None => {
                    self.seen.insert(key, (here.clone(), line, hash));
                    first.push((line, record));
                }
                Some((_, _, same)) if *same == hash => {
                    self.summary.tallies.entry(sort).or_default().unchanged += 1;
                }
                Some((file, earlier, _)) => {
                    let location = if *file == here {
                        format!("line {earlier}")
                    } else {
                        format!("{file}, line {earlier}")
                    };
                    let reason = format!("says something else than {location} of the same {key}");
                    self.refuse(line, &Problem::new("", reason));
                }
            }
        }
        first
    }

    pub(super) fn tally(&mut self, sort: &'static str, tally: &Tally) {
        if *tally != Tally::default() {
            self.summary.tallies.entry(sort).or_default().add(tally);
        }
    }

    pub(super) fn refuse(&mut self, line: u64, problem: &Problem) {
        self.summary.refused += 1;
        self.say(ToldSort::Refused, line, problem);
    }

    /// Tells of what stands in a line of the file.
    pub(super) fn say(&mut self, sort: ToldSort, line: u64, problem: &Problem) {
        (self.tell)(&Told {
            sort,
            file: &self.file,
            line,
            problem,
        });
    }

    pub(super) fn warn_of_all(&mut self, line: u64, warnings: &[Warning]) {
        for warning in warnings {
            self.warn(line, warning);
        }
    }

    /// Warns of each field that is none once a file.
    pub(super) fn warn_of_unknown(&mut self, line: u64, fields: Vec<String>) {
        for field in fields {
            let field = shown_field(&field);
            let is_known = self.unknown_fields.contains(&field);
            if !is_known && self.unknown_fields.len() < MOST_KINDS {
                self.unknown_fields.insert(field.clone());
            }
            if !is_known {
                let warning = Warning {
                    field,
                    value: None,
                    reason: "is not a field of this record; ignored",
                };
                self.warn(line, &warning);
            }
        }
    }

    /// Counts a warning, and tells of it if it is one of the first of its kind. Of one value it is told once, however many
    /// records have it.
    pub(super) fn warn(&mut self, line: u64, warning: &Warning) {
        let kinds = &mut self.summary.warnings_by_kind;
        let mut kind = WarningKind {
            field: shown_field(&warning.field),
            reason: warning.reason,
        };
        if kinds.len() >= MOST_KINDS && !kinds.contains_key(&kind) {
            FURTHER.clone_into(&mut kind.field);
        }
        let field = kind.field.clone();
        let kind = kinds.entry(kind).or_default();
        kind.times += 1;
        let is_first = warning.value.as_ref().is_none_or(|value| {
            let mut hasher = DefaultHasher::new();
            value.hash(&mut hasher);
            self.warned
                .insert((field.clone(), warning.reason, hasher.finish()))
        });
        let mut sort = ToldSort::FurtherWarning;
        if is_first {
            kind.different += 1;
            self.summary.warnings += 1;
            if kind.different <= EXAMPLES {
                sort = ToldSort::Warning;
            }
        }
        self.say(sort, line, &warning.problem());
    }
}

fn phase_of(record: &Record) -> Phase {
    match record {
        Record::Title(_) | Record::Person(_) | Record::Collection(_) => Phase::Titles,
        Record::Episode(_) => Phase::Episodes,
        Record::Watch(_) => Phase::Watches,
    }
}

//! Reading the pictures that a batch of records names, a few at a time, before the batch is written.
//!
//! One that cannot be read is told of, and takes nothing with it: its record is loaded, and what is stored of it stays. So
//! it is with those that are not even asked for, because too much has failed before them.

use std::collections::HashMap;
use std::error::Error;
use std::path::Path;

use futures::StreamExt;
use futures::stream::{FuturesOrdered, FuturesUnordered};

use super::collection_records::CollectionRecord;
use super::episodes::EpisodeRecord;
use super::giving_up::{IN_A_ROW, PicturePlace, WhyGivenUp};
use super::options::{LoadError, LoadMode, ToldSort};
use super::people::PersonRecord;
use super::picture_source::{PictureFault, PictureLoading, PictureRead};
use super::pictures::{Named, NamedPicture, PictureFrom, PicturesRecord, shown};
use super::problem::{Problem, Warning};
use super::records::{Placed, TitleRecord};
use super::resolve;
use super::run::Run;
use super::said::Said;
use super::summary::Tally;
use crate::domain::blobs::BlobStore;
use crate::domain::catalog::{
    Collection, EpisodePlace, KeptPicture, PictureError, PictureHash, PictureKind, StoredPicture,
    Title,
};
use crate::domain::error::StoreError;
use crate::domain::ids::EpisodeId;

/// How many are read at a time: each is in memory as a whole.
const AT_A_TIME: usize = 4;
/// How many are looked for at a time, of which nothing is read.
const LOOKED_FOR_AT_A_TIME: usize = 16;

/// The pictures that a record names, with its line and those that are stored of what it is about.
type Told<'r> = (u64, &'r mut PicturesRecord, &'r [KeptPicture]);

/// A picture to read.
struct Job<'r> {
    line: u64,
    field: String,
    kind: PictureKind,
    from: PictureFrom,
    named: &'r mut NamedPicture,
    /// The one that was read there before.
    known: Option<&'r KeptPicture>,
}

/// A picture as it was read.
struct Read {
    picture: KeptPicture,
    /// What was noticed, as the rest of a sentence.
    warning: Option<&'static str>,
}

/// Why a picture was not read, as the rest of a sentence.
enum Fault {
    /// The settings say that it is not to be read.
    PassedOver(&'static str),
    Refused(String),
    /// Its host does not answer.
    Away(String),
    /// Its host was reached, and says nothing.
    Silent(String),
    /// The store does not take it, or does not say whether it has it.
    Unkept(String),
}

impl Run<'_> {
    /// Reads what these titles name.
    pub(super) async fn read_pictures(
        &mut self,
        records: &mut [Placed<TitleRecord>],
        stored: &resolve::Titles,
    ) {
        let mut named: Vec<Told<'_>> = Vec::new();
        for (line, record) in records {
            let stored = stored.by_slug.get(&record.slug);
            let of_title = stored.map(|title| title.pictures.as_slice());
            named.push((*line, &mut record.pictures, of_title.unwrap_or_default()));
            let Said::Value(seasons) = &mut record.seasons else {
                continue;
            };
            for season in seasons {
                let of_season = stored.and_then(|title| title.pictures_of_season(season.number));
                named.push((*line, &mut season.pictures, of_season.unwrap_or_default()));
            }
        }
        self.read_each(named).await;
    }

    /// The same of people.
    pub(super) async fn read_portraits(
        &mut self,
        records: &mut [Placed<PersonRecord>],
    ) -> Result<(), LoadError> {
        let named = records.iter().filter(|(_, it)| it.portrait.names_any());
        let named: Vec<String> = named.map(|(_, record)| record.slug.clone()).collect();
        if named.is_empty() {
            return Ok(());
        }
        let stored = resolve::people_by_slug(&self.service.catalog, &named).await?;
        let named = records.iter_mut().map(|(line, record)| {
            let stored = stored.get(&record.slug);
            let stored = stored.map(|(person, _)| person.pictures.as_slice());
            (*line, &mut record.portrait, stored.unwrap_or_default())
        });
        self.read_each(named.collect()).await;
        Ok(())
    }

    /// The same of collections, which are stored by slug.
    pub(super) async fn read_pictures_of_collections(
        &mut self,
        records: &mut [Placed<CollectionRecord>],
        stored: &HashMap<String, Collection>,
    ) {
        let named = records.iter_mut().map(|(line, record)| {
            let stored = stored.get(record.key());
            let stored = stored.map(|collection| collection.pictures.as_slice());
            (*line, &mut record.pictures, stored.unwrap_or_default())
        });
        self.read_each(named.collect()).await;
    }

    /// The same of episodes of these series, by slug.
    pub(super) async fn read_stills(
        &mut self,
        records: &mut [Placed<EpisodeRecord>],
        series: &HashMap<String, Title>,
    ) -> Result<(), LoadError> {
        let place = |record: &EpisodeRecord| {
            let series = series.get(&record.series)?.id;
            Some((series, record.season, record.number))
        };
        let named = records.iter().filter(|(_, it)| it.still.names_any());
        let named: Vec<EpisodePlace> = named.filter_map(|(_, record)| place(record)).collect();
        if named.is_empty() {
            return Ok(());
        }
        let at = self.service.catalog.episodes_at(&named).await?;
        let ids: Vec<EpisodeId> = named.iter().filter_map(|place| at.find(*place)).collect();
        let stored = resolve::episodes(&self.service.catalog, &ids).await?;
        // Of what is in no series nothing is written.
        let named = records.iter_mut().filter_map(|(line, record)| {
            let stored = stored.get(&at.id(place(record)?));
            let stored = stored.map(|(episode, _)| episode.pictures.as_slice());
            Some((*line, &mut record.still, stored.unwrap_or_default()))
        });
        self.read_each(named.collect()).await;
        Ok(())
    }

    async fn read_each(&mut self, records: Vec<Told<'_>>) {
        let mut jobs = Vec::new();
        for (line, record, stored) in records {
            for (field, kind, named) in record.each_mut() {
                match named.named.clone() {
                    Named::Nothing => {}
                    Named::Wrong { text, reason } => {
                        self.refuse_picture(line, field, &shown(&text), &reason);
                    }
                    Named::At(from) => jobs.push(Job {
                        line,
                        field: field.to_owned(),
                        kind,
                        known: known(stored, kind, &from),
                        from,
                        named,
                    }),
                }
            }
        }
        if self.mode == LoadMode::DryRun {
            for job in jobs {
                let reason = "is not read by a dry run, which shows no changes of pictures";
                self.note(job.line, job.field, None, reason);
            }
            return;
        }
        let (service, folder) = (self.service, self.folder.clone());
        let kept = self.look_for_known(&jobs).await;
        let mut jobs = jobs.into_iter();
        let mut reading = FuturesOrdered::new();
        loop {
            while reading.len() < AT_A_TIME
                && let Some(job) = jobs.next()
            {
                if let Some(place) = self.given_up(&job) {
                    *self.summary.given_up.entry(place).or_default() += 1;
                    job.named.read = job.known_as_named();
                    continue;
                }
                let is_kept = job.known.and_then(|it| kept.get(&it.picture.hash).copied());
                let loading = service.pictures.as_ref();
                reading.push_back(read(loading, folder.as_deref(), is_kept, job));
            }
            let Some((job, read)) = reading.next().await else {
                break;
            };
            self.take_in(job, read);
        }
    }

    /// Whether the bytes of the pictures that were read before are where they were kept, by hash, many at a time; of what
    /// is not answered nothing is said.
    async fn look_for_known(&mut self, jobs: &[Job<'_>]) -> HashMap<PictureHash, bool> {
        let mut kept = HashMap::new();
        let service = self.service;
        let Some(loading) = &service.pictures else {
            return kept;
        };
        let known = jobs.iter().filter_map(|job| Some((job.line, job.known?)));
        let mut known: Vec<(u64, &StoredPicture)> =
            known.map(|(line, known)| (line, &known.picture)).collect();
        known.sort_by_key(|(_, picture)| picture.hash);
        known.dedup_by_key(|(_, picture)| picture.hash);
        let mut known = known.into_iter();
        let mut asking = FuturesUnordered::new();
        loop {
            while asking.len() < LOOKED_FOR_AT_A_TIME
                && !self.patience.is_given_up(&PicturePlace::Store)
                && let Some((line, picture)) = known.next()
            {
                asking.push(look_for(loading.blobs.as_ref(), line, picture));
            }
            let Some((line, hash, exists)) = asking.next().await else {
                return kept;
            };
            match exists {
                Ok(exists) => {
                    self.patience.answers(&PicturePlace::Store);
                    kept.insert(hash, exists);
                }
                Err(_) => self.note_failure(line, &PicturePlace::Store),
            }
        }
    }

    /// What was given up that this job would need.
    fn given_up(&self, job: &Job<'_>) -> Option<(PicturePlace, WhyGivenUp)> {
        let mut needed = [Some(PicturePlace::Store), job.from.host()]
            .into_iter()
            .flatten();
        needed.find_map(|place| {
            let why = self.patience.why_given_up(&place)?;
            Some((place, why))
        })
    }

    /// Notes which places have answered, and which have not.
    fn note_places(&mut self, job: &Job<'_>, read: &Result<Read, Fault>) {
        let host = job.from.host();
        match (read, &host) {
            (Err(Fault::Away(_)), Some(host)) => self.note_failure(job.line, host),
            (Err(Fault::Silent(_)), Some(host)) => self.note_silence(job.line, host),
            (Ok(_) | Err(Fault::Refused(_) | Fault::Unkept(_)), Some(host)) => {
                self.patience.answers(host);
            }
            (Err(Fault::PassedOver(_)), _) | (_, None) => {}
        }
        match read {
            Ok(_) => self.patience.answers(&PicturePlace::Store),
            Err(Fault::Unkept(_)) => self.note_failure(job.line, &PicturePlace::Store),
            Err(Fault::PassedOver(_) | Fault::Refused(_) | Fault::Away(_) | Fault::Silent(_)) => {}
        }
    }

    /// Notes that a place has failed, and tells of it if it is given up with that.
    fn note_failure(&mut self, line: u64, place: &PicturePlace) {
        if self.patience.fails(place) {
            self.tell_given_up(line, &format!("{place} failed {IN_A_ROW} times in a row"));
        }
    }

    /// The same of a place that says nothing, which is given up at once.
    fn note_silence(&mut self, line: u64, place: &PicturePlace) {
        if self.patience.says_nothing(place) {
            self.tell_given_up(line, &format!("{place} {}", WhyGivenUp::Silent));
        }
    }

    fn tell_given_up(&mut self, line: u64, why: &str) {
        let reason = format!(
            "are given up from here on: {why}; how many are passed over is said at the end"
        );
        self.say(ToldSort::Refused, line, &Problem::new("pictures", reason));
    }

    /// Notes what was read of a picture in its record.
    fn take_in(&mut self, job: Job<'_>, read: Result<Read, Fault>) {
        self.note_places(&job, &read);
        let known = job.known_as_named();
        job.named.read = match read {
            Ok(Read { picture, warning }) => {
                if let Some(reason) = warning {
                    let text = job.from.shown();
                    self.note(job.line, job.field, Some(text), reason);
                }
                let is_same = known.as_ref().map(|it| it.picture == picture.picture);
                let mut tally = Tally::default();
                match is_same {
                    None => tally.new = 1,
                    Some(true) => tally.unchanged = 1,
                    Some(false) => tally.changed = 1,
                }
                self.tally("pictures", &tally);
                Some(picture)
            }
            Err(Fault::PassedOver(reason)) => {
                let text = job.from.shown();
                self.note(job.line, job.field, Some(text), reason);
                known
            }
            Err(
                Fault::Refused(reason)
                | Fault::Away(reason)
                | Fault::Silent(reason)
                | Fault::Unkept(reason),
            ) => {
                self.refuse_picture(job.line, &job.field, &job.from.shown(), &reason);
                known
            }
        };
    }

    fn note(&mut self, line: u64, field: String, value: Option<String>, reason: &'static str) {
        let warning = Warning {
            field,
            value,
            reason,
        };
        self.warn(line, &warning);
    }

    /// Tells of a picture that cannot be had. Its record is loaded.
    fn refuse_picture(&mut self, line: u64, field: &str, shown: &str, reason: &str) {
        let problem = Problem::new(field, format!("“{shown}” {reason}"));
        self.summary.refused_pictures += 1;
        self.say(ToldSort::Refused, line, &problem);
    }
}

impl Job<'_> {
    /// What was read there before, in the language that the record says now.
    fn known_as_named(&self) -> Option<KeptPicture> {
        self.known.map(|known| self.named.as_before(known))
    }
}

impl From<PictureFault> for Fault {
    fn from(fault: PictureFault) -> Self {
        match fault {
            PictureFault::PassedOver(reason) => Self::PassedOver(reason),
            PictureFault::Refused(reason) => Self::Refused(reason),
            PictureFault::Away(reason) => Self::Away(reason),
            PictureFault::Silent(reason) => Self::Silent(reason),
        }
    }
}

/// The picture that was read at this place before.
fn known<'r>(
    stored: &'r [KeptPicture],
    kind: PictureKind,
    from: &PictureFrom,
) -> Option<&'r KeptPicture> {
    let origin = from.origin(None);
    let mut of_kind = stored.iter().filter(|it| it.picture.kind == kind);
    of_kind.find(|it| it.is_from(&origin))
}

async fn read<'r>(
    loading: Option<&PictureLoading>,
    folder: Option<&Path>,
    is_kept: Option<bool>,
    job: Job<'r>,
) -> (Job<'r>, Result<Read, Fault>) {
    let read = match loading {
        Some(loading) => read_one(loading, folder, is_kept, &job).await,
        None => refused("cannot be kept: nothing here keeps pictures"),
    };
    (job, read)
}

async fn read_one(
    loading: &PictureLoading,
    folder: Option<&Path>,
    is_kept: Option<bool>,
    job: &Job<'_>,
) -> Result<Read, Fault> {
    // Bytes that are lost are read again, whatever the validator says.
    let is_kept = match (is_kept, job.known) {
        (Some(is_kept), _) => is_kept,
        (None, Some(known)) => {
            let exists = loading.blobs.exists(&known.picture.key()).await;
            exists.map_err(|error| unkept(&error))?
        }
        (None, None) => false,
    };
    let known = job.known.filter(|_| is_kept);
    let validator = known.and_then(|known| known.origin.as_ref()?.validator());
    let read = loading.source.read(&job.from, folder, validator).await?;
    match (read, known) {
        (PictureRead::Bytes { bytes, validator }, _) => {
            let language = job.named.language;
            let stored = loading.pictures.store(job.kind, language, bytes).await;
            let stored = stored.map_err(|error| match error {
                PictureError::Problem(problem) => Fault::Refused(reason_of(&problem)),
                PictureError::Store(error) => unkept(&error),
            })?;
            let picture = KeptPicture {
                picture: stored.picture,
                origin: Some(Box::new(job.from.origin(validator))),
            };
            let warning = stored.warning;
            Ok(Read { picture, warning })
        }
        (PictureRead::Same, Some(known)) => Ok(Read {
            picture: job.named.as_before(known),
            warning: None,
        }),
        (PictureRead::Same, None) => refused("is said to be as before, and was never read"),
    }
}

/// Whether the bytes of a picture are where they were kept.
async fn look_for(
    blobs: &dyn BlobStore,
    line: u64,
    picture: &StoredPicture,
) -> (u64, PictureHash, Result<bool, StoreError>) {
    let exists = blobs.exists(&picture.key()).await;
    (line, picture.hash, exists)
}

fn unkept(error: &StoreError) -> Fault {
    Fault::Unkept(reason_of(error))
}

/// What is told of a picture that is refused or cannot be stored, with what is behind it.
fn reason_of(error: &dyn Error) -> String {
    let causes = std::iter::successors(error.source(), |&cause| cause.source());
    causes.fold(format!("cannot be kept: {error}"), |reason, cause| {
        format!("{reason}: {cause}")
    })
}

fn refused<T>(reason: &str) -> Result<T, Fault> {
    Err(Fault::Refused(reason.to_owned()))
}

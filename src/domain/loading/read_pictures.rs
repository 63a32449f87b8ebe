//! Reading the pictures that a batch of records names, a few at a time, before the batch is written.
//!
//! One that cannot be read is told of, and takes nothing with it: its record is loaded, and what is stored of it stays.

use std::collections::HashMap;
use std::error::Error;
use std::path::Path;

use futures::StreamExt;
use futures::stream::FuturesOrdered;

use super::episodes::EpisodeRecord;
use super::options::{LoadError, LoadMode, ToldSort};
use super::people::PersonRecord;
use super::picture_source::{PictureFault, PictureLoading, PictureRead};
use super::pictures::{Named, NamedPicture, PictureFrom, PicturesRecord};
use super::problem::{Problem, Warning};
use super::records::{Placed, TitleRecord};
use super::resolve;
use super::run::Run;
use super::summary::Tally;
use crate::domain::catalog::{KeptPicture, PictureKind, StoredPicture, Title};
use crate::domain::ids::EpisodeId;

/// How many are read at a time: each is in memory as a whole.
const AT_A_TIME: usize = 4;
/// How many characters of a path or an address are shown.
const SHOWN: usize = 120;

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

impl Run<'_> {
    /// Reads what these titles name.
    pub(super) async fn read_pictures(
        &mut self,
        records: &mut [Placed<TitleRecord>],
        stored: &resolve::Titles,
    ) {
        let named = records.iter_mut().map(|(line, record)| {
            let stored = stored.by_slug.get(&record.slug);
            let stored = stored.map(|title| title.pictures.as_slice());
            (*line, &mut record.pictures, stored.unwrap_or_default())
        });
        self.read_each(named.collect()).await;
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

    /// The same of episodes of these series, by slug.
    pub(super) async fn read_stills(
        &mut self,
        records: &mut [Placed<EpisodeRecord>],
        series: &HashMap<String, Title>,
    ) -> Result<(), LoadError> {
        let id = |record: &EpisodeRecord| {
            let series = series.get(&record.series)?.id;
            Some(EpisodeId::of_ordinal(series, record.season, record.number))
        };
        let named = records.iter().filter(|(_, it)| it.still.names_any());
        let named: Vec<EpisodeId> = named.filter_map(|(_, record)| id(record)).collect();
        if named.is_empty() {
            return Ok(());
        }
        let stored = resolve::episodes(&self.service.catalog, &named).await?;
        // Of what is in no series nothing is written.
        let named = records.iter_mut().filter_map(|(line, record)| {
            let stored = stored.get(&id(record)?);
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
                        self.refuse_picture(line, field, &text, &reason);
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
        let mut jobs = jobs.into_iter();
        let mut reading = FuturesOrdered::new();
        loop {
            while reading.len() < AT_A_TIME
                && let Some(job) = jobs.next()
            {
                reading.push_back(read(service.pictures.as_ref(), folder.as_deref(), job));
            }
            let Some((job, read)) = reading.next().await else {
                break;
            };
            self.take_in(job, read);
        }
    }

    /// Notes what was read of a picture in its record.
    fn take_in(&mut self, job: Job<'_>, read: Result<KeptPicture, PictureFault>) {
        let language = job.named.language;
        let known = job.known.map(|known| KeptPicture {
            picture: StoredPicture {
                language,
                ..known.picture.clone()
            },
            origin: known.origin.clone(),
        });
        job.named.read = match read {
            Ok(picture) => {
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
            Err(PictureFault::PassedOver(reason)) => {
                let text = job.from.text().to_owned();
                self.note(job.line, job.field, Some(text), reason);
                known
            }
            Err(PictureFault::Refused(reason)) => {
                self.refuse_picture(job.line, &job.field, job.from.text(), &reason);
                known
            }
        };
    }

    fn note(&mut self, line: u64, field: String, value: Option<String>, reason: &'static str) {
        let warning = Warning {
            field,
            value: value.map(|value| value.chars().take(SHOWN).collect()),
            reason,
        };
        self.warn(line, &warning);
    }

    /// Tells of a picture that cannot be had. Its record is loaded.
    fn refuse_picture(&mut self, line: u64, field: &str, text: &str, reason: &str) {
        let shown: String = text.chars().take(SHOWN).collect();
        let more = if shown.len() < text.len() { "…" } else { "" };
        let problem = Problem::new(field, format!("“{shown}{more}” {reason}"));
        self.summary.refused_pictures += 1;
        self.say(ToldSort::Refused, line, &problem);
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
    of_kind.find(|it| it.origin.is_of_same_source(&origin))
}

async fn read<'r>(
    loading: Option<&PictureLoading>,
    folder: Option<&Path>,
    job: Job<'r>,
) -> (Job<'r>, Result<KeptPicture, PictureFault>) {
    let read = match loading {
        Some(loading) => read_one(loading, folder, &job).await,
        None => refused("cannot be kept: nothing here keeps pictures"),
    };
    (job, read)
}

async fn read_one(
    loading: &PictureLoading,
    folder: Option<&Path>,
    job: &Job<'_>,
) -> Result<KeptPicture, PictureFault> {
    let language = job.named.language;
    // Bytes that are lost are read again, whatever the validator says.
    let known = match job.known {
        Some(known) if is_kept(loading, known).await? => Some(known),
        _ => None,
    };
    let validator = known.and_then(|known| known.origin.validator());
    let read = loading.source.read(&job.from, folder, validator).await?;
    match (read, known) {
        (PictureRead::Bytes { bytes, validator }, _) => {
            let stored = loading.pictures.store(job.kind, language, bytes).await;
            Ok(KeptPicture {
                picture: stored.map_err(|error| unkept(&error))?,
                origin: job.from.origin(validator),
            })
        }
        (PictureRead::Same, Some(known)) => Ok(KeptPicture {
            picture: StoredPicture {
                language,
                ..known.picture.clone()
            },
            origin: known.origin.clone(),
        }),
        (PictureRead::Same, None) => refused("is said to be as before, and was never read"),
    }
}

/// Whether the bytes of a picture are where they were kept.
async fn is_kept(loading: &PictureLoading, known: &KeptPicture) -> Result<bool, PictureFault> {
    let exists = loading.blobs.exists(&known.picture.key()).await;
    exists.map_err(|error| unkept(&error))
}

/// What is told of a picture that is refused or cannot be stored, with what is behind it.
fn unkept(error: &dyn Error) -> PictureFault {
    let mut reason = format!("cannot be kept: {error}");
    let mut cause = error.source();
    while let Some(error) = cause {
        reason = format!("{reason}: {error}");
        cause = error.source();
    }
    PictureFault::Refused(reason)
}

fn refused<T>(reason: &str) -> Result<T, PictureFault> {
    Err(PictureFault::Refused(reason.to_owned()))
}

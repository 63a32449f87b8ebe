//! From records of episodes to documents: what a record says, laid over what is stored.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::credits::PersonKey;
use super::drafts::{Draft, credits, credits_over, of_role};
use super::episodes::EpisodeRecord;
use super::fields::names_of;
use super::options::Manner;
use super::problem::Problem;
use crate::domain::catalog::{Airs, CreditRole, Episode, Locks, Overview, Texts};
use crate::domain::ids::{EpisodeId, PersonId, TitleId};
use crate::domain::stamp::Stamp;

/// The episode that a record makes of what is stored, with what happens in it.
pub(super) fn draft(
    record: &EpisodeRecord,
    series: TitleId,
    stored: Option<&(Episode, Texts)>,
    manner: Manner,
    people: &HashMap<PersonKey, PersonId>,
    now: DateTime<Utc>,
) -> Result<Draft<(Episode, Texts)>, Problem> {
    let before = stored.filter(|_| matches!(manner, Manner::Merge)).cloned();
    let (base, texts) = before.unwrap_or_else(|| {
        let unread = stored.map(|(stored, _)| record.still.unread_of(&stored.pictures));
        let blank = blank(record, series, now);
        let base = Episode {
            // One that came from another series has an id that does not follow from its place.
            id: stored.map_or(blank.id, |(it, _)| it.id),
            pictures: unread.unwrap_or_default(),
            merging: stored.and_then(|(it, _)| it.merging.clone()),
            deleted_from: stored.and_then(|(it, _)| it.deleted_from),
            locks: stored.map(|(it, _)| it.locks.clone()).unwrap_or_default(),
            ..blank
        };
        (base, Texts::default())
    });
    let stamp = stored.map_or(Stamp::first(now), |(stored, _)| stored.stamp.next(now));
    let directors = record.directors.clone().map(|names| {
        let directors = credits(&names, CreditRole::Director, people).into_iter();
        directors.map(|it| it.person).collect::<Vec<PersonId>>()
    });
    let crew = [
        (CreditRole::Guest, &record.guests),
        (CreditRole::Writer, &record.writers),
    ];
    let crew = crew.into_iter();
    let crew = crew.flat_map(|(role, said)| credits_over(said, role, base.crew.iter(), people));
    let episode = Episode {
        crew: crew.collect(),
        number_end: record.number_end.over(base.number_end),
        absolute_number: record.absolute_number.over(base.absolute_number),
        pictures: record.still.over("still", base.pictures)?,
        airs: record.airs.over(base.airs)?,
        name: record.name.over(base.name),
        original_name: record.original_name.over(base.original_name),
        names: record.names.over_texts(base.names),
        aired: record.aired.over(base.aired),
        duration: record.duration.over(base.duration),
        directors: directors.over(base.directors),
        merging: base.merging,
        deleted_from: base.deleted_from,
        locks: base.locks,
        stamp,
        id: base.id,
        series: base.series,
        season: base.season,
        number: base.number,
    };
    let after = (episode, record.overview.over_texts(texts));
    Ok(Draft::of(stored, after, |old, new| {
        changes((&old.0, &old.1), (&new.0, &new.1))
    }))
}

/// An episode of which nothing is told but its place.
pub(super) fn blank(record: &EpisodeRecord, series: TitleId, now: DateTime<Utc>) -> Episode {
    bare(series, (record.season, record.number), Stamp::first(now))
}

/// The same, by its season and its number in that.
pub(super) fn bare(series: TitleId, (season, number): (u32, u32), stamp: Stamp) -> Episode {
    Episode {
        id: EpisodeId::of_ordinal(series, season, number),
        series,
        season,
        number,
        number_end: None,
        absolute_number: None,
        pictures: Vec::new(),
        airs: None,
        name: None,
        original_name: None,
        names: Texts::default(),
        aired: None,
        duration: None,
        directors: Vec::new(),
        crew: Vec::new(),
        merging: None,
        deleted_from: None,
        locks: Locks::default(),
        stamp,
    }
}

/// The fields in which two differ, as files call them.
pub(super) fn changes(
    (old, old_texts): (&Episode, &Texts),
    (new, texts): (&Episode, &Texts),
) -> Vec<&'static str> {
    let differ = |role| !of_role(old.crew.iter(), role).eq(of_role(new.crew.iter(), role));
    let (before, after) = (old.airs, new.airs);
    let has_moved =
        |season: fn(Airs) -> Option<u32>| before.and_then(season) != after.and_then(season);
    names_of([
        ("number_end", new.number_end != old.number_end),
        (
            "absolute_number",
            new.absolute_number != old.absolute_number,
        ),
        ("airs_before_season", has_moved(Airs::before_season)),
        ("airs_before_episode", has_moved(Airs::before_episode)),
        ("airs_after_season", has_moved(Airs::after_season)),
        ("title", new.name != old.name),
        ("original_title", new.original_name != old.original_name),
        ("names", new.names != old.names),
        ("overview", texts != old_texts),
        ("still", new.pictures != old.pictures),
        ("air_date", new.aired != old.aired),
        ("runtime_minutes", new.duration != old.duration),
        ("directors", new.directors != old.directors),
        ("guests", differ(CreditRole::Guest)),
        ("writers", differ(CreditRole::Writer)),
    ])
}

/// The episodes of a batch, with what happens in those of which that is told, or was before.
pub(super) fn parted(drafts: Vec<(Episode, Texts)>) -> (Vec<Episode>, Vec<Overview>) {
    let told = drafts.iter().filter(|(episode, texts)| {
        // What is new has nothing that would have to be taken away.
        episode.stamp.revision > 1 || !texts.is_empty()
    });
    let overviews = told.map(|(episode, texts)| Overview {
        episode: episode.id,
        texts: texts.clone(),
    });
    let overviews = overviews.collect();
    (
        drafts.into_iter().map(|(episode, _)| episode).collect(),
        overviews,
    )
}

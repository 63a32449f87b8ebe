//! From records to documents: what a record says, laid over what is stored.

use std::collections::HashMap;

use chrono::{DateTime, Datelike, Utc};

use super::about::about_changes;
use super::credits::{CreditName, PersonKey};
use super::named::Named;
use super::options::Manner;
use super::problem::Problem;
use super::records::{EpisodeRecord, PersonRecord, TitleRecord};
use super::said::Said;
use crate::domain::catalog::{
    Collection, Credit, CreditRole, Episode, Genre, PartOf, Person, Publication, Texts, Title,
    TitleKind,
};
use crate::domain::ids::{CollectionId, EpisodeId, GenreId, PersonId, TitleId};
use crate::domain::stamp::Stamp;

/// What becomes of the document that a record is about.
pub(super) enum Draft<T> {
    /// None was stored before.
    New(T),
    /// It says something else now, in these fields.
    Changed(T, Vec<&'static str>),
    /// It says the same.
    Unchanged,
}

impl<T> Draft<T> {
    fn of<'a>(
        stored: Option<&'a T>,
        document: T,
        changes: impl FnOnce(&'a T, &T) -> Vec<&'static str>,
    ) -> Self {
        let Some(stored) = stored else {
            return Self::New(document);
        };
        match changes(stored, &document) {
            names if names.is_empty() => Self::Unchanged,
            names => Self::Changed(document, names),
        }
    }
}

impl TitleRecord {
    /// The title that this makes in a catalogue that has nothing yet.
    pub fn new_title(&self, now: DateTime<Utc>) -> Result<Title, Problem> {
        compose(self, blank(self, None, now), &Named::in_nothing(self))
    }
}

/// The title that a record makes of what is stored.
pub(super) fn title(
    record: &TitleRecord,
    stored: Option<&Title>,
    manner: Manner,
    named: &Named,
    now: DateTime<Utc>,
) -> Result<Draft<Title>, Problem> {
    let base = match (stored, manner) {
        (Some(stored), Manner::Merge) => Title {
            stamp: stored.stamp.next(now),
            ..stored.clone()
        },
        (stored, _) => blank(record, stored, now),
    };
    let title = compose(record, base, named)?;
    Ok(Draft::of(stored, title, title_changes))
}

/// A title without anything that a record could say, but for what is its own whatever records say.
fn blank(record: &TitleRecord, stored: Option<&Title>, now: DateTime<Utc>) -> Title {
    Title {
        id: stored.map_or_else(|| TitleId::of_slug(&record.slug), |stored| stored.id),
        kind: record.kind,
        publication: stored.map_or_else(Publication::default, |stored| stored.publication),
        slug: stored.map_or_else(|| record.slug.clone(), |stored| stored.slug.clone()),
        name: String::new(),
        original_name: None,
        year: None,
        end_year: None,
        premiered: None,
        duration: None,
        genres: Vec::new(),
        credits: Vec::new(),
        countries: Vec::new(),
        languages: Vec::new(),
        external_ids: Vec::new(),
        network: None,
        total_seasons: None,
        episode_duration: None,
        collection: None,
        certifications: Vec::new(),
        names: Texts::default(),
        overview: Texts::default(),
        tagline: Texts::default(),
        status: None,
        studios: Vec::new(),
        tags: Vec::new(),
        scores: Vec::new(),
        extras: Vec::new(),
        watchers: stored.map_or(0, |stored| stored.watchers),
        stamp: stored.map_or(Stamp::first(now), |stored| stored.stamp.next(now)),
    }
}

fn compose(record: &TitleRecord, base: Title, named: &Named) -> Result<Title, Problem> {
    let of_role = |said: &Said<Vec<CreditName>>, role| {
        let stored = base.credits.iter().filter(|credit| credit.role == role);
        let said = said
            .clone()
            .map(|names| credits(&names, role, &named.people));
        said.over(stored.cloned().collect::<Vec<Credit>>())
    };
    let mut credits = of_role(&record.directors, CreditRole::Director);
    credits.extend(of_role(&record.cast, CreditRole::Actor));
    let genres = record.genres.clone().map(|names| {
        let ids = names.iter().filter_map(|name| named.genres.get(name));
        ids.copied().collect::<Vec<GenreId>>()
    });
    record.about.over(Title {
        publication: record.publication.over(base.publication)?,
        name: record.name.clone(),
        original_name: record.original_name.over(base.original_name),
        year: year(record, base.year, base.premiered.map(|day| day.year())),
        end_year: record.end_year.over(base.end_year),
        premiered: record.premiered.over(base.premiered),
        duration: record.duration.over(base.duration),
        genres: genres.over(base.genres),
        credits,
        countries: record.countries.over(base.countries),
        languages: record.languages.over(base.languages),
        external_ids: record
            .external_ids
            .over_entries(base.external_ids, |id| &id.provider),
        network: record.network.over(base.network),
        total_seasons: record.total_seasons.over(base.total_seasons),
        episode_duration: record.episode_duration.over(base.episode_duration),
        collection: record.part_of.over(base.collection, &named.collections)?,
        certifications: record
            .certifications
            .over_entries(base.certifications, |it| &it.system),
        ..base
    })
}

/// The year after a record. One that is not named follows the day of the first showing, unless it was told by itself
/// before: festivals are earlier than releases.
fn year(record: &TitleRecord, stored: Option<i32>, of_stored_day: Option<i32>) -> Option<i32> {
    let of_day = record.premiered.value().map(Datelike::year);
    match &record.year {
        Said::Value(year) => Some(*year),
        Said::Cleared => of_day,
        Said::Nothing if stored.is_none() || stored == of_stored_day => of_day.or(stored),
        Said::Nothing => stored,
    }
}

fn credits(
    names: &[CreditName],
    role: CreditRole,
    people: &HashMap<PersonKey, PersonId>,
) -> Vec<Credit> {
    let known = names
        .iter()
        .filter_map(|name| Some((name, *people.get(&name.person)?)));
    (0_u32..)
        .zip(known)
        .map(|(order, (name, person))| Credit {
            person,
            role,
            character: name.character.clone(),
            order,
        })
        .collect()
}

/// The fields in which two titles differ, as files call them.
fn title_changes(old: &Title, new: &Title) -> Vec<&'static str> {
    // A field that is added to a title has to be named here, or to be left out on purpose.
    let Title {
        id: _,
        kind,
        publication,
        slug: _,
        name,
        original_name,
        year,
        end_year,
        premiered,
        duration,
        genres,
        credits: _,
        countries,
        languages,
        external_ids,
        network,
        total_seasons,
        episode_duration,
        collection,
        certifications,
        // Of these `about` says what differs.
        names: _,
        overview: _,
        tagline: _,
        status: _,
        studios: _,
        tags: _,
        scores: _,
        extras: _,
        watchers: _,
        stamp: _,
    } = new;
    let of_role = |title: &Title, role| -> Vec<Credit> {
        let credits = title.credits.iter().filter(|credit| credit.role == role);
        credits.cloned().collect()
    };
    let differ = |role| of_role(old, role) != of_role(new, role);
    let directors = match kind {
        TitleKind::Film => "directors",
        TitleKind::Series => "creators",
    };
    let part = |part_of: &Option<PartOf>| part_of.and_then(|part_of| part_of.part);
    let id = |part_of: &Option<PartOf>| part_of.map(|part_of| part_of.collection);
    let mut changes = names_of([
        ("state", publication.state != old.publication.state),
        ("available_from", publication.from != old.publication.from),
        (
            "available_until",
            publication.until != old.publication.until,
        ),
        ("title", *name != old.name),
        ("original_title", *original_name != old.original_name),
        ("year", *year != old.year),
        ("end_year", *end_year != old.end_year),
        ("release_date", *premiered != old.premiered),
        ("runtime_minutes", *duration != old.duration),
        ("genres", *genres != old.genres),
        (directors, differ(CreditRole::Director)),
        ("cast", differ(CreditRole::Actor)),
        ("countries", *countries != old.countries),
        ("languages", *languages != old.languages),
        ("ids", *external_ids != old.external_ids),
        ("network", *network != old.network),
        ("total_seasons", *total_seasons != old.total_seasons),
        (
            "episode_runtime_minutes",
            *episode_duration != old.episode_duration,
        ),
        ("collection", id(collection) != id(&old.collection)),
        ("part", part(collection) != part(&old.collection)),
        ("certifications", *certifications != old.certifications),
    ]);
    changes.extend(about_changes(old, new));
    changes
}

/// The names of what is true.
fn names_of<const N: usize>(fields: [(&'static str, bool); N]) -> Vec<&'static str> {
    let changed = fields.into_iter().filter(|(_, is_changed)| *is_changed);
    changed.map(|(name, _)| name).collect()
}

/// The episode that a record makes of what is stored.
pub(super) fn episode(
    record: &EpisodeRecord,
    series: TitleId,
    stored: Option<&Episode>,
    manner: Manner,
    people: &HashMap<PersonKey, PersonId>,
    now: DateTime<Utc>,
) -> Draft<Episode> {
    let blank = Episode {
        id: EpisodeId::of_ordinal(series, record.season, record.number),
        series,
        season: record.season,
        number: record.number,
        name: None,
        original_name: None,
        aired: None,
        duration: None,
        directors: Vec::new(),
        stamp: stored.map_or(Stamp::first(now), |stored| stored.stamp.next(now)),
    };
    let base = match (stored, manner) {
        (Some(stored), Manner::Merge) => Episode {
            stamp: blank.stamp,
            ..stored.clone()
        },
        _ => blank,
    };
    let directors = record.directors.clone().map(|names| {
        let ids = names
            .iter()
            .filter_map(|name| people.get(&name.person).copied());
        ids.collect::<Vec<PersonId>>()
    });
    let episode = Episode {
        name: record.name.over(base.name),
        original_name: record.original_name.over(base.original_name),
        aired: record.aired.over(base.aired),
        duration: record.duration.over(base.duration),
        directors: directors.over(base.directors),
        ..base
    };
    Draft::of(stored, episode, |old, new| {
        names_of([
            ("title", new.name != old.name),
            ("original_title", new.original_name != old.original_name),
            ("air_date", new.aired != old.aired),
            ("runtime_minutes", new.duration != old.duration),
            ("directors", new.directors != old.directors),
        ])
    })
}

/// The person that a record makes of what is stored.
pub(super) fn person(
    record: &PersonRecord,
    stored: Option<&Person>,
    manner: Manner,
    now: DateTime<Utc>,
) -> Draft<Person> {
    let base = match (stored, manner) {
        (Some(stored), Manner::Merge) => Person {
            stamp: stored.stamp.next(now),
            ..stored.clone()
        },
        (Some(stored), Manner::Replace) => Person {
            id: stored.id,
            stamp: stored.stamp.next(now),
            ..credited(&stored.slug, "", now)
        },
        (None, _) => credited(&record.slug, "", now),
    };
    let person = Person {
        name: record.name.clone(),
        born: record.born.over(base.born),
        external_ids: record
            .external_ids
            .over_entries(base.external_ids, |id| &id.provider),
        ..base
    };
    Draft::of(stored, person, |old, new| {
        names_of([
            ("name", new.name != old.name),
            ("born", new.born != old.born),
            ("ids", new.external_ids != old.external_ids),
        ])
    })
}

/// A person who is known from a credit alone.
pub(super) fn credited(slug: &str, name: &str, now: DateTime<Utc>) -> Person {
    Person {
        id: PersonId::of_slug(slug),
        slug: slug.to_owned(),
        name: name.to_owned(),
        born: None,
        external_ids: Vec::new(),
        stamp: Stamp::first(now),
    }
}

/// A genre, as a record names it.
pub(super) fn genre(slug: &str, name: &str, now: DateTime<Utc>) -> Genre {
    Genre {
        id: GenreId::of_slug(slug),
        slug: slug.to_owned(),
        name: name.to_owned(),
        stamp: Stamp::first(now),
    }
}

/// A collection, as a record names it.
pub(super) fn collection(slug: &str, name: &str, now: DateTime<Utc>) -> Collection {
    Collection {
        id: CollectionId::of_slug(slug),
        slug: slug.to_owned(),
        name: name.to_owned(),
        stamp: Stamp::first(now),
    }
}

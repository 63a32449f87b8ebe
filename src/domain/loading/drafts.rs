//! From records to documents: what a record says, laid over what is stored.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Datelike, Utc};

use super::about::about_changes;
use super::credits::{CreditName, PersonKey};
use super::fields::names_of;
use super::mapped_roles::directors_of;
use super::named::Named;
use super::options::Manner;
use super::problem::Problem;
use super::records::TitleRecord;
use super::said::Said;
use super::seasons;
use crate::domain::catalog::{
    Collection, Credit, CreditRole, Genre, Locks, PartOf, Person, Publication, Reception, Texts,
    Title, TitleKind,
};
use crate::domain::ids::{CollectionId, GenreId, PersonId, TitleId};
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
    /// What becomes of a document; `changes` names the fields in which it is another.
    pub(super) fn of<'a>(
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
pub(super) fn blank(record: &TitleRecord, stored: Option<&Title>, now: DateTime<Utc>) -> Title {
    let Some(stored) = stored else {
        let id = TitleId::of_slug(&record.slug);
        return bare(id, record.kind, &record.slug, Stamp::first(now));
    };
    Title {
        publication: stored.publication,
        pictures: record.pictures.unread_of(&stored.pictures),
        season_pictures: seasons::unread_of(&record.seasons, &stored.season_pictures),
        watchers: stored.watchers,
        reception: stored.reception,
        locks: stored.locks.clone(),
        ..bare(stored.id, record.kind, &stored.slug, stored.stamp.next(now))
    }
}

/// A title of which nothing is said.
pub(super) fn bare(id: TitleId, kind: TitleKind, slug: &str, stamp: Stamp) -> Title {
    Title {
        id,
        kind,
        publication: Publication::default(),
        slug: slug.to_owned(),
        name: String::new(),
        original_name: None,
        year: None,
        end_year: None,
        premiered: None,
        duration: None,
        genres: Vec::new(),
        credits: Vec::new(),
        crew: Vec::new(),
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
        pictures: Vec::new(),
        season_pictures: Vec::new(),
        merge: None,
        watchers: 0,
        reception: Reception::default(),
        locks: Locks::default(),
        stamp,
    }
}

/// A title after a record.
pub(super) fn compose(record: &TitleRecord, base: Title, named: &Named) -> Result<Title, Problem> {
    let over = |said: &Said<Vec<CreditName>>, role| {
        credits_over(said, role, base.all_credits(), &named.people)
    };
    let mut credits = over(&record.directors, CreditRole::Director);
    credits.extend(over(&record.cast, CreditRole::Actor));
    let crew = record.crew.by_role().into_iter();
    let crew = crew.flat_map(|(role, said)| over(said, role)).collect();
    let genres = record.genres.clone().map(|names| {
        let ids = names.iter().filter_map(|name| named.genres.get(name));
        // Two names can mean one genre, if it was given the other by hand.
        let mut met = HashSet::new();
        let ids = ids.copied().filter(|id| met.insert(*id));
        ids.collect::<Vec<GenreId>>()
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
        crew,
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
        pictures: record.pictures.over("pictures", base.pictures)?,
        season_pictures: seasons::over(&record.seasons, base.season_pictures)?,
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

/// The credits in a role after a record, where these were stored before, in whatever roles.
pub(super) fn credits_over<'a>(
    said: &Said<Vec<CreditName>>,
    role: CreditRole,
    stored: impl Iterator<Item = &'a Credit>,
    people: &HashMap<PersonKey, PersonId>,
) -> Vec<Credit> {
    let said = said.clone().map(|names| credits(&names, role, people));
    said.over(of_role(stored, role).cloned().collect::<Vec<Credit>>())
}

/// Those of these credits that are of a role.
pub(super) fn of_role<'a>(
    credits: impl Iterator<Item = &'a Credit>,
    role: CreditRole,
) -> impl Iterator<Item = &'a Credit> {
    credits.filter(move |credit| credit.role == role)
}

/// The credits of those who are named, in billing order. Two names of people who are one by now are one credit.
pub(super) fn credits(
    names: &[CreditName],
    role: CreditRole,
    people: &HashMap<PersonKey, PersonId>,
) -> Vec<Credit> {
    let known = names
        .iter()
        .filter_map(|name| Some((name, *people.get(&name.person)?)));
    let mut credits: Vec<(&PersonKey, Credit)> = Vec::new();
    for (name, person) in known {
        let mut same = credits.iter_mut();
        let same = same.find(|(key, it)| it.person == person && **key != name.person);
        if let Some((_, credit)) = same {
            credit.character = credit.character.take().or_else(|| name.character.clone());
            continue;
        }
        let credit = Credit {
            person,
            role,
            character: name.character.clone(),
            order: 0,
        };
        credits.push((&name.person, credit));
    }
    let credits = (0..).zip(credits);
    let credits = credits.map(|(order, (_, credit))| Credit { order, ..credit });
    credits.collect()
}

/// The fields in which two titles differ, as files call them.
pub(super) fn title_changes(old: &Title, new: &Title) -> Vec<&'static str> {
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
        crew: _,
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
        pictures,
        season_pictures,
        // No record says it.
        merge: _,
        watchers: _,
        reception: _,
        locks: _,
        stamp: _,
    } = new;
    let differ = |role| !of_role(old.all_credits(), role).eq(of_role(new.all_credits(), role));
    let directors = directors_of(*kind);
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
        ("guests", differ(CreditRole::Guest)),
        ("writers", differ(CreditRole::Writer)),
        ("producers", differ(CreditRole::Producer)),
        ("composers", differ(CreditRole::Composer)),
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
        ("pictures", *pictures != old.pictures),
        ("seasons", *season_pictures != old.season_pictures),
    ]);
    changes.extend(about_changes(old, new));
    changes
}

/// A person who is known from a credit alone.
pub(super) fn credited(slug: &str, name: &str, now: DateTime<Utc>) -> Person {
    Person {
        id: PersonId::of_slug(slug),
        slug: slug.to_owned(),
        name: name.to_owned(),
        born: None,
        died: None,
        birthplace: None,
        pictures: Vec::new(),
        external_ids: Vec::new(),
        merge: None,
        deleted: false,
        locks: Locks::default(),
        stamp: Stamp::first(now),
    }
}

/// A genre, as a record names it.
pub(super) fn genre(slug: &str, name: &str, now: DateTime<Utc>) -> Genre {
    Genre {
        id: GenreId::of_slug(slug),
        slug: slug.to_owned(),
        name: name.to_owned(),
        merged_into: None,
        deleted: false,
        stamp: Stamp::first(now),
    }
}

/// A collection, as a record names it.
pub(super) fn collection(slug: &str, name: &str, now: DateTime<Utc>) -> Collection {
    Collection {
        id: CollectionId::of_slug(slug),
        slug: slug.to_owned(),
        name: name.to_owned(),
        pictures: Vec::new(),
        merged_into: None,
        deleted: false,
        stamp: Stamp::first(now),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::domain::loading::records::Record;
    use crate::domain::recommend::Features;

    fn read(record: Value) -> TitleRecord {
        let Ok((Record::Title(title), unknown, _)) = Record::read(record, 2026) else {
            unreachable!("it is a title");
        };
        assert_eq!(unknown, [""; 0]);
        *title
    }

    fn whole() -> Value {
        json!({
            "slug": "heat-1995", "title": "Heat", "year": 1995, "directors": ["Michael Mann"],
            "cast": [{ "name": "Al Pacino", "character": "Hanna" }],
            "guests": [{ "name": "Tom Noonan", "character": "Kelso" }],
            "writers": ["Michael Mann", "Al Pacino"], "producers": ["Art Linson"],
            "composers": ["Elliot Goldenthal", "Elliot Goldenthal"],
        })
    }

    #[test]
    fn two_names_of_one_genre_are_one() {
        let record = read(json!({ "slug": "a", "title": "A", "genres": ["Crime", "Gangsters"] }));
        let mut named = Named::in_nothing(&record);
        let crime = GenreId::of_slug("crime");
        named.genres.insert("Gangsters".to_owned(), crime);

        let base = blank(&record, None, DateTime::UNIX_EPOCH);
        let title = compose(&record, base, &named).unwrap();

        assert_eq!(title.genres, [crime]);
    }

    #[test]
    fn crew_is_kept_beside_directors_and_cast() {
        let title = read(whole()).new_title(DateTime::UNIX_EPOCH).unwrap();

        let stored = serde_json::to_value(&title).unwrap();
        let roles = |field: &str| -> Vec<&Value> {
            let credits = stored[field].as_array().unwrap().iter();
            credits.map(|credit| &credit["role"]).collect()
        };
        // What versions of before read has no role that they do not know.
        assert_eq!(roles("credits"), ["director", "actor"]);
        assert_eq!(
            roles("crew"),
            ["guest", "writer", "writer", "producer", "composer"]
        );
        assert_eq!(title.crew[0].character.as_deref(), Some("Kelso"));
        let orders: Vec<u32> = title.crew.iter().map(|credit| credit.order).collect();
        assert_eq!(orders, [0, 0, 1, 0, 0]);
        let again: Title = serde_json::from_value(stored).unwrap();
        assert_eq!(again, title);
    }

    #[test]
    fn crew_says_nothing_to_ranking() {
        let mut without = whole();
        for role in ["guests", "writers", "producers", "composers"] {
            without[role] = json!(null);
        }
        let features = |record: Value| {
            let title = read(record).new_title(DateTime::UNIX_EPOCH).unwrap();
            Features::from(&title)
        };

        assert_eq!(features(whole()), features(without));
    }

    #[test]
    fn each_role_is_a_field_of_its_own() {
        let now = DateTime::UNIX_EPOCH;
        let stored = read(whole()).new_title(now).unwrap();
        let said = json!({
            "slug": "heat-1995", "title": "Heat", "writers": ["Neil McCauley"], "composers": null,
        });
        let named = Named::in_nothing(&read(said.clone()));

        let draft = title(
            &read(said.clone()),
            Some(&stored),
            Manner::Merge,
            &named,
            now,
        );
        let Ok(Draft::Changed(merged, fields)) = draft else {
            unreachable!("it says something else");
        };
        assert_eq!(fields, ["writers", "composers"]);
        let people = |title: &Title, role| title.people(role).collect::<Vec<_>>();
        let id = |slug: &str| vec![PersonId::of_slug(slug)];
        assert_eq!(people(&merged, CreditRole::Guest), id("tom-noonan"));
        assert_eq!(people(&merged, CreditRole::Writer), id("neil-mccauley"));
        assert_eq!(people(&merged, CreditRole::Producer), id("art-linson"));
        assert_eq!(people(&merged, CreditRole::Composer), []);
        assert_eq!(merged.credits, stored.credits);

        let draft = title(&read(said), Some(&stored), Manner::Replace, &named, now);
        let Ok(Draft::Changed(replaced, _)) = draft else {
            unreachable!("it says something else");
        };
        let credited = replaced.credited();
        assert_eq!(credited, id("neil-mccauley"));
    }
}

//! The records that can be loaded, and how each is read from the fields of a JSON object.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;

use super::certifications::read_certifications;
use super::checks::{check_external_ids, check_person_name, looks_double_encoded};
use super::collections::{CollectionName, read_collection};
use super::fields::{Fields, checked_slug, checked_text, shown};
use super::problem::Problem;
use super::publication::read_publication;
use crate::domain::catalog::{
    Certification, ExternalId, GenreName, Publication, TitleKind, genre_name,
};
use crate::domain::text;

/// The longest names, in characters.
pub(super) const MAX_NAME: usize = 500;
/// The longest cast or crew.
const MAX_CREDITS: usize = 5000;
/// The earliest year of a film: before it there was no film.
const FIRST_YEAR: i64 = 1870;
/// How many years ahead something may be announced.
const YEARS_AHEAD: i64 = 10;
/// The longest film, in minutes: 100 hours.
const MAX_MINUTES: i64 = 6000;

/// A record that was read and is sound in itself.
#[derive(Debug, Clone, PartialEq)]
pub enum Record {
    /// A film or a series.
    Title(Box<TitleRecord>),
    /// An episode, whose series may come in another file.
    Episode(EpisodeRecord),
    /// A person: what credits do not say.
    Person(PersonRecord),
    /// A watch, by a viewer of the file's own.
    Watch(WatchRecord),
}

/// A film or a series.
#[derive(Debug, Clone, PartialEq)]
pub struct TitleRecord {
    pub kind: TitleKind,
    /// Whether and when viewers may see it; `None`: as it is stored, and published if it is new.
    pub publication: Option<Publication>,
    /// The key: lower-case letters, digits and single hyphens.
    pub slug: String,
    pub name: String,
    /// Its name in the language that it was made in.
    pub original_name: Option<String>,
    /// The year of the first showing.
    pub year: Option<i32>,
    /// The year in which a series ended.
    pub end_year: Option<i32>,
    /// The day of the first showing.
    pub premiered: Option<NaiveDate>,
    /// The length of a film, in seconds.
    pub duration: Option<u32>,
    /// The names of its genres, as the vocabulary spells them.
    pub genres: Vec<String>,
    /// Who directed the film or created the series.
    pub directors: Vec<CreditName>,
    /// Who plays in it, in billing order.
    pub cast: Vec<CreditName>,
    /// As ISO 3166-1 codes of two letters.
    pub countries: Vec<String>,
    /// As ISO 639-1 codes of two letters.
    pub languages: Vec<String>,
    /// Ids elsewhere, by provider.
    pub external_ids: Vec<ExternalId>,
    /// The network that first showed a series.
    pub network: Option<String>,
    /// How many seasons a series has in all.
    pub total_seasons: Option<u32>,
    /// How long the episodes of a series usually are, in seconds.
    pub episode_duration: Option<u32>,
    /// The collection that a film is part of.
    pub collection: Option<CollectionName>,
    /// What rating systems say of it, sorted by system.
    pub certifications: Vec<Certification>,
}

/// A credited person: by name, which makes all of that name one person, or by slug.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreditName {
    /// The person's key: given, or made of the name (case, accents, punctuation and spacing folded).
    pub slug: String,
    /// The name; a slug alone names somebody who was loaded before.
    pub name: Option<String>,
    /// The character that is played.
    pub character: Option<String>,
}

/// An episode, as a file tells it.
#[derive(Debug, Clone, PartialEq)]
pub struct EpisodeRecord {
    /// The slug of the series.
    pub series: String,
    /// The season; 0 holds the specials.
    pub season: u32,
    /// The number in the season.
    pub number: u32,
    pub name: Option<String>,
    /// Its name in the language that it was made in.
    pub original_name: Option<String>,
    /// The day of the first showing.
    pub aired: Option<NaiveDate>,
    /// The length in seconds.
    pub duration: Option<u32>,
    pub directors: Vec<CreditName>,
}

/// A person, as a file tells it.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonRecord {
    /// The key: lower-case letters, digits and single hyphens.
    pub slug: String,
    pub name: String,
    /// The day of birth.
    pub born: Option<NaiveDate>,
    /// Ids elsewhere, by provider.
    pub external_ids: Vec<ExternalId>,
}

/// A watch, as a file tells it.
#[derive(Debug, Clone, PartialEq)]
pub struct WatchRecord {
    /// Who, by a key of the file's own.
    pub viewer: String,
    /// The slug of the film or series.
    pub title: String,
    /// Which episode of a series; without it, the series as a whole.
    pub episode: Option<(u32, u32)>,
    /// When it was watched, in UTC.
    pub at: DateTime<Utc>,
    /// How much of it, 0 to 1.
    pub completion: f64,
    /// What the viewer said of it.
    pub liked: Option<bool>,
}

impl Record {
    /// Reads a JSON value. `this_year` bounds what can be announced. Gives the names of unknown fields and what was
    /// noticed besides.
    pub fn read(
        value: Value,
        this_year: i32,
    ) -> Result<(Self, Vec<String>, Vec<Problem>), Problem> {
        let Value::Object(map) = value else {
            return Err(Problem::new(
                "",
                format!("is {}, not a record (a JSON object)", shown(&value)),
            ));
        };
        let mut fields = Fields::new(map);
        let record = match kind(&mut fields)? {
            Kind::Title(kind) => Self::Title(Box::new(read_title(
                kind,
                &mut fields,
                i64::from(this_year),
            )?)),
            Kind::Episode => Self::Episode(read_episode(&mut fields)?),
            Kind::Person => Self::Person(read_person(&mut fields)?),
            Kind::Watch => Self::Watch(read_watch(&mut fields)?),
        };
        let (unknown, warnings) = fields.finish();
        Ok((record, unknown, warnings))
    }
}

enum Kind {
    Title(TitleKind),
    Episode,
    Person,
    Watch,
}

/// The sort of a record: its `kind`, or what its fields tell.
fn kind(fields: &mut Fields) -> Result<Kind, Problem> {
    if let Some(kind) = fields.take("kind") {
        return match kind.as_str() {
            Some("film") => Ok(Kind::Title(TitleKind::Film)),
            Some("series") => Ok(Kind::Title(TitleKind::Series)),
            Some("episode") => Ok(Kind::Episode),
            Some("person") => Ok(Kind::Person),
            Some("watch") => Ok(Kind::Watch),
            _ => Err(Problem::new(
                "kind",
                format!(
                    "is {}, not film, series, episode, person or watch",
                    shown(&kind)
                ),
            )),
        };
    }
    let has = |names: &[&str]| names.iter().any(|name| fields.has(name));
    Ok(if has(&["viewer"]) {
        Kind::Watch
    } else if has(&["series"]) && has(&["episode", "season"]) {
        Kind::Episode
    } else if has(&[
        "creators",
        "total_seasons",
        "episode_runtime_minutes",
        "network",
        "end_year",
    ]) {
        Kind::Title(TitleKind::Series)
    } else if has(&["name", "born"]) && !has(&["title"]) {
        Kind::Person
    } else {
        Kind::Title(TitleKind::Film)
    })
}

fn read_title(
    kind: TitleKind,
    fields: &mut Fields,
    this_year: i64,
) -> Result<TitleRecord, Problem> {
    let slug = fields.slug("slug")?;
    let name = fields.text("title", MAX_NAME)?;
    if looks_double_encoded(&name) {
        fields.warn(
            "title",
            format!("“{name}” looks like UTF-8 that was encoded twice"),
        );
    }
    let original_name = fields.optional_text("original_title", MAX_NAME)?;
    let years = FIRST_YEAR..=this_year + YEARS_AHEAD;
    let premiered = fields.day("release_date")?;
    let year = fields.integer("year", years.clone())?;
    let year = year.or_else(|| premiered.map(|day| i64::from(chrono::Datelike::year(&day))));
    let is_series = kind == TitleKind::Series;
    let end_year = if is_series {
        fields.integer("end_year", years)?
    } else {
        None
    };
    let directors = read_credits(fields, if is_series { "creators" } else { "directors" })?;
    let cast = read_credits(fields, "cast")?;
    let ids = fields.object("ids")?;
    let external_ids = check_external_ids(ids, fields)?;
    if is_series {
        // Of the sample's own bookkeeping; the episodes themselves say it.
        fields.take("seasons_listed");
        fields.take("episodes_listed");
    }
    Ok(TitleRecord {
        kind,
        publication: read_publication(fields)?,
        slug,
        name,
        original_name,
        year: year.and_then(|year| i32::try_from(year).ok()),
        end_year: end_year.and_then(|year| i32::try_from(year).ok()),
        premiered,
        duration: if is_series {
            None
        } else {
            read_runtime(fields, "runtime_minutes")?
        },
        genres: read_genres(fields)?,
        directors,
        cast,
        countries: fields.texts("countries", 100, 20)?,
        languages: fields.texts("languages", 100, 20)?,
        external_ids,
        network: if is_series {
            fields.optional_text("network", MAX_NAME)?
        } else {
            None
        },
        total_seasons: if is_series {
            fields
                .integer("total_seasons", 0..=9999)?
                .and_then(|count| u32::try_from(count).ok())
        } else {
            None
        },
        episode_duration: if is_series {
            read_runtime(fields, "episode_runtime_minutes")?
        } else {
            None
        },
        collection: if is_series {
            None
        } else {
            read_collection(fields)?
        },
        certifications: read_certifications(fields)?,
    })
}

fn read_episode(fields: &mut Fields) -> Result<EpisodeRecord, Problem> {
    Ok(EpisodeRecord {
        series: fields.slug("series")?,
        season: read_number(fields, "season")?,
        number: read_number(fields, "episode")?,
        name: fields.optional_text("title", MAX_NAME)?,
        original_name: fields.optional_text("original_title", MAX_NAME)?,
        aired: fields.day("air_date")?,
        duration: read_runtime(fields, "runtime_minutes")?,
        directors: read_credits(fields, "directors")?,
    })
}

fn read_person(fields: &mut Fields) -> Result<PersonRecord, Problem> {
    let slug = fields.slug("slug")?;
    let name = fields.text("name", MAX_NAME)?;
    let born = fields.day("born")?;
    let ids = fields.object("ids")?;
    Ok(PersonRecord {
        slug,
        name,
        born,
        external_ids: check_external_ids(ids, fields)?,
    })
}

fn read_watch(fields: &mut Fields) -> Result<WatchRecord, Problem> {
    let viewer = match fields.take("viewer") {
        Some(Value::Number(number)) => number.to_string(),
        Some(value) => checked_text("viewer", &value, 200)?,
        None => String::new(),
    };
    if viewer.is_empty() {
        return Err(Problem::new("viewer", "is missing or empty"));
    }
    let title = fields.slug("title")?;
    let episode = match (fields.has("season"), fields.has("episode")) {
        (false, false) => None,
        _ => Some((
            read_number(fields, "season")?,
            read_number(fields, "episode")?,
        )),
    };
    Ok(WatchRecord {
        viewer,
        title,
        episode,
        at: fields.time("at")?,
        completion: fields.share("completion")?,
        liked: fields.boolean("liked")?,
    })
}

fn read_number(fields: &mut Fields, name: &'static str) -> Result<u32, Problem> {
    let number = fields
        .integer(name, 0..=9999)?
        .ok_or_else(|| Problem::new(name, "is missing"))?;
    u32::try_from(number).map_err(|_| Problem::new(name, "is out of range"))
}

/// The length in seconds. 0 minutes stand for "unknown" in many files.
fn read_runtime(fields: &mut Fields, name: &'static str) -> Result<Option<u32>, Problem> {
    match fields.integer(name, 0..=MAX_MINUTES)? {
        Some(0) => {
            fields.warn(name, "is 0; taken for unknown");
            Ok(None)
        }
        minutes => Ok(minutes.and_then(|minutes| u32::try_from(minutes * 60).ok())),
    }
}

fn read_genres(fields: &mut Fields) -> Result<Vec<String>, Problem> {
    let mut genres: Vec<String> = Vec::new();
    for word in fields.texts("genres", 50, 60)? {
        let name = match genre_name(&word) {
            None => continue,
            Some(GenreName::Known(name)) => name.to_owned(),
            Some(GenreName::Unknown(name)) => {
                fields.warn(
                    "genres",
                    format!("“{name}” is not in the vocabulary; kept as a genre of its own"),
                );
                name
            }
        };
        if text::slug(&name).is_empty() {
            return Err(Problem::new(
                "genres",
                format!("“{name}” has no letter or digit"),
            ));
        }
        if genres
            .iter()
            .all(|other| text::slug(other) != text::slug(&name))
        {
            genres.push(name);
        }
    }
    Ok(genres)
}

fn read_credits(fields: &mut Fields, field: &'static str) -> Result<Vec<CreditName>, Problem> {
    let mut credits: Vec<CreditName> = Vec::new();
    for value in fields.list(field, MAX_CREDITS)? {
        let Some(credit) = read_credit(field, value, fields)? else {
            continue;
        };
        if credits.iter().all(|other| other.slug != credit.slug) {
            credits.push(credit);
        }
    }
    Ok(credits)
}

fn read_credit(
    field: &'static str,
    value: Value,
    fields: &mut Fields,
) -> Result<Option<CreditName>, Problem> {
    let Value::Object(map) = value else {
        let name = checked_text(field, &value, MAX_NAME)?;
        return if name.is_empty() {
            Ok(None)
        } else {
            by_name(field, name, None, fields).map(Some)
        };
    };
    let mut credit = Fields::new(map);
    let slug = credit
        .take("person")
        .or_else(|| credit.take("slug"))
        .map(|slug| checked_slug(field, &slug))
        .transpose()?;
    let name = credit.optional_text("name", MAX_NAME)?;
    let character = credit.optional_text("character", MAX_NAME)?;
    match (slug, name) {
        (Some(slug), name) => Ok(Some(CreditName {
            slug,
            name,
            character,
        })),
        (None, Some(name)) => by_name(field, name, character, fields).map(Some),
        (None, None) => Err(Problem::new(
            field,
            "has an entry without person, slug or name",
        )),
    }
}

fn by_name(
    field: &'static str,
    name: String,
    character: Option<String>,
    fields: &mut Fields,
) -> Result<CreditName, Problem> {
    if let Some(reason) = check_person_name(&name) {
        fields.warn(field, reason);
    }
    match text::slug(&name) {
        slug if slug.is_empty() => Err(Problem::new(
            field,
            format!("“{name}” has no letter or digit"),
        )),
        slug => Ok(CreditName {
            slug,
            name: Some(name),
            character,
        }),
    }
}

//! The records that can be loaded, and how each is read from the fields of a JSON object.

use std::ops::RangeInclusive;

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;

use super::about::{AboutRecord, read_about};
use super::certifications::read_certifications;
use super::checks::{IdsOf, SEVERAL, looks_like_several, read_external_ids, spoilt};
use super::codes::{COUNTRIES, LANGUAGES, read_codes};
use super::collection_records::{CollectionRecord, read_collection_record};
use super::collections::{PartRecord, read_collection};
use super::credits::{CreditName, CrewRecord, read_credits, read_crew};
use super::episodes::{EpisodeRecord, read_episode};
use super::fields::{Fields, MAX_NAME, checked_text, is_placeholder, shown};
use super::lengths::{MAX_NUMBER, read_number, read_runtime};
use super::mapped_roles::{directors_of, field_of};
use super::people::{PersonRecord, read_person};
use super::picture_fields::read_pictures;
use super::pictures::PicturesRecord;
use super::problem::{Problem, Warning};
use super::publication::{PublicationRecord, read_publication};
use super::said::{Entries, Said};
use super::seasons::{SeasonRecord, read_seasons};
use super::years::years_of_films;
use crate::domain::catalog::{
    Certification, CreditRole, ExternalId, GenreName, Roles, Title, TitleKind, genre_name,
};
use crate::domain::text;

/// The most genres of a title, and the longest name of one, in characters.
pub(super) const MAX_GENRES: usize = 50;
const MAX_GENRE: usize = 60;

/// A record that was read and is sound in itself.
#[derive(Debug, Clone, PartialEq)]
pub enum Record {
    /// A film or a series.
    Title(Box<TitleRecord>),
    /// An episode, whose series may come in another file.
    Episode(Box<EpisodeRecord>),
    /// A person: what credits do not say.
    Person(PersonRecord),
    /// A collection: what films do not say of it.
    Collection(CollectionRecord),
    /// A watch, by a viewer of the file's own.
    Watch(WatchRecord),
}

/// A film or a series.
#[derive(Debug, Clone, PartialEq)]
pub struct TitleRecord {
    pub kind: TitleKind,
    /// Whether the record says which it is; one that does not is of the kind that is stored, and a film if it is new.
    pub is_kind_told: bool,
    /// Whether and when viewers may see it.
    pub publication: PublicationRecord,
    /// The key: lower-case letters, digits and hyphens.
    pub slug: String,
    pub name: String,
    /// Its name in the language that it was made in.
    pub original_name: Said<String>,
    /// The year of the first showing.
    pub year: Said<i32>,
    /// The year in which a series ended.
    pub end_year: Said<i32>,
    /// The day of the first showing.
    pub premiered: Said<NaiveDate>,
    /// The length of a film, in seconds.
    pub duration: Said<u32>,
    /// The names of its genres, as the vocabulary spells them.
    pub genres: Said<Vec<String>>,
    /// Who directed the film or created the series.
    pub directors: Said<Vec<CreditName>>,
    /// Who plays in it, in billing order.
    pub cast: Said<Vec<CreditName>>,
    /// Whoever else took part, in billing order.
    pub crew: CrewRecord,
    /// As ISO 3166-1 codes of two letters; see [`COUNTRIES`].
    pub countries: Said<Vec<String>>,
    /// As ISO 639-1 codes of two letters; see [`LANGUAGES`].
    pub languages: Said<Vec<String>>,
    /// Ids elsewhere, by provider.
    pub external_ids: Said<Entries<ExternalId>>,
    /// The network that first showed a series.
    pub network: Said<String>,
    /// How many seasons a series has in all.
    pub total_seasons: Said<u32>,
    /// How long the episodes of a series usually are, in seconds.
    pub episode_duration: Said<u32>,
    /// The collection that a film is part of, and which part.
    pub part_of: PartRecord,
    /// What rating systems say of it, by system.
    pub certifications: Said<Entries<Certification>>,
    /// Texts, and what else there is beside facts.
    pub about: AboutRecord,
    /// Its posters, backdrops, logos, banners and thumbs.
    pub pictures: PicturesRecord,
    /// The same of the seasons of a series.
    pub seasons: Said<Vec<SeasonRecord>>,
}

impl TitleRecord {
    /// Everybody who is named.
    pub(super) fn credits(&self) -> impl Iterator<Item = &CreditName> {
        let (directors, cast) = (self.directors.value(), self.cast.value());
        let credits = directors.into_iter().chain(cast).flatten();
        credits.chain(self.crew.credits())
    }

    /// The same, each with the field that names it.
    pub(super) fn credits_by_field(&self) -> impl Iterator<Item = (&'static str, &CreditName)> {
        let crew = self.crew.by_role().into_iter();
        let crew = crew.map(|(role, said)| (field_of(role), said));
        let directors = (directors_of(self.kind), &self.directors);
        let main = [directors, ("cast", &self.cast)].into_iter();
        main.chain(crew).flat_map(|(field, said)| {
            let credits = said.value().into_iter().flatten();
            credits.map(move |credit| (field, credit))
        })
    }

    /// The same without the people of roles in which a title has somebody.
    #[must_use]
    pub(super) fn without_roles_of(&self, title: &Title) -> Self {
        let mut record = self.clone();
        let has: Roles = title.all_credits().map(|credit| credit.role).collect();
        for (role, said) in [
            (CreditRole::Director, &mut record.directors),
            (CreditRole::Actor, &mut record.cast),
            (CreditRole::Guest, &mut record.crew.guests),
            (CreditRole::Writer, &mut record.crew.writers),
            (CreditRole::Producer, &mut record.crew.producers),
            (CreditRole::Composer, &mut record.crew.composers),
        ] {
            if has.has(role) {
                *said = Said::Nothing;
            }
        }
        record
    }

    /// The ids that are named.
    pub(super) fn ids(&self) -> impl Iterator<Item = &ExternalId> {
        let named = self.external_ids.value().into_iter();
        named.flat_map(|ids| ids.values().flatten())
    }

    /// The genres that are named.
    pub(super) fn genres(&self) -> impl Iterator<Item = &String> {
        self.genres.value().into_iter().flatten()
    }

    /// Takes the kind of the title that is stored, if the record does not say one and names nothing that only the other
    /// kind has.
    pub(super) fn take_kind(&mut self, stored: TitleKind) {
        let is_neutral = self.duration == Said::Nothing
            && self.directors == Said::Nothing
            && self.part_of == PartRecord::default();
        if !self.is_kind_told && is_neutral {
            self.kind = stored;
        }
    }
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

/// A record and the line that it stands in.
pub(super) type Placed<T> = (u64, T);

/// What a value is as a record, with the names of unknown fields and what was noticed besides; or why it is none, and
/// what was noticed up to there.
pub(super) type ReadRecord = Result<(Record, Vec<String>, Vec<Warning>), (Problem, Vec<Warning>)>;

impl Record {
    /// Reads a JSON value. `this_year` bounds what can be announced.
    pub fn read(value: Value, this_year: i32) -> ReadRecord {
        let Value::Object(map) = value else {
            let reason = format!("is {}, not a record (a JSON object)", shown(&value));
            return Err((Problem::new("", reason), Vec::new()));
        };
        let spoilt = spoilt(&map);
        let mut fields = Fields::new(map);
        let record = Self::of_fields(&mut fields, this_year);
        let (unknown, mut warnings) = fields.finish();
        let record = match record {
            Ok(record) => record,
            Err(problem) => return Err((problem, warnings)),
        };
        let spoilt = spoilt
            .into_iter()
            .filter(|(field, ..)| !unknown.contains(field));
        warnings.extend(spoilt.map(|(field, text, reason)| Warning {
            field,
            value: Some(text),
            reason,
        }));
        Ok((record, unknown, warnings))
    }

    fn of_fields(fields: &mut Fields, this_year: i32) -> Result<Self, Problem> {
        Ok(match kind(fields)? {
            Kind::Title(kind) => {
                let title = read_title(kind, fields, this_year)?;
                Self::Title(Box::new(match kind {
                    Some(_) => title,
                    None => of_either_kind(title, fields),
                }))
            }
            Kind::Episode => Self::Episode(Box::new(read_episode(fields, this_year)?)),
            Kind::Person => Self::Person(read_person(fields)?),
            Kind::Collection => Self::Collection(read_collection_record(fields)?),
            Kind::Watch => Self::Watch(read_watch(fields)?),
        })
    }
}

enum Kind {
    /// `None`: of the kind that is stored.
    Title(Option<TitleKind>),
    Episode,
    Person,
    Collection,
    Watch,
}

/// The sort of a record: its `kind`, or what its fields tell.
fn kind(fields: &mut Fields) -> Result<Kind, Problem> {
    if let Some(kind) = fields.take("kind") {
        return match kind.as_str() {
            Some("film") => Ok(Kind::Title(Some(TitleKind::Film))),
            Some("series") => Ok(Kind::Title(Some(TitleKind::Series))),
            Some("episode") => Ok(Kind::Episode),
            Some("person") => Ok(Kind::Person),
            Some("collection") => Ok(Kind::Collection),
            Some("watch") => Ok(Kind::Watch),
            _ => Err(Problem::new(
                "kind",
                format!(
                    "is {}, not film, series, episode, person, collection or watch",
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
        Kind::Title(Some(TitleKind::Series))
    } else if has(&["name", "born"]) && !has(&["title"]) {
        Kind::Person
    } else {
        Kind::Title(None)
    })
}

/// Reads a title of the kind that the record tells, or else a film.
fn read_title(
    told: Option<TitleKind>,
    fields: &mut Fields,
    this_year: i32,
) -> Result<TitleRecord, Problem> {
    let kind = told.unwrap_or(TitleKind::Film);
    let slug = fields.slug("slug")?;
    let name = fields.text("title", MAX_NAME)?;
    let original_name = fields.known_text("original_title", MAX_NAME)?;
    let years = years_of_films(this_year);
    let premiered = fields.day("release_date", &years)?;
    let year = read_year(fields, "year", &years)?;
    let is_series = kind == TitleKind::Series;
    // Both are read before either refuses the record, so that what is wrong with both is told.
    let countries = read_codes(fields, &COUNTRIES);
    let languages = read_codes(fields, &LANGUAGES);
    let about = read_about(fields, kind, &name)?;
    let mut record = TitleRecord {
        kind,
        is_kind_told: true,
        publication: read_publication(fields)?,
        slug,
        name,
        original_name,
        year,
        end_year: Said::Nothing,
        premiered,
        duration: Said::Nothing,
        genres: read_genres(fields)?,
        directors: read_credits(fields, if is_series { "creators" } else { "directors" })?,
        cast: read_credits(fields, "cast")?,
        crew: read_crew(fields)?,
        countries: countries?,
        languages: languages?,
        external_ids: read_external_ids(fields, IdsOf::Title(told))?,
        network: Said::Nothing,
        total_seasons: Said::Nothing,
        episode_duration: Said::Nothing,
        part_of: PartRecord::default(),
        certifications: read_certifications(fields)?,
        about,
        pictures: read_pictures(fields)?,
        seasons: Said::Nothing,
    };
    if is_series {
        record.end_year = read_year(fields, "end_year", &years)?;
        record.network = read_network(fields)?;
        record.seasons = read_seasons(fields)?;
        record.total_seasons = fields.count("total_seasons", 0..=MAX_NUMBER)?;
        record.episode_duration = read_runtime(fields, "episode_runtime_minutes")?;
        // Of the sample's own bookkeeping; the episodes themselves say it.
        fields.take("seasons_listed");
        fields.take("episodes_listed");
    } else {
        record.duration = read_runtime(fields, "runtime_minutes")?;
        record.part_of = read_collection(fields)?;
    }
    Ok(record)
}

/// A title that is a series if one is stored. That there is none of what only a series has makes nothing a series, and
/// clears it of one.
fn of_either_kind(title: TitleRecord, fields: &mut Fields) -> TitleRecord {
    TitleRecord {
        is_kind_told: false,
        end_year: fields.cleared("end_year"),
        network: fields.cleared("network"),
        total_seasons: fields.cleared("total_seasons"),
        episode_duration: fields.cleared("episode_runtime_minutes"),
        about: AboutRecord {
            status: fields.cleared("status"),
            ..title.about
        },
        ..title
    }
}

fn read_year(
    fields: &mut Fields,
    name: &'static str,
    years: &RangeInclusive<i32>,
) -> Result<Said<i32>, Problem> {
    let years = i64::from(*years.start())..=i64::from(*years.end());
    let year = fields.integer(name, years)?;
    Ok(year.map(|year| i32::try_from(year).unwrap_or_default()))
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
    if is_placeholder(&viewer) {
        let reason = format!("is “{viewer}”, which stands for nobody");
        return Err(Problem::new("viewer", reason));
    }
    let title = fields.slug("title")?;
    let episode = match (fields.has("season"), fields.has("episode")) {
        (false, false) => {
            fields.take("season");
            fields.take("episode");
            None
        }
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

fn read_genres(fields: &mut Fields) -> Result<Said<Vec<String>>, Problem> {
    let genres = fields.entries("genres", MAX_GENRES, |fields, value| {
        let word = checked_text("genres", value, MAX_GENRE)?;
        let name = match genre_name(&word) {
            None => return Ok(None),
            Some(GenreName::Known(name)) => name.to_owned(),
            Some(GenreName::Unknown(name)) if is_placeholder(&name) => {
                fields.warn_of("genres", name, "is no genre; left out");
                return Ok(None);
            }
            Some(GenreName::Unknown(name)) => {
                let reason = if looks_like_several(&name) {
                    SEVERAL
                } else {
                    "is not in the vocabulary; kept as a genre of its own"
                };
                fields.warn_of("genres", name.clone(), reason);
                name
            }
        };
        if text::slug(&name).is_empty() {
            return Err(Problem::new(
                "genres",
                format!("“{name}” has no letter or digit"),
            ));
        }
        Ok(Some(name))
    })?;
    Ok(genres.map(|genres| {
        let mut each: Vec<String> = Vec::new();
        for name in genres {
            let slug = text::slug(&name);
            if each.iter().all(|other| text::slug(other) != slug) {
                each.push(name);
            }
        }
        each
    }))
}

fn read_network(fields: &mut Fields) -> Result<Said<String>, Problem> {
    match fields.optional_text("network", MAX_NAME)? {
        Said::Value(name) if is_placeholder(&name) => {
            fields.warn_of("network", name, "is no network; left out");
            Ok(Said::Nothing)
        }
        said => Ok(said),
    }
}

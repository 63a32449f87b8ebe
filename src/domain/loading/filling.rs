//! What a title lacks, filled from others that it is one with. What it says itself counts, and its locked fields stay.

use std::collections::{BTreeMap, HashSet};

use super::extras::MAX_EXTRAS;
use super::lists::{check_lists, with_added};
use super::pictures::MAX_PICTURES;
use super::problem::Problem;
use super::scores::MAX_SCORES;
use super::texts::MAX_LANGUAGES;
use crate::domain::catalog::{
    Credit, CreditRole, DocumentFields, Extra, KeptPicture, PictureKind, RatingScore,
    SeasonPictures, TITLE_FIELDS, Texts, Title,
};
use crate::domain::ids::PersonId;
use crate::domain::language::LanguageTag;

/// A title with what others have and it has not.
#[derive(Debug)]
pub struct Filled {
    pub title: Title,
    /// The fields that stay although the others have something for them, and why.
    pub noticed: Vec<Problem>,
}

/// A title with what these others of its kind have and it has not, the first of them first. It keeps its key, its name, its
/// state and its stamp.
pub fn filled(title: &Title, others: &[&Title]) -> Filled {
    let before = DocumentFields::of(title);
    let mut noticed = Vec::new();
    let mut all = title.clone();
    for other in others {
        all = filled_from(all, other);
    }
    let mut fields = DocumentFields::of(&all);
    let locked = TITLE_FIELDS.into_iter();
    for field in locked.filter(|field| title.locks.has(field)) {
        let own = before.get(field);
        if fields.get(field) != own && fields.put(field, &own) {
            noticed.push(Problem::new(field, "is locked, and stays"));
        }
    }
    let mut title = with_fields(title, &fields);
    // A list that would be too long stays as it is; one that was so before is nobody's fault here.
    while let Err(problem) = check_lists(&title) {
        let own = before.get(&problem.field);
        if fields.get(&problem.field) == own || !fields.put(&problem.field, &own) {
            break;
        }
        let reason = format!(
            "would be too long with what the others have: {}",
            problem.reason
        );
        noticed.push(Problem::new(problem.field, reason));
        title = with_fields(&title, &fields);
    }
    Filled { title, noticed }
}

/// The title with these fields, or as it is if they are none of a title, which those of a title always are.
fn with_fields(title: &Title, fields: &DocumentFields) -> Title {
    match fields.clone().document::<Title>() {
        Ok(read) => Title {
            reception: title.reception,
            ..read
        },
        Err(_) => title.clone(),
    }
}

fn filled_from(title: Title, other: &Title) -> Title {
    let lacks = lacking(&title, other);
    let added = with_added(title, lacks);
    // When a series ended is of one piece with whether it did.
    let end_year = if added.status.is_some() {
        None
    } else {
        let began = added.year.or(other.year);
        let end_year = other.end_year.filter(|end| Some(*end) >= began);
        end_year.filter(|_| added.end_year.is_none())
    };
    Title {
        end_year: added.end_year.or(end_year),
        status: added.status.or(other.status),
        network: added.network.or_else(|| other.network.clone()),
        total_seasons: added.total_seasons.or(other.total_seasons),
        episode_duration: added.episode_duration.or(other.episode_duration),
        season_pictures: seasons_joined(added.season_pictures, &other.season_pictures),
        original_name: added.original_name.or_else(|| other.original_name.clone()),
        year: added.year.or(other.year),
        premiered: added.premiered.or(other.premiered),
        duration: added.duration.or(other.duration),
        collection: added.collection.or(other.collection),
        names: texts_joined(added.names, &other.names),
        overview: texts_joined(added.overview, &other.overview),
        tagline: texts_joined(added.tagline, &other.tagline),
        scores: scores_joined(added.scores, &other.scores),
        extras: extras_joined(added.extras, &other.extras),
        pictures: pictures_joined(added.pictures, &other.pictures),
        ..added
    }
}

/// What another has in its lists. Of what one says of each entry nothing is taken over that is said already: with a list
/// that is joined the later entry counts.
fn lacking(own: &Title, other: &Title) -> Title {
    let credited: HashSet<(PersonId, CreditRole)> = own
        .all_credits()
        .map(|credit| (credit.person, credit.role))
        .collect();
    let are_new = |credits: &[Credit]| -> Vec<Credit> {
        let new = credits.iter();
        let new = new.filter(|credit| !credited.contains(&(credit.person, credit.role)));
        new.cloned().collect()
    };
    let ids = other.external_ids.iter();
    let ids = ids.filter(|id| own.external_ids.iter().all(|it| it.provider != id.provider));
    let labels = other.certifications.iter();
    let labels = labels.filter(|one| own.certifications.iter().all(|it| it.system != one.system));
    Title {
        credits: are_new(&other.credits),
        crew: are_new(&other.crew),
        external_ids: ids.cloned().collect(),
        certifications: labels.cloned().collect(),
        ..other.clone()
    }
}

pub(super) fn texts_joined(own: Texts, other: &Texts) -> Texts {
    let mut all: BTreeMap<LanguageTag, Box<str>> = own.into();
    for text in other.iter() {
        if all.len() < MAX_LANGUAGES {
            let said = || text.text.clone();
            all.entry(text.language).or_insert_with(said);
        }
    }
    all.into()
}

fn scores_joined(mut own: Vec<RatingScore>, other: &[RatingScore]) -> Vec<RatingScore> {
    for score in other {
        if own.len() < MAX_SCORES && own.iter().all(|it| it.source != score.source) {
            own.push(score.clone());
        }
    }
    own.sort_by(|one, other| one.source.cmp(&other.source));
    own
}

/// Trailers stay before other videos.
fn extras_joined(mut own: Vec<Extra>, other: &[Extra]) -> Vec<Extra> {
    for extra in other {
        if own.len() < MAX_EXTRAS && own.iter().all(|it| it.video != extra.video) {
            own.push(extra.clone());
        }
    }
    own.sort_by_key(|extra| !extra.is_trailer());
    own
}

/// Pictures of the kinds of which there is none.
pub(super) fn pictures_joined(
    mut own: Vec<KeptPicture>,
    other: &[KeptPicture],
) -> Vec<KeptPicture> {
    let kinds: HashSet<PictureKind> = own.iter().map(|it| it.picture.kind).collect();
    let room = MAX_PICTURES.saturating_sub(own.len());
    let new = other.iter().filter(|it| !kinds.contains(&it.picture.kind));
    own.extend(new.take(room).cloned());
    // It is stable: of a kind they are of one title, in its order.
    own.sort_by_key(|it| it.picture.kind);
    own
}

/// Of each season pictures of the kinds of which it has none.
fn seasons_joined(mut own: Vec<SeasonPictures>, other: &[SeasonPictures]) -> Vec<SeasonPictures> {
    for season in other {
        if let Some(known) = own.iter_mut().find(|it| it.season == season.season) {
            let pictures = std::mem::take(&mut known.pictures);
            known.pictures = pictures_joined(pictures, &season.pictures);
        } else {
            own.push(season.clone());
        }
    }
    own.sort_by_key(|it| it.season);
    own
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::loading::samples::heat;

    fn other() -> Title {
        heat(json!({
            "year": 1996, "runtime_minutes": 171, "genres": ["Crime", "Drama"], "tags": ["Heist"],
            "cast": [{ "name": "Al Pacino", "character": "Other" }, "Jon Voight"],
            "ids": { "imdb": "tt0113278", "tmdb": 949 }, "certifications": { "US": "PG", "DE": "16" },
            "overview": { "en": "Other.", "de": "Ein Film." },
        }))
    }

    #[test]
    fn what_is_said_stays_and_what_lacks_is_filled() {
        let own = heat(json!({
            "year": 1995, "genres": ["Crime"], "cast": [{ "name": "Al Pacino", "character": "Hanna" }],
            "ids": { "imdb": "tt0113277" }, "certifications": { "US": "R" }, "overview": { "en": "A film." },
        }));

        let Filled {
            title: full,
            noticed,
        } = filled(&own, &[&other()]);

        let expected = heat(json!({
            "year": 1995, "runtime_minutes": 171, "genres": ["Crime", "Drama"], "tags": ["Heist"],
            "cast": [{ "name": "Al Pacino", "character": "Hanna" }, "Jon Voight"],
            "ids": { "imdb": "tt0113277", "tmdb": 949 }, "certifications": { "US": "R", "DE": "16" },
            "overview": { "en": "A film.", "de": "Ein Film." },
        }));
        assert_eq!(full, expected);
        assert_eq!(noticed, []);
        // What has all of it already stays as it is.
        assert_eq!(filled(&full, &[&other()]).title, full);
    }

    #[test]
    fn locked_fields_and_lists_that_would_be_too_long_stay() {
        let many = |from: usize| {
            let genres = (from..from + 30).map(|number| format!("Genre {number}"));
            json!(genres.collect::<Vec<_>>())
        };
        let mut own = heat(json!({ "genres": many(0) }));
        own.locks.lock("tags");
        let other = heat(json!({ "genres": many(30), "tags": ["Heist"], "year": 1995 }));

        let Filled {
            title: full,
            noticed,
        } = filled(&own, &[&other]);

        assert_eq!((&full.genres, &full.tags), (&own.genres, &own.tags));
        assert_eq!(full.year, Some(1995));
        let fields: Vec<&str> = noticed.iter().map(|it| it.field.as_str()).collect();
        assert_eq!(fields, ["tags", "genres"]);
    }
}

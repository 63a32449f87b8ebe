//! Reasons and headings, said in English.

use crate::domain::catalog::{Title, TitleKind, country_name, language_name};
use crate::domain::recommend::{Reason, ReasonKind, ReasonSource, RowKind};

/// A reason for people to read. `source` is the name of what it comes from, `seed` the same if it is a title.
pub(super) fn text(
    reason: &Reason,
    suggested: &Title,
    source: Option<&str>,
    seed: Option<&Title>,
) -> String {
    let Some(name) = source else {
        return "Suggested for you".to_owned();
    };
    let is_about_itself = reason.source == ReasonSource::Title(suggested.id);
    match reason.kind {
        ReasonKind::Watched if is_about_itself => "You watched this".to_owned(),
        ReasonKind::Liked if is_about_itself => "You liked this".to_owned(),
        ReasonKind::Watched => format!("Because you watched {name}"),
        ReasonKind::Liked => format!("Because you liked {name}"),
        ReasonKind::NextInCollection => format!("Next in {name}"),
        ReasonKind::SameCollection => format!("Also in {name}"),
        ReasonKind::SharedOrigin => seed
            .and_then(|seed| origin(suggested, seed))
            .unwrap_or_else(|| format!("Of the same origin as {name}")),
        ReasonKind::Against => "Unlike other titles that you watched".to_owned(),
        ReasonKind::SimilarViewers if is_about_itself => "Viewers like you watched this".to_owned(),
        ReasonKind::SimilarViewers => format!("Viewers of {name} watched this too"),
        ReasonKind::SharedDirector => match suggested.kind {
            TitleKind::Film => format!("Directed by {name}"),
            TitleKind::Series => format!("Created by {name}"),
        },
        ReasonKind::SharedActor => format!("With {name}"),
        ReasonKind::SharedGenre => format!("Also {name}"),
        ReasonKind::SameDecade => match suggested.year {
            Some(year) => format!("Also from the {}s", year.div_euclid(10) * 10),
            None => format!("From the time of {name}"),
        },
        ReasonKind::Popular => match reason.source {
            ReasonSource::Genre(_) => format!("Popular in {name}"),
            _ => "Popular now".to_owned(),
        },
    }
}

/// The first country and the first language that two titles have in common; `None` if there is neither any more.
fn origin(suggested: &Title, seed: &Title) -> Option<String> {
    let country = common(&suggested.countries, &seed.countries).and_then(country_name);
    let language = common(&suggested.languages, &seed.languages).and_then(language_name);
    match (country, language) {
        (Some(country), Some(language)) => Some(format!("Also from {country}, in {language}")),
        (Some(country), None) => Some(format!("Also from {country}")),
        (None, Some(language)) => Some(format!("Also in {language}")),
        (None, None) => None,
    }
}

fn common<'a>(ours: &'a [String], theirs: &[String]) -> Option<&'a str> {
    let first = ours.iter().find(|code| theirs.contains(code));
    first.map(String::as_str)
}

/// What stands above a row. `seed` is the name of what it is about.
pub(super) fn heading(kind: RowKind, seed: Option<&str>) -> String {
    match (kind, seed) {
        (RowKind::BecauseYouWatched, Some(title)) => format!("Because you watched {title}"),
        (RowKind::BecauseYouLiked, Some(title)) => format!("Because you liked {title}"),
        (RowKind::SameDirector, Some(person)) => format!("By {person}"),
        (RowKind::SameActor, Some(person)) => format!("With {person}"),
        (RowKind::GenreYouWatch, Some(genre)) => format!("More {genre}"),
        (RowKind::Popular, Some(genre)) => format!("Popular in {genre}"),
        (RowKind::WatchedBySimilarViewers, _) => "Viewers like you watched".to_owned(),
        (RowKind::Trending, _) => "Trending now".to_owned(),
        (RowKind::New, _) => "New here".to_owned(),
        (RowKind::Rewatch, _) => "Watch again".to_owned(),
        (RowKind::Popular, None) => "Popular now".to_owned(),
        (_, None) => "Suggested for you".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::domain::catalog::{Locks, Publication, Reception, Texts};
    use crate::domain::ids::{CollectionId, GenreId, PersonId, TitleId};
    use crate::domain::stamp::Stamp;

    fn suggested(kind: TitleKind) -> Title {
        Title {
            id: TitleId(1),
            kind,
            publication: Publication::default(),
            slug: "ronin-1998".into(),
            name: "Ronin".into(),
            original_name: None,
            year: Some(1998),
            end_year: None,
            premiered: None,
            duration: None,
            genres: vec![],
            credits: vec![],
            crew: vec![],
            countries: vec![],
            languages: vec![],
            external_ids: vec![],
            network: None,
            total_seasons: None,
            episode_duration: None,
            collection: None,
            certifications: vec![],
            names: Texts::default(),
            overview: Texts::default(),
            tagline: Texts::default(),
            status: None,
            studios: Vec::new(),
            tags: Vec::new(),
            scores: Vec::new(),
            extras: Vec::new(),
            pictures: Vec::new(),
            merge: None,
            season_pictures: Vec::new(),
            watchers: 0,
            reception: Reception::default(),
            locks: Locks::default(),
            stamp: Stamp::first(DateTime::UNIX_EPOCH),
        }
    }

    fn said(kind: ReasonKind, source: ReasonSource, name: &str) -> String {
        let reason = Reason {
            kind,
            contribution: 1.0,
            source,
        };
        text(&reason, &suggested(TitleKind::Film), Some(name), None)
    }

    fn from(countries: &[&str], languages: &[&str]) -> Title {
        let codes = |codes: &[&str]| codes.iter().map(|code| (*code).to_owned()).collect();
        Title {
            countries: codes(countries),
            languages: codes(languages),
            ..suggested(TitleKind::Film)
        }
    }

    #[test]
    fn reasons_are_said_as_people_say_them() {
        let heat = ReasonSource::Title(TitleId(2));
        let itself = ReasonSource::Title(TitleId(1));
        let person = ReasonSource::Person(PersonId(1));
        let crime = ReasonSource::Genre(GenreId(1));
        let saga = ReasonSource::Collection(CollectionId(1));
        for (kind, source, name, expected) in [
            (
                ReasonKind::Watched,
                heat,
                "Heat",
                "Because you watched Heat",
            ),
            (
                ReasonKind::SimilarViewers,
                heat,
                "Heat",
                "Viewers of Heat watched this too",
            ),
            (
                ReasonKind::SimilarViewers,
                itself,
                "Ronin",
                "Viewers like you watched this",
            ),
            (
                ReasonKind::SharedDirector,
                person,
                "Michael Mann",
                "Directed by Michael Mann",
            ),
            (
                ReasonKind::SharedActor,
                person,
                "Al Pacino",
                "With Al Pacino",
            ),
            (ReasonKind::SharedGenre, crime, "Crime", "Also Crime"),
            (ReasonKind::SameDecade, heat, "Heat", "Also from the 1990s"),
            (
                ReasonKind::NextInCollection,
                saga,
                "Heat Collection",
                "Next in Heat Collection",
            ),
            (
                ReasonKind::SameCollection,
                saga,
                "Heat Collection",
                "Also in Heat Collection",
            ),
            (ReasonKind::Popular, itself, "Ronin", "Popular now"),
            (ReasonKind::Popular, crime, "Crime", "Popular in Crime"),
        ] {
            assert_eq!(said(kind, source, name), expected);
        }
    }

    #[test]
    fn a_series_is_created() {
        let reason = Reason {
            kind: ReasonKind::SharedDirector,
            contribution: 1.0,
            source: ReasonSource::Person(PersonId(1)),
        };

        let said = text(
            &reason,
            &suggested(TitleKind::Series),
            Some("Vince Gilligan"),
            None,
        );

        assert_eq!(said, "Created by Vince Gilligan");
    }

    #[test]
    fn an_origin_is_said_by_the_country_and_the_language_of_both() {
        let reason = Reason {
            kind: ReasonKind::SharedOrigin,
            contribution: 0.4,
            source: ReasonSource::Title(TitleId(2)),
        };
        let ours = from(&["FR", "KR"], &["en", "ko"]);
        for (seed, expected) in [
            (
                from(&["KR"], &["ko", "ja"]),
                "Also from South Korea, in Korean",
            ),
            (from(&["FR"], &[]), "Also from France"),
            (from(&["JP"], &["ko"]), "Also in Korean"),
            (
                from(&["KR", "FR"], &["ko", "en"]),
                "Also from France, in English",
            ),
            (from(&["JP"], &["ja"]), "Of the same origin as Oldboy"),
        ] {
            assert_eq!(text(&reason, &ours, Some("Oldboy"), Some(&seed)), expected);
        }
        assert_eq!(
            text(&reason, &ours, Some("Oldboy"), None),
            "Of the same origin as Oldboy"
        );
    }

    #[test]
    fn rows_are_headed_by_what_they_are_about() {
        for (kind, seed, expected) in [
            (
                RowKind::BecauseYouWatched,
                Some("Heat"),
                "Because you watched Heat",
            ),
            (
                RowKind::SameDirector,
                Some("Michael Mann"),
                "By Michael Mann",
            ),
            (RowKind::GenreYouWatch, Some("Crime"), "More Crime"),
            (
                RowKind::WatchedBySimilarViewers,
                None,
                "Viewers like you watched",
            ),
            (RowKind::Popular, None, "Popular now"),
        ] {
            assert_eq!(heading(kind, seed), expected);
        }
    }
}

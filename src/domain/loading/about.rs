//! What a record says of a title beside its facts: what it is called and told of in which language, how it stands, what
//! others make of it, and videos about it.

use std::collections::HashSet;

use serde_json::Value;

use super::extras::{ExtrasRecord, MAX_EXTRAS, of_list, read_extras};
use super::fields::{Fields, MAX_NAME, UNKNOWN, checked_text, is_placeholder, names_of, shown};
use super::problem::Problem;
use super::said::{Entries, Said};
use super::scores::{MAX_SCORES, read_scores};
use super::texts::{MAX_LANGUAGES, Translated, read_texts};
use crate::domain::catalog::{RatingScore, SITE_LANGUAGE, SeriesStatus, Title, TitleKind};

/// The longest texts, in characters.
const MAX_OVERVIEW: usize = 4_000;
const MAX_TAGLINE: usize = 500;
/// The most tags, and the longest one, in characters.
pub(super) const MAX_TAGS: usize = 100;
const MAX_TAG: usize = 60;
/// The most studios; a name is as long as any.
pub(super) const MAX_STUDIOS: usize = 50;
/// The longest word for a status, in characters.
const MAX_STATUS: usize = 60;

/// What a record says of a title beside its facts.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AboutRecord {
    /// Its name in other languages than the site's.
    pub names: Said<Translated>,
    /// What it is about.
    pub overview: Said<Translated>,
    /// The line that it is advertised with.
    pub tagline: Said<Translated>,
    /// Whether a series goes on.
    pub status: Said<SeriesStatus>,
    /// The companies that made it.
    pub studios: Said<Vec<String>>,
    /// Words that curators found for it.
    pub tags: Said<Vec<String>>,
    /// How it is rated elsewhere, by source.
    pub scores: Said<Entries<RatingScore>>,
    /// Trailers and other videos.
    pub extras: ExtrasRecord,
}

impl AboutRecord {
    /// The title after the record, where it was `title` before.
    pub(super) fn over(&self, title: Title) -> Result<Title, Problem> {
        let title = Title {
            names: self.names.over_texts(title.names),
            overview: self.overview.over_texts(title.overview),
            tagline: self.tagline.over_texts(title.tagline),
            status: self.status.over(title.status),
            studios: self.studios.over(title.studios),
            tags: self.tags.over(title.tags),
            scores: self.scores.over_entries(title.scores, |it| &it.source),
            extras: self.extras.over(&title.extras),
            ..title
        };
        for (field, what, number, most) in [
            ("names", "languages", title.names.len(), MAX_LANGUAGES),
            ("overview", "languages", title.overview.len(), MAX_LANGUAGES),
            ("tagline", "languages", title.tagline.len(), MAX_LANGUAGES),
            ("scores", "sources", title.scores.len(), MAX_SCORES),
            ("extras", "videos", title.extras.len(), MAX_EXTRAS),
        ] {
            if number > most {
                let reason =
                    format!("has {number} {what} with those that are stored, more than {most}");
                return Err(Problem::new(field, reason));
            }
        }
        Ok(title)
    }
}

/// The fields of these in which two titles differ, as files call them.
pub(super) fn about_changes(old: &Title, new: &Title) -> Vec<&'static str> {
    let differ =
        |are_trailers| !of_list(&old.extras, are_trailers).eq(of_list(&new.extras, are_trailers));
    names_of([
        ("names", new.names != old.names),
        ("overview", new.overview != old.overview),
        ("tagline", new.tagline != old.tagline),
        ("status", new.status != old.status),
        ("studios", new.studios != old.studios),
        ("tags", new.tags != old.tags),
        ("scores", new.scores != old.scores),
        ("trailers", differ(true)),
        ("extras", differ(false)),
    ])
}

/// Reads all of it, of a title with this name.
pub(super) fn read_about(
    fields: &mut Fields,
    kind: TitleKind,
    name: &str,
) -> Result<AboutRecord, Problem> {
    Ok(AboutRecord {
        names: read_names(fields, name)?,
        overview: read_texts(fields, "overview", MAX_OVERVIEW)?,
        tagline: read_texts(fields, "tagline", MAX_TAGLINE)?,
        status: match kind {
            TitleKind::Series => read_status(fields)?,
            TitleKind::Film => Said::Nothing,
        },
        studios: read_words(fields, "studios", MAX_STUDIOS, MAX_NAME)?,
        tags: read_words(fields, "tags", MAX_TAGS, MAX_TAG)?,
        scores: read_scores(fields)?,
        extras: read_extras(fields)?,
    })
}

/// Names by language. In the language of the site it is `title`.
fn read_names(fields: &mut Fields, own: &str) -> Result<Said<Translated>, Problem> {
    let mut names = read_texts(fields, "names", MAX_NAME)?;
    if let Said::Value(names) = &mut names
        && let Some(Some(name)) = names.remove(&SITE_LANGUAGE)
        && &*name != own
    {
        fields.warn_of(
            format!("names.{SITE_LANGUAGE}"),
            name,
            "is not the title, which is the name in the site's language; left out",
        );
    }
    Ok(names)
}

fn read_status(fields: &mut Fields) -> Result<Said<SeriesStatus>, Problem> {
    let text = match fields.known_text("status", MAX_STATUS)? {
        Said::Nothing => return Ok(Said::Nothing),
        Said::Cleared => return Ok(Said::Cleared),
        Said::Value(text) => text,
    };
    SeriesStatus::spelled(&text)
        .map(Said::Value)
        .ok_or_else(|| {
            let shown = shown(&Value::from(text.as_str()));
            let reason = format!("is {shown}, not announced, returning, ended or cancelled");
            Problem::new("status", reason)
        })
}

/// A list of names, of those that differ in their case the first.
fn read_words(
    fields: &mut Fields,
    name: &'static str,
    most: usize,
    longest: usize,
) -> Result<Said<Vec<String>>, Problem> {
    let mut seen = HashSet::new();
    fields.entries(name, most, |fields, value| {
        let word = checked_text(name, value, longest)?;
        if word.is_empty() {
            return Ok(None);
        }
        if is_placeholder(&word) {
            fields.warn_of(name, word, UNKNOWN);
            return Ok(None);
        }
        Ok(seen.insert(word.to_lowercase()).then_some(word))
    })
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use serde_json::json;

    use super::*;
    use crate::domain::catalog::{Text, Texts};
    use crate::domain::loading::records::{Record, TitleRecord};

    /// A record of a title with these fields besides, and the fields that were warned of or are not known.
    fn read(mut record: Value) -> Result<(TitleRecord, Vec<String>), Problem> {
        record["slug"] = json!("heat-1995");
        record["title"] = json!("Heat");
        match Record::read(record, 2026) {
            Ok((Record::Title(title), unknown, warnings)) => {
                let warned = warnings.into_iter().map(|warning| warning.field);
                Ok((*title, unknown.into_iter().chain(warned).collect()))
            }
            Ok(other) => panic!("{other:?}"),
            Err((problem, _)) => Err(problem),
        }
    }

    fn title(record: Value) -> Title {
        let (record, noticed) = read(record).unwrap();
        assert_eq!(noticed, [""; 0]);
        record.new_title(DateTime::UNIX_EPOCH).unwrap()
    }

    fn texts(texts: &Texts) -> Vec<(&str, &str)> {
        let texts = texts.iter();
        texts
            .map(|Text { language, text }| (language.as_str(), &**text))
            .collect()
    }

    #[test]
    fn a_title_is_told_of_in_languages() {
        let title = title(json!({
            "names": { "de": "Hitze", "en": "Heat" },
            "overview": "A thief.",
            "tagline": { "de": "Hart.", "en": "Hard." },
        }));

        assert_eq!(texts(&title.names), [("de", "Hitze")]);
        assert_eq!(texts(&title.overview), [("en", "A thief.")]);
        assert_eq!(texts(&title.tagline), [("de", "Hart."), ("en", "Hard.")]);
        let (_, noticed) = read(json!({ "names": { "en": "Hot" } })).unwrap();
        assert_eq!(noticed, ["names.en"]);
        for (field, longest) in [("overview", 4_000), ("tagline", 500)] {
            let mut record = json!({});
            record[field] = json!("x".repeat(longest));
            assert!(read(record.clone()).is_ok(), "{field}");
            record[field] = json!("x".repeat(longest + 1));
            assert_eq!(read(record).unwrap_err().field, field);
        }
    }

    #[test]
    fn a_series_has_a_status_and_a_film_has_none() {
        let of = |status: &str| read(json!({ "kind": "series", "status": status }));
        for (status, expected) in [
            ("Returning Series", SeriesStatus::Returning),
            ("Continuing", SeriesStatus::Returning),
            ("Running", SeriesStatus::Returning),
            ("ENDED", SeriesStatus::Ended),
            ("Canceled", SeriesStatus::Cancelled),
            ("cancelled", SeriesStatus::Cancelled),
            ("In Production", SeriesStatus::Announced),
            ("Planned", SeriesStatus::Announced),
            ("Unreleased", SeriesStatus::Announced),
        ] {
            let (record, noticed) = of(status).unwrap();
            assert_eq!(record.about.status, Said::Value(expected), "{status}");
            assert_eq!(noticed, [""; 0]);
        }
        let (record, noticed) = of("To Be Determined").unwrap();
        assert_eq!((record.about.status, noticed.len()), (Said::Nothing, 1));
        let problem = of("on fire").unwrap_err();
        assert_eq!(problem.field, "status");
        assert!(problem.reason.starts_with("is \"on fire\", not announced"));
        let (film, noticed) = read(json!({ "kind": "film", "status": "Released" })).unwrap();
        assert_eq!(film.about.status, Said::Nothing);
        assert_eq!(noticed, ["status"]);
        // Of a title whose kind is not told nothing but that there is none.
        let (either, _) = read(json!({ "status": null })).unwrap();
        assert_eq!(either.about.status, Said::Cleared);
    }

    #[test]
    fn words_are_there_once_whatever_their_case() {
        let title = title(json!({
            "studios": ["Warner Bros.", "warner bros.", "", "Regency"],
            "tags": ["Heist", "heist", "L.A."],
        }));

        assert_eq!(title.studios, ["Warner Bros.", "Regency"]);
        assert_eq!(title.tags, ["Heist", "L.A."]);
        for (record, field, reason) in [
            (json!({ "tags": "heist" }), "tags", "not a list"),
            (json!({ "tags": [7] }), "tags", "not a text"),
            (json!({ "tags": ["x".repeat(61)] }), "tags", "more than 60"),
            (json!({ "tags": vec!["x"; 101] }), "tags", "more than 100"),
            (
                json!({ "studios": vec!["x"; 51] }),
                "studios",
                "more than 50",
            ),
        ] {
            let problem = read(record).unwrap_err();
            assert_eq!(problem.field, field);
            assert!(problem.reason.contains(reason), "{}", problem.reason);
        }
    }

    #[test]
    fn what_is_stored_counts_for_the_bounds() {
        let scores = |from: usize| {
            let scores = (from..from + 15).map(|n| (format!("s{n}"), json!("1/2")));
            let scores: serde_json::Map<String, Value> = scores.collect();
            json!({ "scores": scores })
        };
        let (first, _) = read(scores(0)).unwrap();
        let (second, _) = read(scores(15)).unwrap();
        let stored = first.new_title(DateTime::UNIX_EPOCH).unwrap();

        let problem = second.about.over(stored.clone()).unwrap_err();

        assert_eq!(problem.field, "scores");
        assert!(problem.reason.starts_with("has 30 sources"));
        let same = first.about.over(stored.clone()).unwrap();
        assert_eq!(about_changes(&stored, &same), [""; 0]);
        let (other, _) =
            read(json!({ "tags": ["a"], "trailers": ["https://vimeo.com/1"] })).unwrap();
        let other = other.about.over(stored.clone()).unwrap();
        assert_eq!(about_changes(&stored, &other), ["tags", "trailers"]);
    }
}

//! How a title is rated elsewhere, as a record has it.

use serde_json::Value;

use super::fields::{Fields, UNKNOWN, is_placeholder, shown};
use super::problem::Problem;
use super::said::{Entries, Said};
use crate::domain::catalog::{RatingScore, most_of_source, score_source};

/// How many sources may rate a title.
pub(super) const MAX_SCORES: usize = 20;
/// The longest key of a source, in characters.
const MAX_SOURCE: usize = 40;
/// The greatest best score.
const MAX_SCALE: f64 = 1000.0;
/// As many as an `Int` of GraphQL can be.
const MAX_VOTES: i64 = 2_147_483_647;

/// Reads `scores`, also called `ratings`: what each source gives, by the source. The scale of a source that we know need
/// not be said.
pub(super) fn read_scores(fields: &mut Fields) -> Result<Said<Entries<RatingScore>>, Problem> {
    let (scores, ratings) = (fields.object("scores")?, fields.object("ratings")?);
    let (name, said) = match (scores, ratings) {
        (said, Said::Nothing) => ("scores", said),
        (Said::Nothing, said) => ("ratings", said),
        _ => {
            let reason = "is given beside scores, which is another name of it";
            return Err(Problem::new("ratings", reason));
        }
    };
    let sources = match said {
        Said::Nothing => return Ok(Said::Nothing),
        Said::Cleared => return Ok(Said::Cleared),
        Said::Value(sources) if sources.len() > MAX_SCORES => {
            let reason = format!("has {} sources, more than {MAX_SCORES}", sources.len());
            return Err(Problem::new(name, reason));
        }
        Said::Value(sources) => sources,
    };
    let mut scores: Entries<RatingScore> = Entries::new();
    for (written, value) in sources {
        let field = format!("{name}.{written}");
        let source = score_source(&written);
        if source.is_empty() || source.chars().count() > MAX_SOURCE {
            let reason = format!("is no name of a source: 1 to {MAX_SOURCE} letters and digits");
            return Err(Problem::new(field, reason));
        }
        let score = match value {
            Value::Null => None,
            value => match read_score(fields, &field, &source, value)? {
                Some(score) => Some(score),
                None => continue,
            },
        };
        match (scores.get(&source).and_then(Option::as_ref), &score) {
            (Some(before), Some(score)) if before != score => {
                let reason = format!("is another score than {source} has already");
                return Err(Problem::new(field, reason));
            }
            (Some(_), _) => {}
            (None, _) => drop(scores.insert(source, score)),
        }
    }
    Ok(Said::Value(scores))
}

/// A number, a text such as `8.3/10` or `87%`, or an object that says its scale and how many voted.
fn read_score(
    fields: &mut Fields,
    field: &str,
    source: &str,
    value: Value,
) -> Result<Option<RatingScore>, Problem> {
    let (told, max, votes) = match value {
        Value::Object(map) => {
            let mut object = Fields::new(map);
            let (told, max) = (object.take("value"), object.take("max"));
            let votes = object.integer("votes", 0..=MAX_VOTES).map_err(|problem| {
                Problem::new(format!("{field}.{}", problem.field), problem.reason)
            })?;
            fields.absorb(field, object, "is not a field of a score; ignored");
            let told = told.ok_or_else(|| Problem::new(field, "has no value"))?;
            (told, max, votes)
        }
        value => (value, None, Said::Nothing),
    };
    if let Some(text) = told.as_str() {
        if text.trim().is_empty() {
            return Ok(None);
        }
        if is_placeholder(text) {
            fields.warn_of(field, text, UNKNOWN);
            return Ok(None);
        }
    }
    let (value, of) = number(&told).ok_or_else(|| {
        let reason = format!("is {}, not a score such as 8.3 or 87%", shown(&told));
        Problem::new(field, reason)
    })?;
    let max = match max {
        None => of.or_else(|| most_of_source(source)),
        Some(max) => {
            let number = max.as_f64();
            Some(number.ok_or_else(|| {
                let reason = format!("is {}, not a number", shown(&max));
                Problem::new(format!("{field}.max"), reason)
            })?)
        }
    };
    let Some(max) = max else {
        let reason = format!(
            "is {}, and we do not know the scale of {source}: name the best score as “max”",
            shown(&told)
        );
        return Err(Problem::new(field, reason));
    };
    if !(max > 0.0 && max <= MAX_SCALE) {
        let reason = format!("is {max} at best, which is not above 0 and at most {MAX_SCALE}");
        return Err(Problem::new(field, reason));
    }
    if !(0.0..=max).contains(&value) {
        let reason = format!("is {value}, not from 0 to {max}");
        return Err(Problem::new(field, reason));
    }
    let votes = votes
        .value()
        .map(|votes| u64::try_from(*votes).unwrap_or_default());
    if value <= 0.0 && votes == Some(0) {
        fields.warn(field, "is 0 because nobody voted; taken for nothing");
        return Ok(None);
    }
    if most_of_source(source).is_none() {
        fields.warn_of(field, source, "is not a source that we know; kept as it is");
    }
    Ok(Some(RatingScore {
        source: source.to_owned(),
        value,
        max,
        votes,
    }))
}

/// The number that is told, and the scale if it is told with it. In a cell of a table a number is a text.
fn number(told: &Value) -> Option<(f64, Option<f64>)> {
    let parse = |text: &str| {
        let number: Option<f64> = text.trim().parse().ok();
        number.filter(|number| number.is_finite())
    };
    let text = match told {
        Value::Number(number) => return Some((number.as_f64()?, None)),
        Value::String(text) => text.trim(),
        _ => return None,
    };
    if let Some(share) = text.strip_suffix('%') {
        return Some((parse(share)?, Some(100.0)));
    }
    match text.split_once('/') {
        Some((value, of)) => Some((parse(value)?, Some(parse(of)?))),
        None => Some((parse(text)?, None)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read_of(record: Value) -> (Result<Said<Entries<RatingScore>>, Problem>, Vec<String>) {
        let Value::Object(map) = record else {
            unreachable!("it is an object");
        };
        let mut fields = Fields::new(map);
        let read = read_scores(&mut fields);
        let warnings = fields.finish().1.into_iter();
        (read, warnings.map(|it| it.reason.to_owned()).collect())
    }

    fn score(source: &str, value: f64, max: f64, votes: Option<u64>) -> RatingScore {
        RatingScore {
            source: source.to_owned(),
            value,
            max,
            votes,
        }
    }

    #[test]
    fn scores_are_read_as_sources_write_them() {
        let (read, warnings) = read_of(json!({ "scores": {
            "imdb": { "value": 8.3, "votes": 700_000 },
            "Rotten Tomatoes": "87%",
            "metascore": "76/100",
            "TMDB": 7,
            "letterboxd": { "value": "4.2" },
            "moviepilot": { "value": 8, "max": 10 },
            "trakt": { "value": 0, "votes": 0 },
            "douban": null,
            "csfd": "N/A",
        } }));

        let expected = [
            score("imdb", 8.3, 10.0, Some(700_000)),
            score("rottentomatoes", 87.0, 100.0, None),
            score("metacritic", 76.0, 100.0, None),
            score("tmdb", 7.0, 10.0, None),
            score("letterboxd", 4.2, 5.0, None),
            score("moviepilot", 8.0, 10.0, None),
        ];
        let expected = expected.into_iter();
        let expected = expected.map(|it| (it.source.clone(), Some(it)));
        let mut expected: Entries<RatingScore> = expected.collect();
        expected.insert("douban".to_owned(), None);
        assert_eq!(read, Ok(Said::Value(expected)));
        assert_eq!(warnings.len(), 3, "{warnings:?}");
        let said = read_of(json!({ "ratings": { "imdb": 8 } })).0;
        let imdb = Entries::from([("imdb".to_owned(), Some(score("imdb", 8.0, 10.0, None)))]);
        assert_eq!(said, Ok(Said::Value(imdb)));
        assert_eq!(read_of(json!({ "scores": null })).0, Ok(Said::Cleared));
        assert_eq!(read_of(json!({})).0, Ok(Said::Nothing));
    }

    #[test]
    fn what_is_no_score_is_refused_by_its_field() {
        for (record, field, reason) in [
            (json!({ "scores": 8 }), "scores", "not an object"),
            (
                json!({ "scores": { "imdb": 11 } }),
                "scores.imdb",
                "is 11, not from 0 to 10",
            ),
            (
                json!({ "scores": { "imdb": -1 } }),
                "scores.imdb",
                "not from 0 to 10",
            ),
            (
                json!({ "scores": { "imdb": "good" } }),
                "scores.imdb",
                "not a score",
            ),
            (
                json!({ "scores": { "imdb": true } }),
                "scores.imdb",
                "not a score",
            ),
            (
                json!({ "scores": { "imdb": "8/0" } }),
                "scores.imdb",
                "not above 0",
            ),
            (
                json!({ "scores": { "imdb": "inf" } }),
                "scores.imdb",
                "not a score",
            ),
            (
                json!({ "scores": { "imdb": {} } }),
                "scores.imdb",
                "has no value",
            ),
            (
                json!({ "scores": { "other": 8 } }),
                "scores.other",
                "name the best score",
            ),
            (
                json!({ "scores": { "!": 8 } }),
                "scores.!",
                "no name of a source",
            ),
            (
                json!({ "scores": { "imdb": { "value": 8, "max": "10" } } }),
                "scores.imdb.max",
                "is \"10\", not a number",
            ),
            (
                json!({ "scores": { "imdb": { "value": 8, "votes": -1 } } }),
                "scores.imdb.votes",
                "not from 0",
            ),
            (
                json!({ "scores": { "IMDb": 7, "imdb": 8 } }),
                "scores.imdb",
                "than imdb has already",
            ),
            (
                json!({ "scores": { "imdb": 8 }, "ratings": { "imdb": 8 } }),
                "ratings",
                "is given beside scores",
            ),
        ] {
            let problem = read_of(record.clone()).0.unwrap_err();
            assert_eq!(problem.field, field, "{record}");
            assert!(problem.reason.contains(reason), "{}", problem.reason);
        }
        let many = (0..=MAX_SCORES).map(|n| (format!("s{n}"), json!("1/2")));
        let many: Value = Value::Object(many.collect());
        let problem = read_of(json!({ "scores": many })).0.unwrap_err();
        assert!(problem.reason.contains("more than 20"), "{problem:?}");
    }
}

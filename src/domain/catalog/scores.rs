//! How titles are rated elsewhere.

use serde::{Deserialize, Serialize};

use crate::domain::text;

/// How a title is rated by one source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RatingScore {
    /// Who rates it: `imdb`, `metacritic`, …
    pub source: String,
    /// How it is rated, from 0 to `max`.
    pub value: f64,
    /// The best that it could be rated.
    pub max: f64,
    /// How many have rated it, if that is known.
    pub votes: Option<u64>,
}

/// Sources, the best that each gives, and what else they are called.
const SOURCES: &[(&str, f64, &[&str])] = &[
    ("allocine", 5.0, &[]),
    ("anilist", 100.0, &[]),
    ("csfd", 100.0, &[]),
    ("douban", 10.0, &[]),
    ("filmaffinity", 10.0, &[]),
    ("imdb", 10.0, &["internetmoviedatabase"]),
    ("kinopoisk", 10.0, &[]),
    ("letterboxd", 5.0, &[]),
    ("metacritic", 100.0, &["metascore"]),
    ("myanimelist", 10.0, &["mal"]),
    ("rottentomatoes", 100.0, &["tomatometer"]),
    ("senscritique", 10.0, &[]),
    ("tmdb", 10.0, &["themoviedb"]),
    ("trakt", 10.0, &[]),
    ("tvmaze", 10.0, &[]),
];

/// The key of a source, from what is written for it: `Rotten Tomatoes` and `rotten_tomatoes` are `rottentomatoes`. Empty if
/// it has no letter or digit.
pub fn score_source(written: &str) -> String {
    let mut key = text::fold(written);
    key.retain(char::is_alphanumeric);
    let known = SOURCES
        .iter()
        .find(|(_, _, others)| others.contains(&key.as_str()));
    known.map_or(key, |(source, _, _)| (*source).to_owned())
}

/// The best that a source gives, if we know the source.
pub fn most_of_source(source: &str) -> Option<f64> {
    let known = SOURCES.iter().find(|(known, _, _)| *known == source);
    known.map(|(_, most, _)| *most)
}

//! The titles of `seed/`, as sets of traits.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// A film or a series.
pub(crate) struct Title {
    /// Its key in the files.
    pub(crate) slug: String,
    /// The day, counted from the first of 2023, from which it can be watched: that of the new year after its own.
    pub(crate) since_day: u32,
    /// What tastes go by: genres (`Crime`), directors and creators (`by Michael Mann`), cast (`with Al Pacino`), the
    /// main language (`in es`) or that it is `not in English`, countries (`from KR`), decade (`1970s`), `series`, and
    /// the slug.
    pub(crate) traits: BTreeSet<String>,
    /// Season and number of each episode in order, without specials; empty for a film.
    pub(crate) episodes: Vec<(u32, u32)>,
}

/// Everything there is to watch, films first, in the order of the files.
pub(crate) struct Catalogue {
    pub(crate) titles: Vec<Title>,
}

#[derive(Deserialize)]
struct TitleRecord {
    slug: String,
    year: u32,
    genres: Vec<String>,
    #[serde(default)]
    directors: Vec<String>,
    #[serde(default)]
    creators: Vec<String>,
    cast: Vec<String>,
    countries: Vec<String>,
    languages: Vec<String>,
}

#[derive(Deserialize)]
struct EpisodeRecord {
    series: String,
    season: u32,
    episode: u32,
}

impl Catalogue {
    /// Reads `films.ndjson`, `series.ndjson` and `episodes.ndjson`.
    pub(crate) fn read(folder: &Path) -> Result<Self> {
        let mut episodes = BTreeMap::<String, BTreeSet<(u32, u32)>>::new();
        for record in records::<EpisodeRecord>(&folder.join("episodes.ndjson"))? {
            if record.season > 0 {
                let of_series = episodes.entry(record.series).or_default();
                of_series.insert((record.season, record.episode));
            }
        }
        let mut titles = Vec::new();
        for film in records::<TitleRecord>(&folder.join("films.ndjson"))? {
            titles.push(film.title(Vec::new()));
        }
        for series in records::<TitleRecord>(&folder.join("series.ndjson"))? {
            let of_series = episodes.remove(&series.slug).unwrap_or_default();
            let mut title = series.title(of_series.into_iter().collect());
            title.traits.insert("series".to_owned());
            titles.push(title);
        }
        Ok(Self { titles })
    }
}

impl TitleRecord {
    fn title(self, episodes: Vec<(u32, u32)>) -> Title {
        let mut traits = BTreeSet::from([self.slug.clone(), format!("{}s", self.year / 10 * 10)]);
        let makers = self.directors.iter().chain(&self.creators);
        traits.extend(makers.map(|name| format!("by {name}")));
        traits.extend(self.cast.iter().map(|name| format!("with {name}")));
        traits.extend(self.countries.iter().map(|code| format!("from {code}")));
        traits.extend(self.languages.first().map(|code| format!("in {code}")));
        if !self.languages.iter().any(|code| code == "en") {
            traits.insert("not in English".to_owned());
        }
        traits.extend(self.genres);
        Title {
            slug: self.slug,
            since_day: self.year.saturating_sub(2022) * 365,
            traits,
            episodes,
        }
    }
}

/// The records of a file, one a line.
fn records<T: DeserializeOwned>(file: &Path) -> Result<Vec<T>> {
    let text =
        fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let lines = text.lines().enumerate();
    lines
        .map(|(index, line)| {
            serde_json::from_str(line)
                .with_context(|| format!("{}, line {}", file.display(), index + 1))
        })
        .collect()
}

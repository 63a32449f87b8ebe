//! Names that have series, season and episode in one text, as Netflix and Prime Video write them.
//!
//! Films have colons, too, so a name without a season is left as it is, with what else it may be as alternatives.

use super::entry::{ImportedIds, ImportedItem};
use super::values;
use crate::domain::text;

/// What a season is called, folded: before or after its number.
const SEASONS: [&str; 18] = [
    "season",
    "series",
    "staffel",
    "saison",
    "temporada",
    "stagione",
    "seizoen",
    "sezon",
    "sezona",
    "sasong",
    "saeson",
    "sesong",
    "kausi",
    "evad",
    "serie",
    "сезон",
    "sesonki",
    "seria",
];
/// What parts of a series are called that may be parts of a film as well.
const PARTS: [&str; 15] = [
    "part",
    "parte",
    "partie",
    "teil",
    "volume",
    "volumen",
    "vol",
    "book",
    "buch",
    "chapter",
    "kapitel",
    "collection",
    "libro",
    "livre",
    "cour",
];
/// What a series of one season is called instead of it, folded.
const LIMITED: [&str; 13] = [
    "limited series",
    "miniseries",
    "mini series",
    "miniserie",
    "mini serie",
    "serie limitee",
    "serie limitada",
    "minisarja",
    "miniserien",
    "serie limitata",
    "limitierte serie",
    "minisserie",
    "beperkte serie",
];
/// What an episode is called, folded, before its number.
const EPISODES: [&str; 14] = [
    "episode",
    "folge",
    "episodio",
    "capitulo",
    "aflevering",
    "odcinek",
    "avsnitt",
    "afsnit",
    "jakso",
    "bolum",
    "серия",
    "ep",
    "chapter",
    "kapitel",
];
/// How many readings a name is given.
const MOST: usize = 4;
/// The longest name that is divided, in bytes; no series is called so.
const LONGEST: usize = 300;

/// A season that a part of a name is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Season {
    pub(super) number: u32,
    /// Whether nothing else is called so; films have parts and volumes.
    pub(super) is_sure: bool,
}

/// The season that this part of a name is, if it is one: `Season 2`, `2. Staffel`, `Limited Series`.
pub(super) fn season(part: &str) -> Option<Season> {
    let words = text::words(part);
    if LIMITED.contains(&words.join(" ").as_str()) {
        return Some(Season {
            number: 1,
            is_sure: true,
        });
    }
    let [first, second] = words.as_slice() else {
        return None;
    };
    let (word, number) = match (first.parse::<u32>(), second.parse::<u32>()) {
        (_, Ok(number)) => (first, number),
        (Ok(number), _) => (second, number),
        _ => return None,
    };
    let is_sure = SEASONS.contains(&word.as_str());
    let is_known = is_sure || PARTS.contains(&word.as_str());
    (is_known && number <= 1_000).then_some(Season { number, is_sure })
}

/// The number that a name of an episode has at its beginning: `Episode 4`, `Folge 4: …`.
pub(super) fn episode_number(name: &str) -> Option<u32> {
    let head = name.split([':', '-', '–']).next().unwrap_or_default();
    let words = text::words(head);
    let [word, number] = words.as_slice() else {
        return None;
    };
    let number = number.parse::<u32>().ok();
    let number = number.filter(|number| *number <= 10_000)?;
    EPISODES.contains(&word.as_str()).then_some(number)
}

/// An episode that is known by names alone.
pub(super) fn episode(series: &str, season: Option<u32>, name: &str) -> ImportedItem {
    ImportedItem::Episode {
        series: series.to_owned(),
        series_year: None,
        series_ids: ImportedIds::default(),
        season,
        number: episode_number(name),
        name: (!name.is_empty()).then(|| name.to_owned()),
        ids: ImportedIds::default(),
    }
}

/// A film that is known by its name alone, which may have its year in brackets at its end.
pub(super) fn film(name: &str) -> ImportedItem {
    let (name, year) = without_year(name);
    ImportedItem::Film {
        name,
        original_name: None,
        year,
        ids: ImportedIds::default(),
    }
}

/// What a name means that may have a series, a season and an episode in it, divided by colons; the likeliest, and what
/// else it may be.
pub(super) fn split(name: &str) -> (ImportedItem, Vec<ImportedItem>) {
    let whole = || ImportedItem::Unknown {
        name: name.to_owned(),
        year: None,
    };
    if name.len() > LONGEST {
        return (whole(), Vec::new());
    }
    let parts: Vec<&str> = name.split(':').map(str::trim).collect();
    let join = |parts: &[&str]| parts.join(": ");
    let mut seasons: Vec<(Season, ImportedItem)> = (1..parts.len().saturating_sub(1))
        .filter_map(|place| {
            let season = season(parts[place])?;
            let (series, name) = (join(&parts[..place]), join(&parts[place + 1..]));
            let is_named = !series.is_empty() && !name.is_empty();
            is_named.then(|| (season, episode(&series, Some(season.number), &name)))
        })
        .take(MOST)
        .collect();
    // What can only be a season stands before what may be a part of a film.
    seasons.sort_by_key(|(season, _)| !season.is_sure);
    let is_sure = seasons.first().is_some_and(|(season, _)| season.is_sure);
    let mut readings: Vec<ImportedItem> = seasons.into_iter().map(|(_, item)| item).collect();
    if readings.is_empty() {
        readings.push(whole());
        let places = 1..parts.len();
        readings.extend(
            places
                .map(|place| (join(&parts[..place]), join(&parts[place..])))
                .filter(|(series, name)| !series.is_empty() && !name.is_empty())
                .take(MOST)
                .map(|(series, name)| episode(&series, None, &name)),
        );
    } else if !is_sure {
        readings.push(whole());
    }
    readings.truncate(MOST);
    let likeliest = readings.remove(0);
    (likeliest, readings)
}

/// The name of a series without the season at its end, and the season: `Fleabag, Season 2`, `Fleabag - Staffel 2`.
pub(super) fn without_season(name: &str) -> (String, Option<u32>) {
    for mark in [", ", " - ", " – ", ": ", " ("] {
        if let Some((series, last)) = name.rsplit_once(mark)
            && let Some(found) = season(last)
            && found.is_sure
            && !series.trim().is_empty()
        {
            return (series.trim().to_owned(), Some(found.number));
        }
    }
    let words: Vec<&str> = name.split_whitespace().collect();
    if let [series @ .., word, number] = words.as_slice()
        && !series.is_empty()
        && let Some(found) = season(&format!("{word} {number}"))
        && found.is_sure
    {
        return (series.join(" "), Some(found.number));
    }
    (name.to_owned(), None)
}

/// The name of a film without the year in brackets at its end, and the year: `Heat (1995)`.
fn without_year(name: &str) -> (String, Option<i32>) {
    let bracket = name
        .strip_suffix(')')
        .and_then(|name| name.rsplit_once('('));
    let found = bracket.and_then(|(name, digits)| {
        let year = values::year(digits).filter(|_| digits.len() == 4)?;
        let name = name.trim();
        (!name.is_empty()).then(|| (name.to_owned(), Some(year)))
    });
    found.unwrap_or_else(|| (name.to_owned(), None))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unknown(name: &str) -> ImportedItem {
        ImportedItem::Unknown {
            name: name.to_owned(),
            year: None,
        }
    }

    #[test]
    fn a_season_divides_a_name() {
        for (name, expected) in [
            (
                "Dark: Season 2: Endings and Beginnings",
                episode("Dark", Some(2), "Endings and Beginnings"),
            ),
            (
                "Dark: Staffel 2: Folge 3",
                episode("Dark", Some(2), "Folge 3"),
            ),
            (
                "Star Trek: Discovery: Season 1: Context Is for Kings",
                episode("Star Trek: Discovery", Some(1), "Context Is for Kings"),
            ),
            (
                "Stranger Things: Season 4: Chapter One: The Hellfire Club",
                episode("Stranger Things", Some(4), "Chapter One: The Hellfire Club"),
            ),
            (
                "Unorthodox: Limited Series: Part 1",
                episode("Unorthodox", Some(1), "Part 1"),
            ),
        ] {
            assert_eq!(split(name), (expected, Vec::new()), "{name}");
        }
    }

    #[test]
    fn a_part_may_be_one_of_a_film() {
        let name = "Money Heist: Part 3: We're Back";

        assert_eq!(
            split(name),
            (
                episode("Money Heist", Some(3), "We're Back"),
                vec![unknown(name)]
            )
        );
    }

    #[test]
    fn a_name_with_a_colon_is_first_of_all_a_name() {
        assert_eq!(split("Heat"), (unknown("Heat"), Vec::new()));
        assert_eq!(
            split("Mission: Impossible: Fallout"),
            (
                unknown("Mission: Impossible: Fallout"),
                vec![
                    episode("Mission", None, "Impossible: Fallout"),
                    episode("Mission: Impossible", None, "Fallout"),
                ]
            )
        );
        let (likeliest, _) = split("Kill Bill: Vol. 2");
        assert_eq!(likeliest, unknown("Kill Bill: Vol. 2"));
    }

    #[test]
    fn a_season_at_the_end_is_taken_off() {
        for (name, series, season) in [
            (
                "Two and a Half Men, Season 11",
                "Two and a Half Men",
                Some(11),
            ),
            ("Fleabag - Staffel 2", "Fleabag", Some(2)),
            ("The Boys (2. Staffel)", "The Boys", Some(2)),
            ("The Boys Season 3", "The Boys", Some(3)),
            ("Dune: Part Two", "Dune: Part Two", None),
            ("Blade Runner 2049", "Blade Runner 2049", None),
            ("Season 2", "Season 2", None),
        ] {
            assert_eq!(without_season(name), (series.to_owned(), season), "{name}");
        }
    }

    #[test]
    fn a_year_in_brackets_is_taken_off() {
        assert_eq!(without_year("Heat (1995)"), ("Heat".to_owned(), Some(1995)));
        for name in ["(1995)", "Heat (director's cut)", "Heat", "1995)"] {
            assert_eq!(without_year(name), (name.to_owned(), None));
        }
    }

    #[test]
    fn episodes_have_numbers() {
        assert_eq!(episode_number("Episode 21: Dial 1-900-mix-a-lot"), Some(21));
        assert_eq!(episode_number("Folge 3"), Some(3));
        assert_eq!(episode_number("Épisode 4"), Some(4));
        assert_eq!(episode_number("Apollo 13"), None);
        assert_eq!(episode_number("Chapter One"), None);
    }
}

//! The numbers of seasons and episodes in names, as Kodi and Jellyfin read them.

use std::sync::LazyLock;

use chrono::NaiveDate;
use regex::{Captures, Regex};

use super::naming::pattern;

/// So many episodes are in one file at the most: what says more is no list of episodes.
const MOST: u32 = 50;

/// What the name of a file says of episodes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ReadEpisodes<'a> {
    /// What stands before the numbers: the series, or nothing.
    pub(super) before: &'a str,
    /// What stands behind them: the title, or words of a release.
    pub(super) behind: &'a str,
    pub(super) season: Option<u32>,
    /// Ascending, without a number twice.
    pub(super) numbers: Vec<u32>,
    pub(super) absolute: Option<u32>,
    pub(super) date: Option<NaiveDate>,
}

static SEASON_EPISODE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)(?:^|[\s._\-\[(])s([0-9]{1,4})[\s._\-\[\]]*(?:x?ep?|episode)[\s._-]*([0-9]{1,4})")
});
/// Another episode behind: `E02`, `-E02`, `S01E02`. A hyphen says that those between are in the file, too.
static NEXT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^[\s._]*(?<span>-?)[\s._]*(?:s(?<season>[0-9]{1,4})[\s._]*)?x?ep?(?<number>[0-9]{1,4})",
    )
});
static CROSS: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)(?:^|[\s._\-\[(])([0-9]{1,2})x([0-9]{1,3})"));
static NEXT_CROSS: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)^(?:[\s._-]*(?<season>[0-9]{1,2}))?x(?<number>[0-9]{1,3})"));
static RANGE: LazyLock<Regex> = LazyLock::new(|| pattern(r"^-([0-9]{1,3})"));
static WORDS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:^|[\s._\-\[(])(?:season|series|saison|staffel|temporada|stagione|sezon|sezona|seizoen|säsong|sæson|sesong|kausi|сезон)[\s._-]*([0-9]{1,4})[\s._,-]*(?:episode|episodio|episódio|épisode|folge|aflevering|avsnitt|afsnit|odcinek|jakso|серия|ep|e)[\s._-]*([0-9]{1,4})",
    )
});
static EPISODE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:^|[\s._\-\[(])(?:episode|episodio|episódio|épisode|folge|aflevering|avsnitt|afsnit|odcinek|jakso|серия|ep|e)[\s._#-]*([0-9]{1,4})",
    )
});
static COUNTED: LazyLock<Regex> = LazyLock::new(|| pattern(r"第\s*([0-9]{1,4})\s*[話话集回]"));
static LEADING: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\s*([0-9]{1,4})"));
static HYPHEN: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"[\s._]-[\s._]+([0-9]{1,4})(?:v[0-9])?"));
static TRAILING: LazyLock<Regex> = LazyLock::new(|| pattern(r"[\s._]([0-9]{1,3})$"));
/// Season and episode as one number: `102`.
static TOGETHER: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?:^|[\s._-])([1-9])([0-9]{2})(?:$|[\s._-])"));
static SPECIAL: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)[\s._-]special$"));
static YEAR_FIRST: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"([0-9]{4})([-._ ])([0-9]{2})([-._ ])([0-9]{2})"));
static DAY_FIRST: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"([0-9]{2})([-._ ])([0-9]{2})([-._ ])([0-9]{4})"));
static SEASON_FOLDER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:(.*?)[\s._-]+)?(?:season|series|saison|staffel|temporada|stagione|sezon|sezona|seizoen|säsong|sæson|sesong|kausi|сезон)[\s._-]*([0-9]{1,4})(?:$|[\W_].*$)",
    )
});
static SHORT_SEASON: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)^(?:(.*?)[\s._-]+)?s([0-9]{1,2})(?:$|[\s._(\[-].*$)"));
static ORDINAL_SEASON: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^([0-9]{1,2})(?:st|nd|rd|th|\.|ª|e|ème)?[\s._-]*(?:season|saison|staffel|temporada|stagione|sezon|seizoen|säsong|sæson|sesong|kausi|сезон)$",
    )
});

/// `S01E02`, `1x02`, `Season 1 Episode 2`, and several of them.
pub(super) fn explicit(stem: &str) -> Option<ReadEpisodes<'_>> {
    season_episode(stem)
        .or_else(|| cross(stem))
        .or_else(|| of_words(stem))
}

fn season_episode(stem: &str) -> Option<ReadEpisodes<'_>> {
    with_others(stem, &SEASON_EPISODE.captures(stem)?, &NEXT)
}

fn cross(stem: &str) -> Option<ReadEpisodes<'_>> {
    let found = CROSS.captures_iter(stem).find(|found| {
        let end = found.get(0).map_or(0, |whole| whole.end());
        let next = stem[end..].chars().next();
        // `1x264` is how a picture is packed, behind the channels of its sound.
        let is_codec = matches!(&found[2], "264" | "265");
        // So wide and so high is a picture, and an episode is `16x09`.
        let is_shape = matches!((&found[1], &found[2]), ("16", "9"));
        !is_codec
            && !is_shape
            && next.is_none_or(|next| matches!(next, 'x' | 'X') || !next.is_alphanumeric())
    })?;
    with_others(stem, &found, &NEXT_CROSS)
}

/// The season and the first episode that were found, and the others that stand right behind: each is one that `another`
/// finds, or the end of a span.
fn with_others<'s>(
    stem: &'s str,
    found: &Captures<'_>,
    another: &Regex,
) -> Option<ReadEpisodes<'s>> {
    let (season, first) = (number(&found[1])?, number(&found[2])?);
    let whole = found.get(0)?;
    let mut numbers = vec![first];
    let mut end = whole.end();
    loop {
        let rest = &stem[end..];
        if let Some(next) = another.captures(rest) {
            let is_same = next
                .name("season")
                .is_none_or(|other| number(other.as_str()) == Some(season));
            let is_span = next.name("span").is_some_and(|span| !span.is_empty());
            let length = next.get(0)?.end();
            if is_same && add(&mut numbers, number(&next["number"])?, is_span) {
                end += length;
                continue;
            }
        }
        match range_end(rest, &mut numbers) {
            Some(length) => end += length,
            None => break,
        }
    }
    Some(read(stem, whole.start(), end, Some(season), numbers))
}

fn of_words(stem: &str) -> Option<ReadEpisodes<'_>> {
    let found = WORDS.captures(stem)?;
    let whole = found.get(0)?;
    let (season, first) = (number(&found[1])?, number(&found[2])?);
    let read = read(stem, whole.start(), whole.end(), Some(season), vec![first]);
    Some(read)
}

/// An episode whose season its folder says: `Folge 07`, `07 - Title`, `107`.
pub(super) fn in_season(stem: &str, season: u32) -> Option<ReadEpisodes<'_>> {
    for sort in [&EPISODE, &COUNTED, &LEADING, &HYPHEN, &TRAILING] {
        let Some(found) = sort.captures(stem) else {
            continue;
        };
        let (Some(whole), Some(value)) = (found.get(0), number(&found[1])) else {
            continue;
        };
        let next = stem[whole.end()..].chars().next();
        if next.is_some_and(char::is_alphanumeric) {
            continue;
        }
        // Season and episode as one number.
        let value = if season > 0 && value / 100 == season && value % 100 > 0 {
            value % 100
        } else {
            value
        };
        let season = Some(season);
        return Some(read(stem, whole.start(), whole.end(), season, vec![value]));
    }
    None
}

/// An episode that is named by its number in the whole series: `Name - 101`, `第101話`.
pub(super) fn absolute(stem: &str) -> Option<ReadEpisodes<'_>> {
    for sort in [&COUNTED, &HYPHEN, &EPISODE] {
        let Some(found) = sort.captures_iter(stem).last() else {
            continue;
        };
        let (Some(whole), Some(value)) = (found.get(0), number(&found[1])) else {
            continue;
        };
        let next = stem[whole.end()..].chars().next();
        if next.is_none_or(|next| matches!(next, ' ' | '.' | '_' | '[' | '(' | '-')) {
            let mut read = read(stem, whole.start(), whole.end(), None, Vec::new());
            read.absolute = Some(value);
            return Some(read);
        }
    }
    None
}

/// Season and episode as one number, or a special without any, as Kodi reads them within a series.
pub(super) fn within_series(stem: &str) -> Option<ReadEpisodes<'_>> {
    if let Some(found) = SPECIAL.find(stem) {
        return Some(read(stem, found.start(), found.end(), Some(0), Vec::new()));
    }
    let found = TOGETHER.captures(stem)?;
    let whole = found.get(0)?;
    let episode = number(&found[2]).filter(|episode| *episode > 0)?;
    let season = number(&found[1]);
    Some(read(
        stem,
        whole.start(),
        whole.end(),
        season,
        vec![episode],
    ))
}

/// An episode that is named by the day on which it was on the air.
pub(super) fn dated(stem: &str) -> Option<ReadEpisodes<'_>> {
    let of = |sort: &Regex, [year, month, day]: [usize; 3]| {
        let found = sort.captures(stem)?;
        let whole = found.get(0)?;
        let before = stem[..whole.start()].chars().next_back();
        let behind = stem[whole.end()..].chars().next();
        let is_digit = |c: char| c.is_ascii_digit();
        if found[2] != found[4] || before.is_some_and(is_digit) || behind.is_some_and(is_digit) {
            return None;
        }
        let year = found[year]
            .parse::<i32>()
            .ok()
            .filter(|year| *year >= 1900)?;
        let (month, day) = (number(&found[month])?, number(&found[day])?);
        let date = NaiveDate::from_ymd_opt(year, month, day)?;
        let mut read = read(stem, whole.start(), whole.end(), None, Vec::new());
        read.date = Some(date);
        Some(read)
    };
    of(&YEAR_FIRST, [1, 3, 5]).or_else(|| of(&DAY_FIRST, [5, 3, 1]))
}

/// The season that a folder is of, and what its name says of the series.
pub(super) fn season_of_folder(name: &str) -> Option<(u32, &str)> {
    let name = name.trim();
    if matches!(name.to_lowercase().as_str(), "specials" | "special") {
        return Some((0, ""));
    }
    for sort in [&SEASON_FOLDER, &SHORT_SEASON] {
        if let Some(found) = sort.captures(name) {
            let before = found.get(1).map_or("", |before| before.as_str());
            return Some((number(&found[2])?, before));
        }
    }
    let found = ORDINAL_SEASON.captures(name)?;
    Some((number(&found[1])?, ""))
}

fn read(
    stem: &str,
    start: usize,
    end: usize,
    season: Option<u32>,
    mut numbers: Vec<u32>,
) -> ReadEpisodes<'_> {
    numbers.sort_unstable();
    numbers.dedup();
    ReadEpisodes {
        before: &stem[..start],
        behind: &stem[end..],
        season,
        numbers,
        absolute: None,
        date: None,
    }
}

fn number(digits: &str) -> Option<u32> {
    digits.parse().ok()
}

/// Adds a number, or all up to it; false if it cannot be of the same file.
fn add(numbers: &mut Vec<u32>, next: u32, is_range: bool) -> bool {
    let last = numbers.last().copied().unwrap_or(0);
    let is_near = next > last && next - last <= MOST;
    let has_room = u32::try_from(numbers.len()).is_ok_and(|length| length < MOST);
    if !is_near || !has_room {
        return false;
    }
    if is_range {
        numbers.extend(last + 1..next);
    }
    numbers.push(next);
    true
}

/// The end of a span, as in `E03-05`: how long it is written, if it is one.
fn range_end(rest: &str, numbers: &mut Vec<u32>) -> Option<usize> {
    let found = RANGE.captures(rest)?;
    let end = found.get(0)?.end();
    let next = rest[end..].chars().next();
    if next.is_some_and(char::is_alphanumeric) {
        return None;
    }
    add(numbers, number(&found[1])?, true).then_some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_seasons_and_episodes_are_read() {
        for (stem, season, numbers) in [
            ("Breaking.Bad.S01E03.720p.HDTV.x264-GRP", 1, vec![3]),
            ("breaking bad 1x04", 1, vec![4]),
            ("Breaking Bad - s1e5", 1, vec![5]),
            ("Breaking Bad S02E01E02", 2, vec![1, 2]),
            ("Breaking Bad S02E03-05", 2, vec![3, 4, 5]),
            ("Breaking Bad S02E03-E05 - Title", 2, vec![3, 4, 5]),
            ("Breaking Bad S02E03-720p", 2, vec![3]),
            ("Breaking Bad - Season 2 Episode 6", 2, vec![6]),
            ("Breaking Bad - S00E01 - Minisode", 0, vec![1]),
            ("S01E01-S01E02", 1, vec![1, 2]),
            ("s01xe02", 1, vec![2]),
            ("1x07x08x09", 1, vec![7, 8, 9]),
            ("1x01.1x02", 1, vec![1, 2]),
            ("Show S2010E120", 2010, vec![120]),
            ("Show - S01 E02 - 10 Years", 1, vec![2]),
        ] {
            let found = explicit(stem).unwrap_or_else(|| panic!("{stem}"));
            assert_eq!(
                (found.season, found.numbers),
                (Some(season), numbers),
                "{stem}"
            );
        }
        for stem in [
            "Heat (1995)",
            "Film.2010.1920x1080",
            "Film.DDP5.1x264-GRP",
            "Girls2x",
            "Se7en",
        ] {
            assert_eq!(explicit(stem), None, "{stem}");
        }
    }

    #[test]
    fn what_stands_around_the_numbers_is_kept() {
        let found = explicit("Firefly - S01E02 - The Train Job").unwrap();

        assert_eq!(found.before, "Firefly -");
        assert_eq!(found.behind, " - The Train Job");
    }

    #[test]
    fn a_folder_says_the_season() {
        for (stem, season, expected) in [
            ("Folge 07", 2, Some(7)),
            ("07 - Title", 2, Some(7)),
            ("207", 2, Some(7)),
            ("Show - 05 [1080p]", 1, Some(5)),
            ("Show 12", 1, Some(12)),
            ("第3話", 1, Some(3)),
            ("Title", 1, None),
        ] {
            let found = in_season(stem, season).map(|found| found.numbers);
            assert_eq!(found, expected.map(|number| vec![number]), "{stem}");
        }
    }

    #[test]
    fn numbers_of_a_whole_series_and_days_are_read() {
        let absolute = |stem| absolute(stem).and_then(|found| found.absolute);
        assert_eq!(absolute("Naruto - 101"), Some(101));
        assert_eq!(absolute("[Group] Naruto - 101v2 [1080p]"), Some(101));
        assert_eq!(absolute("Naruto"), None);
        let within = |stem| within_series(stem).map(|found| (found.season, found.numbers));
        assert_eq!(within("Show 102"), Some((Some(1), vec![2])));
        assert_eq!(within("Show.Special"), Some((Some(0), vec![])));
        assert_eq!(within("Show 720p"), None);
        assert_eq!(within("Show 300"), None);
        let dated = |stem| dated(stem).and_then(|found| found.date);
        let day = NaiveDate::from_ymd_opt(2021, 3, 4);
        assert_eq!(dated("The Daily Thing 2021-03-04"), day);
        assert_eq!(dated("The.Daily.Thing.04.03.2021.720p"), day);
        assert_eq!(dated("2021-13-04"), None);
        assert_eq!(dated("Heat (1995)"), None);
    }

    #[test]
    fn folders_of_seasons_are_known() {
        for (name, expected) in [
            ("Season 01", Some((1, ""))),
            ("season 1 (2008)", Some((1, ""))),
            ("Staffel 02", Some((2, ""))),
            ("S03", Some((3, ""))),
            ("Specials", Some((0, ""))),
            ("Season 00", Some((0, ""))),
            ("2nd Season", Some((2, ""))),
            ("Breaking Bad Season 4", Some((4, "Breaking Bad"))),
            ("Breaking.Bad.S01.1080p", Some((1, "Breaking.Bad"))),
            ("Heat (1995)", None),
            ("Extras", None),
            ("Seasons", None),
        ] {
            assert_eq!(season_of_folder(name), expected, "{name}");
        }
    }
}

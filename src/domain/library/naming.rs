//! The name, the year and the ids in what a file or folder is called, without what releases add to it.
//!
//! A year in brackets is believed first, then the last number behind a name that can be one. What follows the year, or the
//! first word that only releases use, is no name any more.

use std::sync::LazyLock;

use regex::Regex;

use super::guess::Named;
use crate::domain::catalog::ExternalId;
use crate::domain::loading::{identifies, is_zero, normal_id};
use crate::domain::text;

/// The first year of which there are films.
const FIRST_YEAR: i32 = 1888;

/// What the name of a file or folder says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ReadName {
    pub(super) named: Named,
    pub(super) year: YearIn,
    /// What stands behind name and year, without ids.
    pub(super) rest: String,
    /// What an `{edition-…}` says.
    pub(super) edition: Option<String>,
}

/// Where the year of a name was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum YearIn {
    Brackets,
    /// A number among the words, which may be one of the name.
    Words,
    Nowhere,
}

/// Compiles a pattern that stands in the sources.
pub(super) fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is one")
}

static IDS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)[\[{(]\s*(imdb|tmdb|tvdb|wikidata)(?:id)?\s*[-=:]\s*([a-z0-9]{1,20})\s*[\]})]|\[(tt[0-9]{7,10})\]",
    )
});
static EDITION: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\{edition-([^{}]{1,100})\}"));
static YEAR: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"[(\[（【]\s*([0-9]{4})(?:\s*[-–]\s*(?:[0-9]{4})?)?\s*[)\]）】]"));
static NUMBER: LazyLock<Regex> = LazyLock::new(|| pattern(r"[0-9]+"));
static WORD: LazyLock<Regex> = LazyLock::new(|| pattern(r"[^\s._()\[\]{}+,]+"));
static BRACKETS: LazyLock<Regex> = LazyLock::new(|| pattern(r"\[[^\[\]]*\]"));
static ARTICLE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)^(.+), (the|an?|le|la|les|l'|der|die|das|el|los|las|il|lo|gli|de|het|den|det)$")
});
/// Words that nothing but releases use.
static RELEASE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:[0-9]{3,4}[pi]|blu-?ray|b[dr]rip|bdremux|dvd-?rip|dvdscr|dvd[59r]|web-?dl|web-?rip|hdtv|hdtvrip|hdrip|hdcam|pdtv|[xh]26[45]|hevc|xvid|divx|remux|hdr10\+?|ddp?5|dts|dts-hd|truehd|e?ac-?3|aac|10-?bit|8-?bit|h-?sbs|f-?sbs|h-?tab|f-?tab)$",
    )
});
/// Words that releases use, but names as well: they count before one that only releases use.
static ALSO_RELEASE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:4k|8k|uhd|hdr|dv|imax|3d|mvc|proper|repack|extended|unrated|uncut|remastered|limited|internal|multi|dual|french|truefrench|vostfr|vff|german|english|italian|spanish|nordic|dubbed|subbed|web|dvd|avc|complete)$",
    )
});

/// Reads a name, without the ending of a file. A year is at most the one after `this_year`.
pub(super) fn read_name(name: &str, this_year: i32) -> ReadName {
    let name = text::tidy(&text::compose(name));
    let (name, external_ids) = take_ids(&name);
    let edition = EDITION
        .captures(&name)
        .map(|found| found[1].trim().to_owned());
    let name = spaced(EDITION.replace_all(&name, " ").trim());
    let is_year = |year: &i32| (FIRST_YEAR..=this_year.saturating_add(1)).contains(year);
    // The first word is part of the name, whatever it is.
    let cut = release_start(&name, 1);

    let bracketed = YEAR.captures_iter(&name).filter_map(|found| {
        let year: i32 = found[1].parse().ok().filter(is_year)?;
        Some((found.get(0)?.range(), year))
    });
    let (title, rest, year, year_in) = if let Some((range, year)) = bracketed.last() {
        let before = &name[..range.start.min(cut.unwrap_or(usize::MAX))];
        let after = &name[range.end..];
        if bare(before).is_empty() {
            let end = release_start(after, 1).unwrap_or(after.len());
            (&after[..end], &after[end..], Some(year), YearIn::Brackets)
        } else {
            (before, after, Some(year), YearIn::Brackets)
        }
    } else if let Some((start, end, year)) = year_among_words(&name, cut, is_year) {
        (&name[..start], &name[end..], Some(year), YearIn::Words)
    } else {
        let end = cut.unwrap_or(name.len());
        (&name[..end], &name[end..], None, YearIn::Nowhere)
    };
    ReadName {
        named: Named {
            name: bare(title),
            original_name: None,
            year,
            external_ids,
        },
        year: year_in,
        rest: rest.trim().to_owned(),
        edition,
    }
}

/// An id elsewhere in its one spelling, if it is one.
pub(super) fn external_id(provider: &str, value: &str) -> Option<ExternalId> {
    let provider = provider.trim().to_lowercase();
    let value = value.trim();
    if !identifies(&provider) || is_zero(value) {
        return None;
    }
    let value = normal_id(&provider, value)?;
    // What files are of has no ids of people.
    if provider == "imdb" && value.starts_with("nm") {
        return None;
    }
    Some(ExternalId { provider, value })
}

/// Adds ids of providers of which there is none yet, and keeps them sorted by provider.
pub(super) fn add_ids(ids: &mut Vec<ExternalId>, more: &[ExternalId]) {
    for id in more {
        if ids.iter().all(|known| known.provider != id.provider) {
            ids.push(id.clone());
        }
    }
    ids.sort();
}

/// The name without ids, and these.
fn take_ids(name: &str) -> (String, Vec<ExternalId>) {
    let mut ids = Vec::new();
    for found in IDS.captures_iter(name) {
        let id = match (found.get(1), found.get(2), found.get(3)) {
            (Some(provider), Some(value), _) => external_id(provider.as_str(), value.as_str()),
            (_, _, Some(value)) => external_id("imdb", value.as_str()),
            _ => None,
        };
        add_ids(&mut ids, id.as_slice());
    }
    let rest = IDS.replace_all(name, " ");
    (text::tidy(&rest), ids)
}

/// Spaces between words, where full stops or underscores stand for them. Letters with a full stop behind each stay together.
fn spaced(name: &str) -> String {
    if name.contains(' ') {
        return name.replace('_', " ");
    }
    let words: Vec<&str> = name.split(['.', '_']).collect();
    let is_letter = |word: &str| {
        let mut chars = word.chars();
        chars.next().is_some_and(char::is_alphabetic) && chars.next().is_none()
    };
    let mut spaced = String::new();
    for (at, word) in words.iter().enumerate() {
        let has_before = at > 0 && is_letter(words[at - 1]);
        let has_after = words.get(at + 1).is_some_and(|next| is_letter(next));
        let is_joined = is_letter(word) && (has_before || has_after);
        let is_apart = !(is_joined && has_before);
        if is_apart && !spaced.is_empty() && !spaced.ends_with(' ') {
            spaced.push(' ');
        }
        spaced.push_str(word);
        if is_joined {
            spaced.push('.');
        }
    }
    spaced.trim().to_owned()
}

/// What something is called by the words behind its number, if they are not all of a release.
pub(super) fn title_behind(rest: &str) -> Option<String> {
    let (rest, _) = take_ids(&text::tidy(&text::compose(rest)));
    let rest = spaced(rest.trim_start_matches([' ', '-', '–', '.', '_', ':', ')', ']']));
    let end = release_start(&rest, 0).unwrap_or(rest.len());
    let title = bare(&rest[..end]);
    (!title.is_empty()).then_some(title)
}

/// Where the words begin that only releases use, of those from this one.
fn release_start(name: &str, from: usize) -> Option<usize> {
    let words: Vec<(usize, &str)> = WORD
        .find_iter(name)
        .map(|word| (word.start(), word.as_str()))
        .collect();
    let is_release = |word: &str| {
        let first = word.split('-').next().unwrap_or(word);
        RELEASE.is_match(word) || RELEASE.is_match(first)
    };
    let mut first = (from..words.len()).find(|at| is_release(words[*at].1))?;
    while first > from && ALSO_RELEASE.is_match(words[first - 1].1) {
        first -= 1;
    }
    Some(words[first].0)
}

/// The last number of four digits that may be a year and has a name before it: where it begins and ends, and the year.
fn year_among_words(
    name: &str,
    cut: Option<usize>,
    is_year: impl Fn(&i32) -> bool,
) -> Option<(usize, usize, i32)> {
    let found = NUMBER.find_iter(name).filter_map(|number| {
        let (start, end) = (number.start(), number.end());
        let year: i32 = number.as_str().parse().ok().filter(&is_year)?;
        let before = name[..start].chars().next_back()?;
        let after = name[end..].chars().next();
        let stands_alone = matches!(before, ' ' | '.' | '_' | '-' | '(' | '[')
            && after.is_none_or(|after| matches!(after, ' ' | '.' | '_' | '-' | ')' | ']' | ','));
        let is_behind_name = !bare(&name[..start]).is_empty() && cut.is_none_or(|cut| end <= cut);
        (end - start == 4 && stands_alone && is_behind_name).then_some((start, end, year))
    });
    found.last()
}

/// A name without what only surrounds it, with its article in front.
pub(super) fn bare(title: &str) -> String {
    let without = BRACKETS.replace_all(title, " ");
    let title: &str = if without.trim().is_empty() {
        title.trim_matches(['[', ']', ' '])
    } else {
        &without
    };
    let title = title
        .trim_start_matches([' ', '_', ')', ']', '}'])
        .trim_end_matches([' ', '-', '–', '_', '~', '(', '[', '{', ',']);
    let title = text::tidy(title);
    match ARTICLE.captures(&title) {
        Some(found) if found[2].ends_with('\'') => format!("{}{}", &found[2], &found[1]),
        Some(found) => format!("{} {}", &found[2], &found[1]),
        None => title,
    }
}

/// Whether two names are the same but for spelling: by their words, folded.
pub(super) fn is_same_name(one: &str, other: &str) -> bool {
    let (one, other) = (text::words(one), text::words(other));
    !one.is_empty() && one == other
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_years_are_read() {
        for (name, title, year) in [
            ("Heat (1995)", "Heat", Some(1995)),
            ("Heat(1995)", "Heat", Some(1995)),
            ("Heat (1995)  ", "Heat", Some(1995)),
            (
                "The.Matrix.1999.1080p.BluRay.x264-GROUP",
                "The Matrix",
                Some(1999),
            ),
            (
                "Blade.Runner.2049.2017.2160p.UHD.HDR.x265-GRP",
                "Blade Runner 2049",
                Some(2017),
            ),
            ("Blade.Runner.2049", "Blade Runner 2049", None),
            (
                "2001 A Space Odyssey (1968)",
                "2001 A Space Odyssey",
                Some(1968),
            ),
            ("1917.2019.720p.WEB-DL", "1917", Some(2019)),
            ("1917", "1917", None),
            ("300 (2006) [1080p]", "300", Some(2006)),
            ("M (1931)", "M", Some(1931)),
            ("8½ (1963)", "8½", Some(1963)),
            ("[1994] Léon", "Léon", Some(1994)),
            ("Pulp Fiction", "Pulp Fiction", None),
            ("Se7en_1995_(DVDRip)", "Se7en", Some(1995)),
            ("Amelie.2001.FRENCH.DVDRip.XviD", "Amelie", Some(2001)),
            ("Amelie.FRENCH.DVDRip.XviD", "Amelie", None),
            (
                "The.French.Dispatch.2021.WEBRip",
                "The French Dispatch",
                Some(2021),
            ),
            ("The.French.Dispatch.WEBRip", "The French Dispatch", None),
            ("Charlotte's Web (1973)", "Charlotte's Web", Some(1973)),
            ("Godfather, The (1972)", "The Godfather", Some(1972)),
            ("Avventura, L' (1960)", "L'Avventura", Some(1960)),
            ("Dr. Strangelove (1964)", "Dr. Strangelove", Some(1964)),
            (
                "E.T. the Extra-Terrestrial (1982)",
                "E.T. the Extra-Terrestrial",
                Some(1982),
            ),
            ("S.W.A.T.2003.1080p", "S.W.A.T.", Some(2003)),
            ("Malcolm.X.1992", "Malcolm X", Some(1992)),
            ("千と千尋の神隠し (2001)", "千と千尋の神隠し", Some(2001)),
            ("🎬 Home video 🎉", "🎬 Home video 🎉", None),
            ("$(touch pwned) (2003)", "$(touch pwned)", Some(2003)),
            ("new\nline (2004)", "new line", Some(2004)),
            ("-rf (2002)", "-rf", Some(2002)),
            ("100% #1 (2000)?", "100% #1", Some(2000)),
            ("Metropolis (1827)", "Metropolis (1827)", None),
            ("Breaking Bad (2008-2013)", "Breaking Bad", Some(2008)),
            ("[Group] Paprika [1080p]", "Paprika", None),
            ("[1080p]", "1080p", None),
            ("", "", None),
        ] {
            let read = read_name(name, 2026).named;
            assert_eq!((read.name.as_str(), read.year), (title, year), "{name}");
        }
    }

    #[test]
    fn names_are_composed() {
        let decomposed = read_name("Ame\u{301}lie (2001)", 2026);

        assert_eq!(decomposed, read_name("Am\u{e9}lie (2001)", 2026));
        assert_eq!(decomposed.named.name, "Am\u{e9}lie");
    }

    #[test]
    fn ids_are_taken_out_of_names() {
        for (name, title, ids) in [
            (
                "Film (2010) [imdbid-tt0106145]",
                "Film",
                vec![("imdb", "tt0106145")],
            ),
            (
                "Film [tmdbid=65567] (2010)",
                "Film",
                vec![("tmdb", "65567")],
            ),
            (
                "Kill Bill - Volume 1 (2003) {tmdb-24}",
                "Kill Bill - Volume 1",
                vec![("tmdb", "24")],
            ),
            ("Heat [tt0113277]", "Heat", vec![("imdb", "tt0113277")]),
            ("Heat [imdbid-tt0000000]", "Heat", vec![]),
        ] {
            let read = read_name(name, 2026).named;
            let found: Vec<_> = read
                .external_ids
                .iter()
                .map(|id| (id.provider.as_str(), id.value.as_str()))
                .collect();
            assert_eq!((read.name.as_str(), found), (title, ids), "{name}");
        }
        let edition = read_name("Brazil (1985) {edition-Final Cut}", 2026).edition;
        assert_eq!(edition.as_deref(), Some("Final Cut"));
    }

    #[test]
    fn what_stands_behind_a_year_is_kept_apart() {
        assert_eq!(read_name("Heat (1995) - cd1", 2026).rest, "- cd1");
        assert_eq!(read_name("Heat (1995)", 2026).rest, "");
        assert_eq!(read_name("Heat 1995 extra", 2026).year, YearIn::Words);
    }
}

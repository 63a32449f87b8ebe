//! `.nfo` files: what curators and programs say of the video, film or series that the file lies beside.
//!
//! They are XML of anybody. No DOCTYPE is read, no entity but those that XML has by itself, and nothing that they point to
//! is fetched. Two of their forms are no well-formed XML: several roots behind each other, and addresses behind the XML.

use std::ops::Range;
use std::sync::LazyLock;

use chrono::{Datelike, NaiveDate};
use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};
use regex::Regex;
use serde::{Deserialize, Serialize};

use super::naming::{add_ids, external_id, pattern};
use super::places::beginning;
use crate::domain::catalog::ExternalId;
use crate::domain::loading::identifies;
use crate::domain::text;

/// The longest sidecar, in bytes.
pub(super) const MOST_BYTES: usize = 1024 * 1024;
/// So deep its elements may be in each other.
pub(super) const MOST_DEPTH: usize = 32;
/// So many episodes it may tell of.
const MOST_ROOTS: usize = 50;
/// The longest title, in characters.
const LONGEST: usize = 500;
/// The years in which something may have been shown, as far as a file tells by itself.
const YEARS: Range<i32> = 1870..3000;
/// So many addresses are looked at: each may be looked for through all that is left.
pub(super) const MOST_ADDRESSES: usize = 100;
/// So much is told of what is wrong with it.
pub(super) const MOST_WARNINGS: usize = 20;
/// So much of why it is not believed is told, in characters: what is wrong may be a name of a million.
pub(super) const LONGEST_FAULT: usize = 300;

/// What a sidecar says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Sidecar {
    /// Several only for several episodes in a file.
    pub(super) roots: Vec<Said>,
    /// The ids in the addresses outside of the XML.
    pub(super) ids: Vec<ExternalId>,
    pub(super) warnings: Vec<String>,
}

/// What one root of a sidecar says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Said {
    pub(super) of: SaidOf,
    pub(super) title: Option<String>,
    pub(super) original_title: Option<String>,
    pub(super) show_title: Option<String>,
    pub(super) year: Option<i32>,
    pub(super) season: Option<u32>,
    pub(super) episode: Option<u32>,
    pub(super) aired: Option<NaiveDate>,
    pub(super) ids: Vec<ExternalId>,
}

/// What the root is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum SaidOf {
    Film,
    Series,
    Season,
    Episode,
}

static ADDRESSES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(imdb)\.com/(?:[a-z-]+/)?title/(tt[0-9]{7,10})|themoviedb\.org/(?:movie|tv)/([0-9]{1,10})|thetvdb\.com/(?:series/|\S*?[?&](?:series)?id=)([0-9]{1,10})|wikidata\.org/(?:wiki|entity)/(Q[0-9]{1,12})",
    )
});

/// Reads a sidecar. Fails with why nothing of it is believed.
pub(super) fn read_sidecar(bytes: &[u8]) -> Result<Sidecar, String> {
    let mut sidecar = read(bytes).map_err(|fault| beginning(&fault, LONGEST_FAULT))?;
    if sidecar.warnings.len() > MOST_WARNINGS {
        sidecar.warnings.truncate(MOST_WARNINGS);
        let warning = "has more that is wrong, which is not told";
        sidecar.warnings.push(warning.to_owned());
    }
    Ok(sidecar)
}

fn read(bytes: &[u8]) -> Result<Sidecar, String> {
    if bytes.len() > MOST_BYTES {
        return Err(format!("has more than {MOST_BYTES} bytes"));
    }
    let mut sidecar = Sidecar::default();
    let text = decode(bytes, &mut sidecar.warnings);
    if text.trim().is_empty() {
        return Err("is empty".to_owned());
    }
    let outside = if text.contains('<') {
        read_roots(&text, &mut sidecar)?
    } else {
        text
    };
    sidecar.ids = ids_of_addresses(&outside);
    if sidecar.roots.is_empty() && sidecar.ids.is_empty() {
        return Err(
            "has no root that is known (movie, tvshow, season, episodedetails), and no address of IMDb, TMDB, TVDB or Wikidata"
                .to_owned(),
        );
    }
    let of_episodes = |said: &Said| said.of == SaidOf::Episode;
    if sidecar.roots.len() > 1 && !sidecar.roots.iter().all(of_episodes) {
        return Err("has several roots that are not all of episodes".to_owned());
    }
    Ok(sidecar)
}

/// The ids in addresses of the sites that give them.
fn ids_of_addresses(text: &str) -> Vec<ExternalId> {
    let mut ids = Vec::new();
    for found in ADDRESSES.captures_iter(text).take(MOST_ADDRESSES) {
        for (group, provider) in [(2, "imdb"), (3, "tmdb"), (4, "tvdb"), (5, "wikidata")] {
            let id = found.get(group);
            let id = id.and_then(|id| external_id(provider, id.as_str()));
            add_ids(&mut ids, id.as_slice());
        }
    }
    ids
}

/// UTF-8, UTF-16 if it says so at the beginning, and otherwise what programs wrote before: Latin-1.
pub(super) fn decode(bytes: &[u8], warnings: &mut Vec<String>) -> String {
    let units = |pair: fn([u8; 2]) -> u16| -> Vec<u16> {
        let pairs = bytes[2..].chunks_exact(2);
        pairs.map(|two| pair([two[0], two[1]])).collect()
    };
    if bytes.starts_with(b"\xff\xfe") {
        return String::from_utf16_lossy(&units(u16::from_le_bytes));
    }
    if bytes.starts_with(b"\xfe\xff") {
        return String::from_utf16_lossy(&units(u16::from_be_bytes));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.to_owned();
    }
    warnings.push("is no UTF-8; read as Latin-1".to_owned());
    bytes.iter().copied().map(char::from).collect()
}

/// An element that is open.
struct Open {
    name: String,
    /// What a `uniqueid` says of who gave it.
    provider: Option<String>,
}

impl Open {
    fn of(start: &BytesStart<'_>) -> Self {
        let name = start.local_name();
        let name = String::from_utf8_lossy(name.as_ref()).to_lowercase();
        let provider = start.try_get_attribute("type").ok().flatten();
        Self {
            name,
            provider: provider.map(|value| String::from_utf8_lossy(&value.value).into_owned()),
        }
    }
}

/// Reads all roots, and gives what stands outside of them.
fn read_roots(text: &str, sidecar: &mut Sidecar) -> Result<String, String> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().allow_dangling_amp = true;
    let mut open: Vec<Open> = Vec::new();
    let mut said: Option<Said> = None;
    let (mut outside, mut value) = (String::new(), String::new());
    loop {
        let event = reader.read_event().map_err(|error| {
            let until = usize::try_from(reader.error_position()).unwrap_or(usize::MAX);
            let read = text.as_bytes().iter().take(until);
            let line = 1 + read.filter(|byte| **byte == b'\n').count();
            format!("is no XML, line {line}: {error}")
        })?;
        let mut more = String::new();
        match event {
            Event::DocType(_) => return Err("has a DOCTYPE, which is refused".to_owned()),
            Event::Start(start) => {
                warn_of_include(&start, sidecar);
                if open.len() >= MOST_DEPTH {
                    return Err(format!("has elements more than {MOST_DEPTH} deep"));
                }
                open.push(Open::of(&start));
                match open.len() {
                    1 => said = root_of(&open[0].name).map(Said::of),
                    2 => value.clear(),
                    _ => {}
                }
            }
            Event::Empty(start) => warn_of_include(&start, sidecar),
            Event::End(_) => {
                let depth = open.len();
                let Some(closed) = open.pop() else { continue };
                if depth == 2
                    && let Some(said) = &mut said
                {
                    said.take(&closed, &text::tidy(&value), &mut sidecar.warnings);
                }
                if depth == 1
                    && let Some(said) = said.take()
                {
                    if sidecar.roots.len() >= MOST_ROOTS {
                        return Err(format!("has more than {MOST_ROOTS} roots"));
                    }
                    sidecar.roots.push(said);
                }
            }
            Event::Text(text) => {
                more.push_str(&text.decode().map_err(|error| error.to_string())?);
                if more.starts_with('&') && !open.is_empty() {
                    let warning = "has an & that begins nothing; it is taken as it stands";
                    sidecar.warnings.push(warning.to_owned());
                }
            }
            Event::CData(text) => {
                more.push_str(&text.decode().map_err(|error| error.to_string())?);
            }
            Event::GeneralRef(reference) => more.push(character(&reference)?),
            Event::Comment(_) | Event::PI(_) | Event::Decl(_) => {}
            Event::Eof => break,
        }
        match open.len() {
            0 => outside.push_str(&more),
            2 => value.push_str(&more),
            _ => {}
        }
        // One more than is told says that there are more.
        sidecar.warnings.dedup();
        sidecar.warnings.truncate(MOST_WARNINGS + 1);
    }
    match open.last() {
        Some(left) => Err(format!("ends within <{}>", text::visible(&left.name))),
        None => Ok(outside),
    }
}

/// What is included from elsewhere is not read, and all else of the sidecar is.
fn warn_of_include(start: &BytesStart<'_>, sidecar: &mut Sidecar) {
    if start.local_name().as_ref().eq_ignore_ascii_case(b"include") {
        let warning = "includes something from elsewhere, which is not read";
        sidecar.warnings.push(warning.to_owned());
    }
}

/// The character that a reference stands for: by its number, or one of the five that XML has.
pub(super) fn character(reference: &BytesRef<'_>) -> Result<char, String> {
    if let Some(c) = reference
        .resolve_char_ref()
        .map_err(|error| error.to_string())?
    {
        return Ok(c);
    }
    let name = reference.decode().map_err(|error| error.to_string())?;
    match name.as_ref() {
        "amp" => Ok('&'),
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "quot" => Ok('"'),
        "apos" => Ok('\''),
        _ => Err("refers to an entity that XML does not have, which is refused".to_owned()),
    }
}

pub(super) fn root_of(name: &str) -> Option<SaidOf> {
    match name {
        "movie" => Some(SaidOf::Film),
        "tvshow" => Some(SaidOf::Series),
        "season" => Some(SaidOf::Season),
        "episodedetails" => Some(SaidOf::Episode),
        _ => None,
    }
}

impl Said {
    fn of(of: SaidOf) -> Self {
        Self {
            of,
            title: None,
            original_title: None,
            show_title: None,
            year: None,
            season: None,
            episode: None,
            aired: None,
            ids: Vec::new(),
        }
    }

    /// Takes the value of an element; of several of one name the last that says something.
    fn take(&mut self, element: &Open, value: &str, warnings: &mut Vec<String>) {
        if value.is_empty() {
            return;
        }
        let name = element.name.as_str();
        let mut wrong = |what: &str| {
            let shown = beginning(value, 60);
            warnings.push(format!("{name} is “{}”, {what}", text::visible(&shown)));
        };
        match name {
            "title" | "originaltitle" | "showtitle" => {
                if value.chars().count() > LONGEST {
                    wrong("longer than any title; it is left out");
                    return;
                }
                let value = Some(text::compose(value));
                match name {
                    "title" => self.title = value,
                    "originaltitle" => self.original_title = value,
                    _ => self.show_title = value,
                }
            }
            "year" => match value
                .parse::<i32>()
                .ok()
                .filter(|year| YEARS.contains(year))
            {
                Some(year) => self.year = Some(year),
                None => wrong("which is no year; it is left out"),
            },
            "premiered" | "releasedate" | "aired" => match day(value) {
                Some(day) if name == "aired" => self.aired = Some(day),
                Some(day) => self.year = self.year.or(Some(day.year())),
                None => wrong("which is no day; it is left out"),
            },
            "season" | "seasonnumber" | "episode" => match value.parse::<u32>().ok() {
                Some(number) if name == "episode" => self.episode = Some(number),
                Some(number) => self.season = Some(number),
                None => wrong("which is no number; it is left out"),
            },
            "uniqueid" | "id" | "imdbid" | "imdb_id" | "tmdbid" | "tvdbid" => {
                let provider = match name {
                    "imdbid" | "imdb_id" => "imdb",
                    "tmdbid" => "tmdb",
                    "tvdbid" => "tvdb",
                    _ => element.provider.as_deref().unwrap_or(""),
                };
                let is_imdb = provider.is_empty() && value.starts_with("tt");
                let provider = if is_imdb { "imdb" } else { provider };
                let provider = provider.to_lowercase();
                match external_id(&provider, value) {
                    Some(id) => {
                        self.ids.retain(|known| known.provider != id.provider);
                        add_ids(&mut self.ids, &[id]);
                    }
                    None if identifies(&provider) => wrong("which is no id; it is left out"),
                    // Other sites' ids say nothing here.
                    None => {}
                }
            }
            _ => {}
        }
    }
}

/// A day as sidecars write it, perhaps with a time behind. What some programs write for one that they do not know,
/// 0001-01-01, is none.
pub(super) fn day(text: &str) -> Option<NaiveDate> {
    let day = NaiveDate::parse_from_str(text.get(..10)?, "%Y-%m-%d").ok()?;
    YEARS.contains(&day.year()).then_some(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(provider: &str, value: &str) -> ExternalId {
        ExternalId {
            provider: provider.to_owned(),
            value: value.to_owned(),
        }
    }

    #[test]
    fn a_film_is_read() {
        let text = "<?xml version=\"1.0\"?>\n<movie><title>Kill Bill: Volume&#32;1</title>\
            <title>Thelma &amp; Louise</title><year>1991</year><runtime>129</runtime>\
            <uniqueid type=\"imdb\" default=\"true\">tt0103074</uniqueid>\
            <uniqueid type=\"tmdb\">no</uniqueid><ratings><rating><value>1</value></rating></ratings>\
            <actor><name>A</name><role/></actor></movie>\nhttps://www.themoviedb.org/movie/1541-x\n";
        let sidecar = read_sidecar(text.as_bytes()).unwrap();

        assert_eq!(
            sidecar.roots,
            [Said {
                title: Some("Thelma & Louise".to_owned()),
                year: Some(1991),
                ids: vec![id("imdb", "tt0103074")],
                ..Said::of(SaidOf::Film)
            }]
        );
        assert_eq!(sidecar.ids, [id("tmdb", "1541")]);
        assert_eq!(
            sidecar.warnings,
            ["uniqueid is “no”, which is no id; it is left out"]
        );
    }

    #[test]
    fn several_episodes_are_read_from_several_roots() {
        let text = "<episodedetails><title>One</title><season>1</season><episode>1</episode>\
            <aired>2001-09-09</aired></episodedetails>\n<episodedetails><season>1</season>\
            <episode>2</episode></episodedetails>";
        let roots = read_sidecar(text.as_bytes()).unwrap().roots;

        let numbers: Vec<_> = roots
            .iter()
            .map(|said| (said.season, said.episode))
            .collect();
        assert_eq!(numbers, [(Some(1), Some(1)), (Some(1), Some(2))]);
        assert_eq!(roots[0].aired, NaiveDate::from_ymd_opt(2001, 9, 9));
    }

    #[test]
    fn an_address_alone_says_an_id() {
        for (address, expected) in [
            (
                "https://www.imdb.com/title/tt0113277/",
                id("imdb", "tt0113277"),
            ),
            ("https://www.themoviedb.org/tv/1396\n", id("tmdb", "1396")),
            (
                "http://thetvdb.com/?tab=series&id=81189",
                id("tvdb", "81189"),
            ),
        ] {
            let sidecar = read_sidecar(address.as_bytes()).unwrap();
            assert_eq!((sidecar.ids, sidecar.roots), (vec![expected], vec![]));
        }
    }

    #[test]
    fn what_is_hostile_or_broken_is_refused() {
        let deep = "<a>".repeat(40);
        let long = " ".repeat(MOST_BYTES + 1);
        for (text, reason) in [
            (
                "<!DOCTYPE movie [<!ENTITY a \"aaaa\">]><movie><title>&a;</title></movie>",
                "DOCTYPE",
            ),
            ("<movie><title>&a;</title></movie>", "entity"),
            ("<movie><title>Heat</movie>", "line 1"),
            ("<movie><title>Heat</title>", "within <movie>"),
            ("<movie/>", "no root"),
            ("<html></html>", "no root"),
            ("https://example.org/", "no root"),
            (" \n", "empty"),
            ("<movie></movie><movie></movie>", "several roots"),
            (deep.as_str(), "deep"),
            (long.as_str(), "bytes"),
        ] {
            let error = read_sidecar(text.as_bytes()).unwrap_err();
            assert!(error.contains(reason), "{text:.60}: {error}");
        }
    }

    #[test]
    fn what_can_be_read_is_read_with_a_warning() {
        for (bytes, warning) in [
            (
                &b"<movie><title>Heat</title><plot><xi:include href=\"x\"/></plot></movie>"[..],
                "not read",
            ),
            (
                &b"<movie><plot>Thelma & Louise</plot><title>Heat</title></movie>"[..],
                "&",
            ),
            (
                &b"<movie><title>Heat</title><plot>\xe9</plot></movie>"[..],
                "Latin-1",
            ),
            (
                &b"<movie><title>Heat</title><year>soon</year></movie>"[..],
                "no year",
            ),
        ] {
            let sidecar = read_sidecar(bytes).unwrap();
            assert_eq!(sidecar.roots[0].title.as_deref(), Some("Heat"));
            assert!(
                sidecar.warnings[0].contains(warning),
                "{:?}",
                sidecar.warnings
            );
        }
        let utf16: Vec<u8> = "\u{feff}<movie><title>Léon</title></movie>"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        let roots = read_sidecar(&utf16).unwrap().roots;
        assert_eq!(roots[0].title.as_deref(), Some("Léon"));
    }
}

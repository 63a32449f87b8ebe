//! Checks of values that are sound JSON and may still be wrong: ids of other catalogues, names, encodings.

use serde_json::{Map, Value};

use super::fields::{Fields, checked_text, is_placeholder, shown};
use super::problem::Problem;
use super::said::{Entries, Said};
use crate::domain::catalog::{ExternalId, TitleKind};
use crate::domain::text::tidy;

/// The longest name of a provider of ids, in characters.
const MAX_PROVIDER: usize = 60;

/// What the ids of a record are of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum IdsOf {
    /// A title; `None`: of either kind.
    Title(Option<TitleKind>),
    Person,
}

/// Reads `ids`, by their provider: one spelling for each id, numbers and texts alike.
pub(super) fn read_external_ids(
    fields: &mut Fields,
    of: IdsOf,
) -> Result<Said<Entries<ExternalId>>, Problem> {
    let ids = match fields.object("ids")? {
        Said::Nothing => return Ok(Said::Nothing),
        Said::Cleared => return Ok(Said::Cleared),
        Said::Value(ids) => ids,
    };
    let mut checked: Entries<ExternalId> = Entries::new();
    for (key, value) in ids {
        let field = format!("ids.{key}");
        let provider = provider_of(&key)?;
        let text = match &value {
            Value::Null => {
                checked.entry(provider).or_default();
                continue;
            }
            Value::Number(number) if number.is_u64() => number.to_string(),
            value => checked_text(&field, value, 300)?,
        };
        if text.is_empty() {
            continue;
        }
        if is_placeholder(&text) || is_zero(&text) {
            fields.warn_of(field, text, "is no id; left out");
            continue;
        }
        let is_known = matches!(
            provider.as_str(),
            "imdb" | "tmdb" | "tvdb" | "wikidata" | "wikipedia_en"
        );
        if !is_known {
            let reason = "is not a provider that we know; kept as it is";
            fields.warn_of(field.clone(), provider.clone(), reason);
        }
        if let Some(other) = of.contradicted(&provider, &text) {
            let reason = format!("is {}, the id of {other}", shown(&value));
            return Err(Problem::new(field, reason));
        }
        let id = of.normal_id(&provider, &text).ok_or_else(|| {
            Problem::new(
                field.clone(),
                format!("is {}, not an id of {provider}", shown(&value)),
            )
        })?;
        if let Some(Some(other)) = checked.get(&provider)
            && other.value != id
        {
            let reason = format!("is {id}, but {provider} has “{}” already", other.value);
            return Err(Problem::new(field, reason));
        }
        let value = id;
        checked.insert(provider.clone(), Some(ExternalId { provider, value }));
    }
    Ok(Said::Value(checked))
}

/// The name of a provider, as it is stored.
fn provider_of(key: &str) -> Result<String, Problem> {
    let provider = tidy(key).to_lowercase();
    let length = provider.chars().count();
    if length == 0 || length > MAX_PROVIDER || key.contains('\0') {
        let key = shown(&Value::from(key));
        let reason =
            format!("has the provider {key}, not a name of 1 to {MAX_PROVIDER} characters");
        return Err(Problem::new("ids", reason));
    }
    Ok(provider)
}

impl IdsOf {
    /// The one spelling of an id of such a thing.
    fn normal_id(self, provider: &str, text: &str) -> Option<String> {
        let id = normal_id(provider, text)?;
        // What is written as digits alone has no letters that say of what it is.
        let is_bare = provider == "imdb" && is_number(text) && self == Self::Person;
        Some(if is_bare { format!("nm{text}") } else { id })
    }

    /// Of what else an id is, as its letters or its address say.
    fn contradicted(self, provider: &str, text: &str) -> Option<&'static str> {
        let of = match provider {
            "imdb" if imdb(text)?.starts_with("nm") => Self::Person,
            // Digits alone may be of either.
            "imdb" if is_number(text) => return None,
            "imdb" => Self::Title(None),
            "tmdb" => of_address(text)?,
            _ => return None,
        };
        match (self, of) {
            (Self::Title(_), Self::Person) => Some("a person"),
            (Self::Person, Self::Title(_)) => Some("a title"),
            (Self::Title(Some(this)), Self::Title(Some(that))) if this != that => {
                Some(match that {
                    TitleKind::Film => "a film",
                    TitleKind::Series => "a series",
                })
            }
            _ => None,
        }
    }
}

/// Of what an address of TMDB is: `/movie/949`, `/tv/1396`, `/person/1158`.
fn of_address(text: &str) -> Option<IdsOf> {
    let mut parts = text.trim_end_matches('/').rsplit('/').skip(1);
    match parts.next()? {
        "movie" => Some(IdsOf::Title(Some(TitleKind::Film))),
        "tv" => Some(IdsOf::Title(Some(TitleKind::Series))),
        "person" => Some(IdsOf::Person),
        _ => None,
    }
}

/// The one spelling of an id of a provider; `None` if it is none.
pub fn normal_id(provider: &str, text: &str) -> Option<String> {
    match provider {
        "imdb" => imdb(text),
        "wikidata" => after_letter(last_part(text), 'Q'),
        "tmdb" | "tvdb" => is_number(last_part(text)).then(|| last_part(text).to_owned()),
        _ => Some(text.to_owned()),
    }
}

/// Whether an id of a provider can belong to one thing only, so that two things that carry it are the same.
pub fn identifies(provider: &str) -> bool {
    matches!(provider, "imdb" | "tmdb" | "tvdb" | "wikidata")
}

/// Whether an id is of such a provider.
pub fn is_identifying(id: &ExternalId) -> bool {
    identifies(&id.provider)
}

/// An identifying id with the kind of title of which it is one, if films and series may have the same: TMDB and TVDB count
/// each by themselves.
pub type OwnId = (ExternalId, Option<TitleKind>);

/// An identifying id of a title of this kind.
pub fn own_id(id: &ExternalId, kind: TitleKind) -> OwnId {
    (
        id.clone(),
        are_counted_by_kind(&id.provider).then_some(kind),
    )
}

/// Whether films and series may have the same id of this provider.
pub(super) fn are_counted_by_kind(provider: &str) -> bool {
    matches!(provider, "tmdb" | "tvdb")
}

/// `tt0113277`, the digits alone, or an address that has it in.
fn imdb(text: &str) -> Option<String> {
    let id = text
        .split('/')
        .find(|part| part.starts_with("tt") || part.starts_with("nm"))
        .unwrap_or(text);
    match id.split_at_checked(2) {
        Some((prefix @ ("tt" | "nm"), digits)) if is_number(digits) && digits.len() >= 7 => {
            Some(format!("{prefix}{digits}"))
        }
        _ => (is_number(id) && id.len() >= 7).then(|| format!("tt{id}")),
    }
}

/// The number of an identifying id, which takes less room than the text.
pub(super) fn id_number(id: &str) -> Option<u64> {
    let digits = id.trim_start_matches(|c: char| !c.is_ascii_digit());
    digits.parse().ok()
}

fn after_letter(text: &str, letter: char) -> Option<String> {
    let digits = text
        .strip_prefix(letter)
        .or_else(|| text.strip_prefix(letter.to_ascii_lowercase()))?;
    is_number(digits).then(|| format!("{letter}{digits}"))
}

fn last_part(text: &str) -> &str {
    text.trim_end_matches('/')
        .rsplit('/')
        .next()
        .unwrap_or(text)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.len() <= 19 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether an id is one that programs write where there is none: `0`, `tt0000000`, `Q0`.
pub fn is_zero(text: &str) -> bool {
    let id = last_part(text).trim_start_matches(|c: char| c.is_ascii_alphabetic());
    !id.is_empty() && id.bytes().all(|byte| byte == b'0')
}

/// What is said of one text in which there seem to be several.
pub(super) const SEVERAL: &str = "looks like several in one; each is an entry of its own in a list, and “|” stands between them in \
    a cell of a table; kept as one";

/// Whether a text looks like several entries of a list: with separators that no entry has.
pub(super) fn looks_like_several(text: &str) -> bool {
    text.contains([',', ';', '|'])
}

/// What may be wrong with a name that stands for a person.
pub(super) fn check_person_name(name: &str) -> Option<&'static str> {
    let is_suffix = |part: &str| {
        let part = part.trim().trim_end_matches('.');
        matches!(
            part,
            "Jr" | "Sr" | "II" | "III" | "IV" | "V" | "M.D" | "MD" | "PhD" | "Ph.D" | "Esq"
        )
    };
    let parts: Vec<&str> = name.split(',').filter(|part| !is_suffix(part)).collect();
    let is_full = |part: &&str| part.trim().contains(' ');
    match parts.as_slice() {
        _ if name.contains([';', '|']) => Some(SEVERAL),
        [] | [_] => None,
        [last, first] if !(is_full(last) && is_full(first)) => {
            Some("looks like “last name, first name”; kept as a person of its own")
        }
        _ => Some(SEVERAL),
    }
}

/// A text that was spoilt before it came here: the field that it stands in, the text, and what was done to it.
pub(super) type Spoilt = (String, String, &'static str);

/// The texts in a record that were spoilt by whoever wrote them into another encoding.
pub(super) fn spoilt(record: &Map<String, Value>) -> Vec<Spoilt> {
    fn look<'a>(value: &'a Value, found: &mut Vec<(&'a str, &'static str)>) {
        match value {
            Value::String(text) if text.contains(char::REPLACEMENT_CHARACTER) => {
                found.push((
                    text.as_str(),
                    "has U+FFFD, which stands where a character was lost",
                ));
            }
            Value::String(text) if looks_double_encoded(text) => {
                found.push((text.as_str(), "looks like UTF-8 that was encoded twice"));
            }
            Value::Array(values) => values.iter().for_each(|value| look(value, found)),
            Value::Object(map) => map.values().for_each(|value| look(value, found)),
            _ => {}
        }
    }
    let mut all = Vec::new();
    for (field, value) in record {
        let mut found = Vec::new();
        look(value, &mut found);
        let found = found.into_iter();
        all.extend(found.map(|(text, how)| (field.clone(), tidy(text), how)));
    }
    all
}

/// Whether a part of a text is UTF-8 that was taken for Latin-1 or Windows-1252 and encoded once more: a run of characters
/// whose bytes are those of other characters, and of such as names have.
fn looks_double_encoded(text: &str) -> bool {
    let mut run: Vec<u8> = Vec::new();
    let is_another = |run: &[u8]| {
        let Ok(text) = std::str::from_utf8(run) else {
            return false;
        };
        let mut chars = text.chars();
        match (chars.next(), chars.next()) {
            (Some('\u{a1}'..='\u{17f}' | '\u{2010}'..='\u{203a}'), _) | (Some(_), Some(_)) => true,
            // Two characters may stand side by side by chance; three that make one hardly do.
            (Some(_), None) => run.len() > 2,
            (None, _) => false,
        }
    };
    for c in text.chars() {
        if let Some(byte) = windows_1252(c) {
            run.push(byte);
            continue;
        }
        if is_another(&run) {
            return true;
        }
        run.clear();
    }
    is_another(&run)
}

/// The byte above 127 that stands for a character in Windows-1252, or in Latin-1 where that has none.
fn windows_1252(c: char) -> Option<u8> {
    const FROM_128: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž',
        '\u{8f}', '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}',
        'ž', 'Ÿ',
    ];
    if let code @ 0x80..=0xff = u32::from(c) {
        return u8::try_from(code).ok();
    }
    let place = FROM_128.iter().position(|other| *other == c)?;
    u8::try_from(place + 128).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_imdb_have_one_spelling() {
        for text in [
            "tt0113277",
            "0113277",
            "https://www.imdb.com/title/tt0113277/",
        ] {
            assert_eq!(imdb(text).as_deref(), Some("tt0113277"), "{text}");
        }
        assert_eq!(imdb("tt12"), None);
        assert_eq!(imdb("héat"), None);
    }

    #[test]
    fn an_id_of_something_else_is_told_by_its_letters_or_its_address() {
        let film = IdsOf::Title(Some(TitleKind::Film));
        let series = IdsOf::Title(Some(TitleKind::Series));
        let either = IdsOf::Title(None);
        let tmdb = |kind: &str| format!("https://www.themoviedb.org/{kind}/949/");
        for (of, provider, text, other) in [
            (film, "imdb", "nm0000199", Some("a person")),
            (
                either,
                "imdb",
                "https://www.imdb.com/name/nm0000199/",
                Some("a person"),
            ),
            (film, "imdb", "tt0113277", None),
            (IdsOf::Person, "imdb", "tt0113277", Some("a title")),
            (IdsOf::Person, "imdb", "nm0000199", None),
            (IdsOf::Person, "imdb", "0000199", None),
            (film, "tmdb", &tmdb("movie"), None),
            (film, "tmdb", &tmdb("tv"), Some("a series")),
            (series, "tmdb", &tmdb("movie"), Some("a film")),
            (either, "tmdb", &tmdb("tv"), None),
            (either, "tmdb", &tmdb("person"), Some("a person")),
            (IdsOf::Person, "tmdb", &tmdb("movie"), Some("a title")),
            (film, "tmdb", "949", None),
            (film, "isan", "person/949", None),
        ] {
            assert_eq!(of.contradicted(provider, text), other, "{of:?} {text}");
        }
        let bare = IdsOf::Person.normal_id("imdb", "0000199");
        assert_eq!(bare.as_deref(), Some("nm0000199"));
        assert_eq!(film.normal_id("imdb", "12"), None);
    }

    #[test]
    fn ids_of_wikidata_have_a_capital() {
        assert_eq!(after_letter("q42198", 'Q').as_deref(), Some("Q42198"));
        assert_eq!(after_letter("42198", 'Q'), None);
    }

    #[test]
    fn double_encoding_is_told_from_accents() {
        for text in [
            "AmÃ©lie",
            "Am\u{c3}\u{a9}lie 千と千尋",
            "Itâ€™s a Wonderful Life",
            "Lâ€™Ã‰tÃ©",
            "Ð\u{90}Ð½Ð½Ð°",
            "åƒ\u{8d}",
            "â€“",
        ] {
            assert!(looks_double_encoded(text), "{text}");
        }
        for text in [
            "Amélie",
            "千と千尋の神隠し",
            "“CAFÉ”",
            "L’Été – à Paris…",
            "Ænima",
            "Françoise Hardy",
            "Ñandú",
            "ÄÄ",
            "Анна",
            "«Élysée»",
            "",
        ] {
            assert!(!looks_double_encoded(text), "{text}");
        }
    }

    #[test]
    fn names_with_commas_get_the_hint_that_is_right() {
        let last_first = check_person_name("De Niro, Robert");
        assert!(last_first.is_some_and(|reason| reason.contains("last name, first name")));
        for name in ["Robert Downey, Jr.", "Robert Downey Jr.", "Ving Rhames"] {
            assert_eq!(check_person_name(name), None, "{name}");
        }
        for name in [
            "Al Pacino, Robert De Niro",
            "Al Pacino,Robert De Niro,Val Kilmer",
            "Cher, Sting, Bono",
            "Al Pacino; Robert De Niro",
            "Robert Downey, Jr., Chris Evans, Cher",
        ] {
            assert_eq!(check_person_name(name), Some(SEVERAL), "{name}");
        }
    }

    #[test]
    fn what_stands_for_nobody_is_no_name() {
        for text in [
            "N/A",
            "nan",
            "NaN",
            "\\N",
            "Unknown",
            "unknown",
            "(unknown)",
            "None",
            "NONE",
            "-",
            "--",
            "—",
            "?",
            "null",
            "TBA",
        ] {
            assert!(is_placeholder(text), "{text}");
        }
        for text in [
            "Nan Goldin",
            "Noname",
            "Naná",
            "B. D.",
            "Unknown Artist Collective",
            "…",
            "!",
        ] {
            assert!(!is_placeholder(text), "{text}");
        }
        for id in [
            "0",
            "tt0000000",
            "Q0",
            "000",
            "https://www.imdb.com/title/tt0000000/",
        ] {
            assert!(is_zero(id), "{id}");
        }
        for id in ["tt0113277", "Q1", "10", "tt"] {
            assert!(!is_zero(id), "{id}");
        }
    }
}

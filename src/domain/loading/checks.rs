//! Checks of values that are sound JSON and may still be wrong: ids of other catalogues, names, encodings.

use serde_json::Value;

use super::fields::{Fields, checked_text, shown};
use super::problem::Problem;
use super::said::{Entries, Said};
use crate::domain::catalog::ExternalId;

/// Reads `ids`, by their provider: one spelling for each id, numbers and texts alike.
pub(super) fn read_external_ids(
    fields: &mut Fields,
) -> Result<Said<Entries<ExternalId>>, Problem> {
    let ids = match fields.object("ids")? {
        Said::Nothing => return Ok(Said::Nothing),
        Said::Cleared => return Ok(Said::Cleared),
        Said::Value(ids) => ids,
    };
    let mut checked: Entries<ExternalId> = Entries::new();
    for (key, value) in ids {
        let field = format!("ids.{key}");
        let provider = key.trim().to_lowercase();
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
        let normal = match provider.as_str() {
            "imdb" => imdb(&text),
            "wikidata" => after_letter(last_part(&text), 'Q'),
            "tmdb" | "tvdb" => is_number(last_part(&text)).then(|| last_part(&text).to_owned()),
            "wikipedia_en" => Some(text.clone()),
            _ => {
                fields.warn(
                    field.clone(),
                    format!("“{provider}” is not a provider that we know; kept as it is"),
                );
                Some(text.clone())
            }
        };
        let id = normal.ok_or_else(|| {
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

/// Whether an id can belong to one thing only, so that two things that carry it are the same.
pub(super) fn is_identifying(id: &ExternalId) -> bool {
    matches!(id.provider.as_str(), "imdb" | "tmdb" | "tvdb" | "wikidata")
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

/// What may be wrong with a name that stands for a person.
pub(super) fn check_person_name(name: &str) -> Option<String> {
    let (last, first) = name.split_once(", ")?;
    let is_suffix = matches!(
        first.trim_end_matches('.'),
        "Jr" | "Sr" | "II" | "III" | "IV"
    );
    (!is_suffix && !last.contains(',')).then(|| {
        format!("“{name}” looks like “last name, first name”; kept as a person of its own")
    })
}

/// Whether a text is UTF-8 that was taken for Latin-1 and encoded once more.
pub(super) fn looks_double_encoded(text: &str) -> bool {
    let bytes: Option<Vec<u8>> = text
        .chars()
        .map(|c| u8::try_from(u32::from(c)).ok())
        .collect();
    !text.is_ascii() && bytes.is_some_and(|bytes| std::str::from_utf8(&bytes).is_ok())
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
    fn ids_of_wikidata_have_a_capital() {
        assert_eq!(after_letter("q42198", 'Q').as_deref(), Some("Q42198"));
        assert_eq!(after_letter("42198", 'Q'), None);
    }

    #[test]
    fn double_encoding_is_told_from_accents() {
        assert!(looks_double_encoded("AmÃ©lie"));
        assert!(!looks_double_encoded("Amélie"));
        assert!(!looks_double_encoded("千と千尋の神隠し"));
    }

    #[test]
    fn a_suffix_is_not_a_first_name() {
        assert!(check_person_name("De Niro, Robert").is_some());
        assert!(check_person_name("Robert Downey, Jr.").is_none());
    }
}

//! Texts by language, as a record has them: one text, which is in the language of the site, or an object of texts.

use std::collections::BTreeMap;

use serde_json::Value;

use super::fields::{Fields, UNKNOWN, checked_text, is_placeholder, shown};
use super::problem::Problem;
use super::said::Said;
use crate::domain::catalog::{SITE_LANGUAGE, Texts, language_code};
use crate::domain::language::LanguageTag;
use crate::domain::text;

/// In how many languages something may be said. What titles are told of is in memory in all of them.
pub(super) const MAX_LANGUAGES: usize = 60;

/// What a record says of the texts of one thing, by language: each is a field of its own, and `None` clears it.
pub type Translated = BTreeMap<LanguageTag, Option<Box<str>>>;

impl Said<Translated> {
    /// The texts that are there after the record, where `stored` were there before.
    pub(super) fn over_texts(&self, stored: Texts) -> Texts {
        match self {
            Self::Nothing => stored,
            Self::Cleared => Texts::default(),
            Self::Value(said) => {
                let mut texts = BTreeMap::from(stored);
                for (language, text) in said {
                    match text {
                        Some(text) => texts.insert(*language, text.clone()),
                        None => texts.remove(language),
                    };
                }
                texts.into()
            }
        }
    }
}

/// How a text is checked: its field, the text and its length at most.
type Check = fn(&str, &Value, usize) -> Result<String, Problem>;

/// Reads texts of at most so many characters each. A key that names no language is left out, with a warning.
pub(super) fn read_texts(
    fields: &mut Fields,
    name: &'static str,
    max: usize,
) -> Result<Said<Translated>, Problem> {
    read_checked(fields, name, max, checked_text)
}

/// The same of texts whose paragraphs stay apart.
pub(super) fn read_long_texts(
    fields: &mut Fields,
    name: &'static str,
    max: usize,
) -> Result<Said<Translated>, Problem> {
    read_checked(fields, name, max, checked_paragraphs)
}

fn read_checked(
    fields: &mut Fields,
    name: &'static str,
    max: usize,
    check: Check,
) -> Result<Said<Translated>, Problem> {
    let by_language = match fields.raw(name) {
        None => return Ok(Said::Nothing),
        Some(Value::Null) => return Ok(Said::Cleared),
        Some(Value::Array(none)) if none.is_empty() => return Ok(Said::Cleared),
        Some(Value::Object(texts)) => texts,
        Some(value @ Value::String(_)) => {
            let text = read_text(fields, name, &value, max, check)?;
            return Ok(text.map_or(Said::Nothing, |text| {
                Said::Value(Translated::from([(SITE_LANGUAGE, Some(text))]))
            }));
        }
        Some(value) => {
            let reason = format!(
                "is {}, neither a text nor an object of texts by language",
                shown(&value)
            );
            return Err(Problem::new(name, reason));
        }
    };
    if by_language.len() > MAX_LANGUAGES {
        let reason = format!(
            "has {} languages, more than {MAX_LANGUAGES}",
            by_language.len()
        );
        return Err(Problem::new(name, reason));
    }
    let mut texts = Translated::new();
    for (key, value) in by_language {
        let field = format!("{name}.{key}");
        let Some(language) = language(&key) else {
            fields.warn_of(
                field,
                key,
                "is no language of ISO 639, by code or name; left out",
            );
            continue;
        };
        let text = match value {
            Value::Null => None,
            value => match read_text(fields, &field, &value, max, check)? {
                Some(text) => Some(text),
                None => continue,
            },
        };
        let before = texts.get(&language).and_then(Option::as_ref);
        match (before, &text) {
            (Some(before), Some(text)) if before != text => {
                let reason = format!("is another text than {language} has already");
                return Err(Problem::new(field, reason));
            }
            (Some(_), _) => {}
            (None, _) => drop(texts.insert(language, text)),
        }
    }
    Ok(Said::Value(texts))
}

/// The language that a code, a tag or a name of it stands for.
pub(super) fn language(written: &str) -> Option<LanguageTag> {
    LanguageTag::parse(written)
        .filter(LanguageTag::is_known)
        .or_else(|| language_code(written).and_then(LanguageTag::parse))
}

fn read_text(
    fields: &mut Fields,
    field: &str,
    value: &Value,
    max: usize,
    check: Check,
) -> Result<Option<Box<str>>, Problem> {
    let text = check(field, value, max)?;
    if text.is_empty() {
        return Ok(None);
    }
    if is_placeholder(&text) {
        fields.warn_of(field, text, UNKNOWN);
        return Ok(None);
    }
    if looks_like_markup(&text) {
        fields.warn(
            field,
            "looks like HTML, and is plain text; kept as it stands there",
        );
    }
    Ok(Some(text.into()))
}

/// A text with each of its lines tidied, and no more than one empty line between two.
fn checked_paragraphs(field: &str, value: &Value, max: usize) -> Result<String, Problem> {
    let folded = checked_text(field, value, max)?;
    let lines = value.as_str().unwrap_or(&folded).lines();
    let mut tidied = String::new();
    let mut is_apart = false;
    for line in lines.map(text::tidy) {
        if line.is_empty() {
            is_apart = true;
            continue;
        }
        if !tidied.is_empty() {
            tidied.push_str(if is_apart { "\n\n" } else { "\n" });
        }
        tidied.push_str(&line);
        is_apart = false;
    }
    match tidied.chars().count() {
        length if length > max => {
            let reason = format!("has {length} characters, more than {max}");
            Err(Problem::new(field, reason).at_most(max))
        }
        _ => Ok(tidied),
    }
}

fn looks_like_markup(text: &str) -> bool {
    let text = text.to_lowercase();
    ["</", "<br", "<p>", "<i>", "<b>", "&amp;", "&quot;", "&#39;"]
        .iter()
        .any(|mark| text.contains(mark))
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, json};

    use super::*;
    use crate::domain::loading::problem::Warning;

    type Read = (Result<Said<Translated>, Problem>, Vec<Warning>);

    fn read(value: Value) -> Read {
        let mut map = Map::new();
        map.insert("overview".to_owned(), value);
        let mut fields = Fields::new(map);
        let read = read_texts(&mut fields, "overview", 20);
        (read, fields.finish().1)
    }

    fn said(texts: &[(&str, Option<&str>)]) -> Said<Translated> {
        let texts = texts.iter().map(|(tag, text)| {
            let tag = LanguageTag::parse(tag).unwrap();
            (tag, text.map(Box::from))
        });
        Said::Value(texts.collect())
    }

    #[test]
    fn a_text_is_in_the_language_of_the_site_and_an_object_says_which() {
        for (value, expected) in [
            (json!("A  thief."), said(&[("en", Some("A thief."))])),
            (json!(""), Said::Nothing),
            (json!(null), Said::Cleared),
            (json!([]), Said::Cleared),
            (json!({}), said(&[])),
            (
                json!({ "EN": "A", "ger": "B", "pt_br": "C", "French": null, "it": " " }),
                said(&[
                    ("en", Some("A")),
                    ("de", Some("B")),
                    ("pt-BR", Some("C")),
                    ("fr", None),
                ]),
            ),
            (json!({ "de": "A", "deu": "A" }), said(&[("de", Some("A"))])),
        ] {
            assert_eq!(read(value.clone()), (Ok(expected), vec![]), "{value}");
        }
    }

    #[test]
    fn what_is_no_text_is_refused_by_its_field() {
        for (value, field, reason) in [
            (json!(7), "overview", "is 7, neither a text nor an object"),
            (json!(["A"]), "overview", "neither a text nor an object"),
            (json!({ "de": 7 }), "overview.de", "is 7, not a text"),
            (
                json!("x".repeat(21)),
                "overview",
                "has 21 characters, more than 20",
            ),
            (
                json!("a\u{0}b"),
                "overview",
                "contains the character U+0000",
            ),
            (
                json!({ "de": "A", "deu": "B" }),
                "overview.deu",
                "is another text than de has already",
            ),
        ] {
            let problem = read(value).0.unwrap_err();
            assert_eq!(problem.field, field);
            assert!(problem.reason.contains(reason), "{}", problem.reason);
        }
        let many = (0..=MAX_LANGUAGES).map(|n| (format!("k{n}"), json!("A")));
        let problem = read(Value::Object(many.collect())).0.unwrap_err();
        assert!(problem.reason.contains("more than 60"), "{problem:?}");
    }

    #[test]
    fn what_says_nothing_is_warned_of_and_left_out() {
        for (value, expected, reason) in [
            (json!("N/A"), Said::Nothing, UNKNOWN),
            (
                json!({ "xx": "A", "de": "B" }),
                said(&[("de", Some("B"))]),
                "is no language of ISO 639, by code or name; left out",
            ),
            (
                json!("<b>A</b>"),
                said(&[("en", Some("<b>A</b>"))]),
                "looks like HTML, and is plain text; kept as it stands there",
            ),
        ] {
            let (read, warnings) = read(value);
            assert_eq!(read, Ok(expected));
            assert_eq!(warnings.len(), 1);
            assert_eq!(warnings[0].reason, reason);
        }
    }

    #[test]
    fn paragraphs_of_a_long_text_stay_apart() {
        let Value::Object(map) =
            json!({ "biography": { "en": "A  b\r\n \r\n\n\nC\nD\n", "de": "x\n\ny" } })
        else {
            unreachable!("it is an object");
        };
        let mut fields = Fields::new(map);

        let long = read_long_texts(&mut fields, "biography", 20);

        let expected = said(&[("de", Some("x\n\ny")), ("en", Some("A b\n\nC\nD"))]);
        assert_eq!(long, Ok(expected));
        let folded = read(json!("A  b\r\n \r\nC\n")).0;
        assert_eq!(folded, Ok(said(&[("en", Some("A b C"))])));
        let too_long = json!("aaaaaaaaaa\n\naaaaaaaaa");
        assert!(checked_text("overview", &too_long, 20).is_ok());
        let problem = checked_paragraphs("overview", &too_long, 20).unwrap_err();
        assert_eq!(problem.reason, "has 21 characters, more than 20");
    }

    #[test]
    fn a_language_that_is_not_named_stays() {
        let stored = said(&[("de", Some("A")), ("en", Some("B")), ("fr", Some("C"))]);
        let stored = stored.over_texts(Texts::default());
        let thin = said(&[("de", Some("D")), ("fr", None), ("it", Some("E"))]);

        let after = thin.over_texts(stored.clone());

        let expected = said(&[("de", Some("D")), ("en", Some("B")), ("it", Some("E"))]);
        assert_eq!(after, expected.over_texts(Texts::default()));
        assert_eq!(Said::Nothing.over_texts(stored.clone()), stored);
        assert!(Said::Cleared.over_texts(stored).is_empty());
    }
}

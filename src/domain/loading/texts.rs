//! Texts in several languages, as a record has them: a text, which is in the site's language, or an object by language.

use std::collections::BTreeMap;

use serde_json::Value;

use super::fields::{Fields, UNKNOWN, is_placeholder, shown};
use super::problem::Problem;
use super::said::Said;
use crate::domain::catalog::{SITE_LANGUAGE, Texts};
use crate::domain::language::LanguageTag;
use crate::domain::text;

/// In how many languages a text may be given.
const MAX_LANGUAGES: usize = 200;

/// What a record says in each language: a text, or `None`: that there is none.
pub type SaidTexts = Said<BTreeMap<LanguageTag, Option<Box<str>>>>;

impl SaidTexts {
    /// The texts after a record, where `stored` held before. Each language is a field of its own.
    pub(super) fn over_texts(&self, stored: Texts) -> Texts {
        let said = match self {
            Self::Nothing => return stored,
            Self::Cleared => return Texts::default(),
            Self::Value(said) => said,
        };
        let mut texts: BTreeMap<LanguageTag, Box<str>> = stored.into();
        for (language, text) in said {
            match text {
                Some(text) => drop(texts.insert(*language, text.clone())),
                None => drop(texts.remove(language)),
            }
        }
        texts.into()
    }
}

/// Reads a field of texts of at most `max` characters each. What stands for a text that is not known says nothing.
pub(super) fn read_texts(
    fields: &mut Fields,
    field: &'static str,
    max: usize,
) -> Result<SaidTexts, Problem> {
    match fields.raw(field) {
        None => Ok(Said::Nothing),
        Some(Value::Null) => Ok(Said::Cleared),
        Some(Value::Array(list)) if list.is_empty() => Ok(Said::Cleared),
        Some(Value::Object(map)) => {
            let mut said = BTreeMap::new();
            for (key, value) in map {
                let path = format!("{field}.{key}");
                let language = LanguageTag::parse(&key).filter(LanguageTag::is_known);
                let language = language.ok_or_else(|| {
                    Problem::new(&path, "is no language, as a tag such as “de” or “pt-BR”")
                })?;
                let text = match value {
                    Value::Null => Some(None),
                    value => read_text(fields, &path, &value, max)?.map(Some),
                };
                if let Some(text) = text
                    && said.insert(language, text).is_some()
                {
                    let reason = format!("says {language} a second time");
                    return Err(Problem::new(path, reason));
                }
            }
            if said.len() > MAX_LANGUAGES {
                let reason = format!("has {} languages, more than {MAX_LANGUAGES}", said.len());
                return Err(Problem::new(field, reason));
            }
            Ok(if said.is_empty() {
                Said::Nothing
            } else {
                Said::Value(said)
            })
        }
        Some(value) => {
            let text = read_text(fields, field, &value, max)?;
            Ok(text.map_or(Said::Nothing, |text| {
                Said::Value(BTreeMap::from([(SITE_LANGUAGE, Some(text))]))
            }))
        }
    }
}

/// One text; `None`: it says nothing.
fn read_text(
    fields: &mut Fields,
    field: &str,
    value: &Value,
    max: usize,
) -> Result<Option<Box<str>>, Problem> {
    let text = value.as_str().ok_or_else(|| {
        let reason = format!("is {}, not a text", shown(value));
        Problem::new(field, reason)
    })?;
    if text.contains('\0') {
        return Err(Problem::new(field, "contains the character U+0000"));
    }
    let tidied = paragraphs(text);
    let length = tidied.chars().count();
    if length > max {
        let reason = format!("has {length} characters, more than {max}");
        return Err(Problem::new(field, reason));
    }
    if is_placeholder(&tidied) {
        fields.warn_of(field, tidied, UNKNOWN);
        return Ok(None);
    }
    Ok((!tidied.is_empty()).then(|| tidied.into()))
}

/// The text with each of its lines tidied, and no more than one empty line between two.
fn paragraphs(text: &str) -> String {
    let mut tidied = String::new();
    let mut is_apart = false;
    for line in text.lines().map(text::tidy) {
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
    tidied
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(value: Value) -> (Result<SaidTexts, Problem>, usize) {
        let record = json!({ "biography": value });
        let Value::Object(map) = record else {
            unreachable!("it is an object");
        };
        let mut fields = Fields::new(map);
        let read = read_texts(&mut fields, "biography", 20);
        (read, fields.finish().1.len())
    }

    fn said(texts: &[(&str, Option<&str>)]) -> SaidTexts {
        let texts = texts.iter().map(|(language, text)| {
            let language = LanguageTag::parse(language).unwrap();
            (language, text.map(Box::from))
        });
        Said::Value(texts.collect())
    }

    #[test]
    fn a_text_is_in_the_language_of_the_site_and_an_object_says_others() {
        for (value, expected) in [
            (
                json!("Born in  Paris "),
                said(&[("en", Some("Born in Paris"))]),
            ),
            (
                json!({ "de": "Aus Wien", "pt_br": "Do Rio", "fr": null }),
                said(&[
                    ("de", Some("Aus Wien")),
                    ("fr", None),
                    ("pt-BR", Some("Do Rio")),
                ]),
            ),
            (
                json!("A\r\n \r\n\n\nB\nC\n"),
                said(&[("en", Some("A\n\nB\nC"))]),
            ),
            (json!(null), Said::Cleared),
            (json!([]), Said::Cleared),
            (json!({}), Said::Nothing),
            (json!(" \u{200b}"), Said::Nothing),
            (json!({ "de": "" }), Said::Nothing),
        ] {
            assert_eq!(read(value.clone()), (Ok(expected), 0), "{value}");
        }
        assert_eq!(read(json!("N/A")), (Ok(Said::Nothing), 1));
        assert_eq!(read(json!({ "en": "Unknown" })), (Ok(Said::Nothing), 1));
    }

    #[test]
    fn what_is_no_text_in_a_language_is_refused_by_its_name() {
        for (value, field, reason) in [
            (json!(7), "biography", "is 7, not a text"),
            (json!({ "de": 7 }), "biography.de", "is 7, not a text"),
            (
                json!({ "xx": "A" }),
                "biography.xx",
                "is no language, as a tag such as “de” or “pt-BR”",
            ),
            (
                json!({ "german": "A" }),
                "biography.german",
                "is no language, as a tag such as “de” or “pt-BR”",
            ),
            (
                json!({ "de": "A", "deu": "B" }),
                "biography.deu",
                "says de a second time",
            ),
            (
                json!("a".repeat(21)),
                "biography",
                "has 21 characters, more than 20",
            ),
            (json!("a\0b"), "biography", "contains the character U+0000"),
        ] {
            let expected = Err(Problem::new(field, reason));
            assert_eq!(read(value.clone()).0, expected, "{value}");
        }
        let many: serde_json::Map<String, Value> = ('a'..='z')
            .flat_map(|one| ('a'..='z').map(move |two| format!("{one}{two}")))
            .filter(|code| {
                let tag = LanguageTag::parse(code);
                tag.is_some_and(|tag| tag.is_known() && tag.as_str() == code)
            })
            .map(|code| (format!("{code}-AT"), json!("A")))
            .chain((0..100).map(|number| (format!("de-{number:03}"), json!("A"))))
            .collect();
        let refused = read(Value::Object(many)).0.unwrap_err();
        assert!(
            refused.reason.contains("languages, more than 200"),
            "{refused:?}"
        );
    }

    #[test]
    fn each_language_is_a_field_of_its_own() {
        let before = said(&[("de", Some("A")), ("en", Some("B")), ("fr", Some("C"))]);
        let stored = before.over_texts(Texts::default());

        let after = said(&[("de", None), ("en", Some("D"))]).over_texts(stored.clone());

        let expected = said(&[("en", Some("D")), ("fr", Some("C"))]);
        assert_eq!(after, expected.over_texts(Texts::default()));
        assert_eq!(SaidTexts::Nothing.over_texts(stored.clone()), stored);
        assert!(SaidTexts::Cleared.over_texts(stored).is_empty());
    }
}

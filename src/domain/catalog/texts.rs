//! Texts in several languages, and the one that a reader gets.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::language::LanguageTag;

/// The language of the site, in which names are given that no language is said of.
pub const SITE_LANGUAGE: LanguageTag = LanguageTag::ENGLISH;

/// A text in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    pub language: LanguageTag,
    /// Plain text with something visible in it.
    pub text: Box<str>,
}

/// Texts that say the same, each in another language. Stored as an object, by language.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    from = "BTreeMap<LanguageTag, Box<str>>",
    into = "BTreeMap<LanguageTag, Box<str>>"
)]
pub struct Texts {
    /// Sorted by language, each once.
    texts: Box<[Text]>,
}

impl Texts {
    /// The texts, sorted by language.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Text> {
        self.texts.iter()
    }

    /// In how many languages it is said.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether nothing is said in any language.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// The text that is nearest to a language, of equally near ones the first; `None` if all are in others.
    pub fn nearest(&self, wanted: &LanguageTag) -> Option<&Text> {
        self.measured(wanted)
            .min_by_key(|(distance, _)| *distance)
            .map(|(_, text)| text)
    }

    /// The text for whoever wants these languages, the most wanted first: one in the first of them that there is, else in
    /// the language of the site, else any, for to know what it says in another language is more than to know nothing.
    pub fn pick(&self, wanted: impl IntoIterator<Item = LanguageTag>) -> Option<&Text> {
        wanted
            .into_iter()
            .chain([SITE_LANGUAGE])
            .find_map(|wanted| self.nearest(&wanted))
            .or_else(|| self.texts.first())
    }

    /// The texts of a language, with how far each is from it.
    pub(super) fn measured(&self, wanted: &LanguageTag) -> impl Iterator<Item = (usize, &Text)> {
        let wanted = *wanted;
        let texts = self.texts.iter();
        texts.filter_map(move |text| Some((wanted.distance(&text.language)?, text)))
    }
}

impl From<BTreeMap<LanguageTag, Box<str>>> for Texts {
    fn from(texts: BTreeMap<LanguageTag, Box<str>>) -> Self {
        let texts = texts.into_iter();
        Self {
            texts: texts
                .map(|(language, text)| Text { language, text })
                .collect(),
        }
    }
}

impl From<Texts> for BTreeMap<LanguageTag, Box<str>> {
    fn from(texts: Texts) -> Self {
        let texts = texts.texts.into_iter();
        texts.map(|it| (it.language, it.text)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(text: &str) -> LanguageTag {
        LanguageTag::parse(text).unwrap()
    }

    fn texts(texts: &[(&str, &str)]) -> Texts {
        let texts = texts.iter();
        let texts = texts.map(|(language, text)| (tag(language), Box::from(*text)));
        texts.collect::<BTreeMap<_, Box<str>>>().into()
    }

    #[test]
    fn the_nearest_text_is_of_the_same_language() {
        let texts = texts(&[("de", "1"), ("en", "2"), ("pt-BR", "3"), ("zh-Hans", "4")]);
        let nearest = |wanted: &str| texts.nearest(&tag(wanted)).map(|text| &*text.text);

        assert_eq!(nearest("de-AT"), Some("1"));
        assert_eq!(nearest("pt-PT"), Some("3"));
        assert_eq!(nearest("zh-TW"), Some("4"));
        assert_eq!(nearest("fr"), None);
        let chinese = self::texts(&[("zh-CN", "5"), ("zh-TW", "6")]);
        for (wanted, expected) in [("zh-Hant-TW", "6"), ("zh-HK", "6"), ("zh-Hans", "5")] {
            let nearest = chinese.nearest(&tag(wanted)).map(|text| &*text.text);
            assert_eq!(nearest, Some(expected), "{wanted}");
        }
        let picked = |wanted: &[&str]| {
            let wanted = wanted.iter().map(|text| tag(text));
            texts.pick(wanted).map(|text| &*text.text)
        };
        assert_eq!(picked(&["fr", "de"]), Some("1"));
        assert_eq!(picked(&["fr"]), Some("2"));
        assert_eq!(Texts::default().pick([tag("fr")]), None);
    }

    #[test]
    fn texts_are_stored_as_an_object_by_language() {
        let texts = texts(&[("pt-BR", "B"), ("en", "A")]);

        let json = serde_json::to_string(&texts).unwrap();

        assert_eq!(json, r#"{"en":"A","pt-BR":"B"}"#);
        assert_eq!(serde_json::from_str::<Texts>(&json).unwrap(), texts);
    }
}

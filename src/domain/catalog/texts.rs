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
    /// Sorted by language.
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
    fn measured(&self, wanted: &LanguageTag) -> impl Iterator<Item = (usize, &Text)> {
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

    fn tags(tags: &[&str]) -> Vec<LanguageTag> {
        let tags = tags.iter().map(|tag| LanguageTag::parse(tag).unwrap());
        tags.collect()
    }

    fn texts(texts: &[(&str, &str)]) -> Texts {
        let texts = texts.iter().map(|(language, text)| {
            let language = LanguageTag::parse(language).unwrap();
            (language, Box::from(*text))
        });
        texts.collect::<BTreeMap<_, _>>().into()
    }

    #[test]
    fn a_text_is_in_the_first_language_that_it_is_in() {
        let texts = texts(&[("de", "Wien"), ("en", "Vienna"), ("fr", "Vienne")]);
        let pick = |wanted: &[&str]| texts.pick(tags(wanted)).map(|text| text.text.to_string());

        assert_eq!(pick(&["it", "fr", "de"]).as_deref(), Some("Vienne"));
        assert_eq!(pick(&["de-AT"]).as_deref(), Some("Wien"));
        assert_eq!(pick(&["it"]).as_deref(), Some("Vienna"));
        assert_eq!(Texts::default().pick(tags(&["en"])), None);
    }

    #[test]
    fn texts_are_stored_as_an_object_by_language() {
        let texts = texts(&[("en", "A"), ("pt-BR", "B")]);

        let json = serde_json::to_string(&texts).unwrap();

        assert_eq!(json, r#"{"en":"A","pt-BR":"B"}"#);
        assert_eq!(serde_json::from_str::<Texts>(&json).unwrap(), texts);
    }
}

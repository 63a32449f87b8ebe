//! What a title is called and told of, for readers of some languages.

use super::texts::{SITE_LANGUAGE, Text};
use super::types::Title;
use crate::domain::language::LanguageTag;

impl Title {
    /// The language that it was made in, as far as is known: the first that is spoken in it.
    pub fn original_language(&self) -> Option<LanguageTag> {
        self.languages
            .first()
            .and_then(|code| LanguageTag::parse(code))
    }

    /// Its name for whoever wants these languages, the most wanted first: its name in the first of them that it has one
    /// in, else in the language of the site. The original name is one in the language that it was made in.
    pub fn name_in(&self, wanted: impl IntoIterator<Item = LanguageTag>) -> &str {
        self.named_in(wanted).1
    }

    /// The same name with its language; whoever wants that language alone gets the same.
    pub fn named_in(&self, wanted: impl IntoIterator<Item = LanguageTag>) -> (LanguageTag, &str) {
        let original = self.original_name.as_deref();
        let original = original.and_then(|name| Some((self.original_language()?, name)));
        for wanted in wanted {
            let translated = self.names.measured(&wanted);
            let own = [(SITE_LANGUAGE, self.name.as_str())];
            let others = own.into_iter().chain(original);
            let others = others.filter_map(|(tag, name)| {
                let distance = wanted.distance(&tag)?;
                Some((distance, (tag, name)))
            });
            let names = translated.map(|(distance, name)| (distance, (name.language, &*name.text)));
            let nearest = names.chain(others).min_by_key(|(distance, _)| *distance);
            if let Some((_, named)) = nearest {
                return named;
            }
        }
        (SITE_LANGUAGE, &self.name)
    }

    /// What it is about, for whoever wants these languages: in the first of them that it is told in, else in that of the
    /// site, else in the one that it was made in, else in any.
    pub fn overview_in(&self, wanted: impl IntoIterator<Item = LanguageTag>) -> Option<&Text> {
        self.overview.pick(self.or_original(wanted))
    }

    /// The line that it is advertised with, by the same rule.
    pub fn tagline_in(&self, wanted: impl IntoIterator<Item = LanguageTag>) -> Option<&Text> {
        self.tagline.pick(self.or_original(wanted))
    }

    fn or_original(
        &self,
        wanted: impl IntoIterator<Item = LanguageTag>,
    ) -> impl Iterator<Item = LanguageTag> {
        let last = [SITE_LANGUAGE].into_iter().chain(self.original_language());
        wanted.into_iter().chain(last)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::domain::catalog::{Locks, Publication, Reception, Texts, TitleKind};
    use crate::domain::ids::TitleId;
    use crate::domain::stamp::Stamp;

    fn tags(tags: &[&str]) -> Vec<LanguageTag> {
        let tags = tags.iter().map(|tag| LanguageTag::parse(tag).unwrap());
        tags.collect()
    }

    fn texts(texts: &[(&str, &str)]) -> Texts {
        let texts = texts.iter().map(|(language, text)| {
            let language = LanguageTag::parse(language).unwrap();
            (language, Box::from(*text))
        });
        texts.collect::<BTreeMap<_, Box<str>>>().into()
    }

    fn amelie() -> Title {
        Title {
            id: TitleId(1),
            kind: TitleKind::Film,
            publication: Publication::default(),
            slug: "amelie-2001".to_owned(),
            name: "Amélie".to_owned(),
            original_name: Some("Le Fabuleux Destin".to_owned()),
            year: None,
            end_year: None,
            premiered: None,
            duration: None,
            genres: Vec::new(),
            credits: Vec::new(),
            crew: Vec::new(),
            countries: Vec::new(),
            languages: vec!["fr".to_owned(), "de".to_owned()],
            external_ids: Vec::new(),
            network: None,
            total_seasons: None,
            episode_duration: None,
            collection: None,
            certifications: Vec::new(),
            names: texts(&[
                ("de", "Die fabelhafte Welt"),
                ("pt-BR", "O Fabuloso Destino"),
            ]),
            overview: texts(&[("fr", "À Paris"), ("it", "A Parigi")]),
            tagline: Texts::default(),
            status: None,
            studios: Vec::new(),
            tags: Vec::new(),
            scores: Vec::new(),
            extras: Vec::new(),
            pictures: Vec::new(),
            merge: None,
            season_pictures: Vec::new(),
            watchers: 0,
            reception: Reception::default(),
            locks: Locks::default(),
            stamp: Stamp::first(chrono::DateTime::UNIX_EPOCH),
        }
    }

    #[test]
    fn a_name_is_in_the_first_language_that_it_is_in() {
        let amelie = amelie();
        for (wanted, expected) in [
            (&["de-AT"][..], "Die fabelhafte Welt"),
            (&["it", "de", "en"], "Die fabelhafte Welt"),
            (&["en-GB", "de"], "Amélie"),
            (&["pt-PT"], "O Fabuloso Destino"),
            // It was made in it.
            (&["fr-CA", "de"], "Le Fabuleux Destin"),
            (&["ja"], "Amélie"),
            (&[], "Amélie"),
        ] {
            let (language, name) = amelie.named_in(tags(wanted));
            assert_eq!(name, expected, "{wanted:?}");
            assert_eq!(amelie.named_in([language]), (language, name), "{wanted:?}");
            assert_eq!(amelie.name_in(tags(wanted)), name, "{wanted:?}");
        }
    }

    #[test]
    fn a_text_that_nobody_asked_for_is_better_than_none() {
        let mut amelie = amelie();
        let of = |title: &Title, wanted: &[&str]| {
            let text = title.overview_in(tags(wanted));
            text.map(|text| (text.language.to_string(), text.text.to_string()))
        };
        let some = |language: &str, text: &str| Some((language.to_owned(), text.to_owned()));

        assert_eq!(of(&amelie, &["it-CH"]), some("it", "A Parigi"));
        // The language that it was made in, then any.
        assert_eq!(of(&amelie, &["ja"]), some("fr", "À Paris"));
        amelie.languages = vec!["ja".to_owned()];
        assert_eq!(of(&amelie, &["de"]), some("fr", "À Paris"));
        // The language of the site goes before both.
        amelie.overview = texts(&[("de", "In Paris"), ("en-GB", "In Paris, too")]);
        assert_eq!(of(&amelie, &["ja"]), some("en-GB", "In Paris, too"));
        assert_eq!(amelie.tagline_in(tags(&["en"])), None);
    }
}

//! All that is said of something by language, as a form needs it: each language is a row.

use std::collections::BTreeSet;

use async_graphql::{Context, SimpleObject};

use super::title_fields::TitleFields;
use crate::domain::catalog::{self, SITE_LANGUAGE, Text, Texts};
use crate::domain::language::LanguageTag;
use crate::graphql::error::Result;
use crate::graphql::language::wanted;

/// What is said of a film or a series in one language, as it is stored.
#[derive(SimpleObject, Debug, PartialEq)]
pub(crate) struct TitleTexts {
    /// The language, as a BCP 47 tag such as `de` or `pt-BR`; `en` is that of the site.
    language: String,
    /// The name in this language; null if it has none.
    name: Option<String>,
    /// What it is about, in this language; null if nobody says.
    overview: Option<String>,
    /// The line that it is advertised with, in this language; null if it has none.
    tagline: Option<String>,
}

/// What is said of an episode in one language, as it is stored.
#[derive(SimpleObject, Debug, PartialEq)]
pub(crate) struct EpisodeTexts {
    /// The language, as a BCP 47 tag such as `de` or `pt-BR`; `en` is that of the site.
    language: String,
    /// The name in this language; null if it has none.
    name: Option<String>,
    /// What happens in it, in this language; null if nobody tells.
    overview: Option<String>,
}

/// What is told of a person in one language, as it is stored.
#[derive(SimpleObject, Debug, PartialEq)]
pub(crate) struct PersonTexts {
    /// The language, as a BCP 47 tag such as `de` or `pt-BR`.
    language: String,
    /// What is told of the life, in this language.
    biography: String,
}

impl TitleTexts {
    /// Those of a title, sorted by language.
    pub(super) fn list(title: &catalog::Title) -> Vec<Self> {
        let all = [&title.names, &title.overview, &title.tagline];
        let texts = languages(Some(&title.name), &all).into_iter();
        let texts = texts.map(|language| Self {
            language: language.to_string(),
            name: name_in(language, Some(&title.name), &title.names),
            overview: said_in(language, &title.overview),
            tagline: said_in(language, &title.tagline),
        });
        texts.collect()
    }
}

impl EpisodeTexts {
    /// Those of an episode, with what is told of it, sorted by language.
    pub(super) fn list(episode: &catalog::Episode, told: &Texts) -> Vec<Self> {
        let name = episode.name.as_deref();
        let texts = languages(name, &[&episode.names, told]).into_iter();
        let texts = texts.map(|language| Self {
            language: language.to_string(),
            name: name_in(language, name, &episode.names),
            overview: said_in(language, told),
        });
        texts.collect()
    }
}

impl PersonTexts {
    /// Those of a person of whose life this is told, sorted by language.
    pub(super) fn list(told: &Texts) -> Vec<Self> {
        let texts = told.iter().map(|text| Self {
            language: text.language.to_string(),
            biography: text.text.to_string(),
        });
        texts.collect()
    }
}

/// The languages in which anything is said; a name is in that of the site.
fn languages(name: Option<&str>, all: &[&Texts]) -> BTreeSet<LanguageTag> {
    let said = all.iter().flat_map(|texts| texts.iter());
    let said = said.map(|text| text.language);
    said.chain(name.map(|_| SITE_LANGUAGE)).collect()
}

fn name_in(language: LanguageTag, name: Option<&str>, names: &Texts) -> Option<String> {
    match name {
        Some(name) if language == SITE_LANGUAGE => Some(name.to_owned()),
        _ => said_in(language, names),
    }
}

/// What is said in this language itself, not in one that is near to it.
fn said_in(language: LanguageTag, texts: &Texts) -> Option<String> {
    let text = texts.iter().find(|text| text.language == language)?;
    Some(text.text.to_string())
}

impl TitleFields {
    /// What it is about, in the language that whoever asks wants most of those that there is something in.
    pub(super) fn say_overview(
        &self,
        ctx: &Context<'_>,
        language: Option<&str>,
    ) -> Result<Option<&Text>> {
        Ok(self.title().overview_in(wanted(ctx, language)?))
    }

    /// The line that it is advertised with, in the same way.
    pub(super) fn say_tagline(
        &self,
        ctx: &Context<'_>,
        language: Option<&str>,
    ) -> Result<Option<&Text>> {
        Ok(self.title().tagline_in(wanted(ctx, language)?))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use chrono::DateTime;

    use super::*;
    use crate::domain::catalog::TitleKind;
    use crate::domain::loading::blank_title;

    fn texts(texts: &[(&str, &str)]) -> Texts {
        let texts = texts.iter().map(|(language, text)| {
            let language = LanguageTag::parse(language).unwrap();
            (language, Box::from(*text))
        });
        texts.collect::<BTreeMap<_, Box<str>>>().into()
    }

    #[test]
    fn each_language_is_a_row_with_what_is_said_in_it_itself() {
        let mut title = blank_title(TitleKind::Film, "heat", DateTime::UNIX_EPOCH).unwrap();
        title.name = "Heat".to_owned();
        title.names = texts(&[("pt", "Fogo")]);
        title.overview = texts(&[("en", "A heist."), ("pt-BR", "Um roubo.")]);
        title.tagline = texts(&[("de", "Los!")]);

        let row = |language: &str, name: Option<&str>, overview: Option<&str>, tagline| {
            let tagline: Option<&str> = tagline;
            TitleTexts {
                language: language.to_owned(),
                name: name.map(str::to_owned),
                overview: overview.map(str::to_owned),
                tagline: tagline.map(str::to_owned),
            }
        };
        assert_eq!(
            TitleTexts::list(&title),
            [
                row("de", None, None, Some("Los!")),
                row("en", Some("Heat"), Some("A heist."), None),
                row("pt", Some("Fogo"), None, None),
                row("pt-BR", None, Some("Um roubo."), None),
            ]
        );
    }
}

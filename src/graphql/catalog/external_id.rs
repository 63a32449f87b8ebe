//! Ids elsewhere, and where they lead.

use async_graphql::{InputObject, SimpleObject};

use super::provider::provider_name;
use crate::domain::catalog;
use crate::graphql::scalars::Url;

/// An id that something has elsewhere.
#[derive(SimpleObject)]
pub(crate) struct ExternalId {
    /// Who gave the id: `imdb`, `tmdb`, `wikidata`, `wikipedia_en`, …
    provider: String,
    /// What people call the provider: "IMDb", "Wikipedia"; the same as `provider` for one that the site does not know.
    provider_name: String,
    /// The id, in the provider's own spelling.
    value: String,
    /// The provider's page about it; null for providers that the site does not know.
    url: Option<Url>,
}

/// An id that something has elsewhere.
#[derive(InputObject)]
pub(crate) struct ExternalIdInput {
    /// Who gave the id: `imdb`, `tmdb`, `wikidata`, `wikipedia_en`, …
    provider: String,
    /// The id, in the provider's own spelling.
    value: String,
}

impl From<ExternalIdInput> for catalog::ExternalId {
    fn from(input: ExternalIdInput) -> Self {
        Self {
            provider: input.provider,
            value: input.value,
        }
    }
}

/// What an id is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Subject {
    Film,
    Series,
    Person,
}

impl ExternalId {
    /// The ids of one thing.
    pub(super) fn list(ids: &[catalog::ExternalId], subject: Subject) -> Vec<Self> {
        let id = |id: &catalog::ExternalId| Self {
            provider: id.provider.clone(),
            provider_name: provider_name(&id.provider).to_owned(),
            value: id.value.clone(),
            url: url(&id.provider, &id.value, subject).map(Url),
        };
        ids.iter().map(id).collect()
    }
}

fn url(provider: &str, value: &str, subject: Subject) -> Option<String> {
    let value = percent_encoded(value);
    Some(match (provider, subject) {
        ("imdb", Subject::Film | Subject::Series) => format!("https://www.imdb.com/title/{value}/"),
        ("imdb", Subject::Person) => format!("https://www.imdb.com/name/{value}/"),
        ("tmdb", Subject::Film) => format!("https://www.themoviedb.org/movie/{value}"),
        ("tmdb", Subject::Series) => format!("https://www.themoviedb.org/tv/{value}"),
        ("tmdb", Subject::Person) => format!("https://www.themoviedb.org/person/{value}"),
        ("wikidata", _) => format!("https://www.wikidata.org/wiki/{value}"),
        ("wikipedia_en", _) => format!("https://en.wikipedia.org/wiki/{value}"),
        _ => return None,
    })
}

/// As one segment of a path, whatever was loaded.
fn percent_encoded(value: &str) -> String {
    let encoded = value.bytes().map(|byte| {
        if byte.is_ascii_alphanumeric() || b"-._~!$'()*,;:@".contains(&byte) {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    });
    encoded.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_leads_to_the_page_about_it() {
        assert_eq!(
            url("imdb", "tt0113277", Subject::Film).unwrap(),
            "https://www.imdb.com/title/tt0113277/"
        );
        assert_eq!(
            url("tmdb", "1396", Subject::Series).unwrap(),
            "https://www.themoviedb.org/tv/1396"
        );
        assert_eq!(
            url("wikipedia_en", "1_(2013_film)", Subject::Film).unwrap(),
            "https://en.wikipedia.org/wiki/1_(2013_film)"
        );
        assert_eq!(url("elsewhere", "1", Subject::Film), None);
    }

    #[test]
    fn an_id_cannot_lead_anywhere_else() {
        assert_eq!(
            url("wikidata", "../?q=é#", Subject::Person).unwrap(),
            "https://www.wikidata.org/wiki/..%2F%3Fq%3D%C3%A9%23"
        );
    }
}

//! Pages of titles, with what the titles of the whole list have in common.

use std::collections::HashMap;

use async_graphql::{Context, Enum, Object, SimpleObject};

use super::title::TitleEdge;
use crate::domain::catalog::{self, FacetCount, TitleFilter};
use crate::domain::ids::GenreId;
use crate::domain::page::{MAX_PAGE, Slice, Window};
use crate::graphql::context::ContextExt;
use crate::graphql::error::Result;
use crate::graphql::page::{Connection, limit};
use crate::graphql::total::Total;
use crate::graphql::turns::take_turns;

/// A page of titles, and what the whole list is counted by.
pub(crate) struct TitleConnection {
    page: Connection<TitleEdge>,
    counted: Counted,
}

/// What the facets of a list are counted of.
enum Counted {
    /// The titles that pass a filter.
    Titles(TitleFilter),
    /// What a search finds of them.
    Search(String, TitleFilter),
    /// Of nothing: nobody chooses from the list by values.
    Nothing,
}

impl TitleConnection {
    /// A page that was read with a window.
    pub(crate) fn new(slice: Slice<TitleEdge>, window: &Window, total: Total) -> Self {
        let counted = match &total {
            Total::Titles(filter) => Counted::Titles(filter.clone()),
            Total::Search(query, filter) => Counted::Search(query.clone(), filter.clone()),
            _ => Counted::Nothing,
        };
        Self {
            page: Connection::new(slice, window, total),
            counted,
        }
    }
}

/// A page of a list of titles, in the order of the list.
#[Object]
impl TitleConnection {
    #[graphql(flatten)]
    #[expect(clippy::unused_async, reason = "all resolvers are")]
    async fn page(&self) -> &Connection<TitleEdge> {
        &self.page
    }

    /// How many titles of the whole list have which values, for filters that show it: counted of what the viewer may see
    /// and what passes the filter, but for what the filter says of the facet itself (`genres`, `kind`, `decades`,
    /// `language` and `languages`, `countries`, `maxAge`, `missing`), so that whoever has chosen a value sees how many
    /// others would bring. `AGE` counts each age by itself, while `maxAge` lets younger ones through, too. `genresAll`,
    /// `yearFrom` and `yearTo` count as everything else does. Of a search the 500 best matches are counted; with a value
    /// as a condition it may find more than were counted, because it forgives typing errors where it finds little. Null
    /// for a list that cannot be filtered.
    async fn facets(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only these facets, in this order; all if left out or empty.")] by: Option<
            Vec<TitleFacet>,
        >,
    ) -> Result<Option<Vec<Facet>>> {
        let mut facets: Vec<catalog::Facet> = Vec::new();
        for facet in by.unwrap_or_default().into_iter().map(Into::into) {
            if !facets.contains(&facet) {
                facets.push(facet);
            }
        }
        if facets.is_empty() {
            facets = catalog::Facet::ALL.to_vec();
        }
        take_turns(facets.len()).await;
        let (services, visibility) = (ctx.services(), ctx.visibility());
        let counts = match &self.counted {
            Counted::Titles(filter) => {
                let catalog = &services.catalog;
                let counts = catalog.count_facets(&visibility, filter, &facets, MAX_PAGE);
                counts.await?
            }
            Counted::Search(query, filter) => {
                let search = &services.search;
                let counts = search.count_facets(&visibility, query, filter, &facets, MAX_PAGE);
                counts.await?
            }
            Counted::Nothing => return Ok(None),
        };
        let genres = genres(ctx, counts.iter().flatten()).await?;
        let facets = facets.into_iter().zip(counts).map(|(facet, counts)| Facet {
            by: facet.into(),
            values: counts
                .into_iter()
                .filter_map(|count| FacetValue::new(count, &genres))
                .collect(),
        });
        Ok(Some(facets.collect()))
    }
}

/// The genres among some values, by id.
async fn genres(
    ctx: &Context<'_>,
    counts: impl Iterator<Item = &FacetCount>,
) -> Result<HashMap<GenreId, catalog::Genre>> {
    let ids = counts.filter_map(|count| match count.value {
        catalog::FacetValue::Genre(id) => Some(id),
        _ => None,
    });
    let ids: Vec<GenreId> = ids.collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let genres = ctx.services().catalog.genres(&ids).await?.into_iter();
    Ok(genres.map(|genre| (genre.id, genre)).collect())
}

/// By what titles are told apart where somebody chooses among them.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "catalog::Facet")]
pub(crate) enum TitleFacet {
    /// The genres; a title has several.
    Genre,
    /// Whether it is a film or a series.
    Kind,
    /// The decade of the first showing; titles of unknown year have none.
    Decade,
    /// The languages spoken in it; a title may have several.
    Language,
    /// The countries that it was made in; a title may have several.
    Country,
    /// The age from which it may be seen, by the strictest system, each age by itself; unrated titles have none.
    Age,
    /// What it lacks that its page would show; a title may lack several.
    Missing,
}

/// How many titles of a list have which values.
pub(crate) struct Facet {
    by: TitleFacet,
    values: Vec<FacetValue>,
}

/// How many titles of a list have which values.
#[Object]
impl Facet {
    /// By what they are told apart.
    async fn by(&self) -> TitleFacet {
        self.by
    }

    /// The values that the most titles have first, ties by value; none that no title has. At most 100 are known.
    #[expect(clippy::unused_async, reason = "all resolvers are")]
    async fn values(
        &self,
        #[graphql(desc = "How many, 1 to 100.", default = 20)] first: Option<i32>,
    ) -> Result<Option<Vec<FacetValue>>> {
        let first = limit("first", first, 20)?;
        Ok(Some(self.values.iter().take(first).cloned().collect()))
    }
}

/// A value, and how many titles have it.
#[derive(SimpleObject, Clone)]
pub(crate) struct FacetValue {
    /// As the filter takes it: the slug of a genre, `FILM` or `SERIES`, the first year of a decade, an ISO 639-1 code of
    /// a language, an ISO 3166-1 code of a country, an age in years, `POSTER` or whatever else is missing.
    value: String,
    /// What to call it: the name of a genre; the same as `value` otherwise.
    name: String,
    /// The same for people to choose by, in English: the name of a genre, a language or a country, "Films" or "Series",
    /// "1990s", "From 12" or "All ages", "No poster"; the code of what has no name.
    label: String,
    /// How many titles have it; at least one.
    count: u64,
}

impl FacetValue {
    /// A value as the schema has it; `None` of a genre that has left the catalogue.
    fn new(count: FacetCount, genres: &HashMap<GenreId, catalog::Genre>) -> Option<Self> {
        let label = label(&count.value, genres)?;
        let value = match count.value {
            catalog::FacetValue::Genre(id) => {
                let genre = genres.get(&id)?;
                return Some(Self {
                    value: genre.slug.clone(),
                    name: genre.name.clone(),
                    label,
                    count: count.titles,
                });
            }
            catalog::FacetValue::Kind(catalog::TitleKind::Film) => "FILM".to_owned(),
            catalog::FacetValue::Kind(catalog::TitleKind::Series) => "SERIES".to_owned(),
            catalog::FacetValue::Decade(year) => year.to_string(),
            catalog::FacetValue::Language(code) | catalog::FacetValue::Country(code) => code,
            catalog::FacetValue::Age(age) => age.to_string(),
            catalog::FacetValue::Missing(fact) => missing(fact).0.to_owned(),
        };
        Some(Self {
            name: value.clone(),
            value,
            label,
            count: count.titles,
        })
    }
}

/// What people call a value; `None` of a genre that has left the catalogue.
fn label(value: &catalog::FacetValue, genres: &HashMap<GenreId, catalog::Genre>) -> Option<String> {
    let called = |name: Option<&'static str>, code: &str| {
        // It is the name in a sentence: "from the United States".
        let name = name.map(|name| name.strip_prefix("the ").unwrap_or(name));
        name.unwrap_or(code).to_owned()
    };
    Some(match value {
        catalog::FacetValue::Genre(id) => genres.get(id)?.name.clone(),
        catalog::FacetValue::Kind(catalog::TitleKind::Film) => "Films".to_owned(),
        catalog::FacetValue::Kind(catalog::TitleKind::Series) => "Series".to_owned(),
        catalog::FacetValue::Decade(year) => format!("{year}s"),
        catalog::FacetValue::Language(code) => called(catalog::language_name(code), code),
        catalog::FacetValue::Country(code) => called(catalog::country_name(code), code),
        catalog::FacetValue::Age(0) => "All ages".to_owned(),
        catalog::FacetValue::Age(age) => format!("From {age}"),
        catalog::FacetValue::Missing(fact) => missing(*fact).1.to_owned(),
    })
}

/// What the filter takes for something that is missing, and what people call that it is.
fn missing(fact: catalog::MissingFact) -> (&'static str, &'static str) {
    match fact {
        catalog::MissingFact::Poster => ("POSTER", "No poster"),
        catalog::MissingFact::Overview => ("OVERVIEW", "No overview"),
        catalog::MissingFact::Director => ("DIRECTOR", "No director"),
        catalog::MissingFact::Duration => ("DURATION", "No duration"),
        catalog::MissingFact::Certification => ("CERTIFICATION", "No certification"),
        catalog::MissingFact::ExternalId => ("EXTERNAL_ID", "No id elsewhere"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_labelled_as_people_call_them() {
        let label = |value| label(&value, &HashMap::new());
        let said = [
            catalog::FacetValue::Kind(catalog::TitleKind::Film),
            catalog::FacetValue::Decade(1990),
            catalog::FacetValue::Language("ko".into()),
            catalog::FacetValue::Country("US".into()),
            catalog::FacetValue::Country("??".into()),
            catalog::FacetValue::Age(0),
            catalog::FacetValue::Age(12),
            catalog::FacetValue::Missing(catalog::MissingFact::ExternalId),
        ]
        .map(|value| label(value).unwrap());

        let expected = [
            "Films",
            "1990s",
            "Korean",
            "United States",
            "??",
            "All ages",
            "From 12",
            "No id elsewhere",
        ];
        assert_eq!(said, expected);
        assert_eq!(label(catalog::FacetValue::Genre(GenreId(1))), None);
    }
}

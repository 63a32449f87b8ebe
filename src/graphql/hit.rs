//! What a search of everything finds, and what the search box suggests.

use std::collections::VecDeque;
use std::sync::Arc;

use async_graphql::{ComplexObject, Context, Enum, SimpleObject, Union};

use super::catalog::{Collection, Episode, Film, Person, Series, Title, titles};
use super::cursor::Cursor;
use super::error::Result;
use super::highlight::{Highlight, TextRange, highlights};
use super::page::Edge;
use crate::domain::catalog::{self, FoundThing, HitKind};

/// The kinds of things that are found by what somebody types.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "HitKind")]
pub(crate) enum SearchKind {
    /// A film, by all that `search` finds it by.
    Film,
    /// A series, by all that `search` finds it by.
    Series,
    /// Somebody who is credited with a title or in an episode of one, by name.
    Person,
    /// A collection of films, by its name.
    Collection,
    /// An episode, by its name and that of its series.
    Episode,
}

/// Something that was found by what somebody typed.
#[derive(Union)]
pub(crate) enum SearchHit {
    Film(Film),
    Series(Series),
    Person(Person),
    Collection(Collection),
    Episode(Episode),
}

impl SearchHit {
    /// Things that were found together, in the same order.
    pub(crate) fn all<'a>(things: impl Iterator<Item = &'a FoundThing> + Clone) -> Vec<Self> {
        let of_titles = things.clone().filter_map(|thing| match thing {
            FoundThing::Title(title) => Some(Arc::clone(title)),
            _ => None,
        });
        let mut of_titles: VecDeque<Title> = titles(of_titles.collect()).into();
        let hits = things.filter_map(|thing| {
            Some(match thing {
                FoundThing::Title(_) => match of_titles.pop_front()? {
                    Title::Film(film) => Self::Film(film),
                    Title::Series(series) => Self::Series(series),
                },
                FoundThing::Person(person) => Self::Person(Person(Arc::clone(person))),
                FoundThing::Collection(it) => Self::Collection(Collection(Arc::clone(it))),
                FoundThing::Episode(episode) => Self::Episode(Episode(Arc::clone(episode))),
            })
        });
        hits.collect()
    }
}

/// The kinds that are asked for: all, if none is named.
pub(crate) fn hit_kinds(kinds: Option<Vec<SearchKind>>) -> Vec<HitKind> {
    let asked = kinds.unwrap_or_default();
    let is_asked = |kind: &HitKind| asked.is_empty() || asked.contains(&(*kind).into());
    HitKind::ALL.into_iter().filter(is_asked).collect()
}

/// Something that a search has found, as a row of a page.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct SearchHitEdge {
    /// The cursor of this row: give it as `after` to go on behind it, or as `before` to go back.
    cursor: Cursor,
    /// What was found: a film, a series, a person, a collection or an episode.
    node: SearchHit,
    /// How well it matches what was typed, above 0 and at most 1.
    score: f64,
    #[graphql(skip)]
    thing: FoundThing,
    /// What was typed by whoever searches.
    #[graphql(skip)]
    query: Arc<str>,
}

impl SearchHitEdge {
    /// A row of what was found by what somebody typed.
    pub(crate) fn new(
        cursor: Cursor,
        node: SearchHit,
        (score, thing): (f64, FoundThing),
        query: Arc<str>,
    ) -> Self {
        Self {
            cursor,
            node,
            score,
            thing,
            query,
        }
    }
}

#[ComplexObject]
impl SearchHitEdge {
    /// Which of its texts have what was typed, the one with the most of it first: as few as have all of it, and six at
    /// most; of an episode also the name of its series.
    async fn highlights(&self, ctx: &Context<'_>) -> Result<Option<Vec<Highlight>>> {
        highlights(ctx, Some(&*self.query), &self.thing).await
    }
}

impl Edge for SearchHitEdge {
    type Node = SearchHit;
    const CONNECTION: &'static str = "SearchHitConnection";

    fn node(&self) -> &SearchHit {
        &self.node
    }

    fn cursor(&self) -> &Cursor {
        &self.cursor
    }
}

/// What somebody may mean who is still typing.
#[derive(SimpleObject)]
pub(crate) struct SearchSuggestion {
    /// The name by which it was found, which need not be the one that the node shows: it may be in another language.
    text: String,
    /// Where what was typed stands in `text`, from the start on, without overlaps.
    ranges: Vec<TextRange>,
    /// What it is: `FILM`, `SERIES`, `PERSON` or `COLLECTION`.
    kind: SearchKind,
    /// What is suggested: a film, a series, a person or a collection.
    node: SearchHit,
}

impl SearchSuggestion {
    /// Suggestions of the domain, in the same order.
    pub(crate) fn all(suggestions: Vec<catalog::SearchSuggestion>) -> Vec<Self> {
        let nodes = SearchHit::all(suggestions.iter().map(|it| &it.thing));
        let rows = suggestions.into_iter().zip(nodes);
        rows.map(|(suggestion, node)| Self {
            text: suggestion.text,
            ranges: suggestion.ranges.into_iter().map(Into::into).collect(),
            kind: match &node {
                SearchHit::Film(_) => SearchKind::Film,
                SearchHit::Series(_) => SearchKind::Series,
                SearchHit::Person(_) => SearchKind::Person,
                SearchHit::Collection(_) => SearchKind::Collection,
                SearchHit::Episode(_) => SearchKind::Episode,
            },
            node,
        })
        .collect()
    }
}

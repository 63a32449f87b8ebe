//! Titles: films and series, wherever either may stand.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, ID, Interface, SimpleObject};

use super::certification::Certification;
use super::credit::{CreditEdge, CreditRole, CreditedRole};
use super::details::{Extra, ExtraKind, RatingSummary};
use super::external_id::ExternalId;
use super::film::Film;
use super::genre::Genre;
use super::image::{Image, ImageKind};
use super::publication::TitleState;
use super::series::Series;
use super::texts::TitleTexts;
use super::title_fields::{Siblings, TitleFields};
use crate::domain::catalog::{self, FoundThing, TitleKind};
use crate::graphql::commenting::{CommentConnection, CommentOrder};
use crate::graphql::cursor::Cursor;
use crate::graphql::error::Result;
use crate::graphql::highlight::{Highlight, highlights};
use crate::graphql::page::{Connection, Edge};
use crate::graphql::recommend::RecommendationEdge;
use crate::graphql::scalars::{Date, DateTime};

/// A film or a series.
#[expect(
    clippy::duplicated_attributes,
    reason = "fields of an interface are lists of attributes, and some are of one type"
)]
#[derive(Interface, Clone)]
#[graphql(
    field(
        name = "id",
        ty = "ID",
        desc = "The global id, which `node` takes: opaque text that stays the same."
    ),
    field(
        name = "slug",
        ty = "&str",
        desc = "The key in addresses, unique among all titles."
    ),
    field(
        name = "name",
        ty = "&str",
        desc = "The name in the language that is wanted, if it has one in that; else in the site's language, English.",
        arg(
            name = "language",
            ty = "Option<String>",
            desc = "The language to give it in, as a BCP 47 tag such as `de` or `pt-BR`; `INVALID` if it is none. Where it is not said in this, or if it is left out: in that of the viewer's profile, then in those of `Accept-Language`."
        )
    ),
    field(
        name = "original_name",
        ty = "Option<&str>",
        desc = "The name in the language that it was made in; null if unknown."
    ),
    field(
        name = "overview",
        ty = "Option<&str>",
        desc = "What it is about, in a few sentences of plain text: in the language that is wanted, else in the site's language, English, else in the one that it was made in, else in any; `overviewLanguage` says in which. Null if nobody has said.",
        arg(
            name = "language",
            ty = "Option<String>",
            desc = "The language to give it in, as a BCP 47 tag such as `de` or `pt-BR`; `INVALID` if it is none. Where it is not said in this, or if it is left out: in that of the viewer's profile, then in those of `Accept-Language`."
        )
    ),
    field(
        name = "overview_language",
        ty = "Option<&str>",
        desc = "The language that `overview` is in for the same argument, as a BCP 47 tag; null if there is none.",
        arg(
            name = "language",
            ty = "Option<String>",
            desc = "The language to give it in, as a BCP 47 tag such as `de` or `pt-BR`; `INVALID` if it is none. Where it is not said in this, or if it is left out: in that of the viewer's profile, then in those of `Accept-Language`."
        )
    ),
    field(
        name = "tagline",
        ty = "Option<&str>",
        desc = "The line that it is advertised with, in plain text; the language is chosen as that of `overview`. Null if it has none.",
        arg(
            name = "language",
            ty = "Option<String>",
            desc = "The language to give it in, as a BCP 47 tag such as `de` or `pt-BR`; `INVALID` if it is none. Where it is not said in this, or if it is left out: in that of the viewer's profile, then in those of `Accept-Language`."
        )
    ),
    field(
        name = "tagline_language",
        ty = "Option<&str>",
        desc = "The language that `tagline` is in for the same argument, as a BCP 47 tag; null if there is none.",
        arg(
            name = "language",
            ty = "Option<String>",
            desc = "The language to give it in, as a BCP 47 tag such as `de` or `pt-BR`; `INVALID` if it is none. Where it is not said in this, or if it is left out: in that of the viewer's profile, then in those of `Accept-Language`."
        )
    ),
    field(
        name = "studios",
        ty = "&[String]",
        desc = "The companies that made it, by name; at most 50."
    ),
    field(
        name = "tags",
        ty = "&[String]",
        desc = "Words that curators found for it; at most 100."
    ),
    field(
        name = "rating",
        ty = "RatingSummary",
        desc = "How it is rated, by the viewers of this site and by other sites."
    ),
    field(
        name = "trailers",
        ty = "Vec<Extra>",
        desc = "Trailers and teasers, the ones to show first in front; at most 100."
    ),
    field(
        name = "extras",
        ty = "Option<Vec<Extra>>",
        desc = "Videos about it on other sites, trailers and teasers among them and first; at most 100.",
        arg(
            name = "kind",
            ty = "Option<Vec<ExtraKind>>",
            desc = "Only these kinds; all if left out or empty."
        )
    ),
    field(
        name = "images",
        ty = "Option<Vec<Image>>",
        desc = "Pictures of it, by kind: those that were given, at most 20, of a kind first those in the language that is wanted, then those without one, then others. A poster, a backdrop and a still are drawn where none is given.",
        arg(
            name = "kind",
            ty = "Option<Vec<ImageKind>>",
            desc = "Only these kinds; all if left out or empty."
        ),
        arg(
            name = "language",
            ty = "Option<String>",
            desc = "The language of the name on them, as a BCP 47 tag such as `de` or `pt-BR`; `INVALID` if it is none. Chosen as for `name`, also if it is left out."
        )
    ),
    field(
        name = "image",
        ty = "Option<Image>",
        desc = "One picture of it: of the first of these kinds that there is one of, the first that `images` would give. Null if there is none of any of them.",
        arg(
            name = "kind",
            ty = "Option<Vec<ImageKind>>",
            desc = "The kinds that will do, the most wanted first; any, in the order of `images`, if left out or empty."
        ),
        arg(
            name = "language",
            ty = "Option<String>",
            desc = "The language of the name on them, as a BCP 47 tag such as `de` or `pt-BR`; `INVALID` if it is none. Chosen as for `name`, also if it is left out."
        )
    ),
    field(
        name = "year",
        ty = "Option<i32>",
        desc = "The year of the first showing; null if unknown."
    ),
    field(
        name = "premiered",
        ty = "Option<Date>",
        desc = "The day of the first showing; null if unknown."
    ),
    field(
        name = "genres",
        ty = "Vec<Genre>",
        desc = "The genres, the most fitting first; a handful."
    ),
    field(
        name = "countries",
        ty = "&[String]",
        desc = "The countries that it was made in, as ISO 3166-1 codes of two letters; a handful."
    ),
    field(
        name = "languages",
        ty = "&[String]",
        desc = "The languages spoken in it, as ISO 639-1 codes of two letters; a handful."
    ),
    field(
        name = "external_ids",
        ty = "Vec<ExternalId>",
        desc = "The ids elsewhere, by provider; a handful."
    ),
    field(
        name = "certifications",
        ty = "Vec<Certification>",
        desc = "What rating systems say of it, by country; a handful, and empty if it is unrated."
    ),
    field(
        name = "certification",
        ty = "Option<Certification>",
        desc = "What one rating system says of it; null if that has not rated it, or is unknown.",
        arg(
            name = "system",
            ty = "Option<String>",
            desc = "The country whose system it is, as an ISO 3166-1 code; the system with the highest age if left out, which is the one that decides who may see the title."
        )
    ),
    field(
        name = "credits",
        ty = "Option<Connection<CreditEdge>>",
        desc = "Who made it: directors (creators, for a series) first, then actors, guests, writers, producers and composers, each in billing order. Page by page in either direction: `first` and `after`, or `last` and `before`; a page has 20 rows if neither says how many.",
        arg(
            name = "role",
            ty = "Option<Vec<CreditRole>>",
            desc = "Only these roles; all if left out or empty."
        ),
        arg(
            name = "first",
            ty = "Option<i32>",
            desc = "How many from the start, or after `after`, 1 to 100."
        ),
        arg(
            name = "after",
            ty = "Option<String>",
            desc = "Only those after this cursor; `BAD_CURSOR` if it is of another list."
        ),
        arg(
            name = "last",
            ty = "Option<i32>",
            desc = "How many from the end, or before `before`, 1 to 100."
        ),
        arg(
            name = "before",
            ty = "Option<String>",
            desc = "Only those before this cursor; `BAD_CURSOR` if it is of another list."
        )
    ),
    field(
        name = "similar",
        ty = "Option<Connection<RecommendationEdge>>",
        desc = "\"If you watched this, these might be good\": the other parts of its collection, the next one before all, then the best first, 100 in all, without what the viewer's profile has watched, rated or hidden. No director or actor has more than four of each 12, unless nothing else is left or viewers watch them together.",
        arg(
            name = "first",
            ty = "Option<i32>",
            desc = "How many from the start, or after `after`, 1 to 100; 12 if `last` is left out, too."
        ),
        arg(
            name = "after",
            ty = "Option<String>",
            desc = "Only those after this cursor; `BAD_CURSOR` if it is of another list."
        ),
        arg(
            name = "last",
            ty = "Option<i32>",
            desc = "How many from the end, or before `before`, 1 to 100."
        ),
        arg(
            name = "before",
            ty = "Option<String>",
            desc = "Only those before this cursor; `BAD_CURSOR` if it is of another list."
        )
    ),
    field(
        name = "state",
        ty = "TitleState",
        desc = "Whether it is for viewers; whoever is not a curator always sees `PUBLISHED`."
    ),
    field(
        name = "available_from",
        ty = "Option<DateTime>",
        desc = "The first moment at which viewers may see it, once it is published; null: they always might."
    ),
    field(
        name = "available_until",
        ty = "Option<DateTime>",
        desc = "The moment from which viewers may not see it any more; null: they may for good."
    ),
    field(
        name = "watchers",
        ty = "u64",
        desc = "How many profiles have watched it, a few seconds ago."
    ),
    field(
        name = "viewer_liked",
        ty = "Option<bool>",
        desc = "What the viewer's profile said of it: true is a thumb up, false one down; null if it said nothing, or nobody is logged in."
    ),
    field(
        name = "in_watchlist",
        ty = "Option<bool>",
        desc = "Whether it is on the watchlist of the viewer's profile; null if nobody is logged in."
    ),
    field(
        name = "viewer_hidden",
        ty = "Option<bool>",
        desc = "Whether the viewer's profile hides it from its suggestions; null if nobody is logged in."
    ),
    field(
        name = "comments",
        ty = "Option<CommentConnection>",
        desc = "What viewers wrote of it, thread by thread, as far as it is shown. Page by page in either direction: `first` and `after`, or `last` and `before`; a page has 20 rows if neither says how many. Null if the site has no comments, or for a child's profile.",
        arg(
            name = "order_by",
            ty = "Option<CommentOrder>",
            desc = "The order of the threads; ties are broken by id.",
            default_with = "Some(CommentOrder::Top)"
        ),
        arg(
            name = "first",
            ty = "Option<i32>",
            desc = "How many from the start, or after `after`, 1 to 100."
        ),
        arg(
            name = "after",
            ty = "Option<String>",
            desc = "Only those after this cursor; `BAD_CURSOR` if it is of another order."
        ),
        arg(
            name = "last",
            ty = "Option<i32>",
            desc = "How many from the end, or before `before`, 1 to 100."
        ),
        arg(
            name = "before",
            ty = "Option<String>",
            desc = "Only those before this cursor; `BAD_CURSOR` if it is of another order."
        )
    ),
    field(
        name = "comment_count",
        ty = "Option<u64>",
        desc = "How many comments and replies are shown of it, a second or so ago; null where `comments` is."
    ),
    field(
        name = "created_at",
        ty = "DateTime",
        desc = "When it was added to the catalogue."
    ),
    field(
        name = "updated_at",
        ty = "DateTime",
        desc = "When the catalogue last changed what it says of it."
    ),
    field(
        name = "revision",
        ty = "u64",
        desc = "How often the catalogue has changed what it says of it; 1 at first."
    ),
    field(
        name = "locked_fields",
        ty = "Option<Vec<String>>",
        desc = "The fields that no load changes, by their names in files that are loaded, sorted. For curators; null for everybody else."
    ),
    field(
        name = "texts",
        ty = "Option<Vec<TitleTexts>>",
        desc = "All that is said of it by language, sorted by language, as a form for curators needs it; null for everybody else."
    )
)]
pub(crate) enum Title {
    /// Watched in one piece.
    Film(Film),
    /// Watched episode by episode.
    Series(Series),
}

impl Title {
    fn new(fields: TitleFields) -> Self {
        match fields.title().kind {
            TitleKind::Film => Self::Film(Film(fields)),
            TitleKind::Series => Self::Series(Series(fields)),
        }
    }

    /// A title that was read alone.
    pub(crate) fn one(title: Arc<catalog::Title>) -> Self {
        let page = Arc::new(Siblings::new(vec![Arc::clone(&title)]));
        Self::new(TitleFields::new(title, page))
    }

    /// The title as the domain knows it.
    pub(crate) fn title(&self) -> &Arc<catalog::Title> {
        match self {
            Self::Film(film) => film.title(),
            Self::Series(series) => series.title(),
        }
    }

    /// The film, if it is one.
    pub(crate) fn into_film(self) -> Option<Film> {
        match self {
            Self::Film(film) => Some(film),
            Self::Series(_) => None,
        }
    }

    /// The series, if it is one.
    pub(crate) fn into_series(self) -> Option<Series> {
        match self {
            Self::Series(series) => Some(series),
            Self::Film(_) => None,
        }
    }
}

/// The titles of a page, in the same order.
pub(crate) fn titles(page: Vec<Arc<catalog::Title>>) -> Vec<Title> {
    let page = Arc::new(Siblings::new(page));
    let title = |title: &Arc<catalog::Title>| {
        Title::new(TitleFields::new(Arc::clone(title), Arc::clone(&page)))
    };
    page.titles().iter().map(title).collect()
}

/// A film or series, as a row of a page.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct TitleEdge {
    /// What was typed, if the list is a search.
    #[graphql(skip)]
    query: Option<Arc<str>>,
    /// The cursor of this row: give it as `after` to go on behind it, or as `before` to go back.
    cursor: Cursor,
    /// The film or series in this row.
    node: Title,
    /// How well it matches the search, above 0 and at most 1; null in lists that are no search.
    score: Option<f64>,
    /// What the person did for it whose titles these are, in the order of its credits; null in lists that are no
    /// person's.
    roles: Option<Vec<CreditedRole>>,
}

impl TitleEdge {
    /// A row of a list.
    pub(crate) fn new(cursor: Cursor, node: Title, score: Option<f64>) -> Self {
        Self {
            cursor,
            node,
            score,
            roles: None,
            query: None,
        }
    }

    /// The same in a search for what somebody typed.
    pub(crate) fn found_by(self, query: Arc<str>) -> Self {
        Self {
            query: Some(query),
            ..self
        }
    }

    /// The same in the list of somebody who did this for it.
    pub(super) fn of_person(self, roles: Vec<CreditedRole>) -> Self {
        Self {
            roles: Some(roles),
            ..self
        }
    }
}

#[ComplexObject]
impl TitleEdge {
    /// Which of its texts have what was typed, the one with the most of it first: as few as have all of it, and six at
    /// most; names of people are among them, and the year. Null in lists that are no search.
    async fn highlights(&self, ctx: &Context<'_>) -> Result<Option<Vec<Highlight>>> {
        let thing = FoundThing::Title(Arc::clone(self.node.title()));
        highlights(ctx, self.query.as_deref(), &thing).await
    }
}

impl Edge for TitleEdge {
    type Node = Title;
    // `TitleConnection` has the fields of this one and more.
    const CONNECTION: &'static str = "TitlePage";

    fn node(&self) -> &Title {
        &self.node
    }

    fn cursor(&self) -> &Cursor {
        &self.cursor
    }
}

//! People, as the schema shows them, with their titles.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, ID, Object, SimpleObject};

use super::credit::{CreditRole, roles};
use super::external_id::{ExternalId, Subject};
use super::facets::TitleConnection;
use super::filter::TitleOrder;
use super::image::{self, Image, ImageKind};
use super::texts::PersonTexts;
use super::title_list::list_titles_of_person;
use crate::domain::catalog::{self, CatalogNode, FoundThing};
use crate::domain::viewer::Role;
use crate::domain::watching::MutedSource;
use crate::graphql::context::ContextExt;
use crate::graphql::cursor::Cursor;
use crate::graphql::error::Result;
use crate::graphql::global_id::GlobalId;
use crate::graphql::guard::RoleAtLeast;
use crate::graphql::highlight::{Highlight, highlights};
use crate::graphql::language::wanted;
use crate::graphql::page::{Edge, PageArgs};
use crate::graphql::revising::{
    FieldSource, RevisionConnection, is_curator, locked_fields, revisions_of, value_sources_of,
};
use crate::graphql::scalars::{Date, DateTime};
use crate::graphql::watching::viewer_muted;

/// A person who was read, as the schema shows them.
#[derive(Clone)]
pub(crate) struct Person(pub(crate) Arc<catalog::Person>);

/// Somebody who is credited with a title.
#[Object]
impl Person {
    /// The global id, which `node` takes: opaque text that stays the same.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::Person(self.0.id).encode()
    }

    /// The key in addresses, unique among people.
    async fn slug(&self) -> &str {
        &self.0.slug
    }

    /// The name, as the catalogue credits it.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The day of birth; null if unknown.
    async fn born(&self) -> Option<Date> {
        self.0.born.map(Date)
    }

    /// The day of death, not before that of birth; null while the person lives, and if it is unknown.
    async fn died(&self) -> Option<Date> {
        self.0.died.map(Date)
    }

    /// Where the person was born, as the catalogue writes it: "New York City, USA"; null if unknown.
    async fn birthplace(&self) -> Option<&str> {
        self.0.birthplace.as_deref()
    }

    /// What is told of the person's life, as plain text of at most 20,000 characters: in the language that is wanted, else
    /// in the site's language, English, else in any; null if nothing is told.
    async fn biography(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The language to give it in, as a BCP 47 tag such as `de` or `pt-BR`; `INVALID` if it is none. Where it is not said in this, or if it is left out: in that of the viewer's profile, then in those of `Accept-Language`."
        )]
        language: Option<String>,
    ) -> Result<Option<String>> {
        let wanted = wanted(ctx, language.as_deref())?;
        let told = ctx.loaders().biographies.find(self.0.id).await?;
        let text = told.as_ref().and_then(|texts| texts.pick(wanted));
        Ok(text.map(|text| text.text.to_string()))
    }

    /// Portraits of the person, at most 20: first those in the language that is wanted, then those without one, then others;
    /// empty if none was given.
    #[expect(
        clippy::unused_async,
        reason = "resolvers are async, also those that may fail and wait for nothing"
    )]
    async fn images(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only these kinds; all if left out or empty.")] kind: Option<
            Vec<ImageKind>,
        >,
        #[graphql(
            desc = "The language of what is written on them, as a BCP 47 tag such as `de` or `pt-BR`; `INVALID` if it is none. Chosen as for `biography`, also if it is left out."
        )]
        language: Option<String>,
    ) -> Result<Option<Vec<Image>>> {
        image::of_person(ctx, &self.0, kind.as_deref(), language.as_deref()).map(Some)
    }

    /// The ids elsewhere, by provider; a handful.
    async fn external_ids(&self) -> Vec<ExternalId> {
        ExternalId::list(&self.0.external_ids, Subject::Person)
    }

    /// The titles that the person is credited with; each row says in which roles.
    /// Page by page in either direction: `first` and `after`, or `last` and `before`; a page has 20 rows if neither says how
    /// many.
    #[expect(clippy::too_many_arguments, reason = "they are those of the field")]
    async fn titles(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Only those with the person in one of these roles; in any if left out or empty."
        )]
        role: Option<Vec<CreditRole>>,
        #[graphql(
            desc = "The order of the titles; ties are broken by id.",
            default_with = "Some(TitleOrder::NewestReleased)"
        )]
        order_by: Option<TitleOrder>,
        #[graphql(
            desc = "Which mix `orderBy: RANDOM` is of: any number; 0 if left out, and `INVALID` with any other order."
        )]
        seed: Option<i32>,
        #[graphql(desc = "How many from the start, or after `after`, 1 to 100.")] first: Option<
            i32,
        >,
        #[graphql(
            desc = "Only those after this cursor; `BAD_CURSOR` if it is of another list or order."
        )]
        after: Option<String>,
        #[graphql(desc = "How many from the end, or before `before`, 1 to 100.")] last: Option<i32>,
        #[graphql(
            desc = "Only those before this cursor; `BAD_CURSOR` if it is of another list or order."
        )]
        before: Option<String>,
    ) -> Result<Option<TitleConnection>> {
        let order = order_by
            .unwrap_or(TitleOrder::NewestReleased)
            .into_domain(seed)?;
        let page = PageArgs::both(first, after, last, before);
        list_titles_of_person(ctx, self.0.id, roles(role), order, page).await
    }

    /// Whether the viewer's profile mutes the person, so that they speak for no title in its suggestions; null if nobody is
    /// logged in.
    async fn viewer_muted(&self, ctx: &Context<'_>) -> Result<Option<bool>> {
        viewer_muted(ctx, MutedSource::Person(self.0.id)).await
    }

    /// What was changed of it, the latest first, since the site keeps revisions. For curators; an API key needs the
    /// scope `CURATE`. Page by page in either direction: `first` and `after`, or `last` and `before`; a page has 20
    /// rows if neither says how many.
    #[graphql(guard = "RoleAtLeast(Role::Curator)")]
    async fn revisions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the start, or after `after`, 1 to 100.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only those after this cursor; `BAD_CURSOR` if it is of another list.")]
        after: Option<String>,
        #[graphql(desc = "How many from the end, or before `before`, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor; `BAD_CURSOR` if it is of another list.")]
        before: Option<String>,
    ) -> Result<Option<RevisionConnection>> {
        let page = PageArgs::both(first, after, last, before);
        revisions_of(ctx, CatalogNode::Person(self.0.id), page).await
    }

    /// The fields that no load changes, by their names in files that are loaded, sorted. For curators; null
    /// for everybody else.
    async fn locked_fields(&self, ctx: &Context<'_>) -> Option<Vec<String>> {
        locked_fields(ctx, &self.0.locks)
    }

    /// Where the value of each field is from, sorted by field, also of one that was cleared; of what is left out nobody
    /// knows, or it was never said. For curators; an API key needs the scope `CURATE`.
    #[graphql(guard = "RoleAtLeast(Role::Curator)")]
    async fn value_sources(&self, ctx: &Context<'_>) -> Result<Option<Vec<FieldSource>>> {
        let node = CatalogNode::Person(self.0.id);
        value_sources_of(ctx, node, self.0.stamp.revision).await
    }

    /// All that is told of the person by language, sorted by language, as a form for curators needs it; null for
    /// everybody else.
    async fn texts(&self, ctx: &Context<'_>) -> Result<Option<Vec<PersonTexts>>> {
        if !is_curator(ctx) {
            return Ok(None);
        }
        let told = ctx.loaders().biographies.find(self.0.id).await?;
        let told = told.map(|told| PersonTexts::list(&told));
        Ok(Some(told.unwrap_or_default()))
    }

    /// When the person was added to the catalogue.
    async fn created_at(&self) -> DateTime {
        self.0.stamp.created_at.into()
    }

    /// When the catalogue last changed what it says of the person.
    async fn updated_at(&self) -> DateTime {
        self.0.stamp.updated_at.into()
    }

    /// How often the catalogue has changed what it says of the person; 1 at first.
    async fn revision(&self) -> u64 {
        self.0.stamp.revision
    }
}

/// A person, as a row of a page.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct PersonEdge {
    /// What was typed, if the list is a search.
    #[graphql(skip)]
    query: Option<Arc<str>>,
    /// The cursor of this row: give it as `after` to go on behind it, or as `before` to go back.
    cursor: Cursor,
    /// The person in this row.
    node: Person,
    /// How well the name matches the search, above 0 and at most 1; null in lists that are no search.
    score: Option<f64>,
}

impl PersonEdge {
    /// A row of a list.
    pub(crate) fn new(cursor: Cursor, node: Person, score: Option<f64>) -> Self {
        Self {
            cursor,
            node,
            score,
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
}

#[ComplexObject]
impl PersonEdge {
    /// What of the name was typed; empty if nothing of it can be pointed at. Null in lists that are no search.
    async fn highlights(&self, ctx: &Context<'_>) -> Result<Option<Vec<Highlight>>> {
        let thing = FoundThing::Person(Arc::clone(&self.node.0));
        highlights(ctx, self.query.as_deref(), &thing).await
    }
}

impl Edge for PersonEdge {
    type Node = Person;
    const CONNECTION: &'static str = "PersonConnection";

    fn node(&self) -> &Person {
        &self.node
    }

    fn cursor(&self) -> &Cursor {
        &self.cursor
    }
}

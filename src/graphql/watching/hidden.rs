//! Titles that viewers do not want to be suggested.

use std::collections::HashMap;

use async_graphql::{ComplexObject, Context, ID, InputObject, Object, SimpleObject};

use super::rate::title_id;
use super::whose::whose;
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::page::{Keyset, Slice};
use crate::domain::watching::{ProfileList, TitleList, WatchError};
use crate::graphql::accounts::Profile;
use crate::graphql::catalog::{Title, TitleConnection, TitleEdge, titles};
use crate::graphql::context::ContextExt;
use crate::graphql::cursor::Order;
use crate::graphql::error::Result;
use crate::graphql::guard::MayWatch;
use crate::graphql::page::PageArgs;
use crate::graphql::total::Total;
use crate::graphql::user_error::UserError;

static HIDDEN: Order = Order::by_number("hidden titles");

/// Whether the viewer's profile hides a title; `None` if nobody is logged in.
pub(crate) async fn viewer_hidden(ctx: &Context<'_>, title: TitleId) -> Result<Option<bool>> {
    if ctx.viewer().profile().is_none() {
        return Ok(None);
    }
    let hidden = ctx.personal().hidden.find(title).await?;
    Ok(Some(hidden.is_some()))
}

/// Hiding titles from suggestions.
#[derive(Default)]
pub(crate) struct HidingMutation;

/// Hiding titles from suggestions.
#[Object]
impl HidingMutation {
    /// "Not interested": the title is never suggested to the viewer's profile, until that is undone. It can still be
    /// found and watched. At most 10,000 a profile. For whoever is logged in; an API key needs the scope `WATCH`.
    #[graphql(guard = "MayWatch")]
    async fn hide_title(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The title, and whether to hide it.")] input: HideTitleInput,
    ) -> Result<HideTitlePayload> {
        let viewer = ctx.known_viewer()?;
        let watching = &ctx.services().watching;
        let hidden = match title_id(&input.title) {
            Some(title) => {
                let visibility = ctx.visibility();
                let list = TitleList::Hidden;
                let hidden = watching.set_listed(&visibility, &viewer, list, title, input.hidden);
                hidden.await
            }
            None => Err(WatchError::TitleNotFound),
        };
        let (title, user_errors) = UserError::split(hidden)?;
        let title = title.flatten();
        Ok(HideTitlePayload {
            title: title.map(Title::one),
            user_errors,
        })
    }
}

/// Which title to hide, or to show again.
#[derive(InputObject)]
struct HideTitleInput {
    /// The global id of the film or series.
    title: ID,
    /// True: never suggest it; false: it may be suggested again.
    hidden: bool,
}

/// What became of hiding a title.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct HideTitlePayload {
    /// The title; null if it was refused, or is shown again and has left the catalogue.
    title: Option<Title>,
    /// What a person can put right: a `title` that is not there, or too many that are hidden.
    pub(crate) user_errors: Vec<UserError>,
}

#[ComplexObject]
impl HideTitlePayload {
    /// The viewer's profile, with its lists as they are now; null if it was refused.
    async fn profile(&self, ctx: &Context<'_>) -> Result<Option<Profile>> {
        whose(ctx, &self.user_errors).await
    }
}

/// The part of a profile that is about hidden titles.
pub(crate) struct ProfileHidden(pub(crate) ProfileId);

/// The part of a profile that is about hidden titles.
#[Object]
impl ProfileHidden {
    /// The titles that are not to be suggested, the last hidden first.
    /// Page by page in either direction: `first` and `after`, or `last` and `before`; a page has 50 rows if neither says how
    /// many.
    async fn hidden_titles(
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
    ) -> Result<Option<TitleConnection>> {
        let window = PageArgs::both(first, after, last, before).window(&HIDDEN, 50)?;
        let watching = &ctx.services().watching;
        let slice = watching
            .listed_titles(&ctx.visibility(), self.0, TitleList::Hidden, &window)
            .await?;
        let ids: Vec<TitleId> = slice.rows.iter().map(|hidden| hidden.title).collect();
        let found = ctx.personal().titles.many(ids.clone()).await?;
        let found: Vec<_> = ids.iter().filter_map(|id| found.get(id).cloned()).collect();
        let keysets: HashMap<TitleId, Keyset> = slice
            .rows
            .iter()
            .map(|hidden| (hidden.title, hidden.keyset()))
            .collect();
        let edges = titles(found.clone()).into_iter().zip(&found);
        let edges = edges.filter_map(|(node, title)| {
            let cursor = HIDDEN.cursor(keysets.get(&title.id)?.clone());
            Some(TitleEdge::new(cursor, node, None))
        });
        let slice = Slice {
            rows: edges.collect(),
            has_more: slice.has_more,
        };
        Ok(Some(TitleConnection::new(
            slice,
            &window,
            Total::OfProfile(self.0, ProfileList::Titles(TitleList::Hidden)),
        )))
    }
}

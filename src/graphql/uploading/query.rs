//! The list of uploads.

use async_graphql::{Context, Object};

use super::upload::{Upload, UploadConnection, UploadEdge};
use crate::domain::uploading::place_of;
use crate::domain::viewer::Role;
use crate::graphql::context::ContextExt;
use crate::graphql::cursor::Order;
use crate::graphql::error::Result;
use crate::graphql::guard::RoleAtLeast;
use crate::graphql::page::{Connection, PageArgs};
use crate::graphql::total::Total;

static UPLOADS: Order = Order::by_number_and_text("uploads");

/// Files that are uploaded, as curators see them.
#[derive(Default)]
pub(crate) struct UploadQuery;

/// Files that are uploaded, as curators see them.
#[Object]
impl UploadQuery {
    /// The files that anybody uploads, or has uploaded, those that were begun last first; parts of files are left out. A page
    /// has 20 rows if neither `first` nor `last` says how many. For curators; an API key needs the scope `CURATE`.
    #[graphql(guard = "RoleAtLeast(Role::Curator)")]
    async fn uploads(
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
    ) -> Result<Option<UploadConnection>> {
        let window = PageArgs::both(first, after, last, before).window(&UPLOADS, 20)?;
        let slice = ctx.services().uploads.uploads(&window).await?;
        let slice = slice.map(|upload| {
            let cursor = UPLOADS.cursor(place_of(&upload));
            UploadEdge::new(cursor, Upload(upload))
        });
        Ok(Some(Connection::new(slice, &window, Total::Uncounted)))
    }
}

//! The list of the files of all libraries.

use async_graphql::{Context, Object};

use super::file::{MediaFile, MediaFileConnection, MediaFileEdge, MediaFileState};
use crate::domain::error::{Bounds, ErrorCode};
use crate::domain::library::{FileFilter, MAX_PATH, place_of};
use crate::domain::viewer::Role;
use crate::graphql::context::ContextExt;
use crate::graphql::cursor::Order;
use crate::graphql::error::{ApiError, Result};
use crate::graphql::guard::RoleAtLeast;
use crate::graphql::page::{Connection, PageArgs};
use crate::graphql::total::Total;

static FILES: Order = Order::by_texts("files");

/// The files of libraries, as curators see them.
#[derive(Default)]
pub(crate) struct LibraryQuery;

/// The files of libraries, as curators see them.
#[Object]
impl LibraryQuery {
    /// The files that scans of libraries have seen, by root and path. Page by page in either direction: `first` and
    /// `after`, or `last` and `before`; a page has 20 rows if neither says how many. For curators; an API key needs the
    /// scope `CURATE`.
    #[graphql(guard = "RoleAtLeast(Role::Curator)")]
    #[expect(clippy::too_many_arguments, reason = "they are those of the field")]
    async fn files(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those in one of these states; all if left out or empty.")]
        state: Option<Vec<MediaFileState>>,
        #[graphql(
            desc = "Only what lies at this path or below it, from the root of the file system; all if left out."
        )]
        path: Option<String>,
        #[graphql(desc = "How many from the start, or after `after`, 1 to 100.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only those after this cursor; `BAD_CURSOR` if it is of another list.")]
        after: Option<String>,
        #[graphql(desc = "How many from the end, or before `before`, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor; `BAD_CURSOR` if it is of another list.")]
        before: Option<String>,
    ) -> Result<Option<MediaFileConnection>> {
        let window = PageArgs::both(first, after, last, before).window(&FILES, 20)?;
        let states = state.unwrap_or_default().into_iter();
        let filter = FileFilter {
            states: states.map(Into::into).collect(),
            below: path.map(checked).transpose()?,
            ..FileFilter::default()
        };
        let viewer = ctx.known_viewer()?;
        let page = ctx.services().library.files(&viewer, &filter, &window);
        let slice = page.await?.map(|file| {
            let cursor = FILES.cursor(place_of(&file));
            MediaFileEdge::new(cursor, MediaFile(file))
        });
        let total = Total::Files(filter);
        Ok(Some(Connection::new(slice, &window, total)))
    }
}

/// A path that something may lie at.
fn checked(path: String) -> Result<String> {
    if path.len() > MAX_PATH {
        let message = format!("`path` may have at most {MAX_PATH} bytes");
        let error = ApiError::argument(ErrorCode::TooLong, "path", message);
        return Err(error.within(Bounds::most(MAX_PATH)));
    }
    if !path.starts_with('/') {
        let message = "`path` must begin with `/`, the root of the file system";
        return Err(ApiError::argument(ErrorCode::Invalid, "path", message));
    }
    Ok(path)
}

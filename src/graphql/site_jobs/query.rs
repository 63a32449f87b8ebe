//! The list of the loads and scans of the site.

use async_graphql::{Context, InputObject, Object};

use super::job::{SiteJob, SiteJobConnection, SiteJobEdge, SiteJobKind, SiteJobState};
use crate::domain::site_jobs::{self, place_of};
use crate::domain::viewer::Role;
use crate::graphql::context::ContextExt;
use crate::graphql::cursor::Order;
use crate::graphql::error::Result;
use crate::graphql::guard::RoleAtLeast;
use crate::graphql::page::{Connection, PageArgs};
use crate::graphql::total::Total;

static SITE_JOBS: Order = Order::by_number_and_text("site jobs");

/// The loads and scans of the site, as curators see them.
#[derive(Default)]
pub(crate) struct SiteJobQuery;

/// The loads and scans of the site, as curators see them.
#[Object]
impl SiteJobQuery {
    /// The loads and scans that commands run, or ran, those that were begun last first. A page has 20 rows if neither
    /// `first` nor `last` says how many. For curators; an API key needs the scope `CURATE`.
    #[graphql(guard = "RoleAtLeast(Role::Curator)")]
    async fn site_jobs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those to which all of this applies; all if left out.")]
        filter: Option<SiteJobFilter>,
        #[graphql(desc = "How many from the start, or after `after`, 1 to 100.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only those after this cursor; `BAD_CURSOR` if it is of another list.")]
        after: Option<String>,
        #[graphql(desc = "How many from the end, or before `before`, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor; `BAD_CURSOR` if it is of another list.")]
        before: Option<String>,
    ) -> Result<Option<SiteJobConnection>> {
        let window = PageArgs::both(first, after, last, before).window(&SITE_JOBS, 20)?;
        let filter = filter.map(SiteJobFilter::into_domain).unwrap_or_default();
        let slice = ctx.services().site_jobs.jobs(filter, &window).await?;
        let slice = slice.map(|job| {
            let cursor = SITE_JOBS.cursor(place_of(&job));
            SiteJobEdge::new(cursor, SiteJob(job))
        });
        Ok(Some(Connection::new(slice, &window, Total::Uncounted)))
    }
}

/// Which jobs of the site are meant: those to which all of it applies.
#[derive(InputObject)]
struct SiteJobFilter {
    /// Only loads, or only scans.
    kind: Option<SiteJobKind>,
    /// Only those that are so far.
    state: Option<SiteJobState>,
}

impl SiteJobFilter {
    fn into_domain(self) -> site_jobs::SiteJobFilter {
        site_jobs::SiteJobFilter {
            kind: self.kind.map(Into::into),
            state: self.state.map(Into::into),
        }
    }
}

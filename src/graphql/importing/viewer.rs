//! The imports and jobs of whoever is logged in, and the plans that they have: an object has its fields in two places at
//! most.

use async_graphql::{ComplexObject, Context};
use chrono::{DateTime, Utc};

use super::import::{Import, ImportConnection, ImportEdge};
use super::job::{Job, JobConnection, JobEdge};
use crate::domain::importing;
use crate::domain::page::{KeyValue, Keyset};
use crate::domain::working;
use crate::graphql::accounts::Viewer;
use crate::graphql::context::ContextExt;
use crate::graphql::cursor::Order;
use crate::graphql::error::Result;
use crate::graphql::membership::Membership;
use crate::graphql::page::{PageArgs, Sorted, page_of};
use crate::graphql::total::Total;

static IMPORTS: Order = Order::by_number_and_text("imports");
static JOBS: Order = Order::by_number_and_text("jobs");

#[ComplexObject]
impl Viewer {
    /// What the profile that watches brought from elsewhere, the last sent first; at most 20 are kept. `POST /imports`
    /// takes a file. Page by page in either direction: `first` and `after`, or `last` and `before`; a page has 20 rows
    /// if neither says how many.
    async fn imports(
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
    ) -> Result<Option<ImportConnection>> {
        let window = PageArgs::both(first, after, last, before).window(&IMPORTS, 20)?;
        let profile = ctx.known_viewer()?.profile;
        let imports = ctx.services().importing.imports(profile).await?;
        let total = Total::Known(imports.len());
        let keyset = |import: &importing::Import| place(import.created_at, import.id.to_string());
        let slice = page_of(imports, &window, Sorted::Descending, keyset);
        let slice = slice.map(|import| {
            let cursor = IMPORTS.cursor(keyset(&import));
            ImportEdge::new(cursor, Import(import))
        });
        Ok(Some(ImportConnection::new(slice, &window, total)))
    }

    /// The jobs of the profile that watches, the last asked for first, at most 200. Page by page in either direction:
    /// `first` and `after`, or `last` and `before`; a page has 20 rows if neither says how many.
    async fn jobs(
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
    ) -> Result<Option<JobConnection>> {
        let window = PageArgs::both(first, after, last, before).window(&JOBS, 20)?;
        let profile = ctx.known_viewer()?.profile;
        let jobs = ctx.services().work.jobs(profile).await?;
        let total = Total::Known(jobs.len());
        let keyset = |job: &working::Job| place(job.queued_at, job.id.to_string());
        let slice = page_of(jobs, &window, Sorted::Descending, keyset);
        let slice = slice.map(|job| {
            let cursor = JOBS.cursor(keyset(&job));
            JobEdge::new(cursor, Job(job))
        });
        Ok(Some(JobConnection::new(slice, &window, total)))
    }

    /// The plans that the account has now; null if it has none.
    async fn membership(&self, ctx: &Context<'_>) -> Result<Option<Membership>> {
        Membership::load(ctx, &ctx.known_viewer()?).await
    }
}

/// The place in a list of which the latest are first.
fn place(at: DateTime<Utc>, id: String) -> Keyset {
    Keyset {
        value: KeyValue::Number(at.timestamp_millis()),
        id: KeyValue::Text(id),
    }
}

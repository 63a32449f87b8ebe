//! Jobs: work that a profile waits for.

use async_graphql::{Context, Enum, ID, Object, SimpleObject};

use super::import::Import;
use crate::domain::ids::{JobId, ProfileId};
use crate::domain::working;
use crate::graphql::context::ContextExt;
use crate::graphql::cursor::Cursor;
use crate::graphql::error::Result;
use crate::graphql::global_id::GlobalId;
use crate::graphql::page::{Connection, Edge};
use crate::graphql::scalars::DateTime;

/// What a job does.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
enum JobKind {
    /// It puts an import into the history.
    Import,
    /// It takes back what an import brought.
    UndoImport,
}

/// How far a job is.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "working::JobState")]
enum JobState {
    /// Nobody has begun it yet.
    Queued,
    /// A server works on it.
    Running,
    /// It is over, and all of it is done.
    Succeeded,
    /// It is over and not all of it is done; `error` says why.
    Failed,
}

/// A job of a profile.
pub(crate) struct Job(pub(crate) working::Job);

impl Job {
    /// The job of a profile that has this id.
    pub(crate) async fn find(
        ctx: &Context<'_>,
        profile: ProfileId,
        id: JobId,
    ) -> Result<Option<Self>> {
        let found = ctx.services().work.find(profile, id).await?;
        Ok(found.map(Self))
    }
}

/// Work that was asked for and takes longer than an answer. It goes on whatever server stops, and only whoever asked for
/// it sees it. It can be looked up for a month after it is over.
#[Object]
impl Job {
    /// The global id, which `node` takes: opaque text that stays the same.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::Job(self.0.id).encode()
    }

    /// What it does with an import.
    async fn kind(&self) -> JobKind {
        match self.0.kind {
            working::JobKind::Import { .. } => JobKind::Import,
            working::JobKind::UndoImport { .. } => JobKind::UndoImport,
        }
    }

    /// How far it is: waiting, being worked on, or over.
    async fn state(&self) -> JobState {
        self.0.state.into()
    }

    /// How much of it is done, 0 to 1.
    async fn progress(&self) -> f64 {
        self.0.progress
    }

    /// What is being done, in English; null before it begins.
    async fn step(&self) -> Option<&str> {
        Some(self.0.step.as_str()).filter(|step| !step.is_empty())
    }

    /// When it was asked for.
    async fn queued_at(&self) -> DateTime {
        self.0.queued_at.into()
    }

    /// When it was begun; null while it waits.
    async fn started_at(&self) -> Option<DateTime> {
        self.0.started_at.map(Into::into)
    }

    /// When it was over; null until then.
    async fn finished_at(&self) -> Option<DateTime> {
        self.0.finished_at.map(Into::into)
    }

    /// Why it failed, in English; null if it did not.
    async fn error(&self) -> Option<&str> {
        self.0.error.as_deref()
    }

    /// The import that it is about; null if that was discarded.
    async fn import(&self, ctx: &Context<'_>) -> Result<Option<Import>> {
        Import::find(ctx, self.0.profile, self.0.kind.import()).await
    }
}

/// A page of jobs.
pub(super) type JobConnection = Connection<JobEdge>;

/// A job, as a row of a page.
#[derive(SimpleObject)]
pub(crate) struct JobEdge {
    /// The cursor of this row: give it as `after` to go on behind it, or as `before` to go back.
    cursor: Cursor,
    /// The job in this row.
    node: Job,
}

impl JobEdge {
    /// A row of a list of jobs.
    pub(super) fn new(cursor: Cursor, node: Job) -> Self {
        Self { cursor, node }
    }
}

impl Edge for JobEdge {
    type Node = Job;
    const CONNECTION: &'static str = "JobConnection";

    fn node(&self) -> &Job {
        &self.node
    }

    fn cursor(&self) -> &Cursor {
        &self.cursor
    }
}

//! A load or a scan, as curators see it.

use async_graphql::{Context, Enum, ID, Object, SimpleObject};

use crate::domain::ids::SiteJobId;
use crate::domain::site_jobs;
use crate::domain::viewer::{KnownViewer, Role};
use crate::graphql::context::ContextExt;
use crate::graphql::cursor::Cursor;
use crate::graphql::error::Result;
use crate::graphql::global_id::GlobalId;
use crate::graphql::page::{Connection, Edge};
use crate::graphql::scalars::DateTime;

/// What a job of the site does.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "site_jobs::SiteJobKind")]
pub(super) enum SiteJobKind {
    /// It loads records of files, as `reelgraph load` does.
    Load,
    /// It writes down what lies in a folder of films and series, as `reelgraph scan --apply` does.
    Scan,
    /// It prepares a film for any device, as `reelgraph video prepare` does: `done` and `total` count its parts.
    Prepare,
}

/// How far a job of the site is.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "site_jobs::SiteJobState")]
pub(super) enum SiteJobState {
    /// Its process is at it.
    Running,
    /// It is through, whatever was rejected of what it read.
    Done,
    /// It broke off; `error` says why.
    Failed,
    /// It stopped before it was through, because somebody wished it; what was done by then stays.
    Cancelled,
}

/// Why a job of the site broke off.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "site_jobs::SiteJobErrorCode")]
enum SiteJobErrorCode {
    /// Its process was killed, or its machine went down.
    Interrupted,
    /// Somebody stopped its process, or its hours were over.
    Stopped,
    /// What it reads cannot be read, or is nothing that it could read.
    Unreadable,
    /// It contradicts what is stored, or another job is at the same.
    Conflict,
    /// A part of the site did not answer in time.
    UpstreamUnavailable,
    /// The site has no room left to write.
    StorageFull,
    /// A fault of the program; the details were told where it was begun.
    Internal,
}

/// By what it was wished that a job of the site stops.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "site_jobs::CancelledBy")]
enum SiteJobCanceller {
    /// Whoever runs commands on the site's machine.
    Command,
    /// A curator who was logged in.
    Curator,
    /// An API key of a curator.
    ApiKey,
}

/// Why a job of the site broke off, or was stopped.
#[derive(SimpleObject)]
struct SiteJobError {
    /// What went wrong, in a spelling that stays the same.
    code: SiteJobErrorCode,
    /// The same in English, for the person.
    message: String,
}

/// A job of the site.
pub(crate) struct SiteJob(pub(crate) site_jobs::SiteJob);

impl SiteJob {
    /// The job with this id, if the viewer is a curator.
    pub(crate) async fn find(
        ctx: &Context<'_>,
        viewer: &KnownViewer,
        id: SiteJobId,
    ) -> Result<Option<Self>> {
        if viewer.role < Role::Curator {
            return Ok(None);
        }
        let found = ctx.services().site_jobs.find(id).await?;
        Ok(found.map(Self))
    }
}

/// A load or a scan that a command runs, or ran, on a machine of the site: what it reads, how far it is, and how it ended.
/// Only curators know of them. The latest 10,000 are kept.
#[Object]
impl SiteJob {
    /// The global id, which `node` takes: opaque text that stays the same.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::SiteJob(self.0.id).encode()
    }

    /// The id as commands show it, a UUID: `reelgraph jobs cancel` takes it.
    async fn command_id(&self) -> String {
        self.0.id.to_string()
    }

    /// Whether it loads or scans.
    async fn kind(&self) -> SiteJobKind {
        self.0.kind.into()
    }

    /// How far it is. One whose process says nothing for 30 seconds is `FAILED`, with the code `INTERRUPTED`.
    async fn state(&self) -> SiteJobState {
        self.0.state.into()
    }

    /// The files or folders that it reads, as whoever began it named them; of more than a hundred how many more there are.
    async fn reads(&self) -> &[String] {
        &self.0.reads
    }

    /// When it was begun, in UTC.
    async fn started_at(&self) -> DateTime {
        self.0.started_at.into()
    }

    /// When its process was last heard of, in UTC.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }

    /// When it ended, in UTC; null as long as it runs.
    async fn ended_at(&self) -> Option<DateTime> {
        self.0.ended_at.map(Into::into)
    }

    /// How many records or files it has gone through.
    async fn done(&self) -> u64 {
        self.0.progress.done
    }

    /// How many records or files there are; null as long as that is not known.
    async fn total(&self) -> Option<u64> {
        self.0.progress.of
    }

    /// How many records, or files and what is made of them in the catalogue, were new.
    async fn created(&self) -> u64 {
        self.0.progress.created
    }

    /// How many of them are other than before.
    async fn changed(&self) -> u64 {
        self.0.progress.changed
    }

    /// How many of them are as before.
    async fn unchanged(&self) -> u64 {
        self.0.progress.unchanged
    }

    /// How many of them were refused, or could not be read.
    async fn rejected(&self) -> u64 {
        self.0.progress.rejected
    }

    /// What its revisions have in common, as a UUID: `revisions` lists them, `revertRevisions` takes them back. Null as
    /// long as it has changed nothing of the catalogue.
    async fn run(&self) -> Option<String> {
        self.0.progress.run.map(|run| run.to_string())
    }

    /// Why it broke off, or was stopped; null if it did not.
    async fn error(&self) -> Option<SiteJobError> {
        self.0.error.as_ref().map(|error| SiteJobError {
            code: error.code.into(),
            message: error.message.clone(),
        })
    }

    /// By what it was cancelled; null if it was not. It may end by itself before it notices.
    async fn cancelled_by(&self) -> Option<SiteJobCanceller> {
        self.0.cancel.map(|wish| wish.by.into())
    }

    /// When it was cancelled, in UTC; null if it was not.
    async fn cancelled_at(&self) -> Option<DateTime> {
        self.0.cancel.map(|wish| wish.at.into())
    }
}

/// A page of jobs of the site.
pub(super) type SiteJobConnection = Connection<SiteJobEdge>;

/// A job of the site, as a row of a page.
#[derive(SimpleObject)]
pub(crate) struct SiteJobEdge {
    /// The cursor of this row: give it as `after` to go on behind it.
    cursor: Cursor,
    /// The job in this row.
    node: SiteJob,
}

impl SiteJobEdge {
    /// A row of a list of jobs.
    pub(super) fn new(cursor: Cursor, node: SiteJob) -> Self {
        Self { cursor, node }
    }
}

impl Edge for SiteJobEdge {
    type Node = SiteJob;
    const CONNECTION: &'static str = "SiteJobConnection";

    fn node(&self) -> &SiteJob {
        &self.node
    }

    fn cursor(&self) -> &Cursor {
        &self.cursor
    }
}

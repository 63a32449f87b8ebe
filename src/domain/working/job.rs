//! One piece of work that a profile waits for.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::domain::ids::{ImportId, JobId, ProfileId};

/// A piece of work that a profile waits for. It is done in steps, each of which may be done again, so that any server can
/// go on with it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Job {
    pub id: JobId,
    /// Whose it is; nobody else sees it.
    pub profile: ProfileId,
    pub kind: JobKind,
    pub state: JobState,
    /// How much of it is done, 0 to 1.
    pub progress: f64,
    /// What is being done, in words; empty before it begins.
    pub step: String,
    pub queued_at: DateTime<Utc>,
    pub started_at: Option<DateTime<Utc>>,
    pub finished_at: Option<DateTime<Utc>>,
    /// Why it failed, in words that are safe to show.
    pub error: Option<String>,
    /// How often something did not answer since it last got on.
    #[serde(default)]
    pub failures: u32,
    /// What this version does not know of it, and a later one has written.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "what")]
pub enum JobKind {
    /// An import is applied.
    Import { import: ImportId },
    /// What an import brought is taken back.
    UndoImport { import: ImportId },
}

impl JobKind {
    /// The import that it is about.
    pub fn import(self) -> ImportId {
        match self {
            Self::Import { import } | Self::UndoImport { import } => import,
        }
    }
}

/// How far a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// Nobody has begun it.
    Queued,
    Running,
    Succeeded,
    Failed,
}

impl Job {
    /// A job that waits to be begun.
    pub fn queued(id: JobId, profile: ProfileId, kind: JobKind, now: DateTime<Utc>) -> Self {
        Self {
            id,
            profile,
            kind,
            state: JobState::Queued,
            progress: 0.0,
            step: String::new(),
            queued_at: now,
            started_at: None,
            finished_at: None,
            error: None,
            failures: 0,
            rest: Map::new(),
        }
    }

    /// Whether it is not over yet.
    pub fn is_open(&self) -> bool {
        matches!(self.state, JobState::Queued | JobState::Running)
    }
}

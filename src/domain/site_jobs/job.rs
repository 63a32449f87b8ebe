//! One job of the site: what it reads, how far it is, and how it ended.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::domain::error::ErrorCode;
use crate::domain::ids::{RunId, SiteJobId};

/// So many names of what a job reads are kept.
pub const MAX_READS: usize = 100;

/// A load, a scan or the preparing of a film that a command runs, or ran.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SiteJob {
    pub id: SiteJobId,
    /// 1 of what is new, and one more with each write.
    pub revision: u64,
    pub kind: SiteJobKind,
    pub state: SiteJobState,
    /// Files and folders, as whoever began it named them; at most [`MAX_READS`], and then how many more there are.
    pub reads: Vec<String>,
    pub started_at: DateTime<Utc>,
    /// When its process was last heard of.
    pub updated_at: DateTime<Utc>,
    /// `None` as long as it runs. Of one whose process was killed, when that was last heard of.
    pub ended_at: Option<DateTime<Utc>>,
    pub progress: SiteJobProgress,
    /// Why it failed, or was stopped.
    pub error: Option<SiteJobFailure>,
    /// That somebody wishes it to stop. It may end by itself before it notices.
    pub cancel: Option<CancelWish>,
    /// What this version does not know of it, and a later one has written.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

/// What a job does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SiteJobKind {
    /// It loads records of files.
    Load,
    /// It writes down what lies in a folder of films and series.
    Scan,
    /// It prepares a film for any device.
    Prepare,
}

impl SiteJobKind {
    /// As stores and commands spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Load => "load",
            Self::Scan => "scan",
            Self::Prepare => "prepare",
        }
    }
}

/// How far a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SiteJobState {
    Running,
    /// It is through, whatever was rejected of what it read.
    Done,
    Failed,
    /// It stopped before it was through, because somebody wished it.
    Cancelled,
}

impl SiteJobState {
    /// Each state that a job may have, in the order in which they are listed.
    pub const ALL: [Self; 4] = [Self::Running, Self::Done, Self::Failed, Self::Cancelled];

    /// As stores and commands spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// What has become of what a job reads: of records in a load, of files in a scan, and there of what is made of them in the
/// catalogue; of a film that is prepared, how many parts are finished.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteJobProgress {
    /// How many records or files were gone through.
    pub done: u64,
    /// Of how many; `None` as long as that is not known.
    pub of: Option<u64>,
    pub created: u64,
    pub changed: u64,
    pub unchanged: u64,
    pub rejected: u64,
    /// What its revisions have in common; `None` as long as it has changed nothing of the catalogue.
    pub run: Option<RunId>,
}

impl SiteJobProgress {
    /// Whether nothing is other than before, and nothing was wrong.
    pub fn is_nothing(&self) -> bool {
        self.created == 0 && self.changed == 0 && self.rejected == 0 && self.run.is_none()
    }
}

/// Why a job broke off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteJobFailure {
    pub code: SiteJobErrorCode,
    /// The same in English, in words that are safe to show to curators.
    pub message: String,
}

/// Why a job broke off, in a spelling that stays the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SiteJobErrorCode {
    /// Its process was killed, or its machine went down.
    Interrupted,
    /// Somebody stopped its process, or its hours were over.
    Stopped,
    /// What it reads cannot be read, or is nothing that it could read.
    Unreadable,
    /// It contradicts what is stored, or another job is at the same.
    Conflict,
    UpstreamUnavailable,
    StorageFull,
    /// A fault of the program; whoever runs it finds the details where it was begun.
    Internal,
}

impl SiteJobErrorCode {
    /// As commands spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Interrupted => "INTERRUPTED",
            Self::Stopped => "STOPPED",
            Self::Unreadable => "UNREADABLE",
            Self::Conflict => "CONFLICT",
            Self::UpstreamUnavailable => "UPSTREAM_UNAVAILABLE",
            Self::StorageFull => "STORAGE_FULL",
            Self::Internal => "INTERNAL",
        }
    }
}

impl From<ErrorCode> for SiteJobErrorCode {
    fn from(code: ErrorCode) -> Self {
        match code {
            ErrorCode::Conflict | ErrorCode::StaleRevision | ErrorCode::Taken => Self::Conflict,
            ErrorCode::UpstreamUnavailable => Self::UpstreamUnavailable,
            ErrorCode::StorageFull => Self::StorageFull,
            ErrorCode::Cancelled => Self::Stopped,
            ErrorCode::Blank
            | ErrorCode::Invalid
            | ErrorCode::TooLong
            | ErrorCode::TooShort
            | ErrorCode::OutOfRange
            | ErrorCode::NotFound
            | ErrorCode::Forbidden
            | ErrorCode::MembershipRequired
            | ErrorCode::Unauthenticated
            | ErrorCode::WrongCredentials
            | ErrorCode::Expired
            | ErrorCode::RateLimited
            | ErrorCode::BadCursor
            | ErrorCode::Internal => Self::Internal,
        }
    }
}

/// That a job is to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CancelWish {
    pub by: CancelledBy,
    pub at: DateTime<Utc>,
}

/// By what it was wished that a job stops. It does not say which person, so that nothing of anybody is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CancelledBy {
    /// Whoever runs commands on the site's machine.
    Command,
    /// A curator who was logged in.
    Curator,
    /// An API key of a curator.
    ApiKey,
}

impl CancelledBy {
    /// As commands spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Command => "command",
            Self::Curator => "curator",
            Self::ApiKey => "api_key",
        }
    }

    /// In English, as the end of a sentence.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Command => "`reelgraph jobs cancel`",
            Self::Curator => "a curator",
            Self::ApiKey => "an API key of a curator",
        }
    }
}

impl SiteJob {
    /// A job that begins.
    pub fn begun(
        id: SiteJobId,
        kind: SiteJobKind,
        mut reads: Vec<String>,
        now: DateTime<Utc>,
    ) -> Self {
        let more = reads.len().saturating_sub(MAX_READS);
        if more > 0 {
            reads.truncate(MAX_READS);
            reads.push(format!("and {more} more"));
        }
        Self {
            id,
            revision: 1,
            kind,
            state: SiteJobState::Running,
            reads,
            started_at: now,
            updated_at: now,
            ended_at: None,
            progress: SiteJobProgress::default(),
            error: None,
            cancel: None,
            rest: Map::new(),
        }
    }

    /// Whether its process is at it, as far as is known.
    pub fn is_running(&self) -> bool {
        self.state == SiteJobState::Running
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn of_many_names_it_is_said_how_many_more_there_are() {
        let names = |count: usize| (0..count).map(|name| name.to_string()).collect();
        let begun = |count| {
            let id = SiteJobId(Uuid::nil());
            SiteJob::begun(id, SiteJobKind::Load, names(count), DateTime::UNIX_EPOCH)
        };

        assert_eq!(begun(MAX_READS).reads.len(), MAX_READS);
        let reads = begun(MAX_READS + 2).reads;
        assert_eq!(reads.len(), MAX_READS + 1);
        assert_eq!(reads[MAX_READS], "and 2 more");
    }
}

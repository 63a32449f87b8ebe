//! An upload: what is known of a file while it comes, and after it has come.

use chrono::{DateTime, Utc};

use crate::domain::blobs::{BlobHash, BlobKey};
use crate::domain::ids::{ProfileId, UploadId, UserId};

/// Where chunks lie among the blobs.
pub(super) const FOLDER: &str = "uploads";
/// An upload has at most so many chunks: a file that comes in smaller pieces than this allows is to come in larger ones.
pub const MOST_CHUNKS: u64 = 50_000;

/// A file that somebody uploads, or a part of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    pub id: UploadId,
    /// What the file is called, as its uploader says.
    pub name: String,
    /// How many bytes it has when it is whole.
    pub size: u64,
    /// How many of them are kept, from the first on.
    pub offset: u64,
    /// How many chunks these are.
    pub chunks: u64,
    pub part: UploadPart,
    pub state: UploadState,
    /// What its client said of it when it was begun, as tus writes that; `None`: nothing.
    pub metadata: Option<String>,
    /// The parts that it was joined from, in their order; empty: it was not.
    pub joined_from: Vec<UploadId>,
    /// What its uploader says that its hash is.
    pub expected: Option<BlobHash>,
    /// Its hash, once that was found to be the expected one.
    pub sha256: Option<BlobHash>,
    /// `None` once whoever it was is erased.
    pub uploader: Option<Uploader>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    /// When it is swept away; `None`: never.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was whole.
    pub finished_at: Option<DateTime<Utc>>,
}

/// Who uploads a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Uploader {
    pub user: UserId,
    pub profile: ProfileId,
}

/// What an upload is of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UploadPart {
    /// All of a file, not a part.
    Whole,
    /// A part, which is to be joined with others.
    Part,
    /// A part that was joined with others: its chunks are those of another upload, too.
    JoinedPart,
}

/// How far an upload is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UploadState {
    /// Something of it is still to come.
    Receiving,
    /// All is there, and its hash is being compared.
    Checking,
    Finished,
    /// Its hash is not what its uploader said: it is of no use.
    Broken,
}

/// Some bytes of a file, as they are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChunkRef {
    pub sha256: BlobHash,
    /// How many bytes they are, at least one.
    pub size: u64,
}

/// A file that was uploaded, and is whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFile {
    pub id: UploadId,
    pub name: String,
    pub size: u64,
    /// Known if its uploader named it.
    pub sha256: Option<BlobHash>,
    /// Its bytes, in their order.
    pub chunks: Vec<ChunkRef>,
    /// `None` once whoever it was is erased.
    pub uploaded_by: Option<UserId>,
    pub finished_at: DateTime<Utc>,
}

impl UploadPart {
    /// As stores spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Part => "part",
            Self::JoinedPart => "joined_part",
        }
    }

    /// The one that is spelled like this.
    pub fn parse(text: &str) -> Option<Self> {
        let all = [Self::Whole, Self::Part, Self::JoinedPart];
        all.into_iter().find(|part| part.as_str() == text)
    }
}

impl UploadState {
    /// As stores spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Receiving => "receiving",
            Self::Checking => "checking",
            Self::Finished => "finished",
            Self::Broken => "broken",
        }
    }

    /// The one that is spelled like this.
    pub fn parse(text: &str) -> Option<Self> {
        let all = [
            Self::Receiving,
            Self::Checking,
            Self::Finished,
            Self::Broken,
        ];
        all.into_iter().find(|state| state.as_str() == text)
    }
}

impl ChunkRef {
    /// What its bytes are kept under.
    pub(super) fn key(&self) -> BlobKey {
        BlobKey::of(FOLDER, &self.sha256)
    }
}

impl Upload {
    /// How far it is once all of it is there.
    pub(super) fn state_when_whole(&self) -> UploadState {
        if self.expected.is_some() {
            UploadState::Checking
        } else {
            UploadState::Finished
        }
    }

    /// Whether its time is over.
    pub(super) fn is_expired(&self, now: DateTime<Utc>) -> bool {
        self.expires_at.is_some_and(|at| at <= now)
    }
}

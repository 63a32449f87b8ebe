//! Requests to erase people, which a job works off.

use chrono::{DateTime, Utc};

use crate::domain::ids::{ErasureId, ProfileId};

/// A request to erase a person. The account itself is deleted in the write that makes the request; what other features
/// and the graph know of its profiles is deleted in the background. Nothing in it names anyone once it is finished.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erasure {
    pub id: ErasureId,
    /// What the person is given to ask how far it is: 22 characters of base64url, unique.
    pub code: String,
    /// The profiles whose history is still to go; empty once it is finished.
    pub profiles: Vec<ProfileId>,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// When everything was gone; `None`: not yet.
    pub finished_at: Option<DateTime<Utc>>,
}

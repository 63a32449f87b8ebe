//! Where a film is prepared.

use std::collections::BTreeSet;

use async_trait::async_trait;
use uuid::Uuid;

use super::error::PreparingError;
use super::part::Part;

/// How many pictures there were, and are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counted {
    /// Those of the file; without such as are never shown, if these would be noticed.
    pub read: u64,
    pub made: u64,
}

/// One film that is prepared by one plan, in a folder that all workers see. What is finished stays there also after a crash.
#[async_trait]
pub trait Workshop: Send + Sync {
    /// The same to all workers of this film, and to no others.
    fn id(&self) -> Uuid;

    /// The parts that are finished.
    async fn made(&self) -> Result<BTreeSet<Part>, PreparingError>;

    /// Makes a part, whole or not at all. If whoever asks goes away, what makes it is killed.
    async fn make(&self, part: Part) -> Result<(), PreparingError>;

    /// What was said each time that a part failed, the first time first.
    async fn failures(&self, part: Part) -> Result<Vec<String>, PreparingError>;

    /// Notes that a part failed once more.
    async fn note_failure(&self, part: Part, lines: &str) -> Result<(), PreparingError>;

    /// Forgets all failures of a part.
    async fn forget_failures(&self, part: Part) -> Result<(), PreparingError>;

    /// Whether the film is put together.
    async fn is_assembled(&self) -> Result<bool, PreparingError>;

    /// Puts the film together of all its parts, whole or not at all, and then removes these.
    async fn assemble(&self) -> Result<Counted, PreparingError>;
}

//! What curators do with revisions: read them in words, take them back, and lock fields.

mod documents;
mod error;
mod locking;
mod naming;
mod nodes;
mod owners;
mod plan;
mod precedence;
mod reverting;
mod service;
mod sources;
mod store;
mod told;
mod words;

pub use error::{MOST_WHOLE, RevisingError};
pub use locking::{Locking, LocksSet, MOST_LOCKED};
pub use naming::{NextNames, Renamed};
pub use plan::{Obstacle, ObstacleReason, Obstructed};
pub use reverting::{MOST_REVERTED, Revert, RevertMode, RevertResult, Reverted};
pub use service::{RevisionPorts, RevisionService};
pub use sources::ToldSource;
pub use store::{NAMING, RevisionFilter, RevisionStore, place_of};
pub use told::{ToldChange, ToldRevision};

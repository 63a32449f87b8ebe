//! What curators do with revisions: read them in words, take them back, and lock fields.

mod documents;
mod error;
mod locking;
mod nodes;
mod owners;
mod reverting;
mod service;
mod store;
mod told;
mod words;

pub use error::RevisingError;
pub use locking::{Locking, LocksSet, MOST_LOCKED};
pub use reverting::{
    MOST_REVERTED, Obstacle, ObstacleReason, Obstructed, Revert, RevertMode, RevertResult, Reverted,
};
pub use service::{RevisionPorts, RevisionService};
pub use store::{RevisionFilter, RevisionStore, place_of};
pub use told::{ToldChange, ToldRevision};

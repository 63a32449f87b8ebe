//! Jobs of the site: loads and scans, which commands run, as curators see and cancel them.

mod error;
mod job;
mod service;
mod store;

pub use error::SiteJobError;
pub use job::{
    CancelWish, CancelledBy, MAX_READS, SiteJob, SiteJobErrorCode, SiteJobFailure, SiteJobKind,
    SiteJobProgress, SiteJobState,
};
pub use service::{LEASE, MOST, SiteJobEnd, SiteJobService};
pub use store::{SiteJobFilter, SiteJobStore, place_of};

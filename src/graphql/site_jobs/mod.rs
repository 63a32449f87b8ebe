//! Loads and scans that commands run, for curators.

mod job;
mod mutation;
mod query;

pub(crate) use job::SiteJob;
pub(crate) use mutation::{CancelSiteJobPayload, SiteJobMutation};
pub(crate) use query::SiteJobQuery;

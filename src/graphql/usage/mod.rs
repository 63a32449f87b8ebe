//! How much is watched: of a title, an episode or the whole site, for curators.

mod figures;
mod query;
mod retention;
mod stats;

pub(crate) use query::UsageQuery;
pub(crate) use stats::UsageStats;

//! Background work. Each job may be broken off at any moment and begin again on any server: none keeps anything that a
//! store does not have. One loop ([`run`](job::run)) runs them all.

mod check_stores;
mod clear_away;
mod count_comments;
mod count_usage;
mod erase;
mod fold_watches;
mod follow_catalog;
mod follow_graph;
mod follow_reception;
mod health;
mod job;
mod keep_similar;
mod measure;
mod move_merged;
mod pace;
mod prepare_record;
mod project_graph;
mod publish;
mod rebuild_graph;
mod runner;
mod send_mail;
mod sweep_uploads;
mod work_off;

#[cfg(test)]
mod tests;

pub use follow_catalog::CatalogFeed;
pub use keep_similar::Keeper;
pub use measure::Measure;
pub use prepare_record::Preparation;
pub use runner::Jobs;

//! The record in production: MongoDB, a replica set, so that there are transactions.

mod accounts;
mod backlog;
mod bulk;
mod catalog;
mod db;
mod examine;
mod fields;
mod file_items;
mod find;
mod importing;
mod indexes;
mod library;
mod notes;
mod pool;
mod site_jobs;
mod usage;
mod watching;

pub use accounts::MongoAccounts;
pub use backlog::MongoBacklog;
pub use catalog::MongoCatalog;
pub use db::MongoDb;
pub use examine::{INDEXES, examine};
pub use importing::MongoImporting;
pub use library::MongoLibrary;
pub use notes::MongoNotes;
pub use site_jobs::MongoSiteJobs;
pub use usage::MongoUsage;
pub use watching::MongoWatching;

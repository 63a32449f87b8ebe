//! The record in production: MongoDB, a replica set, so that there are transactions.

mod accounts;
mod backlog;
mod bulk;
mod catalog;
mod commenting;
mod db;
mod examine;
mod fields;
mod file_items;
mod find;
mod importing;
mod indexes;
mod library;
mod membership;
mod notes;
mod pool;
mod site_jobs;
mod uploads;
mod usage;
mod video;
mod watching;

pub use accounts::MongoAccounts;
pub use backlog::MongoBacklog;
pub use catalog::MongoCatalog;
pub use commenting::MongoComments;
pub use db::MongoDb;
pub use examine::{INDEXES, examine};
pub use importing::MongoImporting;
pub use library::MongoLibrary;
pub use membership::MongoMembership;
pub use notes::MongoNotes;
pub use site_jobs::MongoSiteJobs;
pub use uploads::MongoUploads;
pub use usage::MongoUsage;
pub use video::MongoVideo;
pub use watching::MongoWatching;

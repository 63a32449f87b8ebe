//! The embedded store: one SQLite file, with no server.

mod accounts;
mod backlog;
mod catalog;
mod columns;
mod db;
mod examine;
mod graph;
mod imports;
mod jobs;
mod leases;
mod library;
mod migrations;
mod notes;
mod one_time;
mod page;
mod sessions;
mod signing_keys;
mod statements;
mod usage;
mod watching;

pub use accounts::SqliteAccounts;
pub use backlog::SqliteBacklog;
pub use catalog::SqliteCatalog;
pub use db::SqliteDb;
pub use examine::examine;
pub use graph::SqliteGraph;
pub use imports::SqliteImports;
pub use jobs::SqliteJobs;
pub use leases::SqliteLeases;
pub use library::SqliteLibrary;
pub use notes::SqliteNotes;
pub use one_time::SqliteOneTime;
pub use sessions::SqliteSessions;
pub use signing_keys::SqliteSigningKeys;
pub use usage::SqliteUsage;
pub use watching::SqliteWatching;

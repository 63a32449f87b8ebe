//! The embedded store: one SQLite file, with no server.

mod accounts;
mod catalog;
mod db;
mod graph;
mod sessions;
mod watching;

pub use accounts::SqliteAccounts;
pub use catalog::SqliteCatalog;
pub use db::SqliteDb;
pub use graph::SqliteGraph;
pub use sessions::SqliteSessions;
pub use watching::SqliteWatching;

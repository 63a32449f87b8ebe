//! The embedded store: one SQLite file, with no server.

mod accounts;
mod catalog;
mod db;
mod sessions;

pub use accounts::SqliteAccounts;
pub use catalog::SqliteCatalog;
pub use db::SqliteDb;
pub use sessions::SqliteSessions;

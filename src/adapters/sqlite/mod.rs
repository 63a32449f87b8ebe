//! The embedded store: one SQLite file, with no server.

mod accounts;
mod db;

pub use accounts::SqliteAccounts;
pub use db::SqliteDb;

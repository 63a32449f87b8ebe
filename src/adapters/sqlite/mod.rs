//! The embedded store: one SQLite file, with no server.

mod catalog;
mod db;

pub use catalog::SqliteCatalog;
pub use db::SqliteDb;

//! The embedded store: one SQLite file, with no server.

mod db;
mod watching;

pub use db::SqliteDb;
pub use watching::SqliteWatching;

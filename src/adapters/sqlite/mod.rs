//! The embedded store: one SQLite file, with no server.

mod db;
mod watching;
mod watching_rows;

pub use db::SqliteDb;
pub use watching::SqliteWatching;

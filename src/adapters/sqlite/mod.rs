//! The embedded store: one SQLite file, with no server.

mod db;

pub use db::SqliteDb;

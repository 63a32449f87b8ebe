//! The embedded store: one SQLite file, with no server.

mod db;
mod graph;

pub use db::SqliteDb;
pub use graph::SqliteGraph;

//! The catalogue in SQLite.

mod list;
mod rows;
mod store;
mod write;

pub use store::SqliteCatalog;

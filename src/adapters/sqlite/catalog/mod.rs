//! The catalogue in the database file.

mod list;
mod rows;
mod store;
mod write;

pub use store::SqliteCatalog;

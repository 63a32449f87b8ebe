//! The catalogue in the database file.

mod feed;
mod precedence;
mod revisions;
mod rows;
mod side;
mod store;
mod value_sources;
mod write;

pub use store::SqliteCatalog;

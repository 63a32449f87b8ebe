//! What profiles watched, embedded.

mod rows;
mod store;

pub use store::SqliteWatching;

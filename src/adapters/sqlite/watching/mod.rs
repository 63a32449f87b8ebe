//! What profiles watched, embedded.

mod erase;
mod rows;
mod store;

pub use store::SqliteWatching;

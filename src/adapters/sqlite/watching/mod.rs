//! What profiles watched, embedded.

mod erase;
mod lists;
mod rows;
mod store;
mod wishes;

pub use store::SqliteWatching;

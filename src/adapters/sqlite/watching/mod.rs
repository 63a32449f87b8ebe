//! What profiles watched, embedded.

mod erase;
mod exclusions;
mod lists;
mod rows;
mod source;
mod store;

pub use store::SqliteWatching;

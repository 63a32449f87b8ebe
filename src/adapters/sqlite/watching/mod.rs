//! What profiles watched, embedded.

mod entries;
mod erase;
mod exclusions;
mod lists;
mod log;
mod rows;
mod source;
mod store;

pub use store::SqliteWatching;

//! What profiles watched, embedded.

mod entries;
mod erase;
mod exclusions;
mod feedback;
mod lists;
mod log;
mod rows;
mod source;
mod store;
mod thumbs;
mod title_lists;

pub(super) use erase::is_erased;
pub use store::SqliteWatching;

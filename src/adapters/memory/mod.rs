//! What lives inside the process.

mod catalog;
mod events;

pub use catalog::CachedCatalog;
pub use events::MemoryEvents;

//! What lives inside the process.

mod catalog;
mod events;
mod limits;

pub use catalog::CachedCatalog;
pub use events::MemoryEvents;
pub use limits::MemoryLimiter;

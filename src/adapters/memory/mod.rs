//! What lives inside the process.

mod catalog;
mod events;
mod leases;
mod limits;

pub use catalog::CachedCatalog;
pub use events::MemoryEvents;
pub use leases::MemoryLeases;
pub use limits::MemoryLimiter;

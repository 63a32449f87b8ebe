//! What lives inside the process.

mod catalog;
mod events;
mod flights;
mod graph;
mod leases;
mod limits;
mod lists;
mod profiles;
mod reads;
mod similar;
mod tastes;
mod watching;

pub use catalog::CachedCatalog;
pub use events::MemoryEvents;
pub use graph::CachedGraph;
pub use leases::MemoryLeases;
pub use limits::MemoryLimiter;
pub use lists::MemoryLists;
pub use tastes::Tastes;
pub use watching::ObservedWatching;

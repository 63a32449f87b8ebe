//! Adapters inside the process: caches, events, leases, limits and persisted documents.

mod accounts;
mod blobs;
mod breaker;
mod catalog;
mod events;
mod flights;
mod generations;
mod graph;
mod leases;
mod limits;
mod lists;
mod persisted;
mod profiles;
mod reads;
mod similar;
mod tasks;
mod tastes;
mod watching;

pub use accounts::RememberedAccounts;
pub use blobs::CachedBlobs;
pub use breaker::{BreakerGraph, BreakerPersisted};
pub use catalog::CatalogSnapshot;
pub use events::MemoryEvents;
pub use graph::CachedGraph;
pub use leases::MemoryLeases;
pub use limits::MemoryLimiter;
pub use lists::MemoryLists;
pub use persisted::MemoryPersisted;
pub use tasks::TokioTasks;
pub use tastes::Tastes;
pub use watching::ObservedWatching;

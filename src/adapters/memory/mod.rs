//! What lives inside the process.

mod events;

pub use events::MemoryEvents;

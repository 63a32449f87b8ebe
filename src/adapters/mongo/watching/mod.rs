//! What profiles watched, in production.

mod collections;
mod documents;
mod entries;
mod erase;
mod exclusions;
mod feedback_documents;
mod indexes;
mod log;
mod next_day;
mod queue;
mod reads;
mod store;
mod transaction;

pub use store::MongoWatching;

//! What profiles watched, in production.

mod collections;
mod documents;
mod erase;
mod feedback_documents;
mod indexes;
mod queue;
mod reads;
mod store;
mod transaction;
mod wishes;

pub use store::MongoWatching;

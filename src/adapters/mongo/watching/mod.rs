//! What profiles watched, in production.

mod documents;
mod erase;
mod queue;
mod reads;
mod store;
mod transaction;
mod wishes;

pub use store::MongoWatching;

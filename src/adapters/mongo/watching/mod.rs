//! What profiles watched, in production.

mod documents;
mod erase;
mod queue;
mod store;
mod transaction;

pub use store::MongoWatching;

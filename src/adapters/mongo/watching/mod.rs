//! What profiles watched, in production.

mod collections;
mod documents;
mod entries;
mod erase;
mod exclusions;
mod feedback;
mod feedback_documents;
mod indexes;
mod length_documents;
mod log;
mod moved_text;
mod next_day;
mod queue;
mod reads;
mod rows;
mod store;
mod thumbs;
mod transaction;
mod whose;

pub use store::MongoWatching;

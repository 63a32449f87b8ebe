//! What is watched, how much and by how many, kept in MongoDB.

mod collections;
mod commit;
mod documents;
mod indexes;
mod sittings;
mod store;
mod waiting;

pub use store::MongoUsage;
pub(super) use waiting::keep_folded;

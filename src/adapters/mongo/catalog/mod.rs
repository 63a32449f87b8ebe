//! The catalogue in Mongo: a collection for each kind of thing, a document for each thing.

mod documents;
mod feed;
mod indexes;
mod precedence;
pub(super) mod revisions;
mod store;
mod value_sources;
mod watchers;
mod write;

pub use store::MongoCatalog;

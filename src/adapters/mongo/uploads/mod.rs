//! Uploads on MongoDB: an upload is a document, and so is each chunk of it.

mod documents;
mod store;

pub use store::MongoUploads;

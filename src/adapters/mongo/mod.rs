//! The record in production: MongoDB, a replica set, so that there are transactions.

mod db;
mod watching;

pub use db::MongoDb;
pub use watching::MongoWatching;

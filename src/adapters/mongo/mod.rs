//! The record in production: MongoDB, a replica set, so that there are transactions.

mod accounts;
mod bulk;
mod catalog;
mod db;
mod fields;
mod find;
mod indexes;
mod watching;

pub use accounts::MongoAccounts;
pub use catalog::MongoCatalog;
pub use db::MongoDb;
pub use watching::MongoWatching;

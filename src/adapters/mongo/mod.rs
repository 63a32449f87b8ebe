//! The record in production: MongoDB, a replica set, so that there are transactions.

mod accounts;
mod db;

pub use accounts::MongoAccounts;
mod catalog;
mod db;

pub use catalog::MongoCatalog;
pub use db::MongoDb;

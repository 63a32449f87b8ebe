//! The record in production: MongoDB, a replica set, so that there are transactions.

mod db;

pub use db::MongoDb;

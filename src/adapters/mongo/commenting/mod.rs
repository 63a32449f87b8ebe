//! Comments on MongoDB. Whoever writes or likes a comment writes a document of their own alone, and marks it as waiting: so
//! nobody waits for anybody else, however many there are under one title. What is counted of them is written by
//! [`count`], together for all that wait.

mod collections;
mod count;
mod documents;
mod store;

pub use store::MongoComments;

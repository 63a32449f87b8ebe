//! Accounts and what hangs on them in collections: a file a subject says what a document looks like.

mod api_keys;
mod audit;
mod collections;
mod erasures;
mod identities;
mod indexes;
mod mails;
mod profiles;
mod store;
mod users;
mod write;

pub use store::MongoAccounts;

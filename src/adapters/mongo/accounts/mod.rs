//! Accounts and what hangs on them in collections: a file a subject says what a document looks like.

mod api_keys;
mod audit;
mod collections;
mod erasures;
mod find;
mod identities;
mod indexes;
mod mails;
mod profiles;
mod stamp;
mod store;
mod users;
mod write;

pub use store::MongoAccounts;

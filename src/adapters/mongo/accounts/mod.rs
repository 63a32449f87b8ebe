//! Accounts and what belongs to them in collections: one file per document type.

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

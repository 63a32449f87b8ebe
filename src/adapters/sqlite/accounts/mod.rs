//! Accounts and what belongs to them in the database file: one file per table, `write` and `store` over all of them.

mod api_keys;
mod audit;
mod email;
mod erasures;
mod identities;
mod mails;
mod profiles;
mod store;
mod users;
mod write;

pub use store::SqliteAccounts;

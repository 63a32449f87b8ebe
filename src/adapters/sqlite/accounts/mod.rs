//! Accounts and what hangs on them in the database file: a file a subject, `write` and `store` over all of them.

mod api_keys;
mod audit;
mod columns;
mod erasures;
mod identities;
mod mails;
mod page;
mod profiles;
mod store;
mod users;
mod write;

pub(super) use columns::read_time;
pub use store::SqliteAccounts;

//! The ports of accounts and what belongs to them, on every store that implements them.

mod api_keys;
mod audit;
mod backend;
mod erasures;
mod identities;
mod mails;
mod profiles;
mod remembered;
mod samples;
mod stored;
mod users;
mod write;

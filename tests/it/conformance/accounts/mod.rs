//! The ports that accounts and what hangs on them are kept behind, on every store that keeps them.

mod api_keys;
mod audit;
mod backend;
mod erasures;
mod identities;
mod mails;
mod profiles;
mod samples;
mod stored;
mod users;
mod write;

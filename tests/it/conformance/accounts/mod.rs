//! Every [`reelgraph::domain::accounts::AccountStore`] keeps accounts and what hangs on them as its documentation says.

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

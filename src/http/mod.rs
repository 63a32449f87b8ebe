//! The program as the network sees it: routes, who is logged in, health, metrics.

mod auth;
mod client;
mod export;
pub mod graphql;
mod health;
mod keys;
mod router;

pub use health::Stores;
pub use router::{HttpOptions, router};

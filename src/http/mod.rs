//! The program as the network sees it: routes, who is logged in, health, metrics.

mod auth;
mod client;
mod erasure;
mod error;
mod export;
pub mod graphql;
mod health;
mod keys;
mod mail_links;
mod oauth;
mod pages;
mod router;
mod task;

pub use health::Stores;
pub use router::{HttpOptions, router};

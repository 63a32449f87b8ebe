//! The program as the network sees it: routes, who is logged in, health, metrics.

mod arrival;
mod at_work;
mod auth;
mod client;
mod ended;
mod erasure;
mod error;
mod export;
pub mod graphql;
mod health;
mod home;
mod host;
mod ide;
mod imports;
mod insight;
mod keys;
mod knock;
mod mail_links;
mod metrics;
mod oauth;
mod origins;
mod pages;
mod pictures;
mod problem;
mod router;
mod server;
mod tag;
mod task;
mod uploads;
mod usage;

pub use self::metrics::describe as describe_metrics;
pub use graphql::DocumentPolicy;
pub use health::Stores;
pub use insight::Insight;
pub use router::{HttpOptions, operators, router, starting};
pub use server::{Patience, ServerLimits, serve, swapping};

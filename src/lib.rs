//! Reelgraph: the backend of a film and TV site, a GraphQL API over a recommendation graph.
//!
//! ```text
//! main → cli → app ──┬→ http → graphql → domain
//!                    ├→ jobs ──────────→ domain
//!                    ├→ adapters ──────→ domain
//!                    └→ config ────────→ domain
//! ```
//!
//! `ARCHITECTURE.md` says what holds always, and follows requests through the files. Start reading at
//! [`domain`], then [`app`], which connects everything.

pub mod adapters;
pub mod app;
pub mod cli;
pub mod config;
pub mod domain;
pub mod graphql;
pub mod http;
pub mod jobs;

//! All integration tests in one binary: conformance of every adapter, features as their users meet them, and proofs
//! about the tree. They talk to the real servers; `tests/run` starts them.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod accounts;
mod accounts_faults;
mod both_ways;
mod budget;
mod cached_graph;
mod cli;
mod collections;
mod conformance;
mod contract;
mod cypher;
mod docs;
mod door;
mod erasure;
mod errors;
mod evaluate;
mod events;
mod export;
mod faults;
mod feedback;
mod half_life;
mod home;
mod insight;
mod layering;
mod loading;
mod mail;
mod mail_links;
mod node;
mod oauth;
mod privacy;
mod readme;
mod rebuild;
mod recommend;
mod restore;
mod roles;
mod rolling;
mod schema;
mod search;
mod settings;
mod slow;
mod sql;
mod suggestions;
mod support;
mod visibility;
mod watching;

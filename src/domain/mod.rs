//! What Reelgraph knows and does, free of drivers and web frameworks. Each feature has its types and rules, its port
//! (`store.rs`) and its use cases (`service.rs`).

pub mod accounts;
pub mod batch;
pub mod blobs;
pub mod budget;
pub mod catalog;
pub mod clock;
pub mod entropy;
pub mod error;
pub mod events;
pub mod finding;
pub mod ids;
pub mod importing;
pub mod json;
pub mod language;
pub mod lease;
pub mod library;
pub mod limits;
pub mod listeners;
pub mod loading;
pub mod measured;
pub mod page;
pub mod persisted;
pub mod ping;
pub mod privacy;
pub mod pulse;
pub mod recommend;
pub mod single_flight;
pub mod stamp;
pub mod tasks;
pub mod text;
pub mod unreadable;
pub mod usage;
pub mod viewer;
pub mod watching;
pub mod working;

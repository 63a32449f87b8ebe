//! Work that somebody asked for and that takes longer than an answer: what there is to do, how far it is, and how it ended.

mod error;
mod job;
mod service;
mod store;

pub use error::WorkError;
pub use job::{Job, JobKind, JobState};
pub use service::WorkService;
pub use store::JobStore;

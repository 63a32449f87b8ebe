//! What was watched, and titles, as messages on topics: whoever reads them has what the program computes `SIMILAR` edges
//! from. Each is sent at least once, with a revision by which twice is once.

mod erased;
mod messages;
mod position;
mod service;
mod topics;

pub use position::{Published, WatchPosition};
pub use service::{PublishRound, PublishService, Publishing};
pub use topics::{TopicMessage, Topics};

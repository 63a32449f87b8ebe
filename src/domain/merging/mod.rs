//! Merging titles that are one: one of them gets what it lacks and stands for the others from then on, and what profiles
//! have of these moves to it. All of it can be undone.

mod chains;
mod error;
mod moving;
mod service;
mod splitting;
mod types;

pub use error::MergeError;
pub use service::{MergePorts, MergeService};
pub use types::{MOST_MERGED, Merged, Merging};

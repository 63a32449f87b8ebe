//! Merging titles that are one: one of them gets what it lacks and stands for the others from then on, and what profiles
//! have of these moves to it. Merging people who are one: all credits name the one who stays. All of it can be undone.

mod chains;
mod credits;
mod error;
mod moving;
mod people;
mod service;
mod splitting;
mod splitting_people;
mod types;

pub use error::MergeError;
pub use service::{MergePorts, MergeService};
pub use types::{MOST_CREDITED, MOST_MERGED, Merged, MergedPeople, Merging, MergingPeople, Undone};

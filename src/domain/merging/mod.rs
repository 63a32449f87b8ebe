//! Merging titles that are one: one of them gets what it lacks and stands for the others from then on, and what profiles
//! have of these moves to it; of series with their episodes. Parting a title that is two. Merging people who are one: all
//! credits name the one who stays. All of it can be undone.

mod chains;
mod counterparts;
mod credits;
mod error;
mod moving;
mod parting;
mod parting_back;
mod people;
mod putting_back;
mod series;
mod service;
mod splitting;
mod splitting_people;
mod splitting_series;
mod titles;
mod types;

pub use error::MergeError;
pub use service::{MergePorts, MergeService};
pub use types::{
    MOST_CREDITED, MOST_EPISODES, MOST_MERGED, Merged, MergedPeople, Merging, MergingPeople,
    Parted, Parting, Undone,
};

//! Merging titles that are one: one of them gets what it lacks and stands for the others from then on, and what profiles
//! have of these moves to it; of series with their episodes, or of two episodes of a series. Parting a title that is two. Merging people who are one: all
//! credits name the one who stays. All of it can be undone.

mod access;
mod chains;
mod counterparts;
mod credits;
mod episodes;
mod error;
mod mending;
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
    MOST_CREDITED, MOST_EPISODES, MOST_MERGED, Merged, MergedEpisodes, MergedPeople, Merging,
    MergingEpisodes, MergingPeople, Parted, Parting, Undone,
};

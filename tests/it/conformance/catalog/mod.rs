//! The ports of the catalogue, those that its users own among them, on every store that implements them.

mod backend;
mod collections;
mod deleted;
mod facets;
mod feed;
mod filters;
mod likely;
mod lists;
mod merged;
mod origins;
mod parts;
mod reads;
mod reception;
mod revisions;
mod sample_filters;
pub(crate) mod samples;
mod snapshot;
mod told;
mod value_sources;
mod visibility;
mod waiting;
mod writes;

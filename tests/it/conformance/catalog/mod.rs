//! The ports of the catalogue, those that its users own among them, on every store that implements them.

mod backend;
mod cached;
mod collections;
mod feed;
mod lists;
mod reads;
pub(crate) mod samples;
mod visibility;
mod writes;

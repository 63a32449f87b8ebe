//! The ports that the catalogue is kept behind, those of its users among them, on every store that keeps it.

mod backend;
mod cached;
mod collections;
mod feed;
mod lists;
mod reads;
pub(crate) mod samples;
mod visibility;
mod writes;

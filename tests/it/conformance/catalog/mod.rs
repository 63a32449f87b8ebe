//! [`reelgraph::domain::catalog::CatalogStore`], on every store that keeps the catalogue.

mod backend;
mod cached;
mod collections;
mod feed;
mod lists;
mod reads;
pub(crate) mod samples;
mod visibility;
mod writes;

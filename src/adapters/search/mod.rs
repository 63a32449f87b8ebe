//! Finding titles and people by text: a tantivy index in the memory of each server, fed by the catalogue's changes.
//!
//! The index finds candidates quickly; what counts as a better match is decided in `ranking`.

mod find;
mod index;
mod names;
mod query;
mod ranking;
mod title_search;
mod typed;

pub use title_search::TantivySearch;

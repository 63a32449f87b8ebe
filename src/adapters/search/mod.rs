//! Finding titles and people by text: an index in the memory of each server, fed by the catalogue's changes.
//!
//! Lists of slots by word, written for this: a library for texts would walk its dictionary for each mistyped word and
//! know neither neighbours that are one word, nor that words may be spread over titles and people. `find` says in which
//! order a search looks, `ranking` what counts as a better match.

mod candidates;
mod compare;
mod find;
mod hits;
mod index;
mod lexicon;
mod names;
mod partial;
mod people;
mod ranking;
mod senses;
mod shapes;
mod spellings;
mod spread;
#[cfg(test)]
mod tests;
mod title_search;
mod typed;

pub use title_search::WordSearch;

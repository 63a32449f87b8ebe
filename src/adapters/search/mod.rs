//! Finding titles and people by text: an index in the memory of each server, fed by the catalogue's changes.
//!
//! Lists of slots by word, written for this: a library for texts would walk its dictionary for each mistyped word and
//! know neither neighbours that are one word, nor that words may be spread over titles and people. `find` says in which
//! order a search looks, `ranking` what counts as a better match.

mod all;
mod candidates;
mod compare;
mod find;
mod highlight;
mod hits;
mod index;
mod lexicon;
mod names;
mod others;
mod partial;
mod people;
mod pieces;
mod ranking;
mod senses;
mod shapes;
mod spellings;
mod spread;
mod suggest;
#[cfg(test)]
mod tests;
mod things;
mod title_search;
mod typed;

pub use title_search::WordSearch;

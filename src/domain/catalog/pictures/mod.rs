//! Pictures that are drawn from what is known of a title, as vector graphics (SVG 1.1): a poster and a backdrop of every
//! title, a still of every episode.
//!
//! The same title gives the same picture on any server: nothing is stored. Colours and motif are chosen by its genre and
//! its slug. A picture has presentation attributes alone, so that it needs neither styles nor scripts.

mod address;
mod canvas;
mod dice;
mod flat;
mod kind;
mod landscape;
mod lettering;
mod motif;
mod palette;
mod picture;
mod svg;

#[cfg(test)]
mod tests;

pub use address::{PictureAddress, PictureSubject};
pub use kind::PictureKind;
pub use picture::Picture;

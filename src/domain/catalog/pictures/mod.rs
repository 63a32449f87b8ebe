//! Pictures: those that were given, whose bytes are kept and scaled, and where there is none those that are drawn from
//! what is known of a title, as vector graphics (SVG 1.1): a poster and a backdrop of every title, a still of every episode.
//!
//! The same title gives the same drawing on any server: nothing of it is stored. Colours and motif are chosen by its genre and
//! its slug. A drawing has presentation attributes alone, so that it needs neither styles nor scripts.

mod address;
mod blur;
mod canvas;
mod dice;
mod flat;
mod kept;
mod kind;
mod landscape;
mod lettering;
mod missing;
mod motif;
mod palette;
mod picture;
mod reader;
mod rendition;
mod service;
mod stored;
mod stored_address;
mod svg;

#[cfg(test)]
mod tests;

pub use address::{PictureAddress, PictureSubject};
pub use kept::{KeptPicture, PictureOrigin, SeasonPictures, in_order_of_languages};
pub use kind::PictureKind;
pub use picture::Picture;
pub use reader::{
    LONGEST_SIDE, MOST_BYTES, MOST_DECODED, MOST_PIXELS, PictureFacts, PictureProblem,
    PictureReader,
};
pub(super) use rendition::{FOLDER_OF_RENDITIONS, is_outdated};
pub use rendition::{Rendition, RenditionFormat};
pub use service::{PictureError, PictureService, TakenIn};
pub(super) use stored::FOLDER_OF_ORIGINALS;
pub use stored::{Colour, PictureFormat, PictureHash, StoredPicture};
pub use stored_address::StoredAddress;

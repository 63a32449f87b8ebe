//! Captions as people have them (SubRip, WebVTT, Advanced SubStation, in any encoding), made to one WebVTT.
//!
//! What cannot be read of them is named by its line, in the file that is made, and the rest is kept.

mod cue;
mod decode;
mod reading;
mod scripts;
mod subrip;
mod timing;
mod webvtt;

pub use cue::{Captions, Cue};
pub use reading::{CaptionFormat, MAX_CAPTION_BYTES, read};

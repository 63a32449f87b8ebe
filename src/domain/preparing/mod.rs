//! Preparing a film for any device: what a file really holds, in which sizes it is encoded, and its pieces, which many workers
//! encode at once.
//!
//! How far a film is follows from the pieces that are there, so no state can say otherwise.

mod attribute_list;
mod codecs;
mod error;
mod lasting;
mod manifest;
mod named;
mod part;
mod plan;
mod probed;
mod service;
mod taking;
mod workshop;
mod xml_duration;

pub use codecs::CONTAINERS;
pub use error::PreparingError;
pub use lasting::with_length;
pub use manifest::{Represented, main_playlist, represented, without_times};
pub use part::Part;
pub use plan::{
    AudioPlan, Filter, KEY_FRAME_SECONDS, PIECE_SECONDS, Plan, SEGMENT_SECONDS, Size, VideoPlan,
};
pub use probed::{AudioStream, MAX_PIXELS, Probed, VideoStream};
pub use service::{LEASE, MAX_ATTEMPTS, PreparingProgress, PreparingService};
pub use taking::{CheckedFolder, PreparedFolder, Taken, check, take};
pub use workshop::{Counted, Workshop};

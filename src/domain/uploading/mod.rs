//! Files that are uploaded in pieces, resumed where they broke off, and kept as lists of chunks that are named by what they
//! are.

mod checksum;
mod error;
mod reading;
mod receiving;
mod service;
mod store;
mod sweep;
mod types;

pub use checksum::Checksum;
pub use error::UploadError;
pub use receiving::{BodyEnd, CHUNK, Receiving};
pub use service::{NewFile, NewJoined, UploadPolicy, UploadService, Uploaders};
pub use store::{Added, NewUpload, UploadChange, UploadStore, place_of};
pub use sweep::Swept;
pub use types::{ChunkRef, MOST_CHUNKS, StoredFile, Upload, UploadPart, UploadState, Uploader};

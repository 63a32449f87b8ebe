//! Bytes beside the record, by `object_store`: in a folder of one server, or on any server that speaks S3.

mod examine;
mod folder;
mod objects;
mod s3;

pub use examine::{examine_bucket, examine_folder};
pub use folder::FolderBlobs;
pub use s3::{S3Access, S3Blobs, Way};

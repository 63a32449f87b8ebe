//! Folders of the machine in which libraries lie, or films that were prepared. They are read, and never written.

mod follow;
mod media;
mod names;
mod prepared;
mod read;
mod walk;

pub use follow::{FolderChanges, FollowError};
pub use media::MediaOnDisk;
pub use prepared::PreparedOnDisk;
pub use walk::FolderOnDisk;

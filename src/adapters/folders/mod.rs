//! Folders of the machine in which libraries lie. They are read, and never written.

mod follow;
mod names;
mod read;
mod walk;

pub use follow::{FolderChanges, FollowError};
pub use walk::FolderOnDisk;

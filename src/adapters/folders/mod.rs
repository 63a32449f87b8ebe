//! Folders of the machine in which libraries lie. They are read, and never written.

mod read;
mod walk;

pub use walk::FolderOnDisk;

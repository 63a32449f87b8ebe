//! Where a load reads pictures: files beside the one that names them, and addresses on the web.

mod addresses;
mod files;
mod reach;
mod source;
mod web;

pub use reach::Reach;
pub use source::FilesAndWeb;

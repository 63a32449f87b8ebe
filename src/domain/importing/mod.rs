//! Bringing along what people watched elsewhere: the exports of other services, read into entries of one shape.

mod entry;
mod file;
mod options;
mod problem;

pub use entry::{ImportedAt, ImportedEntry, ImportedIds, ImportedItem, ImportedWhat};
pub use file::{ImportFormat, ImportNote, ImportedFile, PassedOver, PassedOverReason};
pub use options::ReadOptions;
pub use problem::{ImportProblem, MAX_FILES, MAX_ROWS, MAX_UNPACKED, MAX_UPLOAD};

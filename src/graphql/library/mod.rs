//! Libraries: the files that scans have seen, for curators, and what these decide of them.

mod file;
mod mutation;
mod of_item;
mod query;

pub(crate) use file::{MediaFile, MediaFileConnection, MediaFileState};
pub(crate) use mutation::{LibraryMutation, MatchFilePayload};
pub(crate) use of_item::files_of;
pub(crate) use query::LibraryQuery;

//! Libraries: the files that scans have seen, for curators, and what these decide of them.

mod file;
mod mutation;
mod query;

pub(crate) use file::MediaFile;
pub(crate) use mutation::{LibraryMutation, MatchFilePayload};
pub(crate) use query::LibraryQuery;

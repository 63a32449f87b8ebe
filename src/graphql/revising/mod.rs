//! Revisions and locks of the catalogue, for curators.

mod list;
mod mutation;
mod payloads;
mod revision;

pub(crate) use list::{RevisionConnection, RevisionQuery, is_curator, locked_fields, revisions_of};
pub(crate) use mutation::RevisingMutation;
pub(crate) use payloads::{RevertRevisionsPayload, SetLocksPayload};
pub(crate) use revision::{Revision, written};

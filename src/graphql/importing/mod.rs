//! Imports: what the viewer's profile brings from elsewhere, row by row, and the jobs that put it into the history.

mod import;
mod job;
mod mutation;
mod row;
mod viewer;

pub(crate) use import::Import;
pub(crate) use job::Job;
pub(crate) use mutation::{
    DecideImportRowPayload, DiscardImportPayload, ImportMutation, ImportPayload,
};
pub(crate) use row::ImportRow;

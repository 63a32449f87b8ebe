//! Bringing along what people watched elsewhere: the exports of other services, read into entries of one shape, matched with
//! the catalogue, and put into the history as a whole that can be undone.

mod alike;
mod apply;
mod bringing;
mod cells;
mod day_order;
mod deciding;
mod decode;
mod entry;
mod error;
mod file;
mod formats;
mod import;
mod json_rows;
mod key;
mod known;
mod matching;
mod merging;
mod options;
mod ports;
mod preview;
mod problem;
mod read;
mod reading;
mod room;
mod same_watch;
mod service;
mod settle;
mod sheet;
mod sittings;
mod standing;
mod store;
mod taking_back;
mod times;
mod titles;
mod unpack;
mod values;
mod work;

#[cfg(test)]
mod tests;

pub use entry::{ImportedAt, ImportedEntry, ImportedIds, ImportedItem, ImportedWhat};
pub use error::{ImportError, MAX_IMPORTS};
pub use file::{ImportFormat, ImportNote, ImportedFile, PassedOver, PassedOverReason};
pub use import::{
    Candidate, Does, Effect, Found, FoundBy, Import, ImportRow, ImportState, Merged, RowState,
    Saying,
};
pub use known::Known;
pub use matching::Match;
pub use options::ReadOptions;
pub use ports::ImportPorts;
pub use problem::{ImportProblem, MAX_FILES, MAX_ROWS, MAX_UNPACKED, MAX_UPLOAD};
pub use read::read;
pub use service::ImportService;
pub use store::{ImportStore, place_of_row};

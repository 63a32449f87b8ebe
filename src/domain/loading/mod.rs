//! Bringing metadata in: records of files, checked one by one and loaded in batches.

mod certifications;
mod checks;
mod codes;
mod collections;
mod credits;
mod drafts;
mod encodings;
mod entry;
mod fields;
mod load;
mod named;
mod options;
mod problem;
mod publication;
mod records;
mod resolve;
mod run;
mod said;
mod service;
mod source;
mod store;
mod summary;
mod table;
mod write;

pub use credits::{CreditName, PersonKey};
pub use entry::{Entry, Finding};
pub use options::{LoadError, LoadMode, LoadOptions, Manner, Phase, Source, Tell};
pub use problem::{Problem, Warning};
pub use records::{EpisodeRecord, PersonRecord, Record, TitleRecord, WatchRecord};
pub use said::{Entries, Said};
pub use service::LoadService;
pub use source::{Format, Records};
pub use store::CurationStore;
pub use summary::{LoadSummary, Tally, Warned, WarningKind};

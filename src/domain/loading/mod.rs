//! Bringing metadata in: records of files, checked one by one and loaded in batches.

mod certifications;
mod checks;
mod collections;
mod drafts;
mod encodings;
mod fields;
mod load;
mod problem;
mod publication;
mod records;
mod resolve;
mod run;
mod said;
mod source;
mod store;
mod strict;
mod table;
mod write;

pub use load::{
    LoadError, LoadMode, LoadOptions, LoadService, LoadSummary, Manner, Phase, Source, Tally, Tell,
    Warned, WarningKind,
};
pub use problem::{Problem, Warning};
pub use records::{
    CreditName, EpisodeRecord, PersonKey, PersonRecord, Record, TitleRecord, WatchRecord,
};
pub use said::{Entries, Said};
pub use source::{Entry, Finding, Format, Records};
pub use store::CurationStore;

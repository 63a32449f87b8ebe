//! What can go wrong while a film is prepared.

use super::part::Part;
use crate::domain::error::StoreError;

/// What can go wrong while a film is prepared.
#[derive(Debug, thiserror::Error)]
pub enum PreparingError {
    /// The file is nothing that is prepared, for this reason.
    #[error("it cannot be prepared: {0}")]
    Refused(String),
    /// A program could not be started, or did not do what it was to do; the last lines that it wrote.
    #[error("{program} failed: {lines}")]
    Tool {
        program: &'static str,
        lines: String,
    },
    /// A part failed too often; what the last attempt said.
    #[error("{part} failed {attempts} times, and is not tried again without --retry: {lines}")]
    GivenUp {
        part: Part,
        attempts: usize,
        lines: String,
    },
    /// What came out is not what went in.
    #[error("{made} pictures were made of {read}; the file may be damaged")]
    Frames { read: u64, made: u64 },
    /// The file ends before it says that it does.
    #[error(
        "{made:.1} s were made of {read:.1}: its end is lacking. If what is there is wanted, make a file of it that says how \
         long that is, as by ffmpeg -i FILE -sn -dn -c copy NEW"
    )]
    Short { read: f64, made: f64 },
    /// The folder of parts is of another file, or of another plan.
    #[error(
        "{0} is of another file or of other options; remove it, or prepare into another folder"
    )]
    OtherWork(String),
    #[error("less than {0} MB are free where it is prepared")]
    DiskLow(u64),
    #[error("it was stopped; what is finished is kept, and the next run goes on from there")]
    Stopped,
    #[error("{path} cannot be read or written: {error}")]
    Folder { path: String, error: std::io::Error },
    #[error(transparent)]
    Store(#[from] StoreError),
}

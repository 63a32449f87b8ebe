//! Why an export cannot be read at all, or not without an answer of whoever uploads it.

use crate::domain::error::{Bounds, Coded, ErrorCode};

/// The largest upload, in bytes.
pub const MAX_UPLOAD: usize = 32 * 1024 * 1024;
/// How much an archive may have in it, in bytes, counted while it is unpacked.
pub const MAX_UNPACKED: usize = 256 * 1024 * 1024;
/// How many files an archive may have.
pub const MAX_FILES: usize = 2_000;
/// How many rows all files may have.
pub const MAX_ROWS: usize = 500_000;

/// Why an export is not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImportProblem {
    /// There is nothing in it.
    #[error("the file is empty")]
    Empty,
    /// The upload is larger than what is taken.
    #[error("the file is larger than {} MiB", MAX_UPLOAD / 1024 / 1024)]
    UploadTooLarge,
    /// What is in the archive is larger than what is taken.
    #[error("what is in the archive is larger than {} MiB", MAX_UNPACKED / 1024 / 1024)]
    UnpackedTooLarge,
    /// The archive has more files than are taken.
    #[error("the archive has more than {} files", MAX_FILES)]
    TooManyFiles,
    /// There are more rows than are taken.
    #[error("there are more than {} rows", MAX_ROWS)]
    TooManyRows,
    /// It begins as a zip archive and is none.
    #[error("the archive is damaged: {what}")]
    DamagedArchive {
        /// What is wrong, in the words of the unpacker.
        what: String,
    },
    /// A file in the archive is damaged, or packed in a way that nobody unpacks.
    #[error("{file} is damaged in the archive: {what}")]
    DamagedFile {
        /// The name in the archive.
        file: String,
        /// What is wrong, in the words of the unpacker.
        what: String,
    },
    /// A file in the archive is encrypted.
    #[error("{file} is encrypted; what is in it is wanted, without a password")]
    Encrypted {
        /// The name in the archive.
        file: String,
    },
    /// It is no text in UTF-8, nor in UTF-16 with a mark at its beginning.
    #[error("{file} is no text in UTF-8 or UTF-16")]
    NotText {
        /// The name of the file.
        file: String,
    },
    /// It begins as JSON and is none.
    #[error("{file} is no JSON: {what}")]
    NotJson {
        /// The name of the file.
        file: String,
        /// What is wrong, with its line.
        what: String,
    },
    /// A row of a table never ends.
    #[error("row {row} of {file} is longer than a mebibyte; is a quotation mark left open?")]
    RowTooLong {
        /// The name of the file.
        file: String,
        /// Its line, from 1.
        row: u32,
    },
    /// It is no export that is known.
    #[error(
        "this is no export that is known; there are readers for Trakt, Simkl, TV Time, Letterboxd, IMDb, Netflix, Prime Video, Jellyfin and Plex (by Tautulli)"
    )]
    Unrecognised,
    /// Its dates can be read in two ways.
    #[error(
        "the dates of {file} can be read in two ways, as “{example}”: say whether the day stands first"
    )]
    AmbiguousDates {
        /// The name of the file.
        file: String,
        /// A date that can be read in two ways.
        example: String,
    },
    /// It has rows of several people, and nobody said whose are meant.
    #[error("{file} has rows of several people: say which of them is meant ({})", names.join(", "))]
    SeveralProfiles {
        /// The name of the file.
        file: String,
        /// Their names, in their order.
        names: Vec<String>,
    },
    /// It has no row of the person who is meant.
    #[error("{file} has no rows of that person; it has those of {}", names.join(", "))]
    NoSuchProfile {
        /// The name of the file.
        file: String,
        /// The names that it has, in their order.
        names: Vec<String>,
    },
    /// There is no such time zone.
    #[error("there is no such time zone; a name such as Europe/Berlin is wanted")]
    UnknownTimeZone,
}

impl ImportProblem {
    /// Whether one file is broken, and no other has to do with it.
    pub(super) fn is_of_one_file(&self) -> bool {
        matches!(
            self,
            Self::DamagedFile { .. }
                | Self::Encrypted { .. }
                | Self::NotText { .. }
                | Self::NotJson { .. }
                | Self::RowTooLong { .. }
        )
    }

    /// Says where and why the parser gave up.
    pub(super) fn not_json(file: &str, error: &serde_json::Error) -> Self {
        Self::NotJson {
            file: file.to_owned(),
            what: error.to_string().chars().take(200).collect(),
        }
    }
}

impl Coded for ImportProblem {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Empty => ErrorCode::Blank,
            Self::UploadTooLarge
            | Self::UnpackedTooLarge
            | Self::TooManyFiles
            | Self::TooManyRows => ErrorCode::TooLong,
            Self::DamagedArchive { .. }
            | Self::DamagedFile { .. }
            | Self::Encrypted { .. }
            | Self::NotText { .. }
            | Self::NotJson { .. }
            | Self::RowTooLong { .. }
            | Self::Unrecognised
            | Self::AmbiguousDates { .. }
            | Self::SeveralProfiles { .. }
            | Self::UnknownTimeZone => ErrorCode::Invalid,
            Self::NoSuchProfile { .. } => ErrorCode::NotFound,
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::Empty
            | Self::UploadTooLarge
            | Self::UnpackedTooLarge
            | Self::TooManyFiles
            | Self::TooManyRows
            | Self::DamagedArchive { .. }
            | Self::DamagedFile { .. }
            | Self::Encrypted { .. }
            | Self::NotText { .. }
            | Self::NotJson { .. }
            | Self::RowTooLong { .. }
            | Self::Unrecognised => Some("file"),
            Self::AmbiguousDates { .. } => Some("dayFirst"),
            Self::SeveralProfiles { .. } | Self::NoSuchProfile { .. } => Some("profileName"),
            Self::UnknownTimeZone => Some("timeZone"),
        }
    }

    fn bounds(&self) -> Bounds {
        match self {
            Self::UploadTooLarge => Bounds::most(MAX_UPLOAD),
            Self::UnpackedTooLarge => Bounds::most(MAX_UNPACKED),
            Self::TooManyFiles => Bounds::most(MAX_FILES),
            Self::TooManyRows => Bounds::most(MAX_ROWS),
            Self::Empty
            | Self::DamagedArchive { .. }
            | Self::DamagedFile { .. }
            | Self::Encrypted { .. }
            | Self::NotText { .. }
            | Self::NotJson { .. }
            | Self::RowTooLong { .. }
            | Self::Unrecognised
            | Self::AmbiguousDates { .. }
            | Self::SeveralProfiles { .. }
            | Self::NoSuchProfile { .. }
            | Self::UnknownTimeZone => Bounds::default(),
        }
    }
}

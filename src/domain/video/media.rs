//! Files of libraries where they lie: what serves them reads them there.

use std::ops::Range;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};

use crate::domain::error::StoreError;
use crate::domain::library::MediaFile;

/// How a file is at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileNow {
    /// How long it is, in bytes.
    pub size: u64,
    /// When what is in it changed last, to the millisecond, if the disk knows.
    pub modified: Option<DateTime<Utc>>,
}

/// Reads files of libraries from the disks of this machine.
#[async_trait]
pub trait MediaFiles: Send + Sync {
    /// How a file is now; `None`: no file lies there, or it leads out of the library.
    async fn look(&self, file: &MediaFile) -> Result<Option<FileNow>, StoreError>;

    /// These of its bytes; fewer if it has become shorter.
    async fn read(&self, file: &MediaFile, range: Range<u64>) -> Result<Bytes, StoreError>;
}

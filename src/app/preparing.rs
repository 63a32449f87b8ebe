//! What films are prepared by.

use std::path::Path;

use crate::adapters::ffmpeg::{self, FolderWorkshop};
use crate::adapters::folders::PreparedOnDisk;
use crate::domain::preparing::{Plan, PreparedFolder, PreparingError, Probed, Workshop};

/// What a file really holds, whatever its name says.
pub async fn probe_file(file: &Path) -> Result<Probed, PreparingError> {
    ffmpeg::probe(file).await
}

/// Where a file is prepared by a plan so that it comes to lie in a folder.
pub async fn open_workshop(
    file: &Path,
    target: &Path,
    plan: Plan,
) -> Result<Box<dyn Workshop>, PreparingError> {
    Ok(Box::new(FolderWorkshop::open(file, target, plan).await?))
}

/// A folder of manifests and segments.
pub fn open_prepared(folder: &Path) -> Box<dyn PreparedFolder> {
    Box::new(PreparedOnDisk::new(folder))
}

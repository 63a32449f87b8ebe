//! Looks at where bytes are kept, and changes nothing there.

use std::path::Path;

use super::s3::{S3Access, S3Blobs};
use crate::domain::error::StoreError;
use crate::domain::finding::{Finding, Verdict};

/// The free bytes on the disk below which it is time to look.
const NEARLY_FULL: u64 = 2 << 30;

/// What there is to say of a folder.
pub fn examine_folder(folder: &Path) -> Vec<Finding> {
    let shown = folder.display();
    if !folder.exists() {
        let found = format!("{shown} is made when the first picture comes");
        return vec![Finding::ok("blobs", "folder", found)];
    }
    let trial = folder.join(format!("examination-{}", std::process::id()));
    let written = std::fs::File::create_new(&trial).and_then(|_| std::fs::remove_file(&trial));
    let permission = match written {
        Ok(()) => Finding::ok("blobs", "folder", format!("{shown} can be written to")),
        Err(error) => Finding::ok("blobs", "folder", format!("{shown}: {error}")).but(
            Verdict::Problem,
            "let the user that runs the program own the folder that REELGRAPH_BLOBS names",
        ),
    };
    let space = match fs4::available_space(folder) {
        Ok(bytes) => Finding::ok("blobs", "disk", format!("{} MB are free", bytes >> 20)).but_if(
            bytes < NEARLY_FULL,
            Verdict::Warning,
            "make room on the disk: pictures are kept there",
        ),
        Err(error) => Finding::ok("blobs", "disk", error.to_string())
            .but(Verdict::Warning, "look yourself how much room the disk has"),
    };
    vec![permission, space]
}

/// What there is to say of a bucket.
pub async fn examine_bucket(access: &S3Access) -> Vec<Finding> {
    let looked = async { S3Blobs::open(access)?.look().await };
    vec![bucket(&access.bucket, looked.await)]
}

fn bucket(name: &str, looked: Result<(), StoreError>) -> Finding {
    match looked {
        Ok(()) => Finding::ok("blobs", "bucket", format!("{name} answers")),
        Err(error) => Finding::failed(
            "blobs",
            "bucket",
            &error,
            "look whether the server of REELGRAPH_BLOBS runs and has the bucket, and whether the keys may s3:ListBucket of it, s3:GetObject and s3:PutObject",
        ),
    }
}

//! Who may upload files, and how much.

use super::choices::UploadsBy;
use crate::domain::uploading::{UploadPolicy, Uploaders};

/// How many gigabytes an account may upload unless the settings say otherwise.
const QUOTA: u32 = 100;
/// How many bytes a gigabyte has.
const GIGABYTE: u64 = 1_000_000_000;

/// The rules, by what is given of them.
pub(super) fn uploads(who: Option<UploadsBy>, quota: Option<u32>) -> UploadPolicy {
    UploadPolicy {
        who: match who.unwrap_or_default() {
            UploadsBy::Curators => Uploaders::Curators,
            UploadsBy::Accounts => Uploaders::Accounts,
        },
        quota: u64::from(quota.unwrap_or(QUOTA)) * GIGABYTE,
    }
}

//! Bringing the catalogue out again: as records that a load makes the same catalogue of.

mod columns;
mod documents;
mod options;
mod output;
mod record;
mod referred;
mod service;

pub use options::{ExportError, ExportFolder, ExportSummary, TellExport};
pub use service::CatalogExport;

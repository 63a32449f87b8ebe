//! What goes out to a computation elsewhere and what comes back: messages of what was watched and of titles, and
//! generations of `SIMILAR` edges, as JSON. `spark/README.md` describes both, `spark/schemas/` each field.

mod constants;
mod edge_line;
mod error;
mod export;
mod folder;
mod generation;
mod import;
mod manifest;
mod messages;

pub use error::ExchangeError;
pub use export::{ExportedEdges, ExportedMessages};
pub use folder::{ExchangeFolder, FileProblem};
pub use generation::CheckedGeneration;
pub use import::Imported;
pub use messages::{MESSAGES, TITLES_TOPIC, WATCHES_TOPIC};
pub(super) use messages::{Message, of_title, of_watch};

#[cfg(test)]
mod tests;

//! The recommendation graph in edge tables; what each method promises stands at the port, [`TasteGraph`].
//!
//! [`TasteGraph`]: crate::domain::recommend::TasteGraph

mod neighbourhoods;
mod project;
mod store;
mod walk;

pub use store::SqliteGraph;

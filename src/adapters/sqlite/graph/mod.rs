//! The recommendation graph in edge tables; what each method promises is documented at the ports, [`TasteGraph`] and others.
//!
//! [`TasteGraph`]: crate::domain::recommend::TasteGraph

mod epoch;
mod lists;
mod packed;
mod project;
mod similar;
mod store;
mod taste;
mod walk;

pub use store::SqliteGraph;

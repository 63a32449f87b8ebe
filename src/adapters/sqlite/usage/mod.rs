//! What is watched, how much and by how many, kept in SQLite.

mod commit;
mod rows;
mod store;
mod waiting;

pub use store::SqliteUsage;
pub(super) use waiting::keep_folded;

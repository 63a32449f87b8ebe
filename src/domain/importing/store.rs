//! Where imports and their rows are kept.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::import::{Import, ImportRow, RowState};
use crate::domain::error::StoreError;
use crate::domain::ids::{ImportId, PlayId, ProfileId};
use crate::domain::measured::measured;
use crate::domain::page::{Keyset, Slice, Window};

measured! {
/// The imports of all profiles, and their rows. What cannot be read of a list is passed over: a later version has written
/// it.
#[async_trait]
pub trait ImportStore: Send + Sync {
    /// Writes an import, in the place of that with its id. False, and nothing is written: the profile was erased.
    async fn put_import(&self, import: &Import) -> Result<bool, StoreError>;

    /// The import with this id.
    async fn find_import(&self, id: ImportId) -> Result<Option<Import>, StoreError>;

    /// All imports of a profile, the last made first, ties by id, ascending.
    async fn imports(&self, profile: ProfileId) -> Result<Vec<Import>, StoreError>;

    /// Imports that are a preview and were made before a moment, whosever they are, the first made first; at most so many.
    async fn previews_before(
        &self,
        before: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<Import>, StoreError>;

    /// Writes rows of a profile, each in the place of that with its import and number, in one transaction. False, and
    /// nothing is written: the profile was erased.
    async fn put_rows(&self, profile: ProfileId, rows: &[ImportRow]) -> Result<bool, StoreError>;

    /// Up to so many rows of an import that are in one of these states, or in any if there are none, by number, from the
    /// one after the given.
    async fn rows(
        &self,
        import: ImportId,
        states: &[RowState],
        after: u32,
        limit: usize,
    ) -> Result<Vec<ImportRow>, StoreError>;

    /// A page of the rows of an import that are in one of these states, or in any if there are none, by number; see
    /// [`place_of_row`].
    async fn list_rows(
        &self,
        import: ImportId,
        states: &[RowState],
        window: &Window,
    ) -> Result<Slice<ImportRow>, StoreError>;

    /// How many rows of an import are in each state; those that none is in may be left out.
    async fn count_rows(&self, import: ImportId) -> Result<Vec<(RowState, u64)>, StoreError>;

    /// Which imports of a profile have rows with these keys of effects that are there by imports alone: each key once with
    /// each import.
    async fn claims(
        &self,
        profile: ProfileId,
        effects: &[String],
    ) -> Result<Vec<(String, ImportId)>, StoreError>;

    /// Up to so many rows of a profile with these keys of effects ([`Effect::key`](super::Effect::key)), by import and
    /// number.
    async fn rows_that_bring(
        &self,
        profile: ProfileId,
        effects: &[String],
        limit: usize,
    ) -> Result<Vec<ImportRow>, StoreError>;

    /// Up to so many rows of a profile the watches of which have these names by themselves, and were found to be plays of
    /// other names, by import and number.
    async fn rows_merged(
        &self,
        profile: ProfileId,
        names: &[PlayId],
        limit: usize,
    ) -> Result<Vec<ImportRow>, StoreError>;

    /// Removes an import with its rows. Idempotent; works in transactions of bounded size, the import itself last.
    async fn remove_import(&self, id: ImportId) -> Result<(), StoreError>;

    /// Removes all imports of a profile with their rows. Idempotent; works in transactions of bounded size.
    async fn erase_imports(&self, profile: ProfileId) -> Result<(), StoreError>;
}
}

/// The place of a row in the list of its import.
pub fn place_of_row(row: &ImportRow) -> Keyset {
    let number = i64::from(row.number);
    Keyset::by_number(number, number)
}

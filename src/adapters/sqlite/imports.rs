//! The port of imports on SQLite; what each method promises is documented at the port.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rusqlite::{Connection, named_params};
use uuid::Uuid;

use super::columns::{Json, TableRecord, Time, limit as rows, read, record};
use super::db::{SqliteDb, store_error};
use super::statements::{all, fill, find, readable, write};
use super::watching::is_erased;
use crate::domain::error::StoreError;
use crate::domain::ids::{ImportId, PlayId, ProfileId};
use crate::domain::importing::{Effect, Import, ImportRow, ImportState, ImportStore, RowState};
use crate::domain::page::{Direction, KeyValue, Slice, Window};

/// What imports and rows are called that cannot be read.
const IMPORTS: &str = "imports";
const ROWS: &str = "import_rows";
/// How many rows go in one transaction: other writes wait for that long and no longer.
const AT_ONCE: i64 = 1000;

record! {
    struct ImportRecord in imports by (id: [u8; 16]) {
        profile: i64,
        created_at: Time,
        is_preview: bool,
        body: Json<Import>,
    }
}

record! {
    struct RowRecord in import_rows by (import: [u8; 16], number: u32) {
        profile: i64,
        state: String,
        effect: Option<String>,
        name: Option<String>,
        body: Json<ImportRow>,
    }
}

record! {
    struct Claim {
        effect: String,
        import: [u8; 16],
    }
}

record! {
    struct Counted {
        state: String,
        rows: i64,
    }
}

impl From<&Import> for ImportRecord {
    fn from(import: &Import) -> Self {
        Self {
            id: import.id.0.into_bytes(),
            profile: import.profile.to_i64(),
            created_at: Time(import.created_at),
            is_preview: import.state == ImportState::Preview,
            body: Json(import.clone()),
        }
    }
}

impl From<ImportRecord> for Import {
    fn from(record: ImportRecord) -> Self {
        record.body.0
    }
}

impl From<&ImportRow> for RowRecord {
    fn from(row: &ImportRow) -> Self {
        Self {
            import: row.import.0.into_bytes(),
            number: row.number,
            profile: row.profile.to_i64(),
            state: row.state.as_str().to_owned(),
            effect: row.effect.as_ref().map(Effect::key),
            name: row.merged.map(|merged| merged.name.to_string()),
            body: Json(row.clone()),
        }
    }
}

impl From<RowRecord> for ImportRow {
    fn from(record: RowRecord) -> Self {
        record.body.0
    }
}

impl From<Claim> for (String, ImportId) {
    fn from(claim: Claim) -> Self {
        (claim.effect, ImportId(Uuid::from_bytes(claim.import)))
    }
}

impl From<Counted> for (String, u64) {
    fn from(counted: Counted) -> Self {
        (counted.state, counted.rows.cast_unsigned())
    }
}

/// The imports in a database.
#[derive(Clone)]
pub struct SqliteImports {
    db: SqliteDb,
}

impl SqliteImports {
    /// The imports in this database.
    pub fn new(db: SqliteDb) -> Self {
        Self { db }
    }

    /// Removes rows that a condition of one value finds, some at a time.
    async fn remove_rows<K>(&self, condition: &'static str, key: K) -> Result<(), StoreError>
    where
        K: rusqlite::ToSql + Clone + Send + 'static,
    {
        loop {
            let key = key.clone();
            let removed = self.db.write(move |connection: &Connection| {
                let sql = format!(
                    "DELETE FROM import_rows WHERE (import, number) IN
                     (SELECT import, number FROM import_rows WHERE {condition} LIMIT {AT_ONCE})"
                );
                write(connection, &sql, [key]).map_err(store_error)
            });
            if removed.await? == 0 {
                return Ok(());
            }
        }
    }
}

#[async_trait]
impl ImportStore for SqliteImports {
    async fn put_import(&self, import: &Import) -> Result<bool, StoreError> {
        let (profile, record) = (import.profile, ImportRecord::from(import));
        self.db
            .write(move |connection: &Connection| {
                if is_erased(connection, profile).map_err(store_error)? {
                    return Ok(false);
                }
                let record = &*record.parameters();
                write(connection, ImportRecord::REPLACE, record).map_err(store_error)?;
                Ok(true)
            })
            .await
    }

    async fn find_import(&self, id: ImportId) -> Result<Option<Import>, StoreError> {
        let sql = format!("{} WHERE id = ?1", ImportRecord::SELECT);
        let id = id.0.into_bytes();
        self.db
            .read(move |connection| find(connection, &sql, [id], read::<ImportRecord, _>))
            .await
    }

    async fn imports(&self, profile: ProfileId) -> Result<Vec<Import>, StoreError> {
        let sql = format!(
            "{} WHERE profile = ?1 ORDER BY created_at DESC, id",
            ImportRecord::SELECT
        );
        let profile = profile.to_i64();
        self.db
            .read(move |connection| {
                Ok(readable(
                    connection,
                    IMPORTS,
                    &sql,
                    [profile],
                    read::<ImportRecord, _>,
                )?
                .0)
            })
            .await
    }

    async fn previews_before(
        &self,
        before: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<Import>, StoreError> {
        let sql = format!(
            "{} WHERE is_preview = 1 AND created_at < ?1 ORDER BY created_at, id LIMIT ?2",
            ImportRecord::SELECT
        );
        let key = (Time(before), rows(limit));
        self.db
            .read(move |connection| {
                Ok(readable(connection, IMPORTS, &sql, key, read::<ImportRecord, _>)?.0)
            })
            .await
    }

    async fn put_rows(&self, profile: ProfileId, rows: &[ImportRow]) -> Result<bool, StoreError> {
        let records: Vec<RowRecord> = rows.iter().map(RowRecord::from).collect();
        self.db
            .write(move |connection: &Connection| {
                if is_erased(connection, profile).map_err(store_error)? {
                    return Ok(false);
                }
                for record in &records {
                    let record = &*record.parameters();
                    write(connection, RowRecord::REPLACE, record).map_err(store_error)?;
                }
                Ok(true)
            })
            .await
    }

    async fn rows(
        &self,
        import: ImportId,
        states: &[RowState],
        after: u32,
        limit: usize,
    ) -> Result<Vec<ImportRow>, StoreError> {
        let states: Vec<&'static str> = states.iter().map(|state| state.as_str()).collect();
        let key = (
            import.0.into_bytes(),
            after,
            rows(limit),
            Json(states.clone()),
        );
        self.db
            .read(move |connection| {
                let in_states = if states.is_empty() {
                    "json_array_length(?4) = 0"
                } else {
                    "state IN (SELECT value FROM json_each(?4))"
                };
                let sql = format!(
                    "{} WHERE import = ?1 AND number > ?2 AND {in_states} ORDER BY number LIMIT ?3",
                    RowRecord::SELECT
                );
                Ok(readable(connection, ROWS, &sql, key, read::<RowRecord, _>)?.0)
            })
            .await
    }

    async fn list_rows(
        &self,
        import: ImportId,
        states: &[RowState],
        window: &Window,
    ) -> Result<Slice<ImportRow>, StoreError> {
        let (beyond, order, end) = match window.direction {
            Direction::Forward => (">", "ASC", i64::MIN),
            Direction::Backward => ("<", "DESC", i64::MAX),
        };
        let start = match window.start.as_ref().map(|start| &start.value) {
            None => end,
            Some(KeyValue::Number(number)) => *number,
            Some(KeyValue::Text(_)) => {
                return Err(StoreError::failed("a keyset of rows has no number"));
            }
        };
        let in_states = if states.is_empty() {
            "json_array_length(:states) = 0"
        } else {
            "state IN (SELECT value FROM json_each(:states))"
        };
        let sql = format!(
            "{} WHERE import = :import AND number {beyond} :start AND {in_states} ORDER BY number {order} LIMIT :limit OFFSET :seen",
            RowRecord::SELECT
        );
        let states: Vec<&'static str> = states.iter().map(|state| state.as_str()).collect();
        let (key, window) = (import.0.into_bytes(), window.clone());
        self.db
            .read(move |connection| {
                // One more than is wanted tells whether there are more.
                let found = fill(window.limit.saturating_add(1), |wanted, seen| {
                    let page = named_params! {
                        ":import": key,
                        ":start": start,
                        ":states": Json(states.clone()),
                        ":limit": rows(wanted),
                        ":seen": rows(seen),
                    };
                    readable(connection, ROWS, &sql, page, read::<RowRecord, _>)
                })?;
                Ok(Slice::from_overfetched(found, &window))
            })
            .await
    }

    async fn count_rows(&self, import: ImportId) -> Result<Vec<(RowState, u64)>, StoreError> {
        let sql =
            "SELECT state, count(*) AS rows FROM import_rows WHERE import = ?1 GROUP BY state";
        let id = import.0.into_bytes();
        let counted = self
            .db
            .read(move |connection| all(connection, sql, [id], read::<Counted, (String, u64)>));
        let counted = counted.await?.into_iter();
        // States of a later version are those of no row here.
        let known = counted.filter_map(|(state, rows)| Some((RowState::parse(&state)?, rows)));
        Ok(known.collect())
    }

    async fn claims(
        &self,
        profile: ProfileId,
        effects: &[String],
    ) -> Result<Vec<(String, ImportId)>, StoreError> {
        let sql = "SELECT DISTINCT effect, import FROM import_rows
            WHERE profile = ?1 AND effect IS NOT NULL AND effect IN (SELECT value FROM json_each(?2))";
        let key = (profile.to_i64(), Json(effects.to_vec()));
        self.db
            .read(move |connection| all(connection, sql, key, read::<Claim, (String, ImportId)>))
            .await
    }

    async fn rows_that_bring(
        &self,
        profile: ProfileId,
        effects: &[String],
        limit: usize,
    ) -> Result<Vec<ImportRow>, StoreError> {
        let sql = format!(
            "{} WHERE profile = ?1 AND effect IN (SELECT value FROM json_each(?2))
             ORDER BY import, number LIMIT ?3",
            RowRecord::SELECT
        );
        let key = (profile.to_i64(), Json(effects.to_vec()), rows(limit));
        self.db
            .read(move |connection| {
                Ok(readable(connection, ROWS, &sql, key, read::<RowRecord, _>)?.0)
            })
            .await
    }

    async fn rows_merged(
        &self,
        profile: ProfileId,
        names: &[PlayId],
        limit: usize,
    ) -> Result<Vec<ImportRow>, StoreError> {
        let sql = format!(
            "{} WHERE profile = ?1 AND name IS NOT NULL AND name IN (SELECT value FROM json_each(?2))
             ORDER BY import, number LIMIT ?3",
            RowRecord::SELECT
        );
        let names: Vec<String> = names.iter().map(PlayId::to_string).collect();
        let key = (profile.to_i64(), Json(names), rows(limit));
        self.db
            .read(move |connection| {
                Ok(readable(connection, ROWS, &sql, key, read::<RowRecord, _>)?.0)
            })
            .await
    }

    async fn remove_import(&self, id: ImportId) -> Result<(), StoreError> {
        let id = id.0.into_bytes();
        self.remove_rows("import = ?1", id).await?;
        let sql = "DELETE FROM imports WHERE id = ?1";
        let removed = self.db.write(move |connection: &Connection| {
            write(connection, sql, [id]).map_err(store_error)
        });
        removed.await.map(drop)
    }

    async fn erase_imports(&self, profile: ProfileId) -> Result<(), StoreError> {
        let profile = profile.to_i64();
        self.remove_rows("profile = ?1", profile).await?;
        let sql = "DELETE FROM imports WHERE profile = ?1";
        let removed = self.db.write(move |connection: &Connection| {
            write(connection, sql, [profile]).map_err(store_error)
        });
        removed.await.map(drop)
    }
}

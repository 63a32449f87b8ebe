//! The port of uploads on SQLite; what each method promises is documented at the port.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rusqlite::types::Value;
use rusqlite::{Connection, named_params, params_from_iter};
use uuid::Uuid;

use super::columns::{Record, TableRecord, Time, limit as count, only, read, record};
use super::db::{SqliteDb, store_error};
use super::statements::{all, exists, fill, find, insert, one, readable, write};
use super::watching::is_erased;
use crate::domain::blobs::BlobHash;
use crate::domain::error::StoreError;
use crate::domain::ids::{ProfileId, UploadId, UserId};
use crate::domain::page::{Direction, KeyValue, Keyset, Slice, Window};
use crate::domain::uploading::{
    Added, ChunkRef, NewUpload, Upload, UploadChange, UploadPart, UploadState, UploadStore,
    Uploader,
};

/// What uploads are called that cannot be read.
const UPLOADS: &str = "uploads";
/// What the quota of an account counts.
const COUNTED: &str = "SELECT coalesce(sum(size), 0) FROM uploads
    WHERE user_id = ?1 AND part <> 'joined_part' AND state <> 'broken'";

record! {
    struct UploadRow in uploads by (id: [u8; 16]) {
        name: String,
        size: i64,
        received: i64,
        chunks: i64,
        part: String,
        state: String,
        expected: Option<String>,
        sha256: Option<String>,
        user_id: Option<i64>,
        profile: Option<i64>,
        created_at: Time,
        updated_at: Time,
        expires_at: Option<Time>,
        finished_at: Option<Time>,
        metadata: Option<String>,
        joined_from: Option<String>,
    }
}

record! {
    struct ChunkRow in upload_chunks by (upload: [u8; 16], begins: i64) {
        sha256: String,
        size: i64,
    }
}

impl From<&Upload> for UploadRow {
    fn from(upload: &Upload) -> Self {
        let hash = |hash: Option<BlobHash>| hash.map(|hash| hash.to_string());
        Self {
            id: upload.id.0.into_bytes(),
            name: upload.name.clone(),
            size: upload.size.cast_signed(),
            received: upload.offset.cast_signed(),
            chunks: upload.chunks.cast_signed(),
            part: upload.part.as_str().to_owned(),
            state: upload.state.as_str().to_owned(),
            expected: hash(upload.expected),
            sha256: hash(upload.sha256),
            user_id: upload.uploader.map(|it| it.user.to_i64()),
            profile: upload.uploader.map(|it| it.profile.to_i64()),
            created_at: Time(upload.created_at),
            updated_at: Time(upload.updated_at),
            expires_at: upload.expires_at.map(Time),
            finished_at: upload.finished_at.map(Time),
            metadata: upload.metadata.clone(),
            joined_from: joined_from(upload),
        }
    }
}

impl TryFrom<UploadRow> for Upload {
    type Error = StoreError;

    fn try_from(row: UploadRow) -> Result<Self, StoreError> {
        let hash = |text: Option<String>| {
            let hash = text.map(|text| parse_hash(&text));
            hash.transpose()
        };
        let (part, state) = (UploadPart::parse(&row.part), UploadState::parse(&row.state));
        Ok(Self {
            id: UploadId(Uuid::from_bytes(row.id)),
            name: row.name,
            size: row.size.cast_unsigned(),
            offset: row.received.cast_unsigned(),
            chunks: row.chunks.cast_unsigned(),
            part: part.ok_or_else(|| StoreError::failed("an unknown part of an upload"))?,
            state: state.ok_or_else(|| StoreError::failed("an unknown state of an upload"))?,
            metadata: row.metadata,
            joined_from: parts(row.joined_from.as_deref())?,
            expected: hash(row.expected)?,
            sha256: hash(row.sha256)?,
            uploader: row
                .user_id
                .zip(row.profile)
                .map(|(user, profile)| Uploader {
                    user: UserId::from_i64(user),
                    profile: ProfileId::from_i64(profile),
                }),
            created_at: row.created_at.0,
            updated_at: row.updated_at.0,
            expires_at: row.expires_at.map(|at| at.0),
            finished_at: row.finished_at.map(|at| at.0),
        })
    }
}

impl TryFrom<ChunkRow> for ChunkRef {
    type Error = StoreError;

    fn try_from(row: ChunkRow) -> Result<Self, StoreError> {
        Ok(Self {
            sha256: parse_hash(&row.sha256)?,
            size: row.size.cast_unsigned(),
        })
    }
}

/// The parts of an upload in a column, with blanks between them.
fn joined_from(upload: &Upload) -> Option<String> {
    let parts: Vec<String> = upload.joined_from.iter().map(UploadId::to_string).collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

fn parts(column: Option<&str>) -> Result<Vec<UploadId>, StoreError> {
    let parts = column.unwrap_or_default().split_ascii_whitespace();
    let parts: Option<Vec<UploadId>> = parts.map(UploadId::parse).collect();
    parts.ok_or_else(|| StoreError::failed("a part of an upload that is no id"))
}

fn parse_hash(text: &str) -> Result<BlobHash, StoreError> {
    BlobHash::parse(text).ok_or_else(|| StoreError::failed("a hash that is no SHA-256"))
}

/// The uploads in a database.
#[derive(Clone)]
pub struct SqliteUploads {
    db: SqliteDb,
}

impl SqliteUploads {
    /// The uploads in this database.
    pub fn new(db: SqliteDb) -> Self {
        Self { db }
    }
}

#[async_trait]
impl UploadStore for SqliteUploads {
    async fn add_upload(&self, new: &NewUpload) -> Result<Added, StoreError> {
        let new = new.clone();
        self.db
            .write(move |connection: &Connection| add(connection, &new))
            .await
    }

    async fn uploads(&self, ids: &[UploadId]) -> Result<Vec<Upload>, StoreError> {
        let sql = format!("{} WHERE id = ?1", UploadRow::SELECT);
        let ids: Vec<[u8; 16]> = ids.iter().map(|id| id.0.into_bytes()).collect();
        self.db
            .read(move |connection| {
                let mut found = Vec::new();
                for id in ids {
                    let read = read::<UploadRow, _>;
                    found.extend(readable(connection, UPLOADS, &sql, [id], read)?.0);
                }
                Ok(found)
            })
            .await
    }

    async fn chunks(&self, id: UploadId) -> Result<Vec<ChunkRef>, StoreError> {
        let sql = format!("{} WHERE upload = ?1 ORDER BY begins", ChunkRow::SELECT);
        let id = [id.0.into_bytes()];
        self.db
            .read(move |connection| all(connection, &sql, id, read::<ChunkRow, _>))
            .await
    }

    async fn append_chunks(
        &self,
        id: UploadId,
        from: u64,
        chunks: &[ChunkRef],
        change: UploadChange,
    ) -> Result<(), StoreError> {
        let added = rows_of(id, from, chunks);
        let until = from + chunks.iter().map(|chunk| chunk.size).sum::<u64>();
        let sql = "UPDATE uploads SET received = :until, chunks = chunks + :more, state = :state, updated_at = :at,
            expires_at = :expires_at, finished_at = :finished_at
            WHERE id = :id AND received = :from AND state = 'receiving'";
        self.db
            .write(move |connection: &Connection| {
                let parameters = named_params! {
                    ":id": id.0.into_bytes(),
                    ":from": from.cast_signed(),
                    ":until": until.cast_signed(),
                    ":more": count(added.len()),
                    ":state": change.state.as_str(),
                    ":at": Time(change.at),
                    ":expires_at": change.expires_at.map(Time),
                    ":finished_at": change.finished_at.map(Time),
                };
                if write(connection, sql, parameters).map_err(store_error)? == 0 {
                    return Err(StoreError::Conflict);
                }
                added.iter().try_for_each(|row| insert(connection, row))
            })
            .await
    }

    async fn end_check(&self, id: UploadId, change: UploadChange) -> Result<bool, StoreError> {
        let sql = "UPDATE uploads SET state = :state, sha256 = :sha256, updated_at = :at, expires_at = :expires_at,
            finished_at = :finished_at WHERE id = :id AND state = 'checking'";
        let written = self.db.write(move |connection: &Connection| {
            let parameters = named_params! {
                ":id": id.0.into_bytes(),
                ":state": change.state.as_str(),
                ":sha256": change.sha256.map(|hash| hash.to_string()),
                ":at": Time(change.at),
                ":expires_at": change.expires_at.map(Time),
                ":finished_at": change.finished_at.map(Time),
            };
            write(connection, sql, parameters).map_err(store_error)
        });
        Ok(written.await? > 0)
    }

    async fn list_uploads(&self, window: &Window) -> Result<Slice<Upload>, StoreError> {
        let (sql, parameters) = page_of(window)?;
        let window = window.clone();
        self.db
            .read(move |connection| {
                // One more than is wanted tells whether there are more.
                let wanted = window.limit.saturating_add(1);
                let found = fill(wanted, |wanted, seen| {
                    let page = [wanted, seen].map(|number| Value::from(count(number)));
                    let parameters = params_from_iter(parameters.iter().cloned().chain(page));
                    let read = read::<UploadRow, _>;
                    readable(connection, UPLOADS, &sql, parameters, read)
                })?;
                Ok(Slice::from_overfetched(found, &window))
            })
            .await
    }

    async fn uploads_of(&self, profile: ProfileId) -> Result<Vec<Upload>, StoreError> {
        let sql = format!(
            "{} WHERE profile = ?1 ORDER BY created_at, id",
            UploadRow::SELECT
        );
        let key = [profile.to_i64()];
        self.db
            .read(move |connection| {
                Ok(readable(connection, UPLOADS, &sql, key, read::<UploadRow, _>)?.0)
            })
            .await
    }

    async fn uploaded_bytes(&self, user: UserId) -> Result<u64, StoreError> {
        let key = [user.to_i64()];
        let bytes = self
            .db
            .read(move |connection| one(connection, COUNTED, key, only::<i64>))
            .await?;
        Ok(bytes.cast_unsigned())
    }

    async fn expired_uploads(
        &self,
        by: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<Upload>, StoreError> {
        let sql = format!(
            "{} WHERE expires_at <= ?1 ORDER BY expires_at, id LIMIT ?2",
            UploadRow::SELECT
        );
        let key = (Time(by), count(limit));
        self.db
            .read(move |connection| {
                Ok(readable(connection, UPLOADS, &sql, key, read::<UploadRow, _>)?.0)
            })
            .await
    }

    async fn unchecked_uploads(
        &self,
        since: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<Upload>, StoreError> {
        let sql = format!(
            "{} WHERE state = 'checking' AND updated_at < ?1 ORDER BY updated_at, id LIMIT ?2",
            UploadRow::SELECT
        );
        let key = (Time(since), count(limit));
        self.db
            .read(move |connection| {
                Ok(readable(connection, UPLOADS, &sql, key, read::<UploadRow, _>)?.0)
            })
            .await
    }

    async fn remove_upload(&self, id: UploadId) -> Result<bool, StoreError> {
        let id = [id.0.into_bytes()];
        self.db
            .write(move |connection: &Connection| {
                let chunks = "DELETE FROM upload_chunks WHERE upload = ?1";
                write(connection, chunks, id).map_err(store_error)?;
                let removed = write(connection, "DELETE FROM uploads WHERE id = ?1", id);
                Ok(removed.map_err(store_error)? > 0)
            })
            .await
    }

    async fn referred_chunks(&self, chunks: &[BlobHash]) -> Result<Vec<BlobHash>, StoreError> {
        let chunks = chunks.to_vec();
        self.db
            .read(move |connection| {
                let mut referred = Vec::new();
                for hash in chunks {
                    let sql = "SELECT 1 FROM upload_chunks WHERE sha256 = ?1";
                    if exists(connection, sql, [hash.to_string()])? {
                        referred.push(hash);
                    }
                }
                Ok(referred)
            })
            .await
    }

    async fn erase_uploads(&self, profile: ProfileId) -> Result<(), StoreError> {
        let key = [profile.to_i64()];
        self.db
            .write(move |connection: &Connection| {
                for sql in [
                    "DELETE FROM upload_chunks WHERE upload IN
                        (SELECT id FROM uploads WHERE profile = ?1 AND state <> 'finished')",
                    "DELETE FROM uploads WHERE profile = ?1 AND state <> 'finished'",
                    "UPDATE uploads SET user_id = NULL, profile = NULL WHERE profile = ?1",
                ] {
                    write(connection, sql, key).map_err(store_error)?;
                }
                Ok::<(), StoreError>(())
            })
            .await
    }
}

/// Adds an upload, unless something is in its way.
fn add(connection: &Connection, new: &NewUpload) -> Result<Added, StoreError> {
    let upload = &new.upload;
    let id = [upload.id.0.into_bytes()];
    let there = "SELECT 1 FROM uploads WHERE id = ?1";
    if exists(connection, there, id).map_err(store_error)? {
        return Ok(Added::IsThere);
    }
    let mut joined = 0;
    for part in &new.parts {
        let sql = format!("{} WHERE id = ?1", UploadRow::SELECT);
        let key = [part.0.into_bytes()];
        let found = find(connection, &sql, key, UploadRow::read).map_err(store_error)?;
        let state = UploadState::Finished.as_str();
        let Some(found) = found.filter(|found| found.state == state) else {
            return Ok(Added::PartsMissing);
        };
        if found.part == UploadPart::Part.as_str() {
            joined += found.size.cast_unsigned();
        }
    }
    if let Some(uploader) = upload.uploader {
        if is_erased(connection, uploader.profile).map_err(store_error)? {
            return Ok(Added::ProfileErased);
        }
        let key = [uploader.user.to_i64()];
        let counted = one(connection, COUNTED, key, only::<i64>).map_err(store_error)?;
        let before = counted.cast_unsigned().saturating_sub(joined);
        if before.saturating_add(upload.size) > new.quota {
            return Ok(Added::OverQuota);
        }
    }
    for part in &new.parts {
        let sql = "UPDATE uploads SET part = 'joined_part' WHERE id = ?1";
        write(connection, sql, [part.0.into_bytes()]).map_err(store_error)?;
    }
    insert(connection, &UploadRow::from(upload))?;
    let rows = rows_of(upload.id, 0, &new.chunks);
    rows.iter().try_for_each(|row| insert(connection, row))?;
    Ok(Added::Added)
}

/// The rows of chunks of which the first begins there.
fn rows_of(id: UploadId, from: u64, chunks: &[ChunkRef]) -> Vec<ChunkRow> {
    let mut begins = from;
    let row = |chunk: &ChunkRef| {
        let row = ChunkRow {
            upload: id.0.into_bytes(),
            begins: begins.cast_signed(),
            sha256: chunk.sha256.to_string(),
            size: chunk.size.cast_signed(),
        };
        begins += chunk.size;
        row
    };
    chunks.iter().map(row).collect()
}

/// A statement for the rows of a window, and its parameters but for the last two: how many, and beyond how many.
fn page_of(window: &Window) -> Result<(String, Vec<Value>), StoreError> {
    let (beyond, by_time, after, by_id) = match window.direction {
        Direction::Forward => ("<", "DESC", ">", "ASC"),
        Direction::Backward => (">", "ASC", "<", "DESC"),
    };
    let mut condition = "part = 'whole'".to_owned();
    let mut parameters: Vec<Value> = Vec::new();
    if let Some(Keyset { value, id }) = &window.start {
        let (KeyValue::Number(created_at), KeyValue::Text(id)) = (value, id) else {
            return Err(StoreError::failed("a keyset of uploads has no time"));
        };
        let id = Uuid::parse_str(id).map_err(StoreError::failed)?;
        // The first condition follows from the second; it tells the index where to begin.
        condition = format!(
            "{condition} AND created_at {beyond}= ?1 AND (created_at {beyond} ?1 OR id {after} ?2)"
        );
        parameters.push(Value::from(*created_at));
        parameters.push(Value::from(id.into_bytes().to_vec()));
    }
    let last = parameters.len() + 1;
    let sql = format!(
        "{} WHERE {condition} ORDER BY created_at {by_time}, id {by_id} LIMIT ?{last} OFFSET ?{}",
        UploadRow::SELECT,
        last + 1
    );
    Ok((sql, parameters))
}

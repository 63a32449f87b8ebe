//! The entries of the watch log on SQLite, and how far they are folded. The name of a profile's log is its tombstone:
//! what is left of an erased one names nobody.

use rusqlite::{Connection, Result, Row};

use crate::adapters::sqlite::columns::{Record, TableRecord, Time, only, record};
use crate::adapters::sqlite::db::store_error;
use crate::adapters::sqlite::statements::{all, exists, find, is_taken, one, write};
use crate::domain::error::StoreError;
use crate::domain::ids::ProfileId;
use crate::domain::watching::{Appended, Batch, Entry, FoldStep, Tail, WatchError};

record! {
    struct EntryRow in watch_log by (log: String, sequence: i64) {
        stream: Option<[u8; 16]>,
        number: Option<i64>,
        profile: Option<i64>,
        causes: Option<String>,
        at: Time,
    }
}

/// Adds an entry, if nobody else has its place.
pub(super) fn append(
    connection: &Connection,
    batch: &Batch,
    entry: &Entry,
) -> std::result::Result<Appended, StoreError> {
    let row = EntryRow {
        log: entry.profile.tombstone(),
        sequence: entry.sequence.cast_signed(),
        stream: Some(batch.stream.into_bytes()),
        number: Some(batch.number.cast_signed()),
        profile: Some(entry.profile.to_i64()),
        causes: Some(serde_json::to_string(&entry.causes).map_err(StoreError::failed)?),
        at: Time(entry.at),
    };
    match write(connection, EntryRow::INSERT, &*row.parameters()) {
        Ok(_) => Ok(Appended::Durable),
        Err(error) if is_taken(&error) => Ok(Appended::Taken),
        Err(error) => Err(store_error(error)),
    }
}

/// The sequence of the last entry of a log; 0 if there is none.
pub(super) fn newest(connection: &Connection, log: &str) -> Result<i64> {
    let sql = "SELECT coalesce(max(sequence), 0) FROM watch_log WHERE log = ?1";
    one(connection, sql, [log], only)
}

/// Whether an entry is at this place of a log, be it that of an erased profile.
pub(super) fn is_taken_at(connection: &Connection, log: &str, sequence: u64) -> Result<bool> {
    let sql = "SELECT 1 FROM watch_log WHERE log = ?1 AND sequence = ?2";
    exists(connection, sql, (log, sequence.cast_signed()))
}

/// How far a log is folded.
pub(super) fn folded(connection: &Connection, log: &str) -> Result<i64> {
    let sql = "SELECT folded FROM watch_log_folds WHERE log = ?1";
    find(connection, sql, [log], only).map(Option::unwrap_or_default)
}

/// An entry whose causes are text, which may be of a later version.
pub(super) type Unread = (Entry, String);

/// The entry, if this version can read it.
pub(super) fn whole((mut entry, causes): Unread) -> std::result::Result<Entry, StoreError> {
    entry.causes = serde_json::from_str(&causes).map_err(StoreError::failed)?;
    Ok(entry)
}

/// Some entries of a log, those after a sequence, in order, but for those that were wiped.
pub(super) fn after(
    connection: &Connection,
    log: &str,
    sequence: i64,
    limit: i64,
) -> Result<Vec<Unread>> {
    let sql = format!(
        "{} WHERE log = ?1 AND sequence > ?2 AND profile IS NOT NULL ORDER BY sequence LIMIT ?3",
        EntryRow::SELECT
    );
    let read = |row: &Row<'_>| {
        let row = EntryRow::read(row)?;
        let entry = Entry {
            profile: ProfileId::from_i64(row.profile.unwrap_or_default()),
            sequence: row.sequence.cast_unsigned(),
            at: row.at.0,
            causes: Vec::new(),
        };
        Ok((entry, row.causes.unwrap_or_default()))
    };
    all(connection, &sql, (log, sequence, limit), read)
}

/// How far a log is folded, and the first entries of what is not.
pub(super) fn tail(
    connection: &Connection,
    profile: ProfileId,
    is_erased: bool,
    limit: i64,
) -> Result<(Tail, Vec<Unread>)> {
    let log = profile.tombstone();
    let folded = folded(connection, &log)?;
    let closed = "SELECT 1 FROM watch_log WHERE log = ?1 AND sequence > ?2 AND profile IS NULL";
    let is_closed = exists(connection, closed, (&log, folded))?;
    let tail = Tail {
        profile,
        folded: folded.cast_unsigned(),
        waiting: Vec::new(),
        is_erased: is_erased || is_closed,
    };
    Ok((tail, after(connection, &log, folded, limit)?))
}

/// Notes how far a log is folded; refuses what begins elsewhere.
pub(super) fn step(
    connection: &Connection,
    step: &FoldStep,
) -> std::result::Result<(), WatchError> {
    let log = step.profile.tombstone();
    if folded(connection, &log).map_err(store_error)? != step.from.cast_signed() {
        return Err(WatchError::AlreadyFolded);
    }
    let sql = "INSERT INTO watch_log_folds (log, folded) VALUES (?1, ?2)
         ON CONFLICT (log) DO UPDATE SET folded = excluded.folded, updated_at = excluded.updated_at";
    write(connection, sql, (log, step.to.cast_signed())).map_err(store_error)?;
    Ok(())
}

/// Lets nothing be appended to a log any more: its last entry says that the profile is erased.
pub(super) fn close(connection: &Connection, log: &str) -> Result<()> {
    let newest = newest(connection, log)?;
    let sql = "SELECT profile FROM watch_log WHERE log = ?1 AND sequence = ?2";
    let last: Option<Option<i64>> = find(connection, sql, (log, newest), only)?;
    if last == Some(None) {
        return Ok(());
    }
    let sequence = newest.max(folded(connection, log)?) + 1;
    let sql = "INSERT INTO watch_log (log, sequence, at)
         VALUES (?1, ?2, CAST(unixepoch('subsec') * 1000 AS INTEGER))";
    write(connection, sql, (log, sequence))?;
    Ok(())
}

/// Takes everything out of some entries of a log, and who it was of; their places stay taken. Says how many.
pub(super) fn wipe(connection: &Connection, log: &str, limit: i64) -> Result<i64> {
    let sql = "UPDATE watch_log SET profile = NULL, causes = NULL WHERE log = ?1 AND sequence IN
         (SELECT sequence FROM watch_log WHERE log = ?1 AND profile IS NOT NULL ORDER BY sequence LIMIT ?2)";
    let wiped = write(connection, sql, (log, limit))?;
    Ok(i64::try_from(wiped).unwrap_or(limit))
}

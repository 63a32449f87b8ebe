//! Which epoch the graph is written in, and whom it refuses.

use rusqlite::{Connection, named_params};

use crate::adapters::sqlite::columns::{limit, only, read, record};
use crate::adapters::sqlite::db::NOW;
use crate::adapters::sqlite::statements::{all, find, write};
use crate::domain::ids::ProfileId;
use crate::domain::recommend::{GraphEpoch, Schema};

record! {
    struct EpochRow {
        epoch_number: i64,
        epoch_name: String,
        epoch_tick: i64,
        schema_version: u32,
        oldest_reader: u32,
    }
}

impl From<EpochRow> for GraphEpoch {
    fn from(row: EpochRow) -> Self {
        Self {
            number: row.epoch_number.cast_unsigned(),
            name: row.epoch_name,
            tick: row.epoch_tick.cast_unsigned(),
            schema: Schema {
                version: row.schema_version,
                oldest_reader: row.oldest_reader,
            },
        }
    }
}

pub(super) fn epoch(db: &Connection) -> rusqlite::Result<Option<GraphEpoch>> {
    let sql =
        "SELECT epoch_number, epoch_name, epoch_tick, schema_version, oldest_reader FROM graph_meta
        WHERE epoch_number IS NOT NULL";
    find(db, sql, (), read::<EpochRow, _>)
}

pub(super) fn put(db: &Connection, epoch: &GraphEpoch) -> rusqlite::Result<()> {
    let sql = format!(
        "UPDATE graph_meta SET epoch_number = :number, epoch_name = :name, epoch_tick = :tick,
            schema_version = max(schema_version, :version), oldest_reader = max(oldest_reader, :oldest_reader),
            updated_at = {NOW}
         WHERE coalesce(epoch_number, -1) < :number
            OR (epoch_number = :number AND epoch_name = :name AND epoch_tick < :tick)"
    );
    let epoch = named_params! {
        ":number": epoch.number.cast_signed(),
        ":name": epoch.name,
        ":tick": epoch.tick.cast_signed(),
        ":version": epoch.schema.version,
        ":oldest_reader": epoch.schema.oldest_reader,
    };
    write(db, &sql, epoch).map(drop)
}

pub(super) fn tombstones_after(
    db: &Connection,
    after: Option<String>,
    most: usize,
) -> rusqlite::Result<Vec<String>> {
    let sql = "SELECT trace FROM graph_erased_profiles WHERE trace > ?1 ORDER BY trace LIMIT ?2";
    all(db, sql, (after.unwrap_or_default(), limit(most)), only)
}

pub(super) fn put_tombstones(db: &Connection, tombstones: &[String]) -> rusqlite::Result<()> {
    for tombstone in tombstones {
        let sql = "INSERT OR IGNORE INTO graph_erased_profiles (trace) VALUES (?1)";
        write(db, sql, [tombstone])?;
    }
    Ok(())
}

pub(super) fn profiles_after(
    db: &Connection,
    after: Option<ProfileId>,
    most: usize,
) -> rusqlite::Result<Vec<ProfileId>> {
    let sql = "SELECT id FROM graph_profiles WHERE id > ?1 ORDER BY id LIMIT ?2";
    let after = after.map_or(-1, ProfileId::to_i64);
    all(db, sql, [after, limit(most)], |row| {
        only(row).map(ProfileId::from_i64)
    })
}

//! Writing what was counted, and with it that it is.

use rusqlite::{CachedStatement, Connection, Result};
use uuid::Uuid;

use super::rows::{CurveRow, DayRow, SittingRow};
use super::waiting;
use crate::adapters::sqlite::columns::TableRecord;
use crate::adapters::sqlite::db::NOW;
use crate::adapters::sqlite::statements::write;
use crate::domain::error::StoreError;
use crate::domain::usage::Counted;

/// What was counted, packed before the thread that writes is asked for.
pub(super) struct Commit {
    turn: i64,
    batches: Vec<Uuid>,
    sittings: Vec<SittingRow>,
    days: Vec<DayRow>,
    curves: Vec<CurveRow>,
}

impl Commit {
    pub(super) fn of(turn: u64, counted: &Counted) -> std::result::Result<Self, StoreError> {
        let sittings = counted.sittings.iter().map(SittingRow::try_from);
        let mut sittings = sittings.collect::<std::result::Result<Vec<_>, _>>()?;
        // Their keys are hashes. In their order each page of the table is written once, however many fall into it.
        sittings.sort_unstable_by_key(|row| (row.viewer, row.play));
        Ok(Self {
            turn: turn.cast_signed(),
            batches: counted.batches.clone(),
            sittings,
            days: rows(&counted.days)?,
            curves: rows(&counted.curves)?,
        })
    }

    /// Writes all of it. False, and nothing is written: somebody has counted in the meantime.
    pub(super) fn write(&self, connection: &Connection) -> Result<bool> {
        let next = format!(
            "UPDATE usage_turn SET number = number + 1, updated_at = {NOW} WHERE number = ?1"
        );
        if write(connection, &next, [self.turn])? == 0 {
            return Ok(false);
        }
        waiting::remove(connection, &self.batches)?;
        let mut add = connection.prepare_cached(SittingRow::INSERT)?;
        let mut replace = connection.prepare_cached(SittingRow::REPLACE)?;
        for row in &self.sittings {
            let statement = if row.is_new() { &mut add } else { &mut replace };
            row.write(statement)?;
        }
        put_all(connection.prepare_cached(DayRow::REPLACE)?, &self.days)?;
        put_all(connection.prepare_cached(CurveRow::REPLACE)?, &self.curves)?;
        Ok(true)
    }
}

fn rows<'a, T, R>(things: &'a [T]) -> std::result::Result<Vec<R>, StoreError>
where
    R: TryFrom<&'a T, Error = StoreError>,
{
    things.iter().map(R::try_from).collect()
}

fn put_all<R: TableRecord>(mut statement: CachedStatement<'_>, rows: &[R]) -> Result<()> {
    for row in rows {
        row.write(&mut statement)?;
    }
    Ok(())
}

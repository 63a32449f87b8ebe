//! Sittings, days and curves as rows of their tables, and back.

use rusqlite::types::FromSqlError;

use crate::adapters::sqlite::columns::{Time, record, stamp};
use crate::domain::error::StoreError;
use crate::domain::ids::TitleId;
use crate::domain::stamp::Stamp;
use crate::domain::usage::{Curve, DaySum, Scope, Sitting, UsageDay, day_number, day_of_number};
use crate::domain::watching::SittingId;

record! {
    pub(super) struct SittingRow in usage_sittings by (pub(super) viewer: [u8; 16], pub(super) play: [u8; 16]) {
        counted: Vec<u8>,
        revision: i64,
        created_at: Time,
        updated_at: Time,
    }
}

record! {
    pub(super) struct DayRow in usage_days by (kind: String, id: i64, day: i64) {
        plays: i64,
        views: i64,
        seconds: f64,
        tallies: Vec<u8>,
        revision: i64,
        created_at: Time,
        updated_at: Time,
    }
}

record! {
    pub(super) struct CurveRow in usage_curves by (kind: String, id: i64) {
        curve: Vec<u8>,
        revision: i64,
        created_at: Time,
        updated_at: Time,
    }
}

record! {
    pub(super) struct SumRow {
        id: i64,
        plays: i64,
        views: i64,
        seconds: f64,
    }
}

impl SittingRow {
    /// Whether no row has its key yet.
    pub(super) fn is_new(&self) -> bool {
        self.revision == 1
    }
}

impl TryFrom<&Sitting> for SittingRow {
    type Error = StoreError;

    fn try_from(sitting: &Sitting) -> Result<Self, StoreError> {
        Ok(Self {
            viewer: sitting.id.viewer,
            play: sitting.id.play,
            counted: sitting.packed()?,
            revision: sitting.stamp.revision.cast_signed(),
            created_at: Time(sitting.stamp.created_at),
            updated_at: Time(sitting.stamp.updated_at),
        })
    }
}

impl TryFrom<SittingRow> for Sitting {
    type Error = StoreError;

    fn try_from(row: SittingRow) -> Result<Self, StoreError> {
        let id = SittingId {
            viewer: row.viewer,
            play: row.play,
        };
        let stamp = stamp(row.revision, row.created_at, row.updated_at);
        Self::unpacked(id, stamp, &row.counted)
    }
}

impl TryFrom<&UsageDay> for DayRow {
    type Error = StoreError;

    fn try_from(day: &UsageDay) -> Result<Self, StoreError> {
        let (kind, id) = day.scope.key();
        Ok(Self {
            kind: kind.to_owned(),
            id,
            day: day_number(day.day),
            plays: day.total.plays.cast_signed(),
            views: day.total.views.cast_signed(),
            seconds: day.total.seconds,
            tallies: day.packed()?,
            revision: day.stamp.revision.cast_signed(),
            created_at: Time(day.stamp.created_at),
            updated_at: Time(day.stamp.updated_at),
        })
    }
}

impl TryFrom<DayRow> for UsageDay {
    type Error = StoreError;

    fn try_from(row: DayRow) -> Result<Self, StoreError> {
        let scope = scope(&row.kind, row.id)?;
        let day = day_of_number(row.day)
            .ok_or_else(|| StoreError::failed(FromSqlError::OutOfRange(row.day)))?;
        let stamp = stamp(row.revision, row.created_at, row.updated_at);
        Self::unpacked(scope, day, stamp, &row.tallies)
    }
}

impl TryFrom<&Curve> for CurveRow {
    type Error = StoreError;

    fn try_from(curve: &Curve) -> Result<Self, StoreError> {
        let (kind, id) = curve.item.key();
        let Stamp {
            revision,
            created_at,
            updated_at,
        } = curve.stamp;
        Ok(Self {
            kind: kind.to_owned(),
            id,
            curve: curve.packed()?,
            revision: revision.cast_signed(),
            created_at: Time(created_at),
            updated_at: Time(updated_at),
        })
    }
}

impl TryFrom<CurveRow> for Curve {
    type Error = StoreError;

    fn try_from(row: CurveRow) -> Result<Self, StoreError> {
        let item = scope(&row.kind, row.id)?;
        let stamp = stamp(row.revision, row.created_at, row.updated_at);
        Self::unpacked(item, stamp, &row.curve)
    }
}

impl From<SumRow> for DaySum {
    fn from(row: SumRow) -> Self {
        Self {
            title: TitleId::from_i64(row.id),
            plays: row.plays.cast_unsigned(),
            views: row.views.cast_unsigned(),
            seconds: row.seconds,
        }
    }
}

fn scope(kind: &str, id: i64) -> Result<Scope, StoreError> {
    Scope::from_key(kind, id)
        .ok_or_else(|| StoreError::failed(format!("usage is of no {kind} that is known")))
}

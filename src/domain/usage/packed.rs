//! Days, curves, sittings and viewings as stores keep them beside their keys: one value in postcard's wire format, which
//! is stable, behind a byte that says which form it has.

use chrono::{Datelike, NaiveDate};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::curve::Curve;
use super::day::UsageDay;
use super::scope::Scope;
use super::sitting::Sitting;
use crate::domain::error::StoreError;
use crate::domain::stamp::Stamp;
use crate::domain::watching::{SittingId, Viewing};

/// The form that is written. One that has other fields gets another number.
const FORM: u8 = 1;

fn pack<T: Serialize>(value: &T) -> Result<Vec<u8>, StoreError> {
    postcard::to_extend(value, vec![FORM]).map_err(StoreError::failed)
}

fn unpack<T: DeserializeOwned>(stored: &[u8]) -> Result<T, StoreError> {
    match stored {
        [FORM, value @ ..] => match postcard::take_from_bytes(value) {
            Ok((value, [])) => Ok(value),
            Ok(_) => Err(StoreError::failed("usage has more in it than is known")),
            Err(error) => Err(StoreError::failed(error)),
        },
        _ => Err(StoreError::failed(
            "usage was written in a form that this version does not know",
        )),
    }
}

/// A day as stores keep it: 20261130 is the 30th of November 2026. Sorts as days do.
pub fn day_number(day: NaiveDate) -> i64 {
    i64::from(day.year()) * 10_000 + i64::from(day.month()) * 100 + i64::from(day.day())
}

/// The day with this number, if there is one.
pub fn day_of_number(number: i64) -> Option<NaiveDate> {
    let part = |number: i64| u32::try_from(number).ok();
    let year = i32::try_from(number.div_euclid(10_000)).ok()?;
    let rest = number.rem_euclid(10_000);
    NaiveDate::from_ymd_opt(year, part(rest / 100)?, part(rest % 100)?)
}

/// Viewings as they wait.
pub fn pack_viewings(viewings: &[Viewing]) -> Result<Vec<u8>, StoreError> {
    pack(&viewings)
}

/// The viewings that were packed so.
pub fn unpack_viewings(stored: &[u8]) -> Result<Vec<Viewing>, StoreError> {
    unpack(stored)
}

impl UsageDay {
    /// What is stored beside its key and stamp.
    pub fn packed(&self) -> Result<Vec<u8>, StoreError> {
        pack(&(&self.total, &self.hours, &self.minutes, &self.values))
    }

    /// The day that was stored so.
    pub fn unpacked(
        scope: Scope,
        day: NaiveDate,
        stamp: Stamp,
        stored: &[u8],
    ) -> Result<Self, StoreError> {
        let (total, hours, minutes, values) = unpack(stored)?;
        Ok(Self {
            scope,
            day,
            total,
            hours,
            minutes,
            values,
            stamp,
        })
    }
}

impl Curve {
    /// What is stored beside its key and stamp.
    pub fn packed(&self) -> Result<Vec<u8>, StoreError> {
        pack(&(self.sittings, self.duration, &self.edges))
    }

    /// The curve that was stored so.
    pub fn unpacked(item: Scope, stamp: Stamp, stored: &[u8]) -> Result<Self, StoreError> {
        let (sittings, duration, edges) = unpack(stored)?;
        Ok(Self {
            item,
            sittings,
            duration,
            edges,
            stamp,
        })
    }
}

impl Sitting {
    /// What is stored beside its key and stamp.
    pub fn packed(&self) -> Result<Vec<u8>, StoreError> {
        let viewed_at = self.viewed_at.map(|at| at.timestamp_millis());
        let Self {
            parts,
            towards_view,
            minute,
            events,
            ..
        } = self;
        pack(&(parts, viewed_at, towards_view, minute, events))
    }

    /// The sitting that was stored so.
    pub fn unpacked(id: SittingId, stamp: Stamp, stored: &[u8]) -> Result<Self, StoreError> {
        let (parts, viewed_at, towards_view, minute, events) = unpack(stored)?;
        let viewed_at: Option<i64> = viewed_at;
        Ok(Self {
            id,
            parts,
            viewed_at: viewed_at.and_then(chrono::DateTime::from_timestamp_millis),
            towards_view,
            minute,
            events,
            stamp,
        })
    }
}

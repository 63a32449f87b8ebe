//! Days and moments in the spellings of exports. A day without a time stays a day, so that no time zone moves it.

use std::ops::RangeInclusive;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

use super::entry::ImportedAt;
use super::file::PassedOverReason;

/// Spellings of a day with a time, without a time zone.
const WITH_TIME: [&str; 4] = [
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d %H:%M",
    "%Y/%m/%d %H:%M:%S",
];

/// The years in which something can have been watched; others are mistakes of writing.
pub(super) const YEARS: RangeInclusive<i32> = 1900..=2100;

/// How times without a time zone are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Clock {
    /// The service writes UTC.
    Utc,
    /// Those of a place, which may be unknown.
    Local(Option<Tz>),
}

/// When the field says that something was: a moment, or a day if it has no time. `None` if it is empty.
pub(super) fn at(field: &str, clock: Clock) -> Result<Option<ImportedAt>, PassedOverReason> {
    if field.is_empty() {
        return Ok(None);
    }
    read(field, clock)
        .filter(|at| is_thinkable(*at))
        .map(Some)
        .ok_or(PassedOverReason::BadDate)
}

/// Whether the field has a time that is only known with a time zone.
pub(super) fn is_local(field: &str) -> bool {
    local(field).is_some_and(|(_, is_utc)| !is_utc)
}

fn read(field: &str, clock: Clock) -> Option<ImportedAt> {
    if let Ok(day) = NaiveDate::parse_from_str(field, "%Y-%m-%d") {
        return Some(ImportedAt::Day(day));
    }
    if let Ok(moment) = DateTime::parse_from_rfc3339(field) {
        return Some(ImportedAt::Moment(moment.with_timezone(&Utc)));
    }
    if let Some(moment) = since_1970(field) {
        return Some(ImportedAt::Moment(moment));
    }
    let (local, is_utc) = local(field)?;
    let moment = match clock {
        Clock::Local(Some(zone)) if !is_utc => in_zone(local, zone)?,
        Clock::Utc | Clock::Local(_) => local.and_utc(),
    };
    Some(ImportedAt::Moment(moment))
}

/// Seconds or milliseconds since 1970.
fn since_1970(field: &str) -> Option<DateTime<Utc>> {
    let is_number = field.bytes().all(|byte| byte.is_ascii_digit());
    match field.len() {
        9..=10 if is_number => DateTime::from_timestamp(field.parse().ok()?, 0),
        12..=13 if is_number => DateTime::from_timestamp_millis(field.parse().ok()?),
        _ => None,
    }
}

/// A day with a time, and whether it says itself that it is in UTC.
fn local(field: &str) -> Option<(NaiveDateTime, bool)> {
    let bare = field
        .strip_suffix(" UTC")
        .or_else(|| field.strip_suffix('Z'));
    let time = bare.unwrap_or(field);
    let time = WITH_TIME
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(time, form).ok())
        .filter(|time| YEARS.contains(&time.year()))?;
    Some((time, bare.is_some()))
}

/// A time that a clock showed twice is the first of both; one that it never showed, an hour later.
fn in_zone(local: NaiveDateTime, zone: Tz) -> Option<DateTime<Utc>> {
    let moment = zone.from_local_datetime(&local).earliest().or_else(|| {
        let later = local.checked_add_signed(TimeDelta::hours(1))?;
        zone.from_local_datetime(&later).earliest()
    })?;
    Some(moment.with_timezone(&Utc))
}

/// Whether something can have been watched then.
fn is_thinkable(at: ImportedAt) -> bool {
    let year = match at {
        ImportedAt::Moment(moment) => moment.year(),
        ImportedAt::Day(day) => day.year(),
    };
    YEARS.contains(&year)
}

/// The same moment so many seconds later; a day stays that day.
pub(super) fn later(at: ImportedAt, seconds: u32) -> ImportedAt {
    match at {
        ImportedAt::Moment(moment) => moment
            .checked_add_signed(TimeDelta::seconds(seconds.into()))
            .map_or(at, ImportedAt::Moment),
        ImportedAt::Day(_) => at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(text: &str) -> ImportedAt {
        ImportedAt::Moment(text.parse().unwrap())
    }

    #[test]
    fn a_day_stays_that_day_in_every_time_zone() {
        let day = ImportedAt::Day(NaiveDate::from_ymd_opt(2024, 1, 5).unwrap());

        for zone in [Tz::Pacific__Kiritimati, Tz::Pacific__Niue, Tz::UTC] {
            let read = at("2024-01-05", Clock::Local(Some(zone)));
            assert_eq!(read, Ok(Some(day)), "{zone}");
        }
        assert_eq!(later(day, 86_000), day);
    }

    #[test]
    fn moments_are_read_in_their_spellings() {
        let berlin = Clock::Local(Some(Tz::Europe__Berlin));

        for (field, clock, expected) in [
            ("2014-04-05T15:27:00.000Z", berlin, "2014-04-05T15:27:00Z"),
            ("2014-04-05T15:27:00+02:00", berlin, "2014-04-05T13:27:00Z"),
            ("2014-04-05 15:27:00", Clock::Utc, "2014-04-05T15:27:00Z"),
            ("2014-04-05 15:27:00", berlin, "2014-04-05T13:27:00Z"),
            ("2014-04-05 15:27", berlin, "2014-04-05T13:27:00Z"),
            ("2014-04-05 15:27:00 UTC", berlin, "2014-04-05T15:27:00Z"),
            ("1396711620", berlin, "2014-04-05T15:27:00Z"),
            ("1396711620000", berlin, "2014-04-05T15:27:00Z"),
            // The clock went from 2 to 3, and later from 3 back to 2.
            ("2014-03-30 02:30:00", berlin, "2014-03-30T01:30:00Z"),
            ("2014-10-26 02:30:00", berlin, "2014-10-26T00:30:00Z"),
        ] {
            assert_eq!(at(field, clock), Ok(Some(moment(expected))), "{field}");
        }
        assert_eq!(at("", berlin), Ok(None));
    }

    #[test]
    fn what_is_no_date_is_told() {
        for field in ["yesterday", "2014-02-30", "0001-01-01", "9999-01-01", "12"] {
            let read = at(field, Clock::Utc);
            assert_eq!(read, Err(PassedOverReason::BadDate), "{field}");
        }
    }
}

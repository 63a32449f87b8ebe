//! The hours of a day in which is scanned, by the clock on the wall. They may go over midnight.

use chrono::{DateTime, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc};

/// The longest time that clocks were ever put forward by, in minutes: a whole day, where the date line was moved.
const MOST_SKIPPED: i64 = 24 * 60;
/// How many days are looked at: in a night that the clocks skip the hours do not come.
const DAYS: i64 = 7;

/// From one time of the day to another; to that of the next day if it is not later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScanHours {
    at: NaiveTime,
    until: NaiveTime,
}

/// How the hours stand at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HoursNow {
    /// They have begun, and are over at this moment.
    Open { closes: DateTime<Utc> },
    /// They begin at this moment.
    Closed { opens: DateTime<Utc> },
}

impl ScanHours {
    /// The hours between two times; none if these are the same, which may mean always or never.
    pub fn new(at: NaiveTime, until: NaiveTime) -> Option<Self> {
        (at != until).then_some(Self { at, until })
    }

    /// How they stand in a time zone. Of a time that comes twice, where clocks are put back, the first is meant; instead of
    /// one that does not come, where they are put forward, the moment in which that is done.
    pub fn stand<Z: TimeZone>(self, now: DateTime<Utc>, zone: &Z) -> HoursNow {
        let today = now.with_timezone(zone).date_naive();
        let mut nights = (-1..DAYS).filter_map(|days| {
            let day = today.checked_add_signed(TimeDelta::days(days))?;
            let last = if self.until > self.at {
                day
            } else {
                day.succ_opt()?
            };
            let opens = moment(zone, day.and_time(self.at))?;
            let closes = moment(zone, last.and_time(self.until))?;
            (opens < closes && closes > now).then_some((opens, closes))
        });
        match nights.next() {
            Some((opens, closes)) if opens <= now => HoursNow::Open { closes },
            Some((opens, _)) => HoursNow::Closed { opens },
            // Where time ends; it is asked again later.
            None => HoursNow::Closed {
                opens: now + TimeDelta::days(1),
            },
        }
    }
}

/// The moment in which clocks show a time, or the first one after it that they show.
fn moment<Z: TimeZone>(zone: &Z, local: NaiveDateTime) -> Option<DateTime<Utc>> {
    (0..=MOST_SKIPPED).find_map(|minutes| {
        let later = local.checked_add_signed(TimeDelta::minutes(minutes))?;
        let shown = zone.from_local_datetime(&later).earliest()?;
        Some(shown.with_timezone(&Utc))
    })
}

#[cfg(test)]
mod tests {
    use chrono_tz::Tz;

    use super::*;

    const BERLIN: Tz = Tz::Europe__Berlin;

    fn hours(at: &str, until: &str) -> ScanHours {
        let time = |text: &str| NaiveTime::parse_from_str(text, "%H:%M").unwrap();
        ScanHours::new(time(at), time(until)).unwrap()
    }

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn open(until: &str) -> HoursNow {
        HoursNow::Open { closes: utc(until) }
    }

    fn closed(until: &str) -> HoursNow {
        HoursNow::Closed { opens: utc(until) }
    }

    #[test]
    fn hours_are_those_of_the_clock_on_the_wall_also_over_midnight() {
        for (from, until, now, expected) in [
            (
                "00:30",
                "06:00",
                "2026-01-10T22:00:00Z",
                closed("2026-01-10T23:30:00Z"),
            ),
            (
                "00:30",
                "06:00",
                "2026-01-10T23:30:00Z",
                open("2026-01-11T05:00:00Z"),
            ),
            (
                "00:30",
                "06:00",
                "2026-01-11T04:59:59Z",
                open("2026-01-11T05:00:00Z"),
            ),
            (
                "00:30",
                "06:00",
                "2026-01-11T05:00:00Z",
                closed("2026-01-11T23:30:00Z"),
            ),
            (
                "22:00",
                "02:00",
                "2026-01-10T20:59:59Z",
                closed("2026-01-10T21:00:00Z"),
            ),
            (
                "22:00",
                "02:00",
                "2026-01-10T21:00:00Z",
                open("2026-01-11T01:00:00Z"),
            ),
            (
                "22:00",
                "02:00",
                "2026-01-11T00:30:00Z",
                open("2026-01-11T01:00:00Z"),
            ),
            (
                "22:00",
                "02:00",
                "2026-01-11T01:00:00Z",
                closed("2026-01-11T21:00:00Z"),
            ),
            // To the same hour of summer it is an hour less in UTC.
            (
                "00:30",
                "06:00",
                "2026-07-10T20:00:00Z",
                closed("2026-07-10T22:30:00Z"),
            ),
        ] {
            let stand = hours(from, until).stand(utc(now), &BERLIN);

            assert_eq!(stand, expected, "{from} to {until} at {now}");
        }
        let noon = NaiveTime::from_hms_opt(12, 0, 0).unwrap();
        assert_eq!(ScanHours::new(noon, noon), None);
    }

    #[test]
    fn a_time_that_comes_twice_is_the_first_and_one_that_does_not_come_the_moment_of_the_change() {
        for (from, until, now, expected) in [
            // On the 29th of March it is 03:00 after 01:59.
            (
                "02:30",
                "06:00",
                "2026-03-28T23:00:00Z",
                closed("2026-03-29T01:00:00Z"),
            ),
            (
                "00:30",
                "02:30",
                "2026-03-29T00:30:00Z",
                open("2026-03-29T01:00:00Z"),
            ),
            // Both in what is skipped: not in this night.
            (
                "02:15",
                "02:45",
                "2026-03-28T23:00:00Z",
                closed("2026-03-30T00:15:00Z"),
            ),
            // On the 25th of October it is 02:00 after 02:59.
            (
                "02:30",
                "06:00",
                "2026-10-24T23:00:00Z",
                closed("2026-10-25T00:30:00Z"),
            ),
            (
                "00:30",
                "02:30",
                "2026-10-25T00:00:00Z",
                open("2026-10-25T00:30:00Z"),
            ),
            (
                "00:30",
                "06:00",
                "2026-10-24T22:30:00Z",
                open("2026-10-25T05:00:00Z"),
            ),
        ] {
            let stand = hours(from, until).stand(utc(now), &BERLIN);

            assert_eq!(stand, expected, "{from} to {until} at {now}");
        }
    }
}

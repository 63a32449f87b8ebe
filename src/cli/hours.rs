//! Waiting for the hours in which is scanned, and for their end.

use std::time::Duration;

use chrono::{DateTime, TimeZone, Utc};
use tokio::time::sleep;

use crate::domain::clock::Clock;
use crate::domain::library::{HoursNow, ScanHours};

/// How often the clock is asked: it may be set meanwhile, and a machine that sleeps does not count.
const LOOK: Duration = Duration::from_secs(30);

/// Comes back within the hours, and says when they are over. If it has to wait, `tell` gets until when.
pub(super) async fn opened(
    hours: ScanHours,
    clock: &dyn Clock,
    zone: &impl TimeZone,
    tell: impl Fn(DateTime<Utc>),
) -> DateTime<Utc> {
    loop {
        match hours.stand(clock.now(), zone) {
            HoursNow::Open { closes } => return closes,
            HoursNow::Closed { opens } => {
                tell(opens);
                reached(clock, opens).await;
            }
        }
    }
}

/// Comes back when the hours are over; never, if they are all hours.
pub(super) async fn closed(clock: &dyn Clock, closes: Option<DateTime<Utc>>) {
    match closes {
        Some(closes) => reached(clock, closes).await,
        None => std::future::pending().await,
    }
}

/// Comes back when the clock shows a moment, or a later one.
async fn reached(clock: &dyn Clock, moment: DateTime<Utc>) {
    while let Ok(left) = (moment - clock.now()).to_std()
        && !left.is_zero()
    {
        sleep(left.min(LOOK)).await;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use chrono::NaiveTime;

    use super::*;

    /// Shows one time after the other, and stays at the last.
    struct Times(Mutex<Vec<&'static str>>);

    impl Times {
        fn of(times: &[&'static str]) -> Self {
            Self(Mutex::new(times.iter().rev().copied().collect()))
        }
    }

    impl Clock for Times {
        fn now(&self) -> DateTime<Utc> {
            let mut left = self.0.lock().unwrap();
            let time = if left.len() > 1 { left.pop() } else { None };
            let time = time.or_else(|| left.last().copied());
            time.unwrap().parse().unwrap()
        }
    }

    #[tokio::test]
    async fn it_is_waited_for_the_hours_also_if_the_clock_is_put_back() {
        let time = |hour, minute| NaiveTime::from_hms_opt(hour, minute, 0).unwrap();
        let hours = ScanHours::new(time(0, 30), time(6, 0)).unwrap();
        let clock = Times::of(&[
            "2026-01-10T22:00:00Z",
            "2026-01-11T00:29:59.999Z",
            "2026-01-11T00:29:59.998Z",
            "2026-01-11T00:30:00Z",
        ]);
        let told = Mutex::new(Vec::new());

        let closes = opened(hours, &clock, &Utc, |until| {
            told.lock().unwrap().push(until.to_rfc3339());
        })
        .await;

        assert_eq!(closes.to_rfc3339(), "2026-01-11T06:00:00+00:00");
        assert_eq!(*told.lock().unwrap(), ["2026-01-11T00:30:00+00:00"]);

        let clock = Times::of(&["2026-01-11T05:59:59.999Z", "2026-01-11T06:00:00Z"]);
        closed(&clock, Some(closes)).await;

        assert_eq!(clock.0.lock().unwrap().len(), 1);
    }
}

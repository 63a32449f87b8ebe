//! The time, passed in wherever it is needed so that tests can set it.

use chrono::{DateTime, SubsecRound, Utc};

/// Tells the time, so that tests can say what time it is.
pub trait Clock: Send + Sync {
    /// Now, in UTC, to the millisecond: what every store can keep without loss.
    fn now(&self) -> DateTime<Utc>;
}

/// The clock of the machine, in UTC.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the machine's clock"
    )]
    fn now(&self) -> DateTime<Utc> {
        Utc::now().trunc_subsecs(3)
    }
}

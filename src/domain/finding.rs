//! What an examination of an installation finds.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::error::StoreError;

/// Clocks may differ so much: what several servers write is read again for longer than that.
const CLOCKS_DIFFER: TimeDelta = TimeDelta::seconds(2);
/// From here on something is missed.
const CLOCKS_MISS: TimeDelta = TimeDelta::seconds(15);

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What it belongs to: a service, or the settings.
    pub subject: &'static str,
    /// What was looked at.
    pub aspect: &'static str,
    /// Whether it is as it must be.
    pub verdict: Verdict,
    /// What is the case. Never a secret.
    pub found: String,
    /// What to do, if something is to be done.
    pub advice: Option<String>,
}

/// Whether something is as it must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Ok,
    /// It works, and may hurt some day.
    Warning,
    /// It does not work, or is not safe.
    Problem,
}

impl Finding {
    /// A finding that needs no advice.
    pub fn ok(subject: &'static str, aspect: &'static str, found: impl Into<String>) -> Self {
        Self {
            subject,
            aspect,
            verdict: Verdict::Ok,
            found: found.into(),
            advice: None,
        }
    }

    /// Something is not, and this is what to do.
    #[must_use]
    pub fn but(self, verdict: Verdict, advice: impl Into<String>) -> Self {
        Self {
            verdict,
            advice: Some(advice.into()),
            ..self
        }
    }

    /// The same, if a condition holds.
    #[must_use]
    pub fn but_if(self, condition: bool, verdict: Verdict, advice: &str) -> Self {
        if condition {
            self.but(verdict, advice)
        } else {
            self
        }
    }

    /// A question that was not answered. What a driver says of it is shown: operators read this.
    pub fn failed(
        subject: &'static str,
        aspect: &'static str,
        error: &StoreError,
        advice: &str,
    ) -> Self {
        let cause =
            std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string);
        Self::ok(subject, aspect, cause).but(Verdict::Problem, advice)
    }

    /// What a server's clock says, beside what ours said just before it was asked and just after.
    pub fn clock(
        subject: &'static str,
        theirs: DateTime<Utc>,
        (before, after): (DateTime<Utc>, DateTime<Utc>),
    ) -> Self {
        let apart = (before - theirs).max(theirs - after).max(TimeDelta::zero());
        let found = format!("{:.1} s apart from this machine", apart.as_seconds_f64());
        let advice = "let NTP set the clocks of all machines: what is written is found by its time";
        Self::ok(subject, "clock", found)
            .but_if(apart > CLOCKS_DIFFER, Verdict::Warning, advice)
            .but_if(apart > CLOCKS_MISS, Verdict::Problem, advice)
    }

    /// A version, which must be at least `least`; what is of a later line than `known` was not tried.
    pub fn version(subject: &'static str, version: &str, least: (u32, u32), known: u32) -> Self {
        let mut parts = version
            .split(['.', '-'])
            .map(|part| part.parse().unwrap_or(0));
        let version_is = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
        let (major, minor) = least;
        let too_old = format!("use {major}.{minor} or newer");
        Self::ok(subject, "version", version)
            .but_if(
                version_is.0 > known,
                Verdict::Warning,
                "newer than any that was tried; look into the notes of its release",
            )
            .but_if(version_is < least, Verdict::Problem, &too_old)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(1_000_000 + millis).unwrap()
    }

    #[test]
    fn a_clock_is_as_far_apart_as_it_must_be_at_the_least() {
        let verdict = |theirs| Finding::clock("redis", at(theirs), (at(0), at(100))).verdict;

        assert_eq!([0, 50, 100, 2_100, -2_000].map(verdict), [Verdict::Ok; 5]);
        assert_eq!([2_200, -2_100].map(verdict), [Verdict::Warning; 2]);
        assert_eq!([15_200, -15_100].map(verdict), [Verdict::Problem; 2]);
    }

    #[test]
    fn versions_are_compared_as_numbers() {
        let verdict = |version| Finding::version("redis", version, (6, 2), 8).verdict;

        assert_eq!(
            ["6.2.0", "7.0.15", "6.10.1", "8.0-rc1"].map(verdict),
            [Verdict::Ok; 4]
        );
        assert_eq!(
            ["6.0.16", "5.9.9", "", "none"].map(verdict),
            [Verdict::Problem; 4]
        );
        assert_eq!(verdict("10.0"), Verdict::Warning);
    }
}

//! Numbers of seasons and episodes, and how long something is, as records say it.

use super::fields::Fields;
use super::problem::Problem;
use super::said::Said;

/// The longest film, in minutes: 100 hours.
const MAX_MINUTES: u32 = 6000;
/// The highest number of a season or an episode.
pub(super) const MAX_NUMBER: u32 = 9999;

/// The number of a season or an episode, which must be given.
pub(super) fn read_number(fields: &mut Fields, name: &'static str) -> Result<u32, Problem> {
    match fields.count(name, 0..=MAX_NUMBER)? {
        Said::Value(number) => Ok(number),
        Said::Nothing | Said::Cleared => Err(Problem::new(name, "is missing")),
    }
}

/// The length in seconds. 0 minutes stand for "unknown" in many files, and say nothing.
pub(super) fn read_runtime(fields: &mut Fields, name: &'static str) -> Result<Said<u32>, Problem> {
    match fields.count(name, 0..=MAX_MINUTES)? {
        Said::Value(0) => {
            fields.warn(name, "is 0; taken for unknown");
            Ok(Said::Nothing)
        }
        minutes => Ok(minutes.map(|minutes| minutes * 60)),
    }
}

//! Whether a job works, for the log.

use std::error::Error;

/// Logs failures once each time that they begin, and when they are over.
pub(super) struct Health {
    job: &'static str,
    is_failing: bool,
}

impl Health {
    /// The health of a job, or of something that it needs, that works as far as is known.
    pub(super) fn of(job: &'static str) -> Self {
        Self {
            job,
            is_failing: false,
        }
    }

    pub(super) fn failed(&mut self, error: &(dyn Error + 'static)) {
        if !std::mem::replace(&mut self.is_failing, true) {
            let cause = std::iter::successors(Some(error), |error| (*error).source())
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(": ");
            tracing::warn!(job = self.job, cause, "A job fails; it goes on trying");
        }
    }

    pub(super) fn succeeded(&mut self) {
        if std::mem::replace(&mut self.is_failing, false) {
            tracing::info!(job = self.job, "A job works again");
        }
    }
}

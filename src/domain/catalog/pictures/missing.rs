//! Pictures whose bytes are not where they were kept: each request for one is counted, and a few of them are told of. Where
//! bytes lie in a folder of one server alone, all others miss them all.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::stored::PictureHash;

/// How often the log says so at the most.
const PAUSE: Duration = Duration::from_secs(60);

/// The requests for which there were no bytes.
#[derive(Default)]
pub(super) struct Missing {
    since: Mutex<Since>,
}

/// What came since the log said so.
#[derive(Default)]
struct Since {
    told: Option<Instant>,
    others: u64,
}

impl Missing {
    /// Counts a request for a picture, and logs it unless that was done a moment ago.
    pub(super) fn note(&self, hash: &PictureHash) {
        metrics::counter!("pictures_missing_total").increment(1);
        if let Some(others) = self.is_to_be_told(Instant::now()) {
            tracing::error!(
                picture.hash = %hash,
                others,
                "The bytes of a picture are not where they were kept; let all servers use one place (REELGRAPH_BLOBS), or load its record again"
            );
        }
    }

    /// How many others came since the log said so, if it is to say so now.
    fn is_to_be_told(&self, now: Instant) -> Option<u64> {
        let mut since = self.since.lock().unwrap_or_else(PoisonError::into_inner);
        let is_recent = since
            .told
            .is_some_and(|told| now.saturating_duration_since(told) < PAUSE);
        if is_recent {
            since.others += 1;
            return None;
        }
        since.told = Some(now);
        Some(std::mem::take(&mut since.others))
    }
}

#[cfg(test)]
mod tests {
    use metrics_exporter_prometheus::PrometheusBuilder;

    use super::*;

    #[test]
    fn each_request_is_counted_and_one_a_minute_is_told_of() {
        let recorder = PrometheusBuilder::new().build_recorder();
        let _here = metrics::set_default_local_recorder(&recorder);
        let missing = Missing::default();
        let began = Instant::now();

        let told = [0, 1, 59, 60, 61, 130].map(|seconds| {
            let now = began + Duration::from_secs(seconds);
            missing.is_to_be_told(now)
        });
        for _ in 0..3 {
            missing.note(&PictureHash::of(b"any"));
        }

        assert_eq!(told, [Some(0), None, None, Some(2), None, Some(1)]);
        let shown = recorder.handle().render();
        assert!(shown.contains("pictures_missing_total 3"), "{shown}");
    }
}

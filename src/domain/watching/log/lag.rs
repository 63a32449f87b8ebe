//! For how long what was recorded here has waited to be folded, for the metrics.

use super::lanes::LogRecorder;

impl LogRecorder {
    /// Notes the age of the oldest entry that waits.
    pub(super) async fn note_lag(&self) {
        let now = self.ports.clock.now();
        let mut oldest = now;
        for lane in self.lanes.iter() {
            let of_lane = lane.memory.lock().await.oldest();
            oldest = of_lane.map_or(oldest, |at| at.min(oldest));
        }
        metrics::gauge!("watch_log_lag_seconds").set((now - oldest).as_seconds_f64());
    }
}

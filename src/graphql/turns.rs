//! Letting others have their turn. What a query computes without waiting for a store would otherwise run in one piece: the
//! server's other requests would wait for all of it, and no time limit could stop it, because a limit is looked at only
//! between pieces.

use tokio::task::consume_budget;

/// Counts some work, of about 20 µs a unit, and gives the turn away once there was some milliseconds of it.
pub(crate) async fn take_turns(units: usize) {
    for _ in 0..units {
        consume_budget().await;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    #[tokio::test]
    async fn a_limit_stops_what_never_waits_and_others_have_their_turn() {
        let turns = Arc::new(AtomicUsize::new(0));
        let of_another = Arc::clone(&turns);
        let another = tokio::spawn(async move {
            loop {
                of_another.fetch_add(1, Ordering::Relaxed);
                tokio::task::yield_now().await;
            }
        });

        let endless = async {
            loop {
                take_turns(1).await;
            }
        };
        let stopped = timeout(Duration::from_millis(50), endless).await;
        another.abort();

        assert!(stopped.is_err());
        assert!(turns.load(Ordering::Relaxed) > 1);
    }
}

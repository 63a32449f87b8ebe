//! The metrics of caches: hits and misses.

use metrics::SharedString;

/// Counts what a cache had and what it had not.
pub(super) fn count(cache: impl Into<SharedString>, hits: usize, misses: usize) {
    let cache = cache.into();
    for (result, reads) in [("hit", hits), ("miss", misses)] {
        if reads > 0 {
            metrics::counter!("cache_reads_total", "cache" => cache.clone(), "result" => result)
                .increment(reads as u64);
        }
    }
}

//! Documents that this version cannot read, because a later one wrote them or something broke them: they are passed over,
//! so that one of them stops nothing, and never in silence.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::sync::{Mutex, PoisonError};

/// How many documents of a kind are remembered; more are passed over all the same.
const MOST: usize = 10_000;

/// The documents that were passed over since the process began, by what they are.
static PASSED_OVER: Mutex<BTreeMap<&'static str, BTreeSet<String>>> = Mutex::new(BTreeMap::new());

/// Notes that a document is passed over: it is counted, and named in the log the first time.
pub fn pass_over(kind: &'static str, key: &str, error: &dyn Display) {
    let mut known = PASSED_OVER.lock().unwrap_or_else(PoisonError::into_inner);
    let of_kind = known.entry(kind).or_default();
    if of_kind.len() < MOST && of_kind.insert(key.to_owned()) {
        #[expect(clippy::cast_precision_loss, reason = "ten thousand at the most")]
        metrics::gauge!("unreadable_documents", "kind" => kind).set(of_kind.len() as f64);
        tracing::error!(
            kind,
            key,
            cause = %error,
            "A document cannot be read by this version, and is passed over"
        );
    }
}

/// How many documents of a kind were passed over.
pub fn passed_over(kind: &str) -> u64 {
    let known = PASSED_OVER.lock().unwrap_or_else(PoisonError::into_inner);
    known.get(kind).map_or(0, |of_kind| of_kind.len() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_document_counts_once() {
        assert_eq!(passed_over("tests"), 0);

        for key in ["a", "b", "a"] {
            pass_over("tests", key, &"broken");
        }

        assert_eq!(passed_over("tests"), 2);
    }
}

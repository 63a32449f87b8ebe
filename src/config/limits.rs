//! Limits that are numbers, each within what makes sense.

use std::time::Duration;

use anyhow::bail;

/// As many operations as a page needs that asks for its parts one by one.
const BATCH: usize = 10;
/// Far longer than anything takes that all is well with, and not longer than a person waits.
const REQUEST_SECONDS: u64 = 10;

/// How many operations one request may have as an array.
pub(super) fn check_batch(count: usize) -> anyhow::Result<usize> {
    if !(1..=BATCH).contains(&count) {
        bail!("batch is {count}, not from 1 to {BATCH}");
    }
    Ok(count)
}

/// How long a request to the API may take, by the seconds that are given.
pub(super) fn request_timeout(given: Option<u64>) -> anyhow::Result<Duration> {
    match given.unwrap_or(REQUEST_SECONDS) {
        seconds @ 1..=300 => Ok(Duration::from_secs(seconds)),
        wrong => bail!("request-timeout-seconds is {wrong}, not from 1 to 300"),
    }
}

/// A number of things of which there must be one.
pub(super) fn at_least_one(name: &str, count: usize) -> anyhow::Result<usize> {
    if count == 0 {
        bail!("{name} is 0: nothing could be done");
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_may_take_1_to_300_seconds_by_default_10() {
        let seconds = |given| request_timeout(given).map(|limit| limit.as_secs());

        assert_eq!(seconds(None).unwrap(), 10);
        for right in [1, 60, 300] {
            assert_eq!(seconds(Some(right)).unwrap(), right);
        }
        for wrong in [0, 301] {
            let error = seconds(Some(wrong)).unwrap_err().to_string();
            assert!(error.contains("not from 1 to 300"), "{error}");
        }
    }
}

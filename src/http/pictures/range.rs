//! Which bytes of a picture a request wants (RFC 9110, 14): one part of them; whoever wants several gets all.

use std::ops::Range;

use axum::http::Method;
use axum::http::header::{IF_RANGE, RANGE};
use axum::http::request::Parts;

/// Which bytes are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::http) enum Wanted {
    Whole,
    /// These, which are some of those that there are.
    Part(Range<usize>),
    /// Some that there are not.
    Nothing,
}

/// What a request wants of so many bytes with this strong tag. What is not understood counts as not said, and so does a
/// part in a request that is no `GET` (RFC 9110, 14.2).
pub(in crate::http) fn wanted(parts: &Parts, tag: &str, length: usize) -> Wanted {
    if parts.method != Method::GET {
        return Wanted::Whole;
    }
    let headers = &parts.headers;
    let is_same = headers.get(IF_RANGE).is_none_or(|known| known == tag);
    let range = headers.get(RANGE).and_then(|value| value.to_str().ok());
    let range = range.filter(|_| is_same).and_then(parse);
    match range {
        None => Wanted::Whole,
        Some((None, last)) => part(length.saturating_sub(last), length),
        Some((Some(first), last)) => part(first, last.saturating_add(1).min(length)),
    }
}

fn part(start: usize, end: usize) -> Wanted {
    if start < end {
        Wanted::Part(start..end)
    } else {
        Wanted::Nothing
    }
}

/// From a first byte to a last one, or, without a first, so many at the end.
fn parse(range: &str) -> Option<(Option<usize>, usize)> {
    let (unit, range) = range.split_once('=')?;
    if !unit.eq_ignore_ascii_case("bytes") {
        return None;
    }
    let (first, last) = range.trim().split_once('-')?;
    match (first, last) {
        ("", count) => Some((None, number(count)?)),
        (first, "") => Some((Some(number(first)?), usize::MAX)),
        (first, last) => {
            let (first, last) = (number(first)?, number(last)?);
            (first <= last).then_some((Some(first), last))
        }
    }
}

/// Digits alone. What is more than can be counted is beyond any end.
fn number(digits: &str) -> Option<usize> {
    let is_number = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    is_number.then(|| digits.parse().unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    const TAG: &str = "\"tag\"";

    fn of(range: &'static str, if_range: Option<&'static str>) -> Wanted {
        wanted(&asking(Method::GET, range, if_range), TAG, 1_000)
    }

    fn asking(method: Method, range: &'static str, if_range: Option<&'static str>) -> Parts {
        let mut request = Request::builder().method(method).header(RANGE, range);
        if let Some(known) = if_range {
            request = request.header(IF_RANGE, known);
        }
        request.body(()).unwrap().into_parts().0
    }

    #[test]
    fn a_part_is_from_a_first_byte_to_a_last_or_at_the_end() {
        for (range, expected) in [
            ("bytes=0-0", 0..1),
            ("bytes=100-199", 100..200),
            ("Bytes=100-", 100..1_000),
            ("bytes=999-99999999999999999999999", 999..1_000),
            ("bytes=-1", 999..1_000),
            ("bytes=-5000", 0..1_000),
        ] {
            assert_eq!(of(range, None), Wanted::Part(expected), "{range}");
        }
    }

    #[test]
    fn what_is_beyond_the_end_is_not_there() {
        for range in ["bytes=1000-", "bytes=1000-2000", "bytes=-0"] {
            assert_eq!(of(range, None), Wanted::Nothing, "{range}");
        }
    }

    #[test]
    fn what_is_not_understood_or_of_another_picture_is_the_whole() {
        for range in [
            "bytes=0-1,5-6",
            "bytes=5-4",
            "bytes=-",
            "bytes=a-b",
            "bytes=+1-2",
            "lines=0-1",
            "bytes",
        ] {
            assert_eq!(of(range, None), Wanted::Whole, "{range}");
        }
        assert_eq!(of("bytes=0-1", Some("\"other\"")), Wanted::Whole);
        // A weak one says nothing of bytes.
        assert_eq!(of("bytes=0-1", Some("W/\"tag\"")), Wanted::Whole);
        assert_eq!(of("bytes=0-1", Some(TAG)), Wanted::Part(0..2));
    }

    #[test]
    fn who_asks_what_there_is_alone_wants_no_part() {
        for range in ["bytes=0-1", "bytes=1000-"] {
            let asked = asking(Method::HEAD, range, None);
            assert_eq!(wanted(&asked, TAG, 1_000), Wanted::Whole, "{range}");
        }
    }
}

//! The years that records may name.

use std::ops::RangeInclusive;

/// The earliest year of a film: before it there was no film.
const FIRST_YEAR: i32 = 1870;
/// How many years ahead something may be announced.
const YEARS_AHEAD: i32 = 10;

/// The years in which something may be shown for the first time.
pub(super) fn years_of_films(this_year: i32) -> RangeInclusive<i32> {
    FIRST_YEAR..=this_year + YEARS_AHEAD
}

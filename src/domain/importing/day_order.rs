//! Dates such as `04/05/2024`, of which only the whole file tells whether the day or the month stands first.

use chrono::{Datelike, NaiveDate};

use super::file::ImportNote;
use super::options::ReadOptions;
use super::problem::ImportProblem;
use super::times;

/// The order in which the dates of a file are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DayOrder {
    DayFirst,
    MonthFirst,
}

/// The order of these dates, and what to note about it. The dates tell it themselves where one can be read in one way only,
/// then whoever uploads the file does, then that an export is sorted by its dates.
pub(super) fn day_order(
    file: &str,
    dates: impl Iterator<Item = impl AsRef<str>>,
    options: &ReadOptions,
) -> Result<(DayOrder, Option<ImportNote>), ImportProblem> {
    let mut example = None;
    let (mut needs_day, mut needs_month) = (false, false);
    let mut sorted = [Sorted::default(), Sorted::default()];
    for date in dates {
        let date = date.as_ref();
        let Some(Written::Numbers(first, second, year)) = Written::read(date) else {
            continue;
        };
        needs_day |= first > 12;
        needs_month |= second > 12;
        if first <= 12 && second <= 12 && first != second && example.is_none() {
            example = Some(date.to_owned());
        }
        sorted[0].see((year, second, first));
        sorted[1].see((year, first, second));
    }
    let Some(example) = example else {
        // Dates that can be read in one way only are read in it, whatever the order.
        return Ok((DayOrder::MonthFirst, None));
    };
    let told = match (needs_day, needs_month) {
        (true, false) => Some(DayOrder::DayFirst),
        (false, true) => Some(DayOrder::MonthFirst),
        _ => None,
    };
    let asked = || {
        options.day_first.map(|day_first| {
            if day_first {
                DayOrder::DayFirst
            } else {
                DayOrder::MonthFirst
            }
        })
    };
    let by_sorting = || match sorted.map(Sorted::is_sorted) {
        [true, false] => Some(DayOrder::DayFirst),
        [false, true] => Some(DayOrder::MonthFirst),
        _ => None,
    };
    let Some(order) = told.or_else(asked).or_else(by_sorting) else {
        return Err(ImportProblem::AmbiguousDates {
            file: file.to_owned(),
            example: example.chars().take(40).collect(),
        });
    };
    let note = ImportNote::DatesRead {
        file: file.to_owned(),
        day_first: order == DayOrder::DayFirst,
    };
    Ok((order, Some(note)))
}

/// The day that a date is, in this order.
pub(super) fn day(date: &str, order: DayOrder) -> Option<NaiveDate> {
    let day = match Written::read(date)? {
        Written::Day(day) => Some(day),
        Written::Numbers(first, second, year) => {
            let (day, month) = match order {
                _ if first > 12 => (first, second),
                _ if second > 12 => (second, first),
                DayOrder::DayFirst => (first, second),
                DayOrder::MonthFirst => (second, first),
            };
            NaiveDate::from_ymd_opt(year, month, day)
        }
    };
    day.filter(|day| times::YEARS.contains(&day.year()))
}

/// A date as it is written.
enum Written {
    /// In one of the orders that everybody reads alike: the year first, or points in between.
    Day(NaiveDate),
    /// Two numbers of which one is the day and one the month, and the year.
    Numbers(u32, u32, i32),
}

impl Written {
    fn read(date: &str) -> Option<Self> {
        let date = date.trim();
        let mark = date.chars().find(|c| !c.is_ascii_digit())?;
        if date.len() > 12 || !matches!(mark, '/' | '-' | '.') {
            return None;
        }
        let mut parts = date.trim_end_matches('.').split(mark);
        let (first, second, third) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        let number = |part: &str| part.trim().parse::<u32>().ok();
        let (a, b, c) = (number(first)?, number(second)?, number(third)?);
        if first.len() == 4 {
            return NaiveDate::from_ymd_opt(i32::try_from(a).ok()?, b, c).map(Self::Day);
        }
        let year = if third.trim().len() == 4 { c } else { 2000 + c };
        let year = i32::try_from(year).ok().filter(|year| *year < 2101)?;
        if mark == '.' {
            return NaiveDate::from_ymd_opt(year, b, a).map(Self::Day);
        }
        Some(Self::Numbers(a, b, year))
    }
}

/// Whether dates came in their order, or in the opposite.
#[derive(Clone, Copy, Default)]
struct Sorted {
    last: Option<(i32, u32, u32)>,
    rose: bool,
    fell: bool,
}

impl Sorted {
    fn see(&mut self, date: (i32, u32, u32)) {
        if let Some(last) = self.last {
            self.rose |= date > last;
            self.fell |= date < last;
        }
        self.last = Some(date);
    }

    fn is_sorted(self) -> bool {
        !(self.rose && self.fell)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(dates: &[&str], day_first: Option<bool>) -> Result<DayOrder, ImportProblem> {
        let options = ReadOptions {
            day_first,
            ..ReadOptions::default()
        };
        day_order("a.csv", dates.iter().copied(), &options).map(|(order, _)| order)
    }

    fn ymd(year: i32, month: u32, day: u32) -> Option<NaiveDate> {
        NaiveDate::from_ymd_opt(year, month, day)
    }

    #[test]
    fn a_date_that_can_be_read_in_one_way_tells_the_order_of_all() {
        assert_eq!(
            order(&["4/5/24", "13/5/24"], Some(false)),
            Ok(DayOrder::DayFirst)
        );
        assert_eq!(
            order(&["4/5/24", "5/13/24"], Some(true)),
            Ok(DayOrder::MonthFirst)
        );
    }

    #[test]
    fn otherwise_the_uploader_or_the_sorting_tells() {
        let sorted_by_days_first = ["1/3/24", "2/2/24", "3/1/24"];

        assert_eq!(order(&["4/5/24"], Some(true)), Ok(DayOrder::DayFirst));
        assert_eq!(
            order(&sorted_by_days_first, Some(false)),
            Ok(DayOrder::MonthFirst)
        );
        assert_eq!(
            order(&["1/12/24", "5/11/24", "9/10/24", "2/10/24"], None),
            Ok(DayOrder::DayFirst)
        );
        let problem = ImportProblem::AmbiguousDates {
            file: "a.csv".to_owned(),
            example: "4/5/24".to_owned(),
        };
        assert_eq!(order(&["4/5/24"], None), Err(problem));
    }

    #[test]
    fn what_can_be_read_in_one_way_asks_nobody() {
        for dates in [
            &["4/4/24"][..],
            &["2024-05-04"],
            &["4.5.24"],
            &["soon"],
            &[],
        ] {
            assert!(order(dates, None).is_ok(), "{dates:?}");
        }
    }

    #[test]
    fn days_are_read_in_their_order() {
        use DayOrder::{DayFirst, MonthFirst};

        for (date, order, expected) in [
            ("4/5/24", DayFirst, ymd(2024, 5, 4)),
            ("4/5/24", MonthFirst, ymd(2024, 4, 5)),
            ("04-05-2024", MonthFirst, ymd(2024, 4, 5)),
            ("4.5.24", MonthFirst, ymd(2024, 5, 4)),
            ("2024-05-04", DayFirst, ymd(2024, 5, 4)),
            ("13/5/24", MonthFirst, ymd(2024, 5, 13)),
            ("31/2/24", DayFirst, None),
            ("5/2024", DayFirst, None),
            ("4/5/4000000000", DayFirst, None),
            ("0024-05-04", DayFirst, None),
        ] {
            assert_eq!(day(date, order), expected, "{date}");
        }
    }
}

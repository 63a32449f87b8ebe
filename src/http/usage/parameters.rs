//! What is asked for, out of the address.

use axum::extract::Query;
use axum::http::{StatusCode, Uri};
use chrono::{DateTime, Utc};
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};
use utoipa::{IntoParams, ToSchema};

use super::format::Format;
use super::refusals::{invalid, refused};
use crate::domain::usage::{self, By, Range, UsageService};
use crate::http::problem::Problem;

/// A moment as RFC 3339 has it, in any offset.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment(pub(super) DateTime<Utc>);

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let moment = DateTime::parse_from_rfc3339(&text);
        let moment = moment.map_err(|_| D::Error::custom("this is not a time as in RFC 3339"))?;
        Ok(Self(moment.to_utc()))
    }
}

/// A figure over time.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) enum Metric {
    /// How many sittings began.
    Plays,
    /// Views: 10 s watched, or more than half of what is shorter, once a sitting and hour.
    Views,
    /// Different viewers, by an estimate with a standard error of 1.6 % above some 100.
    Viewers,
    /// The seconds that were played, replays too.
    WatchSeconds,
    /// The most sittings that were playing in the same minute.
    Peak,
}

/// A figure that titles can be ordered by: those of several days can be added.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) enum SummedMetric {
    /// How many sittings began.
    Plays,
    /// Views: 10 s watched, or more than half of what is shorter, once a sitting and hour.
    Views,
    /// The seconds that were played, replays too.
    WatchSeconds,
}

/// How long a point of a series is.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Interval {
    /// One hour; at most 1,100 of them.
    Hour,
    /// A day of UTC.
    Day,
}

/// By what viewings are told apart.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Dimension {
    /// Where somebody watched, by codes of ISO 3166-1.
    Country,
    /// On what: `desktop`, `phone`, `tablet`, `television` or `other`.
    Device,
    /// With what app or browser, by its name.
    Client,
}

/// When something was watched.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct RangeQuery {
    /// From when on, made whole to the hour downwards; 28 days before `to` if left out. At most 1,100 days before `to`.
    #[param(value_type = Option<DateTime<Utc>>, nullable = false)]
    from: Option<Moment>,
    /// Until when, that moment not included, made whole to the hour upwards; until now if left out.
    #[param(value_type = Option<DateTime<Utc>>, nullable = false)]
    to: Option<Moment>,
}

/// Which figure, when, and how it is written.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct SeriesQuery {
    /// Which figure it is.
    pub(super) metric: Metric,
    /// From when on, made whole to the hour downwards; 28 days before `to` if left out. At most 1,100 days before `to`, by
    /// hour 1,100 hours.
    #[param(value_type = Option<DateTime<Utc>>, nullable = false)]
    from: Option<Moment>,
    /// Until when, that moment not included, made whole to the hour upwards; until now if left out.
    #[param(value_type = Option<DateTime<Utc>>, nullable = false)]
    to: Option<Moment>,
    /// How long each point is: `day` if left out.
    #[param(nullable = false)]
    by: Option<Interval>,
    /// How the points are written; what the client accepts counts if this is left out.
    #[param(nullable = false)]
    pub(super) format: Option<Format>,
}

/// By what, when, and how it is written.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct BreakdownQuery {
    /// By what viewings are told apart.
    pub(super) dimension: Dimension,
    /// From when on; 28 days before `to` if left out. Whole days of UTC are counted; at most 1,100.
    #[param(value_type = Option<DateTime<Utc>>, nullable = false)]
    from: Option<Moment>,
    /// Until when; until now if left out.
    #[param(value_type = Option<DateTime<Utc>>, nullable = false)]
    to: Option<Moment>,
    /// How the shares are written; what the client accepts counts if this is left out.
    #[param(nullable = false)]
    pub(super) format: Option<Format>,
}

/// How finely, and how it is written.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct RetentionQuery {
    /// In how many parts of equal length; 100 if left out. There are no more than the item has seconds (of one of at most
    /// two minutes, thirtieths of a second).
    #[param(minimum = 1, maximum = 86_400, nullable = false)]
    buckets: Option<u32>,
    /// How the points are written; what the client accepts counts if this is left out.
    #[param(nullable = false)]
    pub(super) format: Option<Format>,
}

/// By which figure, when, how many, and how they are written.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct TopQuery {
    /// By which figure the titles are ordered, the highest first.
    pub(super) metric: SummedMetric,
    /// From when on; 28 days before `to` if left out. Whole days of UTC are counted; at most 1,100.
    #[param(value_type = Option<DateTime<Utc>>, nullable = false)]
    from: Option<Moment>,
    /// Until when; until now if left out.
    #[param(value_type = Option<DateTime<Utc>>, nullable = false)]
    to: Option<Moment>,
    /// How many titles, 20 if left out.
    #[param(minimum = 1, maximum = 1000, nullable = false)]
    first: Option<u32>,
    /// How the titles are written; what the client accepts counts if this is left out.
    #[param(nullable = false)]
    pub(super) format: Option<Format>,
}

/// When, which page, and how it is written.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct DaysQuery {
    /// From when on; 28 days before `to` if left out. Whole days of UTC are listed; at most 1,100.
    #[param(value_type = Option<DateTime<Utc>>, nullable = false)]
    from: Option<Moment>,
    /// Until when; until now if left out.
    #[param(value_type = Option<DateTime<Utc>>, nullable = false)]
    to: Option<Moment>,
    /// How many rows a page has at most, 100 if left out.
    #[param(minimum = 1, maximum = 1000, nullable = false)]
    first: Option<u32>,
    /// Only what follows this cursor, which the page before gave as `next`.
    #[param(nullable = false)]
    pub(super) after: Option<String>,
    /// How the rows are written; what the client accepts counts if this is left out.
    #[param(nullable = false)]
    pub(super) format: Option<Format>,
}

/// What holds for those that have a range.
macro_rules! ranged {
    ($($name:ident)+) => {
        $(impl $name {
            /// When, in whole hours.
            pub(super) fn range(&self, usage: &UsageService) -> Result<Range, Problem> {
                let [from, to] = [self.from, self.to].map(|moment| moment.map(|moment| moment.0));
                usage.range(from, to).map_err(refused)
            }
        })+
    };
}

ranged!(RangeQuery SeriesQuery BreakdownQuery TopQuery DaysQuery);

impl SeriesQuery {
    /// How long each point is.
    pub(super) fn by(&self) -> By {
        match self.by.unwrap_or(Interval::Day) {
            Interval::Hour => By::Hour,
            Interval::Day => By::Day,
        }
    }
}

impl RetentionQuery {
    /// In how many parts; what is too many, the domain says.
    pub(super) fn parts(&self) -> usize {
        count(self.buckets, 100)
    }
}

impl TopQuery {
    /// How many titles are wanted.
    pub(super) fn limit(&self) -> usize {
        count(self.first, 20)
    }
}

impl DaysQuery {
    /// How many rows are wanted.
    pub(super) fn limit(&self) -> usize {
        count(self.first, 100)
    }
}

fn count(asked: Option<u32>, default: usize) -> usize {
    asked.map_or(default, |asked| {
        usize::try_from(asked).unwrap_or(usize::MAX)
    })
}

impl From<Metric> for usage::Metric {
    fn from(metric: Metric) -> Self {
        match metric {
            Metric::Plays => Self::Plays,
            Metric::Views => Self::Views,
            Metric::Viewers => Self::Viewers,
            Metric::WatchSeconds => Self::WatchSeconds,
            Metric::Peak => Self::Peak,
        }
    }
}

impl From<SummedMetric> for usage::Metric {
    fn from(metric: SummedMetric) -> Self {
        match metric {
            SummedMetric::Plays => Self::Plays,
            SummedMetric::Views => Self::Views,
            SummedMetric::WatchSeconds => Self::WatchSeconds,
        }
    }
}

impl From<Dimension> for usage::Dimension {
    fn from(dimension: Dimension) -> Self {
        match dimension {
            Dimension::Country => Self::Country,
            Dimension::Device => Self::Device,
            Dimension::Client => Self::Client,
        }
    }
}

/// The parameters of an address, all of them known, each given once.
pub(super) fn parameters<T: DeserializeOwned>(uri: &Uri) -> Result<T, Problem> {
    let Query(parameters) = Query::try_from_uri(uri).map_err(|rejection| {
        let words = rejection.body_text();
        let words = words.rsplit_once("query string: ");
        let (field, detail) = named(words.map_or("", |(_, words)| words));
        invalid(StatusCode::BAD_REQUEST, &field, detail)
    })?;
    Ok(parameters)
}

/// The field that serde says is wrong, and what it says of it: `field: what`, or one within backticks.
pub(super) fn named(words: &str) -> (String, String) {
    let is_name = |text: &&str| !text.is_empty() && text.chars().all(char::is_alphanumeric);
    if let Some((field, detail)) = words.split_once(": ")
        && is_name(&field)
    {
        return (field.to_owned(), detail.to_owned());
    }
    let field = words.split('`').nth(1).filter(is_name);
    (field.unwrap_or_default().to_owned(), words.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_an_address_is_named() {
        for (query, field, detail) in [
            ("metric=plays&from=now", "from", "RFC 3339"),
            ("from=2026-01-01T00:00:00Z", "metric", "missing field"),
            ("metric=likes", "metric", "unknown variant `likes`"),
            ("metric=plays&b=1", "b", "unknown field"),
            ("metric=plays&metric=views", "metric", "duplicate field"),
        ] {
            let uri = format!("/usage/site/series?{query}").parse().unwrap();

            let problem = parameters::<SeriesQuery>(&uri).unwrap_err();

            let problem = format!("{problem:?}");
            assert!(problem.contains(&format!("Some({field:?})")), "{problem}");
            assert!(problem.contains(detail), "{problem}");
        }
        let uri = "/usage/days?first=-1".parse().unwrap();
        let problem = format!("{:?}", parameters::<DaysQuery>(&uri).unwrap_err());
        assert!(problem.contains("Some(\"first\")"), "{problem}");
    }
}

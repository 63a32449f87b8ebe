//! What is answered: figures, points and rows, as the description of the routes shows them.

use axum::Json;
use axum::response::IntoResponse;
use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::format::{Row, cell};
use crate::domain::usage::{CurvePoint, Point, Range, Retention, Share, Summary};

/// What was watched in a range.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = UsageSummary)]
pub(super) struct SummaryAnswer {
    /// The first hour of the range, in UTC.
    from: DateTime<Utc>,
    /// The end of its last hour, in UTC.
    to: DateTime<Utc>,
    /// How many sittings began: plays of viewers here, sessions of other players.
    plays: u64,
    /// How many views there were: 10 s watched, or more than half of what is shorter, once a sitting and hour.
    views: u64,
    /// How many different viewers, by an estimate with a standard error of 1.6 % above some 100.
    viewers: u64,
    /// The seconds that were played, replays too.
    #[schema(minimum = 0)]
    watch_seconds: f64,
    /// The seconds that were played in a sitting at the mean; 0 if none began.
    #[schema(minimum = 0)]
    average_seconds: f64,
    /// The most sittings that were playing in the same minute.
    peak: u32,
}

impl SummaryAnswer {
    pub(super) fn new(range: Range, summary: Summary) -> Self {
        Self {
            from: range.from(),
            to: range.to(),
            plays: summary.plays,
            views: summary.views,
            viewers: summary.viewers,
            watch_seconds: summary.seconds,
            average_seconds: summary.average(),
            peak: summary.peak,
        }
    }
}

/// A figure over time.
#[derive(Serialize, ToSchema)]
#[schema(as = UsageSeries)]
pub(super) struct SeriesAnswer {
    /// Each hour or day of the range, in order.
    points: Vec<PointAnswer>,
}

/// A figure of an hour or a day.
#[derive(Serialize, ToSchema)]
#[schema(as = UsagePoint)]
pub(super) struct PointAnswer {
    /// When the hour or day begins, in UTC.
    at: DateTime<Utc>,
    /// The figure; 0 if nothing was watched.
    #[schema(minimum = 0)]
    value: f64,
}

impl From<Point> for PointAnswer {
    fn from(point: Point) -> Self {
        Self {
            at: point.at,
            value: point.value,
        }
    }
}

impl Row for PointAnswer {
    const COLUMNS: &'static [&'static str] = &["at", "value"];

    fn cells(&self) -> Vec<String> {
        let at = self.at.to_rfc3339_opts(SecondsFormat::Secs, true);
        vec![at, self.value.to_string()]
    }
}

/// What was watched, by the values of a dimension.
#[derive(Serialize, ToSchema)]
#[schema(as = UsageBreakdown)]
pub(super) struct BreakdownAnswer {
    /// Each value with which something was watched, the most watched first.
    shares: Vec<ShareAnswer>,
}

/// What was watched with one value of a dimension.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = UsageShare)]
pub(super) struct ShareAnswer {
    /// A country's code, a device's word or a client's name; null: it was not known; `(others)`: those beyond the 300 that
    /// are told apart on a day.
    #[schema(required)]
    value: Option<String>,
    /// How many sittings began.
    plays: u64,
    /// How many views there were.
    views: u64,
    /// How many different viewers, by an estimate.
    viewers: u64,
    /// The seconds that were played, replays too.
    #[schema(minimum = 0)]
    watch_seconds: f64,
}

impl From<Share> for ShareAnswer {
    fn from(share: Share) -> Self {
        let Share { value, summary } = share;
        Self {
            value: Some(value).filter(|value| !value.is_empty()),
            plays: summary.plays,
            views: summary.views,
            viewers: summary.viewers,
            watch_seconds: summary.seconds,
        }
    }
}

impl Row for ShareAnswer {
    const COLUMNS: &'static [&'static str] =
        &["value", "plays", "views", "viewers", "watchSeconds"];

    fn cells(&self) -> Vec<String> {
        vec![
            cell(self.value.as_deref().unwrap_or_default()),
            self.plays.to_string(),
            self.views.to_string(),
            self.viewers.to_string(),
            self.watch_seconds.to_string(),
        ]
    }
}

/// Which parts of a film or an episode are watched, of all time.
#[derive(Serialize, ToSchema)]
#[schema(as = UsageRetention)]
pub(super) struct RetentionAnswer {
    /// How many sittings watched anything of it.
    plays: u64,
    /// How long it is, in seconds, as the latest of them knew; null: none knew.
    #[schema(required)]
    duration: Option<f64>,
    /// Its parts, in order; none if nobody watched it.
    points: Vec<RetentionPoint>,
}

/// A part of a film or an episode.
#[derive(Serialize, ToSchema)]
#[schema(as = UsageRetentionPoint)]
pub(super) struct RetentionPoint {
    /// Where it begins, in seconds from the start.
    #[schema(minimum = 0)]
    second: f64,
    /// How many sittings watched it.
    #[schema(minimum = 0)]
    viewers: f64,
    /// How many percent these are of all sittings that watched anything.
    #[schema(minimum = 0, maximum = 100)]
    percent: f64,
    /// How often a sitting watched it once more.
    #[schema(minimum = 0)]
    replays: f64,
}

impl RetentionAnswer {
    /// What goes with the parts, and the parts.
    pub(super) fn parts(retention: Option<Retention>) -> (Self, Vec<RetentionPoint>) {
        let Some(retention) = retention else {
            let nobody = Self {
                plays: 0,
                duration: None,
                points: Vec::new(),
            };
            return (nobody, Vec::new());
        };
        let point = |point: &CurvePoint| RetentionPoint {
            second: point.second,
            viewers: point.viewers,
            percent: point.percent(retention.sittings),
            replays: point.replays,
        };
        let points = retention.points.iter().map(point).collect();
        let known = Self {
            plays: retention.sittings,
            duration: retention.duration,
            points: Vec::new(),
        };
        (known, points)
    }

    /// The same with its parts.
    pub(super) fn with(self, points: Vec<RetentionPoint>) -> Self {
        Self { points, ..self }
    }
}

impl Row for RetentionPoint {
    const COLUMNS: &'static [&'static str] = &["second", "viewers", "percent", "replays"];

    fn cells(&self) -> Vec<String> {
        [self.second, self.viewers, self.percent, self.replays]
            .map(|value| value.to_string())
            .into()
    }
}

/// What is watched most.
#[derive(Serialize, ToSchema)]
#[schema(as = TopTitles)]
pub(super) struct TopAnswer {
    /// The titles, the most watched first.
    titles: Vec<TopRow>,
}

/// A title of a list of those that are watched most.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = TopTitle)]
pub(super) struct TopRow {
    /// The global id of the film or series, as in GraphQL.
    pub(super) id: String,
    /// Its name in the site's language, English.
    pub(super) name: String,
    /// How many sittings began.
    pub(super) plays: u64,
    /// How many views there were.
    pub(super) views: u64,
    /// The seconds that were played, replays too.
    #[schema(minimum = 0)]
    pub(super) watch_seconds: f64,
}

impl Row for TopRow {
    const COLUMNS: &'static [&'static str] = &["id", "name", "plays", "views", "watchSeconds"];

    fn cells(&self) -> Vec<String> {
        vec![
            cell(&self.id),
            cell(&self.name),
            self.plays.to_string(),
            self.views.to_string(),
            self.watch_seconds.to_string(),
        ]
    }
}

/// A page of days.
#[derive(Serialize, ToSchema)]
#[schema(as = UsageDays)]
pub(super) struct DaysAnswer {
    /// The rows of the page, by day, then episodes before titles.
    pub(super) days: Vec<DayRow>,
    /// The cursor to give as `after` for the next page; null: this is the last.
    #[schema(required)]
    pub(super) next: Option<String>,
}

/// What was watched of a title or an episode on a day of UTC.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = UsageDay)]
pub(super) struct DayRow {
    /// The day, in UTC.
    pub(super) day: NaiveDate,
    /// What it is; a series has the figures of all of its episodes together.
    pub(super) kind: Kind,
    /// The global id of it, as in GraphQL.
    pub(super) id: String,
    /// How many sittings began.
    pub(super) plays: u64,
    /// How many views there were.
    pub(super) views: u64,
    /// How many different viewers, by an estimate.
    pub(super) viewers: u64,
    /// The seconds that were played, replays too.
    #[schema(minimum = 0)]
    pub(super) watch_seconds: f64,
    /// The most sittings that were playing in the same minute.
    pub(super) peak: u32,
}

/// Of what a row is.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    Film,
    Series,
    Episode,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Film => "film",
            Self::Series => "series",
            Self::Episode => "episode",
        }
    }
}

impl Row for DayRow {
    const COLUMNS: &'static [&'static str] = &[
        "day",
        "kind",
        "id",
        "plays",
        "views",
        "viewers",
        "watchSeconds",
        "peak",
    ];

    fn cells(&self) -> Vec<String> {
        vec![
            self.day.to_string(),
            self.kind.as_str().to_owned(),
            cell(&self.id),
            self.plays.to_string(),
            self.views.to_string(),
            self.viewers.to_string(),
            self.watch_seconds.to_string(),
            self.peak.to_string(),
        ]
    }
}

/// Lists that have nothing beside their rows.
macro_rules! list {
    ($($of:ident { $field:ident: $row:ty })+) => {
        $(impl $of {
            /// The list as one document.
            pub(super) fn document($field: Vec<$row>) -> axum::response::Response {
                Json(Self { $field }).into_response()
            }
        })+
    };
}

list! {
    SeriesAnswer { points: PointAnswer }
    BreakdownAnswer { shares: ShareAnswer }
    TopAnswer { titles: TopRow }
}

//! Which parts of a film or an episode are watched.

use async_graphql::SimpleObject;

use crate::domain::usage;

/// Which parts of a film or an episode are watched, of all time.
#[derive(SimpleObject)]
pub(super) struct Retention {
    /// How many sittings watched anything of it.
    plays: u64,
    /// How long it is, in seconds, as the latest of them knew; null if none did.
    duration: Option<f64>,
    /// Its parts, in order, all of one length.
    points: Vec<RetentionPoint>,
}

/// A part of a film or an episode.
#[derive(SimpleObject)]
struct RetentionPoint {
    /// Where the part begins, in seconds from the start.
    second: f64,
    /// How many sittings watched it; of a part that some watched a piece of, the mean.
    viewers: f64,
    /// How many percent these are of all sittings that watched anything, 0 to 100.
    percent: f64,
    /// How often a sitting watched it once more, having watched it before; the mean, too.
    replays: f64,
}

impl From<usage::Retention> for Retention {
    fn from(retention: usage::Retention) -> Self {
        let points = retention.points.iter().map(|point| RetentionPoint {
            second: point.second,
            viewers: point.viewers,
            percent: point.percent(retention.sittings),
            replays: point.replays,
        });
        Self {
            plays: retention.sittings,
            duration: retention.duration,
            points: points.collect(),
        }
    }
}

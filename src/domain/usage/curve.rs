//! Which parts of an item are watched: retention.
//!
//! A curve keeps only where the number of viewers changes, so it takes room by what was watched, not by how long the
//! item is. Places are ticks of a thirtieth of a second; of an item that is longer than two minutes whole seconds are
//! told apart, of a clip each tick.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::scope::Scope;
use crate::domain::stamp::Stamp;

/// How many ticks a second has.
pub const TICKS: u32 = 30;
/// What is no longer is a clip, in seconds.
const CLIP: f64 = 120.0;

/// How many sittings have watched each part of an item, and how often one watched it again.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// The film or the episode.
    pub item: Scope,
    /// How many sittings watched anything of it.
    pub sittings: u64,
    /// How long it is, in seconds, as the latest of them knew.
    pub duration: Option<f64>,
    /// By tick: how many more sittings watch from there on, and how many more replays there are.
    pub edges: BTreeMap<u32, (i64, i64)>,
    pub stamp: Stamp,
}

/// A part of a curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CurvePoint {
    /// Where it begins, in seconds from the start of the item.
    pub second: f64,
    /// How many sittings watched it, at the mean of its ticks.
    pub viewers: f64,
    /// How often one of them watched it again, at the mean of its ticks.
    pub replays: f64,
}

impl CurvePoint {
    /// How many percent of all sittings of the item watched it.
    #[expect(clippy::cast_precision_loss, reason = "no item has 2^53 viewers")]
    pub fn percent(&self, sittings: u64) -> f64 {
        if sittings == 0 {
            return 0.0;
        }
        (self.viewers / sittings as f64 * 100.0).clamp(0.0, 100.0)
    }
}

/// The tick at a place of an item of this length.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float becomes the nearest integer there is, and items last a day at most"
)]
pub(super) fn tick(second: f64, duration: Option<f64>) -> u32 {
    if duration.is_some_and(|duration| duration <= CLIP) && second <= CLIP {
        (second * f64::from(TICKS)).round() as u32
    } else {
        second.round() as u32 * TICKS
    }
}

impl Curve {
    /// Nobody watched it yet.
    pub(super) fn new(item: Scope, now: DateTime<Utc>) -> Self {
        Self {
            item,
            sittings: 0,
            duration: None,
            edges: BTreeMap::new(),
            stamp: Stamp::first(now),
        }
    }

    /// One more sitting watched this part.
    pub(super) fn watched(&mut self, (from, to): (u32, u32)) {
        self.edge(from, (1, 0));
        self.edge(to, (-1, 0));
    }

    /// One watched this part again.
    pub(super) fn watched_again(&mut self, (from, to): (u32, u32)) {
        self.edge(from, (0, 1));
        self.edge(to, (0, -1));
    }

    fn edge(&mut self, at: u32, (viewers, replays): (i64, i64)) {
        let edge = self.edges.entry(at).or_default();
        edge.0 += viewers;
        edge.1 += replays;
        if *edge == (0, 0) {
            self.edges.remove(&at);
        }
    }

    /// Where it ends: as long as the item is, or as far as anybody watched it.
    fn end(&self) -> u32 {
        let watched = self.edges.keys().next_back().copied().unwrap_or(0);
        let known = self.duration.map_or(0, |it| tick(it, self.duration));
        known.max(watched)
    }

    /// How many points there are at full resolution: one a second, of a clip thirty.
    pub fn resolution(&self) -> usize {
        let ticks = self.end();
        let is_clip = self.duration.is_some_and(|duration| duration <= CLIP);
        let a_point = if is_clip { 1 } else { TICKS };
        ticks.div_ceil(a_point) as usize
    }

    /// The whole item in so many parts of equal length, but no more than its full resolution has.
    pub fn points(&self, parts: usize) -> Vec<CurvePoint> {
        let parts = parts.min(self.resolution());
        let end = f64::from(self.end());
        let mut edges = self.edges.iter().peekable();
        let (mut viewers, mut replays) = (0_i64, 0_i64);
        let mut points = Vec::with_capacity(parts);
        for part in 0..parts {
            let (from, to) = (place(part, parts, end), place(part + 1, parts, end));
            let mut at = from;
            let (mut watched, mut again) = (0.0, 0.0);
            let mut count = |until: f64, (viewers, replays): (i64, i64)| {
                watched += (until - at) * count_of(viewers);
                again += (until - at) * count_of(replays);
                at = until;
            };
            while let Some((edge, change)) = edges.next_if(|(edge, _)| f64::from(**edge) < to) {
                count(f64::from(*edge).max(from), (viewers, replays));
                viewers += change.0;
                replays += change.1;
            }
            count(to, (viewers, replays));
            points.push(CurvePoint {
                second: from / f64::from(TICKS),
                viewers: watched / (to - from),
                replays: again / (to - from),
            });
        }
        points
    }
}

#[expect(clippy::cast_precision_loss, reason = "parts are some thousands")]
fn place(part: usize, parts: usize, end: f64) -> f64 {
    // In this order, so that at full resolution it is the tick itself and no hair before it.
    part as f64 * end / parts as f64
}

#[expect(clippy::cast_precision_loss, reason = "no item has 2^53 viewers")]
fn count_of(number: i64) -> f64 {
    number as f64
}

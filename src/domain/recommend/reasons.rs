//! Reasons are collected first and added up in the order in which they are shown: so a score is the sum of its reasons
//! by construction, with the same rounding whatever the store.

use std::collections::BTreeMap;

use super::types::{Reason, ReasonKind, ReasonSource, Recommendation};
use crate::domain::ids::TitleId;

/// How many watched titles one suggestion names as its reasons; the others are summed up in one.
const NAMED_TITLES: usize = 3;

/// What speaks for a title so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Reasons(BTreeMap<(ReasonKind, ReasonSource), f64>);

impl Reasons {
    pub(super) fn add(&mut self, kind: ReasonKind, source: ReasonSource, contribution: f64) {
        *self.0.entry((kind, source)).or_default() += contribution;
    }

    pub(super) fn sum(&self) -> f64 {
        self.0.values().sum()
    }

    pub(super) fn scaled(mut self, factor: f64) -> Self {
        self.0.values_mut().for_each(|value| *value *= factor);
        self
    }

    /// Names the watched titles that matter most and sums up the others, and whatever speaks against it, as "viewers
    /// like you": or, if that comes to less than nothing, says so.
    pub(super) fn fold(self, title: TitleId) -> Self {
        let is_watched = |kind: ReasonKind| matches!(kind, ReasonKind::Watched | ReasonKind::Liked);
        let mut named: Vec<_> = self
            .0
            .iter()
            .filter(|((kind, _), value)| is_watched(*kind) && **value > 0.0)
            .map(|(key, value)| (*key, *value))
            .collect();
        named.sort_by(|(a, x), (b, y)| y.total_cmp(x).then(a.cmp(b)));
        named.truncate(NAMED_TITLES);
        let mut folded = Self::default();
        let mut rest = 0.0;
        for ((kind, source), value) in self.0 {
            let stays = value > 0.0
                && (!is_watched(kind) || named.iter().any(|(key, _)| *key == (kind, source)));
            if stays {
                folded.add(kind, source, value);
            } else {
                rest += value;
            }
        }
        let source = ReasonSource::Title(title);
        if rest > 0.0 {
            folded.add(ReasonKind::SimilarViewers, source, rest);
        } else if rest < 0.0 {
            folded.add(ReasonKind::Against, source, rest);
        }
        folded
    }

    /// The suggestion, with the weightiest reason first.
    pub(super) fn into_recommendation(self, title: TitleId) -> Recommendation {
        let mut reasons: Vec<Reason> = self
            .0
            .into_iter()
            .map(|((kind, source), contribution)| Reason {
                kind,
                contribution,
                source,
            })
            .collect();
        reasons.sort_by(|a, b| {
            b.contribution
                .total_cmp(&a.contribution)
                .then((a.kind, a.source).cmp(&(b.kind, b.source)))
        });
        let score = reasons.iter().map(|reason| reason.contribution).sum();
        Recommendation {
            title,
            score,
            reasons,
        }
    }
}

/// The best first, ties by id; nothing whose score is not above 0.
pub(super) fn ranked(list: impl Iterator<Item = Recommendation>) -> Vec<Recommendation> {
    let mut ranked: Vec<Recommendation> = list.filter(|found| found.score > 0.0).collect();
    ranked.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.title.cmp(&b.title)));
    ranked
}

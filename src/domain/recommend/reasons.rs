//! Reasons are collected first and added up in the order in which they are shown: so a score is the sum of its reasons
//! by construction, with the same rounding whatever the store.

use super::types::{Reason, ReasonKind, ReasonSource, Recommendation};
use crate::domain::ids::TitleId;

/// How many watched titles one suggestion names as its reasons; the others are summed up in one.
const NAMED_TITLES: usize = 3;

/// What speaks for a title so far: each thing once.
#[derive(Debug, Clone, Default)]
pub(super) struct Reasons {
    /// Watched titles, which come one by one: of many there are too many to look whether one is there.
    watched: Vec<(Key, f64)>,
    /// Whatever else there is: a few.
    others: Vec<(Key, f64)>,
}

type Key = (ReasonKind, ReasonSource);

impl Reasons {
    /// Adds to what is there. A watched title must come once.
    pub(super) fn add(&mut self, kind: ReasonKind, source: ReasonSource, contribution: f64) {
        let key = (kind, source);
        if matches!(kind, ReasonKind::Watched | ReasonKind::Liked) {
            self.watched.push((key, contribution));
            return;
        }
        match self.others.iter_mut().find(|(other, _)| *other == key) {
            Some((_, value)) => *value += contribution,
            None => self.others.push((key, contribution)),
        }
    }

    pub(super) fn sum(&self) -> f64 {
        self.all().map(|(_, value)| value).sum()
    }

    pub(super) fn scaled(mut self, factor: f64) -> Self {
        let values = self.watched.iter_mut().chain(&mut self.others);
        values.for_each(|(_, value)| *value *= factor);
        self
    }

    fn all(&self) -> impl Iterator<Item = &(Key, f64)> {
        self.watched.iter().chain(&self.others)
    }

    /// Names the watched titles that matter most and sums up the others, and whatever speaks against it, as "viewers
    /// like you": or, if that comes to less than nothing, says so.
    pub(super) fn fold(mut self, title: TitleId) -> Self {
        let first = |(a, x): &(Key, f64), (b, y): &(Key, f64)| y.total_cmp(x).then(a.cmp(b));
        if self.watched.len() > NAMED_TITLES {
            self.watched.select_nth_unstable_by(NAMED_TITLES, first);
            // What is summed up must not depend on how they were selected.
            self.watched[NAMED_TITLES..].sort_unstable_by_key(|(key, _)| *key);
        }
        let (mut rest, mut named) = (0.0, 0);
        let mut folded = Self::default();
        for (at, ((kind, source), value)) in self.all().copied().enumerate() {
            let is_watched = at < self.watched.len();
            named += usize::from(is_watched);
            if value > 0.0 && (!is_watched || named <= NAMED_TITLES) {
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
            .all()
            .map(|((kind, source), contribution)| Reason {
                kind: *kind,
                contribution: *contribution,
                source: *source,
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
    rank(&mut ranked);
    ranked
}

/// Brings a list into its order: the best first, ties by id.
pub(super) fn rank(list: &mut [Recommendation]) {
    list.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.title.cmp(&b.title)));
}

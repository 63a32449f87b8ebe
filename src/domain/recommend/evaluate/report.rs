//! What comes of an evaluation: a table of lists and metrics.

use std::collections::BTreeMap;

use serde::Serialize;

use super::ablation::variants;
use super::baselines::{CoWatches, Popularity};
use super::bootstrap::{Interval, Resamples};
use super::field::Field;
use super::lists::Lists;
use super::metrics::{Metric, Relevant, Score, hits, mean_of, score_all, sum_up};
use super::served::{Parts, Served};
use super::split::Split;
use crate::domain::watching::WatchRules;

/// What is evaluated, and how.
#[derive(Debug, Clone)]
pub struct Evaluation {
    /// What is shown and what is kept.
    pub split: Split,
    /// How watches weigh.
    pub rules: WatchRules,
    /// What a list should find.
    pub relevant: Relevant,
    /// How many viewers are tested at the most.
    pub most_viewers: usize,
}

/// Why there is nothing to report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EvaluateError {
    /// Nobody has anything in their test that a list could find.
    #[error("no viewer has anything relevant in the test part")]
    NothingToFind,
}

/// A table of lists and metrics.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// How many titles there are.
    pub titles: usize,
    /// How many viewers the lists were computed from.
    pub trained: usize,
    /// How many titles those watched, in all.
    pub watches: usize,
    /// For how many viewers lists were made.
    pub tested: usize,
    /// The lists, the served ones first.
    pub rows: Vec<Row>,
}

/// What one sort of lists comes to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// What the lists are.
    pub name: &'static str,
    /// What was measured.
    pub metrics: BTreeMap<Metric, Interval>,
    /// In a comparison: how far the served lists are ahead of these. In an ablation: how far these are ahead of the
    /// served ones. Paired, by viewer. Empty in the first row.
    pub differences: BTreeMap<Metric, Interval>,
}

impl Report {
    /// Of the rows after the first, the one that is best by a metric.
    pub fn best_baseline(&self, metric: Metric) -> Option<&Row> {
        let value = |row: &Row| row.metrics.get(&metric).map(|interval| interval.value);
        let others = self.rows.iter().skip(1).filter_map(|row| Some((value(row)?, row)));
        // Of equals the first.
        let best = others.rev().max_by(|(a, _), (b, _)| a.total_cmp(b));
        best.map(|(_, row)| row)
    }
}

impl Evaluation {
    /// The served lists beside simpler ones.
    pub fn compare(&self) -> Result<Report, EvaluateError> {
        let field = self.field()?;
        let served = Served::new(&field, &self.rules, &Parts::default());
        let (popular, plain, cosine) = (
            Popularity::new(&field),
            CoWatches::plain(&field),
            CoWatches::cosine(&field),
        );
        let lists: [(&'static str, &dyn Lists); 4] = [
            ("ours", &served),
            ("popularity", &popular),
            ("co-watch", &plain),
            ("cosine", &cosine),
        ];
        let mut table = Table::default();
        for (name, lists) in lists {
            table.names.push(name);
            table.scores.push(score_all(&field, lists));
            if !field.followers.is_empty() {
                table.hits.push(hits(&field, lists));
            }
        }
        Ok(table.report(&field, |ours, other| ours - other))
    }

    /// The served lists, and what they come to when one ingredient is left out.
    pub fn ablate(&self) -> Result<Report, EvaluateError> {
        let field = self.field()?;
        let mut table = Table::default();
        for (name, parts) in variants() {
            let served = Served::new(&field, &self.rules, &parts);
            table.names.push(name);
            table.scores.push(score_all(&field, &served));
        }
        Ok(table.report(&field, |all, without| without - all))
    }

    fn field(&self) -> Result<Field<'_>, EvaluateError> {
        let field = Field::new(&self.split, self.relevant, self.most_viewers);
        if field.viewers.is_empty() {
            return Err(EvaluateError::NothingToFind);
        }
        Ok(field)
    }
}

/// What was measured, viewer by viewer; hits may be missing.
#[derive(Default)]
struct Table {
    names: Vec<&'static str>,
    scores: Vec<Vec<Score>>,
    hits: Vec<Vec<f64>>,
}

impl Table {
    fn report(&self, field: &Field<'_>, difference: impl Fn(f64, f64) -> f64) -> Report {
        let columns = Metric::OF_VIEWERS.len();
        let of_viewers = Resamples::new(field.viewers.len(), |picks| {
            let rows = self.scores.iter();
            rows.flat_map(|scores| sum_up(field, scores, picks)).collect()
        });
        let of_pages = (!self.hits.is_empty()).then(|| {
            Resamples::new(field.followers.len(), |picks| {
                self.hits.iter().map(|hits| mean_of(hits, picks)).collect()
            })
        });
        let rows = (0..).zip(&self.names).map(|(row, name)| {
            let mut metrics = BTreeMap::new();
            let mut differences = BTreeMap::new();
            for (column, metric) in (0..).zip(Metric::OF_VIEWERS) {
                let at = row * columns + column;
                let interval = if metric == Metric::Coverage10 {
                    of_viewers.interval_moved(|numbers| numbers[at])
                } else {
                    of_viewers.interval(|numbers| numbers[at])
                };
                metrics.insert(metric, interval);
                if row > 0 && Metric::GAINS.contains(&metric) {
                    let ahead = |numbers: &[f64]| difference(numbers[column], numbers[at]);
                    differences.insert(metric, of_viewers.interval(ahead));
                }
            }
            if let Some(of_pages) = &of_pages {
                metrics.insert(Metric::Hit10, of_pages.interval(|numbers| numbers[row]));
                if row > 0 {
                    let ahead = |numbers: &[f64]| difference(numbers[0], numbers[row]);
                    differences.insert(Metric::Hit10, of_pages.interval(ahead));
                }
            }
            Row {
                name,
                metrics,
                differences,
            }
        });
        Report {
            titles: field.titles.len(),
            trained: field.watched.len(),
            watches: field.watched.iter().map(Vec::len).sum(),
            tested: field.viewers.len(),
            rows: rows.collect(),
        }
    }
}

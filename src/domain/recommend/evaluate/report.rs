//! The result of an evaluation: a table of lists and metrics.

use std::collections::{BTreeMap, HashSet};

use serde::Serialize;

use super::ablation::variants;
use super::baselines::{CoWatches, Popularity};
use super::bootstrap::{Interval, Resamples};
use super::imported::{SORTS, imported};
use super::indexed::IndexedSplit;
use super::lists::Lists;
use super::metrics::{Metric, Score, hits, mean_of, score_all, sum_up};
use super::served::{Parts, Served};
use super::split::{Relevant, Split};
use crate::domain::ids::ProfileId;
use crate::domain::recommend::error::RecommendError;
use crate::domain::recommend::for_viewer::Ranking;
use crate::domain::watching::WatchRules;

/// What is evaluated, and how.
#[derive(Debug, Clone)]
pub struct Evaluation {
    /// The training set and the held-out set.
    pub split: Split,
    /// The half-life and the thresholds that watches weigh by.
    pub rules: WatchRules,
    /// The site's constants of viewers' scores.
    pub ranking: Ranking,
    /// What a list should find.
    pub relevant: Relevant,
    /// How many viewers are tested at the most.
    pub most_viewers: usize,
}

/// Why there is nothing to report.
#[derive(Debug, thiserror::Error)]
pub enum EvaluateError {
    /// Nothing is held out that a list could find.
    #[error("no viewer has anything relevant in the held-out set")]
    NothingToFind,
    /// The lists cannot be made.
    #[error(transparent)]
    Recommend(#[from] RecommendError),
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
    pub metrics: BTreeMap<Metric, Interval>,
    /// In a comparison: how far the served lists are ahead of these. In an ablation: how far these are ahead of the
    /// served ones. Paired, by viewer. Empty in the first row.
    pub differences: BTreeMap<Metric, Interval>,
}

impl Report {
    /// Of the rows after the first, the one that is best by a metric.
    pub fn best_baseline(&self, metric: Metric) -> Option<&Row> {
        let value = |row: &Row| row.metrics.get(&metric).map(|interval| interval.value);
        let others = self
            .rows
            .iter()
            .skip(1)
            .filter_map(|row| Some((value(row)?, row)));
        // Of equals the first.
        let best = others.rev().max_by(|(a, _), (b, _)| a.total_cmp(b));
        best.map(|(_, row)| row)
    }
}

impl Evaluation {
    /// The served lists beside simpler ones.
    pub fn compare(&self) -> Result<Report, EvaluateError> {
        let indexed = self.indexed()?;
        let served = Served::new(
            &indexed,
            &self.rules,
            &Parts {
                ranking: self.ranking,
                ..Parts::default()
            },
        );
        let (popular, plain, cosine) = (
            Popularity::new(&indexed),
            CoWatches::plain(&indexed),
            CoWatches::cosine(&indexed),
        );
        let lists: [(&'static str, &dyn Lists); 4] = [
            ("ours", &served),
            ("popularity", &popular),
            ("co-watch", &plain),
            ("cosine", &cosine),
        ];
        let mut table = Table::default();
        for (name, lists) in lists {
            table.add(&indexed, name, lists)?;
        }
        Ok(table.report(&indexed, |ours, other| ours - other))
    }

    /// The served lists, and what they come to when one ingredient is left out.
    pub fn ablate(&self) -> Result<Report, EvaluateError> {
        let indexed = self.indexed()?;
        let mut table = Table::default();
        for (name, parts) in variants(self.ranking) {
            let served = Served::new(&indexed, &self.rules, &parts);
            table.add(&indexed, name, &served)?;
        }
        Ok(table.report(&indexed, |all, without| without - all))
    }

    /// The served lists, and what they come to for viewers who have brought a part of their past from elsewhere instead of
    /// having watched it here. What is learnt of everybody else, and what is wanted, is the same.
    pub fn import(&self) -> Result<Report, EvaluateError> {
        let indexed = self.indexed()?;
        let parts = Parts {
            ranking: self.ranking,
            ..Parts::default()
        };
        let tested = indexed.viewers.iter().map(|viewer| viewer.profile);
        let tested: HashSet<ProfileId> = tested.collect();
        let mut table = Table::default();
        let reported = Served::new(&indexed, &self.rules, &parts);
        table.add(&indexed, "all reported", &reported)?;
        for (name, brought) in SORTS {
            let split = imported(&self.split, &tested, brought, &self.rules);
            let with_import = IndexedSplit::new(&split, self.relevant, self.most_viewers);
            let served = Served::new(&with_import, &self.rules, &parts);
            table.add(&indexed, name, &served)?;
        }
        Ok(table.report(&indexed, |reported, brought| brought - reported))
    }

    fn indexed(&self) -> Result<IndexedSplit<'_>, EvaluateError> {
        let indexed = IndexedSplit::new(&self.split, self.relevant, self.most_viewers);
        if indexed.viewers.is_empty() {
            return Err(EvaluateError::NothingToFind);
        }
        Ok(indexed)
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
    fn add(
        &mut self,
        indexed: &IndexedSplit<'_>,
        name: &'static str,
        lists: &dyn Lists,
    ) -> Result<(), RecommendError> {
        self.names.push(name);
        self.scores.push(score_all(indexed, lists)?);
        if !indexed.followers.is_empty() {
            self.hits.push(hits(indexed, lists)?);
        }
        Ok(())
    }

    fn report(&self, indexed: &IndexedSplit<'_>, difference: impl Fn(f64, f64) -> f64) -> Report {
        let columns = Metric::OF_VIEWERS.len();
        let of_viewers = Resamples::new(indexed.viewers.len(), |picks| {
            let rows = self.scores.iter();
            rows.flat_map(|scores| sum_up(indexed, scores, picks))
                .collect()
        });
        let of_pages = (!self.hits.is_empty()).then(|| {
            Resamples::new(indexed.followers.len(), |picks| {
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
            titles: indexed.titles.len(),
            trained: indexed.watched.len(),
            watches: indexed.watched.iter().map(Vec::len).sum(),
            tested: indexed.viewers.len(),
            rows: rows.collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta};

    use super::super::split::{HeldOut, Watch, tastes};
    use super::*;
    use crate::domain::catalog::{Locks, Publication, Reception, Texts, Title, TitleKind};
    use crate::domain::ids::{ProfileId, TitleId};
    use crate::domain::stamp::Stamp;

    /// Five titles; who watched what is `1: 1 2`, `2: 1 2 3`, `3: 1 4`, `4: 3 4`, `5: 2`.
    fn evaluation() -> Evaluation {
        let train = [
            (1, 1),
            (1, 2),
            (2, 1),
            (2, 2),
            (2, 3),
            (3, 1),
            (3, 4),
            (4, 3),
            (4, 4),
            (5, 2),
        ];
        let watches: Vec<Watch> = (0_i64..)
            .zip(train)
            .map(|(day, (profile, title))| Watch {
                profile: ProfileId(profile),
                title: TitleId(title),
                at: DateTime::UNIX_EPOCH + TimeDelta::days(day),
                completion: 1.0,
                liked: None,
            })
            .collect();
        let title = |id: u64| Title {
            id: TitleId(id),
            kind: TitleKind::Film,
            publication: Publication::default(),
            slug: id.to_string(),
            name: id.to_string(),
            original_name: None,
            year: None,
            end_year: None,
            premiered: None,
            duration: None,
            genres: Vec::new(),
            credits: Vec::new(),
            crew: Vec::new(),
            countries: Vec::new(),
            languages: Vec::new(),
            external_ids: Vec::new(),
            network: None,
            total_seasons: None,
            episode_duration: None,
            collection: None,
            certifications: Vec::new(),
            names: Texts::default(),
            overview: Texts::default(),
            tagline: Texts::default(),
            status: None,
            studios: Vec::new(),
            tags: Vec::new(),
            scores: Vec::new(),
            extras: Vec::new(),
            pictures: Vec::new(),
            merge: None,
            season_pictures: Vec::new(),
            watchers: 0,
            reception: Reception::default(),
            locks: Locks::default(),
            stamp: Stamp::first(DateTime::UNIX_EPOCH),
        };
        let held_out = |title, is_liked| HeldOut {
            title: TitleId(title),
            is_liked,
        };
        let rules = WatchRules::default();
        Evaluation {
            split: Split {
                titles: (1..=5).map(title).collect(),
                train: tastes(&watches, &rules),
                test: BTreeMap::from([
                    (ProfileId(1), vec![held_out(3, true), held_out(4, false)]),
                    (ProfileId(2), vec![held_out(4, false)]),
                    (ProfileId(3), vec![held_out(2, true), held_out(5, true)]),
                    (ProfileId(5), vec![held_out(4, true)]),
                ]),
                next: BTreeMap::from([
                    (ProfileId(1), vec![(TitleId(3), TitleId(4))]),
                    (ProfileId(3), vec![(TitleId(2), TitleId(5))]),
                ]),
                ..Split::default()
            },
            rules,
            ranking: Ranking::default(),
            relevant: Relevant::Liked,
            most_viewers: 100,
        }
    }

    fn assert_row(report: &Report, name: &str, expected: [f64; 6]) {
        let row = report.rows.iter().find(|row| row.name == name).unwrap();
        for (metric, expected) in Metric::ALL.into_iter().zip(expected) {
            let Interval { value, low, high } = row.metrics[&metric];
            assert!(
                (value - expected).abs() < 1e-9,
                "{name}: {metric:?} is {value}"
            );
            assert!(
                low <= value && value <= high,
                "{name}: {metric:?} from {low} to {high}"
            );
        }
    }

    /// Watched by so many of five viewers.
    fn news(watchers: f64) -> f64 {
        -((watchers + 0.5) / 6.0).log2()
    }

    #[test]
    fn simple_lists_come_to_what_a_person_works_out() {
        let report = evaluation().compare().unwrap();

        assert_eq!(
            (report.titles, report.trained, report.watches, report.tested),
            (5, 5, 10, 3)
        );
        // The discount of the second place, and the ideal of two relevant titles.
        let second = 3_f64.log2().recip();
        let ideal = 1.0 + second;
        // 3 4 for viewer 1, who wants 3; 2 3 for viewer 3, who wants 2 and 5; 1 3 4 for viewer 5, who wants 4.
        let ndcg = (1.0 + ideal.recip() + 0.5) / 3.0;
        let novelty =
            (news(2.0) + f64::midpoint(news(3.0), news(2.0)) + (news(3.0) + 2.0 * news(2.0)) / 3.0)
                / 3.0;
        assert_row(
            &report,
            "popularity",
            [ndcg, ndcg, 2.5 / 3.0, 0.8, novelty, 0.5],
        );
        // The same, but 1 3 for viewer 5: nobody watched both 2 and 4. Viewer 3: 2 and 3 have two watches each.
        let ndcg = (1.0 + ideal.recip()) / 3.0;
        let novelty = (news(2.0) + 2.0 * f64::midpoint(news(3.0), news(2.0))) / 3.0;
        assert_row(&report, "co-watch", [ndcg, ndcg, 0.5, 0.8, novelty, 0.5]);
        // 3 2 for viewer 3: 1/√6 + 1/√4 are more than 2/√9.
        let ndcg = (1.0 + second / ideal) / 3.0;
        assert_row(&report, "cosine", [ndcg, ndcg, 0.5, 0.8, novelty, 0.5]);
    }

    #[test]
    fn everything_watched_can_be_what_is_wanted() {
        let all = Evaluation {
            relevant: Relevant::Watched,
            ..evaluation()
        };

        let report = all.compare().unwrap();

        assert_eq!(report.tested, 4);
        let popularity = &report.rows[1].metrics[&Metric::Recall20];
        // Viewer 1 gets 3 and 4, viewer 2 gets 4, viewer 3 one of two, viewer 5 gets 4.
        assert!((popularity.value - 3.5 / 4.0).abs() < 1e-9);
    }

    #[test]
    fn only_candidates_are_listed_and_counted() {
        let mut evaluation = evaluation();
        evaluation.split.candidates = Some([TitleId(4), TitleId(5)].into());

        let report = evaluation.compare().unwrap();

        // 4 for viewers 1 and 5, nothing that anybody watched for viewer 3, who has watched 4.
        let row = &report.rows[1];
        assert!((row.metrics[&Metric::Ndcg10].value - 1.0 / 3.0).abs() < 1e-9);
        assert!((row.metrics[&Metric::Coverage10].value - 0.5).abs() < 1e-9);
        assert!((row.metrics[&Metric::Novelty10].value - news(2.0)).abs() < 1e-9);
    }

    #[test]
    fn differences_are_told_against_the_first_row() {
        let report = evaluation().compare().unwrap();
        let ablation = evaluation().ablate().unwrap();

        assert_eq!(report.rows[0].metrics, ablation.rows[0].metrics);
        let value = |row: &Row| row.metrics[&Metric::Ndcg10].value;
        let difference = |row: &Row| row.differences[&Metric::Ndcg10].value;
        for row in &report.rows[1..] {
            assert!((value(&report.rows[0]) - value(row) - difference(row)).abs() < 1e-9);
        }
        for row in &ablation.rows[1..] {
            assert!((value(row) - value(&ablation.rows[0]) - difference(row)).abs() < 1e-9);
        }
        assert_eq!(
            report.best_baseline(Metric::Ndcg10).unwrap().name,
            "popularity"
        );
        assert_eq!(
            report.best_baseline(Metric::Hit10).unwrap().name,
            "popularity",
            "the first of equals"
        );
    }

    #[test]
    fn what_was_brought_is_compared_with_what_was_reported() {
        let report = evaluation().compare().unwrap();
        let brought = evaluation().import().unwrap();

        assert_eq!(report.rows[0].metrics, brought.rows[0].metrics);
        let names: Vec<&str> = brought.rows.iter().map(|row| row.name).collect();
        assert_eq!(
            names,
            [
                "all reported",
                "half brought, by day",
                "half brought, undated",
                "all brought, by day",
                "all brought, undated"
            ]
        );
        // All was watched at midnight: for each viewer it is as much later, and only ratios matter.
        let by_day = &brought.rows[3].differences[&Metric::Ndcg10];
        assert!(by_day.value.abs() < 1e-9, "{by_day:?}");
    }

    #[test]
    fn nothing_to_find_is_an_error() {
        let mut evaluation = evaluation();
        evaluation.split.test.clear();

        let report = evaluation.compare();

        assert!(matches!(report, Err(EvaluateError::NothingToFind)));
    }
}

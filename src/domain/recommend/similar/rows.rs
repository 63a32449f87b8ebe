//! How many viewers pairs of titles share: sparse, and bounded in memory whatever the number of titles.

use rayon::prelude::*;

use super::candidates::Together;
use super::histories::Histories;

/// The most counts that are kept at the same time: 8 bytes each.
const ROOM: usize = 160_000_000;
/// How many counts of a title are kept at the least.
const LEAST: usize = 500;

/// The counts of some titles with others, the most telling ones where there is no room for all.
pub(super) struct Rows<'a> {
    histories: &'a Histories,
    rows: Vec<Row>,
}

/// The counts of one title, by the number of the other.
#[derive(Default)]
pub(super) struct Row {
    others: Vec<u32>,
    counts: Vec<u32>,
}

impl<'a> Rows<'a> {
    pub(super) fn new(histories: &'a Histories) -> Self {
        let mut rows = Vec::new();
        rows.resize_with(histories.titles(), Row::default);
        Self { histories, rows }
    }

    pub(super) fn put(&mut self, title: usize, row: Row) {
        self.rows[title] = row;
    }

    /// Counts for these titles, and keeps what they have with each other.
    pub(super) fn fill(&mut self, titles: impl Iterator<Item = u32>) {
        let mut wanted: Vec<u32> = titles.collect();
        wanted.sort_unstable();
        wanted.dedup();
        let histories = self.histories;
        let count = |together: &mut Together, title: &u32| {
            together.count(histories, *title as usize);
            let counted = wanted.iter().filter(|other| together.with(**other) > 0);
            let (others, counts) = counted.map(|other| (*other, together.with(*other))).unzip();
            (*title, Row { others, counts })
        };
        let rows: Vec<(u32, Row)> = wanted
            .par_iter()
            .map_init(|| Together::new(histories.titles()), count)
            .collect();
        for (title, row) in rows {
            self.put(title as usize, row);
        }
    }

    /// The row of a title that was just counted.
    pub(super) fn row(histories: &Histories, together: &Together, title: usize) -> Row {
        let most = (ROOM / histories.titles().max(1)).max(LEAST);
        let mut others: Vec<u32> = together.touched().to_vec();
        if others.len() > most {
            // What is watched together more than by chance, whichever of the two is the better known.
            let telling = |place: u32| {
                f64::from(together.with(place))
                    / super::solve::damped(histories.watchers(place as usize), 0.5)
            };
            others.select_nth_unstable_by(most - 1, |a, b| telling(*b).total_cmp(&telling(*a)));
            others.truncate(most);
        }
        others.retain(|other| *other as usize != title);
        others.sort_unstable();
        others.shrink_to_fit();
        let counts = others.iter().map(|other| together.with(*other)).collect();
        Row { others, counts }
    }

    /// How many viewers two titles share; 0 if it was not kept on either side.
    pub(super) fn together(&self, one: usize, other: usize) -> u32 {
        self.rows[one]
            .find(other)
            .or_else(|| self.rows[other].find(one))
            .unwrap_or(0)
    }
}

impl Row {
    fn find(&self, other: usize) -> Option<u32> {
        let other = u32::try_from(other).ok()?;
        let at = self.others.binary_search(&other).ok()?;
        Some(self.counts[at])
    }
}

//! How many viewers pairs of titles share: sparse, and bounded in memory whatever the number of titles.

use rayon::prelude::*;

use super::common::PRIOR_WATCHERS;
use super::histories::Histories;
use super::together::Together;

/// The most counts that are kept at the same time: 8 bytes each.
pub(crate) const ROOM: usize = 160_000_000;
/// How many counts of a title are kept at the least.
pub(crate) const LEAST_COUNTS: usize = 500;

/// The counts of some titles with others, the most telling ones where there is no room for all.
pub(super) struct Rows<'a> {
    histories: &'a Histories,
    rows: Vec<Row>,
}

/// The counts of one title.
#[derive(Default)]
pub(super) struct Row {
    /// The numbers of others, in order, and the counts.
    counts: Box<[(u32, u32)]>,
    /// Whether what it does not have is 0.
    is_whole: bool,
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
            let row = Row {
                counts: counted
                    .map(|other| (*other, together.with(*other)))
                    .collect(),
                is_whole: true,
            };
            (*title, row)
        };
        let rows: Vec<(u32, Row)> = wanted
            .par_iter()
            .map_init(|| Together::new(histories.titles()), count)
            .collect();
        for (title, row) in rows {
            self.put(title as usize, row);
        }
    }

    /// The row of a title that was just counted; `others` is room to work in.
    pub(super) fn row(
        histories: &Histories,
        together: &Together,
        title: usize,
        others: &mut Vec<u32>,
    ) -> Row {
        let most = (ROOM / histories.titles().max(1)).max(LEAST_COUNTS);
        others.clear();
        let touched = together.touched().iter().copied();
        others.extend(touched.filter(|other| *other as usize != title));
        let is_whole = others.len() <= most;
        if !is_whole {
            // What is watched together more than by chance, whichever of the two is the better known; ties by id.
            let telling = |index: u32| f64::from(together.with(index)) / root(histories, index);
            others.select_nth_unstable_by(most - 1, |a, b| {
                let id = |index: u32| histories.titles[index as usize].id;
                telling(*b)
                    .total_cmp(&telling(*a))
                    .then_with(|| id(*a).cmp(&id(*b)))
            });
            others.truncate(most);
        }
        others.sort_unstable();
        Row {
            counts: others
                .iter()
                .map(|other| (*other, together.with(*other)))
                .collect(),
            is_whole,
        }
    }

    /// How many viewers each of these titles, by number, shares with those before it; 0 if it was kept on neither side.
    pub(super) fn among(&self, titles: &[u32], mut take: impl FnMut(usize, usize, u32)) {
        for (row, title) in titles.iter().enumerate() {
            let of_title = &self.rows[*title as usize];
            let mut rest = &of_title.counts[..];
            for (column, other) in titles[..row].iter().enumerate() {
                rest = &rest[gallop(rest, *other)..];
                let count = match rest.first() {
                    Some((found, count)) if found == other => *count,
                    _ if of_title.is_whole => 0,
                    _ => self.rows[*other as usize].find(*title),
                };
                take(row, column, count);
            }
        }
    }
}

/// The root of the watchers of a title. Unlike a power of ½ it is rounded the same everywhere, so that whoever computes the
/// same elsewhere keeps the same counts.
#[expect(
    clippy::cast_precision_loss,
    reason = "a site has fewer than 2^53 viewers"
)]
fn root(histories: &Histories, index: u32) -> f64 {
    (histories.watchers(index as usize) as f64 + PRIOR_WATCHERS).sqrt()
}

impl Row {
    fn find(&self, other: u32) -> u32 {
        let at = self
            .counts
            .binary_search_by_key(&other, |(other, _)| *other);
        at.map_or(0, |at| self.counts[at].1)
    }
}

/// How many of these numbers, in order, are smaller; quick where they are few.
fn gallop(numbers: &[(u32, u32)], than: u32) -> usize {
    let mut step = 1;
    while numbers
        .get(step - 1)
        .is_some_and(|(number, _)| *number < than)
    {
        step *= 2;
    }
    let from = step / 2;
    let to = numbers.len().min(step);
    from + numbers[from..to].partition_point(|(number, _)| *number < than)
}

//! The interface of everything that makes lists.

use super::indexed::{IndexedSplit, Viewer};
use crate::domain::recommend::error::RecommendError;

/// How many titles of a list count.
pub(super) const LONGEST: usize = 100;

/// Something that makes lists of titles, given by their numbers.
pub(super) trait Lists: Sync {
    /// For a viewer: the best first, at most 100, none that the viewer has watched.
    fn for_viewer(&self, viewer: &Viewer) -> Result<Vec<u32>, RecommendError>;

    /// For a title's page: the best first, at most 100.
    fn on_page(&self, title: u32) -> Result<Vec<u32>, RecommendError>;
}

/// The best of these titles that a viewer may get, ties by id; what scores nothing is left out.
pub(super) fn best(
    indexed: &IndexedSplit<'_>,
    viewer: &Viewer,
    scores: impl Iterator<Item = (u32, f64)>,
) -> Vec<u32> {
    cut(scores.filter(|(title, _)| indexed.may_list(*title) && !viewer.has_seen(*title)))
}

/// The best of these titles, ties by id; what scores nothing is left out.
pub(super) fn cut(scores: impl Iterator<Item = (u32, f64)>) -> Vec<u32> {
    let mut found: Vec<(u32, f64)> = scores.filter(|(_, score)| *score > 0.0).collect();
    // Titles are numbered by id.
    let order = |a: &(u32, f64), b: &(u32, f64)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
    if found.len() > LONGEST {
        found.select_nth_unstable_by(LONGEST - 1, order);
        found.truncate(LONGEST);
    }
    found.sort_unstable_by(order);
    found.into_iter().map(|(title, _)| title).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_stand_first_and_ties_go_by_number() {
        assert_eq!(
            cut([(3, 1.0), (2, 0.0), (1, 1.0), (0, 2.0), (4, -1.0)].into_iter()),
            [0, 1, 3]
        );
        let many = (0..300_u32).map(|title| (title, f64::from(title / 2 + 1)));
        let list = cut(many);
        assert_eq!((list.len(), &list[..3]), (LONGEST, &[298, 299, 296][..]));
    }
}

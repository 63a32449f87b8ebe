//! How many titles were merged one after the other: whoever asks for the first is led along all of them.

use std::collections::HashSet;
use std::sync::Arc;

use crate::domain::catalog::Title;
use crate::domain::ids::TitleId;

/// The most titles that are merged into one another one after the other.
const MOST_DEEP: usize = 8;

/// Whether the longest chain that ends in one of these titles has no room for another title behind it.
pub(super) fn are_too_deep(ends: &[TitleId], merged: &[Arc<Title>]) -> bool {
    let mut level: HashSet<TitleId> = ends.iter().copied().collect();
    for _ in 1..MOST_DEEP {
        let before = merged.iter();
        let before = before.filter(|it| it.leads_to().is_some_and(|into| level.contains(&into)));
        level = before.map(|title| title.id).collect();
        if level.is_empty() {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use uuid::Uuid;

    use super::*;
    use crate::domain::catalog::{MergeStep, TitleKind, TitleMerge, TitleState};
    use crate::domain::ids::RunId;
    use crate::domain::loading::blank_title;

    #[test]
    fn a_chain_has_an_end() {
        let now = DateTime::UNIX_EPOCH;
        let ids: Vec<TitleId> = (1..=9).map(TitleId).collect();
        let merged = ids.windows(2).map(|two| {
            let mut title = blank_title(TitleKind::Film, "heat-1995", now).unwrap();
            title.id = two[0];
            title.merge = Some(TitleMerge {
                id: RunId(Uuid::nil()),
                into: two[1],
                step: MergeStep::Done,
                since: now,
                was: TitleState::Published,
            });
            Arc::new(title)
        });
        let merged: Vec<Arc<Title>> = merged.collect();

        let deep = ids.iter().map(|id| are_too_deep(&[*id], &merged));

        let expected = [false, false, false, false, false, false, false, true, true];
        assert_eq!(deep.collect::<Vec<bool>>(), expected);
    }
}

//! How many titles or people were merged one after the other: whoever asks for the first is led along all of them.

use std::collections::HashSet;
use std::hash::Hash;

/// The most that are merged into one another one after the other.
const MOST_DEEP: usize = 8;

/// Whether the longest chain that ends in one of these has no room for another one behind it. `leads_to` has each that was
/// merged, with what it was merged into.
pub(super) fn are_too_deep<I: Copy + Eq + Hash>(ends: &[I], leads_to: &[(I, I)]) -> bool {
    let mut level: HashSet<I> = ends.iter().copied().collect();
    for _ in 1..MOST_DEEP {
        let before = leads_to.iter().filter(|(_, into)| level.contains(into));
        level = before.map(|(from, _)| *from).collect();
        if level.is_empty() {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_has_an_end() {
        let leads_to: Vec<(u64, u64)> = (1..=8).map(|id| (id, id + 1)).collect();

        let deep = (1..=9).map(|id| are_too_deep(&[id], &leads_to));

        let expected = [false, false, false, false, false, false, false, true, true];
        assert_eq!(deep.collect::<Vec<bool>>(), expected);
    }
}

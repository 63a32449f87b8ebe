//! What solutions add up to: the `SIMILAR` edges as their starts see them. An edge has two halves, which are computed
//! apart: its weight comes from what was solved for its end, its affinity from what was solved for its start.

use std::collections::{BTreeMap, BTreeSet};

use super::graph::{Incoming, Outgoing, SimilarEdge, Solution, Weight};
use crate::domain::ids::TitleId;

/// What solutions change in edges that are there already.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EdgeChanges {
    /// From and to: those that are left with neither a weight nor an affinity.
    pub removed: BTreeSet<(TitleId, TitleId)>,
    /// By from and to: those that are new or other than before.
    pub written: BTreeMap<(TitleId, TitleId), SimilarEdge>,
}

impl EdgeChanges {
    /// The titles whose edges change: where they start.
    pub fn starts(&self) -> BTreeSet<TitleId> {
        let changed = self.removed.iter().chain(self.written.keys());
        changed.map(|(from, _)| *from).collect()
    }
}

/// The edges that these solutions make up, start by start, by id; those of a start by the id of the end.
pub fn edges_by_start(
    solutions: &[Solution],
) -> impl Iterator<Item = (TitleId, Vec<SimilarEdge>)> + Send {
    // There may be millions: only where they are is sorted.
    let mut weights: Vec<(TitleId, TitleId, &Incoming)> = solutions
        .iter()
        .flat_map(|solved| {
            solved
                .incoming
                .iter()
                .map(|half| (half.from, solved.title, half))
        })
        .collect();
    weights.sort_by_key(|(from, to, _)| (*from, *to));
    let pages: BTreeMap<TitleId, &[Outgoing]> = solutions
        .iter()
        .map(|solved| (solved.title, &*solved.page))
        .collect();
    let mut starts: Vec<TitleId> = pages.keys().copied().collect();
    starts.extend(
        weights
            .chunk_by(|a, b| a.0 == b.0)
            .map(|of_one| of_one[0].0),
    );
    starts.sort_unstable();
    starts.dedup();
    let mut weights = weights.into_iter().peekable();
    starts.into_iter().map(move |start| {
        let mut edges: BTreeMap<TitleId, SimilarEdge> = BTreeMap::new();
        while let Some((_, to, half)) = weights.next_if(|(from, ..)| *from == start) {
            put_weight(edges.entry(to).or_insert_with(|| leading_to(to)), half);
        }
        for half in pages.get(&start).copied().unwrap_or_default() {
            put_affinity(
                edges.entry(half.to).or_insert_with(|| leading_to(half.to)),
                half,
            );
        }
        let edges = edges.into_values().filter(says_something).collect();
        (start, edges)
    })
}

/// What is to be done so that these edges, all that lead from or to the solved titles, say what the solutions say.
pub fn changes(
    current: &BTreeMap<(TitleId, TitleId), SimilarEdge>,
    solutions: &[Solution],
) -> EdgeChanges {
    let solved: BTreeSet<TitleId> = solutions.iter().map(|solution| solution.title).collect();
    let mut edges = current.clone();
    for ((from, to), edge) in &mut edges {
        if solved.contains(to) {
            edge.weight = Weight::default();
        }
        if solved.contains(from) {
            edge.affinity = 0.0;
        }
    }
    for solution in solutions {
        for half in &solution.incoming {
            let edge = edges.entry((half.from, solution.title));
            put_weight(edge.or_insert_with(|| leading_to(solution.title)), half);
        }
        for half in &solution.page {
            let edge = edges.entry((solution.title, half.to));
            put_affinity(edge.or_insert_with(|| leading_to(half.to)), half);
        }
    }
    let mut changes = EdgeChanges::default();
    for (key, edge) in edges {
        let before = current.get(&key);
        if !says_something(&edge) {
            changes.removed.extend(before.map(|_| key));
        } else if before != Some(&edge) {
            changes.written.insert(key, edge);
        }
    }
    changes
}

fn leading_to(to: TitleId) -> SimilarEdge {
    SimilarEdge {
        to,
        weight: Weight::default(),
        affinity: 0.0,
        co_watches: 0,
    }
}

fn put_weight(edge: &mut SimilarEdge, half: &Incoming) {
    edge.weight = half.weight;
    edge.co_watches = half.co_watches;
}

fn put_affinity(edge: &mut SimilarEdge, half: &Outgoing) {
    edge.affinity = half.affinity;
    edge.co_watches = half.co_watches;
}

fn says_something(edge: &SimilarEdge) -> bool {
    edge.weight != Weight::default() || edge.affinity != 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn incoming(from: u64, sum: f64) -> Incoming {
        Incoming {
            from: TitleId(from),
            weight: weight(sum),
            co_watches: 3,
        }
    }

    fn outgoing(to: u64, affinity: f64) -> Outgoing {
        Outgoing {
            to: TitleId(to),
            affinity,
            co_watches: 3,
        }
    }

    fn weight(sum: f64) -> Weight {
        Weight {
            sum,
            ..Weight::default()
        }
    }

    fn edge(to: u64, sum: f64, affinity: f64) -> SimilarEdge {
        SimilarEdge {
            to: TitleId(to),
            weight: weight(sum),
            affinity,
            co_watches: 3,
        }
    }

    fn solution(title: u64, incoming: Vec<Incoming>, page: Vec<Outgoing>) -> Solution {
        Solution {
            title: TitleId(title),
            incoming,
            page,
        }
    }

    #[test]
    fn an_edge_has_its_weight_from_its_end_and_its_affinity_from_its_start() {
        let solutions = [
            solution(
                2,
                vec![incoming(9, 0.4), incoming(1, -0.5)],
                vec![outgoing(1, 0.1)],
            ),
            solution(
                1,
                vec![],
                vec![outgoing(3, 0.2), outgoing(2, 0.3), outgoing(4, 0.0)],
            ),
        ];

        let edges: Vec<_> = edges_by_start(&solutions).collect();

        let expected = [
            (TitleId(1), vec![edge(2, -0.5, 0.3), edge(3, 0.0, 0.2)]),
            (TitleId(2), vec![edge(1, 0.0, 0.1)]),
            (TitleId(9), vec![edge(2, 0.4, 0.0)]),
        ];
        assert_eq!(edges, expected);
    }

    #[test]
    fn only_what_differs_changes() {
        let key = |from, to| (TitleId(from), TitleId(to));
        let current = BTreeMap::from([
            (key(1, 2), edge(2, 0.5, 0.0)),
            (key(1, 3), edge(3, 0.5, 0.6)),
            (key(2, 1), edge(1, 0.1, 0.2)),
            (key(3, 2), edge(2, 0.3, 0.0)),
            (key(4, 2), edge(2, 0.3, 0.7)),
        ]);
        let solved = solution(2, vec![incoming(3, 0.3), incoming(5, 0.9)], vec![]);

        let changes = changes(&current, &[solved]);

        let written = BTreeMap::from([
            (key(2, 1), edge(1, 0.1, 0.0)),
            (key(4, 2), edge(2, 0.0, 0.7)),
            (key(5, 2), edge(2, 0.9, 0.0)),
        ]);
        assert_eq!(changes.removed, BTreeSet::from([key(1, 2)]));
        assert_eq!(changes.written, written);
        assert_eq!(
            changes.starts(),
            BTreeSet::from([TitleId(1), TitleId(2), TitleId(4), TitleId(5)])
        );
    }
}

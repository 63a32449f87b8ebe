//! Whether the record and the graph are of one time. Either may come back from a backup, and then revisions deceive: a
//! graph ahead of the record would refuse every write for ever, an old one would miss what is no longer marked.
//!
//! Both keep the epoch: a random name that each making anew of the graph changes, and a tick that goes on, in both, before
//! what is projected is written. The record notes the tick that is to come, the graph takes it, the record confirms it.
//! So at any moment the graph's tick is the record's or the one to come, however many servers there are and wherever they
//! die; if it is another one, a store has come back. Then another epoch begins, in which everything is projected again.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use serde::{Deserialize, Serialize};

use super::schema_version::Schema;
use crate::domain::entropy::unique_name;

/// How many bits of a version are the revision of the document: enough for each to be written a thousand times a second
/// for five hundred years.
const REVISION_BITS: u32 = 44;

/// Which of the graph's lives it is, as the record notes it. Each making anew begins another one, in which everything is
/// written again: what was written in an earlier one is older, whatever its revision.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Epoch {
    /// Grows by one with each.
    pub number: u64,
    /// The random name; empty before anything was projected.
    pub name: String,
    /// The tick that the graph has at least; 0: it does not know of this epoch yet.
    pub tick: u64,
    /// The tick that it may have already.
    pub next: Option<u64>,
}

/// The epoch as the graph keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GraphEpoch {
    /// The number of the [`Epoch`].
    pub number: u64,
    /// The random name of the epoch.
    pub name: String,
    /// The last tick that the graph was told.
    pub tick: u64,
    /// The latest version of what is stored that has written here.
    pub schema: Schema,
}

/// How the epochs of both stores stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// Both are of one time.
    Together,
    /// The graph does not know of the epoch yet.
    Unopened,
    /// The record is older than the graph.
    RecordCameBack,
    /// The graph is older than the record, or another one.
    GraphCameBack,
    /// The record has begun another epoch while it was asked.
    Unclear,
}

impl Epoch {
    /// A new epoch, later than both of these numbers.
    pub(super) fn after(record: u64, graph: u64) -> Self {
        Self {
            number: record.max(graph) + 1,
            ..Self::first()
        }
    }

    pub(super) fn first() -> Self {
        Self {
            number: 0,
            name: unique_name().simple().to_string(),
            tick: 0,
            next: Some(1),
        }
    }

    /// What the graph keeps as the revision of what is made from a document: the epoch, then the document's revision.
    pub fn version(&self, revision: u64) -> u64 {
        self.number << REVISION_BITS | revision
    }

    /// The document's revision in a [`Self::version`].
    pub fn revision_of(version: u64) -> u64 {
        version & ((1 << REVISION_BITS) - 1)
    }

    /// How the graph stands to the record, which was asked `before` the graph and again after it, which gave `self`.
    pub(super) fn standing(&self, before: &Self, graph: Option<&GraphEpoch>) -> Standing {
        if before.name != self.name {
            return Standing::Unclear;
        }
        if self.tick == 0 {
            return Standing::Unopened;
        }
        if before.tick == 0 {
            return Standing::Unclear;
        }
        match graph {
            Some(graph) if (graph.number, &graph.name) == (self.number, &self.name) => {
                if graph.tick < before.tick {
                    Standing::GraphCameBack
                } else if graph.tick > self.next.unwrap_or(self.tick) {
                    Standing::RecordCameBack
                } else {
                    Standing::Together
                }
            }
            Some(graph) if graph.number >= self.number => Standing::RecordCameBack,
            Some(_) | None => Standing::GraphCameBack,
        }
    }

    pub(super) fn in_graph(&self, tick: u64) -> GraphEpoch {
        GraphEpoch {
            number: self.number,
            name: self.name.clone(),
            tick,
            schema: Schema::OURS,
        }
    }
}

/// When this process looked at both epochs, and when it let the tick go on. Clones share it.
#[derive(Debug, Clone, Default)]
pub(super) struct Watch(Arc<Mutex<Seen>>);

#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Seen {
    pub(super) looked: Option<Instant>,
    pub(super) ticked: Option<Instant>,
    /// Whether anything was written since.
    pub(super) is_written: bool,
}

impl Watch {
    pub(super) fn seen(&self) -> Seen {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn note(&self, note: impl FnOnce(&mut Seen)) {
        note(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn epoch(number: u64, tick: u64, next: Option<u64>) -> Epoch {
        Epoch {
            number,
            name: format!("epoch {number}"),
            tick,
            next,
        }
    }

    #[expect(clippy::unnecessary_wraps, reason = "as a graph says it")]
    fn in_graph(number: u64, tick: u64) -> Option<GraphEpoch> {
        Some(epoch(number, 0, None).in_graph(tick))
    }

    #[expect(clippy::needless_pass_by_value, reason = "made for the call")]
    fn standing(before: &Epoch, graph: Option<GraphEpoch>, after: &Epoch) -> Standing {
        after.standing(before, graph.as_ref())
    }

    #[test]
    fn of_two_versions_the_later_epoch_is_the_greater_whatever_the_revision() {
        let [first, second] = [0, 1].map(|number| epoch(number, 1, None));

        assert!(first.version(2) > first.version(1));
        assert!(second.version(1) > first.version(1 << 43));
        assert_eq!(
            first.version(7),
            7,
            "what was written before there were epochs"
        );
        assert_eq!(Epoch::revision_of(second.version(1 << 43)), 1 << 43);
    }

    #[test]
    fn while_a_tick_is_under_way_both_are_of_one_time_wherever_it_is() {
        let (still, announced) = (epoch(3, 5, None), epoch(3, 5, Some(6)));
        let confirmed = epoch(3, 6, None);

        for (before, graph, after) in [
            (&still, 5, &still),
            (&still, 5, &announced),
            (&announced, 5, &announced),
            (&announced, 6, &announced),
            (&announced, 6, &confirmed),
            (&still, 6, &confirmed),
            (&confirmed, 6, &confirmed),
        ] {
            let found = standing(before, in_graph(3, graph), after);
            assert_eq!(found, Standing::Together, "{before:?} {graph} {after:?}");
        }
    }

    #[test]
    fn a_store_that_came_back_is_told() {
        let (still, announced) = (epoch(3, 5, None), epoch(3, 5, Some(6)));
        let of = |graph| standing(&still, graph, &still);

        for graph in [in_graph(3, 4), in_graph(2, 9), None] {
            assert_eq!(of(graph.clone()), Standing::GraphCameBack, "{graph:?}");
        }
        for graph in [in_graph(3, 6), in_graph(4, 1)] {
            assert_eq!(of(graph.clone()), Standing::RecordCameBack, "{graph:?}");
        }
        let ahead = standing(&announced, in_graph(3, 7), &announced);
        assert_eq!(ahead, Standing::RecordCameBack);
        let another = GraphEpoch {
            name: "another".to_owned(),
            ..still.in_graph(5)
        };
        assert_eq!(of(Some(another)), Standing::RecordCameBack);
    }

    #[test]
    fn an_epoch_that_the_graph_does_not_know_yet_is_no_sign_of_a_backup() {
        let (begun, opened) = (epoch(4, 0, Some(1)), epoch(4, 1, None));

        for graph in [None, in_graph(3, 9), in_graph(4, 1)] {
            assert_eq!(standing(&begun, graph.clone(), &begun), Standing::Unopened);
            let meanwhile = standing(&begun, graph, &opened);
            assert_eq!(meanwhile, Standing::Unclear);
        }
        let former = epoch(3, 9, None);
        assert_eq!(standing(&former, in_graph(3, 9), &begun), Standing::Unclear);
    }
}

//! Whether the record and the graph are of one time. Either may come back from a backup, and then revisions deceive: a
//! graph ahead of the record would refuse every write for ever, an old one would miss what is no longer marked.
//!
//! Both keep the epoch: a random name that each making anew of the graph changes, and a tick that goes on, in both, before
//! what is projected is written. The record notes the tick that is to come, the graph takes it, the record confirms it.
//! So at any moment the graph's tick is the record's or the one to come, however many servers there are and wherever they
//! die; if it is another one, a store has come back. Then another epoch begins, in which everything is projected again.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::error::RecommendError;
use super::notes::{Notes, Phase, Rebuild, Schema};
use super::projection::GraphService;
use crate::domain::entropy::unique_name;

/// How long one look at both stores is good for.
const LOOK: Duration = Duration::from_secs(1);
/// How often the tick goes on while something is written. A store that comes back from a backup that is younger is taken
/// for the one that was there.
const TICK: Duration = Duration::from_secs(5);
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
enum Standing {
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
    fn after(record: u64, graph: u64) -> Self {
        Self {
            number: record.max(graph) + 1,
            ..Self::first()
        }
    }

    fn first() -> Self {
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
    fn standing(&self, before: &Self, graph: Option<&GraphEpoch>) -> Standing {
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

    fn in_graph(&self, tick: u64) -> GraphEpoch {
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
struct Seen {
    looked: Option<Instant>,
    ticked: Option<Instant>,
}

impl Watch {
    fn seen(&self) -> Seen {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, note: impl FnOnce(&mut Seen)) {
        note(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

fn is_recent(at: Option<Instant>, time: Duration) -> bool {
    at.is_some_and(|at| at.elapsed() < time)
}

impl GraphService {
    /// Looks whether the record and the graph are of one time, and begins to make the graph anew if they are not.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn check_epoch(&self) -> Result<(), RecommendError> {
        if !is_recent(self.watch.seen().looked, LOOK) {
            self.together().await?;
        }
        Ok(())
    }

    /// The notes to write to the graph by, once both stores are of one time.
    pub(super) async fn notes_to_write_by(&self) -> Result<Notes, RecommendError> {
        let seen = self.watch.seen();
        let notes = if is_recent(seen.looked, LOOK) && is_recent(seen.ticked, TICK) {
            self.ports.notes.notes().await?
        } else {
            self.together().await?
        };
        if notes.epoch.tick == 0 {
            return self.together().await;
        }
        if is_recent(self.watch.seen().ticked, TICK) {
            return Ok(notes);
        }
        self.tick(notes).await
    }

    /// Makes sure that both stores are of one time: that of the notes that it gives.
    async fn together(&self) -> Result<Notes, RecommendError> {
        loop {
            let before = self.ports.notes.notes().await?.epoch;
            let graph = self.ports.graph.epoch().await?;
            if let Some(graph) = &graph {
                graph.schema.check("graph")?;
            }
            let notes = self.ports.notes.notes().await?;
            match notes.epoch.standing(&before, graph.as_ref()) {
                Standing::Together => {
                    self.watch.note(|seen| seen.looked = Some(Instant::now()));
                    return Ok(notes);
                }
                Standing::Unopened => self.open(notes, graph).await?,
                Standing::RecordCameBack => self.begin_anew(notes, graph, "record").await?,
                Standing::GraphCameBack => self.begin_anew(notes, graph, "graph").await?,
                Standing::Unclear => {}
            }
        }
    }

    /// Lets the graph know of an epoch.
    async fn open(&self, notes: Notes, graph: Option<GraphEpoch>) -> Result<(), RecommendError> {
        let epoch = &notes.epoch;
        let in_graph = graph.as_ref().map(|graph| (graph.number, &graph.name));
        let is_known = in_graph == Some((epoch.number, &epoch.name));
        let is_behind = in_graph.is_some_and(|(number, _)| number >= epoch.number);
        if epoch.name.is_empty() || is_behind && !is_known {
            // Nothing was ever projected; or the graph of a record that is no longer there is in the way. What it has is
            // none of this record's.
            let number = graph.map(|graph| graph.number);
            let epoch = match number {
                Some(number) => Epoch::after(epoch.number, number),
                None => Epoch {
                    number: epoch.number,
                    ..Epoch::first()
                },
            };
            let rebuild = match notes.rebuild {
                None if number.is_some() => Some(self.rebuild_from_the_start()),
                under_way => under_way,
            };
            let begun = Notes {
                epoch,
                rebuild,
                ..notes
            };
            self.ports.notes.put_notes(&begun).await?;
            return Ok(());
        }
        self.ports.graph.put_epoch(&epoch.in_graph(1)).await?;
        self.confirm(notes, 1).await?;
        Ok(())
    }

    /// Begins another epoch because a store has come back from a backup.
    async fn begin_anew(
        &self,
        notes: Notes,
        graph: Option<GraphEpoch>,
        who: &'static str,
    ) -> Result<(), RecommendError> {
        let number = graph.map_or(0, |graph| graph.number);
        let begun = Notes {
            epoch: Epoch::after(notes.epoch.number, number),
            rebuild: Some(self.rebuild_from_the_start()),
            ..notes
        };
        if self.ports.notes.put_notes(&begun).await? {
            tracing::warn!(
                store = who,
                epoch = begun.epoch.number,
                "The {who} is older than it was: it came back from a backup; everything is projected again"
            );
        }
        Ok(())
    }

    /// Lets the tick go on in both stores. Whoever does so at the same time does the same.
    async fn tick(&self, notes: Notes) -> Result<Notes, RecommendError> {
        let next = notes.epoch.next.unwrap_or(notes.epoch.tick + 1);
        let mut announced = notes;
        if announced.epoch.next.is_none() {
            announced.epoch.next = Some(next);
            if !self.ports.notes.put_notes(&announced).await? {
                // Somebody else has done something; what it is is seen next time.
                return Ok(self.ports.notes.notes().await?);
            }
            announced.revision += 1;
        }
        let in_graph = announced.epoch.in_graph(next);
        self.ports.graph.put_epoch(&in_graph).await?;
        let confirmed = self.confirm(announced, next).await?;
        self.watch.note(|seen| seen.ticked = Some(Instant::now()));
        Ok(confirmed)
    }

    /// Notes that the graph has a tick, unless somebody else has noted something.
    async fn confirm(&self, notes: Notes, tick: u64) -> Result<Notes, RecommendError> {
        let mut confirmed = notes;
        confirmed.epoch.tick = tick;
        confirmed.epoch.next = None;
        if self.ports.notes.put_notes(&confirmed).await? {
            confirmed.revision += 1;
            return Ok(confirmed);
        }
        Ok(self.ports.notes.notes().await?)
    }

    /// Begins to make the whole graph anew from the documents, in a new epoch; what is under way goes on. Says what is
    /// under way now.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn begin_rebuild(&self) -> Result<Rebuild, RecommendError> {
        loop {
            let notes = self.ports.notes.notes().await?;
            if let Some(rebuild) = notes.rebuild {
                return Ok(rebuild);
            }
            let rebuild = self.rebuild_from_the_start();
            let begun = Notes {
                epoch: Epoch::after(notes.epoch.number, 0),
                rebuild: Some(rebuild.clone()),
                ..notes
            };
            if self.ports.notes.put_notes(&begun).await? {
                return Ok(rebuild);
            }
        }
    }

    fn rebuild_from_the_start(&self) -> Rebuild {
        Rebuild {
            begun_at: self.clock.now(),
            documents: 0,
            phase: Phase::TombstonesToGraph { after: None },
        }
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

//! Keeping the record and the graph of one time; see [`Epoch`].

use std::time::{Duration, Instant};

use super::epoch::{Epoch, GraphEpoch, Seen, Standing};
use super::error::RecommendError;
use super::notes::{Notes, Phase, Rebuild};
use super::projection::GraphService;

/// How long one look at both stores is good for.
const LOOK: Duration = Duration::from_secs(1);
/// How often the tick goes on while something is written. A store that comes back from a backup that is younger is taken
/// for the one that was there.
const TICK: Duration = Duration::from_secs(5);

fn is_recent(at: Option<Instant>, time: Duration) -> bool {
    at.is_some_and(|at| at.elapsed() < time)
}

impl Seen {
    /// Whether the last tick is old, and something was written since.
    fn wants_tick_behind(&self) -> bool {
        self.is_written && !is_recent(self.ticked, TICK)
    }
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
        let notes = self.notes_of_now().await?;
        self.watch.note(|seen| seen.is_written = true);
        Ok(notes)
    }

    /// Lets the tick go on behind what was written last, when its time has come: nothing need follow for long, and a
    /// store that comes back from a backup of the time before would be taken for the one that was there.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn tick_behind(&self) -> Result<(), RecommendError> {
        if self.watch.seen().wants_tick_behind() {
            self.notes_of_now().await?;
        }
        Ok(())
    }

    /// The notes, once both stores are of one time and have a tick that is young.
    async fn notes_of_now(&self) -> Result<Notes, RecommendError> {
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
            let before = self.ports.notes.notes().await?;
            // A later version may have come meanwhile, whose record this one does not understand.
            before.schema.check("record")?;
            let before = before.epoch;
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
        // What is written from here on is behind this tick, or wants another one.
        self.watch.note(|seen| seen.is_written = false);
        let ticked = async {
            let in_graph = announced.epoch.in_graph(next);
            self.ports.graph.put_epoch(&in_graph).await?;
            self.confirm(announced, next).await
        };
        let ticked = ticked.await;
        self.watch.note(|seen| match ticked {
            Ok(_) => seen.ticked = Some(Instant::now()),
            Err(_) => seen.is_written = true,
        });
        ticked
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

    #[test]
    fn what_was_written_after_a_tick_has_another_one_behind_it_when_that_is_old() {
        let now = Instant::now();
        let seen = |seconds_ago, is_written| Seen {
            looked: Some(now),
            ticked: now.checked_sub(Duration::from_secs(seconds_ago)),
            is_written,
        };

        assert!(seen(6, true).wants_tick_behind());
        assert!(!seen(0, true).wants_tick_behind(), "its time will come");
        assert!(!seen(6, false).wants_tick_behind(), "nothing is behind it");
        assert!(!Seen::default().wants_tick_behind());
    }
}

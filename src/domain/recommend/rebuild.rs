//! Makes the graph anew while it is read: everything is marked as waiting for projection and projected in a new epoch,
//! then what the record does not know is swept. Readers see a whole graph throughout.
//!
//! It is done in steps of bounded size, and the record notes after each where the next one begins. Whoever dies leaves
//! the rest to the next: each step may be done twice, or by two at the same time.

use std::pin::pin;
use std::time::Duration;

use chrono::TimeDelta;
use futures::future::{Either, select};

use super::compare::Compared;
use super::error::RecommendError;
use super::notes::{Notes, Pass, Phase, Rebuild};
use super::projection::{BATCH, GraphService};
use super::queues::Scope;
use super::turns::Turns;
use crate::domain::events::Event;
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::lease::may_work;

/// How many tombstones or profiles are looked at together.
const TOMBSTONES: usize = 1000;
/// How many documents are marked together.
const MARKED: usize = 5000;

/// The lease that says who does the steps.
const LEASE: &str = "rebuild_graph";
/// How long somebody who has died holds it. Who lives renews it, however long a step takes: to compute the `SIMILAR`
/// edges may take minutes.
const HELD: Duration = Duration::from_secs(5);
/// How often everything is compared at the most. Once is enough, unless a projector that stood still has taken off a mark
/// without writing what was marked; where much is written something differs every time, and is projected anyhow.
const PASSES: u32 = 4;

/// What a step came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RebuildStep {
    /// No making anew is under way.
    Nothing,
    /// Somebody else does the steps, now those of this phase, or all that is left to do in it; see [`Phase::name`].
    Elsewhere(&'static str),
    /// Something was done in this phase; there is more to do.
    Did(&'static str),
    /// The last step was done: so many documents were projected anew.
    Finished(u64),
}

/// What doing some of a phase came to.
enum Done {
    /// This is next, and so many documents were marked for the first time.
    Next(Phase, usize),
    /// Others are at all that is left to do in it.
    Elsewhere,
    /// It was the last one.
    Last,
}

impl GraphService {
    /// The phase of the making anew that is under way, if one is.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn rebuild_under_way(&self) -> Result<Option<Rebuild>, RecommendError> {
        Ok(self.ports.notes.notes().await?.rebuild)
    }

    /// How long ago the making anew that is under way was begun; 0: none is.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn rebuild_age(&self) -> Result<TimeDelta, RecommendError> {
        let under_way = self.rebuild_under_way().await?;
        let age = under_way.map_or(TimeDelta::zero(), |rebuild| {
            self.clock.now() - rebuild.begun_at
        });
        Ok(age)
    }

    /// Does the next step of the making anew that is under way, however long it takes. `pause` waits for a time.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn rebuild_step<P: Future<Output = ()> + Send>(
        &self,
        pause: impl Fn(Duration) -> P + Send + Sync,
    ) -> Result<RebuildStep, RecommendError> {
        if self.ports.notes.notes().await?.rebuild.is_none() {
            return Ok(RebuildStep::Nothing);
        }
        let notes = self.notes_to_write_by().await?;
        let Some(rebuild) = notes.rebuild.clone() else {
            return Ok(RebuildStep::Nothing);
        };
        let name = rebuild.phase.name();
        if matches!(rebuild.phase, Phase::Unknown(_)) {
            return Ok(RebuildStep::Elsewhere(name));
        }
        let leases = &*self.ports.leases;
        if !may_work(leases, LEASE, self.holder, HELD).await? {
            return Ok(RebuildStep::Elsewhere(name));
        }
        let mut work = pin!(self.do_phase(rebuild.phase.clone()));
        let done = loop {
            match select(work.as_mut(), pin!(pause(HELD / 3))).await {
                Either::Left((done, _)) => break done?,
                // Lost or not, a step that two do does no harm.
                Either::Right(_) => drop(leases.acquire(LEASE, self.holder, HELD).await),
            }
        };
        let before = Some(rebuild.clone());
        let (next, step) = match done {
            Done::Elsewhere => return Ok(RebuildStep::Elsewhere(name)),
            Done::Next(phase, marked) => {
                let documents = rebuild.documents + marked as u64;
                let next = Rebuild {
                    documents,
                    phase,
                    ..rebuild
                };
                (Some(next), RebuildStep::Did(name))
            }
            Done::Last => (None, RebuildStep::Finished(rebuild.documents)),
        };
        loop {
            let notes = self.ports.notes.notes().await?;
            if notes.rebuild != before {
                // Somebody else has done the same step, or another one was begun.
                return Ok(RebuildStep::Did(name));
            }
            let noted = Notes {
                rebuild: next.clone(),
                ..notes
            };
            if self.ports.notes.put_notes(&noted).await? {
                return Ok(step);
            }
        }
    }

    /// Lets others go on with the making anew at once.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn leave_rebuild(&self) -> Result<(), RecommendError> {
        Ok(self.ports.leases.release(LEASE, self.holder).await?)
    }

    /// Does some of a phase.
    #[expect(clippy::too_many_lines, reason = "one list of phases")]
    async fn do_phase(&self, phase: Phase) -> Result<Done, RecommendError> {
        let titles = &self.ports.titles;
        let watches = &self.ports.watches;
        let graph = &self.ports.graph;
        Ok(match phase {
            Phase::TombstonesToGraph { after } => {
                let tombstones = watches.tombstones_after(after, TOMBSTONES).await?;
                graph.put_tombstones(&tombstones).await?;
                let next = match tombstones.into_iter().next_back() {
                    Some(last) => Phase::TombstonesToGraph { after: Some(last) },
                    None => Phase::TombstonesToRecord { after: None },
                };
                Done::Next(next, 0)
            }
            Phase::TombstonesToRecord { after } => {
                let tombstones = graph.tombstones_after(after, TOMBSTONES).await?;
                watches.put_tombstones(&tombstones).await?;
                let next = match tombstones.into_iter().next_back() {
                    Some(last) => Phase::TombstonesToRecord { after: Some(last) },
                    None => Phase::EraseInGraph { after: None },
                };
                Done::Next(next, 0)
            }
            Phase::EraseInGraph { after } => {
                let profiles = graph.profiles_after(after, TOMBSTONES).await?;
                for profile in watches.erased(&profiles).await? {
                    self.erase_profile(profile).await?;
                }
                let next = match profiles.last() {
                    Some(last) => Phase::EraseInGraph { after: Some(*last) },
                    None => Phase::EraseInRecord { after: None },
                };
                Done::Next(next, 0)
            }
            Phase::EraseInRecord { after } => {
                let profiles = watches.profiles_after(after, TOMBSTONES).await?;
                let erased = watches.erased(&profiles).await?;
                for profile in &erased {
                    self.watching.erase_profile(*profile).await?;
                }
                if !erased.is_empty() {
                    let erased: Vec<u64> = erased.iter().map(|profile| profile.0).collect();
                    tracing::warn!(
                        profiles = ?erased,
                        "Erased again what a backup had brought back of {} profiles; their accounts must be erased again, too",
                        erased.len()
                    );
                }
                let next = match profiles.last() {
                    Some(last) => Phase::EraseInRecord { after: Some(*last) },
                    None => Phase::MarkTitles { after: None },
                };
                Done::Next(next, 0)
            }
            Phase::MarkTitles { after } => {
                let marked = titles.mark_titles_waiting_after(after, MARKED).await?;
                let next = match marked.last() {
                    Some(last) => Phase::MarkTitles { after: Some(*last) },
                    None => Phase::MarkWatches { after: None },
                };
                Done::Next(next, marked.len())
            }
            Phase::MarkWatches { after } => {
                let marked = watches.mark_watches_waiting_after(after, MARKED).await?;
                let next = if let Some(last) = marked.last() {
                    Phase::MarkWatches { after: Some(*last) }
                } else {
                    watches.mark_departures_waiting().await?;
                    Phase::Project { pass: 0 }
                };
                Done::Next(next, marked.len())
            }
            Phase::Project { pass } => {
                let mut turns = Turns::default();
                let round = self.project(&mut Scope::Rest(&mut turns)).await;
                self.leave_turns(&mut turns).await;
                let round = round?;
                // What the marks are on lies behind all that was written, so whoever has seen the end has seen them
                // all.
                if round.is_all {
                    let pass = Pass {
                        number: pass + 1,
                        marked: false,
                    };
                    Done::Next(Phase::SweepWatches { after: None, pass }, 0)
                } else if round.documents > 0 {
                    Done::Next(Phase::Project { pass }, 0)
                } else {
                    Done::Elsewhere
                }
            }
            Phase::SweepWatches { after, pass } => {
                let compared = self.compare_watched(after).await?;
                let end = compared.end;
                let pass = pass.and(self.settle_watches(compared).await?);
                let next = match end {
                    Some(_) => Phase::SweepWatches { after: end, pass },
                    None => Phase::SweepTitles { after: None, pass },
                };
                Done::Next(next, 0)
            }
            Phase::SweepTitles { after, pass } => {
                let compared = self.compare_titles(after).await?;
                let end = compared.end;
                self.recount(after, end).await?;
                let pass = pass.and(self.settle_titles(compared).await?);
                if end.is_some() {
                    Done::Next(Phase::SweepTitles { after: end, pass }, 0)
                } else if pass.marked && pass.number < PASSES {
                    Done::Next(Phase::Project { pass: pass.number }, 0)
                } else {
                    graph.remove_unneeded().await?;
                    Done::Next(Phase::Similar, 0)
                }
            }
            Phase::Similar => {
                self.similar_if_computed_here().await?;
                Done::Last
            }
            Phase::Unknown(_) => Done::Elsewhere,
        })
    }

    /// Marks what differs, and removes what is not recorded. Says whether anything was marked.
    async fn settle_watches(
        &self,
        compared: Compared<(ProfileId, TitleId)>,
    ) -> Result<bool, RecommendError> {
        let watches = &self.ports.watches;
        let mut marked = watches.mark_watches_waiting(&compared.differing).await?;
        let unknown: Vec<(ProfileId, TitleId, u64)> = self
            .unknown_watches(compared.stray)
            .await?
            .into_iter()
            .map(|((profile, title), version)| (profile, title, version))
            .collect();
        if !unknown.is_empty() {
            self.ports.graph.remove_watched(&unknown).await?;
            let profiles: Vec<ProfileId> = unknown.iter().map(|(profile, ..)| *profile).collect();
            self.events.publish(Event::TastesChanged(profiles.into()));
            // What was recorded in the very moment waits again: its edge may be gone now.
            let keys: Vec<_> = unknown.iter().map(|(a, b, _)| (*a, *b)).collect();
            marked.extend(watches.mark_watches_waiting(&keys).await?);
            self.count_watchers(unknown.iter().map(|(_, title, _)| *title).collect())
                .await?;
        }
        Ok(!marked.is_empty())
    }

    /// Counts the watchers of the titles after one up to another. Of a watch that was projected before, they are not
    /// counted when it is projected again, though the graph may have had no edge of it any more.
    async fn recount(
        &self,
        after: Option<TitleId>,
        end: Option<TitleId>,
    ) -> Result<(), RecommendError> {
        let titles = self.ports.titles.titles_after(after, BATCH).await?;
        let titles = titles.iter().map(|title| title.id);
        let titles = titles.filter(|id| end.is_none_or(|end| *id <= end));
        self.count_watchers(titles.collect()).await
    }

    /// The same for titles.
    async fn settle_titles(&self, compared: Compared<TitleId>) -> Result<bool, RecommendError> {
        let titles = &self.ports.titles;
        let mut marked = titles.mark_titles_waiting(&compared.differing).await?;
        let unknown = self.unknown_titles(compared.stray).await?;
        if !unknown.is_empty() {
            self.ports.graph.remove_titles(&unknown).await?;
            let ids: Vec<_> = unknown.iter().map(|(id, _)| *id).collect();
            marked.extend(titles.mark_titles_waiting(&ids).await?);
        }
        Ok(!marked.is_empty())
    }
}

impl Pass {
    /// The same pass, which has marked something if it had before or has now.
    fn and(self, marked: bool) -> Self {
        Self {
            marked: self.marked || marked,
            ..self
        }
    }
}

//! Weights and the half-life that they were computed with. A weight is a sum over plays, in which each has decayed from
//! a landmark that never moves; so a sum of two half-lives means nothing. The record notes with which one its sums were
//! computed, and nothing else is added to them.

use super::error::RecommendError;
use super::notes::{Notes, Reweigh};
use super::projection::GraphService;
use super::schema_version::Schema;
use crate::domain::events::Event;

/// How many watched titles are summed up together: so many of their plays are read one after the other.
const SUMMED: usize = 100;

/// What a step of computing all sums anew came to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ReweighStep {
    /// There is more to do.
    Did,
    /// All sums are what the plays add up to, but for those that were left.
    Finished(Reweigh),
}

impl GraphService {
    /// Refuses to go on if the record is for newer programs, or its weights were computed with another half-life than
    /// the settings say. The first one that asks notes the half-life of its settings.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn check_record(&self) -> Result<(), RecommendError> {
        let notes = self.ports.notes.notes().await?;
        notes.schema.check("record")?;
        self.fits(&notes)?;
        let schema = notes.schema.with(Schema::OURS);
        if notes.half_life_days.is_none() || notes.schema != schema {
            let days = self.watching.half_life_days();
            self.note(|notes| {
                notes.half_life_days = notes.half_life_days.or(Some(days));
                notes.schema = notes.schema.with(Schema::OURS);
            })
            .await?;
        }
        Ok(())
    }

    /// Whether what the notes say of weights goes with the settings.
    pub(super) fn fits(&self, notes: &Notes) -> Result<(), RecommendError> {
        let set = self.watching.half_life_days();
        if let Some(reweigh) = notes.reweigh
            && notes.half_life_days.map(f64::to_bits) != Some(reweigh.half_life_days.to_bits())
        {
            return Err(RecommendError::Reweighing {
                days: reweigh.half_life_days,
            });
        }
        match notes.half_life_days {
            Some(recorded) if recorded.to_bits() != set.to_bits() => {
                Err(RecommendError::HalfLife { recorded, set })
            }
            _ => Ok(()),
        }
    }

    /// Computes some more of the record's sums anew from the plays, with the half-life of the settings. The record
    /// notes how far that has come, so that whoever is broken off goes on there; with another half-life it begins anew.
    /// What has changed waits for projection.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn reweigh_step(&self) -> Result<ReweighStep, RecommendError> {
        let days = self.watching.half_life_days();
        let notes = self.ports.notes.notes().await?;
        notes.schema.check("record")?;
        let under_way = notes.reweigh;
        let mut reweigh = match under_way {
            Some(reweigh) if reweigh.half_life_days.to_bits() == days.to_bits() => reweigh,
            _ => {
                let begun = Reweigh {
                    half_life_days: days,
                    after: None,
                    watched_titles: 0,
                    changed: 0,
                    left: 0,
                };
                self.note(|notes| notes.reweigh = Some(begun)).await?;
                begun
            }
        };
        let page = self
            .watching
            .all_watched_titles_after(reweigh.after, SUMMED)
            .await?;
        let keys: Vec<_> = page.iter().map(|one| (one.profile, one.title)).collect();
        let Some(last) = keys.last() else {
            self.note(|notes| {
                notes.half_life_days = Some(days);
                notes.reweigh = None;
            })
            .await?;
            return Ok(ReweighStep::Finished(reweigh));
        };
        let summed = self.watching.sum_up(&keys).await?;
        reweigh.changed += summed.changed as u64;
        reweigh.left += summed.left as u64;
        reweigh.watched_titles += keys.len() as u64;
        reweigh.after = Some(*last);
        self.note(|notes| notes.reweigh = Some(reweigh)).await?;
        self.events.publish(Event::WatchesChanged);
        Ok(ReweighStep::Did)
    }

    /// Changes what is noted, whoever else does at the same time.
    pub(super) async fn note(
        &self,
        change: impl Fn(&mut Notes) + Send + Sync,
    ) -> Result<Notes, RecommendError> {
        loop {
            let mut notes = self.ports.notes.notes().await?;
            change(&mut notes);
            if self.ports.notes.put_notes(&notes).await? {
                return Ok(notes);
            }
        }
    }
}

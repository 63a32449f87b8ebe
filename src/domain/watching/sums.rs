//! What the plays of a profile at a title add up to, computed from all of them at once: what the ledger keeps up to
//! date from one report to the next. So sums that have drifted are found, and another half-life can be applied.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::error::WatchError;
use super::ledger::{Change, Ledger};
use super::rules::WatchRules;
use super::service::WatchService;
use super::touched::Touched;
use super::types::{Play, WatchState, WatchedTitle};
use crate::domain::error::StoreError;
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::stamp::Stamp;

/// Of two sums of the same numbers, added in different orders, so much may differ at the most.
const ROUNDING: f64 = 1.0e-6;

/// What plays add up to; as in [`WatchedTitle`].
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Sums {
    pub(super) plays: u32,
    pub(super) completions: u32,
    pub(super) seconds: f64,
    told: u32,
    weight: f64,
}

impl Sums {
    /// Of plays, and of states of which something may have been said by hand.
    pub(super) fn of<'p>(
        rules: &WatchRules,
        plays: impl Iterator<Item = &'p Play>,
        states: impl Iterator<Item = &'p WatchState>,
    ) -> Self {
        let mut sums = Self::default();
        for play in plays {
            sums.plays += 1;
            sums.completions += u32::from(play.completed);
            sums.seconds += play.sections.seconds();
            if play.counts {
                sums.weight += rules.weight(play.completion, play.last_at);
            }
        }
        for state in states {
            sums.told += u32::from(state.is_told());
            sums.weight += state.told_weight(rules);
        }
        sums
    }

    /// Writes them into a watched title.
    pub(super) fn write(&self, watched_title: &mut WatchedTitle) {
        watched_title.plays = self.plays;
        watched_title.completions = self.completions;
        watched_title.seconds = self.seconds;
        watched_title.told = self.told;
        watched_title.weight = self.weight;
    }

    fn recorded(watched_title: &WatchedTitle) -> Self {
        Self {
            plays: watched_title.plays,
            completions: watched_title.completions,
            seconds: watched_title.seconds,
            told: watched_title.told,
            weight: watched_title.weight,
        }
    }

    fn agrees_with(&self, other: &Self) -> bool {
        (self.plays, self.completions, self.told) == (other.plays, other.completions, other.told)
            && is_near(self.seconds, other.seconds)
            && is_near(self.weight, other.weight)
    }
}

pub(super) fn is_near(a: f64, b: f64) -> bool {
    (a - b).abs() <= ROUNDING * a.abs().max(b.abs()).max(ROUNDING)
}

impl Ledger {
    /// Makes the sums of a watched title what its plays and states add up to, all of which must be touched. One whose sums are
    /// that already stays as it is.
    pub fn sum_up(&mut self, rules: &WatchRules, key: (ProfileId, TitleId), now: DateTime<Utc>) {
        let sums = Sums::of(rules, self.plays_of(key), self.states_of(key));
        let Some(watched_title) = self.watched_titles.get(key) else {
            return;
        };
        if !sums.agrees_with(&Sums::recorded(watched_title)) {
            let mut watched_title = WatchedTitle {
                stamp: Stamp::next(watched_title.stamp, now),
                ..watched_title.clone()
            };
            sums.write(&mut watched_title);
            self.watched_titles.put(key, watched_title);
        }
    }
}

/// What computing sums came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summed {
    /// How many watched titles said something else.
    pub changed: usize,
    /// How many could not be computed.
    pub left: usize,
}

/// Whether of several updates one alone may have failed like this.
fn may_be_of_one(error: &WatchError) -> bool {
    matches!(
        error,
        WatchError::ProfileErased
            | WatchError::Store(StoreError::Failed(_) | StoreError::Unavailable(_))
    )
}

impl WatchService {
    /// The days after which a play weighs half, as the settings say.
    pub fn half_life_days(&self) -> f64 {
        self.rules.half_life_days
    }

    /// Makes the sums of watched titles what their plays add up to, by the half-life of the settings. What cannot be
    /// read, or not within the time that a store has, keeps nothing else waiting: it is named in the log and left.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn sum_up(&self, keys: &[(ProfileId, TitleId)]) -> Result<Summed, WatchError> {
        match self.try_sum_up(keys).await {
            Ok(changed) => return Ok(Summed { changed, left: 0 }),
            Err(error) if !may_be_of_one(&error) => return Err(error),
            Err(_) => {}
        }
        let mut summed = Summed::default();
        for key in keys {
            match self.try_sum_up(std::slice::from_ref(key)).await {
                Ok(changed) => summed.changed += changed,
                // Somebody was erased meanwhile.
                Err(WatchError::ProfileErased) => {}
                Err(error) if may_be_of_one(&error) => {
                    let (profile, title) = *key;
                    // A store that is away as a whole is no fault of this one.
                    if matches!(error, WatchError::Store(StoreError::Unavailable(_))) {
                        let history = &self.ports.history;
                        history.watched_titles(profile, &[title]).await?;
                    }
                    summed.left += 1;
                    tracing::error!(
                        %profile,
                        %title,
                        error = &error as &dyn std::error::Error,
                        "The sums of a watched title cannot be computed, and stay as they are"
                    );
                }
                Err(error) => return Err(error),
            }
        }
        Ok(summed)
    }

    async fn try_sum_up(&self, keys: &[(ProfileId, TitleId)]) -> Result<usize, WatchError> {
        if keys.is_empty() {
            return Ok(0);
        }
        let touched: Vec<Touched> = keys
            .iter()
            .map(|(profile, title)| Touched::WholeTitle(*profile, *title))
            .collect();
        let (rules, now, keys) = (self.rules, self.clock.now(), keys.to_vec());
        let change: Change = Arc::new(move |ledger| {
            for key in &keys {
                ledger.sum_up(&rules, *key, now);
            }
            Ok(())
        });
        let ledger = self.ports.recorder.maintain(&touched, change).await?;
        Ok(ledger.watched_titles.changed().count())
    }

    /// Which of these watched titles do not say what their plays add up to, by the half-life of the settings. Those
    /// that were written meanwhile are passed over.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn wrong_sums(
        &self,
        watched_titles: &[WatchedTitle],
    ) -> Result<Vec<(ProfileId, TitleId)>, WatchError> {
        let mut wrong = Vec::new();
        for of_profile in watched_titles.chunk_by(|a, b| a.profile == b.profile) {
            let Some(first) = of_profile.first() else {
                continue;
            };
            let profile = first.profile;
            let titles: Vec<TitleId> = of_profile.iter().map(|one| one.title).collect();
            let history = &self.ports.history;
            let plays = history.plays_of_titles(profile, &titles).await?;
            let told = of_profile.iter().filter(|one| one.told > 0);
            let told: Vec<TitleId> = told.map(|one| one.title).collect();
            let states = match told.as_slice() {
                [] => Vec::new(),
                told => history.states_of_titles(profile, told).await?,
            };
            let differs = |watched_title: &&WatchedTitle| {
                let title = watched_title.title;
                let plays = plays.iter().filter(|play| play.title == title);
                let states = states.iter().filter(|state| state.title == title);
                let sums = Sums::of(&self.rules, plays, states);
                !sums.agrees_with(&Sums::recorded(watched_title))
            };
            let differing: BTreeMap<TitleId, &WatchedTitle> = of_profile
                .iter()
                .filter(differs)
                .map(|watched_title| (watched_title.title, watched_title))
                .collect();
            if differing.is_empty() {
                continue;
            }
            // A write changes the plays and what they add up to together: one of the same revision was never between.
            let titles: Vec<TitleId> = differing.keys().copied().collect();
            let again = history.watched_titles(profile, &titles).await?;
            let still = again.iter().filter(|now| {
                let before = differing.get(&now.title);
                before.is_some_and(|before| before.stamp.revision == now.stamp.revision)
            });
            let mut still: Vec<TitleId> = still.map(|one| one.title).collect();
            still.sort_unstable();
            wrong.extend(still.into_iter().map(|title| (profile, title)));
        }
        Ok(wrong)
    }
}

//! Watching a series once more from its beginning. It is found in what was watched and when, and noted nowhere: so it is
//! the same in whatever order that was reported, and deleting a play undoes what it began.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, NaiveDate, Utc};

use super::next_up::{Specials, behind, was_shown};
use super::types::{Play, Told, WatchState, WatchedItem};
use crate::domain::catalog::{Episode, RunPlace};
use crate::domain::ids::EpisodeId;

/// A series that is being watched again.
///
/// It begins with the first episode, watched to the end after every regular one that had been shown by then was, and
/// begins anew with the same. It is over when nothing is left behind the episode that was watched last.
#[derive(Debug, Clone, PartialEq)]
pub struct Rewatch {
    /// When the first episode was begun again.
    pub started_at: DateTime<Utc>,
    /// How many regular episodes were watched since.
    pub watched: u64,
    /// The first episode behind the one that was watched last that was not watched since.
    pub next: Option<Episode>,
}

/// An episode that was watched to the end.
struct Watch<'e> {
    /// When that was begun, or, of what was watched elsewhere, when it was, as far as anybody knows.
    at: DateTime<Utc>,
    place: RunPlace,
    episode: &'e Episode,
}

/// What was watched since a rewatch began.
struct Again {
    started_at: DateTime<Utc>,
    seen: HashSet<EpisodeId>,
    /// The place of the latest.
    last: RunPlace,
}

impl Rewatch {
    /// Whether there may be one by the states of the episodes of a series, so that its plays are worth reading.
    pub(super) fn may_be(episodes: &[Episode], states: &HashMap<EpisodeId, WatchState>) -> bool {
        let state = first_of(episodes).and_then(|(_, first)| states.get(&first.id));
        state.is_some_and(|state| state.watched && state.ends() > 1)
    }

    /// The rewatch that goes on, by the episodes of a series, and all states and plays of them; `None`: there is none.
    pub(super) fn find(
        episodes: &[Episode],
        states: &HashMap<EpisodeId, WatchState>,
        plays: &[Play],
        specials: Specials,
        today: NaiveDate,
    ) -> Option<Self> {
        let (beginning, first) = first_of(episodes)?;
        // In order: after each watch it is asked what is next.
        let mut run: Vec<(RunPlace, &Episode)> = behind(episodes, None, specials).collect();
        run.sort_unstable_by_key(|(place, _)| *place);
        let mut seen: HashSet<EpisodeId> = HashSet::new();
        let mut again: Option<Again> = None;
        for watch in watches(episodes, states, plays) {
            let (id, day) = (watch.episode.id, watch.at.date_naive());
            let begins = id == first.id && {
                let mut shown = regular(episodes).filter(|episode| was_shown(episode, day));
                let is_complete = shown.all(|episode| seen.contains(&episode.id));
                is_complete && seen.contains(&id)
            };
            seen.insert(id);
            if begins {
                again = Some(Again {
                    started_at: watch.at,
                    seen: HashSet::from([id]),
                    last: beginning,
                });
            } else if let Some(again) = &mut again {
                again.seen.insert(id);
                again.last = watch.place;
            }
            let is_over = |again: &Again| again.next(&run, day).is_none();
            if again.as_ref().is_some_and(is_over) {
                again = None;
            }
        }
        let again = again?;
        let watched = regular(episodes).filter(|episode| again.seen.contains(&episode.id));
        Some(Self {
            started_at: again.started_at,
            watched: watched.count() as u64,
            next: again.next(&run, today).cloned(),
        })
    }
}

impl Again {
    /// The first episode of a run, in order, behind the latest that was shown by a day and not watched since.
    fn next<'e>(&self, run: &[(RunPlace, &'e Episode)], day: NaiveDate) -> Option<&'e Episode> {
        let behind = run.partition_point(|(place, _)| *place <= self.last);
        let mut left = run[behind..].iter().map(|(_, episode)| *episode);
        left.find(|episode| was_shown(episode, day) && !self.seen.contains(&episode.id))
    }
}

/// The first regular episode, and its place.
fn first_of(episodes: &[Episode]) -> Option<(RunPlace, &Episode)> {
    behind(episodes, None, Specials::PassedOver).min_by_key(|(place, _)| *place)
}

fn regular(episodes: &[Episode]) -> impl Iterator<Item = &Episode> {
    episodes.iter().filter(|episode| episode.season > 0)
}

/// What was watched to the end of what counts as watched, the earliest first.
fn watches<'e>(
    episodes: &'e [Episode],
    states: &HashMap<EpisodeId, WatchState>,
    plays: &[Play],
) -> Vec<Watch<'e>> {
    let mut times: HashMap<EpisodeId, Vec<DateTime<Utc>>> = HashMap::new();
    for play in plays.iter().filter(|play| play.completed) {
        if let WatchedItem::Episode(id) = play.item {
            times.entry(id).or_default().push(play.started_at);
        }
    }
    let mut watches = Vec::new();
    for episode in episodes {
        let Some(state) = states.get(&episode.id).filter(|state| state.watched) else {
            continue;
        };
        // A special that belongs nowhere is before and behind nothing.
        let Some(place) = episode.run_place() else {
            continue;
        };
        let played = times.remove(&episode.id).unwrap_or_default();
        // What was said of the very moment of a play is no watch besides.
        let told = state.told.and_then(Told::dated);
        let told = told.filter(|at| !played.contains(at));
        watches.extend(
            played
                .into_iter()
                .chain(told)
                .map(|at| Watch { at, place, episode }),
        );
    }
    watches.sort_unstable_by_key(|watch| (watch.at, watch.place));
    watches
}

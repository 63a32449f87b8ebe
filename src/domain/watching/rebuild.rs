//! Plays, states and watched titles made anew: from the log of a profile where all of it is still there, else the states
//! and sums from the plays. The same finds what has drifted.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::error::WatchError;
use super::ledger::{Change, Ledger};
use super::log::Replayed;
use super::rows::Rows;
use super::service::WatchService;
use super::set_aside::without_play;
use super::sums::{Sums, is_near};
use super::touched::{PlayRef, Touched};
use super::types::{Play, Told, WatchState, WatchedItem, WatchedTitle};
use crate::domain::ids::{PlayId, ProfileId, TitleId};
use crate::domain::page::MAX_PAGE;
use crate::domain::stamp::Stamp;

/// How many titles of a profile are made anew together.
const AT_ONCE: usize = 100;

/// A row that is not what the log, or the plays, make of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drifted {
    Play(PlayId),
    State(WatchedItem),
    Title(TitleId),
}

/// What making rows anew came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rebuilt {
    /// How many profiles were looked at.
    pub profiles: usize,
    /// Of how many the log is no longer whole, so that their plays are what everything else was made from.
    pub from_plays: usize,
    /// How many rows were others.
    pub changed: usize,
    /// How many titles of profiles were written meanwhile, and are left as they are.
    pub left: usize,
}

/// The rows of some titles of a profile.
#[derive(Debug, Clone, Default)]
struct OfTitles {
    plays: BTreeMap<PlayId, Play>,
    states: BTreeMap<WatchedItem, WatchState>,
    titles: BTreeMap<TitleId, WatchedTitle>,
    /// The revisions of the titles from before these rows were read.
    revisions: BTreeMap<TitleId, u64>,
}

impl WatchService {
    /// Some of the profiles that anything is recorded of in the log, those after one; none: there are no more.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn profiles_in_log(
        &self,
        after: Option<ProfileId>,
    ) -> Result<Vec<ProfileId>, WatchError> {
        Ok(self.ports.settling.profiles_in_log(after).await?)
    }

    /// Which rows of a profile have drifted.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn drifted(&self, profile: ProfileId) -> Result<Vec<Drifted>, WatchError> {
        let (_, pages) = self.expected(profile).await?;
        let mut drifted = Vec::new();
        for (stored, expected) in pages {
            let differences = stored.differences(&expected);
            if differences.is_empty() {
                continue;
            }
            let written = self.stored(profile, stored.titles.keys().copied()).await?;
            drifted.extend(
                differences
                    .into_iter()
                    // What was written meanwhile is another for that.
                    .filter(|(title, _)| {
                        let now = written.titles.get(title).map(|it| it.stamp.revision);
                        stored.revisions.get(title).copied() == now
                    })
                    .map(|(_, drifted)| drifted),
            );
        }
        Ok(drifted)
    }

    /// Makes the rows of a profile anew.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn rebuild_watches(&self, profile: ProfileId) -> Result<Rebuilt, WatchError> {
        let (is_whole, pages) = self.expected(profile).await?;
        let mut rebuilt = Rebuilt {
            profiles: 1,
            from_plays: usize::from(!is_whole),
            ..Rebuilt::default()
        };
        for (stored, expected) in pages {
            let differences = stored.differences(&expected);
            if differences.is_empty() {
                continue;
            }
            let titles: BTreeSet<TitleId> = differences.iter().map(|(title, _)| *title).collect();
            let touched = expected.touched(profile, &titles);
            let now = self.clock.now();
            let change: Change = Arc::new(move |ledger: &mut Ledger| {
                for title in &titles {
                    let there = ledger.watched_titles.get((profile, *title));
                    if there.map(|it| it.stamp.revision) == stored.revisions.get(title).copied() {
                        expected.put(ledger, *title, now);
                    }
                }
                Ok(())
            });
            let asked: BTreeSet<TitleId> = differences.iter().map(|(title, _)| *title).collect();
            let ledger = self.ports.recorder.maintain(&touched, change).await?;
            let written = ledger.watched_titles.changed().count();
            // Plays that were deleted have no title.
            let titled = asked.len() - usize::from(asked.contains(&Play::NOTHING));
            rebuilt.left += titled - written.min(titled);
            rebuilt.changed += ledger.plays.changed().count()
                + ledger.states.changed().count()
                + ledger.states.removed().count()
                + ledger.watched_titles.changed().count();
        }
        Ok(rebuilt)
    }

    /// The rows of a profile as they are and as they should be, some titles at a time, and whether its log says so. The
    /// revisions in them are those from before anything else was read: whatever is written meanwhile has others.
    async fn expected(
        &self,
        profile: ProfileId,
    ) -> Result<(bool, Vec<(OfTitles, OfTitles)>), WatchError> {
        self.ports.settling.settle(profile).await?;
        let mut titles: BTreeSet<TitleId> = BTreeSet::new();
        let mut revisions: BTreeMap<TitleId, u64> = BTreeMap::new();
        loop {
            let after = titles.last().copied();
            let page = self.watched_titles_after(profile, after).await?;
            if page.is_empty() {
                break;
            }
            titles.extend(page.iter().map(|watched_title| watched_title.title));
            revisions.extend(page.iter().map(|it| (it.title, it.stamp.revision)));
        }
        let replayed = self.ports.settling.replay(profile).await?;
        let in_log = replayed.iter().flat_map(|it| it.rows.watched_titles.all());
        titles.extend(in_log.map(|watched_title| watched_title.title));
        let has_deleted = |it: &Replayed| it.rows.plays.all().any(Play::is_deleted);
        if replayed.as_ref().is_some_and(has_deleted) {
            // So that they stay deleted where their rows were lost.
            titles.insert(Play::NOTHING);
        }
        let titles: Vec<TitleId> = titles.into_iter().collect();
        let mut stored = Vec::new();
        for page in titles.chunks(AT_ONCE) {
            let mut rows = self.stored(profile, page.iter().copied()).await?;
            rows.revisions = revisions
                .iter()
                .filter(|(title, _)| page.contains(title))
                .map(|(title, revision)| (*title, *revision))
                .collect();
            stored.push(rows);
        }
        let replayed = replayed.filter(|it| stored.iter().all(|stored| stored.is_in(it)));
        let is_whole = replayed.is_some();
        let pages = stored.into_iter().zip(titles.chunks(AT_ONCE));
        let pages = pages.map(|(stored, titles)| {
            let expected = match &replayed {
                Some(Replayed { rows, .. }) => OfTitles::replayed(rows, titles, &stored),
                None => stored.recounted(self, profile),
            };
            (stored, expected)
        });
        Ok((is_whole, pages.collect()))
    }

    async fn stored(
        &self,
        profile: ProfileId,
        titles: impl Iterator<Item = TitleId>,
    ) -> Result<OfTitles, WatchError> {
        let titles: Vec<TitleId> = titles.collect();
        let history = &self.ports.history;
        let plays = history.plays_of_titles(profile, &titles).await?;
        let mut states = history.states_of_titles(profile, &titles).await?;
        // Those of whole series are in no list.
        let series: Vec<WatchedItem> = titles.iter().map(|it| WatchedItem::Series(*it)).collect();
        for series in series.chunks(MAX_PAGE) {
            states.extend(history.states(profile, series).await?);
        }
        let watched_titles = history.watched_titles(profile, &titles).await?;
        Ok(OfTitles {
            plays: plays.into_iter().map(|play| (play.id, play)).collect(),
            states: states
                .into_iter()
                .map(|state| (state.item, state))
                .collect(),
            titles: watched_titles
                .into_iter()
                .map(|watched_title| (watched_title.title, watched_title))
                .collect(),
            revisions: BTreeMap::new(),
        })
    }
}

impl OfTitles {
    /// Whether everything here was recorded since the log began.
    fn is_in(&self, replayed: &Replayed) -> bool {
        let since = |stamp: &Stamp| stamp.created_at >= replayed.since;
        self.plays.values().all(|play| {
            let key = (play.profile, play.id);
            since(&play.stamp) && replayed.rows.plays.get(key).is_some()
        }) && self.titles.values().all(|it| since(&it.stamp))
    }

    /// What the log says of titles. When a series goes on is not in it.
    fn replayed(rows: &Ledger, titles: &[TitleId], stored: &Self) -> Self {
        let titles: BTreeSet<TitleId> = titles.iter().copied().collect();
        let of_titles = rows.watched_titles.all();
        let of_titles = of_titles.filter(|it| titles.contains(&it.title)).map(|it| {
            let there = stored.titles.get(&it.title);
            let next_day = there.map_or(it.next_day, |there| there.next_day);
            let it = WatchedTitle {
                next_day,
                ..it.clone()
            };
            (it.title, it)
        });
        let plays = rows.plays.all().filter(|it| titles.contains(&it.title));
        let states = rows.states.all().filter(|it| titles.contains(&it.title));
        Self {
            titles: of_titles.collect(),
            plays: plays.map(|it| (it.id, it.clone())).collect(),
            states: states.map(|it| (it.item, it.clone())).collect(),
            revisions: BTreeMap::new(),
        }
    }

    /// What the plays say. Where to resume, and what the viewer said of a title and its items, is not in them.
    fn recounted(&self, service: &WatchService, profile: ProfileId) -> Self {
        let mut expected = self.clone();
        let mut by_item: BTreeMap<WatchedItem, Vec<&Play>> = BTreeMap::new();
        let mut by_title: BTreeMap<TitleId, Vec<&Play>> = BTreeMap::new();
        for play in self.plays.values() {
            by_item.entry(play.item).or_default().push(play);
            by_title.entry(play.title).or_default().push(play);
        }
        // What was only said of it: nothing is counted.
        for state in expected.states.values_mut() {
            if let Some(told) = state.told
                && !by_item.contains_key(&state.item)
            {
                (state.plays, state.completions, state.seconds) = (0, 0, 0.0);
                state.watched = told.is_watched();
            }
        }
        for (item, plays) in by_item {
            let sums = Sums::of(&service.rules, plays.iter().copied(), std::iter::empty());
            let Some(last) = plays.iter().max_by_key(|play| play.last_at) else {
                continue;
            };
            let state = expected.states.entry(item).or_insert_with(|| {
                let play_ref = PlayRef {
                    profile,
                    play: last.id,
                    item,
                    title: last.title,
                };
                WatchState {
                    stamp: last.stamp,
                    ..WatchState::new(&play_ref, last.last_at, last.stamp.updated_at)
                }
            });
            state.plays = sums.plays;
            state.completions = sums.completions;
            state.watched = match state.told {
                Some(told) => told.is_watched(),
                None => sums.completions > 0,
            };
            state.seconds = sums.seconds;
            let told = state.told.and_then(Told::at);
            state.last_played_at = told.map_or(last.last_at, |at| at.max(last.last_at));
        }
        for (title, plays) in by_title {
            let states = self.states.values().filter(|state| state.title == title);
            let sums = Sums::of(&service.rules, plays.iter().copied(), states);
            let (Some(first_at), Some(last)) = (
                plays.iter().map(|play| play.started_at).min(),
                plays.iter().max_by_key(|play| play.last_at),
            ) else {
                continue;
            };
            let is_series = !matches!(last.item, WatchedItem::Film(_));
            let watched_title = expected.titles.entry(title).or_insert_with(|| {
                let now = last.stamp.updated_at;
                WatchedTitle::new((profile, title), is_series, last.last_at, now)
            });
            sums.write(watched_title);
            (watched_title.first_at, watched_title.last_at) = (first_at, last.last_at);
        }
        expected
    }

    /// What differs, with the title that it belongs to.
    fn differences(&self, expected: &Self) -> Vec<(TitleId, Drifted)> {
        let mut differences = Vec::new();
        for (id, play) in &expected.plays {
            let there = self.plays.get(id);
            if there.is_none_or(|there| !is_same_play(there, play)) {
                differences.push((play.title, Drifted::Play(*id)));
            }
        }
        for (item, state) in &expected.states {
            let there = self.states.get(item);
            if there.is_none_or(|there| !is_same_state(there, state)) {
                differences.push((state.title, Drifted::State(*item)));
            }
        }
        for (item, state) in &self.states {
            if !expected.states.contains_key(item) {
                differences.push((state.title, Drifted::State(*item)));
            }
        }
        for (title, watched_title) in &expected.titles {
            let there = self.titles.get(title);
            if there.is_none_or(|there| !is_same_title(there, watched_title)) {
                differences.push((*title, Drifted::Title(*title)));
            }
        }
        differences
    }

    fn touched(&self, profile: ProfileId, titles: &BTreeSet<TitleId>) -> Vec<Touched> {
        let whole = titles.iter();
        let whole = whole.map(|title| Touched::WholeTitle(profile, *title));
        let plays = self.plays.values();
        let plays = plays.filter(|play| titles.contains(&play.title));
        let plays = plays.map(|play| {
            Touched::Play(PlayRef {
                profile,
                play: play.id,
                item: play.item,
                title: play.title,
            })
        });
        // The states of series as a whole are found by their keys alone.
        let series = titles.iter().map(|title| {
            let series = WatchedItem::Series(*title);
            Touched::Play(without_play(profile, series, *title))
        });
        whole.chain(plays).chain(series).collect()
    }

    /// Writes the rows of a title that are others, and removes the states that are not to be.
    fn put(&self, ledger: &mut Ledger, title: TitleId, now: DateTime<Utc>) {
        for (id, play) in self.plays.iter().filter(|(_, play)| play.title == title) {
            let key = (play.profile, *id);
            put(
                &mut ledger.plays,
                key,
                play,
                is_same_play,
                |play, before| {
                    play.stamp = next(before.map(|it| it.stamp), play.stamp, now);
                },
            );
        }
        for (item, state) in self.states.iter().filter(|(_, it)| it.title == title) {
            let key = (state.profile, *item);
            put(
                &mut ledger.states,
                key,
                state,
                is_same_state,
                |state, before| {
                    state.stamp = next(before.map(|it| it.stamp), state.stamp, now);
                },
            );
        }
        let there = ledger.states.all().filter(|it| it.title == title);
        let gone = there.filter(|it| !self.states.contains_key(&it.item));
        let gone: Vec<_> = gone.map(|it| (it.profile, it.item)).collect();
        for key in gone {
            ledger.states.remove(key);
        }
        if let Some(watched_title) = self.titles.get(&title) {
            // Always, so that it is projected with all that it was made from.
            let key = (watched_title.profile, title);
            let before = ledger.watched_titles.get(key).map(|it| it.stamp);
            let watched_title = WatchedTitle {
                stamp: next(before, watched_title.stamp, now),
                ..watched_title.clone()
            };
            ledger.watched_titles.put(key, watched_title);
        }
    }
}

fn put<K: Copy + Ord, V: Clone>(
    rows: &mut Rows<K, V>,
    key: K,
    row: &V,
    is_same: impl Fn(&V, &V) -> bool,
    stamp: impl Fn(&mut V, Option<&V>),
) {
    let before = rows.get(key).cloned();
    if before.as_ref().is_none_or(|before| !is_same(before, row)) {
        let mut row = row.clone();
        stamp(&mut row, before.as_ref());
        rows.put(key, row);
    }
}

/// The stamp of a row that is made anew: beyond what the graph may have of a row that was lost.
fn next(before: Option<Stamp>, replayed: Stamp, now: DateTime<Utc>) -> Stamp {
    let before = before.unwrap_or(replayed);
    let revision = before.revision.max(replayed.revision);
    Stamp { revision, ..before }.next(now)
}

fn is_same_play(a: &Play, b: &Play) -> bool {
    let b = Play {
        stamp: a.stamp,
        ..b.clone()
    };
    *a == b
}

fn is_same_state(a: &WatchState, b: &WatchState) -> bool {
    let other = WatchState {
        stamp: a.stamp,
        seconds: a.seconds,
        ..b.clone()
    };
    *a == other && is_near(a.seconds, b.seconds)
}

fn is_same_title(a: &WatchedTitle, b: &WatchedTitle) -> bool {
    let other = WatchedTitle {
        stamp: a.stamp,
        seconds: a.seconds,
        weight: a.weight,
        ..b.clone()
    };
    *a == other && is_near(a.seconds, b.seconds) && is_near(a.weight, b.weight)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_that_the_log_does_not_know_is_found_and_removed() {
        let (profile, title) = (ProfileId(1), TitleId(2));
        let at = DateTime::<Utc>::UNIX_EPOCH;
        let rows = |items: &[WatchedItem]| {
            let states = items.iter().map(|item| {
                let play_ref = without_play(profile, *item, title);
                (*item, WatchState::new(&play_ref, at, at))
            });
            OfTitles {
                states: states.collect(),
                ..OfTitles::default()
            }
        };
        let (film, series) = (WatchedItem::Film(title), WatchedItem::Series(title));
        let (stored, expected) = (rows(&[film, series]), rows(&[film]));
        let states = stored.states.iter();
        let states = states.map(|(item, state)| ((profile, *item), state.clone()));
        let mut ledger = Ledger::stored(
            Rows::stored([]),
            Rows::stored(states),
            Rows::stored([]),
            Rows::stored([]),
        );

        let differences = stored.differences(&expected);
        expected.put(&mut ledger, title, at);

        assert_eq!(differences, [(title, Drifted::State(series))]);
        let removed: Vec<_> = ledger.states.removed().collect();
        assert_eq!(removed, [(profile, series)]);
        let touched = expected.touched(profile, &BTreeSet::from([title]));
        let series = without_play(profile, series, title);
        assert!(touched.contains(&Touched::Play(series)), "{touched:?}");
    }
}

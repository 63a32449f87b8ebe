//! What was watched elsewhere: lists that are loaded, what viewers bring with an import, and taking back what an import
//! brought.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::{DateTime, SubsecRound, Utc};
use futures::future::{join_all, try_join_all};
use serde::{Deserialize, Serialize};

use super::deleting::Deleted;
use super::error::WatchError;
use super::import::ImportedWatch;
use super::ledger::Ledger;
use super::listed::{ListedTitle, TitleList};
use super::log::{Cause, Draft, GoingOn};
use super::rules::WatchRules;
use super::sections::Sections;
use super::service::{TOGETHER, WatchService};
use super::set_aside::without_play;
use super::told::Said;
use super::touched::PlayRef;
use super::types::{Play, Teller, Told, WatchState, WatchedItem, WatchedTitle};
use crate::domain::events::Event;
use crate::domain::ids::{PlayId, ProfileId, TitleId};
use crate::domain::stamp::Stamp;

/// How many titles are changed at the same time.
const TITLES: usize = 50;
/// How many plays are asked for at once.
const NAMES: usize = 500;

/// What an import brought of a title, and nobody else said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Brought {
    pub title: TitleId,
    /// The plays that are in the history by it.
    pub plays: Vec<PlayId>,
    /// The items that are watched by it without a date.
    pub items: Vec<WatchedItem>,
    /// The thumb that it gave, if it gave one.
    pub liked: Option<bool>,
}

impl Brought {
    /// Nothing of a title yet.
    pub fn of(title: TitleId) -> Self {
        Self {
            title,
            plays: Vec::new(),
            items: Vec::new(),
            liked: None,
        }
    }
}

impl Ledger {
    /// Records a watch that happened elsewhere: the same time again is the same watch, and nothing if that was deleted.
    pub fn import(
        &mut self,
        rules: &WatchRules,
        play_ref: &PlayRef,
        watch: &ImportedWatch,
        now: DateTime<Utc>,
    ) -> Result<(), WatchError> {
        if self.is_deleted(play_ref) {
            return Ok(());
        }
        let before = self.play(play_ref)?;
        let play = before
            .clone()
            .unwrap_or_else(|| Play::new(play_ref, watch.at, now));
        self.put_watch(rules, (play_ref, watch), before.as_ref(), play, now);
        Ok(())
    }

    /// The same of a watch that the viewer brings: one that is gone because an import was undone comes again.
    pub fn bring(
        &mut self,
        rules: &WatchRules,
        play_ref: &PlayRef,
        watch: &ImportedWatch,
        now: DateTime<Utc>,
    ) -> Result<(), WatchError> {
        let there = self.plays.get(play_ref.play_key());
        let Some(undone) = there.filter(|play| play.is_undone()) else {
            return self.import(rules, play_ref, watch, now);
        };
        let play = Play {
            stamp: undone.stamp.next(now),
            ..Play::new(play_ref, watch.at, now)
        };
        self.put_watch(rules, (play_ref, watch), None, play, now);
        Ok(())
    }

    fn put_watch(
        &mut self,
        rules: &WatchRules,
        (play_ref, watch): (&PlayRef, &ImportedWatch),
        before: Option<&Play>,
        mut play: Play,
        now: DateTime<Utc>,
    ) {
        play.duration = watch.duration;
        play.measured = false;
        play.position = watch.completion * watch.duration.unwrap_or_default();
        play.sections = if watch.duration.is_some() {
            Sections::from_start(play.position, watch.at)
        } else {
            Sections::default()
        };
        play.completion = watch.completion;
        play.day = watch.day;
        let progress = rules.judge_share(watch.completion, watch.duration);
        play.completed = progress.watched;
        self.settle(rules, play_ref, before, play, Some(progress), now);
        self.like(play_ref, watch, now);
    }

    /// Takes over what the viewer said, unless they have said something else since.
    fn like(&mut self, play_ref: &PlayRef, watch: &ImportedWatch, now: DateTime<Utc>) {
        let key = play_ref.title_key();
        let said = (watch.liked, Some(watch.at));
        if let Some(watched_title) = self.watched_titles.get(key)
            && watch.liked.is_some()
            && (watched_title.liked, watched_title.liked_at) != said
            && watched_title.liked_at.is_none_or(|at| watch.at >= at)
        {
            let watched_title = WatchedTitle {
                liked: watch.liked,
                liked_at: Some(watch.at),
                stamp: watched_title.stamp.next(now),
                ..watched_title.clone()
            };
            self.watched_titles.put(key, watched_title);
        }
    }

    /// Takes back what an import brought of a title, all plays and states of which must be in the ledger. What the viewer
    /// has said otherwise since stays. Idempotent.
    pub fn take_back(
        &mut self,
        rules: &WatchRules,
        profile: ProfileId,
        brought: &Brought,
        now: DateTime<Utc>,
    ) {
        let now = now.trunc_subsecs(3);
        let key = (profile, brought.title);
        // A play without a watched title belongs to a profile that is being erased.
        let Some(title) = self.watched_titles.get(key) else {
            return;
        };
        let is_liked = brought.liked.is_some() && title.liked == brought.liked;
        let title = WatchedTitle {
            liked: None,
            liked_at: None,
            ..title.clone()
        };
        let ids: BTreeSet<PlayId> = brought.plays.iter().copied().collect();
        let plays = self.plays_of(key).filter(|play| ids.contains(&play.id));
        let plays: Vec<Play> = plays.cloned().collect();
        let is_undated = |state: &&WatchState| {
            brought.items.contains(&state.item)
                && matches!(
                    state.told,
                    Some(Told::Watched {
                        at: None,
                        by: Teller::Import,
                        ..
                    })
                )
        };
        let told: Vec<WatchState> = self.states_of(key).filter(is_undated).cloned().collect();
        if plays.is_empty() && told.is_empty() && !is_liked {
            return;
        }
        let mut items: BTreeSet<WatchedItem> = plays.iter().map(|play| play.item).collect();
        for play in &plays {
            self.plays.put((profile, play.id), play.undone(now));
        }
        for state in told {
            items.insert(state.item);
            let state = WatchState {
                told: None,
                ..state
            };
            self.states.put((profile, state.item), state);
        }
        for item in items {
            let of_item = plays.iter().filter(|play| play.item == item);
            let last = of_item.map(|play| play.last_at).max();
            self.settle_left(rules, (profile, item), Deleted::Plays, last, now);
        }
        if is_liked {
            // With the stamp that it has: it is written once, with what else is left of it.
            self.watched_titles.put(key, title);
        }
        self.settle_title_left(rules, key, now);
    }
}

impl WatchService {
    /// Records watches that happened elsewhere. Says how many of them were new. Only an operator loads them, so that no
    /// limit of plays holds. What was recorded when it fails is recorded; the same again changes nothing.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn import(&self, mut watches: Vec<ImportedWatch>) -> Result<usize, WatchError> {
        for watch in &mut watches {
            watch.at = watch.at.trunc_subsecs(3);
        }
        ImportedWatch::keep_last_words(&mut watches);
        let cause = |watches, going_on| Cause::Import { watches, going_on };
        self.record_watches(watches, cause).await
    }

    /// The same of watches that viewers bring with an import: what is gone because an import was undone comes again.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn bring(&self, watches: Vec<ImportedWatch>) -> Result<usize, WatchError> {
        let cause = |watches, going_on| Cause::Bring { watches, going_on };
        self.record_watches(watches, cause).await
    }

    async fn record_watches(
        &self,
        mut watches: Vec<ImportedWatch>,
        cause: fn(Vec<ImportedWatch>, Vec<GoingOn>) -> Cause,
    ) -> Result<usize, WatchError> {
        let rules = self.rules;
        for watch in &mut watches {
            watch.at = watch.at.trunc_subsecs(3);
        }
        let watches = self.without_moved(watches).await?;
        let completed = watches.iter().filter(|watch| {
            let progress = rules.judge_share(watch.completion, watch.duration);
            progress.watched && matches!(watch.item, WatchedItem::Episode(_))
        });
        let going_on = self
            .going_on(completed.map(ImportedWatch::play_ref))
            .await?;
        let mut by_profile: BTreeMap<ProfileId, Vec<ImportedWatch>> = BTreeMap::new();
        for watch in watches {
            by_profile.entry(watch.profile).or_default().push(watch);
        }
        let by_play: HashMap<_, GoingOn> = going_on
            .iter()
            .map(|one| (one.0.play_key(), *one))
            .collect();
        let by_play = &by_play;
        let recorded = by_profile.into_iter().map(|(profile, watches)| async move {
            let mut ledgers = Vec::new();
            for watches in watches.chunks(TOGETHER) {
                let plays = watches.iter().map(ImportedWatch::play_ref);
                let going_on = plays.filter_map(|play| by_play.get(&play.play_key()).copied());
                let draft = Draft {
                    profile,
                    cause: cause(watches.to_vec(), going_on.collect()),
                    may_begin: true,
                };
                ledgers.push((profile, self.ports.recorder.record(draft).await?));
            }
            Ok::<_, WatchError>(ledgers)
        });
        let ledgers = join_all(recorded).await;
        let ledgers: Vec<Vec<(ProfileId, Ledger)>> =
            ledgers.into_iter().collect::<Result<_, _>>()?;
        let ledgers: Vec<(ProfileId, Ledger)> = ledgers.into_iter().flatten().collect();
        let plays = ledgers
            .iter()
            .map(|(_, ledger)| ledger.plays.changed().count());
        let plays = plays.sum();
        // Nobody may come after a command that loads.
        self.ports.settling.fold_own().await?;
        for (_, ledger) in &ledgers {
            let plays = ledger.plays.changed().map(|play| (play.profile, play.id));
            let of_ledger: Vec<GoingOn> = plays
                .filter_map(|play| by_play.get(&play).copied())
                .collect();
            self.look_again(&of_ledger, ledger).await?;
        }
        for (profile, ledger) in &ledgers {
            self.tell_states(*profile, ledger);
        }
        self.events.publish(Event::WatchesChanged);
        Ok(plays)
    }

    /// These watches without those that were brought before as ones of what was merged into theirs since: their plays have the
    /// names that they got then.
    async fn without_moved(
        &self,
        mut watches: Vec<ImportedWatch>,
    ) -> Result<Vec<ImportedWatch>, WatchError> {
        let titles = self.catalog.merged_by_end().await?;
        let episodes = self.catalog.merged_episodes_by_end().await?;
        let names_of = |watch: &ImportedWatch| -> Vec<PlayId> {
            let of_title = |id: TitleId| titles.get(&id).into_iter().flatten().copied();
            let others: Vec<WatchedItem> = match watch.item {
                WatchedItem::Film(id) => of_title(id).map(WatchedItem::Film).collect(),
                WatchedItem::Series(id) => of_title(id).map(WatchedItem::Series).collect(),
                WatchedItem::Episode(id) => {
                    let others = episodes.get(&id).into_iter().flatten().copied();
                    others.map(WatchedItem::Episode).collect()
                }
            };
            let names = others.into_iter();
            names.map(|other| watch.name_at(other)).collect()
        };
        let mut names: BTreeMap<ProfileId, Vec<PlayId>> = BTreeMap::new();
        for watch in &watches {
            let of_profile = names.entry(watch.profile).or_default();
            of_profile.extend(names_of(watch));
        }
        let mut there = HashSet::new();
        for (profile, names) in &names {
            for names in names.chunks(NAMES) {
                let plays = self.ports.history.plays(*profile, names).await?;
                let plays = plays.into_iter().filter(|play| !play.is_undone());
                there.extend(plays.map(|play| play.id));
            }
        }
        watches.retain(|watch| !names_of(watch).iter().any(|name| there.contains(name)));
        Ok(watches)
    }

    /// Records that items of titles were watched, nobody knows when. The items of each title are in their order.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn bring_undated(
        &self,
        profile: ProfileId,
        titles: Vec<(TitleId, Vec<WatchedItem>)>,
    ) -> Result<(), WatchError> {
        let places = titles.iter().filter_map(|(title, items)| {
            let last = *items.last()?;
            let is_episode = matches!(last, WatchedItem::Episode(_));
            is_episode.then(|| without_play(profile, last, *title))
        });
        let all: Vec<GoingOn> = self.going_on(places.collect::<Vec<_>>()).await?;
        let drafts = titles.into_iter().flat_map(|(title, items)| {
            let chunks: Vec<Vec<WatchedItem>> = items.chunks(TOGETHER).map(<[_]>::to_vec).collect();
            let last = chunks.len().saturating_sub(1);
            let of_title: Vec<GoingOn> = all
                .iter()
                .filter(|(play_ref, _)| play_ref.title == title)
                .copied()
                .collect();
            let tell = move |(index, items)| Cause::Tell {
                title,
                items,
                said: Said::Watched { at: None },
                by: Teller::Import,
                going_on: if index == last {
                    of_title.clone()
                } else {
                    Vec::new()
                },
            };
            chunks.into_iter().enumerate().map(tell)
        });
        self.record_causes(profile, drafts.collect()).await
    }

    /// Gives titles the thumbs that an import has for them; a series is said to be one.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn bring_thumbs(
        &self,
        profile: ProfileId,
        thumbs: &[(TitleId, bool, bool)],
    ) -> Result<(), WatchError> {
        let causes = thumbs.iter().map(|(title, is_series, liked)| Cause::Rate {
            title: *title,
            is_series: *is_series,
            liked: Some(*liked),
        });
        self.record_causes(profile, causes.collect()).await
    }

    /// Puts a title on the watchlist of a profile, if it is not there.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn bring_to_watchlist(
        &self,
        profile: ProfileId,
        title: TitleId,
    ) -> Result<(), WatchError> {
        let list = TitleList::Watchlist;
        let record = ListedTitle {
            profile,
            title,
            stamp: Stamp::first(self.now()),
        };
        let feedback = &self.ports.feedback;
        feedback.list_title(list, &record, list.most()).await
    }

    /// Takes titles off the watchlist of a profile.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn take_off_watchlist(
        &self,
        profile: ProfileId,
        titles: &[TitleId],
    ) -> Result<(), WatchError> {
        let (feedback, list) = (&self.ports.feedback, TitleList::Watchlist);
        for title in titles {
            feedback.unlist_title(list, profile, *title).await?;
        }
        Ok(())
    }

    /// Takes back what an import brought. What the viewer has said otherwise since stays. The same again changes nothing.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn take_back(
        &self,
        profile: ProfileId,
        brought: Vec<Brought>,
    ) -> Result<(), WatchError> {
        let named = brought.iter().flat_map(|it| it.plays.iter().copied());
        let named: Vec<PlayId> = named.collect();
        let causes = brought
            .into_iter()
            .map(|brought| Cause::TakeBack { brought });
        self.record_causes(profile, causes.collect()).await?;
        // What is there all the same was moved since: its title was merged into another.
        let mut moved: BTreeMap<TitleId, Brought> = BTreeMap::new();
        for names in named.chunks(NAMES) {
            let plays = self.ports.history.plays(profile, names).await?;
            for play in plays.into_iter().filter(|play| !play.is_deleted()) {
                let title = play.title;
                let brought = moved.entry(title).or_insert_with(|| Brought::of(title));
                brought.plays.push(play.id);
            }
        }
        let causes = moved
            .into_values()
            .map(|brought| Cause::TakeBack { brought });
        self.record_causes(profile, causes.collect()).await
    }

    /// The plays with these names, those too of which nothing is left but the name.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn named_plays(
        &self,
        profile: ProfileId,
        names: &[PlayId],
    ) -> Result<Vec<Play>, WatchError> {
        Ok(self.ports.history.plays(profile, names).await?)
    }

    /// All plays of a profile at these titles.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn plays_of_titles(
        &self,
        profile: ProfileId,
        titles: &[TitleId],
    ) -> Result<Vec<Play>, WatchError> {
        Ok(self.ports.history.plays_of_titles(profile, titles).await?)
    }

    /// Records causes that are of a title each, some at the same time.
    async fn record_causes(
        &self,
        profile: ProfileId,
        causes: Vec<Cause>,
    ) -> Result<(), WatchError> {
        for causes in causes.chunks(TITLES) {
            let recorded = causes.iter().cloned();
            let recorded = recorded.map(|cause| self.record_of(profile, cause));
            try_join_all(recorded).await?;
        }
        Ok(())
    }
}

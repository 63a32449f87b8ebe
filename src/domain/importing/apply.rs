//! What rows bring, and taking it back. Each step first writes down what it is about to do, so that whoever does it again
//! does the same, and whatever was there before stays when an import is undone.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::entry::{ImportedAt, ImportedWhat};
use super::error::ImportError;
use super::import::{Does, Effect, Import, ImportRow, RowState};
use super::preview::thumb;
use super::same_watch::{Coming, noon, same_plays};
use super::service::{ImportService, Scope};
use crate::domain::catalog::Visibility;
use crate::domain::ids::{EpisodeId, PlayId, ProfileId, TitleId};
use crate::domain::watching::{Brought, ImportedWatch, Play, TitleList, WatchError, WatchedItem};

/// What is known of the items of some rows.
#[derive(Default)]
struct Facts {
    /// How long they are, in seconds.
    durations: HashMap<WatchedItem, f64>,
    /// Where episodes stand in their series.
    places: HashMap<EpisodeId, (u32, u32)>,
}

/// How a profile stands with what rows are about to bring, by the keys of it.
#[derive(Default)]
struct Standing {
    /// What is there already.
    there: HashSet<String>,
    /// What the viewer deleted or said otherwise: no import changes that.
    refused: HashSet<String>,
}

impl Standing {
    /// Whether something is there by imports alone, or is to be; other imports may have brought it.
    fn is_own(&self, does: Does, is_claimed: bool) -> bool {
        let key = does.key();
        if self.refused.contains(&key) {
            return false;
        }
        match (self.there.contains(&key), does) {
            (true, _) => is_claimed,
            // What an import brought and is not there any more the viewer took off.
            (false, Does::List { .. }) => !is_claimed,
            (false, _) => true,
        }
    }
}

/// A row, what it does, and the watch that it is, if it is one.
struct Bringing {
    row: ImportRow,
    does: Does,
    watch: Option<ImportedWatch>,
}

impl ImportService {
    /// Brings what rows say that were matched. Idempotent.
    pub(super) async fn apply_rows(
        &self,
        profile: ProfileId,
        rows: Vec<ImportRow>,
    ) -> Result<(), ImportError> {
        let facts = self.facts(&rows).await?;
        let bringing = rows.into_iter().filter_map(|row| bringing(row, &facts));
        let mut bringing: Vec<Bringing> = bringing.collect();
        if bringing.is_empty() {
            return Ok(());
        }
        self.plan(profile, &mut bringing).await?;
        bringing.retain(|one| one.row.effect.as_ref().is_some_and(|effect| effect.is_own));
        let watches = bringing.iter_mut().filter_map(|one| one.watch.take());
        let watches: Vec<ImportedWatch> = watches.collect();
        if !watches.is_empty() {
            self.watching.bring(watches).await?;
        }
        self.tell(profile, &bringing, &facts).await?;
        self.like(profile, &bringing).await?;
        self.list(profile, bringing).await
    }

    /// Takes back what rows brought, but for what others say. Idempotent.
    pub(super) async fn take_back_rows(
        &self,
        import: &Import,
        mut rows: Vec<ImportRow>,
        scope: Scope,
    ) -> Result<(), ImportError> {
        rows.retain(|row| row.effect.is_some());
        let effects = rows.iter().filter_map(|row| row.effect.clone());
        let own = effects
            .filter(|effect| effect.is_own)
            .map(|effect| effect.does);
        let own: Vec<Does> = own.collect();
        for row in &mut rows {
            row.effect = None;
        }
        if scope == Scope::Row {
            // So that it is no longer among those who say it.
            self.put_rows(import.profile, &rows).await?;
        }
        let keys: Vec<String> = own.iter().map(|does| does.key()).collect();
        let claims = self.ports.store.claims(import.profile, &keys).await?;
        let others = claims.into_iter();
        let others = others.filter(|(_, id)| scope == Scope::Row || *id != import.id);
        let said: HashSet<String> = others.map(|(key, _)| key).collect();
        let mut by_title: BTreeMap<TitleId, Brought> = BTreeMap::new();
        let mut listed = Vec::new();
        for does in own.into_iter().filter(|does| !said.contains(&does.key())) {
            let title = does.title();
            if let Does::List { title } = does {
                listed.push(title);
                continue;
            }
            let brought = by_title.entry(title);
            let brought = brought.or_insert_with(|| Brought::of(title));
            match does {
                Does::Play { play, .. } => brought.plays.push(play),
                Does::Tell { item, .. } => brought.items.push(item),
                Does::Like { liked, .. } => brought.liked = Some(liked),
                Does::List { .. } => {}
            }
        }
        let brought = by_title.into_values().collect();
        self.watching.take_back(import.profile, brought).await?;
        self.watching
            .take_off_watchlist(import.profile, &listed)
            .await?;
        if scope == Scope::Import {
            self.put_rows(import.profile, &rows).await?;
        }
        Ok(())
    }

    async fn facts(&self, rows: &[ImportRow]) -> Result<Facts, ImportError> {
        let found = || rows.iter().filter_map(|row| row.found);
        let mut titles: Vec<TitleId> = found().map(|found| found.is.title).collect();
        titles.sort_unstable();
        titles.dedup();
        let episodes = found().filter_map(|found| match found.is.item {
            WatchedItem::Episode(id) => Some(id),
            WatchedItem::Film(_) | WatchedItem::Series(_) => None,
        });
        let mut episodes: Vec<EpisodeId> = episodes.collect();
        episodes.sort_unstable();
        episodes.dedup();
        // Who matched them may see them; how long they are is no secret of theirs.
        let everything = Visibility::everything();
        let titles = self.catalog.titles(&everything, &titles).await?;
        let mut facts = Facts::default();
        let mut usual: HashMap<TitleId, u32> = HashMap::new();
        for title in titles {
            if let Some(seconds) = title.duration {
                let film = WatchedItem::Film(title.id);
                facts.durations.insert(film, f64::from(seconds));
            }
            usual.extend(title.episode_duration.map(|seconds| (title.id, seconds)));
        }
        for episode in self.catalog.episodes(&everything, &episodes).await? {
            let usual = usual.get(&episode.series).copied();
            if let Some(seconds) = episode.duration.or(usual) {
                let item = WatchedItem::Episode(episode.id);
                facts.durations.insert(item, f64::from(seconds));
            }
            facts.places.insert(episode.id, episode.ordinal());
        }
        Ok(facts)
    }

    /// Writes down what each row is about to bring, and whether it is there otherwise.
    async fn plan(&self, profile: ProfileId, bringing: &mut [Bringing]) -> Result<(), ImportError> {
        self.recognise(profile, bringing).await?;
        let new = bringing.iter().filter(|one| !is_planned(one));
        let new: Vec<Does> = new.map(|one| one.does).collect();
        if new.is_empty() {
            return Ok(());
        }
        let keys: Vec<String> = new.iter().map(|does| does.key()).collect();
        let claims = self.ports.store.claims(profile, &keys).await?;
        let claimed: HashSet<String> = claims.into_iter().map(|(key, _)| key).collect();
        let standing = self.standing(profile, &new).await?;
        let mut thumbs: HashMap<TitleId, bool> = HashMap::new();
        let mut rows = Vec::new();
        for one in bringing.iter_mut().filter(|one| !is_planned(one)) {
            let is_claimed = claimed.contains(&one.does.key());
            let mut is_own = standing.is_own(one.does, is_claimed);
            if is_own && let Does::Like { title, liked } = one.does {
                // Of rows that contradict each other the first has the word, and alone is taken back.
                is_own = *thumbs.entry(title).or_insert(liked) == liked;
            }
            one.row.effect = Some(Effect {
                does: one.does,
                is_own,
            });
            rows.push(one.row.clone());
        }
        self.put_rows(profile, &rows).await
    }

    /// Takes a watch of which only the day is known for the play by moment that it is, and the other way round: that is
    /// what the row brings then, and nothing is played twice.
    async fn recognise(
        &self,
        profile: ProfileId,
        bringing: &mut [Bringing],
    ) -> Result<(), ImportError> {
        let (mut places, mut coming, mut beside) = (Vec::new(), Vec::new(), Vec::new());
        for (place, one) in bringing.iter().enumerate() {
            let Some(watch) = one.watch.clone() else {
                continue;
            };
            if is_planned(one) {
                beside.push(watch);
                continue;
            }
            places.push(place);
            let known = one.row.effect.as_ref().map(|effect| effect.does);
            let known = known.and_then(|does| match does {
                Does::Play { play, .. } => Some(play),
                Does::Tell { .. } | Does::Like { .. } | Does::List { .. } => None,
            });
            coming.push(Coming { watch, known });
        }
        if coming.is_empty() {
            return Ok(());
        }
        let names: Vec<PlayId> = coming.iter().map(|one| one.watch.play_ref().play).collect();
        let there = self.watching.named_plays(profile, &names).await?;
        // What is there by its own name, or was deleted by that, is that.
        let there = there.into_iter().filter(|play| !play.is_undone());
        let there: HashSet<PlayId> = there.map(|play| play.id).collect();
        let new = names.iter().zip(places.into_iter().zip(coming));
        let new = new
            .filter(|(name, _)| !there.contains(*name))
            .map(|(_, new)| new);
        let (places, coming): (Vec<usize>, Vec<Coming>) = new.unzip();
        let mut titles: Vec<TitleId> = coming.iter().map(|one| one.watch.title).collect();
        titles.sort_unstable();
        titles.dedup();
        let plays = self.watching.plays_of_titles(profile, &titles).await?;
        let same = same_plays(&coming, &beside, &plays);
        for (place, play) in places.into_iter().zip(same) {
            let Some(play) = play else {
                continue;
            };
            let one = &mut bringing[place];
            let title = one.does.title();
            one.does = Does::Play { title, play };
            one.watch = None;
        }
        Ok(())
    }

    /// How the profile stands with these things, by their keys; what is in neither set is not there.
    async fn standing(&self, profile: ProfileId, does: &[Does]) -> Result<Standing, ImportError> {
        let mut standing = Standing::default();
        let plays = does.iter().filter_map(|does| match does {
            Does::Play { play, .. } => Some(*play),
            _ => None,
        });
        let plays: Vec<PlayId> = plays.collect();
        let plays = self.watching.named_plays(profile, &plays).await?;
        let told = does.iter().filter_map(|does| match does {
            Does::Tell { item, .. } => Some(*item),
            _ => None,
        });
        let told: Vec<WatchedItem> = told.collect();
        let told = self.watching.states(profile, &told).await?;
        let liked = titles(does, |does| matches!(does, Does::Like { .. }));
        let liked = self.watching.watched_titles(profile, &liked).await?;
        let listed = titles(does, |does| matches!(does, Does::List { .. }));
        let list = TitleList::Watchlist;
        let listed = self.watching.listed_among(profile, list, &listed).await?;
        for does in does {
            let (is_there, is_refused) = match does {
                Does::Play { play, .. } => {
                    let play = plays.iter().find(|it| it.id == *play);
                    let play = play.filter(|play| !play.is_undone());
                    (play.is_some(), play.is_some_and(Play::is_deleted))
                }
                Does::Tell { item, .. } => {
                    let state = told.iter().find(|state| state.item == *item);
                    let said = state.and_then(|state| state.told);
                    let is_unwatched = said.is_some_and(|said| !said.is_watched());
                    (state.is_some_and(|state| state.watched), is_unwatched)
                }
                Does::Like { title, .. } => {
                    let title = liked.iter().find(|it| it.title == *title);
                    let is_there = title.is_some_and(|title| title.liked.is_some());
                    let was_said = title.is_some_and(|title| title.liked_at.is_some());
                    (is_there, was_said && !is_there)
                }
                Does::List { title } => (listed.contains(title), false),
            };
            if is_there {
                standing.there.insert(does.key());
            }
            if is_refused {
                standing.refused.insert(does.key());
            }
        }
        Ok(standing)
    }

    async fn tell(
        &self,
        profile: ProfileId,
        bringing: &[Bringing],
        facts: &Facts,
    ) -> Result<(), ImportError> {
        let mut by_title: BTreeMap<TitleId, Vec<WatchedItem>> = BTreeMap::new();
        for one in bringing {
            if let Does::Tell { title, item } = one.does {
                by_title.entry(title).or_default().push(item);
            }
        }
        let place = |item: &WatchedItem| match item {
            WatchedItem::Episode(id) => facts.places.get(id).copied(),
            WatchedItem::Film(_) | WatchedItem::Series(_) => None,
        };
        for items in by_title.values_mut() {
            items.sort_by_key(place);
            items.dedup();
        }
        let titles = by_title.into_iter().collect();
        Ok(self.watching.bring_undated(profile, titles).await?)
    }

    /// Gives thumbs where none is: one that the viewer gave meanwhile stays.
    async fn like(&self, profile: ProfileId, bringing: &[Bringing]) -> Result<(), ImportError> {
        let mut thumbs: BTreeMap<TitleId, (bool, bool)> = BTreeMap::new();
        for one in bringing {
            if let Does::Like { title, liked } = one.does {
                let found = one.row.found.map(|found| found.is.item);
                let is_series = matches!(found, Some(WatchedItem::Series(_)));
                thumbs.entry(title).or_insert((is_series, liked));
            }
        }
        let titles: Vec<TitleId> = thumbs.keys().copied().collect();
        for watched in self.watching.watched_titles(profile, &titles).await? {
            if watched.liked_at.is_some() {
                thumbs.remove(&watched.title);
            }
        }
        let thumbs = thumbs.into_iter();
        let thumbs = thumbs.map(|(title, (is_series, liked))| (title, is_series, liked));
        let thumbs: Vec<(TitleId, bool, bool)> = thumbs.collect();
        Ok(self.watching.bring_thumbs(profile, &thumbs).await?)
    }

    /// Puts titles on the watchlist, and says of those for which it has no room that they are passed over.
    async fn list(&self, profile: ProfileId, bringing: Vec<Bringing>) -> Result<(), ImportError> {
        let mut left_out = Vec::new();
        for one in bringing {
            let Does::List { title } = one.does else {
                continue;
            };
            match self.watching.bring_to_watchlist(profile, title).await {
                Ok(()) => {}
                Err(WatchError::WatchlistFull { .. }) => left_out.push(ImportRow {
                    state: RowState::PassedOver,
                    reason: Some("has no room on the watchlist, which is full".to_owned()),
                    effect: None,
                    ..one.row
                }),
                Err(error) => return Err(error.into()),
            }
        }
        self.put_rows(profile, &left_out).await
    }
}

/// Whether it is written down already what a row is about to bring.
fn is_planned(one: &Bringing) -> bool {
    let effect = one.row.effect.as_ref();
    effect.is_some_and(|effect| effect.does == one.does)
}

fn titles(does: &[Does], is_of: impl Fn(&Does) -> bool) -> Vec<TitleId> {
    let does = does.iter().filter(|does| is_of(does));
    does.map(|does| does.title()).collect()
}

/// What a row brings, if it was matched.
fn bringing(row: ImportRow, facts: &Facts) -> Option<Bringing> {
    if row.state != RowState::Matched {
        return None;
    }
    let (said, is) = (row.said.as_ref()?, row.found?.is);
    let title = is.title;
    let (does, watch) = match said.what {
        ImportedWhat::Watchlist => (Does::List { title }, None),
        ImportedWhat::Rating { out_of_ten } => {
            let liked = thumb(out_of_ten)?;
            (Does::Like { title, liked }, None)
        }
        ImportedWhat::Watched {
            seconds, percent, ..
        } => match said.at {
            None => {
                let item = is.item;
                (Does::Tell { title, item }, None)
            }
            Some(at) => {
                let duration = facts.durations.get(&is.item).copied();
                let (at, day) = match at {
                    ImportedAt::Moment(at) => (at, None),
                    ImportedAt::Day(day) => (moment(day, said.nth), Some(day)),
                };
                let watch = ImportedWatch {
                    profile: row.profile,
                    item: is.item,
                    title,
                    at,
                    completion: share(seconds, percent, duration),
                    liked: None,
                    duration,
                    day,
                };
                let play = watch.play_ref().play;
                (Does::Play { title, play }, Some(watch))
            }
        },
    };
    Some(Bringing { row, does, watch })
}

/// The moment that stands for a watch of which only the day is known; those of one day differ.
fn moment(day: NaiveDate, nth: u32) -> DateTime<Utc> {
    noon(day) + TimeDelta::milliseconds(nth.into())
}

/// How much of an item was watched: as the file says, or else all of it.
fn share(seconds: Option<u32>, percent: Option<f32>, duration: Option<f64>) -> f64 {
    let share = match (percent, seconds, duration) {
        (Some(percent), ..) => f64::from(percent) / 100.0,
        (None, Some(seconds), Some(duration)) if duration > 0.0 => f64::from(seconds) / duration,
        (None, ..) => 1.0,
    };
    share.clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_noon_of_it_and_each_watch_of_it_another_moment() {
        let day = NaiveDate::from_ymd_opt(2024, 2, 29).unwrap();

        let moments = [0, 1].map(|nth| moment(day, nth).to_rfc3339());

        assert_eq!(
            moments,
            ["2024-02-29T12:00:00+00:00", "2024-02-29T12:00:00.001+00:00"]
        );
    }

    #[test]
    fn what_the_viewer_said_otherwise_no_import_says_again() {
        let title = TitleId(1);
        let (list, like) = (Does::List { title }, Does::Like { title, liked: true });
        let standing = |there: &[Does], refused: &[Does]| Standing {
            there: there.iter().map(|does| does.key()).collect(),
            refused: refused.iter().map(|does| does.key()).collect(),
        };

        for (standing, does, by_none, by_another) in [
            (standing(&[], &[]), like, true, true),
            (standing(&[like], &[]), like, false, true),
            (standing(&[], &[like]), like, false, false),
            (standing(&[], &[]), list, true, false),
            (standing(&[list], &[]), list, false, true),
        ] {
            assert_eq!(standing.is_own(does, false), by_none, "{does:?}");
            assert_eq!(standing.is_own(does, true), by_another, "{does:?}");
        }
        let liked = false;
        assert_ne!(like.key(), Does::Like { title, liked }.key());
    }

    #[test]
    fn what_was_watched_is_as_much_as_the_file_says() {
        let shares = [
            share(Some(600), Some(50.0), Some(6000.0)),
            share(Some(600), None, Some(6000.0)),
            share(Some(9000), None, Some(6000.0)),
            share(Some(600), None, None),
            share(None, None, Some(6000.0)),
        ];

        assert_eq!(
            shares.map(|share| format!("{:.0}", share * 100.0)),
            ["50", "10", "100", "100", "100"]
        );
    }
}

//! One viewer: what the evenings bring.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use crate::rng::Rng;
use crate::tastes::TASTES;
use crate::world::World;

/// Midnight of 2023-01-01, UTC, in minutes of Unix time.
const FIRST_DAY: i64 = 27_875_520;
/// How many days there are: the last is 2026-06-30.
const DAYS: u32 = 1_277;
/// No viewer has more lines than this.
const MOST_LINES: usize = 90;
/// A series of which fewer episodes were watched was dropped.
const DROPPED: usize = 4;
/// How much of what a viewer watches is chosen by fame alone.
const FAME_SHARE: f64 = 0.08;
/// The pull of a later part before the earlier one was watched, and after.
const LATER_PART: (f64, f64) = (0.15, 30.0);
/// What was liked does not make a title more likely than by this factor.
const MOST_PULL: f64 = 6.0;

/// A record that `reelgraph load` reads.
#[derive(Serialize)]
pub(crate) struct Watch<'a> {
    viewer: &'a str,
    title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    season: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    episode: Option<u32>,
    at: DateTime<Utc>,
    completion: f64,
    liked: Option<bool>,
}

/// A series that a viewer is in the middle of.
struct Running {
    title: usize,
    /// How many episodes were watched.
    watched: usize,
    /// How many will be.
    end: usize,
    /// What the viewer will say of it then.
    liked: Option<bool>,
}

/// Somebody with a taste, some evenings and a memory.
pub(crate) struct Viewer<'a> {
    key: &'a str,
    world: &'a World,
    rng: Rng,
    /// On how many evenings something is watched.
    evenings: u32,
    /// How likely each title is to be chosen, before what was watched changes it.
    taste: Vec<f64>,
    /// By what factor each title is more likely because of what was watched.
    pull: Vec<f64>,
    seen: Vec<bool>,
    /// Films that were not dropped and not disliked, with the day.
    favourites: Vec<(usize, u32)>,
    running: Option<Running>,
    watches: Vec<Watch<'a>>,
}

impl<'a> Viewer<'a> {
    /// A viewer of this taste, who may have one or two others besides.
    pub(crate) fn new(key: &'a str, main_taste: usize, world: &'a World, mut rng: Rng) -> Self {
        // Few evenings for most, many for some.
        let evenings = match rng.between(1, 20) {
            1..=9 => rng.between(6, 16),
            10..=15 => rng.between(17, 34),
            16..=19 => rng.between(35, 60),
            _ => rng.between(61, 85),
        };
        // Who watches little keeps to one thing; who watches much looks around, next door first.
        let shares: &[f64] = match evenings {
            ..15 => &[1.0],
            15..30 => &[0.7, 0.3],
            _ => &[0.5, 0.3, 0.2],
        };
        let mut taste: Vec<f64> = world.fame.iter().map(|fame| FAME_SHARE * fame).collect();
        let mut index = main_taste;
        for share in shares {
            for (sum, likely) in taste.iter_mut().zip(&world.tastes[index]) {
                *sum += (1.0 - FAME_SHARE) * share * likely;
            }
            index = other_taste(main_taste, &mut rng);
        }
        let pull = |previous: &Option<usize>| previous.map_or(1.0, |_| LATER_PART.0);
        Self {
            key,
            world,
            rng,
            evenings,
            taste,
            pull: world.previous.iter().map(pull).collect(),
            seen: vec![false; world.titles.len()],
            favourites: Vec::new(),
            running: None,
            watches: Vec::new(),
        }
    }

    /// Goes through the evenings from joining to the end; what was watched is in the order of time.
    pub(crate) fn watch(mut self) -> Result<Vec<Watch<'a>>> {
        for day in self.days() {
            let at = self.evening(day);
            if let Some(running) = self.running.take_if(|_| self.rng.chance(0.7)) {
                self.watch_episodes(running, at);
            } else if let Some(title) = self.favourite(day) {
                self.watch_again(title, at);
            } else {
                let title = self.something_new(day).context("nothing is left")?;
                self.start(title, day, at);
            }
        }
        self.watches.truncate(MOST_LINES);
        Ok(self.watches)
    }

    /// The days on which something is watched, from a day of joining on.
    fn days(&mut self) -> BTreeSet<u32> {
        let latest = DAYS - 2 * self.evenings - 14;
        let joined = self.rng.between(0, latest).min(self.rng.between(0, latest));
        let mut days = BTreeSet::new();
        while days.len() < self.evenings as usize {
            days.insert(self.rng.between(joined, DAYS - 1));
        }
        days
    }

    /// A time of this day between 17:00 and 20:59.
    fn evening(&mut self, day: u32) -> DateTime<Utc> {
        let minute = day * 24 * 60 + self.rng.between(17 * 60, 21 * 60 - 1);
        DateTime::UNIX_EPOCH + TimeDelta::minutes(FIRST_DAY + i64::from(minute))
    }

    /// Now and then, a favourite of some time ago.
    fn favourite(&mut self, day: u32) -> Option<usize> {
        if !self.rng.chance(0.05) {
            return None;
        }
        let old = self.favourites.iter().filter(|(_, seen)| seen + 60 < day);
        let old: Vec<usize> = old.map(|(title, _)| *title).collect();
        let weights: Vec<f64> = old.iter().map(|&title| self.fit(title)).collect();
        self.rng.pick(&weights).map(|place| old[place])
    }

    /// A title that was not seen before; no second series while one is running.
    fn something_new(&mut self, day: u32) -> Option<usize> {
        let titles = self.world.titles.iter().enumerate();
        let weights = titles.map(|(index, title)| {
            let waits = self.running.is_some() && !title.episodes.is_empty();
            if self.seen[index] || waits || day < title.since_day {
                0.0
            } else {
                self.taste[index] * self.pull[index]
            }
        });
        let weights: Vec<f64> = weights.collect();
        self.rng.pick(&weights)
    }

    /// How much more the title draws this viewer than it draws by fame: from 0 (not at all) over ½ to 1.
    fn fit(&self, title: usize) -> f64 {
        self.taste[title] / (self.taste[title] + self.world.fame[title])
    }

    fn start(&mut self, title: usize, day: u32, at: DateTime<Utc>) {
        self.seen[title] = true;
        let fit = self.fit(title);
        let episodes = self.world.titles[title].episodes.len();
        if episodes > 0 {
            let running = self.commit(title, episodes, fit);
            self.watch_episodes(running, at);
        } else if self.rng.chance(0.02 + 0.4 * (1.0 - fit) * (1.0 - fit)) {
            let dropped = Watch {
                completion: self.percent(5, 40),
                liked: self.rng.chance(0.4).then_some(false),
                ..self.play_ref(title, at)
            };
            self.watches.push(dropped);
        } else {
            let to_the_end = self.rng.chance(0.92);
            let speaks = self.rng.chance(0.4);
            let watch = Watch {
                completion: self.percent(if to_the_end { 90 } else { 50 }, 100),
                liked: speaks.then(|| self.rng.chance(0.5 + 0.48 * fit)),
                ..self.play_ref(title, at)
            };
            if watch.liked != Some(false) {
                self.favourites.push((title, day));
                self.follow(title);
            }
            self.watches.push(watch);
        }
    }

    /// Makes what this film leads to more likely.
    fn follow(&mut self, title: usize) {
        for (other, factor) in self.world.kindred(title) {
            let pull = self.pull[other];
            self.pull[other] = pull.max((pull * factor).min(MOST_PULL));
        }
        for (next, previous) in self.world.previous.iter().enumerate() {
            if *previous == Some(title) {
                self.pull[next] = LATER_PART.1;
            }
        }
    }

    /// How far the viewer will get in a series, and what they will say of it.
    fn commit(&mut self, title: usize, episodes: usize, fit: f64) -> Running {
        let end = if self.rng.chance(fit) {
            self.rng.between(4, 12)
        } else {
            self.rng.between(1, 3)
        };
        let end = episodes.min(end as usize);
        let (speaks, liked) = if end < DROPPED {
            (0.3, false)
        } else {
            (0.5, true)
        };
        Running {
            title,
            watched: 0,
            end,
            liked: self.rng.chance(speaks).then_some(liked),
        }
    }

    /// One to four further episodes, one after the other.
    fn watch_episodes(&mut self, mut running: Running, mut at: DateTime<Utc>) {
        let left = running.end - running.watched;
        for _ in 0..left.min(self.rng.between(1, 4) as usize) {
            let (season, episode) = self.world.titles[running.title].episodes[running.watched];
            running.watched += 1;
            let is_last = running.watched == running.end;
            let dropped = is_last && running.end < DROPPED;
            let watch = Watch {
                season: Some(season),
                episode: Some(episode),
                completion: if dropped {
                    self.percent(10, 60)
                } else {
                    self.percent(92, 100)
                },
                liked: running.liked.filter(|_| is_last),
                ..self.play_ref(running.title, at)
            };
            self.watches.push(watch);
            at += TimeDelta::minutes(i64::from(self.rng.between(46, 62)));
        }
        if running.watched < running.end {
            self.running = Some(running);
        }
    }

    fn watch_again(&mut self, title: usize, at: DateTime<Utc>) {
        let watch = Watch {
            completion: self.percent(88, 100),
            liked: Some(true),
            ..self.play_ref(title, at)
        };
        self.watches.push(watch);
    }

    /// A film that was watched to the end without a word said of it.
    fn play_ref(&self, title: usize, at: DateTime<Utc>) -> Watch<'a> {
        Watch {
            viewer: self.key,
            title: &self.world.titles[title].slug,
            season: None,
            episode: None,
            at,
            completion: 1.0,
            liked: None,
        }
    }

    fn percent(&mut self, low: u32, high: u32) -> f64 {
        f64::from(self.rng.between(low, high)) / 100.0
    }
}

/// A further taste: nearly always one that goes well with the first.
fn other_taste(first: usize, rng: &mut Rng) -> usize {
    let near = TASTES[first].near;
    let weights = TASTES.iter().map(|taste| {
        let goes_well = near.contains(&taste.name);
        if goes_well { 1.0 } else { 0.013 }
    });
    rng.pick(&weights.collect::<Vec<f64>>()).unwrap_or(first)
}

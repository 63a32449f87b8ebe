//! Keeps the `SIMILAR` edges up to date: recomputes all of them, or those of changed titles.
//!
//! Whoever keeps them has in memory who watched what, and follows the record from there. A title is solved anew once
//! enough of its watches have changed: one of a few at once, one of thousands together with others. A watch counts in
//! part for the other titles of its viewer, too, for they share one viewer more. So the work for each watch is bounded,
//! however much was watched before. When too much has changed, everything is recomputed.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::error::RecommendError;
use super::features::Features;
use super::graph::SimilarVersion;
use super::late::Reading;
use super::similar::{Histories, Ridge, solve, solve_all};
use super::sources::ProjectionPorts;
use crate::domain::catalog::{CatalogService, Changed};
use crate::domain::clock::Clock;
use crate::domain::error::StoreError;
use crate::domain::events::{Event, EventBus};
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::watching::{WatchService, WatchedTitle};

/// How many titles are read at once.
const TITLES: usize = 500;
/// How many watched titles are read at once.
const WATCHED_TITLES: usize = 5000;
/// How many titles are solved at once: a moment's work, and a transaction of bounded size.
const AT_ONCE: usize = 32;
/// How much of a watch counts for the other titles of its viewer: the pairs with them have one more viewer.
const OF_OTHERS: f32 = 0.25;

/// Where the `SIMILAR` edges are computed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Computed {
    /// In this program, whenever enough has changed.
    #[default]
    Here,
    /// Elsewhere: what is served is the generation that was imported last.
    Elsewhere,
}

/// When edges are recomputed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Freshness {
    /// Whether they are recomputed here at all.
    pub computed: Computed,
    /// The share of a title's watches that must have changed for its edges to be recomputed.
    pub recompute_title_at: f64,
    /// The share of all watches and titles that must have changed for all edges to be recomputed.
    pub recompute_all_at: f64,
    /// After how long all edges are recomputed if anything has changed: what was erased goes then.
    pub longest: TimeDelta,
}

impl Default for Freshness {
    fn default() -> Self {
        Self {
            computed: Computed::Here,
            recompute_title_at: 0.02,
            recompute_all_at: 0.1,
            longest: TimeDelta::days(1),
        }
    }
}

/// The use cases of keeping the `SIMILAR` edges.
#[derive(Clone)]
pub struct SimilarService {
    ports: ProjectionPorts,
    catalog: CatalogService,
    watching: WatchService,
    events: Arc<dyn EventBus>,
    clock: Arc<dyn Clock>,
    ridge: Ridge,
    freshness: Freshness,
}

/// What a round of keeping the edges did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SimilarRound {
    /// There was nothing to do.
    Nothing,
    /// How many titles were solved anew.
    Solved(usize),
    /// All edges were recomputed: how many there are.
    Rebuilt(u64),
}

/// What was written since a title was solved.
#[derive(Debug, Clone, Copy)]
enum Change {
    Title(TitleId),
    /// A watch of it.
    Watch(ProfileId, TitleId),
}

/// Who watched what, as far as the record was followed.
pub struct Following {
    histories: Arc<Histories>,
    generation: SimilarVersion,
    /// Up to where watched titles were read.
    watched: Reading,
    /// When they were read last.
    watched_until: DateTime<Utc>,
    /// Up to where the catalogue's changes were read.
    catalog_until: u64,
    /// How many watches of each title have changed since it was solved; `None`: it must be solved anew in any case.
    changed: Vec<Option<f32>>,
    /// How many watches and titles have changed since everything was computed.
    drift: usize,
}

impl SimilarService {
    /// A service on its ports and on others.
    pub fn new(
        ports: ProjectionPorts,
        catalog: CatalogService,
        watching: WatchService,
        events: Arc<dyn EventBus>,
        clock: Arc<dyn Clock>,
        freshness: Freshness,
    ) -> Self {
        Self {
            ports,
            catalog,
            watching,
            events,
            clock,
            ridge: Ridge::default(),
            freshness,
        }
    }

    /// Computes all edges from the titles and watches that are there. Says how many there are now.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn rebuild(&self) -> Result<u64, RecommendError> {
        let computed_at = self.clock.now();
        let histories = Arc::new(self.read(&mut |_, _| ()).await?);
        self.replace(histories, computed_at).await
    }

    /// The same if edges are computed here. `None`: they are not, and those that there are stay.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn rebuild_if_computed_here(&self) -> Result<Option<u64>, RecommendError> {
        match self.freshness.computed {
            Computed::Here => self.rebuild().await.map(Some),
            Computed::Elsewhere => Ok(None),
        }
    }

    async fn replace(
        &self,
        histories: Arc<Histories>,
        computed_at: DateTime<Utc>,
    ) -> Result<u64, RecommendError> {
        let ridge = self.ridge.clone();
        let solutions = off_thread(move || solve_all(&histories, &ridge)).await?;
        let edges = self
            .ports
            .graph
            .replace_similar(&solutions, computed_at)
            .await?;
        self.events.publish(Event::SimilarChanged);
        Ok(edges)
    }

    /// Looks what has changed and recomputes the edges of changed titles, at most as many as take a moment, or all.
    /// What is handed over from round to round may be lost at any time; it is read anew then.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn keep(
        &self,
        following: &mut Option<Following>,
    ) -> Result<SimilarRound, RecommendError> {
        if self.freshness.computed == Computed::Elsewhere {
            *following = None;
            return Ok(SimilarRound::Nothing);
        }
        let version = self.ports.graph.similar_version().await?;
        let current = match following {
            Some(current) if current.generation.is_of_generation(&version) => current,
            _ => following.insert(self.begin(version).await?),
        };
        self.follow(current).await?;
        // The graph leaves out edges of titles that it does not have yet.
        if !self.ports.titles.unprojected_titles(1).await?.is_empty() {
            return Ok(SimilarRound::Nothing);
        }
        let age = self.clock.now() - version.computed_at;
        if current.drift > 0 && age > self.freshness.longest {
            *following = None;
            return Ok(SimilarRound::Rebuilt(self.rebuild().await?));
        }
        if self.has_drifted(current) {
            let histories = Arc::clone(&current.histories);
            let edges = self.replace(histories, current.watched_until).await?;
            current.solved(self.ports.graph.similar_version().await?);
            return Ok(SimilarRound::Rebuilt(edges));
        }
        let changed = self.changed(current);
        if changed.is_empty() {
            return Ok(SimilarRound::Nothing);
        }
        let (histories, ridge) = (Arc::clone(&current.histories), self.ridge.clone());
        let indices = changed.clone();
        let solutions = off_thread(move || solve(&histories, &ridge, &indices)).await?;
        self.ports
            .graph
            .put_solutions(version.generation, &solutions)
            .await?;
        self.events.publish(Event::SimilarChanged);
        for index in &changed {
            current.changed[*index] = Some(0.0);
        }
        Ok(SimilarRound::Solved(changed.len()))
    }

    /// Reads who watched what, and counts what was written since the edges were computed.
    async fn begin(&self, version: SimilarVersion) -> Result<Following, RecommendError> {
        let watched_until = self.clock.now();
        let mut changes = Vec::new();
        let histories = self
            .read(&mut |change, written_at| {
                if written_at >= version.computed_at {
                    changes.push(change);
                }
            })
            .await?;
        let mut following = Following {
            changed: vec![Some(0.0); histories.titles()],
            histories: Arc::new(histories),
            generation: version,
            watched: Reading::until(watched_until),
            watched_until,
            catalog_until: 0,
            drift: 0,
        };
        for change in changes {
            following.count(change);
        }
        Ok(following)
    }

    /// Reads who watched what, as the documents say at this moment, and tells when each document was written.
    async fn read(
        &self,
        tell: &mut (dyn FnMut(Change, DateTime<Utc>) + Send),
    ) -> Result<Histories, RecommendError> {
        let mut histories = Histories::default();
        let mut after = None;
        loop {
            let page = self.ports.titles.titles_after(after, TITLES).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.id);
            for title in &page {
                tell(Change::Title(title.id), title.stamp.updated_at);
                histories.put_title(Features::from(title));
            }
        }
        let mut profile: Vec<WatchedTitle> = Vec::new();
        let mut after = None;
        loop {
            let watched_titles = self
                .watching
                .all_watched_titles_after(after, WATCHED_TITLES)
                .await?;
            let Some(last) = watched_titles.last() else {
                break;
            };
            after = Some((last.profile, last.title));
            for watched_title in watched_titles {
                tell(
                    Change::Watch(watched_title.profile, watched_title.title),
                    watched_title.stamp.updated_at,
                );
                if profile
                    .last()
                    .is_some_and(|last| last.profile != watched_title.profile)
                {
                    put_profile(&mut histories, &mut profile);
                }
                profile.push(watched_title);
            }
        }
        put_profile(&mut histories, &mut profile);
        Ok(histories)
    }

    /// Takes over what was written since.
    async fn follow(&self, following: &mut Following) -> Result<(), RecommendError> {
        loop {
            let changes = self
                .catalog
                .changes_after(following.catalog_until, TITLES)
                .await?;
            let Some(last) = changes.last() else { break };
            following.catalog_until = last.sequence;
            for change in changes {
                if let Changed::Title(title) = change.changed {
                    following.put_title(Features::from(&title));
                }
            }
        }
        let now = self.clock.now();
        let since = following.watched.since(now);
        let mut after: Option<(DateTime<Utc>, ProfileId, TitleId)> = None;
        loop {
            let mut watched_titles = self
                .ports
                .watches
                .watched_titles_since(since, after, WATCHED_TITLES)
                .await?;
            let Some(last) = watched_titles.last() else {
                break;
            };
            after = Some((last.stamp.updated_at, last.profile, last.title));
            // What was loaded together was written in any order; it was watched in this one.
            watched_titles
                .sort_by_key(|watched_title| (watched_title.last_at, watched_title.title));
            for watched_title in &watched_titles {
                following.put_watched_title(watched_title);
            }
        }
        following.watched.did(now);
        following.watched_until = now;
        Ok(())
    }

    /// Whether so much has changed that everything must be recomputed.
    fn has_drifted(&self, following: &Following) -> bool {
        let all = following.histories.watches() + following.histories.titles();
        #[expect(clippy::cast_precision_loss, reason = "counts below 2^53")]
        let drift = following.drift as f64 / all.max(1) as f64;
        drift > self.freshness.recompute_all_at
    }

    /// The titles that are to be solved anew, those first that changed the most.
    fn changed(&self, following: &Following) -> Vec<usize> {
        let mut changed: Vec<(f64, usize)> = Vec::new();
        for (index, count) in following.changed.iter().enumerate() {
            #[expect(clippy::cast_precision_loss, reason = "counts below 2^53")]
            let watchers = following.histories.watchers(index).max(1) as f64;
            let count = count.map_or(f64::INFINITY, f64::from);
            if count >= (self.freshness.recompute_title_at * watchers).max(1.0) {
                changed.push((count / watchers, index));
            }
        }
        changed.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        changed.truncate(AT_ONCE);
        changed.into_iter().map(|(_, index)| index).collect()
    }
}

impl Following {
    fn count(&mut self, change: Change) {
        let (Change::Title(title) | Change::Watch(_, title)) = change;
        let Some(index) = self.histories.index(title) else {
            return;
        };
        self.drift += 1;
        match change {
            Change::Title(_) => self.changed[index as usize] = None,
            Change::Watch(profile, _) => {
                for other in self.histories.watched_by(profile) {
                    add(&mut self.changed[other], OF_OTHERS);
                }
                add(&mut self.changed[index as usize], 1.0);
            }
        }
    }

    /// Everything is solved now.
    fn solved(&mut self, generation: SimilarVersion) {
        self.changed.fill(Some(0.0));
        self.drift = 0;
        self.generation = generation;
    }

    fn put_title(&mut self, title: Features) {
        let id = title.id;
        if !self.histories.says_the_same(&title) {
            Arc::make_mut(&mut self.histories).put_title(title);
            self.changed.resize(self.histories.titles(), None);
            self.count(Change::Title(id));
        }
    }

    fn put_watched_title(&mut self, watched_title: &WatchedTitle) {
        let histories = Arc::make_mut(&mut self.histories);
        let has_changed = if watched_title.shapes_taste() {
            histories.put_watch(
                watched_title.profile,
                watched_title.title,
                watched_title.liked == Some(true),
            )
        } else {
            histories.remove_watch(watched_title.profile, watched_title.title)
        };
        if has_changed {
            self.count(Change::Watch(watched_title.profile, watched_title.title));
        }
    }
}

/// Counts more changed watches, unless the title must be solved anew in any case.
fn add(count: &mut Option<f32>, more: f32) {
    *count = count.map(|count| count + more);
}

/// Adds all that a profile watched, and empties the list.
fn put_profile(histories: &mut Histories, watched_titles: &mut Vec<WatchedTitle>) {
    watched_titles.retain(WatchedTitle::shapes_taste);
    if let Some(first) = watched_titles.first() {
        let watched = watched_titles.iter().map(|watched_title| {
            (
                watched_title.last_at,
                watched_title.title,
                watched_title.liked == Some(true),
            )
        });
        histories.put_latest(first.profile, watched.collect());
    }
    watched_titles.clear();
}

/// Computes something that takes long, while this thread goes on with other things.
async fn off_thread<T: Send + 'static>(
    compute: impl FnOnce() -> T + Send + 'static,
) -> Result<T, StoreError> {
    let (sender, receiver) = futures::channel::oneshot::channel();
    rayon::spawn(move || drop(sender.send(compute())));
    receiver
        .await
        .map_err(|_| StoreError::failed("a computation broke off"))
}

//! Tells the search index, and whoever else keeps a copy, what changed in the catalogue, and how popular its titles are.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::job::{Job, Round};
use crate::domain::catalog::{
    CatalogError, CatalogFollower, CatalogPart, CatalogService, Change, Changed,
};
use crate::domain::events::Event;

/// How often to look for what another process wrote.
const POLL: Duration = Duration::from_millis(250);
/// How many changes are taken at once.
const BATCH: usize = 2000;
/// How many counts before the last one that is known are asked for again: one that was begun before others may be put
/// after them. As many as are under way at the same time, where each queue of what waits is at another server.
const OVERLAP: u64 = 4;
/// How often everything that was counted is asked for, for one that was put later still, and what is not in the feed.
const ALL: Duration = Duration::from_secs(300);

/// Those who keep a copy of the catalogue, and how far they have followed it.
pub struct CatalogFeed {
    catalog: CatalogService,
    followers: Vec<Following>,
    /// The last count of watchers that is known.
    count: u64,
    /// When all counts were asked for.
    all: Option<Instant>,
    /// When all that is not in the feed was read, and how far that has come since.
    read: Instant,
    reading: Option<(CatalogPart, i64)>,
}

/// One of them, and the last change that it has taken in.
struct Following {
    follower: Arc<dyn CatalogFollower>,
    sequence: u64,
}

impl CatalogFeed {
    /// The feed from a place on: the followers have what was before.
    pub fn new(
        catalog: CatalogService,
        followers: Vec<Arc<dyn CatalogFollower>>,
        from: u64,
    ) -> Self {
        let followers = followers.into_iter().map(|follower| Following {
            follower,
            sequence: from,
        });
        Self {
            catalog,
            followers: followers.collect(),
            count: 0,
            all: None,
            read: Instant::now(),
            reading: None,
        }
    }

    /// Follows everything that there is now.
    pub async fn catch_up(&mut self) -> Result<(), CatalogError> {
        while self.round().await? == BATCH {}
        Ok(())
    }

    /// Says how many changes there were for whoever is furthest behind.
    async fn round(&mut self) -> Result<usize, CatalogError> {
        let (mut most, mut failed) = (0, None);
        let mut read: Option<(u64, Vec<Change>)> = None;
        for following in &mut self.followers {
            let from = following.sequence;
            let changes = match read.take().filter(|(other, _)| *other == from) {
                Some((_, changes)) => changes,
                None => self.catalog.changes_after(from, BATCH).await?,
            };
            if let Some(last) = changes.last() {
                match following.follower.follow(&changes).await {
                    Ok(()) => following.sequence = last.sequence,
                    // The others go on.
                    Err(error) => failed = Some(error),
                }
            }
            most = most.max(changes.len());
            read = Some((from, changes));
        }
        if most < BATCH {
            self.follow_watchers().await?;
            self.read_some().await?;
        }
        match failed {
            Some(error) => Err(error),
            None => Ok(most),
        }
    }

    async fn follow_watchers(&mut self) -> Result<(), CatalogError> {
        let is_recent = self.all.is_some_and(|at| at.elapsed() < ALL);
        let from = if is_recent {
            self.count.saturating_sub(OVERLAP)
        } else {
            0
        };
        let began = Instant::now();
        let counted = self.catalog.watchers_after(from).await?;
        for following in &self.followers {
            following.follower.follow_watchers(&counted);
        }
        if !is_recent {
            self.all = Some(began);
        }
        let last = counted.last().map_or(0, |last| last.count);
        self.count = self.count.max(last);
        Ok(())
    }

    /// Reads a page of what is not in the feed: versions of before give genres, collections and episodes no place in it,
    /// and may run beside this one.
    async fn read_some(&mut self) -> Result<(), CatalogError> {
        let (part, after) = match self.reading {
            Some(at) => at,
            None if self.read.elapsed() < ALL => return Ok(()),
            None => (CatalogPart::Genres, i64::MIN),
        };
        let (batch, next) = self.catalog.part_after(part, after, BATCH).await?;
        let genres = batch.genres.into_iter().map(Changed::Genre);
        let collections = batch.collections.into_iter().map(Changed::Collection);
        let episodes = batch.episodes.into_iter().map(Changed::Episode);
        let read = genres.chain(collections).chain(episodes);
        let read = read.map(|changed| Change {
            sequence: 0,
            changed,
        });
        let read: Vec<Change> = read.collect();
        for following in &self.followers {
            following.follower.follow(&read).await?;
        }
        self.reading = match (next, part) {
            (Some(after), _) => Some((part, after)),
            (None, CatalogPart::Genres) => Some((CatalogPart::Collections, i64::MIN)),
            (None, CatalogPart::Collections) => Some((CatalogPart::Episodes, i64::MIN)),
            (None, _) => None,
        };
        if self.reading.is_none() {
            self.read = Instant::now();
        }
        Ok(())
    }
}

pub(super) struct FollowCatalog(pub(super) CatalogFeed);

impl Job for FollowCatalog {
    const NAME: &'static str = "follow_catalog";
    const WAKES: &'static [Event] = &[Event::CatalogChanged];

    async fn round(&mut self) -> Round {
        match self.0.round().await {
            Ok(BATCH) => Round::Again,
            Ok(_) => Round::Due(POLL),
            Err(error) => Round::failed(error),
        }
    }
}

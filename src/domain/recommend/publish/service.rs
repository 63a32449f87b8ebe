//! Follows the record and sends what is new.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::erased::{Put, TOMBSTONES, Tombstones};
use super::messages::{nothing, of_titles, of_watches};
use super::position::{Place, Published, SETTLED, WATCHED_TITLES, place, settled};
use super::topics::{TopicMessage, Topics};
use crate::domain::catalog::{CatalogService, Changed};
use crate::domain::clock::Clock;
use crate::domain::entropy::unique_name;
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::lease::may_work;
use crate::domain::recommend::error::RecommendError;
use crate::domain::recommend::exchange::{TITLES_TOPIC, WATCHES_TOPIC};
use crate::domain::recommend::notes::Notes;
use crate::domain::recommend::sources::ProjectionPorts;
use crate::domain::watching::WatchedTitle;

/// The lease that says which server sends.
const LEASE: &str = "publish";
/// How long a server that has crashed holds it: longer than a round takes while the broker is away.
const HELD: Duration = Duration::from_secs(60);
/// How many changes of the catalogue are read at once.
const CHANGES: usize = 500;
/// How often the whole topic is looked through for erased profiles, and for whether it is still what was sent: only
/// what a server has sent that had stood still, and what somebody else did, is found by that.
const SWEEP: TimeDelta = TimeDelta::days(1);
/// When that is done for the second time: a server that lost its turn by standing still may have gone on since.
const SWEEP_AGAIN: TimeDelta = TimeDelta::minutes(10);
/// How many profiles are asked about at once.
const PROFILES: usize = 1000;

/// The use cases of sending messages.
#[derive(Clone)]
pub struct PublishService {
    topics: Arc<dyn Topics>,
    ports: ProjectionPorts,
    catalog: CatalogService,
    clock: Arc<dyn Clock>,
    holder: Uuid,
}

/// What a round of sending did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PublishRound {
    /// Another server sends them.
    Elsewhere,
    /// So many messages were sent, and there is nothing more to send.
    Done(usize),
    /// So many messages were sent, and there is more.
    More(usize),
}

/// What is handed over from round to round. It may be lost at any time: then some messages are sent twice.
pub struct Publishing {
    position: Published,
    /// What of that stands in the record.
    noted: Published,
    /// The latest watch that was read; `None`: none since the turn began.
    front: Option<Place>,
    /// When it was last gone through what has settled.
    settled_at: DateTime<Utc>,
    /// The revisions that were sent of watches beyond the position, and when they were written.
    watches: HashMap<(ProfileId, TitleId), (u64, DateTime<Utc>)>,
    /// The revisions that were sent of titles: they change without one when they are watched.
    titles: HashMap<TitleId, u64>,
    /// Those of whose watches the topic may have something.
    owners: BTreeSet<ProfileId>,
    tombstones: Tombstones,
    sweep_at: DateTime<Utc>,
}

impl Publishing {
    fn beginning(now: DateTime<Utc>) -> Self {
        let position = Published::beginning();
        Self {
            position,
            noted: position,
            front: None,
            settled_at: now,
            watches: HashMap::new(),
            titles: HashMap::new(),
            owners: BTreeSet::new(),
            tombstones: Tombstones::beginning(),
            sweep_at: now + SWEEP_AGAIN,
        }
    }

    /// Those of the owners whose tombstones are on a page and were not read yet.
    fn erased(&self, page: &[Put]) -> Vec<ProfileId> {
        let unread = self.tombstones.unread(page);
        // Each tombstone of an owner is a hash, which is worth it only where something is new.
        if unread.is_empty() {
            return Vec::new();
        }
        let owners = self.owners.iter().copied();
        owners
            .filter(|owner| unread.contains(owner.tombstone().as_str()))
            .collect()
    }
}

impl PublishService {
    /// A service on its ports and on others.
    pub fn new(
        topics: Arc<dyn Topics>,
        ports: ProjectionPorts,
        catalog: CatalogService,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            topics,
            ports,
            catalog,
            clock,
            holder: unique_name(),
        }
    }

    /// Sends some of what was written since, if it is this server's turn.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn publish(
        &self,
        publishing: &mut Option<Publishing>,
    ) -> Result<PublishRound, RecommendError> {
        if !may_work(&*self.ports.leases, LEASE, self.holder, HELD).await? {
            *publishing = None;
            return Ok(PublishRound::Elsewhere);
        }
        let current = match publishing {
            Some(current) => current,
            None => publishing.insert(self.begin().await?),
        };
        self.take_back_erased(current).await?;
        // Each goes on only when its messages have arrived, so a round that fails loses nothing.
        let (titles, more_titles) = self.publish_titles(current).await?;
        let (watches, more_watches) = self.publish_watches(current).await?;
        let sent = titles + watches;
        if current.position != current.noted {
            self.note(current.position).await?;
            current.noted = current.position;
        }
        let now = self.clock.now();
        if now >= current.sweep_at {
            current.owners = self.sweep().await?;
            current.sweep_at = now + SWEEP;
            if current.owners.is_empty() && current.position != Published::beginning() {
                // Somebody has emptied the topics.
                (current.position, current.front) = (Published::beginning(), None);
                current.watches.clear();
                current.titles.clear();
            }
        }
        Ok(if more_titles || more_watches {
            PublishRound::More(sent)
        } else {
            PublishRound::Done(sent)
        })
    }

    /// Lets another server send at once.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn leave(&self) -> Result<(), RecommendError> {
        Ok(self.ports.leases.release(LEASE, self.holder).await?)
    }

    /// Where the record says; from the beginning if the topics have nothing, whatever was sent to those before them.
    async fn begin(&self) -> Result<Publishing, RecommendError> {
        // It has no owners yet: whoever has a tombstone by now is found by looking through the topic.
        let mut begun = Publishing::beginning(self.clock.now());
        self.take_back_erased(&mut begun).await?;
        begun.owners = self.sweep().await?;
        let noted = self.ports.notes.notes().await?.published;
        if let Some(noted) = noted.filter(|_| !begun.owners.is_empty()) {
            begun.position = noted.noted();
            begun.noted = begun.position;
        }
        Ok(begun)
    }

    /// Takes back what the topic has of profiles that were erased since it was last looked.
    async fn take_back_erased(&self, current: &mut Publishing) -> Result<(), RecommendError> {
        let mut before = None;
        loop {
            let watches = &*self.ports.watches;
            let page = current.tombstones.page(before, watches).await?;
            let is_all = page.len() < TOMBSTONES;
            before = page.last().cloned();
            let erased = current.erased(&page);
            self.take_back(&erased).await?;
            for owner in &erased {
                current.owners.remove(owner);
            }
            current.tombstones.put_aside(page);
            if is_all {
                return Ok(());
            }
        }
    }

    /// Takes back what the topic has of erased profiles: also what a server that stood still has sent after all. Says of
    /// which other profiles there is or was anything.
    async fn sweep(&self) -> Result<BTreeSet<ProfileId>, RecommendError> {
        let owners = self.topics.owners(WATCHES_TOPIC).await?;
        let owners = owners.iter();
        let mut profiles: BTreeSet<ProfileId> = owners
            .filter_map(|owner| owner.parse().ok().map(ProfileId))
            .collect();
        let all: Vec<ProfileId> = profiles.iter().copied().collect();
        let mut erased = Vec::new();
        for some in all.chunks(PROFILES) {
            erased.extend(self.ports.watches.erased(some).await?);
        }
        self.take_back(&erased).await?;
        for profile in &erased {
            profiles.remove(profile);
        }
        Ok(profiles)
    }

    async fn take_back(&self, profiles: &[ProfileId]) -> Result<(), RecommendError> {
        if profiles.is_empty() {
            return Ok(());
        }
        let owners: Vec<String> = profiles.iter().map(ProfileId::to_string).collect();
        let gone = self.topics.keys_of(WATCHES_TOPIC, &owners).await?;
        let gone: Vec<TopicMessage> = gone.into_iter().map(nothing).collect();
        if !gone.is_empty() {
            self.topics.publish(WATCHES_TOPIC, &gone).await?;
            tracing::info!(
                messages = gone.len(),
                "Took back {} messages of erased profiles",
                gone.len()
            );
        }
        Ok(())
    }

    /// Says how many were sent, and whether there are more.
    async fn publish_titles(
        &self,
        current: &mut Publishing,
    ) -> Result<(usize, bool), RecommendError> {
        let after = current.position.titles;
        let changes = self.catalog.changes_after(after, CHANGES).await?;
        let Some(last) = changes.last() else {
            lag(TITLES_TOPIC, TimeDelta::zero());
            return Ok((0, false));
        };
        let (until, is_all) = (last.sequence, changes.len() < CHANGES);
        let mut titles = Vec::new();
        for change in changes {
            if let Changed::Title(title) = change.changed
                && current.titles.get(&title.id) != Some(&title.stamp.revision)
            {
                titles.push(title);
            }
        }
        let first = titles.iter().map(|title| title.stamp.updated_at).min();
        let messages = of_titles(&titles)?;
        self.send(TITLES_TOPIC, &messages, first, is_all).await?;
        current
            .titles
            .extend(titles.iter().map(|title| (title.id, title.stamp.revision)));
        current.position.titles = until;
        Ok((messages.len(), !is_all))
    }

    /// The same for watches.
    async fn publish_watches(
        &self,
        current: &mut Publishing,
    ) -> Result<(usize, bool), RecommendError> {
        let now = self.clock.now();
        let position = current.position.watches;
        let after = current.front.or(position.after());
        let rows = self.watches_after(position.since(), after).await?;
        let is_all = rows.len() < WATCHED_TITLES;
        let mut sent = self.send_watches(current, &rows, is_all).await?;
        // Where nothing lies between that has not settled, it need not be gone through again.
        if current.front.is_none() || current.front == position.after() {
            current.position.watches = position.behind(&rows, now - SETTLED);
        }
        current.front = rows.last().map(place).or(current.front);
        if now - current.settled_at >= SETTLED {
            sent += self.publish_late(current, now - SETTLED).await?;
            current.settled_at = now;
        }
        let passed = current.position.watches.since();
        current
            .watches
            .retain(|_, (_, written_at)| *written_at >= passed);
        Ok((sent, !is_all))
    }

    /// Goes once more through what was written up to a moment, and sends what came late.
    async fn publish_late(
        &self,
        current: &mut Publishing,
        until: DateTime<Utc>,
    ) -> Result<usize, RecommendError> {
        let mut sent = 0;
        loop {
            let position = current.position.watches;
            if current.front == position.after() {
                return Ok(sent);
            }
            let rows = self.watches_after(position.since(), position.after());
            let rows = rows.await?;
            let before = settled(&rows, until);
            sent += self.send_watches(current, before, false).await?;
            current.position.watches = position.behind(before, until);
            if before.len() < WATCHED_TITLES {
                return Ok(sent);
            }
        }
    }

    async fn watches_after(
        &self,
        since: DateTime<Utc>,
        after: Option<Place>,
    ) -> Result<Vec<WatchedTitle>, RecommendError> {
        let watches = &self.ports.watches;
        let rows = watches.watched_titles_since(since, after, WATCHED_TITLES);
        Ok(rows.await?)
    }

    /// Sends those that were not sent yet. Says how many.
    async fn send_watches(
        &self,
        current: &mut Publishing,
        rows: &[WatchedTitle],
        is_all: bool,
    ) -> Result<usize, RecommendError> {
        let unsent = rows.iter().filter(|row| {
            let sent = current.watches.get(&(row.profile, row.title));
            sent.is_none_or(|(revision, _)| *revision < row.stamp.revision)
        });
        let mut unsent: Vec<WatchedTitle> = unsent.cloned().collect();
        let profiles: BTreeSet<ProfileId> = unsent.iter().map(|row| row.profile).collect();
        let profiles: Vec<ProfileId> = profiles.into_iter().collect();
        for some in profiles.chunks(PROFILES) {
            // Their rows are there for a while after their tombstones.
            let erased = self.ports.watches.erased(some).await?;
            unsent.retain(|row| !erased.contains(&row.profile));
        }
        // Whether they arrive or not, something of them may.
        current.owners.extend(unsent.iter().map(|row| row.profile));
        let first = unsent.first().map(|first| first.stamp.updated_at);
        let messages = of_watches(&unsent)?;
        self.send(WATCHES_TOPIC, &messages, first, is_all).await?;
        for row in &unsent {
            let sent = (row.stamp.revision, row.stamp.updated_at);
            current.watches.insert((row.profile, row.title), sent);
        }
        Ok(messages.len())
    }

    /// Sends messages, and notes how long the first of them has waited, until it is sent.
    async fn send(
        &self,
        topic: &'static str,
        messages: &[TopicMessage],
        first_written_at: Option<DateTime<Utc>>,
        is_all: bool,
    ) -> Result<(), RecommendError> {
        if let Some(first) = first_written_at {
            lag(topic, self.clock.now() - first);
            self.topics.publish(topic, messages).await?;
            metrics::counter!("published_messages_total", "topic" => topic)
                .increment(messages.len() as u64);
        }
        if is_all {
            lag(topic, TimeDelta::zero());
        }
        Ok(())
    }

    /// Notes how far messages were sent.
    async fn note(&self, position: Published) -> Result<(), RecommendError> {
        loop {
            let notes = self.ports.notes.notes().await?;
            let noted = Notes {
                published: Some(position),
                ..notes
            };
            if self.ports.notes.put_notes(&noted).await? {
                return Ok(());
            }
        }
    }
}

fn lag(topic: &'static str, lag: TimeDelta) {
    metrics::gauge!("publish_lag_seconds", "topic" => topic)
        .set(lag.max(TimeDelta::zero()).as_seconds_f64());
}

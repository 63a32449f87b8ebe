//! Follows the record and sends what is new.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::messages::{nothing, of_titles, of_watches};
use super::position::{OVERLAP, Published, next_watches};
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

/// The lease that says which server sends.
const LEASE: &str = "publish";
/// How long a server that has crashed holds it: longer than a round takes while the broker is away.
const HELD: Duration = Duration::from_secs(60);
/// How many changes of the catalogue are read at once.
const CHANGES: usize = 500;
/// How often it is looked what the topic has of profiles that are erased.
const SWEEP: TimeDelta = TimeDelta::hours(1);
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
    /// The revisions that were sent of watches that are read again, and when they were written.
    watches: HashMap<(ProfileId, TitleId), (u64, DateTime<Utc>)>,
    /// The revisions that were sent of titles: they change without one when they are watched.
    titles: HashMap<TitleId, u64>,
    swept_at: DateTime<Utc>,
}

impl Publishing {
    fn of(position: Published, now: DateTime<Utc>) -> Self {
        Self {
            position,
            watches: HashMap::new(),
            titles: HashMap::new(),
            swept_at: now,
        }
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
        // Each goes on only when its messages have arrived, so a round that fails loses nothing.
        let (titles, more_titles) = self.publish_titles(current).await?;
        let (watches, more_watches) = self.publish_watches(current).await?;
        let sent = titles + watches;
        if sent > 0 {
            self.note(current.position).await?;
        }
        let now = self.clock.now();
        if now - current.swept_at >= SWEEP {
            if self.sweep().await? == 0 {
                // Somebody has emptied the topics.
                *current = Publishing::of(Published::beginning(now), now);
            }
            current.swept_at = now;
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
        let now = self.clock.now();
        let owners = self.sweep().await?;
        let noted = self.ports.notes.notes().await?.published;
        let position = noted.filter(|_| owners > 0);
        let position = position.unwrap_or_else(|| Published::beginning(now));
        Ok(Publishing::of(position, now))
    }

    /// Takes back what the topic has of erased profiles: also what a server that stood still has sent after all. Says of
    /// how many profiles there is anything.
    async fn sweep(&self) -> Result<usize, RecommendError> {
        let owners = self.topics.owners(WATCHES_TOPIC).await?;
        let profiles: Vec<ProfileId> = owners
            .iter()
            .filter_map(|owner| owner.parse().ok().map(ProfileId))
            .collect();
        let mut erased = Vec::new();
        for profiles in profiles.chunks(PROFILES) {
            let found = self.ports.watches.erased(profiles).await?;
            erased.extend(found.iter().map(ProfileId::to_string));
        }
        if !erased.is_empty() {
            let gone = self.topics.keys_of(WATCHES_TOPIC, &erased).await?;
            let gone: Vec<TopicMessage> = gone.into_iter().map(nothing).collect();
            if !gone.is_empty() {
                self.topics.publish(WATCHES_TOPIC, &gone).await?;
                tracing::info!(
                    messages = gone.len(),
                    "Took back {} messages of erased profiles",
                    gone.len()
                );
            }
        }
        Ok(owners.len())
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
        let position = &current.position.watches;
        let (mut found, next) = next_watches(&*self.ports.watches, position, now).await?;
        found.retain(|watched_title| {
            let key = (watched_title.profile, watched_title.title);
            let sent = current.watches.get(&key);
            sent.is_none_or(|(revision, _)| *revision < watched_title.stamp.revision)
        });
        let is_all = next.is_at_the_start();
        let first = found.first().map(|first| first.stamp.updated_at);
        let messages = of_watches(&found)?;
        self.send(WATCHES_TOPIC, &messages, first, is_all).await?;
        for watched_title in &found {
            let stamp = watched_title.stamp;
            let key = (watched_title.profile, watched_title.title);
            current
                .watches
                .insert(key, (stamp.revision, stamp.updated_at));
        }
        // What is older is not read again.
        let kept = now - OVERLAP * 4;
        current
            .watches
            .retain(|_, (_, written_at)| *written_at > kept);
        current.position.watches = next;
        Ok((messages.len(), !is_all))
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

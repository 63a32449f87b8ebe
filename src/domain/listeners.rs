//! Who listens to changes while they happen, and what waits to be told to each.
//!
//! What waits for a listener is a sum and no queue: the same thing twice is there once, and of too many it only says that
//! there were more. So whoever is slow holds little, and nobody else up.

use std::collections::{BTreeSet, HashMap};
use std::future::poll_fn;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use futures::task::AtomicWaker;
use serde::{Deserialize, Serialize};

use super::ids::{EpisodeId, ProfileId, TitleId, UserId};

/// How many things wait by name for a listener; of more it is told that there are more.
const MOST: usize = 100;

/// What one may listen to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Topic {
    /// How a profile stands with films and episodes.
    States(ProfileId),
    /// What is suggested to a profile.
    Suggestions(ProfileId),
    /// What there is: films and series.
    Catalogue,
    /// An account: who may use it, with what role and profile.
    Account(UserId),
    /// The jobs of a profile.
    Jobs(ProfileId),
}

/// A thing of the catalogue that something is told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemId {
    /// A film or a series.
    Title(TitleId),
    Episode(EpisodeId),
}

/// What has happened since a listener was told last.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct News {
    /// What has changed, as far as it is said; topics that have no such things say nothing.
    pub items: BTreeSet<ItemId>,
    /// Whether more may have changed than is said: there was too much of it, or events were lost.
    pub has_more: bool,
}

impl News {
    /// Adds what came after it.
    pub fn add(&mut self, items: impl IntoIterator<Item = ItemId>) {
        for item in items {
            // Nothing more can come of it.
            if self.has_more && self.items.len() >= MOST {
                return;
            }
            if self.items.len() < MOST {
                self.items.insert(item);
            } else if !self.items.contains(&item) {
                self.has_more = true;
            }
        }
    }
}

/// All who listen in this process. Clones share them.
#[derive(Clone, Default)]
pub struct Listeners(Arc<All>);

#[derive(Default)]
struct All {
    count: AtomicUsize,
    by_topic: Mutex<HashMap<Topic, Vec<Arc<Mailbox>>>>,
}

/// What waits for one of them.
#[derive(Default)]
struct Mailbox {
    waiting: Mutex<Option<News>>,
    waker: AtomicWaker,
}

/// Somebody who listens to a topic until this is dropped.
pub struct Listener {
    topic: Topic,
    mailbox: Arc<Mailbox>,
    among: Listeners,
}

impl Listeners {
    /// Listens to what is told from now on.
    pub fn listen(&self, topic: Topic) -> Listener {
        let mailbox = Arc::new(Mailbox::default());
        let mut by_topic = self.by_topic();
        by_topic
            .entry(topic)
            .or_default()
            .push(Arc::clone(&mailbox));
        self.0.count.fetch_add(1, Ordering::SeqCst);
        drop(by_topic);
        Listener {
            topic,
            mailbox,
            among: self.clone(),
        }
    }

    /// Whether there is anybody.
    pub fn is_any(&self) -> bool {
        self.0.count.load(Ordering::SeqCst) > 0
    }

    /// Tells whoever listens to a topic that these have changed, or if there are none, that it has. Never waits, and
    /// costs nothing while nobody listens to anything.
    pub fn tell(&self, topic: Topic, items: &[ItemId]) {
        if !self.is_any() {
            return;
        }
        for mailbox in self.by_topic().get(&topic).into_iter().flatten() {
            mailbox.put(|news| news.add(items.iter().copied()));
        }
    }

    /// Tells whoever listens to one of these topics that it has changed.
    pub fn tell_all(&self, is_of: impl Fn(&Topic) -> bool) {
        self.each(is_of, |_| {});
    }

    /// Tells everybody that something may have been missed.
    pub fn miss(&self) {
        self.each(|_| true, |news| news.has_more = true);
    }

    fn each(&self, is_of: impl Fn(&Topic) -> bool, change: impl Fn(&mut News)) {
        if !self.is_any() {
            return;
        }
        let by_topic = self.by_topic();
        let of = by_topic.iter().filter(|(topic, _)| is_of(topic));
        for mailbox in of.flat_map(|(_, mailboxes)| mailboxes) {
            mailbox.put(&change);
        }
    }

    fn by_topic(&self) -> MutexGuard<'_, HashMap<Topic, Vec<Arc<Mailbox>>>> {
        let by_topic = self.0.by_topic.lock();
        by_topic.unwrap_or_else(PoisonError::into_inner)
    }
}

impl Mailbox {
    fn put(&self, change: impl Fn(&mut News)) {
        change(self.waiting().get_or_insert_default());
        self.waker.wake();
    }

    fn waiting(&self) -> MutexGuard<'_, Option<News>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Listener {
    /// What has happened since this was asked last, once there is something. Nothing is lost if it is no longer waited
    /// for.
    pub async fn next(&mut self) -> News {
        poll_fn(|context| {
            // Before it is looked: who tells in between wakes it.
            self.mailbox.waker.register(context.waker());
            match self.take() {
                Some(news) => Poll::Ready(news),
                None => Poll::Pending,
            }
        })
        .await
    }

    /// What has happened by now, if anything has.
    pub fn take(&mut self) -> Option<News> {
        self.mailbox.waiting().take()
    }

    /// Notes that it may have missed something.
    pub fn miss(&self) {
        self.mailbox.put(|news| news.has_more = true);
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let mut by_topic = self.among.by_topic();
        if let Some(mailboxes) = by_topic.get_mut(&self.topic) {
            mailboxes.retain(|other| !Arc::ptr_eq(other, &self.mailbox));
            if mailboxes.is_empty() {
                by_topic.remove(&self.topic);
            }
        }
        self.among.0.count.fetch_sub(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    const PROFILE: ProfileId = ProfileId(1);

    fn title(id: u64) -> ItemId {
        ItemId::Title(TitleId(id))
    }

    fn news(ids: impl IntoIterator<Item = u64>) -> News {
        News {
            items: ids.into_iter().map(title).collect(),
            has_more: false,
        }
    }

    #[test]
    fn each_is_told_of_its_topic_and_of_the_same_thing_once() {
        let listeners = Listeners::default();
        let mut mine = listeners.listen(Topic::States(PROFILE));
        let mut other = listeners.listen(Topic::States(ProfileId(2)));
        let mut suggestions = listeners.listen(Topic::Suggestions(PROFILE));

        listeners.tell(Topic::States(PROFILE), &[title(1)]);
        listeners.tell(Topic::States(PROFILE), &[title(2), title(1)]);

        assert_eq!(mine.next().now_or_never(), Some(news([1, 2])));
        assert_eq!(mine.next().now_or_never(), None);
        assert_eq!(other.take(), None);
        assert_eq!(suggestions.take(), None);
    }

    #[test]
    fn of_too_many_things_it_is_said_that_there_were_more() {
        let listeners = Listeners::default();
        let mut listener = listeners.listen(Topic::Catalogue);
        let most = u64::try_from(MOST).unwrap();
        let titles: Vec<ItemId> = (0..=most).map(title).collect();

        listeners.tell(Topic::Catalogue, &titles[..MOST]);
        listeners.tell(Topic::Catalogue, &titles[..1]);
        assert_eq!(listener.take(), Some(news(0..most)));

        listeners.tell(Topic::Catalogue, &titles);
        let told = listener.take().unwrap();
        assert_eq!((told.items.len(), told.has_more), (MOST, true));
    }

    #[test]
    fn whoever_may_have_missed_something_is_told_so() {
        let listeners = Listeners::default();
        let mut suggestions = listeners.listen(Topic::Suggestions(PROFILE));
        let mut account = listeners.listen(Topic::Account(UserId(1)));

        listeners.tell_all(|topic| matches!(topic, Topic::Suggestions(_)));
        assert_eq!(suggestions.take(), Some(news([])));
        assert_eq!(account.take(), None);

        listeners.miss();
        let missed = News {
            has_more: true,
            ..News::default()
        };
        assert_eq!(suggestions.take(), Some(missed.clone()));
        assert_eq!(account.take(), Some(missed));
    }

    #[test]
    fn who_has_gone_is_forgotten() {
        let listeners = Listeners::default();
        let first = listeners.listen(Topic::Catalogue);
        let second = listeners.listen(Topic::Catalogue);

        drop(first);
        assert!(listeners.is_any());
        drop(second);

        assert!(!listeners.is_any());
        assert!(listeners.by_topic().is_empty());
    }
}

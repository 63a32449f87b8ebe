//! What was watched, and titles, reach topics: at least once, with what is new at last under each key.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use reelgraph::adapters::memory::{CatalogSnapshot, MemoryEvents, MemoryLeases};
use reelgraph::adapters::sqlite::{
    SqliteCatalog, SqliteDb, SqliteGraph, SqliteNotes, SqliteWatching,
};
use reelgraph::domain::catalog::{CatalogPorts, CatalogService};
use reelgraph::domain::clock::{Clock, SystemClock};
use reelgraph::domain::error::StoreError;
use reelgraph::domain::ids::ProfileId;
use reelgraph::domain::recommend::{
    ProjectionPorts, PublishRound, PublishService, Publishing, TITLES_TOPIC, TopicMessage, Topics,
    WATCHES_TOPIC,
};
use reelgraph::domain::watching::{WatchPorts, WatchRules, WatchService};
use serde_json::Value;

use crate::support::ports::recording;
use crate::support::program::{On, Program};

/// Topics that are in memory.
#[derive(Default)]
struct MemoryTopics {
    messages: Mutex<BTreeMap<&'static str, Vec<TopicMessage>>>,
    is_away: AtomicBool,
}

impl MemoryTopics {
    /// What there is under each key now.
    fn last(&self, topic: &'static str) -> BTreeMap<String, Value> {
        let mut last = BTreeMap::new();
        for message in self.all(topic) {
            match message.value {
                Some(value) => drop(last.insert(
                    message.key,
                    serde_json::from_slice::<Value>(&value).unwrap(),
                )),
                None => drop(last.remove(&message.key)),
            }
        }
        last
    }

    fn all(&self, topic: &'static str) -> Vec<TopicMessage> {
        let messages = self.messages.lock().unwrap();
        messages.get(topic).cloned().unwrap_or_default()
    }
}

#[async_trait]
impl Topics for MemoryTopics {
    async fn publish(
        &self,
        topic: &'static str,
        messages: &[TopicMessage],
    ) -> Result<(), StoreError> {
        if self.is_away.load(Ordering::Relaxed) {
            return Err(StoreError::unavailable("it is away"));
        }
        let mut all = self.messages.lock().unwrap();
        all.entry(topic).or_default().extend_from_slice(messages);
        Ok(())
    }

    async fn owners(&self, topic: &'static str) -> Result<Vec<String>, StoreError> {
        let owners = self.all(topic).into_iter().map(|message| message.owner);
        Ok(owners.collect::<BTreeSet<_>>().into_iter().collect())
    }

    async fn keys_of(
        &self,
        topic: &'static str,
        owners: &[String],
    ) -> Result<Vec<String>, StoreError> {
        let keys = self.last(topic).into_keys();
        let owner = |key: &String| key.split(':').next().unwrap().to_owned();
        Ok(keys.filter(|key| owners.contains(&owner(key))).collect())
    }
}

/// A clock that stands still, ahead: what the demo site was given is older than all that may have come late.
struct Later {
    started_at: DateTime<Utc>,
    seconds: AtomicI64,
}

impl Clock for Later {
    fn now(&self) -> DateTime<Utc> {
        self.started_at + TimeDelta::seconds(self.seconds.load(Ordering::Relaxed))
    }
}

/// The demo site with topics.
struct Site {
    program: Program,
    topics: Arc<MemoryTopics>,
    ports: ProjectionPorts,
    catalog: CatalogService,
    watching: WatchService,
    clock: Arc<Later>,
}

impl Site {
    async fn open() -> Self {
        let program = Program::seeded(On::Embedded).await;
        let db = SqliteDb::open(&program.data().join("reelgraph.sqlite")).unwrap();
        let store = Arc::new(SqliteCatalog::new(db.clone()));
        let watches = Arc::new(SqliteWatching::new(db.clone()));
        let clock = Arc::new(Later {
            started_at: SystemClock.now(),
            seconds: AtomicI64::new(600),
        });
        let catalog = CatalogService::new(CatalogPorts::on(Arc::new(CatalogSnapshot::new(
            Arc::clone(&store),
        ))));
        let watching = WatchService::new(
            WatchPorts::on(Arc::clone(&watches), recording()),
            catalog.clone(),
            WatchRules::default(),
            clock.clone(),
            Arc::new(MemoryEvents::new()),
        );
        let ports = ProjectionPorts {
            graph: Arc::new(SqliteGraph::new(db.clone())),
            titles: store.clone(),
            watches,
            watchers: store,
            notes: Arc::new(SqliteNotes::new(db)),
            leases: Arc::new(MemoryLeases::new()),
        };
        Self {
            program,
            topics: Arc::default(),
            ports,
            catalog,
            watching,
            clock,
        }
    }

    /// As a server that has just started.
    fn service(&self) -> PublishService {
        self.service_on(self.topics.clone())
    }

    fn service_on(&self, topics: Arc<dyn Topics>) -> PublishService {
        PublishService::new(
            topics,
            self.ports.clone(),
            self.catalog.clone(),
            self.clock.clone(),
        )
    }

    /// Writes a watched title once more, as a server would some seconds ago.
    fn write(&self, number: u32, seconds_ago: i64) {
        let path = self.program.data().join("reelgraph.sqlite");
        let db = rusqlite::Connection::open(path).unwrap();
        let at = self.clock.now() - TimeDelta::seconds(seconds_ago);
        let sql = "UPDATE watched_titles SET revision = revision + 1, updated_at = ?1 WHERE (profile, title) =
            (SELECT profile, title FROM watched_titles ORDER BY profile, title LIMIT 1 OFFSET ?2)";
        let written = db.execute(sql, (at.timestamp_millis(), number));
        assert_eq!(written.unwrap(), 1);
    }
}

/// Sends all that there is. Says how many messages that took.
async fn send_all(service: &PublishService, publishing: &mut Option<Publishing>) -> usize {
    let mut all = 0;
    loop {
        match service.publish(publishing).await.unwrap() {
            PublishRound::More(sent) => all += sent,
            PublishRound::Done(sent) => return all + sent,
            PublishRound::Elsewhere => panic!("nobody else sends"),
        }
    }
}

#[tokio::test]
async fn topics_carry_what_is_exported() {
    let site = Site::open().await;
    let folder = site.program.data().join("messages");
    let service = site.service();
    let mut publishing = None;

    send_all(&service, &mut publishing).await;

    let arguments = ["graph", "export", folder.to_str().unwrap()];
    site.program.expect(&arguments).await;
    for topic in [WATCHES_TOPIC, TITLES_TOPIC] {
        let text = std::fs::read_to_string(folder.join(format!("{topic}.ndjson"))).unwrap();
        let exported: BTreeMap<String, Value> = text
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap())
            .map(|line| {
                (
                    line["key"].as_str().unwrap().to_owned(),
                    line["value"].clone(),
                )
            })
            .collect();
        assert!(exported.len() > 100, "{topic}");
        assert_eq!(site.topics.last(topic), exported, "{topic}");
        for message in site.topics.all(topic) {
            assert_eq!(message.key.split(':').next(), Some(&*message.owner));
        }
    }
    assert_eq!(send_all(&service, &mut publishing).await, 0, "all was sent");
}

#[tokio::test]
async fn a_broker_that_was_away_gets_everything_when_it_is_back() {
    let site = Site::open().await;
    let service = site.service();
    let mut publishing = None;
    site.topics.is_away.store(true, Ordering::Relaxed);

    let away = service.publish(&mut publishing).await;
    assert!(away.is_err());
    site.topics.is_away.store(false, Ordering::Relaxed);
    send_all(&service, &mut publishing).await;

    let all = site.topics.last(WATCHES_TOPIC).len();
    assert!(all > 1000, "{all}");
    // Another server goes on where the record says, and not from the beginning.
    service.leave().await.unwrap();
    assert_eq!(send_all(&site.service(), &mut None).await, 0);
}

#[tokio::test]
async fn topics_that_were_lost_are_filled_again() {
    let site = Site::open().await;
    let service = site.service();
    send_all(&service, &mut None).await;
    let before = site.topics.last(WATCHES_TOPIC);
    site.topics.messages.lock().unwrap().clear();

    send_all(&service, &mut None).await;

    assert_eq!(site.topics.last(WATCHES_TOPIC), before);
}

#[tokio::test]
async fn what_comes_late_is_sent_once_and_what_is_new_at_once() {
    let site = Site::open().await;
    let service = site.service();
    let mut publishing = None;
    send_all(&service, &mut publishing).await;
    let later = |seconds| site.clock.seconds.fetch_add(seconds, Ordering::Relaxed);

    site.write(1, 1);
    let new = send_all(&service, &mut publishing).await;
    // It is dated before what was sent, and was not there then.
    site.write(2, 20);
    let too_soon = send_all(&service, &mut publishing).await;
    later(60);
    site.write(3, 1);
    let late = send_all(&service, &mut publishing).await;
    later(60);
    let again = send_all(&service, &mut publishing).await;

    assert_eq!((new, too_soon, late, again), (1, 0, 2, 0));
    // What is noted says so, too.
    service.leave().await.unwrap();
    assert_eq!(send_all(&site.service(), &mut None).await, 0);
}

/// The profile that the first of some messages are of.
fn first_profile(messages: &BTreeMap<String, Value>) -> ProfileId {
    let key = messages.keys().next().unwrap();
    ProfileId(key.split(':').next().unwrap().parse().unwrap())
}

#[cfg(feature = "kafka")]
#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_has_nothing_of_an_erased_profile_a_round_later() {
    let site = Site::open().await;
    let elsewhere = site.service();
    send_all(&elsewhere, &mut None).await;
    elsewhere.leave().await.unwrap();
    let profile = first_profile(&site.topics.last(WATCHES_TOPIC));
    let cluster = rdkafka::mocking::MockCluster::new(1).unwrap();
    for topic in [WATCHES_TOPIC, TITLES_TOPIC] {
        cluster.create_topic(topic, 3, 1).unwrap();
    }
    let topics = reelgraph::adapters::kafka::KafkaTopics::open(&cluster.bootstrap_servers());
    let topics: Arc<dyn Topics> = Arc::new(topics.unwrap());
    let service = site.service_on(topics.clone());
    let mut publishing = None;
    send_all(&service, &mut publishing).await;
    let owner = [profile.to_string()];
    let before = topics.keys_of(WATCHES_TOPIC, &owner).await.unwrap();

    site.watching.erase_profile(profile).await.unwrap();
    send_all(&service, &mut publishing).await;

    assert_ne!(before, [""; 0]);
    let after = topics.keys_of(WATCHES_TOPIC, &owner).await.unwrap();
    assert_eq!(after, [""; 0]);
    // There are nulls for those who have read what was there.
    let owners = topics.owners(WATCHES_TOPIC).await.unwrap();
    assert!(owners.contains(&owner[0]), "{owners:?}");
}

#[tokio::test]
async fn messages_of_an_erased_profile_are_taken_back() {
    let site = Site::open().await;
    let service = site.service();
    // The same server goes on: it learns of it.
    let mut publishing = None;
    send_all(&service, &mut publishing).await;
    let before = site.topics.last(WATCHES_TOPIC);
    let id = first_profile(&before);

    site.watching.erase_profile(id).await.unwrap();
    send_all(&service, &mut publishing).await;

    let of_profile = |key: &String| key.starts_with(&format!("{id}:"));
    let expected: BTreeSet<String> = before
        .keys()
        .filter(|key| !of_profile(key))
        .cloned()
        .collect();
    let after: BTreeSet<String> = site.topics.last(WATCHES_TOPIC).into_keys().collect();
    assert!(expected.len() < before.len());
    assert_eq!(after, expected);
}

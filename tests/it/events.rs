//! Events reach everybody in the process at once, and the servers that share a Redis each once.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use reelgraph::adapters::memory::MemoryEvents;
use reelgraph::adapters::redis::{RedisDb, RedisEvents};
use reelgraph::domain::events::{Event, EventBus};
use reelgraph::domain::ids::{ProfileId, TitleId};
use reelgraph::domain::listeners::{ItemId, Listener, Topic};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::broadcast::Receiver;

use crate::support::SOON;
use crate::support::proxy::Wire;
use crate::support::servers::{self, PATIENT};

/// A bus as a server has it, and what is received there.
struct Server {
    bus: RedisEvents,
    received: Receiver<Event>,
}

impl Server {
    /// A server that has subscribed already.
    async fn start(url: &SecretString, prefix: &str) -> Self {
        Self::with_timeout(url, prefix, PATIENT).await
    }

    /// The same, where an operation on Redis may take only so long.
    async fn with_timeout(url: &SecretString, prefix: &str, timeout: Duration) -> Self {
        let local = MemoryEvents::new();
        let received = local.subscribe();
        let db = RedisDb::open(url, prefix, timeout).unwrap();
        let mut server = Self {
            bus: RedisEvents::new(db, Arc::new(local)),
            received,
        };
        assert_eq!(server.next().await, Event::Missed);
        server
    }

    async fn next(&mut self) -> Event {
        tokio::time::timeout(SOON, self.received.recv())
            .await
            .expect("it receives something")
            .unwrap()
    }
}

fn tastes(profiles: &[u64]) -> Event {
    Event::TastesChanged(profiles.iter().copied().map(ProfileId).collect())
}

/// Passes the last of the servers, and every one, an event that comes after all others.
async fn assert_nothing_more(servers: &mut [Server]) {
    let last = tastes(&[u64::MAX]);
    for server in 0..servers.len() {
        servers[server].bus.publish(last.clone());
        for (at, listener) in servers.iter_mut().enumerate() {
            assert_eq!(listener.next().await, last, "at {at}, from {server}");
        }
    }
}

#[tokio::test]
async fn servers_hear_each_others_events_once() {
    let (url, prefix) = servers::redis_url();
    let mut servers = [
        Server::start(&url, &prefix).await,
        Server::start(&url, &prefix).await,
        Server::start(&url, &prefix).await,
    ];
    let events = [tastes(&[1, u64::MAX >> 1]), Event::SimilarChanged];
    let others = [tastes(&[2]), Event::CatalogChanged];

    for event in &events {
        servers[0].bus.publish(event.clone());
        for server in &mut servers {
            assert_eq!(server.next().await, *event);
        }
    }
    for event in &others {
        servers[1].bus.publish(event.clone());
        for server in &mut servers {
            assert_eq!(server.next().await, *event);
        }
    }

    assert_nothing_more(&mut servers).await;
}

#[tokio::test]
async fn what_only_concerns_its_server_stays_there() {
    let (url, prefix) = servers::redis_url();
    let mut servers = [
        Server::start(&url, &prefix).await,
        Server::start(&url, &prefix).await,
    ];

    for event in [
        Event::WatchesChanged,
        Event::MailQueued,
        Event::ErasureRequested,
        Event::JobQueued,
    ] {
        servers[0].bus.publish(event.clone());
        assert_eq!(servers[0].next().await, event);
    }

    assert_nothing_more(&mut servers).await;
}

#[tokio::test]
async fn sites_on_one_redis_do_not_hear_each_other() {
    let (url, prefix) = servers::redis_url();
    let (_, other) = servers::redis_url();
    let mut here = Server::start(&url, &prefix).await;
    let mut there = Server::start(&url, &other).await;

    here.bus.publish(Event::SimilarChanged);
    assert_eq!(here.next().await, Event::SimilarChanged);

    assert_nothing_more(std::slice::from_mut(&mut there)).await;
}

#[tokio::test]
async fn what_is_not_understood_is_missed() {
    let (url, prefix) = servers::redis_url();
    let mut server = Server::start(&url, &prefix).await;

    let mut publish = redis::cmd("PUBLISH");
    let of_the_future = r#"{"server":"00000000-0000-4000-8000-000000000000","news":"rain"}"#;
    let received: u32 = publish
        .arg(format!("{prefix}events"))
        .arg(of_the_future)
        .query_async(&mut servers::redis_connection().await)
        .await
        .unwrap();

    // A server of a cluster counts those alone who listen to it.
    let is_cluster = !servers::redis_tag("events").is_empty();
    assert!(received == 1 || is_cluster);
    assert_eq!(server.next().await, Event::Missed);
}

/// A server whose Redis is behind a wire.
async fn behind_a_wire(url: &SecretString, prefix: &str) -> (Server, Wire) {
    let target = url.expose_secret().strip_prefix("redis://").unwrap();
    let wire = Wire::to(target).await;
    let url = format!("redis://127.0.0.1:{}", wire.port).into();
    // A silent Redis is to be given up before the wire is mended, and one that a busy machine holds up is not.
    let timeout = Duration::from_secs(10);
    (Server::with_timeout(&url, prefix, timeout).await, wire)
}

/// A wire to Redis that breaks or falls silent, and what the servers at its ends know afterwards.
async fn events_go_on_after_a_broken_wire(hang: bool) {
    let (url, prefix) = servers::redis_url();
    let (mut cut_off, wire) = behind_a_wire(&url, &prefix).await;
    let mut other = Server::start(&url, &prefix).await;
    if hang {
        wire.silence().await;
    } else {
        wire.cut().await;
    }

    // Said at once where it is said; nobody else receives it.
    cut_off.bus.publish(tastes(&[1]));
    assert_eq!(cut_off.next().await, tastes(&[1]));
    other.bus.publish(tastes(&[2]));
    assert_eq!(other.next().await, tastes(&[2]));
    // Longer than it takes to find out that a silent wire is dead.
    tokio::time::sleep(Duration::from_secs(8)).await;
    assert!(cut_off.received.is_empty());
    wire.mend();

    // Each of them learns that something was said which it did not receive.
    assert_eq!(other.next().await, Event::Missed);
    assert_eq!(cut_off.next().await, Event::Missed);
    assert_nothing_more(&mut [cut_off, other]).await;
}

#[tokio::test]
async fn events_go_on_after_a_broken_connection() {
    events_go_on_after_a_broken_wire(false).await;
}

#[tokio::test]
async fn events_go_on_after_a_redis_that_hung() {
    events_go_on_after_a_broken_wire(true).await;
}

fn state(profile: u64, film: u64) -> Event {
    Event::StatesChanged {
        profile: ProfileId(profile),
        items: [ItemId::Title(TitleId(film))].into(),
    }
}

/// The films that a listener of the first profile is told of until this one is among them. A server publishes it, and what
/// another profile watched, until then: nothing says when others hear it.
async fn told_until(listener: &mut Listener, server: &Server, film: u64) -> BTreeSet<u64> {
    let began = Instant::now();
    let mut films = BTreeSet::new();
    while !films.contains(&film) {
        assert!(began.elapsed() < SOON, "it is told of {films:?} alone");
        server.bus.publish(state(2, 20));
        server.bus.publish(state(1, film));
        let told = tokio::time::timeout(Duration::from_secs(1), listener.next()).await;
        for item in told.into_iter().flat_map(|news| news.items) {
            if let ItemId::Title(id) = item {
                films.insert(id.0);
            }
        }
    }
    films
}

#[tokio::test]
async fn listeners_are_told_by_any_server_what_is_theirs_and_nobody_else_is() {
    let (url, prefix) = servers::redis_url();
    let mut servers = [
        Server::start(&url, &prefix).await,
        Server::start(&url, &prefix).await,
    ];
    let topic = Topic::States(ProfileId(1));
    let mut listener = servers[0].bus.listen(topic).await;

    let told = told_until(&mut listener, &servers[1], 10).await;
    assert_eq!(told, BTreeSet::from([10]));
    // What was published before may come still.
    let told = told_until(&mut listener, &servers[0], 11).await;
    assert!(told.is_subset(&BTreeSet::from([10, 11])), "{told:?}");

    assert!(servers[0].bus.is_heard());
    assert!(!servers[1].bus.is_heard());
    drop(listener);
    assert!(!servers[0].bus.is_heard());
    assert_nothing_more(&mut servers).await;
}

#[tokio::test]
async fn listeners_that_were_cut_off_are_told_that_they_missed_something() {
    let (url, prefix) = servers::redis_url();
    let (cut_off, wire) = behind_a_wire(&url, &prefix).await;
    let other = Server::start(&url, &prefix).await;
    let topic = Topic::States(ProfileId(1));
    let mut listener = cut_off.bus.listen(topic).await;
    let told = told_until(&mut listener, &other, 10).await;
    assert_eq!(told, BTreeSet::from([10]));

    wire.cut().await;
    other.bus.publish(state(1, 11));
    wire.mend();

    let missed = async { while !listener.next().await.has_more {} };
    let missed = tokio::time::timeout(SOON, missed).await;
    missed.expect("it is told that it missed something");
    // From then on nothing is missed.
    let began = Instant::now();
    loop {
        other.bus.publish(state(1, 12));
        let heard = tokio::time::timeout(Duration::from_secs(1), listener.next()).await;
        if heard.is_ok_and(|news| news.items.contains(&ItemId::Title(TitleId(12)))) {
            break;
        }
        assert!(began.elapsed() < SOON, "other servers are not heard again");
    }
}

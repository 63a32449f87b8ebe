//! The real servers. A test that cannot reach its server fails.

#![expect(
    clippy::disallowed_methods,
    reason = "tests get the addresses from their environment"
)]

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{LazyLock, Mutex};
use std::time::Duration;

use redis::aio::ConnectionLike;
use secrecy::SecretString;
use tokio::sync::{Semaphore, SemaphorePermit};

/// How long an operation on a server may take where that is not what is tested: on a busy machine any may take seconds.
pub(crate) const PATIENT: Duration = Duration::from_secs(60);

/// The address of a MongoDB database that no other test uses.
pub(crate) fn mongo_uri() -> SecretString {
    let uri = setting("MONGODB_URI");
    let (address, options) = uri.split_once('?').unwrap_or((&uri, ""));
    let address = address.trim_end_matches('/');
    format!("{address}/{}?{options}", unique("it")).into()
}

/// The address of Redis, and a prefix for keys that no other test uses.
pub(crate) fn redis_url() -> (SecretString, String) {
    (setting("REDIS_URL").into(), format!("{}:", unique("it")))
}

/// A connection to Redis that goes round our code, to one server or to a cluster.
pub(crate) enum RedisConnection {
    One(redis::aio::MultiplexedConnection),
    Cluster(redis::cluster_async::ClusterConnection),
}

/// The addresses of a cluster, if the tests run on one (`tests/growth/redis-cluster`).
fn redis_cluster() -> Option<Vec<String>> {
    let url = setting("REDIS_URL");
    let nodes = url.strip_prefix("redis+cluster://")?;
    Some(
        nodes
            .split(',')
            .map(|node| format!("redis://{node}"))
            .collect(),
    )
}

/// What stands in keys of a group on a cluster, and nothing on one server.
pub(crate) fn redis_tag(group: &str) -> String {
    redis_cluster().map_or_else(String::new, |_| format!(":{{{group}}}"))
}

/// A connection to Redis that goes round our code.
pub(crate) async fn redis_connection() -> RedisConnection {
    if let Some(nodes) = redis_cluster() {
        let client = redis::cluster::ClusterClient::new(nodes).unwrap();
        return RedisConnection::Cluster(client.get_async_connection().await.unwrap());
    }
    let client = redis::Client::open(setting("REDIS_URL")).unwrap();
    RedisConnection::One(client.get_multiplexed_async_connection().await.unwrap())
}

impl ConnectionLike for RedisConnection {
    fn req_packed_command<'a>(
        &'a mut self,
        cmd: &'a redis::Cmd,
    ) -> redis::RedisFuture<'a, redis::Value> {
        match self {
            Self::One(one) => one.req_packed_command(cmd),
            Self::Cluster(cluster) => cluster.req_packed_command(cmd),
        }
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        pipeline: &'a redis::Pipeline,
        offset: usize,
        count: usize,
    ) -> redis::RedisFuture<'a, Vec<redis::Value>> {
        match self {
            Self::One(one) => one.req_packed_commands(pipeline, offset, count),
            Self::Cluster(cluster) => cluster.req_packed_commands(pipeline, offset, count),
        }
    }

    fn get_db(&self) -> i64 {
        0
    }
}

/// The keys in Redis that begin with a prefix, in order.
pub(crate) async fn redis_keys(prefix: &str) -> Vec<String> {
    let mut keys: Vec<String> = redis::cmd("KEYS")
        .arg(format!("{prefix}*"))
        .query_async(&mut redis_connection().await)
        .await
        .unwrap();
    keys.sort();
    keys
}

/// How to reach Neo4j.
pub(crate) struct Neo4jServer {
    pub(crate) uri: String,
    pub(crate) user: String,
    pub(crate) password: SecretString,
    /// Given back before another test may go on.
    _turn: Turn,
}

/// A Neo4j, for this test alone as long as the value lives. It is not emptied here.
pub(crate) async fn neo4j() -> Neo4jServer {
    let turn = Turn::take().await;
    Neo4jServer {
        uri: turn.uri.clone(),
        user: setting("NEO4J_USER"),
        password: setting("NEO4J_PASSWORD").into(),
        _turn: turn,
    }
}

/// Neo4j Community has one database, so the tests that use it take turns at the servers that there are.
struct Turn {
    uri: String,
    _permit: SemaphorePermit<'static>,
}

/// The servers that nobody uses, one for each permit.
struct Free {
    uris: Mutex<Vec<String>>,
    permits: Semaphore,
}

static FREE: LazyLock<Free> = LazyLock::new(|| {
    let uris = std::env::var("NEO4J_URIS").unwrap_or_else(|_| setting("NEO4J_URI"));
    let uris: Vec<String> = uris.split_whitespace().map(str::to_owned).collect();
    Free {
        permits: Semaphore::new(uris.len()),
        uris: Mutex::new(uris),
    }
});

impl Turn {
    async fn take() -> Self {
        let permit = FREE.permits.acquire().await.unwrap();
        let uri = FREE.uris.lock().unwrap().pop().unwrap();
        Self {
            uri,
            _permit: permit,
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        FREE.uris
            .lock()
            .unwrap()
            .push(std::mem::take(&mut self.uri));
    }
}

/// A name that no other test of this or another run uses.
pub(crate) fn unique(prefix: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!(
        "{prefix}_{}_{}",
        std::process::id(),
        NEXT.fetch_add(1, Ordering::Relaxed)
    )
}

fn setting(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| {
        panic!("{name} is not set: run the tests with tests/run, which starts the servers")
    })
}

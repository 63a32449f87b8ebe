//! The real servers. A test that cannot reach its server fails.

#![expect(
    clippy::disallowed_methods,
    reason = "tests get the addresses from their environment"
)]

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use secrecy::SecretString;
use tokio::sync::{Mutex, MutexGuard};

/// How long an operation on a server may take where that is not what is tested: on a busy machine any may take seconds.
pub(crate) const PATIENT: Duration = Duration::from_secs(60);

/// Neo4j Community has one database, so the tests that use it take turns.
static NEO4J: Mutex<()> = Mutex::const_new(());

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

/// A connection to Redis that goes round our code.
pub(crate) async fn redis_connection() -> redis::aio::MultiplexedConnection {
    let client = redis::Client::open(setting("REDIS_URL")).unwrap();
    client.get_multiplexed_async_connection().await.unwrap()
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
    _turn: MutexGuard<'static, ()>,
}

/// Neo4j, for this test alone as long as the value lives. It is not emptied here.
pub(crate) async fn neo4j() -> Neo4jServer {
    Neo4jServer {
        uri: setting("NEO4J_URI"),
        user: setting("NEO4J_USER"),
        password: setting("NEO4J_PASSWORD").into(),
        _turn: NEO4J.lock().await,
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

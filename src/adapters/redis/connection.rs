//! What commands go over: one server, the primary that Sentinels name, or a cluster.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use redis::aio::{
    ConnectionLike, ConnectionManager, ConnectionManagerConfig, MultiplexedConnection, PubSub,
};
use redis::cluster::ClusterClient;
use redis::cluster_async::ClusterConnection;
use redis::sentinel::SentinelClient;
use redis::{
    AsyncConnectionConfig, Client, Cmd, ErrorKind, Pipeline, RedisError, RedisFuture, RedisResult,
    ServerErrorKind, Value,
};
use tokio::sync::Mutex;

use super::address::Address;

/// A connection that mends itself. Clones share it.
#[derive(Clone)]
pub(super) enum Connection {
    /// To the server that the address names.
    Server(ConnectionManager),
    /// To those that have to be found first.
    Found(Arc<Found>),
}

/// How servers are found, and what is known of them now.
pub(super) struct Found {
    config: AsyncConnectionConfig,
    known: Mutex<Known>,
}

struct Known {
    /// Who tells which servers there are.
    source: Source,
    /// Goes up with each connection, so that a late failure of one does not end the next.
    number: u64,
    link: Option<Link>,
}

enum Source {
    Sentinels(Box<SentinelClient>),
    Cluster(Box<ClusterClient>),
}

#[derive(Clone)]
enum Link {
    Primary(MultiplexedConnection),
    Cluster(ClusterConnection),
}

/// How to subscribe to channels, by a connection of its own.
#[derive(Clone)]
pub(super) enum Listening {
    /// On the primary that Sentinels name.
    OnPrimary(Arc<Found>),
    /// On any of these, another one each time, for one may be away: each server of a cluster hears what is published on
    /// another.
    OnAny {
        servers: Arc<[Client]>,
        tried: Arc<AtomicUsize>,
    },
}

/// Nothing is connected before the first command. How long to wait for a connection, and for an answer. Must be called
/// inside a Tokio runtime.
pub(super) fn connect(
    address: Address,
    [connecting, answering]: [Duration; 2],
) -> RedisResult<(Connection, Listening)> {
    let found = |source| {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(connecting))
            .set_response_timeout(Some(answering));
        let known = Known {
            source,
            number: 0,
            link: None,
        };
        Arc::new(Found {
            config,
            known: Mutex::new(known),
        })
    };
    Ok(match address {
        Address::Server(client) => {
            // Few attempts: whoever asks has no time for more, and the next operation begins anew.
            let config = ConnectionManagerConfig::new()
                .set_connection_timeout(Some(connecting))
                // The default of redis 1.8, half a second, is less than a slow disk needs.
                .set_response_timeout(Some(answering))
                .set_number_of_retries(1);
            let manager = ConnectionManager::new_lazy_with_config((*client).clone(), config)?;
            (
                Connection::Server(manager),
                Listening::on_any([*client].into()),
            )
        }
        Address::Sentinels(client) => {
            let found = found(Source::Sentinels(client));
            let listening = Listening::OnPrimary(Arc::clone(&found));
            (Connection::Found(found), listening)
        }
        Address::Cluster { nodes, clients } => {
            let client = ClusterClient::builder(nodes)
                .connection_timeout(connecting)
                .response_timeout(answering)
                // Whoever asks waits only so long; the next answer may come from another server.
                .overall_response_timeout(None)
                .build()?;
            let found = found(Source::Cluster(Box::new(client)));
            (Connection::Found(found), Listening::on_any(clients.into()))
        }
    })
}

impl Listening {
    fn on_any(servers: Arc<[Client]>) -> Self {
        Self::OnAny {
            servers,
            tried: Arc::default(),
        }
    }

    pub(super) async fn open(&self) -> RedisResult<PubSub> {
        match self {
            Self::OnPrimary(found) => found.primary().await?.get_async_pubsub().await,
            Self::OnAny { servers, tried } => {
                let turn = tried.fetch_add(1, Ordering::Relaxed);
                let server = servers.get(turn % servers.len().max(1));
                server.ok_or_else(nobody)?.get_async_pubsub().await
            }
        }
    }
}

impl Found {
    /// The connection as it is now, or a new one.
    async fn link(&self) -> RedisResult<(u64, Link)> {
        let mut known = self.known.lock().await;
        if let Some(link) = &known.link {
            return Ok((known.number, link.clone()));
        }
        let link = match &mut known.source {
            Source::Sentinels(client) => Link::Primary(
                client
                    .get_async_connection_with_config(&self.config)
                    .await?,
            ),
            Source::Cluster(client) => Link::Cluster(client.get_async_connection().await?),
        };
        known.number += 1;
        known.link = Some(link.clone());
        Ok((known.number, link))
    }

    /// The server that Sentinels name.
    async fn primary(&self) -> RedisResult<Client> {
        match &mut self.known.lock().await.source {
            Source::Sentinels(client) => client.async_get_client().await,
            Source::Cluster(_) => Err(nobody()),
        }
    }

    /// The next command looks for another connection.
    async fn forget(&self, number: u64) {
        let mut known = self.known.lock().await;
        if known.number == number {
            known.link = None;
        }
    }

    async fn command(&self, command: &Cmd) -> RedisResult<Value> {
        let (number, link) = self.link().await?;
        let (done, is_primary) = match link {
            Link::Primary(mut primary) => (primary.req_packed_command(command).await, true),
            Link::Cluster(mut cluster) => (cluster.req_packed_command(command).await, false),
        };
        let is_lost = match &done {
            Ok(value) => is_primary && is_refused(value),
            Err(error) => is_gone(error, is_primary),
        };
        if is_lost {
            self.forget(number).await;
        }
        done
    }

    async fn commands(
        &self,
        all: &Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisResult<Vec<Value>> {
        let (number, link) = self.link().await?;
        let (done, is_primary) = match link {
            Link::Primary(mut primary) => {
                (primary.req_packed_commands(all, offset, count).await, true)
            }
            Link::Cluster(mut cluster) => {
                (cluster.req_packed_commands(all, offset, count).await, false)
            }
        };
        let is_lost = match &done {
            Ok(values) => is_primary && values.iter().any(is_refused),
            Err(error) => is_gone(error, is_primary),
        };
        if is_lost {
            self.forget(number).await;
        }
        done
    }
}

/// Whether the server says that it is the primary no longer.
fn is_refused(value: &Value) -> bool {
    matches!(value, Value::ServerError(error) if error.kind() == Some(ServerErrorKind::ReadOnly))
}

/// Whether there is another connection to be looked for. One to a cluster finds its servers by itself, as long as it knows
/// any: to make a new one costs everybody the wait for a server that is down.
fn is_gone(error: &RedisError, is_primary: bool) -> bool {
    if is_primary {
        error.is_io_error() || error.kind() == ErrorKind::Server(ServerErrorKind::ReadOnly)
    } else {
        error.kind() == ErrorKind::ClusterConnectionNotFound
    }
}

fn nobody() -> RedisError {
    (ErrorKind::InvalidClientConfig, "no server is named").into()
}

impl ConnectionLike for Connection {
    fn req_packed_command<'a>(&'a mut self, cmd: &'a Cmd) -> RedisFuture<'a, Value> {
        match self {
            Self::Server(server) => server.req_packed_command(cmd),
            Self::Found(found) => Box::pin(found.command(cmd)),
        }
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        pipeline: &'a Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        match self {
            Self::Server(server) => server.req_packed_commands(pipeline, offset, count),
            Self::Found(found) => Box::pin(found.commands(pipeline, offset, count)),
        }
    }

    fn get_db(&self) -> i64 {
        match self {
            Self::Server(server) => server.get_db(),
            Self::Found(_) => 0,
        }
    }
}

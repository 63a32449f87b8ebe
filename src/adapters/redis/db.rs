//! The connection and its time limits.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use redis::aio::{ConnectionManager, ConnectionManagerConfig, PubSubSink, PubSubStream};
use redis::{AsyncCommands, Client, ErrorKind, RedisError, RedisResult, ServerErrorKind};
use secrecy::{ExposeSecret, SecretString};

use crate::domain::error::StoreError;
use crate::domain::ping::{Ping, Room};

/// What the server says when its memory is full, and when its disk is and it must not write what it cannot keep.
const NO_ROOM: [&str; 2] = ["OOM", "MISCONF"];

/// A connection to the server that the address names, which mends itself. Clones share it.
#[derive(Clone)]
pub struct RedisDb {
    client: Client,
    connection: ConnectionManager,
    key_prefix: Arc<str>,
    timeout: Duration,
    room: Room,
}

impl RedisDb {
    /// Reads the address. Nothing is connected before the first operation. Must be called inside a Tokio runtime.
    /// All keys begin with `key_prefix`, so that several sites can share a server. `timeout` is how long any one
    /// operation may take, waiting for a connection included.
    pub fn open(
        url: &SecretString,
        key_prefix: &str,
        timeout: Duration,
    ) -> Result<Self, StoreError> {
        let client = Client::open(url.expose_secret()).map_err(store_error)?;
        // Few attempts: whoever asks has no time for more, and the next operation begins anew.
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(timeout * 3 / 8))
            // The default of redis 1.8, half a second, is less than a slow disk needs.
            .set_response_timeout(Some(patience(timeout)))
            .set_number_of_retries(1);
        let connection =
            ConnectionManager::new_lazy_with_config(client.clone(), config).map_err(store_error)?;
        Ok(Self {
            client,
            connection,
            key_prefix: key_prefix.into(),
            timeout,
            room: Room::of("redis"),
        })
    }

    /// How long the server may take to answer.
    pub(super) fn patience(&self) -> Duration {
        patience(self.timeout)
    }

    /// A key of ours.
    pub(super) fn key(&self, name: impl std::fmt::Display) -> String {
        format!("{}{name}", self.key_prefix)
    }

    /// Runs an operation on the connection, for only so long.
    pub(super) async fn run<T, F: Future<Output = RedisResult<T>>>(
        &self,
        operation: impl FnOnce(ConnectionManager) -> F,
    ) -> Result<T, StoreError> {
        let done = tokio::time::timeout(self.timeout, operation(self.connection.clone()))
            .await
            .map_err(StoreError::unavailable)?
            .map_err(store_error);
        if let Err(error) = &done {
            self.room.learn(error);
        }
        done
    }

    /// Subscribes to a channel, by a connection of its own.
    pub(super) async fn subscribe(
        &self,
        channel: &str,
    ) -> Result<(PubSubSink, PubSubStream), StoreError> {
        let subscribe = async {
            let mut listener = self.client.get_async_pubsub().await?;
            listener.subscribe(channel).await?;
            Ok(listener.split())
        };
        tokio::time::timeout(self.timeout, subscribe)
            .await
            .map_err(StoreError::unavailable)?
            .map_err(store_error)
    }
}

/// How long the server may take to answer, of the time that an operation has.
fn patience(timeout: Duration) -> Duration {
    timeout / 2
}

#[async_trait]
impl Ping for RedisDb {
    async fn ping(&self) -> Result<(), StoreError> {
        if self.room.is_missing() {
            let key = self.key("trial");
            self.run(|mut connection| async move {
                connection.set_ex::<_, _, ()>(key, "trial", 1).await
            })
            .await?;
            self.room.is_back();
        }
        self.run(
            |mut connection| async move { redis::cmd("PING").exec_async(&mut connection).await },
        )
        .await
    }
}

/// A fault of the driver or the server as the domain knows it.
pub(super) fn store_error(error: RedisError) -> StoreError {
    match error.kind() {
        ErrorKind::Io
        | ErrorKind::Server(
            ServerErrorKind::BusyLoading
            | ServerErrorKind::ClusterDown
            | ServerErrorKind::MasterDown
            | ServerErrorKind::ReadOnly
            | ServerErrorKind::TryAgain,
        ) => StoreError::unavailable(error),
        _ if error.code().is_some_and(|code| NO_ROOM.contains(&code)) => StoreError::full(error),
        _ => StoreError::failed(error),
    }
}

/// A time as it is stored.
pub(super) fn millis(time: DateTime<Utc>) -> u64 {
    u64::try_from(time.timestamp_millis()).unwrap_or_default()
}

/// A time that was stored.
pub(super) fn read_millis(text: &str) -> Result<DateTime<Utc>, StoreError> {
    let millis = text.parse().map_err(StoreError::failed)?;
    DateTime::from_timestamp_millis(millis)
        .ok_or_else(|| StoreError::failed("what should be a time is none"))
}

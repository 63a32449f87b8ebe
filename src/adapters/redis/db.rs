//! The connection and its time limits.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use redis::aio::{PubSubSink, PubSubStream};
use redis::{AsyncCommands, ErrorKind, RedisError, RedisResult, ServerErrorKind};
use secrecy::{ExposeSecret, SecretString};

use super::address::Address;
use super::connection::{Connection, Listening, connect};
use crate::domain::error::StoreError;
use crate::domain::ping::{Ping, Room};

/// What the server says when its memory is full, and when its disk is and it must not write what it cannot keep.
const NO_ROOM: [&str; 2] = ["OOM", "MISCONF"];

/// A connection to the server, or servers, that the address names, which mends itself. Clones share it.
#[derive(Clone)]
pub struct RedisDb {
    connection: Connection,
    listening: Listening,
    is_cluster: bool,
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
        let address = Address::read(url.expose_secret()).map_err(store_error)?;
        let is_cluster = matches!(address, Address::Cluster { .. });
        let waits = [timeout * 3 / 8, patience(timeout)];
        let (connection, listening) = connect(address, waits).map_err(store_error)?;
        Ok(Self {
            connection,
            listening,
            is_cluster,
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

    /// Whether keys are spread over several servers.
    pub(super) fn is_cluster(&self) -> bool {
        self.is_cluster
    }

    /// What stands in the keys of a group, so that a cluster has them on one server; nothing where there is only one.
    pub(super) fn tag(&self, group: impl std::fmt::Display) -> String {
        if self.is_cluster {
            format!(":{{{group}}}")
        } else {
            String::new()
        }
    }

    /// Runs an operation on the connection, for only so long.
    pub(super) async fn run<T, F: Future<Output = RedisResult<T>>>(
        &self,
        operation: impl FnOnce(Connection) -> F,
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
            let mut listener = self.listening.open().await?;
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
        // To a cluster PING would go to each of its servers, and fail with one of them.
        let mut ask = redis::cmd(if self.is_cluster { "EXISTS" } else { "PING" });
        if self.is_cluster {
            ask.arg(self.key("trial"));
        }
        self.run(|mut connection| async move { ask.exec_async(&mut connection).await })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_a_cluster_has_tags_in_its_keys() {
        let tag = |url: &str| {
            let db = RedisDb::open(&url.into(), "films:", Duration::from_secs(1)).unwrap();
            db.key(format_args!("session{}:7", db.tag(3)))
        };

        assert_eq!(tag("redis://one"), "films:session:7");
        assert_eq!(
            tag("redis+sentinel://one:26379,two:26379/films"),
            "films:session:7"
        );
        assert_eq!(
            tag("redis+cluster://one:6379,two:6379"),
            "films:session:{3}:7"
        );
    }
}

//! The connection, its time limits, and transactions.
//!
//! The driver, neo4rs 0.9.0-rc.11, is a release candidate, so only what was seen to hold is used: reads are single
//! statements, writes are transactions, what the server wants tried again we try again ourselves, and every call runs in
//! a task of its own, so that a client that goes away leaves no half-read answer behind.

use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use futures::future::BoxFuture;
use neo4rs::{
    BoltInteger, BoltMap, BoltType, ConfigBuilder, Error, Graph, Neo4jClientErrorKind,
    Neo4jErrorKind, Query, Txn, query,
};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::domain::error::StoreError;

/// How often a read is tried again.
const READ_AGAIN: usize = 6;
/// How many connections read at the most.
const READERS: usize = 32;
/// How many connections write at the most. A write that was given up stays open on the server, with its locks, until
/// the pool looks at its connection again: with few of them, that is soon.
const WRITERS: usize = 4;

/// A connection to a Neo4j server. Clones share it.
#[derive(Clone)]
pub struct Neo4jDb {
    reads: Graph,
    writes: Graph,
    limits: Limits,
}

/// How long things may take.
#[derive(Clone, Copy)]
struct Limits {
    /// A read, finding a connection included. Whoever waits for it has something to fall back on, so it is less than
    /// what other stores get.
    read: Duration,
    /// After so long the server itself gives up a read.
    read_on_server: Duration,
    /// A write, with all that is tried again. No viewer waits for one.
    write: Duration,
    /// To wait for a connection when all are in use.
    acquire: Duration,
}

impl Limits {
    fn of(timeout: Duration) -> Self {
        Self {
            read: timeout * 3 / 4,
            read_on_server: timeout * 13 / 20,
            write: timeout * 5 / 2,
            acquire: timeout / 2,
        }
    }
}

impl Neo4jDb {
    /// Reads the address. Nothing is connected before the first statement. `timeout` is how long an operation on a
    /// store may take; what is read here has to be faster, what is written may take longer.
    pub fn open(
        uri: &str,
        user: &str,
        password: &SecretString,
        timeout: Duration,
    ) -> Result<Self, StoreError> {
        let limits = Limits::of(timeout);
        let pool = |connections, limit| {
            ConfigBuilder::default()
                .uri(uri)
                .user(user)
                .password(password.expose_secret())
                .max_connections(connections)
                // Also how long the driver waits for any one answer.
                .connection_timeout(limit)
                // A workaround: neo4rs 0.9.0-rc.11 hands `max_lifetime` to the pool as the time to wait for a
                // connection, and `idle_timeout` as the limit of its health check (neo4j-labs/neo4rs#283). So the one
                // is set as if it were named that, and the other never.
                .max_lifetime(limits.acquire)
                .build()
                .and_then(Graph::connect)
                .map_err(store_error)
        };
        Ok(Self {
            reads: pool(READERS, limits.read)?,
            writes: pool(WRITERS, limits.write)?,
            limits,
        })
    }

    /// The rows of a statement that only reads. The server may want it tried again, for instance because what it was
    /// reading has changed meanwhile (`Neo.TransientError.Transaction.Outdated`). If it cannot be reached, that is said
    /// at once.
    pub(super) async fn rows<T>(&self, query: Query) -> Result<Vec<T>, StoreError>
    where
        T: DeserializeOwned + Send + 'static,
    {
        let graph = self.reads.clone();
        let limit = i64::try_from(self.limits.read_on_server.as_millis()).unwrap_or(i64::MAX);
        let query = query.extra("tx_timeout", limit);
        in_time(self.limits.read, async move {
            let patience = ExponentialBuilder::default()
                .with_min_delay(Duration::from_millis(2))
                .with_jitter()
                .with_max_times(READ_AGAIN);
            (|| read(&graph, query.clone()))
                .retry(patience)
                .when(is_transient)
                .await
                .map_err(Fault::Driver)
        })
        .await
    }

    /// Runs `work` in one transaction, and again if the server or the connection fails in passing. It must be idempotent:
    /// a commit whose answer is lost is run again.
    pub(super) async fn write<T>(
        &self,
        work: impl for<'t> Fn(&'t mut Transaction) -> BoxFuture<'t, Result<T, Fault>>
        + Send
        + Sync
        + 'static,
    ) -> Result<T, StoreError>
    where
        T: Send + 'static,
    {
        let graph = self.writes.clone();
        let limit = self.limits.write;
        in_time(limit, async move {
            let patience = ExponentialBuilder::default()
                .with_min_delay(Duration::from_millis(50))
                .with_max_delay(Duration::from_secs(1))
                .with_jitter()
                .without_max_times()
                // Shorter than the limit, so that what is answered in the end is the cause.
                .with_total_delay(Some(limit * 3 / 4));
            (|| attempt(&graph, &work))
                .retry(patience)
                .when(Fault::is_passing)
                .await
        })
        .await
    }
}

/// A transaction that writes. `start_txn` of neo4rs 0.9.0-rc.11 takes no `tx_timeout`; our own limits have to do, and the
/// server's `db.transaction.timeout`.
pub(super) struct Transaction(Txn);

impl Transaction {
    /// Runs a statement whose rows nobody needs.
    pub(super) async fn run(&mut self, query: Query) -> Result<(), Fault> {
        Ok(self.0.run(query).await?)
    }

    /// Runs a statement that returns how many of the things that it is given, under a name, are `there`.
    pub(super) async fn all(
        &mut self,
        statement: &'static str,
        name: &str,
        things: Vec<BoltType>,
    ) -> Result<(), Fault> {
        let count = things.len();
        let things: BoltType = things.into_iter().collect();
        let rows: Vec<There> = self.rows(query(statement).param(name, things)).await?;
        if rows.iter().map(|row| row.there).sum::<usize>() < count {
            return Err(Fault::Removed);
        }
        Ok(())
    }

    /// The rows of a statement.
    pub(super) async fn rows<T: DeserializeOwned>(
        &mut self,
        query: Query,
    ) -> Result<Vec<T>, Fault> {
        let mut stream = self.0.execute(query).await?;
        let mut rows = Vec::new();
        while let Some(row) = stream.next(self.0.handle()).await? {
            rows.push(row.to().map_err(Error::from)?);
        }
        Ok(rows)
    }
}

#[derive(Deserialize)]
struct There {
    there: usize,
}

/// Why a transaction was given up.
#[derive(Debug)]
pub(super) enum Fault {
    Driver(Error),
    /// Something was removed by another transaction after this one found it, and before it had its lock.
    Removed,
}

impl Fault {
    fn is_passing(&self) -> bool {
        match self {
            Self::Driver(error) => is_passing(error) || is_removed(error),
            Self::Removed => true,
        }
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Driver(error)
    }
}

impl From<Fault> for StoreError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Driver(error) => store_error(error),
            Fault::Removed => Self::unavailable("what is written is removed again and again"),
        }
    }
}

/// A map as a parameter.
pub(super) fn map<const N: usize>(entries: [(&str, BoltType); N]) -> BoltType {
    let map: BoltMap = entries
        .into_iter()
        .map(|(key, value)| (key.into(), value))
        .collect();
    BoltType::Map(map)
}

/// A count or a limit as a parameter.
pub(super) fn number(value: usize) -> BoltType {
    BoltType::Integer(BoltInteger::new(i64::try_from(value).unwrap_or(i64::MAX)))
}

async fn read<T: DeserializeOwned>(graph: &Graph, query: Query) -> Result<Vec<T>, Error> {
    let mut stream = graph.execute_read(query).await?;
    let mut rows = Vec::new();
    while let Some(row) = stream.next().await? {
        rows.push(row.to()?);
    }
    Ok(rows)
}

async fn attempt<T>(
    graph: &Graph,
    work: &(impl for<'t> Fn(&'t mut Transaction) -> BoxFuture<'t, Result<T, Fault>> + Sync),
) -> Result<T, Fault> {
    let mut transaction = Transaction(graph.start_txn().await?);
    match work(&mut transaction).await {
        Ok(value) => {
            transaction.0.commit().await?;
            Ok(value)
        }
        Err(first) => {
            // After a failure the server answers the rollback with IGNORED, which neo4rs 0.9.0-rc.11 reports as an
            // error of its own instead of sending RESET.
            drop(transaction.0.rollback().await);
            Err(first)
        }
    }
}

/// Runs an operation in a task of its own, for so long at the most. The limit is inside, so that nothing waits on for
/// a server that hangs.
async fn in_time<T: Send + 'static>(
    limit: Duration,
    operation: impl Future<Output = Result<T, Fault>> + Send + 'static,
) -> Result<T, StoreError> {
    match tokio::spawn(tokio::time::timeout(limit, operation)).await {
        Ok(Ok(result)) => result.map_err(StoreError::from),
        Ok(Err(late)) => Err(StoreError::unavailable(late)),
        Err(panic) => Err(StoreError::failed(panic)),
    }
}

/// A fault of the driver or the server as the domain knows it.
fn store_error(error: Error) -> StoreError {
    if is_passing(&error) || is_late(&error) {
        StoreError::unavailable(error)
    } else {
        StoreError::failed(error)
    }
}

/// Whether the same may succeed in a moment.
fn is_passing(error: &Error) -> bool {
    match error {
        Error::IOError { .. }
        | Error::ConnectionError
        | Error::ConnectionTimedOut
        | Error::IncompleteBoltExchange
        | Error::RequestIgnoredError
        | Error::ServerUnavailableError(_) => true,
        Error::Neo4j(neo4j) => {
            is_transient(error)
                || matches!(
                    neo4j.kind(),
                    Neo4jErrorKind::Client(
                        Neo4jClientErrorKind::SessionExpired
                            | Neo4jClientErrorKind::TransactionTerminated
                    )
                )
        }
        _ => false,
    }
}

/// Whether the server answers, and wants the same tried again.
fn is_transient(error: &Error) -> bool {
    matches!(error, Error::Neo4j(error) if error.kind() == Neo4jErrorKind::Transient)
}

/// Whether the server missed what another transaction has removed meanwhile.
fn is_removed(error: &Error) -> bool {
    matches!(error, Error::Neo4j(error) if error.code() == "Neo.ClientError.Statement.EntityNotFound")
}

/// Whether the server gave up because it took too long.
fn is_late(error: &Error) -> bool {
    matches!(error, Error::Neo4j(error) if error.code().contains("TransactionTimedOut"))
}

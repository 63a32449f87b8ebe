//! The connection, its time limits, and transactions.

use std::ops::Deref;
use std::time::Duration;

use async_trait::async_trait;
use bson::doc;
use futures::future::BoxFuture;
use mongodb::error::{Error, ErrorKind, WriteFailure};
use mongodb::options::{
    Acknowledgment, ClientOptions, CollectionOptions, ReadConcern, SelectionCriteria, WriteConcern,
};
use mongodb::{Client, ClientSession, Database};
use secrecy::{ExposeSecret, SecretString};

use super::pool;
use crate::domain::error::StoreError;
use crate::domain::ping::{Ping, Room};

/// The name of the database if the address has none.
const DATABASE: &str = "reelgraph";
/// The server's code for a unique key that is taken.
pub(super) const DUPLICATE: i32 = 11000;
/// The server's code for a disk without room (`OutOfDiskSpace`).
pub(super) const OUT_OF_DISK: i32 = 14031;
/// Where it is tried whether there is room again.
const TRIALS: &str = "trials";
/// The server's codes for "not here, not now": it stops, starts, or is not the primary, or took too long.
const ELSEWHERE: [i32; 13] = [
    6, 7, 50, 89, 91, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436,
];
/// The server's codes for a write of which it cannot say that a majority has it: that took too long, or too few are
/// there. The driver gives them no label.
const UNCONFIRMED: [i32; 2] = [64, 100];
/// The driver's labels for what may or may not have happened, and may be asked again.
const UNCERTAIN: [&str; 3] = [
    "TransientTransactionError",
    "RetryableWriteError",
    "UnknownTransactionCommitResult",
];

/// A connection to the database that the address names. Clones share it.
#[derive(Clone)]
pub struct MongoDb {
    client: Client,
    database: Database,
    room: Room,
    /// Where what may be stale is read, if the address says that.
    stale: Option<SelectionCriteria>,
    /// How long any one operation may take.
    pub(super) timeout: Duration,
}

/// The driver's collection, and how long an operation on it may take.
pub(super) struct Collection<T: Send + Sync> {
    pub(super) collection: mongodb::Collection<T>,
    pub(super) timeout: Duration,
}

impl<T: Send + Sync> Clone for Collection<T> {
    fn clone(&self) -> Self {
        Self {
            collection: self.collection.clone(),
            timeout: self.timeout,
        }
    }
}

impl<T: Send + Sync> Deref for Collection<T> {
    type Target = mongodb::Collection<T>;

    fn deref(&self) -> &Self::Target {
        &self.collection
    }
}

impl MongoDb {
    /// Reads the address. Nothing is connected before the first operation. `timeout` is how long any one operation may
    /// take, transactions with their retries included.
    pub async fn open(uri: &SecretString, timeout: Duration) -> Result<Self, StoreError> {
        let mut options = ClientOptions::parse(uri.expose_secret())
            .await
            .map_err(store_error)?;
        options.app_name = Some("reelgraph".to_owned());
        // Shorter than the timeout, so that what is answered in the end is the cause.
        let selection = timeout * 5 / 8;
        options.server_selection_timeout = Some(selection);
        options.connect_timeout = Some(selection);
        options.max_pool_size.get_or_insert(64);
        options.cmap_event_handler = Some(pool::watch());
        // What is acknowledged is on the disks of a majority.
        options.write_concern = Some(
            WriteConcern::builder()
                .w(Acknowledgment::Majority)
                .journal(true)
                .build(),
        );
        options.read_concern = Some(ReadConcern::majority());
        // What was acknowledged is read. Another member may not have it yet, so what the address prefers holds where
        // nobody is told something wrong by that.
        let stale = options.selection_criteria.take();
        let name = options
            .default_database
            .clone()
            .unwrap_or_else(|| DATABASE.to_owned());
        let client = Client::with_options(options).map_err(store_error)?;
        let database = client.database(&name);
        Ok(Self {
            client,
            database,
            room: Room::of("mongo"),
            stale,
            timeout,
        })
    }

    /// A collection as the members have it whom the address prefers for reading: what is acknowledged may be missing there
    /// for a moment. For statistics; never for a viewer's own state, nor for what is written by what was read.
    pub(super) fn stale_collection<T: Send + Sync>(&self, name: &str) -> Collection<T> {
        let options = CollectionOptions::builder()
            .selection_criteria(self.stale.clone())
            .build();
        Collection {
            collection: self.database.collection_with_options(name, options),
            timeout: self.timeout,
        }
    }

    /// A collection of the database, by its name.
    pub(super) fn collection<T: Send + Sync>(&self, name: &str) -> Collection<T> {
        Collection {
            collection: self.database.collection(name),
            timeout: self.timeout,
        }
    }

    /// The database that the address names.
    pub(super) fn database(&self) -> &Database {
        &self.database
    }

    /// Learns from a write that failed whether there is room.
    pub(super) fn learn(&self, error: &StoreError) {
        self.room.learn(error);
    }

    /// A session: each read in it sees at least what the read before saw, whichever server answers.
    pub(super) async fn session(&self) -> Result<ClientSession, StoreError> {
        self.client.start_session().await.map_err(store_error)
    }

    /// Runs `f` in a transaction, again if the server asks for that, in a task of its own: a client that goes away
    /// stops nothing half-way. An error of `f` rolls back.
    pub(super) async fn transaction<T, E>(
        &self,
        f: impl for<'s> Fn(&'s mut ClientSession) -> BoxFuture<'s, Result<T, Abort<E>>>
        + Send
        + Sync
        + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (client, room) = (self.client.clone(), self.room.clone());
        let task = tokio::spawn(async move {
            let mut session = client.start_session().await.map_err(store_error)?;
            let refused = std::sync::Mutex::new(None);
            let result = session
                .start_transaction()
                .and_run((&f, &refused), |session, (f, refused)| {
                    Box::pin(async move {
                        f(session).await.map_err(|abort| match abort {
                            Abort::Driver(error) => error,
                            Abort::Refused(error) => {
                                *refused
                                    .lock()
                                    .unwrap_or_else(std::sync::PoisonError::into_inner) =
                                    Some(error);
                                Error::custom("refused")
                            }
                        })
                    })
                })
                .await;
            match (
                result,
                refused
                    .into_inner()
                    .unwrap_or_else(std::sync::PoisonError::into_inner),
            ) {
                (Err(_), Some(refused)) => Err(refused),
                (result, _) => result.map_err(|error| {
                    let error = store_error(error);
                    room.learn(&error);
                    E::from(error)
                }),
            }
        });
        match tokio::time::timeout(self.timeout, task).await {
            Ok(Ok(result)) => result,
            Ok(Err(panic)) => Err(StoreError::failed(panic).into()),
            Err(late) => Err(StoreError::unavailable(late).into()),
        }
    }
}

#[async_trait]
impl Ping for MongoDb {
    async fn ping(&self) -> Result<(), StoreError> {
        patiently(self.timeout, async {
            if self.room.is_missing() {
                let trials = self.database.collection::<bson::Document>(TRIALS);
                let trial = doc! { "_id": 1, "bytes": "x".repeat(1 << 18) };
                let written = trials
                    .replace_one(doc! { "_id": 1 }, trial)
                    .upsert(true)
                    .await;
                written.map_err(store_error)?;
                self.room.is_back();
                trials.drop().await.map_err(store_error)?;
            }
            let answer = self.database.run_command(doc! { "ping": 1 }).await;
            answer.map(drop).map_err(store_error)
        })
        .await
    }
}

/// Why a transaction is given up.
pub(super) enum Abort<E> {
    /// The driver says so; it may try again.
    Driver(Error),
    /// The domain says so: nothing is tried again.
    Refused(E),
}

impl<E> From<Error> for Abort<E> {
    fn from(error: Error) -> Self {
        Self::Driver(error)
    }
}

/// Gives an operation only so much time.
pub(super) async fn patiently<T>(
    timeout: Duration,
    operation: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    tokio::time::timeout(timeout, operation)
        .await
        .map_err(StoreError::unavailable)?
}

/// A fault of the driver or the server as the domain knows it.
pub(super) fn store_error(error: Error) -> StoreError {
    match *error.kind {
        ErrorKind::ServerSelection { .. }
        | ErrorKind::Io(_)
        | ErrorKind::ConnectionPoolCleared { .. }
        | ErrorKind::DnsResolve { .. } => StoreError::unavailable(error),
        ref kind if codes(kind).any(|code| code == OUT_OF_DISK) => StoreError::full(error),
        ref kind if codes(kind).any(is_passing) => StoreError::unavailable(error),
        _ if UNCERTAIN.iter().any(|label| error.contains_label(label)) => {
            StoreError::unavailable(error)
        }
        _ => StoreError::failed(error),
    }
}

fn is_passing(code: i32) -> bool {
    ELSEWHERE.contains(&code) || UNCONFIRMED.contains(&code)
}

/// The server's codes for all that went wrong.
fn codes(kind: &ErrorKind) -> impl Iterator<Item = i32> {
    let (one, many) = match kind {
        ErrorKind::Command(error) => (Some(error.code), None),
        ErrorKind::Write(WriteFailure::WriteError(error)) => (Some(error.code), None),
        ErrorKind::Write(WriteFailure::WriteConcernError(error)) => (Some(error.code), None),
        ErrorKind::InsertMany(failed) => {
            let concern = failed.write_concern_error.as_ref();
            (
                concern.map(|error| error.code),
                failed.write_errors.as_ref(),
            )
        }
        _ => (None, None),
    };
    one.into_iter()
        .chain(many.into_iter().flatten().map(|error| error.code))
}

/// Whether a write failed because a unique key was taken.
pub(super) fn is_duplicate(error: &Error) -> bool {
    match &*error.kind {
        ErrorKind::Write(WriteFailure::WriteError(error)) => error.code == DUPLICATE,
        ErrorKind::InsertMany(error) => error
            .write_errors
            .iter()
            .flatten()
            .any(|error| error.code == DUPLICATE),
        ErrorKind::Command(error) => error.code == DUPLICATE,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use bson::Document;
    use mongodb::options::ReadPreference;

    use super::*;

    #[tokio::test]
    async fn a_read_preference_holds_for_what_may_be_stale_alone() {
        let open = async |options: &str| {
            let uri = format!("mongodb://127.0.0.1:1/films{options}").into();
            MongoDb::open(&uri, Duration::from_secs(1)).await.unwrap()
        };
        let preferred = |collection: &Collection<Document>| match collection.selection_criteria() {
            Some(SelectionCriteria::ReadPreference(preference)) => Some(preference.clone()),
            _ => None,
        };

        let several = open("?replicaSet=rs0&readPreference=secondaryPreferred").await;
        let one = open("").await;

        let wanted = preferred(&several.stale_collection("usage_days"));
        assert!(matches!(
            wanted,
            Some(ReadPreference::SecondaryPreferred { .. })
        ));
        assert_eq!(preferred(&several.collection("watch_states")), None);
        assert_eq!(preferred(&one.stale_collection("usage_days")), None);
    }
}

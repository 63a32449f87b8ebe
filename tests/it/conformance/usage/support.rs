//! An empty store, and short ways to fill it.

use std::collections::BTreeMap;
use std::sync::Arc;

use bson::{Document, doc};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use reelgraph::adapters::mongo::{MongoDb, MongoUsage, MongoWatching};
use reelgraph::adapters::sqlite::{SqliteDb, SqliteUsage, SqliteWatching};
use reelgraph::domain::ids::{PlayId, ProfileId, TitleId};
use reelgraph::domain::stamp::Stamp;
use reelgraph::domain::usage::{
    Counted, Curve, Dimension, Scope, Sitting, Tally, UsageDay, UsageStore, WaitingBatch,
};
use reelgraph::domain::watching::{Origin, SittingId, Viewing, WatchStore};
use secrecy::{ExposeSecret, SecretString};
use tempfile::TempDir;
use uuid::Uuid;

use crate::conformance::Backend;
use crate::support::servers::{self, PATIENT};

/// A store that is empty, and what keeps it open.
pub(super) struct Opened {
    pub(super) store: Arc<dyn UsageStore>,
    /// The same store, as another server has it open.
    pub(super) other: Arc<dyn UsageStore>,
    /// Where what is watched is folded to.
    pub(super) watching: Arc<dyn WatchStore>,
    raw: Raw,
}

/// Where the store is.
enum Raw {
    Folder(TempDir),
    Database(SecretString),
}

pub(super) async fn open(backend: Backend) -> Opened {
    match backend {
        Backend::sqlite => {
            let folder = tempfile::tempdir().unwrap();
            let open = || SqliteDb::open(&folder.path().join("reelgraph.db")).unwrap();
            Opened {
                store: Arc::new(SqliteUsage::new(open())),
                other: Arc::new(SqliteUsage::new(open())),
                watching: Arc::new(SqliteWatching::new(open())),
                raw: Raw::Folder(folder),
            }
        }
        Backend::mongo => {
            let uri = servers::mongo_uri();
            let open = || MongoDb::open(&uri, PATIENT);
            let store = MongoUsage::new(open().await.unwrap());
            store.ensure_indexes().await.unwrap();
            let watching = MongoWatching::new(open().await.unwrap());
            watching.ensure_indexes().await.unwrap();
            Opened {
                store: Arc::new(store),
                other: Arc::new(MongoUsage::new(open().await.unwrap())),
                watching: Arc::new(watching),
                raw: Raw::Database(uri),
            }
        }
        other => unreachable!("usage is not kept in {other:?}"),
    }
}

impl Opened {
    /// Makes a batch that waits such that this version cannot read it.
    pub(super) async fn break_batch(&self, id: Uuid) {
        // No version writes this form.
        let broken = vec![0xff, 1, 2];
        match &self.raw {
            Raw::Folder(folder) => {
                let db = rusqlite::Connection::open(folder.path().join("reelgraph.db")).unwrap();
                let sql = "UPDATE usage_waiting SET viewings = ?1 WHERE id = ?2";
                let changed = db.execute(sql, (broken, id.into_bytes())).unwrap();
                assert_eq!(changed, 1);
            }
            Raw::Database(uri) => {
                let client = mongodb::Client::with_uri_str(uri.expose_secret()).await;
                let db = client.unwrap().default_database().unwrap();
                let waiting = db.collection::<Document>("usage_waiting");
                let broken = bson::Binary {
                    subtype: bson::spec::BinarySubtype::Generic,
                    bytes: broken,
                };
                let this = doc! { "_id": bson::Uuid::from_uuid_1(id) };
                let change = doc! { "$set": { "viewings": broken } };
                let changed = waiting.update_one(this, change).await.unwrap();
                assert_eq!(changed.modified_count, 1);
            }
        }
    }

    /// Makes what is packed in all rows of a table such that this version cannot read it.
    pub(super) async fn break_rows(&self, table: &str, packed: &str) {
        match &self.raw {
            Raw::Folder(folder) => {
                let db = rusqlite::Connection::open(folder.path().join("reelgraph.db")).unwrap();
                let sql = format!("UPDATE {table} SET {packed} = x'ff0102'");
                assert!(db.execute(&sql, ()).unwrap() > 0);
            }
            Raw::Database(uri) => {
                let client = mongodb::Client::with_uri_str(uri.expose_secret()).await;
                let db = client.unwrap().default_database().unwrap();
                let rows = db.collection::<Document>(table);
                let change = doc! { "$set": { packed: "a text" } };
                let changed = rows.update_many(doc! {}, change).await.unwrap();
                assert!(changed.modified_count > 0);
            }
        }
    }

    /// All batches that wait.
    pub(super) async fn waiting(&self) -> Vec<WaitingBatch> {
        self.store.waiting(usize::MAX).await.unwrap()
    }

    /// Keeps a batch of viewings that was sent so many milliseconds after the evening began.
    pub(super) async fn keep(&self, when: i64, viewings: Vec<Viewing>) -> WaitingBatch {
        let batch = WaitingBatch {
            id: Uuid::from_u128(u128::MAX / 7 * u128::try_from(when % 7 + 1).unwrap()),
            at: at(when),
            viewings,
        };
        self.store.keep_waiting(&batch).await.unwrap();
        batch
    }

    /// Writes what was counted, in the turn that it is.
    pub(super) async fn commit(&self, counted: &Counted) {
        let turn = self.store.turn().await.unwrap();
        assert!(self.store.commit(turn, counted).await.unwrap());
    }
}

/// A time, in milliseconds after some evening.
pub(super) fn at(milliseconds: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::milliseconds(milliseconds)
}

/// A day, by how many there are to the evening's.
pub(super) fn day(number: i64) -> NaiveDate {
    (at(0) + TimeDelta::days(number)).date_naive()
}

pub(super) fn sitting_id(viewer: u64, play: u128) -> SittingId {
    SittingId::of_play(ProfileId(viewer), PlayId(Uuid::from_u128(play)))
}

/// Ten minutes of a film, played in their own time from a second of the evening on.
pub(super) fn viewing(viewer: u64, film: u64, second: i64) -> Viewing {
    Viewing {
        sitting: sitting_id(viewer, u128::from(film)),
        title: TitleId(film),
        episode: None,
        from: 0.0,
        to: 600.0,
        from_at: at(second * 1000),
        to_at: at((second + 600) * 1000),
        duration: Some(3600.0),
        origin: Origin::default(),
        event: None,
    }
}

/// What is remembered of a sitting, last written at a time.
pub(super) fn sitting(id: SittingId, written: DateTime<Utc>) -> Sitting {
    Sitting {
        id,
        parts: vec![(0, 300), (900, 1800)],
        viewed_at: Some(at(10_000)),
        towards_view: 2.5,
        minute: Some(at(0).timestamp() / 60),
        events: vec![7, u64::MAX],
        stamp: Stamp::first(written),
    }
}

/// A day on which so much was watched, by two viewers.
pub(super) fn usage_day(
    scope: Scope,
    day: NaiveDate,
    (plays, views, seconds): (u64, u64, f64),
) -> UsageDay {
    let mut tally = Tally {
        plays,
        views,
        seconds,
        ..Tally::default()
    };
    for viewer in [1, 2] {
        tally.viewers.insert(SittingId::viewer(ProfileId(viewer)));
    }
    UsageDay {
        scope,
        day,
        hours: BTreeMap::from([(20, tally.clone())]),
        minutes: BTreeMap::from([(1200, 2), (1439, 1)]),
        values: BTreeMap::from([((Dimension::Country, "DE".to_owned()), tally.clone())]),
        total: tally,
        stamp: Stamp::first(at(0)),
    }
}

/// A curve with some edges.
pub(super) fn curve(item: Scope) -> Curve {
    Curve {
        item,
        sittings: 3,
        duration: Some(3600.0),
        edges: BTreeMap::from([(0, (3, 0)), (900, (-1, 2)), (108_000, (-2, -2))]),
        stamp: Stamp::first(at(0)),
    }
}

/// What some days add up to if nothing else was counted.
pub(super) fn of_days(days: Vec<UsageDay>) -> Counted {
    Counted {
        days,
        ..Counted::default()
    }
}

//! An empty store, and short ways to fill it.

use std::sync::Arc;

use bson::{Document, doc};
use chrono::{DateTime, TimeDelta, Utc};
use reelgraph::adapters::mongo::{MongoDb, MongoWatching};
use reelgraph::adapters::sqlite::{SqliteDb, SqliteWatching};
use reelgraph::domain::ids::{EpisodeId, PlayId, ProfileId, TitleId};
use reelgraph::domain::stamp::Stamp;
use reelgraph::domain::watching::{
    Change, ImportedWatch, Ledger, Lengths, ListedTitle, PlayRef, PlaybackEvent, ProfileList,
    Report, Touched, WatchError, WatchRules, WatchedItem, WatchedTitle,
};
use secrecy::{ExposeSecret, SecretString};
use tempfile::TempDir;
use uuid::Uuid;

use crate::conformance::Backend;
pub(super) use crate::support::ports::Watching;
use crate::support::servers::{self, PATIENT};

pub(super) const ANN: ProfileId = ProfileId(1);
pub(super) const BEN: ProfileId = ProfileId(2);
/// The series that all episodes belong to, unless said otherwise.
pub(super) const SERIES: TitleId = TitleId(900);

/// A store that is empty, and what keeps it open.
pub(super) struct Opened {
    pub(super) store: Arc<dyn Watching>,
    /// The same store, as other servers or programs have it open.
    pub(super) others: Vec<Arc<dyn Watching>>,
    raw: Raw,
}

/// Where the store is.
enum Raw {
    Folder(TempDir),
    Database(SecretString),
}

impl Opened {
    /// What waits for projection, the longest waiting first.
    pub(super) async fn waiting(&self, limit: usize) -> Vec<WatchedTitle> {
        let waiting = self.store.unprojected_watches(None, limit).await.unwrap();
        waiting.into_iter().map(|one| one.watched_title).collect()
    }
}

pub(super) async fn open(backend: Backend) -> Opened {
    let mut stores: Vec<Arc<dyn Watching>> = Vec::new();
    let raw = match backend {
        Backend::sqlite => {
            let folder = tempfile::tempdir().unwrap();
            for _ in 0..4 {
                let db = SqliteDb::open(&folder.path().join("reelgraph.db")).unwrap();
                stores.push(Arc::new(SqliteWatching::new(db)));
            }
            Raw::Folder(folder)
        }
        Backend::mongo => {
            let uri = servers::mongo_uri();
            for index in 0..4 {
                let store = MongoWatching::new(MongoDb::open(&uri, PATIENT).await.unwrap());
                if index == 0 {
                    store.ensure_indexes().await.unwrap();
                }
                stores.push(Arc::new(store));
            }
            Raw::Database(uri)
        }
        other => unreachable!("watching is not kept in {other:?}"),
    };
    Opened {
        store: stores.remove(0),
        others: stores,
        raw,
    }
}

/// How many rows a list has.
pub(super) async fn count(store: &Arc<dyn Watching>, profile: ProfileId, list: ProfileList) -> u64 {
    let counts = store.count_by_title(profile, list).await.unwrap();
    counts.iter().map(|(_, rows)| rows).sum()
}

/// A time, in milliseconds after some evening.
pub(super) fn at(milliseconds: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::milliseconds(milliseconds)
}

pub(super) fn film(id: u64) -> WatchedItem {
    WatchedItem::Film(TitleId(id))
}

pub(super) fn episode(id: u64) -> WatchedItem {
    WatchedItem::Episode(EpisodeId(id))
}

pub(super) fn play_id(number: u128) -> PlayId {
    PlayId(Uuid::from_u128(number))
}

pub(super) fn play_ref(profile: ProfileId, item: WatchedItem, play: u128) -> PlayRef {
    PlayRef {
        profile,
        play: play_id(play),
        item,
        title: match item {
            WatchedItem::Film(title) | WatchedItem::Series(title) => title,
            WatchedItem::Episode(_) => SERIES,
        },
    }
}

/// A report on an item of an hour, made and received at the same time.
pub(super) fn a_report(event: PlaybackEvent, position: f64, at: DateTime<Utc>) -> Report {
    Report {
        event,
        position,
        at,
        duration: Some(3600.0),
    }
}

/// What records a report.
pub(super) fn reporting(play_ref: PlayRef, report: Report) -> Change {
    Arc::new(move |ledger| {
        let (rules, lengths) = (WatchRules::default(), Lengths::default());
        let played = ledger.report(&rules, &play_ref, &report, &lengths, report.at);
        played.map(drop)
    })
}

/// What records a thumb.
pub(super) fn rating(
    profile: ProfileId,
    title: TitleId,
    liked: Option<bool>,
    now: DateTime<Utc>,
) -> Change {
    let is_series = title == SERIES || title == TitleId(7);
    Arc::new(move |ledger| {
        ledger.rate((profile, title), is_series, liked, now);
        Ok(())
    })
}

/// What takes a play out of its title's weight, or puts it back.
pub(super) fn counting(play_ref: PlayRef, counts: bool, now: DateTime<Utc>) -> Change {
    let rules = WatchRules::default();
    Arc::new(move |ledger| ledger.set_counts(&rules, play_ref.play_key(), counts, now))
}

/// A title that a profile has on a list since a time.
pub(super) fn listed(profile: ProfileId, title: u64, when: DateTime<Utc>) -> ListedTitle {
    ListedTitle {
        profile,
        title: TitleId(title),
        stamp: Stamp::first(when),
    }
}

impl Opened {
    /// Makes rows of a profile such that this version cannot read them: those of a table that are of a title.
    pub(super) async fn break_rows(&self, table: &str, profile: ProfileId, title: TitleId) {
        let (profile, title) = (profile.to_i64(), title.to_i64());
        match &self.raw {
            Raw::Folder(folder) => {
                let db = rusqlite::Connection::open(folder.path().join("reelgraph.db")).unwrap();
                let broken = match table {
                    "watched_titles" => "plays = -7",
                    _ => "kind = 'hologram'",
                };
                let sql = format!("UPDATE {table} SET {broken} WHERE profile = ?1 AND title = ?2");
                assert!(db.execute(&sql, [profile, title]).unwrap() > 0);
            }
            Raw::Database(uri) => {
                let client = mongodb::Client::with_uri_str(uri.expose_secret()).await;
                let db = client.unwrap().default_database().unwrap();
                let field = match table {
                    "watched_titles" => "_id.title",
                    _ => "title",
                };
                let of_title = doc! { "_id.profile": profile, field: title };
                let change = doc! { "$set": { "completions": "many", "counts": "so so" } };
                let documents = db.collection::<Document>(table);
                let changed = documents.update_many(of_title, change).await.unwrap();
                assert!(changed.modified_count > 0);
            }
        }
    }

    /// Takes away the index that thumbs are counted by, as if it was still being made. Only where indexes are made
    /// while the site answers.
    pub(super) async fn drop_index_of_thumbs(&self) {
        let Raw::Database(uri) = &self.raw else {
            unreachable!("this store has its indexes from the beginning");
        };
        let client = mongodb::Client::with_uri_str(uri.expose_secret()).await;
        let db = client.unwrap().default_database().unwrap();
        let watched_titles = db.collection::<Document>("watched_titles");
        watched_titles.drop_index("thumbs").await.unwrap();
    }

    pub(super) async fn report(&self, play_ref: PlayRef, report: Report) -> Ledger {
        self.store
            .update(&[play_ref.into()], reporting(play_ref, report))
            .await
            .unwrap()
    }

    /// Half an hour of an item of an hour, at one moment: something to resume.
    pub(super) async fn begin(&self, play_ref: PlayRef, when: DateTime<Utc>) {
        let report = a_report(PlaybackEvent::Progress, 1800.0, when);
        self.report(play_ref, report).await;
    }

    pub(super) async fn import(&self, watches: Vec<ImportedWatch>, now: DateTime<Utc>) -> Ledger {
        try_import(&*self.store, watches, now).await.unwrap()
    }

    /// Says of a title whether a profile likes it; [`SERIES`] and title 7 are series.
    pub(super) async fn rate(
        &self,
        profile: ProfileId,
        title: TitleId,
        liked: Option<bool>,
        now: DateTime<Utc>,
    ) -> Ledger {
        self.store
            .update(
                &[Touched::Title(profile, title)],
                rating(profile, title, liked, now),
            )
            .await
            .unwrap()
    }

    /// Says whether a play counts.
    pub(super) async fn set_counts(
        &self,
        play_ref: PlayRef,
        counts: bool,
        now: DateTime<Utc>,
    ) -> Ledger {
        self.store
            .update(
                &[Touched::WholeTitle(play_ref.profile, play_ref.title)],
                counting(play_ref, counts, now),
            )
            .await
            .unwrap()
    }

    /// The watched title of a profile.
    pub(super) async fn watched_title(&self, profile: ProfileId, title: TitleId) -> WatchedTitle {
        let watched_titles = self.store.watched_titles(profile, &[title]).await.unwrap();
        let [watched_title] = <[_; 1]>::try_from(watched_titles).unwrap();
        watched_title
    }
}

pub(super) async fn try_import(
    store: &dyn Watching,
    watches: Vec<ImportedWatch>,
    now: DateTime<Utc>,
) -> Result<Ledger, WatchError> {
    let play_refs: Vec<PlayRef> = watches.iter().map(ImportedWatch::play_ref).collect();
    let pairs: Vec<_> = play_refs.iter().copied().zip(watches).collect();
    let change: Change = Arc::new(move |ledger| {
        pairs.iter().try_for_each(|(play_ref, watch)| {
            ledger.import(&WatchRules::default(), play_ref, watch, now)
        })
    });
    let touched: Vec<Touched> = play_refs.into_iter().map(Touched::from).collect();
    store.update(&touched, change).await
}

/// A whole watch that happened elsewhere.
pub(super) fn watch(profile: ProfileId, item: WatchedItem, when: DateTime<Utc>) -> ImportedWatch {
    ImportedWatch {
        profile,
        item,
        title: play_ref(profile, item, 0).title,
        at: when,
        completion: 1.0,
        liked: None,
        duration: Some(3600.0),
        day: None,
    }
}

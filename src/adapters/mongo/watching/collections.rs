//! All collections of watching, by name.

use bson::Document;

use super::documents::{DepartedDocument, PlayDocument, StateDocument, WatchedTitleDocument};
use super::feedback_documents::{ListedDocument, MuteDocument};
use super::length_documents::LengthDocument;
use crate::adapters::mongo::db::{Collection, MongoDb};
use crate::domain::watching::TitleList;

/// All collections of the feature.
#[derive(Clone)]
pub(super) struct Collections {
    pub(super) db: MongoDb,
    pub(super) plays: Collection<PlayDocument>,
    pub(super) states: Collection<StateDocument>,
    pub(super) watched_titles: Collection<WatchedTitleDocument>,
    /// What players measured of items.
    pub(super) lengths: Collection<LengthDocument>,
    /// Which profiles are erased; see [`super::erase`].
    pub(super) profiles: Collection<Document>,
    /// How many departed watchers a title has.
    pub(super) departed: Collection<DepartedDocument>,
    pub(super) hidden: Collection<ListedDocument>,
    pub(super) watchlist: Collection<ListedDocument>,
    pub(super) mutes: Collection<MuteDocument>,
    /// The entries of the log; see [`super::log`].
    pub(super) log: Collection<Document>,
    /// How far the log of each profile is folded, by its tombstone.
    pub(super) folds: Collection<Document>,
    /// The streams of the log.
    pub(super) streams: Collection<Document>,
}

impl Collections {
    pub(super) fn of(db: MongoDb) -> Self {
        Self {
            plays: db.collection("plays"),
            states: db.collection("watch_states"),
            watched_titles: db.collection("watched_titles"),
            lengths: db.collection("measured_lengths"),
            profiles: db.collection("watching_profiles"),
            departed: db.collection("departed_viewers"),
            hidden: db.collection("hidden_titles"),
            watchlist: db.collection("watchlist"),
            mutes: db.collection("mutes"),
            log: db.collection("watch_log"),
            folds: db.collection("watch_log_folds"),
            streams: db.collection("watch_log_streams"),
            db,
        }
    }
    /// The collection that holds a list of titles.
    pub(super) fn of_list(&self, list: TitleList) -> &Collection<ListedDocument> {
        match list {
            TitleList::Hidden => &self.hidden,
            TitleList::Watchlist => &self.watchlist,
        }
    }
}

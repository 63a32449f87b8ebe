//! All collections of usage, by name.

use bson::Document;

use super::documents::{CurveDocument, DayDocument, SittingDocument, WaitingDocument};
use crate::adapters::mongo::db::{Collection, MongoDb};

/// What waits to be counted.
pub(super) const WAITING: &str = "usage_waiting";

/// All collections of the feature.
#[derive(Clone)]
pub(super) struct Collections {
    pub(super) db: MongoDb,
    pub(super) waiting: Collection<WaitingDocument>,
    pub(super) sittings: Collection<SittingDocument>,
    /// One document for each day of a scope, with all of its hours in it, which grows by what is counted. A time series
    /// collection would keep a measurement for each, but can be written in no transaction, and what is in it cannot be
    /// changed one by one: nothing in it could be counted exactly once.
    pub(super) days: Collection<DayDocument>,
    /// The same, for whoever looks at statistics.
    pub(super) shown_days: Collection<DayDocument>,
    pub(super) curves: Collection<CurveDocument>,
    /// One document: how often something was counted.
    pub(super) turn: Collection<Document>,
}

impl Collections {
    pub(super) fn of(db: MongoDb) -> Self {
        Self {
            waiting: db.collection(WAITING),
            sittings: db.collection("usage_sittings"),
            days: db.collection("usage_days"),
            shown_days: db.stale_collection("usage_days"),
            curves: db.collection("usage_curves"),
            turn: db.collection("usage_turn"),
            db,
        }
    }
}

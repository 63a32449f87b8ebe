//! The collections of comments; some of them are one, read as different things.

use bson::Document;

use super::documents::{KeptComment, KeptLike, LikedComment, WaitingComment};
use crate::adapters::mongo::db::{Collection, MongoDb};
/// What the collection is called, and what in it cannot be read.
pub(super) const COMMENTS: &str = "comments";

/// All collections of the feature; some of them are one, read as different things.
#[derive(Clone)]
pub(super) struct Collections {
    pub(super) db: MongoDb,
    pub(super) comments: Collection<KeptComment>,
    pub(super) waiting: Collection<WaitingComment>,
    pub(super) liked: Collection<LikedComment>,
    pub(super) likes: Collection<KeptLike>,
    /// How many comments are shown under titles.
    pub(super) counts: Collection<Document>,
    /// Which profiles are erased.
    pub(super) guards: Collection<Document>,
}

impl Collections {
    pub(super) fn of(db: MongoDb) -> Self {
        Self {
            comments: db.collection(COMMENTS),
            waiting: db.collection(COMMENTS),
            liked: db.collection(COMMENTS),
            likes: db.collection("comment_likes"),
            counts: db.collection("comment_counts"),
            guards: db.collection("watching_profiles"),
            db,
        }
    }
}

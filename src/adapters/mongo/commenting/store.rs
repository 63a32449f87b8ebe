//! The port of comments on MongoDB; what each method promises is documented at the port.

use async_trait::async_trait;
use bson::{Bson, Document, doc};
use chrono::{DateTime, Utc};

use super::collections::{COMMENTS, Collections};
use super::count;
use super::documents::{LikeKey, is_listed};
use crate::adapters::mongo::db::{MongoDb, is_duplicate, patiently, store_error};
use crate::adapters::mongo::fields::{date, list};
use crate::adapters::mongo::find::{List, documents, readable};
use crate::adapters::mongo::indexes::{Build, Index, create, make};
use crate::domain::commenting::{
    Comment, CommentList, CommentOrder, CommentState, CommentStore, Like, top_of,
};
use crate::domain::error::StoreError;
use crate::domain::ids::{CommentId, ProfileId, TitleId};
use crate::domain::page::{Slice, Window};
use crate::domain::watching::Way;

/// How many comments of an erased profile are emptied between two looks.
const AT_ONCE: usize = 500;

/// The comments in a database.
#[derive(Clone)]
pub struct MongoComments {
    collections: Collections,
}

impl MongoComments {
    /// The comments in this database.
    pub fn new(db: MongoDb) -> Self {
        Self {
            collections: Collections::of(db),
        }
    }

    /// Makes the indexes; what is there already stays. To be called before anything else.
    pub async fn ensure_indexes(&self) -> Result<(), StoreError> {
        self.make_indexes(Build::All).await.map(drop)
    }

    /// Makes what takes no time of what the store needs. Says whether that is all of it.
    pub async fn prepare(&self) -> Result<bool, StoreError> {
        self.make_indexes(Build::OfEmpty).await
    }

    async fn make_indexes(&self, build: Build) -> Result<bool, StoreError> {
        create(&self.collections.counts).await?;
        let waiting = || {
            Index::on(doc! { "waiting": 1 })
                .only(doc! { "waiting": true })
                .named("waiting")
        };
        let of_title = |by: &str| {
            doc! { "title": 1, "is_root": 1, "is_listed": 1, by: -1, "_id": 1 }
        };
        let of_comments = [
            Index::on(of_title("created_at")).named("latest"),
            Index::on(of_title("top")).named("top"),
            Index::on(doc! { "root": 1, "is_listed": 1, "created_at": 1, "_id": 1 })
                .named("replies"),
            Index::on(doc! { "state": 1, "created_at": 1, "_id": 1 }).named("in_state"),
            Index::on(doc! { "profile": 1, "created_at": -1, "_id": 1 }).named("of_profile"),
            waiting(),
        ];
        let mut is_whole = make(&self.collections.comments, of_comments, build).await?;
        let of_profile = doc! { "_id.profile": 1, "_id.comment": 1 };
        let of_likes = [Index::on(of_profile).named("of_profile"), waiting()];
        is_whole &= make(&self.collections.likes, of_likes, build).await?;
        Ok(is_whole)
    }

    /// Whether nothing of a profile may be kept. What was written before it was marked so is found by its erasure, which
    /// follows; so whoever writes looks afterwards.
    async fn is_erased(&self, profile: ProfileId) -> Result<bool, StoreError> {
        let guards = &self.collections.guards;
        let this = doc! { "_id": profile.tombstone(), "erased": true };
        let found = patiently(guards.timeout, async {
            guards.find_one(this).await.map_err(store_error)
        });
        Ok(found.await?.is_some())
    }

    /// Puts a comment in the place of that of one revision less.
    async fn put(&self, comment: &Comment) -> Result<(), StoreError> {
        let revision = comment.stamp.revision.cast_signed();
        let this = doc! { "_id": comment.id.to_i64(), "revision": revision - 1 };
        let change = written(comment)?;
        let comments = &self.collections.comments;
        patiently(comments.timeout, async {
            // One that is there has another revision: it is not found, and to make it takes a key that is taken.
            let put = comments.update_one(this, change).upsert(revision == 1);
            match put.await {
                Err(error) if is_duplicate(&error) => Err(StoreError::Conflict),
                Err(error) => Err(store_error(error)),
                Ok(put) if put.matched_count == 0 && put.upserted_id.is_none() => {
                    Err(StoreError::Conflict)
                }
                Ok(_) => Ok(()),
            }
        })
        .await
    }

    /// Writes what is to become of a like; with the moment of one that may be new.
    async fn write_like(
        &self,
        key: LikeKey,
        liked: bool,
        at: Option<DateTime<Utc>>,
    ) -> Result<(), StoreError> {
        let this = doc! { "_id": Bson::from(key) };
        let change = like_written(liked, at);
        let likes = &self.collections.likes;
        patiently(likes.timeout, async {
            loop {
                let write = likes.update_one(this.clone(), change.clone());
                match write.upsert(at.is_some()).await {
                    // Somebody made it at the same moment, perhaps to say something else.
                    Err(error) if is_duplicate(&error) => {}
                    written => return written.map(drop).map_err(store_error),
                }
            }
        })
        .await
    }
}

/// What is written of a like: what is to become of it, and that it waits if it is not counted as that.
fn like_written(liked: bool, at: Option<DateTime<Utc>>) -> Vec<Document> {
    let mut fields = doc! {
        "liked": liked,
        "counted": { "$ifNull": ["$counted", false] },
        "updated_at": "$$NOW",
    };
    if let Some(at) = at {
        fields.insert("created_at", doc! { "$ifNull": ["$created_at", date(at)] });
    }
    let waits = doc! { "$cond": [{ "$ne": ["$liked", "$counted"] }, true, "$$REMOVE"] };
    vec![
        doc! { "$set": fields },
        doc! { "$set": { "waiting": waits } },
    ]
}

/// What is written of a comment. What is counted of it stays, and fields that this version does not know.
fn written(comment: &Comment) -> Result<Vec<Document>, StoreError> {
    let body = serde_json::to_string(comment).map_err(StoreError::failed)?;
    let created_at = comment.stamp.created_at;
    let top = bson::DateTime::from_millis(top_of(0, created_at));
    let number = |id: Option<i64>| id.map_or(Bson::Null, Bson::Int64);
    let fields = doc! {
        "title": comment.title.to_i64(),
        "root": number(comment.root.map(CommentId::to_i64)),
        "is_root": comment.root.is_none(),
        "profile": number(comment.author.map(ProfileId::to_i64)),
        "state": comment.state.as_str(),
        "likes": { "$ifNull": ["$likes", 0_i64] },
        "replies": { "$ifNull": ["$replies", 0_i64] },
        "top": { "$ifNull": ["$top", top] },
        "moved": list(&comment.moved, |title| Bson::Int64(title.to_i64())),
        "moved_from": number(comment.moved.last().map(|title| title.to_i64())),
        "created_at": date(created_at),
        "updated_at": date(comment.stamp.updated_at),
        "revision": comment.stamp.revision.cast_signed(),
        // What somebody says may look like an expression.
        "body": { "$literal": body },
        "waiting": true,
    };
    Ok(vec![
        doc! { "$set": fields },
        doc! { "$set": { "is_listed": is_listed() } },
    ])
}

#[async_trait]
impl CommentStore for MongoComments {
    async fn put_comment(&self, comment: &Comment) -> Result<(), StoreError> {
        let Some(author) = comment.author else {
            return self.put(comment).await;
        };
        if self.is_erased(author).await? {
            return Err(StoreError::Conflict);
        }
        self.put(comment).await?;
        if self.is_erased(author).await? {
            let now = comment.stamp.updated_at;
            self.erase_profile(author, now).await?;
            return Err(StoreError::Conflict);
        }
        Ok(())
    }

    async fn comments(&self, ids: &[CommentId]) -> Result<Vec<Comment>, StoreError> {
        let these = doc! { "_id": { "$in": list(ids, |id| Bson::Int64(id.to_i64())) } };
        readable(&self.collections.comments, COMMENTS, these, doc! {}, None).await
    }

    async fn list_comments(
        &self,
        list: CommentList,
        order: CommentOrder,
        window: &Window,
    ) -> Result<Slice<Comment>, StoreError> {
        let filter = match list {
            CommentList::Roots(title) => {
                doc! { "title": title.to_i64(), "is_root": true, "is_listed": true }
            }
            CommentList::Replies(root) => doc! { "root": root.to_i64(), "is_listed": true },
            CommentList::Held => doc! { "state": CommentState::Held.as_str() },
            CommentList::OfAuthor(profile) => doc! { "profile": profile.to_i64() },
        };
        let comments = List {
            filter,
            time: if order == CommentOrder::Top {
                "top"
            } else {
                "created_at"
            },
            is_latest_first: order != CommentOrder::Oldest,
            id: "_id",
        };
        comments
            .page(&self.collections.comments, Some(COMMENTS), window)
            .await
    }

    async fn count_comments(&self, titles: &[TitleId]) -> Result<Vec<(TitleId, u64)>, StoreError> {
        let these = doc! { "_id": { "$in": list(titles, |id| Bson::Int64(id.to_i64())) } };
        let found = documents(&self.collections.counts, these, doc! {}, None).await?;
        let counts = found.iter().map(|count| {
            let title = count.get_i64("_id").map_err(StoreError::failed)?;
            let comments = count.get_i64("comments").map_err(StoreError::failed)?;
            Ok::<_, StoreError>((TitleId::from_i64(title), comments.max(0).cast_unsigned()))
        });
        counts.collect()
    }

    async fn like(&self, like: &Like) -> Result<(), StoreError> {
        if self.is_erased(like.profile).await? {
            return Ok(());
        }
        let key = LikeKey::of(like.profile, like.comment);
        self.write_like(key, true, Some(like.at)).await?;
        if self.is_erased(like.profile).await? {
            self.erase_profile(like.profile, like.at).await?;
        }
        Ok(())
    }

    async fn unlike(&self, comment: CommentId, profile: ProfileId) -> Result<(), StoreError> {
        let key = LikeKey::of(profile, comment);
        self.write_like(key, false, None).await
    }

    async fn liked_among(
        &self,
        profile: ProfileId,
        comments: &[CommentId],
    ) -> Result<Vec<CommentId>, StoreError> {
        let keys = list(comments, |comment| {
            Bson::from(LikeKey::of(profile, *comment))
        });
        let these = doc! { "_id": { "$in": keys }, "liked": true };
        let found = documents(&self.collections.likes, these, doc! {}, None).await?;
        let comments = found.iter();
        Ok(comments
            .map(|like| CommentId::from_i64(like.key.comment))
            .collect())
    }

    async fn liked_after(
        &self,
        profile: ProfileId,
        after: Option<CommentId>,
        limit: usize,
    ) -> Result<Vec<CommentId>, StoreError> {
        let after = after.map_or(-1, CommentId::to_i64);
        let these = doc! {
            "_id.profile": profile.to_i64(),
            "_id.comment": { "$gt": after },
            "liked": true,
        };
        let order = doc! { "_id.profile": 1, "_id.comment": 1 };
        let found = documents(&self.collections.likes, these, order, Some(limit)).await?;
        let comments = found.iter();
        Ok(comments
            .map(|like| CommentId::from_i64(like.key.comment))
            .collect())
    }

    async fn count_waiting(&self) -> Result<usize, StoreError> {
        let comments = count::comments(&self.collections).await?;
        let likes = count::likes(&self.collections, doc! { "waiting": true }).await?;
        Ok(comments + likes)
    }

    async fn move_comments(
        &self,
        from: TitleId,
        into: TitleId,
        way: Way,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let (these, title, moved, moved_from) = match way {
            Way::There => (
                doc! { "title": from.to_i64() },
                into,
                doc! { "$concatArrays": ["$moved", [from.to_i64()]] },
                Bson::Int64(from.to_i64()),
            ),
            Way::Back => (
                doc! { "title": into.to_i64(), "moved_from": from.to_i64() },
                from,
                // All but the last one.
                doc! { "$cond": [
                    { "$gt": [{ "$size": "$moved" }, 1] },
                    { "$slice": ["$moved", { "$subtract": [{ "$size": "$moved" }, 1] }] },
                    [],
                ] },
                doc! { "$cond": [
                    { "$gt": [{ "$size": "$moved" }, 1] },
                    { "$arrayElemAt": ["$moved", -2] },
                    null,
                ] }
                .into(),
            ),
        };
        let change = vec![doc! { "$set": {
            "title": title.to_i64(),
            "moved": moved,
            "moved_from": moved_from,
            "revision": { "$add": ["$revision", 1_i64] },
            "updated_at": date(now),
            "waiting": true,
        } }];
        let comments = &self.collections.comments;
        patiently(comments.timeout, async {
            let moved = comments.update_many(these, change).await;
            moved.map(drop).map_err(store_error)
        })
        .await
    }

    async fn erase_profile(
        &self,
        profile: ProfileId,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let own = doc! { "profile": profile.to_i64() };
        loop {
            let comments = &self.collections.comments;
            let found: Vec<Comment> =
                readable(comments, COMMENTS, own.clone(), doc! {}, Some(AT_ONCE)).await?;
            if found.is_empty() {
                break;
            }
            for comment in found {
                let emptied = Comment {
                    author: None,
                    ..comment.emptied(now)
                };
                match self.put(&emptied).await {
                    // Somebody else wrote it; it is read again.
                    Ok(()) | Err(StoreError::Conflict) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        // What this version cannot read cannot be emptied.
        let comments = &self.collections.comments;
        patiently(comments.timeout, async {
            let removed = comments.delete_many(own).await;
            removed.map(drop).map_err(store_error)
        })
        .await?;
        let of_profile = doc! { "_id.profile": profile.to_i64() };
        let likes = &self.collections.likes;
        patiently(likes.timeout, async {
            let taken_back = likes.update_many(of_profile.clone(), like_written(false, None));
            taken_back.await.map(drop).map_err(store_error)
        })
        .await?;
        let mut waiting = of_profile.clone();
        waiting.insert("waiting", true);
        while count::likes(&self.collections, waiting.clone()).await? > 0 {}
        // Those that were never counted do not wait.
        let mut uncounted = of_profile;
        uncounted.insert("liked", false);
        patiently(likes.timeout, async {
            let removed = likes.delete_many(uncounted).await;
            removed.map(drop).map_err(store_error)
        })
        .await
    }
}

//! The port of comments on SQLite; what each method promises is documented at the port. There is one writer, so what is
//! counted is counted at once.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rusqlite::Connection;

use super::columns::{Json, TableRecord, Time, limit as rows, list, only, read, record, unsigned};
use super::db::{SqliteDb, store_error};
use super::page::List;
use super::statements::{all, find, insert, readable, update, write};
use super::watching::is_erased;
use crate::domain::commenting::{
    Comment, CommentList, CommentOrder, CommentState, CommentStore, Like, top_of,
};
use crate::domain::error::StoreError;
use crate::domain::ids::{CommentId, ProfileId, TitleId};
use crate::domain::page::{Slice, Window};
use crate::domain::watching::Way;

/// What comments are called that cannot be read.
const COMMENTS: &str = "comments";
/// How many rows are written in one transaction: other writes wait for that long and no longer.
const BATCH: usize = 500;

record! {
    struct CommentRow in comments by (id: i64) {
        title: i64,
        root: Option<i64>,
        is_root: bool,
        is_listed: bool,
        profile: Option<i64>,
        state: String,
        likes: i64,
        replies: i64,
        top: i64,
        moved: Json<Vec<TitleId>>,
        moved_from: Option<i64>,
        created_at: Time,
        updated_at: Time,
        revision: i64,
        body: Json<Comment>,
    }
}

impl From<&Comment> for CommentRow {
    fn from(comment: &Comment) -> Self {
        let created_at = comment.stamp.created_at;
        Self {
            id: comment.id.to_i64(),
            title: comment.title.to_i64(),
            root: comment.root.map(CommentId::to_i64),
            is_root: comment.root.is_none(),
            is_listed: comment.is_listed(),
            profile: comment.author.map(ProfileId::to_i64),
            state: comment.state.as_str().to_owned(),
            likes: comment.likes.cast_signed(),
            replies: comment.replies.cast_signed(),
            top: top_of(comment.likes, created_at),
            moved: Json(comment.moved.clone()),
            moved_from: comment.moved.last().map(|title| title.to_i64()),
            created_at: Time(created_at),
            updated_at: Time(comment.stamp.updated_at),
            revision: comment.stamp.revision.cast_signed(),
            body: Json(comment.clone()),
        }
    }
}

impl From<CommentRow> for Comment {
    fn from(row: CommentRow) -> Self {
        let mut comment = row.body.0;
        // What is written without the JSON.
        comment.likes = row.likes.cast_unsigned();
        comment.replies = row.replies.cast_unsigned();
        comment
    }
}

/// The comments in a database.
#[derive(Clone)]
pub struct SqliteComments {
    db: SqliteDb,
}

impl SqliteComments {
    /// The comments in this database.
    pub fn new(db: SqliteDb) -> Self {
        Self { db }
    }

    /// Changes some of the comments that a condition finds, again and again until it finds none. Each change must take it
    /// out of the condition.
    async fn change_all(
        &self,
        condition: &'static str,
        key: Vec<i64>,
        change: impl Fn(Comment) -> Comment + Clone + Send + 'static,
    ) -> Result<(), StoreError> {
        let sql = format!("{} WHERE {condition} LIMIT {BATCH}", CommentRow::SELECT);
        loop {
            let (sql, key, change) = (sql.clone(), key.clone(), change.clone());
            let changed = self.db.write(move |connection: &Connection| {
                let key = rusqlite::params_from_iter(key);
                let found = all(connection, &sql, key, read::<CommentRow, Comment>);
                let found = found.map_err(store_error)?;
                let count = found.len();
                for comment in found {
                    let after = change(comment.clone());
                    replace(connection, &comment, after)?;
                }
                Ok::<usize, StoreError>(count)
            });
            if changed.await? < BATCH {
                return Ok(());
            }
        }
    }
}

#[async_trait]
impl CommentStore for SqliteComments {
    async fn put_comment(&self, comment: &Comment) -> Result<(), StoreError> {
        let comment = comment.clone();
        self.db
            .write(move |connection: &Connection| put(connection, comment))
            .await
    }

    async fn comments(&self, ids: &[CommentId]) -> Result<Vec<Comment>, StoreError> {
        let sql = format!(
            "{} WHERE id IN (SELECT value FROM json_each(?1))",
            CommentRow::SELECT
        );
        let ids = list(ids.iter().map(|id| id.to_i64()));
        self.db
            .read(move |connection| {
                let read = read::<CommentRow, Comment>;
                Ok(readable(connection, COMMENTS, &sql, [ids], read)?.0)
            })
            .await
    }

    async fn list_comments(
        &self,
        list: CommentList,
        order: CommentOrder,
        window: &Window,
    ) -> Result<Slice<Comment>, StoreError> {
        let by_time = if order == CommentOrder::Top {
            "top"
        } else {
            "created_at"
        };
        let (condition, scope, index) = match list {
            CommentList::Roots(title) => (
                "title = ?1 AND is_root = 1 AND is_listed = 1",
                vec![title.to_i64()],
                match order {
                    CommentOrder::Top => "comments_top",
                    CommentOrder::Newest | CommentOrder::Oldest => "comments_latest",
                },
            ),
            CommentList::Replies(root) => (
                "root = ?1 AND is_listed = 1",
                vec![root.to_i64()],
                "comments_replies",
            ),
            CommentList::Held => ("state = 'held'", Vec::new(), "comments_in_state"),
            CommentList::OfAuthor(profile) => (
                "profile = ?1",
                vec![profile.to_i64()],
                "comments_of_profile",
            ),
        };
        let comments = List {
            kind: Some(COMMENTS),
            select: CommentRow::SELECT,
            table: COMMENTS,
            index: Some(index),
            condition,
            scope,
            time: by_time,
            is_latest_first: order != CommentOrder::Oldest,
            id: "id",
            read: read::<CommentRow, Comment>,
        };
        let window = window.clone();
        self.db
            .read(move |connection| comments.page(connection, &window))
            .await
    }

    async fn count_comments(&self, titles: &[TitleId]) -> Result<Vec<(TitleId, u64)>, StoreError> {
        let titles = titles.to_vec();
        self.db
            .read(move |connection| {
                let sql = "SELECT comments FROM comment_counts WHERE title = ?1";
                let mut counts = Vec::with_capacity(titles.len());
                for title in titles {
                    let count = find(connection, sql, [title.to_i64()], unsigned)?;
                    counts.extend(count.map(|count| (title, count)));
                }
                Ok(counts)
            })
            .await
    }

    async fn like(&self, like: &Like) -> Result<(), StoreError> {
        let like = *like;
        self.db
            .write(move |connection: &Connection| keep_like(connection, &like).map_err(store_error))
            .await
    }

    async fn unlike(&self, comment: CommentId, profile: ProfileId) -> Result<(), StoreError> {
        self.db
            .write(move |connection: &Connection| {
                drop_like(connection, comment, profile).map_err(store_error)
            })
            .await
    }

    async fn liked_among(
        &self,
        profile: ProfileId,
        comments: &[CommentId],
    ) -> Result<Vec<CommentId>, StoreError> {
        let sql = "SELECT comment FROM comment_likes
            WHERE profile = ?1 AND comment IN (SELECT value FROM json_each(?2))";
        let key = (
            profile.to_i64(),
            list(comments.iter().map(|id| id.to_i64())),
        );
        self.db
            .read(move |connection| all(connection, sql, key, comment_id))
            .await
    }

    async fn liked_after(
        &self,
        profile: ProfileId,
        after: Option<CommentId>,
        limit: usize,
    ) -> Result<Vec<CommentId>, StoreError> {
        let sql = "SELECT comment FROM comment_likes WHERE profile = ?1 AND comment > ?2
            ORDER BY comment LIMIT ?3";
        let after = after.map_or(-1, CommentId::to_i64);
        let key = (profile.to_i64(), after, rows(limit));
        self.db
            .read(move |connection| all(connection, sql, key, comment_id))
            .await
    }

    async fn count_waiting(&self) -> Result<usize, StoreError> {
        Ok(0)
    }

    async fn move_comments(
        &self,
        from: TitleId,
        into: TitleId,
        way: Way,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        match way {
            Way::There => {
                let there = move |mut comment: Comment| {
                    comment.moved.push(from);
                    comment.title = into;
                    comment.stamp = comment.stamp.next(now);
                    comment
                };
                let key = vec![from.to_i64()];
                self.change_all("title = ?1", key, there).await
            }
            Way::Back => {
                let back = move |mut comment: Comment| {
                    comment.moved.pop();
                    comment.title = from;
                    comment.stamp = comment.stamp.next(now);
                    comment
                };
                let key = vec![into.to_i64(), from.to_i64()];
                self.change_all("title = ?1 AND moved_from = ?2", key, back)
                    .await
            }
        }
    }

    async fn erase_profile(
        &self,
        profile: ProfileId,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let emptied = move |comment: Comment| Comment {
            author: None,
            ..comment.emptied(now)
        };
        self.change_all("profile = ?1", vec![profile.to_i64()], emptied)
            .await?;
        loop {
            let liked = self.liked_after(profile, None, BATCH).await?;
            if liked.is_empty() {
                return Ok(());
            }
            self.db
                .write(move |connection: &Connection| {
                    let mut liked = liked.into_iter();
                    liked.try_for_each(|comment| {
                        drop_like(connection, comment, profile).map_err(store_error)
                    })
                })
                .await?;
        }
    }
}

fn comment_id(row: &rusqlite::Row<'_>) -> rusqlite::Result<CommentId> {
    only(row).map(CommentId::from_i64)
}

/// Keeps a comment, in the place of that of one revision less.
fn put(connection: &Connection, comment: Comment) -> Result<(), StoreError> {
    if let Some(author) = comment.author
        && is_erased(connection, author).map_err(store_error)?
    {
        return Err(StoreError::Conflict);
    }
    if comment.stamp.revision == 1 {
        let new = Comment {
            likes: 0,
            replies: 0,
            ..comment
        };
        insert(connection, &CommentRow::from(&new))?;
        return count(connection, &new, 1).map_err(store_error);
    }
    let sql = format!("{} WHERE id = ?1", CommentRow::SELECT);
    let read = read::<CommentRow, Comment>;
    let before = find(connection, &sql, [comment.id.to_i64()], read).map_err(store_error)?;
    replace(connection, &before.ok_or(StoreError::Conflict)?, comment)
}

/// Puts a comment in the place of what it was before.
fn replace(connection: &Connection, before: &Comment, comment: Comment) -> Result<(), StoreError> {
    let after = Comment {
        likes: before.likes,
        replies: before.replies,
        ..comment
    };
    update(connection, &CommentRow::from(&after))?;
    count(connection, before, -1).map_err(store_error)?;
    count(connection, &after, 1).map_err(store_error)
}

/// Counts a comment that is shown once more, or once less: under its title, and in its thread.
fn count(connection: &Connection, comment: &Comment, by: i64) -> rusqlite::Result<()> {
    if comment.state != CommentState::Shown {
        return Ok(());
    }
    let sql = "INSERT INTO comment_counts (title, comments) VALUES (?1, ?2)
        ON CONFLICT (title) DO UPDATE SET comments = comments + excluded.comments";
    write(connection, sql, [comment.title.to_i64(), by])?;
    if let Some(root) = comment.root {
        let sql = "UPDATE comments SET replies = replies + ?2,
            is_listed = (state = 'shown' OR replies + ?2 > 0) WHERE id = ?1";
        write(connection, sql, [root.to_i64(), by])?;
    }
    Ok(())
}

fn keep_like(connection: &Connection, like: &Like) -> rusqlite::Result<()> {
    if is_erased(connection, like.profile)? {
        return Ok(());
    }
    let sql =
        "INSERT OR IGNORE INTO comment_likes (profile, comment, created_at) VALUES (?1, ?2, ?3)";
    let key = (like.profile.to_i64(), like.comment.to_i64(), Time(like.at));
    let is_new = write(connection, sql, key)? > 0;
    if is_new {
        count_like(connection, like.comment, 1)?;
    }
    Ok(())
}

fn drop_like(
    connection: &Connection,
    comment: CommentId,
    profile: ProfileId,
) -> rusqlite::Result<()> {
    let sql = "DELETE FROM comment_likes WHERE profile = ?1 AND comment = ?2";
    let was_there = write(connection, sql, [profile.to_i64(), comment.to_i64()])? > 0;
    if was_there {
        count_like(connection, comment, -1)?;
    }
    Ok(())
}

fn count_like(connection: &Connection, comment: CommentId, by: i64) -> rusqlite::Result<()> {
    let sql = "SELECT likes, created_at FROM comments WHERE id = ?1";
    let counted = find(
        connection,
        sql,
        [comment.to_i64()],
        read::<Liked, (u64, Time)>,
    )?;
    let Some((likes, created_at)) = counted else {
        return Ok(());
    };
    let likes = likes.saturating_add_signed(by);
    let top = top_of(likes, created_at.0);
    let sql = "UPDATE comments SET likes = ?2, top = ?3 WHERE id = ?1";
    write(
        connection,
        sql,
        [comment.to_i64(), likes.cast_signed(), top],
    )
    .map(drop)
}

record! {
    struct Liked {
        likes: i64,
        created_at: Time,
    }
}

impl From<Liked> for (u64, Time) {
    fn from(row: Liked) -> Self {
        (row.likes.cast_unsigned(), row.created_at)
    }
}

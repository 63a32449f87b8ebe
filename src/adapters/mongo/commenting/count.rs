//! Counting what waits, in transactions: whoever counts the same at the same time begins anew, and finds it counted.

use std::collections::BTreeMap;

use bson::{Bson, DateTime, Document, doc};
use mongodb::ClientSession;

use super::collections::Collections;
use super::documents::{KeptLike, is_listed};
use crate::adapters::mongo::db::Abort;
use crate::adapters::mongo::fields::list;
use crate::adapters::mongo::find::documents_in;
use crate::domain::commenting::{CommentState, top_of};
use crate::domain::error::StoreError;

/// How much is counted in one transaction.
const AT_ONCE: usize = 500;

/// Counts some comments that wait: under their titles and in their threads. Says how many.
pub(super) async fn comments(collections: &Collections) -> Result<usize, StoreError> {
    let all = collections.clone();
    let counted = collections.db.transaction(move |session| {
        let all = all.clone();
        Box::pin(async move { count_comments(&all, session).await })
    });
    counted.await
}

/// Counts some likes that wait, of all, or of those that a filter finds. Says how many.
pub(super) async fn likes(
    collections: &Collections,
    filter: Document,
) -> Result<usize, StoreError> {
    let all = collections.clone();
    let counted = collections.db.transaction(move |session| {
        let (all, filter) = (all.clone(), filter.clone());
        Box::pin(async move { count_likes(&all, filter, session).await })
    });
    counted.await
}

async fn count_comments(
    collections: &Collections,
    session: &mut ClientSession,
) -> Result<usize, Abort<StoreError>> {
    let waiting = &collections.waiting.collection;
    let these = doc! { "waiting": true };
    let found = documents_in(session, waiting, these, doc! {}, Some(AT_ONCE)).await?;
    if found.is_empty() {
        return Ok(0);
    }
    let mut titles: BTreeMap<i64, i64> = BTreeMap::new();
    let mut roots: BTreeMap<i64, i64> = BTreeMap::new();
    for comment in &found {
        let (title, root) = comment.wanted();
        add(&mut titles, comment.counted_title, title);
        add(&mut roots, comment.counted_root, root);
    }
    let ids = list(&found, |comment| Bson::Int64(comment.id));
    let shown = CommentState::Shown.as_str();
    let if_shown = |field: &str| {
        let is_shown = doc! { "$eq": ["$state", shown] };
        doc! { "$cond": [is_shown, { "$ifNull": [field, null] }, null] }
    };
    let counted = vec![
        doc! { "$set": { "counted_title": if_shown("$title"), "counted_root": if_shown("$root") } },
        doc! { "$unset": "waiting" },
    ];
    waiting
        .update_many(doc! { "_id": { "$in": ids } }, counted)
        .session(&mut *session)
        .await?;
    for (title, by) in titles.into_iter().filter(|(_, by)| *by != 0) {
        let change = doc! { "$inc": { "comments": by }, "$currentDate": { "updated_at": true } };
        collections
            .counts
            .update_one(doc! { "_id": title }, change)
            .upsert(true)
            .session(&mut *session)
            .await?;
    }
    for (root, by) in roots.into_iter().filter(|(_, by)| *by != 0) {
        let change = vec![
            doc! { "$set": { "replies": { "$add": ["$replies", by] } } },
            doc! { "$set": { "is_listed": is_listed() } },
        ];
        waiting
            .update_one(doc! { "_id": root }, change)
            .session(&mut *session)
            .await?;
    }
    Ok(found.len())
}

/// From where something is counted to where it is to be.
fn add(sums: &mut BTreeMap<i64, i64>, counted: Option<i64>, wanted: Option<i64>) {
    if let Some(key) = counted {
        *sums.entry(key).or_default() -= 1;
    }
    if let Some(key) = wanted {
        *sums.entry(key).or_default() += 1;
    }
}

async fn count_likes(
    collections: &Collections,
    filter: Document,
    session: &mut ClientSession,
) -> Result<usize, Abort<StoreError>> {
    let likes = &collections.likes.collection;
    let found = documents_in(session, likes, filter, doc! {}, Some(AT_ONCE)).await?;
    if found.is_empty() {
        return Ok(0);
    }
    let (liked, gone): (Vec<&KeptLike>, Vec<&KeptLike>) = found.iter().partition(|like| like.liked);
    // One that waits is not counted as what it is.
    let mut sums: BTreeMap<i64, i64> = BTreeMap::new();
    for like in &found {
        let by = if like.liked { 1 } else { -1 };
        *sums.entry(like.key.comment).or_default() += by;
    }
    let these = doc! { "_id": { "$in": list(&liked, |like| Bson::from(like.key)) } };
    let change = doc! { "$set": { "counted": true }, "$unset": { "waiting": "" } };
    likes
        .update_many(these, change)
        .session(&mut *session)
        .await?;
    let these = doc! { "_id": { "$in": list(&gone, |like| Bson::from(like.key)) } };
    likes.delete_many(these).session(&mut *session).await?;
    let ids: Vec<i64> = sums.keys().copied().collect();
    let comments = &collections.liked.collection;
    let these = doc! { "_id": { "$in": list(&ids, |id| Bson::Int64(*id)) } };
    for comment in documents_in(session, comments, these, doc! {}, None).await? {
        let by = sums.get(&comment.id).copied().unwrap_or_default();
        let likes = comment.likes.saturating_add(by).max(0);
        let top = top_of(likes.cast_unsigned(), comment.created_at.to_chrono());
        // Lists go by dates, so it is one to the server.
        let change = doc! { "$set": { "likes": likes, "top": DateTime::from_millis(top) } };
        comments
            .update_one(doc! { "_id": comment.id }, change)
            .session(&mut *session)
            .await?;
    }
    Ok(found.len())
}

//! What all profiles together say of titles, counted from what each of them says.

use async_trait::async_trait;
use bson::{Document, doc};
use futures::TryStreamExt;
use mongodb::options::Hint;

use super::indexes::{THUMBS, with_thumb};
use super::store::MongoWatching;
use crate::adapters::mongo::db::{patiently, store_error};
use crate::adapters::mongo::fields;
use crate::domain::catalog::Thumbs;
use crate::domain::error::StoreError;
use crate::domain::ids::TitleId;
use crate::domain::watching::ThumbStore;

#[async_trait]
impl ThumbStore for MongoWatching {
    async fn thumbs(&self, titles: &[TitleId]) -> Result<Vec<(TitleId, Thumbs)>, StoreError> {
        let watched_titles = &self.collections.watched_titles;
        let mut of_titles = with_thumb();
        of_titles.insert(
            "_id.title",
            doc! { "$in": fields::list(titles, |title| title.to_i64()) },
        );
        let if_liked = |one: i64, other: i64| doc! { "$sum": { "$cond": ["$liked", one, other] } };
        let stages = [
            doc! { "$match": of_titles },
            doc! { "$group": {
                "_id": "$_id.title",
                "likes": if_liked(1, 0),
                "dislikes": if_liked(0, 1),
            } },
            doc! { "$sort": { "_id": 1 } },
        ];
        let groups: Vec<Document> = patiently(watched_titles.timeout, async {
            // Where the index is still being made this fails, and does not read all that was ever watched.
            let hint = Hint::Name(THUMBS.to_owned());
            let cursor = watched_titles.aggregate(stages).hint(hint).await;
            let cursor = cursor.map_err(store_error)?;
            cursor.try_collect().await.map_err(store_error)
        })
        .await?;
        groups.iter().map(thumbs).collect()
    }
}

fn thumbs(group: &Document) -> Result<(TitleId, Thumbs), StoreError> {
    let number = |field| group.get_i64(field).map_err(StoreError::failed);
    let thumbs = Thumbs {
        likes: number("likes")?.cast_unsigned(),
        dislikes: number("dislikes")?.cast_unsigned(),
    };
    Ok((TitleId::from_i64(number("_id")?), thumbs))
}

//! What all profiles together say of titles, counted from what each of them says.

use std::ops::RangeInclusive;

use async_trait::async_trait;
use bson::{Document, doc};
use futures::TryStreamExt;
use mongodb::error::{CommandError, Error, ErrorKind};
use mongodb::options::Hint;

use super::indexes::{THUMBS, with_thumb};
use super::store::MongoWatching;
use crate::adapters::mongo::db::{patiently, store_error};
use crate::domain::catalog::Thumbs;
use crate::domain::error::StoreError;
use crate::domain::ids::TitleId;
use crate::domain::watching::ThumbStore;

/// The error code of a hint at an index that is not there (`BadValue`), which many other mistakes have, too.
const BAD_VALUE: i32 = 2;
/// What the server says of such a hint, and of nothing else; it has no code of its own.
const NO_SUCH_INDEX: &str = "hint provided does not correspond to an existing index";

#[async_trait]
impl ThumbStore for MongoWatching {
    async fn thumbs(
        &self,
        titles: RangeInclusive<TitleId>,
    ) -> Result<Vec<(TitleId, Thumbs)>, StoreError> {
        let watched_titles = &self.collections.watched_titles;
        let mut of_titles = with_thumb();
        of_titles.insert(
            "_id.title",
            doc! { "$gte": titles.start().to_i64(), "$lte": titles.end().to_i64() },
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
            let cursor = cursor.map_err(aggregate_error)?;
            cursor.try_collect().await.map_err(store_error)
        })
        .await?;
        groups.iter().map(thumbs).collect()
    }
}

/// That there is no index yet passes, and says what is waited for.
fn aggregate_error(error: Error) -> StoreError {
    match &*error.kind {
        ErrorKind::Command(command) if misses_index(command) => {
            StoreError::unavailable(format!("the index `{THUMBS}` is still being made"))
        }
        _ => store_error(error),
    }
}

fn misses_index(command: &CommandError) -> bool {
    command.code == BAD_VALUE && command.message.contains(NO_SUCH_INDEX)
}

fn thumbs(group: &Document) -> Result<(TitleId, Thumbs), StoreError> {
    let number = |field| group.get_i64(field).map_err(StoreError::failed);
    let thumbs = Thumbs {
        likes: number("likes")?.cast_unsigned(),
        dislikes: number("dislikes")?.cast_unsigned(),
    };
    Ok((TitleId::from_i64(number("_id")?), thumbs))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_other_bad_value_is_waited_for() {
        let said = |code: i32, message: &str| -> CommandError {
            let answer = doc! { "code": code, "codeName": "BadValue", "errmsg": message };
            bson::deserialize_from_document(answer).unwrap()
        };
        let of_hint = "planner returned error :: caused by :: hint provided does not correspond to an existing index";

        assert!(misses_index(&said(BAD_VALUE, of_hint)));
        assert!(!misses_index(&said(BAD_VALUE, "unknown operator: $gte2")));
        assert!(!misses_index(&said(1, of_hint)));
    }
}

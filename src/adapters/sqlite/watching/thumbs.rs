//! What all profiles together say of titles, counted from what each of them says.

use std::ops::RangeInclusive;

use async_trait::async_trait;

use super::store::SqliteWatching;
use crate::adapters::sqlite::columns::{read, record};
use crate::adapters::sqlite::statements::all;
use crate::domain::catalog::Thumbs;
use crate::domain::error::StoreError;
use crate::domain::ids::TitleId;
use crate::domain::watching::ThumbStore;

/// The index has only rows with a thumb, and all that is asked for.
const COUNT: &str = "SELECT title, count(*) FILTER (WHERE liked = 1) AS likes,
        count(*) FILTER (WHERE liked = 0) AS dislikes
    FROM watched_titles INDEXED BY watched_titles_thumbs
    WHERE liked IS NOT NULL AND title BETWEEN ?1 AND ?2
    GROUP BY title ORDER BY title";

record! {
    struct ThumbsRow {
        title: i64,
        likes: i64,
        dislikes: i64,
    }
}

#[async_trait]
impl ThumbStore for SqliteWatching {
    async fn thumbs(
        &self,
        titles: RangeInclusive<TitleId>,
    ) -> Result<Vec<(TitleId, Thumbs)>, StoreError> {
        let titles = [titles.start().to_i64(), titles.end().to_i64()];
        self.db
            .read(move |connection| all(connection, COUNT, titles, read::<ThumbsRow, _>))
            .await
    }
}

impl From<ThumbsRow> for (TitleId, Thumbs) {
    fn from(row: ThumbsRow) -> Self {
        let thumbs = Thumbs {
            likes: row.likes.cast_unsigned(),
            dislikes: row.dislikes.cast_unsigned(),
        };
        (TitleId::from_i64(row.title), thumbs)
    }
}

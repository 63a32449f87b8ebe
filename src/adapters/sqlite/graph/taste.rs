//! What a profile watched lately, and what everybody did.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use super::walk::{limit, number, time};
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::recommend::{Taste, TasteEdge};

/// The condition is, word for word, that of the index.
const TASTE: &str = "
    SELECT title, weight, plays, completions, last_at, liked, revision FROM graph_watched
    WHERE profile = ?1 AND (weight > 0 OR liked IS NOT NULL)
    ORDER BY last_at DESC, title LIMIT ?2";

const TRENDING: &str = "
    SELECT title, count(*) AS profiles FROM graph_watched INDEXED BY graph_watched_lately
    WHERE last_at >= ?1 GROUP BY title ORDER BY profiles DESC, title LIMIT ?2";

/// The newest edges of a profile that say something.
pub(super) fn taste(db: &Connection, profile: ProfileId) -> rusqlite::Result<Taste> {
    let edges = db
        .prepare_cached(TASTE)?
        .query_map(params![profile.to_i64(), limit(Taste::EDGES)], |row| {
            Ok(TasteEdge {
                title: TitleId::from_i64(row.get(0)?),
                weight: row.get(1)?,
                plays: row.get(2)?,
                completions: row.get(3)?,
                last_at: time(row, 4)?,
                liked: row.get(5)?,
                revision: number(row, 6)?,
            })
        })?
        .collect::<rusqlite::Result<_>>()?;
    Ok(Taste { edges })
}

/// The titles that the most profiles watched last since a moment.
pub(super) fn trending(
    db: &Connection,
    since: DateTime<Utc>,
    most: usize,
) -> rusqlite::Result<Vec<(TitleId, u64)>> {
    db.prepare_cached(TRENDING)?
        .query_map(params![since.timestamp_millis(), limit(most)], |row| {
            Ok((TitleId::from_i64(row.get(0)?), number(row, 1)?))
        })?
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::sqlite::SqliteDb;

    #[tokio::test]
    async fn what_is_read_comes_in_the_order_of_an_index() {
        let folder = tempfile::tempdir().unwrap();
        let db = SqliteDb::open(&folder.path().join("test.db")).unwrap();
        let plan = async |sql: &str| {
            let explain = format!("EXPLAIN QUERY PLAN {sql}");
            let lines = move |db: &Connection| {
                db.prepare(&explain)?
                    .query_map([1, 2], |row| row.get(3))?
                    .collect::<rusqlite::Result<Vec<String>>>()
            };
            db.read(lines).await.unwrap()
        };

        let taste = plan(TASTE).await;
        let trending = plan(TRENDING).await.remove(0);

        let search = "SEARCH graph_watched USING INDEX graph_watched_taste (profile=?)";
        assert_eq!(taste, [search]);
        assert!(
            trending.contains("graph_watched_lately (last_at>?)"),
            "{trending}"
        );
    }
}

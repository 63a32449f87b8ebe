//! What a profile watched lately, and what everybody did.

use chrono::{DateTime, Utc};
use rusqlite::Connection;

use crate::adapters::sqlite::columns::{Time, limit, read, record};
use crate::adapters::sqlite::statements::all;
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::recommend::{Taste, TasteEdge};

/// The condition is, word for word, that of the index.
const TASTE: &str = "
    SELECT title, weight, plays, completions, last_at, liked, revision FROM graph_watched
    WHERE profile = ?1 AND (weight > 0 OR liked IS NOT NULL)
    ORDER BY last_at DESC, title LIMIT ?2";

const TRENDING: &str = "
    SELECT title, count(*) AS profiles FROM graph_watched INDEXED BY graph_watched_lately
    WHERE last_at >= ?1 AND plays > 0 GROUP BY title ORDER BY profiles DESC, title LIMIT ?2";

record! {
    struct Edge {
        title: i64,
        weight: f64,
        plays: u32,
        completions: u32,
        last_at: Time,
        liked: Option<bool>,
        revision: i64,
    }
}

record! {
    struct Trend {
        title: i64,
        profiles: i64,
    }
}

/// The newest edges of a profile that say something.
pub(super) fn taste(db: &Connection, profile: ProfileId) -> rusqlite::Result<Taste> {
    let newest = [profile.to_i64(), limit(Taste::EDGES)];
    let edges = all(db, TASTE, newest, read::<Edge, _>)?;
    Ok(Taste { edges })
}

/// The titles that the most profiles watched last since a moment.
pub(super) fn trending(
    db: &Connection,
    since: DateTime<Utc>,
    most: usize,
) -> rusqlite::Result<Vec<(TitleId, u64)>> {
    all(db, TRENDING, (Time(since), limit(most)), read::<Trend, _>)
}

impl From<Edge> for TasteEdge {
    fn from(row: Edge) -> Self {
        Self {
            title: TitleId::from_i64(row.title),
            weight: row.weight,
            plays: row.plays,
            completions: row.completions,
            last_at: row.last_at.0,
            liked: row.liked,
            revision: row.revision.cast_unsigned(),
        }
    }
}

impl From<Trend> for (TitleId, u64) {
    fn from(row: Trend) -> Self {
        (TitleId::from_i64(row.title), row.profiles.cast_unsigned())
    }
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
                all(db, &explain, [1, 2], |row| row.get::<_, String>("detail"))
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

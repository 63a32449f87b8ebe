//! What ranking asks: what lies around a title, and around a profile.

use rusqlite::{Connection, Row, named_params, params};

use super::project::DIRECTED;
use super::walk::{limit, time};
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::recommend::{
    ProfileNeighbourhood, Reach, Seed, SimilarEdge, TitleNeighbourhood,
};

/// The `SIMILAR` edges of a title, the greatest affinity first.
const SIMILAR: &str = "
    SELECT target, affinity, co_watches FROM graph_similar
    WHERE source = ?1 ORDER BY affinity DESC, target LIMIT ?2";

/// What a profile is gone on from.
const SEEDS: &str = "
    SELECT title, weight, last_at, liked FROM graph_watched
    WHERE profile = ?1 ORDER BY weight DESC, title LIMIT ?2";

/// The titles that share the most people with the seeds (a table of the given name), by id, and are not left out.
macro_rules! by_people {
    ($seeds:literal, $left_out:literal) => {
        concat!(
            "WITH seeds (title) AS (",
            $seeds,
            "), people AS (
                SELECT DISTINCT person, role FROM graph_credits
                WHERE title IN seeds AND (role = :directed OR position < :actors)
             ), followed AS (
                SELECT person, role FROM people WHERE (
                    SELECT count(*) FROM (
                        SELECT 1 FROM graph_credits AS credit
                        WHERE credit.person = people.person AND credit.role = people.role
                        LIMIT :max_credits + 1
                    )
                ) <= :max_credits
             ), shared AS (
                SELECT DISTINCT credit.title, followed.person, followed.role
                FROM followed CROSS JOIN graph_credits AS credit
                  ON credit.person = followed.person AND credit.role = followed.role
                WHERE credit.role = :directed OR credit.position < :actors
             )
             SELECT title FROM (
                SELECT title FROM shared WHERE title NOT IN (",
            $left_out,
            ") GROUP BY title ORDER BY count(*) DESC, title LIMIT :by_people
             ) ORDER BY title"
        )
    };
}

/// What lies around a title.
pub(super) fn of_title(
    db: &Connection,
    title: TitleId,
    reach: &Reach,
) -> rusqlite::Result<TitleNeighbourhood> {
    let by_people = db
        .prepare_cached(by_people!("SELECT :title", "SELECT title FROM seeds"))?
        .query_map(
            named_params! {
                ":title": title.to_i64(),
                ":directed": DIRECTED,
                ":actors": limit(reach.actors),
                ":max_credits": Reach::MAX_CREDITS,
                ":by_people": limit(reach.by_people),
            },
            title_id,
        )?
        .collect::<rusqlite::Result<_>>()?;
    Ok(TitleNeighbourhood {
        similar: similar(db, title, reach)?,
        by_people,
    })
}

/// What lies around a profile.
pub(super) fn of_profile(
    db: &Connection,
    profile: ProfileId,
    reach: &Reach,
) -> rusqlite::Result<ProfileNeighbourhood> {
    let watched: Vec<TitleId> = db
        .prepare_cached("SELECT title FROM graph_watched WHERE profile = ?1 ORDER BY title")?
        .query_map([profile.to_i64()], title_id)?
        .collect::<rusqlite::Result<_>>()?;
    let mut seeds: Vec<Seed> = db
        .prepare_cached(SEEDS)?
        .query_map(params![profile.to_i64(), limit(reach.seeds)], |row| {
            Ok(Seed {
                title: title_id(row)?,
                weight: row.get(1)?,
                last_at: time(row, 2)?,
                liked: row.get(3)?,
                similar: Vec::new(),
            })
        })?
        .collect::<rusqlite::Result<_>>()?;
    for seed in &mut seeds {
        seed.similar = similar(db, seed.title, reach)?;
        seed.similar
            .retain(|edge| watched.binary_search(&edge.to).is_err());
    }
    let by_people = db
        .prepare_cached(by_people!(
            "SELECT title FROM (
                SELECT title FROM graph_watched WHERE profile = :profile
                ORDER BY weight DESC, title LIMIT :seeds
             )",
            "SELECT title FROM graph_watched WHERE profile = :profile"
        ))?
        .query_map(
            named_params! {
                ":profile": profile.to_i64(),
                ":seeds": limit(reach.seeds),
                ":directed": DIRECTED,
                ":actors": limit(reach.actors),
                ":max_credits": Reach::MAX_CREDITS,
                ":by_people": limit(reach.by_people),
            },
            title_id,
        )?
        .collect::<rusqlite::Result<_>>()?;
    Ok(ProfileNeighbourhood {
        seeds,
        watched,
        by_people,
    })
}

fn similar(db: &Connection, title: TitleId, reach: &Reach) -> rusqlite::Result<Vec<SimilarEdge>> {
    db.prepare_cached(SIMILAR)?
        .query_map(params![title.to_i64(), limit(reach.similar)], |row| {
            Ok(SimilarEdge {
                to: title_id(row)?,
                affinity: row.get(1)?,
                co_watches: row.get(2)?,
            })
        })?
        .collect()
}

fn title_id(row: &Row<'_>) -> rusqlite::Result<TitleId> {
    Ok(TitleId::from_i64(row.get(0)?))
}

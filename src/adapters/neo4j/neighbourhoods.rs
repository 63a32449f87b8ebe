//! What ranking asks: what lies around a title, and around a profile; each in one statement.

use neo4rs::{Query, query};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::db::{Neo4jDb, number};
use super::queries;
use super::similar::GRAPH;
use super::walk::time;
use crate::domain::error::StoreError;
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::recommend::{
    ProfileNeighbourhood, Reach, Seed, SimilarEdge, TitleNeighbourhood,
};

/// How often a neighbourhood is read again because all `SIMILAR` edges were replaced meanwhile.
const TRIES: usize = 4;

/// Where a `SIMILAR` edge leads, its affinity and its co-watches.
type SimilarRow = (TitleId, f64, u32);
/// A seed, its weight, the time in milliseconds, what was said of it, and its `SIMILAR` edges.
type SeedRow = (TitleId, f64, i64, Option<bool>, Vec<SimilarRow>);

/// The row of a neighbourhood.
trait Row {
    /// Whether all its `SIMILAR` edges are of one generation, and none of that had been removed.
    fn is_whole(&self) -> bool;
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TitleRow {
    similar: Vec<SimilarRow>,
    by_people: Vec<TitleId>,
    generation: Option<i64>,
    generation_after: Option<i64>,
}

impl Row for TitleRow {
    fn is_whole(&self) -> bool {
        self.generation == self.generation_after
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ProfileRow {
    seeds: Vec<SeedRow>,
    watched: Vec<TitleId>,
    by_people: Vec<TitleId>,
    generation: Option<i64>,
    generation_after: Option<i64>,
}

impl Row for ProfileRow {
    fn is_whole(&self) -> bool {
        self.generation == self.generation_after
    }
}

/// What lies around a title.
pub(super) async fn of_title(
    db: &Neo4jDb,
    title: TitleId,
    reach: &Reach,
) -> Result<TitleNeighbourhood, StoreError> {
    let statement =
        within(reach, query(queries::TITLE_NEIGHBOURHOOD)).param("title", title.to_i64());
    let row: Option<TitleRow> = whole(db, statement).await?;
    Ok(
        row.map_or_else(TitleNeighbourhood::default, |row| TitleNeighbourhood {
            similar: row.similar.into_iter().map(similar).collect(),
            by_people: row.by_people,
        }),
    )
}

/// What lies around a profile.
pub(super) async fn of_profile(
    db: &Neo4jDb,
    profile: ProfileId,
    reach: &Reach,
) -> Result<ProfileNeighbourhood, StoreError> {
    let statement = within(reach, query(queries::PROFILE_NEIGHBOURHOOD))
        .param("profile", profile.to_i64())
        .param("seeds", number(reach.seeds));
    let Some(row) = whole::<ProfileRow>(db, statement).await? else {
        return Ok(ProfileNeighbourhood::default());
    };
    let seeds = row
        .seeds
        .into_iter()
        .map(|seed| seed_without(seed, &row.watched))
        .collect::<Result<_, _>>()?;
    Ok(ProfileNeighbourhood {
        seeds,
        watched: row.watched,
        by_people: row.by_people,
    })
}

fn within(reach: &Reach, query: Query) -> Query {
    query
        .param("graph", GRAPH)
        .param("similar", number(reach.similar))
        .param("actors", number(reach.actors))
        .param("byPeople", number(reach.by_people))
        .param("maxCredits", Reach::MAX_CREDITS)
}

/// The row of a neighbourhood whose `SIMILAR` edges are whole.
///
/// Neo4j reads what is committed while it reads. Edges are removed only after another generation has become the
/// current one, so if that is the same at the end, none of them can be missing.
async fn whole<T>(db: &Neo4jDb, query: Query) -> Result<Option<T>, StoreError>
where
    T: Row + DeserializeOwned + Send + 'static,
{
    for _ in 0..TRIES {
        let row: Option<T> = db.rows(query.clone()).await?.pop();
        if row.as_ref().is_none_or(Row::is_whole) {
            return Ok(row);
        }
    }
    Err(StoreError::unavailable(
        "the SIMILAR edges are replaced faster than they can be read",
    ))
}

fn similar((to, affinity, co_watches): SimilarRow) -> SimilarEdge {
    SimilarEdge {
        to,
        affinity,
        co_watches,
    }
}

fn seed_without(
    (title, weight, last_at, liked, edges): SeedRow,
    watched: &[TitleId],
) -> Result<Seed, StoreError> {
    let similar = edges
        .into_iter()
        .filter(|(to, ..)| watched.binary_search(to).is_err())
        .map(similar)
        .collect();
    Ok(Seed {
        title,
        weight,
        last_at: time(last_at)?,
        liked,
        similar,
    })
}

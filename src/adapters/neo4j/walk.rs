//! Going through the graph, to compare it with the documents, and counting it.

use std::collections::{BTreeSet, HashMap};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use neo4rs::{BoltType, query};
use serde::Deserialize;

use super::db::{Neo4jDb, number};
use super::queries;
use super::similar::GRAPH;
use crate::domain::catalog::TitleKind;
use crate::domain::error::StoreError;
use crate::domain::ids::{GenreId, PersonId, ProfileId, TitleId};
use crate::domain::ping::Ping;
use crate::domain::recommend::{GraphCounts, TitleNode, WatchedEdge};

/// Less than every id, which is 0 or more.
const BEFORE_ALL: i64 = -1;

#[derive(Deserialize)]
struct WatchersRow {
    id: TitleId,
    watchers: u64,
}

#[derive(Deserialize)]
struct TitleRow {
    id: TitleId,
    film: bool,
    slug: String,
    year: Option<i32>,
    revision: u64,
    genres: Vec<GenreId>,
    directors: Vec<PersonId>,
    actors: Vec<PersonId>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WatchedRow {
    profile: ProfileId,
    title: TitleId,
    weight: f64,
    plays: u32,
    completions: u32,
    seconds: f64,
    first_at: i64,
    last_at: i64,
    liked: Option<bool>,
    revision: u64,
}

#[derive(Deserialize)]
struct CountsRow {
    profiles: u64,
    titles: u64,
    people: u64,
    genres: u64,
    watched: u64,
    similar: u64,
}

#[derive(Deserialize)]
struct Pong {}

/// How many profiles watched each title, in the order asked.
pub(super) async fn watchers(db: &Neo4jDb, titles: &[TitleId]) -> Result<Vec<u64>, StoreError> {
    let once: BTreeSet<i64> = titles.iter().map(|title| title.to_i64()).collect();
    let once: BoltType = once.into_iter().collect();
    let rows: Vec<WatchersRow> = db
        .rows(query(queries::WATCHERS).param("titles", once))
        .await?;
    let counts: HashMap<TitleId, u64> =
        rows.into_iter().map(|row| (row.id, row.watchers)).collect();
    Ok(titles
        .iter()
        .map(|title| counts.get(title).copied().unwrap_or_default())
        .collect())
}

/// The titles that follow, by id.
pub(super) async fn titles_after(
    db: &Neo4jDb,
    after: Option<TitleId>,
    limit: usize,
) -> Result<Vec<TitleNode>, StoreError> {
    let statement = query(queries::TITLES_AFTER)
        .param("after", after.map_or(BEFORE_ALL, TitleId::to_i64))
        .param("limit", number(limit));
    let rows: Vec<TitleRow> = db.rows(statement).await?;
    Ok(rows.into_iter().map(title).collect())
}

fn title(row: TitleRow) -> TitleNode {
    TitleNode {
        id: row.id,
        kind: if row.film {
            TitleKind::Film
        } else {
            TitleKind::Series
        },
        slug: row.slug,
        name: String::new(),
        year: row.year,
        genres: nameless(row.genres),
        directors: nameless(row.directors),
        actors: nameless(row.actors),
        revision: row.revision,
    }
}

fn nameless<T>(ids: Vec<T>) -> Vec<(T, String)> {
    ids.into_iter().map(|id| (id, String::new())).collect()
}

/// The `WATCHED` edges that follow, by profile and title.
pub(super) async fn watched_after(
    db: &Neo4jDb,
    after: Option<(ProfileId, TitleId)>,
    limit: usize,
) -> Result<Vec<WatchedEdge>, StoreError> {
    let (profile, title) = after.map_or((BEFORE_ALL, BEFORE_ALL), |(profile, title)| {
        (profile.to_i64(), title.to_i64())
    });
    let statement = query(queries::WATCHED_AFTER)
        .param("profile", profile)
        .param("title", title)
        .param("limit", number(limit));
    let rows: Vec<WatchedRow> = db.rows(statement).await?;
    rows.iter().map(watched).collect()
}

fn watched(row: &WatchedRow) -> Result<WatchedEdge, StoreError> {
    Ok(WatchedEdge {
        profile: row.profile,
        title: row.title,
        weight: row.weight,
        plays: row.plays,
        completions: row.completions,
        seconds: row.seconds,
        first_at: time(row.first_at)?,
        last_at: time(row.last_at)?,
        liked: row.liked,
        revision: row.revision,
    })
}

/// How much there is.
pub(super) async fn counts(db: &Neo4jDb) -> Result<GraphCounts, StoreError> {
    let rows: Vec<CountsRow> = db
        .rows(query(queries::COUNTS).param("graph", GRAPH))
        .await?;
    Ok(rows
        .first()
        .map_or_else(GraphCounts::default, |row| GraphCounts {
            profiles: row.profiles,
            titles: row.titles,
            people: row.people,
            genres: row.genres,
            watched: row.watched,
            similar: row.similar,
        }))
}

#[async_trait]
impl Ping for Neo4jDb {
    async fn ping(&self) -> Result<(), StoreError> {
        self.rows::<Pong>(query(queries::PING)).await.map(drop)
    }
}

/// A time that was returned as milliseconds since 1970.
pub(super) fn time(milliseconds: i64) -> Result<DateTime<Utc>, StoreError> {
    DateTime::from_timestamp_millis(milliseconds)
        .ok_or_else(|| StoreError::failed("a time is out of range"))
}

//! `SIMILAR` edges as they are stored in a cell: a list in postcard's wire format, which is stable. It has no names
//! of fields, so another order or type of them needs a version of the schema that drops what was written before.

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ValueRef};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::domain::ids::TitleId;
use crate::domain::recommend::{SimilarEdge, Weight};

/// An edge in few bytes: most have no parts that come from people or genres.
#[derive(Serialize, Deserialize)]
struct Packed {
    to: u64,
    co_watches: u32,
    sum: f64,
    affinity: Option<f64>,
    director: Option<f64>,
    actor: Option<f64>,
    genre: Option<f64>,
}

impl From<&SimilarEdge> for Packed {
    fn from(edge: &SimilarEdge) -> Self {
        let some = |part: f64| (part != 0.0).then_some(part);
        Self {
            to: edge.to.0,
            co_watches: edge.co_watches,
            sum: edge.weight.sum,
            affinity: some(edge.affinity),
            director: some(edge.weight.director),
            actor: some(edge.weight.actor),
            genre: some(edge.weight.genre),
        }
    }
}

impl From<Packed> for SimilarEdge {
    fn from(packed: Packed) -> Self {
        Self {
            to: TitleId(packed.to),
            weight: Weight {
                sum: packed.sum,
                director: packed.director.unwrap_or_default(),
                actor: packed.actor.unwrap_or_default(),
                genre: packed.genre.unwrap_or_default(),
            },
            affinity: packed.affinity.unwrap_or_default(),
            co_watches: packed.co_watches,
        }
    }
}

/// Edges as a cell holds them.
pub(super) fn pack<'e>(
    edges: impl IntoIterator<Item = &'e SimilarEdge>,
) -> rusqlite::Result<Vec<u8>> {
    to_bytes(&edges.into_iter().map(Packed::from).collect::<Vec<_>>())
}

/// The edges of a cell.
pub(super) struct Edges<C>(pub(super) C);

impl<C: FromIterator<SimilarEdge>> FromSql for Edges<C> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let edges: Vec<Packed> = from_bytes(value)?;
        Ok(Self(edges.into_iter().map(SimilarEdge::from).collect()))
    }
}

/// Titles as a cell holds them.
pub(super) fn pack_titles(titles: impl IntoIterator<Item = TitleId>) -> rusqlite::Result<Vec<u8>> {
    to_bytes(&titles.into_iter().map(|title| title.0).collect::<Vec<_>>())
}

/// The titles of a cell.
pub(super) struct Titles(pub(super) Vec<TitleId>);

impl FromSql for Titles {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let titles: Vec<u64> = from_bytes(value)?;
        Ok(Self(titles.into_iter().map(TitleId).collect()))
    }
}

fn to_bytes<T: Serialize>(value: &T) -> rusqlite::Result<Vec<u8>> {
    postcard::to_stdvec(value)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}

fn from_bytes<T: DeserializeOwned>(value: ValueRef<'_>) -> FromSqlResult<T> {
    postcard::from_bytes(value.as_blob()?).map_err(FromSqlError::other)
}

//! Suggestions and the reasons for them.

mod edge;
mod layouts;
mod profile;
mod reason;
mod row;
mod rows_for;
mod similar;
mod sources;
mod taste;
mod text;

pub(crate) use edge::RecommendationEdge;
pub(crate) use profile::ProfileRecommendations;
pub(crate) use row::RecommendationRow;
pub(crate) use rows_for::{RowsFor, RowsQuery};
pub(crate) use similar::similar;

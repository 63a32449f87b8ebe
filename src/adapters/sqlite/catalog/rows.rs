//! From rows to the domain's types and back.

use rusqlite::types::Type;
use rusqlite::{CachedStatement, Params, Row};
use serde::de::DeserializeOwned;

use crate::domain::catalog::Title;

/// Titles, with the columns that [`title`] reads.
pub(super) const TITLES: &str =
    "SELECT document, by_popularity FROM titles JOIN title_documents USING (id)";

/// A title: its document, which does not know how popular it is, and that.
pub(super) fn title(row: &Row<'_>) -> rusqlite::Result<Title> {
    let mut title: Title = document(row)?;
    title.popularity = row.get::<_, i64>(1)?.wrapping_neg().cast_unsigned();
    Ok(title)
}

/// Anything else, from its document.
pub(super) fn document<T: DeserializeOwned>(row: &Row<'_>) -> rusqlite::Result<T> {
    let text = row.get_ref(0)?.as_str()?;
    serde_json::from_str(text)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(0, Type::Text, error.into()))
}

/// A count or a number of the feed: never negative.
pub(super) fn unsigned(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    row.get(column).map(i64::cast_unsigned)
}

/// All rows of a statement.
pub(super) fn all<T>(
    mut statement: CachedStatement<'_>,
    params: impl Params,
    row: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    statement.query_map(params, row)?.collect()
}

/// A list as one parameter, for `json_each(?)`.
pub(super) fn list<T: Into<serde_json::Value>>(values: impl IntoIterator<Item = T>) -> String {
    serde_json::Value::from_iter(values).to_string()
}

/// A limit as the database takes it.
pub(super) fn limit(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

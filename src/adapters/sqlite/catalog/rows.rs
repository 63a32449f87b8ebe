//! The catalogue's things as rows of their tables, and back. Only titles are more than their document.

use rusqlite::{Result, Row};
use serde::de::DeserializeOwned;

use crate::adapters::sqlite::columns::{Columns, Json, only, read, record};
use crate::domain::catalog::{Change, Changed, Season, SeasonId, Title};
use crate::domain::ids::TitleId;

/// Titles, with the columns that [`title`] reads.
pub(super) const TITLES: &str =
    "SELECT document, by_popularity FROM titles JOIN title_documents USING (id)";

record! {
    /// A title: its document, which does not know its watchers, and those.
    struct TitleRow {
        document: Json<Title>,
        by_popularity: i64,
    }
}

record! {
    pub(super) struct ChangedTitle {
        sequence: i64,
        document: Json<Title>,
        by_popularity: i64,
    }
}

record! {
    pub(super) struct SeasonRow {
        series: i64,
        season: u32,
        episodes: i64,
    }
}

record! {
    pub(super) struct PersonRow in people by (pub(super) id: i64) {
        pub(super) slug: String,
        pub(super) revision: i64,
        pub(super) sequence: i64,
        pub(super) document: String,
    }
}

record! {
    pub(super) struct GenreRow in genres by (pub(super) id: i64) {
        pub(super) slug: String,
        pub(super) name: String,
        pub(super) revision: i64,
        pub(super) sequence: i64,
        pub(super) document: String,
    }
}

record! {
    pub(super) struct CollectionRow in collections by (pub(super) id: i64) {
        pub(super) slug: String,
        pub(super) revision: i64,
        pub(super) sequence: i64,
        pub(super) document: String,
    }
}

record! {
    pub(super) struct EpisodeRow in episodes by (pub(super) id: i64) {
        pub(super) series: i64,
        pub(super) season: u32,
        pub(super) number: u32,
        pub(super) revision: i64,
        pub(super) sequence: i64,
        pub(super) document: String,
    }
}

pub(super) fn title(row: &Row<'_>) -> Result<Title> {
    read::<TitleRow, _>(row)
}

/// A change of anything but titles.
pub(super) fn change<T: DeserializeOwned>(
    row: &Row<'_>,
    changed: impl Fn(T) -> Changed,
) -> Result<Change> {
    let mut columns = Columns::of(row);
    let sequence: i64 = columns.next("sequence")?;
    let Json(thing) = columns.next("document")?;
    Ok(Change {
        sequence: sequence.cast_unsigned(),
        changed: changed(thing),
    })
}

/// Anything else, from its document.
pub(super) fn document<T: DeserializeOwned>(row: &Row<'_>) -> Result<T> {
    let Json(thing) = only(row)?;
    Ok(thing)
}

impl From<TitleRow> for Title {
    fn from(row: TitleRow) -> Self {
        let Json(mut title) = row.document;
        title.watchers = row.by_popularity.wrapping_neg().cast_unsigned();
        title
    }
}

impl From<ChangedTitle> for Change {
    fn from(row: ChangedTitle) -> Self {
        let title = TitleRow {
            document: row.document,
            by_popularity: row.by_popularity,
        };
        Self {
            sequence: row.sequence.cast_unsigned(),
            changed: Changed::Title(title.into()),
        }
    }
}

impl From<SeasonRow> for Season {
    fn from(row: SeasonRow) -> Self {
        Self {
            id: SeasonId {
                series: TitleId::from_i64(row.series),
                number: row.season,
            },
            episodes: row.episodes.cast_unsigned(),
        }
    }
}

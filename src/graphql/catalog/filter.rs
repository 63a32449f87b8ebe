//! Which titles, in what order.

use async_graphql::{Enum, ID, InputObject};

use crate::domain::catalog;
use crate::domain::error::{Bounds, ErrorCode};
use crate::graphql::error::{ApiError, Result};
use crate::graphql::global_id::GlobalId;

/// The most values that one condition may have.
const MOST: usize = 100;

/// The two kinds of titles; an episode is part of a title.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "catalog::TitleKind")]
pub(crate) enum TitleKind {
    /// A film, which is watched in one piece.
    Film,
    /// A series, which is watched episode by episode.
    Series,
}

/// The orders that titles are listed in; ties are broken by id.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "catalog::TitleOrder")]
pub(crate) enum TitleOrder {
    /// By name, A to Z, without regard to case, accents and a leading article.
    Name,
    /// The last added to the catalogue first.
    NewestAdded,
    /// The latest first showing first; titles of unknown year last.
    NewestReleased,
    /// What the most profiles have watched first.
    Popular,
}

/// Which titles are wanted: those that pass every condition that is set. An empty list is no condition.
#[derive(InputObject, Default)]
pub(crate) struct TitleFilter {
    /// Of one of these kinds.
    kind: Option<Vec<TitleKind>>,
    /// With at least one of these genres; at most 100 ids.
    genres: Option<Vec<ID>>,
    /// With at least one of these people in any role; at most 100 ids.
    people: Option<Vec<ID>>,
    /// First shown in this year or later; titles of unknown year do not pass.
    year_from: Option<i32>,
    /// First shown in this year or earlier; titles of unknown year do not pass.
    year_to: Option<i32>,
    /// In which this language is spoken: an ISO 639-1 code of two letters, or what else stands for one when a catalogue is
    /// loaded (`eng`, `en-US`, `English`). One that is not known is spoken in none.
    language: Option<String>,
}

impl TitleFilter {
    /// As the domain understands it.
    pub(crate) fn into_domain(self) -> Result<catalog::TitleFilter> {
        Ok(catalog::TitleFilter {
            kinds: kinds(self.kind),
            genres: ids("filter.genres", self.genres, |id| match id {
                GlobalId::Genre(id) => Some(id),
                _ => None,
            })?,
            people: ids("filter.people", self.people, |id| match id {
                GlobalId::Person(id) => Some(id),
                _ => None,
            })?,
            year_from: self.year_from,
            year_to: self.year_to,
            language: self.language.as_deref().map(language),
        })
    }
}

/// The code of a language as titles have it.
fn language(written: &str) -> String {
    match catalog::language_code(written) {
        Some(code) => code.to_owned(),
        None => written.trim().to_lowercase(),
    }
}

/// The kinds that are wanted; `None` if all are.
pub(crate) fn kinds(kinds: Option<Vec<TitleKind>>) -> Option<Vec<catalog::TitleKind>> {
    let kinds = kinds.filter(|kinds| !kinds.is_empty())?;
    Some(kinds.into_iter().map(Into::into).collect())
}

fn ids<T>(
    field: &'static str,
    ids: Option<Vec<ID>>,
    of_kind: impl Fn(GlobalId) -> Option<T>,
) -> Result<Option<Vec<T>>> {
    let Some(ids) = ids.filter(|ids| !ids.is_empty()) else {
        return Ok(None);
    };
    if ids.len() > MOST {
        return Err(ApiError::argument(
            ErrorCode::OutOfRange,
            field,
            format!("`{field}` may have at most {MOST} ids"),
        )
        .within(Bounds::most(MOST)));
    }
    let decode = |id: &ID| {
        GlobalId::decode(id)
            .and_then(&of_kind)
            .ok_or_else(|| ApiError::not_found(field))
    };
    ids.iter().map(decode).collect::<Result<_>>().map(Some)
}

//! Whether and when viewers may see a title.

use async_graphql::Enum;

use crate::domain::catalog;

/// How far a title is on its way to viewers. Who is no curator sees published titles alone.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "catalog::TitleState")]
pub(crate) enum TitleState {
    /// Not ready yet: curators work on it.
    Draft,
    /// For viewers, between `availableFrom` and `availableUntil`.
    Published,
    /// Taken away from viewers by a curator.
    Hidden,
}

//! How long a whole list is, counted only if somebody asks.

use async_graphql::Context;

use super::context::ContextExt;
use super::error::Result;
use crate::domain::catalog::TitleFilter;
use crate::domain::ids::{ProfileId, TitleId};

/// How to count a list.
pub(crate) enum Total {
    /// It has been counted.
    Known(usize),
    /// The titles that pass a filter.
    Titles(TitleFilter),
    /// The sittings of a profile, at one title or at all.
    History(ProfileId, Option<TitleId>),
    /// What a profile can resume.
    InProgress(ProfileId),
    /// The titles that a profile hides.
    Hidden(ProfileId),
    /// Only by walking through it.
    Uncounted,
}

impl Total {
    /// The number of rows; `None` for a list that is not counted.
    pub(crate) async fn count(&self, ctx: &Context<'_>) -> Result<Option<u64>> {
        let services = ctx.services();
        Ok(match self {
            Self::Known(rows) => Some(*rows as u64),
            Self::Titles(filter) => Some(services.catalog.count_titles(filter).await?),
            Self::History(profile, title) => {
                Some(services.watching.count_history(*profile, *title).await?)
            }
            Self::InProgress(profile) => {
                Some(services.watching.count_continue_watching(*profile).await?)
            }
            Self::Hidden(profile) => Some(services.watching.count_hidden_titles(*profile).await?),
            Self::Uncounted => None,
        })
    }
}

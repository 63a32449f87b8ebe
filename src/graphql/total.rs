//! How long a whole list is, counted only if somebody asks.

use async_graphql::Context;

use super::context::ContextExt;
use super::error::Result;
use crate::domain::catalog::{TitleFilter, TitleKind};
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::recommend::Extent;

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
    /// What is suggested to a profile, of these kinds; `None`: of all.
    Recommendations(ProfileId, Option<Vec<TitleKind>>),
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
            Self::Recommendations(profile, kinds) => {
                let whole = services
                    .recommend
                    .recommendations(*profile, kinds.as_deref(), Extent::Whole)
                    .await?;
                Some(whole.len() as u64)
            }
            Self::Uncounted => None,
        })
    }
}

//! How long a whole list is, counted only if somebody asks.

use async_graphql::Context;

use super::context::ContextExt;
use super::error::Result;
use crate::domain::catalog::{HitKind, TitleFilter, TitleKind, Visibility};
use crate::domain::ids::ProfileId;
use crate::domain::library::FileFilter;
use crate::domain::recommend::Extent;
use crate::domain::watching::ProfileList;

/// How to count a list.
pub(crate) enum Total {
    /// It has been counted.
    Known(usize),
    /// The titles that pass a filter.
    Titles(TitleFilter),
    /// A list of a profile's own.
    OfProfile(ProfileId, ProfileList),
    /// What is suggested to a profile, of these kinds; `None`: of all.
    Recommendations(Visibility, ProfileId, Option<Vec<TitleKind>>),
    /// What a search finds of the titles that pass a filter.
    Search(String, TitleFilter),
    /// The people whose name matches.
    SearchPeople(String),
    /// What a search finds of these kinds.
    SearchAll(String, Vec<HitKind>),
    /// The pairs of titles that are likely one.
    LikelyTitles,
    /// The pairs of people who are likely one.
    LikelyPeople,
    /// The files of libraries that pass a filter.
    Files(FileFilter),
    /// Only by walking through it.
    Uncounted,
}

impl Total {
    /// The number of rows; `None` for a list that is not counted.
    pub(crate) async fn count(&self, ctx: &Context<'_>) -> Result<Option<u64>> {
        let services = ctx.services();
        Ok(match self {
            Self::Known(rows) => Some(*rows as u64),
            Self::Titles(filter) => {
                let catalog = &services.catalog;
                Some(catalog.count_titles(&ctx.visibility(), filter).await?)
            }
            Self::OfProfile(profile, list) => {
                let watching = &services.watching;
                Some(watching.count(&ctx.visibility(), *profile, *list).await?)
            }
            Self::Recommendations(visibility, profile, kinds) => {
                let whole = services
                    .recommend
                    .recommendations(visibility, *profile, kinds.as_deref(), Extent::Whole)
                    .await?;
                Some(whole.len() as u64)
            }
            Self::Search(query, filter) => {
                let search = &services.search;
                Some(
                    search
                        .count_titles(&ctx.visibility(), query, filter)
                        .await?,
                )
            }
            Self::SearchPeople(query) => {
                let search = &services.search;
                Some(search.count_people(&ctx.visibility(), query).await?)
            }
            Self::SearchAll(query, kinds) => {
                let search = &services.search;
                Some(search.count_all(&ctx.visibility(), query, kinds).await?)
            }
            Self::LikelyTitles => {
                let catalog = &services.catalog;
                Some(catalog.count_likely_titles(&ctx.visibility()).await?)
            }
            Self::LikelyPeople => {
                let catalog = &services.catalog;
                Some(catalog.count_likely_people(&ctx.visibility()).await?)
            }
            Self::Files(filter) => {
                let viewer = ctx.known_viewer()?;
                Some(services.library.count(&viewer, filter).await?)
            }
            Self::Uncounted => None,
        })
    }
}

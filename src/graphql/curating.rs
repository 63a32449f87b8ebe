//! What waits for curators, counted, as a dashboard shows it: each count is a field, and costs only if it is asked for.

use async_graphql::{Context, Object, SimpleObject};

use super::catalog::{MissingFact, TitleState};
use super::context::ContextExt;
use super::error::Result;
use super::guard::RoleAtLeast;
use super::library::MediaFileState;
use crate::domain::viewer::Role;

/// What waits for curators, as they see it.
#[derive(Default)]
pub(crate) struct CuratingQuery;

/// What waits for curators, as they see it.
#[Object]
impl CuratingQuery {
    /// How much waits for curators, for a dashboard. For curators; an API key needs the scope `CURATE`.
    #[graphql(guard = "RoleAtLeast(Role::Curator)")]
    async fn curator_counts(&self) -> Option<CuratorCounts> {
        Some(CuratorCounts)
    }
}

pub(crate) struct CuratorCounts;

/// How much waits for curators. What is asked for is counted, and nothing else; a count that cannot be had is null.
#[Object]
impl CuratorCounts {
    /// How many titles lack each fact, every one of `MissingFact`, also where no title lacks it. A title may lack several.
    /// They are listed by `titles(filter: { missing: […] })`.
    async fn missing_facts(&self, ctx: &Context<'_>) -> Result<Option<Vec<MissingFactCount>>> {
        let catalog = &ctx.services().catalog;
        let counts = catalog.count_lacking(&ctx.visibility()).await?.into_iter();
        let counts = counts.map(|(fact, count)| MissingFactCount {
            fact: fact.into(),
            count,
        });
        Ok(Some(counts.collect()))
    }

    /// How many titles are in each state, every one of `TitleState`. They are listed by `titles(filter: { state: […] })`.
    async fn title_states(&self, ctx: &Context<'_>) -> Result<Option<Vec<TitleStateCount>>> {
        let catalog = &ctx.services().catalog;
        let counts = catalog.count_states(&ctx.visibility()).await?.into_iter();
        let counts = counts.map(|(state, count)| TitleStateCount {
            state: state.into(),
            count,
        });
        Ok(Some(counts.collect()))
    }

    /// How many files of libraries are in each state, every one of `MediaFileState`; what a scan does is counted some
    /// seconds later. They are listed by `files(state: […])`.
    async fn file_states(&self, ctx: &Context<'_>) -> Result<Option<Vec<MediaFileStateCount>>> {
        let viewer = ctx.known_viewer()?;
        let counts = ctx.services().library.count_states(&viewer).await?;
        let counts = counts
            .into_iter()
            .map(|(state, count)| MediaFileStateCount {
                state: state.into(),
                count,
            });
        Ok(Some(counts.collect()))
    }

    /// How many pairs of titles are likely one; `likelyDuplicates` lists them.
    async fn likely_duplicates(&self, ctx: &Context<'_>) -> Result<Option<u64>> {
        let catalog = &ctx.services().catalog;
        Ok(Some(catalog.count_likely_titles(&ctx.visibility()).await?))
    }

    /// How many pairs of people are likely one; `likelySamePeople` lists them.
    async fn likely_same_people(&self, ctx: &Context<'_>) -> Result<Option<u64>> {
        let catalog = &ctx.services().catalog;
        Ok(Some(catalog.count_likely_people(&ctx.visibility()).await?))
    }

    /// How many loads and scans run at this moment; `siteJobs(filter: { state: RUNNING })` lists them.
    async fn running_jobs(&self, ctx: &Context<'_>) -> Result<Option<u64>> {
        Ok(Some(ctx.services().site_jobs.count_running().await?))
    }
}

/// How many titles lack a fact.
#[derive(SimpleObject)]
struct MissingFactCount {
    /// What these titles lack.
    fact: MissingFact,
    /// How many titles lack it.
    count: u64,
}

/// How many titles are in a state.
#[derive(SimpleObject)]
struct TitleStateCount {
    /// The state that they are in.
    state: TitleState,
    /// How many titles are in it.
    count: u64,
}

/// How many files of libraries are in a state.
#[derive(SimpleObject)]
struct MediaFileStateCount {
    /// The state that they are in.
    state: MediaFileState,
    /// How many files are in it.
    count: u64,
}

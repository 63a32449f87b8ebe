//! The subscription `siteJobUpdated`: how far a load or a scan is, told while it goes on.
//!
//! Such a job is of another process, embedded too, which tells nobody of what it writes: so the store is looked at.

use std::time::Duration;

use async_graphql::{Context, ID, Subscription};
use futures::stream::{self, BoxStream, StreamExt};
use tokio::time::sleep;

use super::follow::Follower;
use crate::domain::site_jobs;
use crate::domain::viewer::Role;
use crate::graphql::context::ContextExt;
use crate::graphql::error::{ApiError, Result};
use crate::graphql::global_id::GlobalId;
use crate::graphql::guard::RoleAtLeast;
use crate::graphql::site_jobs::SiteJob;

/// How often it is looked at: its process writes how far it is once a second.
const PACE: Duration = Duration::from_secs(1);

#[derive(Default)]
pub(crate) struct SiteJobSubscription;

#[Subscription]
impl SiteJobSubscription {
    /// How far a load or a scan is: at once, and then when it is otherwise, at most once a second, until it is over. Ends
    /// with `UNAUTHENTICATED` when the session ends, with `EXPIRED` when it goes on as another profile or with another
    /// role. For curators; an API key needs the scope `CURATE`.
    #[graphql(guard = "RoleAtLeast(Role::Curator)")]
    async fn site_job_updated(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The global id of the job; `NOT_FOUND` if there is no such job.")] id: ID,
    ) -> Result<BoxStream<'static, Result<SiteJob>>> {
        let Some(GlobalId::SiteJob(id)) = GlobalId::decode(&id) else {
            return Err(ApiError::not_found("id"));
        };
        let found = ctx.services().site_jobs.find(id).await?;
        let job = found.ok_or_else(|| ApiError::not_found("id"))?;
        let waiting = Waiting {
            follower: Follower::of_request(ctx),
            told: job.clone(),
            has_failed: false,
        };
        let first = stream::iter([Ok(SiteJob(job))]);
        let updates = stream::unfold(waiting, |mut waiting| async move {
            let update = waiting.next().await.transpose()?;
            waiting.has_failed = update.is_err();
            Some((update.map(SiteJob), waiting))
        });
        Ok(first.chain(updates).boxed())
    }
}

/// A job that is told of until it is over.
struct Waiting {
    follower: Follower,
    /// What was told last.
    told: site_jobs::SiteJob,
    /// It was told that it cannot be told of: a store that is away would be told of each second.
    has_failed: bool,
}

impl Waiting {
    /// How it is when it is another than before; none: it is over, or nobody wants to know.
    async fn next(&mut self) -> Result<Option<site_jobs::SiteJob>> {
        while self.told.is_running() && !self.has_failed {
            let Some(moment) = self.follower.wait_for(sleep(PACE)).await else {
                return Ok(None);
            };
            moment?;
            let jobs = &self.follower.services().site_jobs;
            // One that did nothing is not kept.
            let Some(job) = jobs.find(self.told.id).await? else {
                return Ok(None);
            };
            if job != self.told {
                self.follower.renew().await?;
                self.told = job.clone();
                return Ok(Some(job));
            }
        }
        Ok(None)
    }
}

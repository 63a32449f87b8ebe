//! Cancelling a load or a scan.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use super::job::SiteJob;
use crate::domain::site_jobs::{CancelledBy, SiteJobError};
use crate::domain::viewer::{Login, Role};
use crate::graphql::context::ContextExt;
use crate::graphql::error::Result;
use crate::graphql::global_id::GlobalId;
use crate::graphql::guard::RoleAtLeast;
use crate::graphql::user_error::UserError;

/// What is done with loads and scans of the site.
#[derive(Default)]
pub(crate) struct SiteJobMutation;

/// What is done with loads and scans of the site.
#[Object]
impl SiteJobMutation {
    /// Asks a load or a scan to stop. Its process notices within two seconds, between two batches: what is done by then
    /// stays, and `revertRevisions` takes it back by the job's `run`. For curators; an API key needs the scope `CURATE`.
    #[graphql(guard = "RoleAtLeast(Role::Curator)")]
    async fn cancel_site_job(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The job that is to stop.")] input: CancelSiteJobInput,
    ) -> Result<CancelSiteJobPayload> {
        let by = match ctx.known_viewer()?.login {
            Login::Session(_) => CancelledBy::Curator,
            Login::ApiKey { .. } => CancelledBy::ApiKey,
        };
        let cancelled = match GlobalId::decode(&input.id) {
            Some(GlobalId::SiteJob(id)) => ctx.services().site_jobs.cancel(id, by).await,
            _ => Err(SiteJobError::NotFound),
        };
        let (job, user_errors) = UserError::split(cancelled)?;
        Ok(CancelSiteJobPayload {
            job: job.map(SiteJob),
            user_errors,
        })
    }
}

/// Which job of the site is to stop.
#[derive(InputObject)]
struct CancelSiteJobInput {
    /// The global id of the job.
    id: ID,
}

/// What became of asking a job to stop.
#[derive(SimpleObject)]
pub(crate) struct CancelSiteJobPayload {
    /// The job as it is now, which may still run for a moment: `siteJobUpdated` tells when it is over. Null if it was
    /// refused.
    job: Option<SiteJob>,
    /// What a person can put right: an `id` of no job, or of one that is over.
    pub(crate) user_errors: Vec<UserError>,
}

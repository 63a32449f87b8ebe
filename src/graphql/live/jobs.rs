//! The subscription `jobUpdated`: how far a job is, told while it goes on.

use std::time::Duration;

use async_graphql::{Context, ID, Subscription};
use futures::stream::{self, BoxStream, StreamExt};

use super::follow::Follow;
use crate::domain::listeners::Topic;
use crate::domain::working;
use crate::graphql::context::ContextExt;
use crate::graphql::error::{ApiError, Result};
use crate::graphql::global_id::GlobalId;
use crate::graphql::guard::SignedIn;
use crate::graphql::importing::Job;

/// What changes within this time is told once.
const PACE: Duration = Duration::from_millis(200);

#[derive(Default)]
pub(crate) struct JobSubscription;

#[Subscription]
impl JobSubscription {
    /// How far a job of the viewer's profile is: at once, and then each time that it changes, at most five times a second,
    /// until it is over. Ends with `UNAUTHENTICATED` when the session ends, with `EXPIRED` when it goes on as another
    /// profile. For whoever is logged in.
    #[graphql(guard = "SignedIn")]
    async fn job_updated(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The global id of the job; `NOT_FOUND` if there is no such job.")] id: ID,
    ) -> Result<BoxStream<'static, Result<Job>>> {
        let profile = ctx.known_viewer()?.profile;
        let Some(GlobalId::Job(id)) = GlobalId::decode(&id) else {
            return Err(ApiError::not_found("id"));
        };
        // Before it is read: what changes from now on is told.
        let follow = Follow::begin(ctx, Topic::Jobs(profile), PACE).await;
        let found = ctx.services().work.find(profile, id).await?;
        let job = found.ok_or_else(|| ApiError::not_found("id"))?;
        let waiting = Waiting {
            follow,
            told: job.clone(),
        };
        let first = stream::iter([Ok(Job(job))]);
        let updates = stream::unfold(waiting, |mut waiting| async move {
            let update = waiting.next().await.transpose()?;
            Some((update.map(Job), waiting))
        });
        Ok(first.chain(updates).boxed())
    }
}

/// A job that is told of until it is over.
struct Waiting {
    follow: Follow,
    /// What was told last.
    told: working::Job,
}

impl Waiting {
    /// How it is when it is another than before; none: it is over, or nobody wants to know.
    async fn next(&mut self) -> Result<Option<working::Job>> {
        while self.told.is_open() {
            let Some(news) = self.follow.next().await else {
                return Ok(None);
            };
            news?;
            let work = &self.follow.services().work;
            let Some(job) = work.find(self.told.profile, self.told.id).await? else {
                return Ok(None);
            };
            if job != self.told {
                self.told = job.clone();
                return Ok(Some(job));
            }
        }
        Ok(None)
    }
}

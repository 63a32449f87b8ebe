//! Who may ask: curators, each within the budget of what anybody may make the site do.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use ipnet::IpNet;

use crate::domain::budget::{Budget, Overspent, Spending};
use crate::domain::catalog::{CatalogService, Visibility, VisibilityPolicy};
use crate::domain::clock::Clock;
use crate::domain::error::ErrorCode;
use crate::domain::usage::UsageService;
use crate::domain::viewer::{Client, KnownViewer, Role, Viewer};
use crate::graphql::{ApiError, Services};
use crate::http::auth::Authenticate;
use crate::http::client;
use crate::http::problem::Problem;
use crate::http::task::finish;

/// What answers questions of usage.
#[derive(Clone)]
pub(in crate::http) struct Usage {
    pub(super) service: UsageService,
    /// What titles and episodes there are.
    pub(super) catalog: CatalogService,
    visibility: VisibilityPolicy,
    clock: Arc<dyn Clock>,
    /// Who says who asks.
    authenticate: Authenticate,
    /// What they may make the site do; none: as much as they like.
    budget: Option<Budget>,
    /// Networks whose work is not counted.
    unlimited: Arc<[IpNet]>,
}

/// A curator who asks, or a machine with a key of one.
pub(super) struct Curator {
    pub(super) known: KnownViewer,
    /// What of the catalogue they may see.
    pub(super) visibility: Visibility,
    client: Client,
}

impl Usage {
    /// On the services of the schema.
    pub(in crate::http) fn new(
        services: &Services,
        authenticate: &Authenticate,
        unlimited: &Arc<[IpNet]>,
    ) -> Self {
        Self {
            service: services.usage.clone(),
            catalog: services.catalog.clone(),
            visibility: services.visibility,
            clock: Arc::clone(&services.clock),
            authenticate: authenticate.clone(),
            budget: services.budget.clone(),
            unlimited: Arc::clone(unlimited),
        }
    }

    /// Lets a curator in.
    pub(super) async fn curator(&self, parts: &Parts) -> Result<Curator, Problem> {
        let (viewer, client) = self.authenticate.caller(parts).await?;
        let Some(known) = viewer.known().copied() else {
            return Err(ApiError::unauthenticated().into());
        };
        if known.role < Role::Curator {
            let message = "usage is for curators; a key needs the scope `CURATE`";
            return Err(ApiError::forbidden(message).into());
        }
        Ok(Curator {
            known,
            visibility: self.visibility.of(&viewer, self.clock.now()),
            client,
        })
    }

    /// Takes what a request weighs, in the units of `graphql/weights.rs`, from the budget of whoever asks.
    pub(super) async fn spend(&self, curator: &Curator, units: u32) -> Result<(), Problem> {
        let Some(budget) = &self.budget else {
            return Ok(());
        };
        if client::is_among(&curator.client, &self.unlimited) {
            return Ok(());
        }
        let viewer = Viewer::Known(curator.known);
        let spending = Spending { units, reports: 0 };
        let spent = budget.spend(&viewer, &curator.client, spending).await;
        spent.map(drop).map_err(too_soon)
    }
}

/// The answer to a request, which is worked on to its end even if the client goes away.
pub(super) async fn answer(
    work: impl Future<Output = Result<Response, Problem>> + Send + 'static,
) -> Response {
    match finish(work).await {
        Ok(answered) => answered.into_response(),
        Err(error) => Problem::from(ApiError::from(error)).into_response(),
    }
}

fn too_soon(over: Overspent) -> Problem {
    let Overspent { wanted, left, .. } = over;
    let seconds = over.wait.as_secs() + 1;
    let detail = format!(
        "too much was asked for in a short time: this weighs {wanted}, and {left} are left; try again in {seconds} s"
    );
    let code = ErrorCode::RateLimited.as_str();
    Problem::new(StatusCode::TOO_MANY_REQUESTS, code, detail).retry_after(seconds)
}

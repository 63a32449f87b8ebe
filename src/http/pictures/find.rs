//! What lies at the address of a picture, for whoever asks: nothing, if what it is of may not be seen.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::http::request::Parts;

use crate::domain::catalog::{
    CatalogError, CatalogService, FoundPicture, PictureAddress, PictureService, StoredAddress,
    StoredPicture, Visibility, VisibilityPolicy,
};
use crate::domain::clock::Clock;
use crate::domain::viewer::Viewer;
use crate::graphql::{ApiError, Services};
use crate::http::auth::Authenticate;
use crate::http::problem::Problem;

/// What answers requests for pictures.
#[derive(Clone)]
pub(in crate::http) struct Pictures {
    catalog: CatalogService,
    /// What makes renditions of what was given.
    pub(super) service: PictureService,
    visibility: VisibilityPolicy,
    clock: Arc<dyn Clock>,
    /// Who says who asks.
    pub(super) authenticate: Authenticate,
}

/// Who may have a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum For {
    Anybody,
    WhoeverAsks,
}

/// An address that the schema gives out, and what may lie there.
pub(super) trait Address: Sync {
    type Found: Send;

    /// What lies there for whoever sees this.
    fn look(
        &self,
        catalog: &CatalogService,
        visibility: &Visibility,
    ) -> impl Future<Output = Result<Option<Self::Found>, CatalogError>> + Send;
}

impl Address for PictureAddress {
    type Found = FoundPicture;

    async fn look(
        &self,
        catalog: &CatalogService,
        visibility: &Visibility,
    ) -> Result<Option<FoundPicture>, CatalogError> {
        catalog.find_picture(visibility, self).await
    }
}

impl Address for StoredAddress {
    type Found = StoredPicture;

    async fn look(
        &self,
        catalog: &CatalogService,
        visibility: &Visibility,
    ) -> Result<Option<StoredPicture>, CatalogError> {
        catalog.find_stored_picture(visibility, self).await
    }
}

impl Pictures {
    /// On the services of the schema.
    pub(in crate::http) fn new(services: &Services, authenticate: &Authenticate) -> Self {
        Self {
            catalog: services.catalog.clone(),
            service: services.pictures.clone(),
            visibility: services.visibility,
            clock: Arc::clone(&services.clock),
            authenticate: authenticate.clone(),
        }
    }

    /// The picture at an address. Whoever asks is only asked for where not everybody may see it.
    pub(super) async fn find<A: Address>(
        &self,
        address: &A,
        parts: &Parts,
    ) -> Result<(A::Found, For), Problem> {
        let now = self.clock.now();
        let anybody = self.visibility.of(&Viewer::Anonymous, now);
        if let Some(picture) = self.find_seen(&anybody, address).await? {
            return Ok((picture, For::Anybody));
        }
        let (viewer, _) = self.authenticate.caller(parts).await?;
        let own = self.visibility.of(&viewer, now);
        let picture = if own == anybody {
            None
        } else {
            self.find_seen(&own, address).await?
        };
        let picture = picture.ok_or_else(not_there)?;
        Ok((picture, For::WhoeverAsks))
    }

    async fn find_seen<A: Address>(
        &self,
        visibility: &Visibility,
        address: &A,
    ) -> Result<Option<A::Found>, Problem> {
        let found = address.look(&self.catalog, visibility).await;
        Ok(found.map_err(ApiError::from)?)
    }
}

pub(super) fn not_there() -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        "NOT_FOUND",
        "there is no such picture",
    )
}

//! What a viewer may play, for many things at once.

use std::collections::HashMap;

use super::access::{Access, Place};
use super::error::MembershipError;
use super::service::MembershipService;
use crate::domain::batch::Batch;
use crate::domain::viewer::Viewer;

/// Reads what a viewer may play.
#[derive(Clone)]
pub struct AccessByPlace {
    pub membership: MembershipService,
    pub viewer: Viewer,
}

impl Batch for AccessByPlace {
    type Key = Place;
    type Value = Access;
    type Error = MembershipError;

    async fn load(&self, places: &[Place]) -> Result<HashMap<Place, Access>, MembershipError> {
        self.membership.access(&self.viewer, places).await
    }
}

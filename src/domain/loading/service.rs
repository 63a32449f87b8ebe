//! The service that loads.

use std::sync::Arc;

use super::picture_source::PictureLoading;
use super::store::CurationStore;
use crate::domain::accounts::AccountService;
use crate::domain::catalog::CatalogService;
use crate::domain::clock::Clock;
use crate::domain::events::EventBus;
use crate::domain::watching::WatchService;

/// Loads files into the catalogue and the record of watches.
#[derive(Clone)]
pub struct LoadService {
    pub(super) catalog: CatalogService,
    pub(super) store: Arc<dyn CurationStore>,
    pub(super) accounts: AccountService,
    pub(super) watching: WatchService,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) events: Arc<dyn EventBus>,
    /// `None`: no pictures are kept.
    pub(super) pictures: Option<PictureLoading>,
}

impl LoadService {
    /// A service on others, and the store that it writes to.
    pub fn new(
        catalog: CatalogService,
        store: Arc<dyn CurationStore>,
        accounts: AccountService,
        watching: WatchService,
        clock: Arc<dyn Clock>,
        events: Arc<dyn EventBus>,
    ) -> Self {
        Self {
            catalog,
            store,
            accounts,
            watching,
            clock,
            events,
            pictures: None,
        }
    }

    /// The same, which reads the pictures that records name, and keeps them.
    #[must_use]
    pub fn with_pictures(self, pictures: PictureLoading) -> Self {
        Self {
            pictures: Some(pictures),
            ..self
        }
    }
}

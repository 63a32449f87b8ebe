//! The service that loads.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::pace::Writers;
use super::picture_source::PictureLoading;
use super::store::CurationStore;
use super::value_sources::{self, Guesses};
use crate::domain::accounts::AccountService;
use crate::domain::catalog::{
    CatalogBatch, CatalogError, CatalogNode, CatalogService, Precedence, ValueSource, ValueSources,
};
use crate::domain::clock::Clock;
use crate::domain::error::StoreError;
use crate::domain::events::EventBus;
use crate::domain::ids::TitleId;
use crate::domain::tasks::Tasks;
use crate::domain::watching::{WatchError, WatchService};

/// Loads files into the catalogue and the record of watches.
#[derive(Clone)]
pub struct LoadService {
    pub(super) catalog: CatalogService,
    pub(super) store: Arc<dyn CurationStore>,
    pub(super) accounts: AccountService,
    pub(super) watching: WatchService,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) events: Arc<dyn EventBus>,
    /// Where watches are recorded while the next are read.
    pub(super) tasks: Arc<dyn Tasks>,
    /// `None`: no pictures are kept.
    pub(super) pictures: Option<PictureLoading>,
    /// Who writes to the store of the catalogue at the same time.
    pub(super) writers: Writers,
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
        tasks: Arc<dyn Tasks>,
    ) -> Self {
        Self {
            catalog,
            store,
            accounts,
            watching,
            clock,
            events,
            tasks,
            pictures: None,
            writers: Writers::Many,
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

    /// The same, on a store to which so many write at the same time.
    #[must_use]
    pub fn with_writers(self, writers: Writers) -> Self {
        Self { writers, ..self }
    }

    /// Where the values of these things are from, as far as that was noted.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn value_sources(
        &self,
        nodes: &[CatalogNode],
    ) -> Result<Vec<ValueSources>, CatalogError> {
        Ok(self.store.value_sources(nodes).await?)
    }

    /// Which sources go before which.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn precedence(&self) -> Result<Precedence, CatalogError> {
        Ok(self.store.precedence().await?)
    }

    /// Sets the order of sources of a field, for the loads that begin from now on; an empty order takes the former away.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn set_precedence(
        &self,
        field: &str,
        order: &[ValueSource],
    ) -> Result<(), CatalogError> {
        Ok(self.store.put_precedence(field, order).await?)
    }

    /// Writes a batch with its revisions, notes where its values are from, and tells whoever has watched a series that its
    /// episodes change. Says how long the writing took, without the telling.
    #[tracing::instrument(level = "debug", skip_all)]
    pub(super) async fn put(
        &self,
        mut batch: CatalogBatch,
        guesses: &Guesses,
    ) -> Result<Duration, CatalogError> {
        // What is read here is what the batch is laid over: if it is not any more, the batch is a conflict.
        let changed = value_sources::changed(&batch);
        let stored = if changed.is_empty() {
            Vec::new()
        } else {
            self.store.value_sources(&changed).await?
        };
        value_sources::note(&mut batch, stored, guesses);
        let mut series: Vec<TitleId> = batch.episodes.iter().map(|one| one.series).collect();
        series.sort_unstable();
        series.dedup();
        self.tell_of_episodes(&series).await?;
        let began = Instant::now();
        self.store.put(&batch).await?;
        let took = began.elapsed();
        self.tell_of_episodes(&series).await?;
        Ok(took)
    }

    async fn tell_of_episodes(&self, series: &[TitleId]) -> Result<(), CatalogError> {
        if series.is_empty() {
            return Ok(());
        }
        let told = self.watching.episodes_change(series).await;
        told.map_err(|error| match error {
            WatchError::Store(error) => error.into(),
            error => StoreError::failed(error).into(),
        })
    }
}

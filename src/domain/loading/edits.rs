//! Writing what was not made of files.

use super::revised::created;
use super::service::LoadService;
use super::value_sources::Guesses;
use crate::domain::catalog::{CatalogBatch, CatalogError, Writer};
use crate::domain::events::Event;

impl LoadService {
    /// Writes a batch that has the revisions of what becomes another; those of what is new come with it. Whoever follows
    /// the catalogue is told. A batch with nothing in it changes nothing.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn write(&self, mut batch: CatalogBatch, by: &Writer) -> Result<(), CatalogError> {
        if batch.is_empty() {
            return Ok(());
        }
        let created = created(&batch, by);
        batch.revisions.extend(created);
        self.put(batch, &Guesses::new()).await?;
        self.events.publish(Event::CatalogChanged);
        Ok(())
    }
}

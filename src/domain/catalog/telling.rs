//! Tells whoever listens what this server has taken in of the catalogue.

use std::sync::Arc;

use async_trait::async_trait;

use super::error::CatalogError;
use super::search::CatalogFollower;
use super::store::{Change, Changed, TitleWatchers};
use crate::domain::events::{Event, EventBus};
use crate::domain::ids::TitleId;

/// Follows the catalogue behind those who keep a copy of it, so that whoever is told of a change finds it there.
pub struct CatalogTeller {
    events: Arc<dyn EventBus>,
}

impl CatalogTeller {
    /// It tells the listeners of this bus.
    pub fn new(events: Arc<dyn EventBus>) -> Self {
        Self { events }
    }
}

#[async_trait]
impl CatalogFollower for CatalogTeller {
    async fn follow(&self, changes: &[Change]) -> Result<(), CatalogError> {
        if !self.events.is_heard() {
            return Ok(());
        }
        // What has no place in the feed is read now and then, changed or not.
        let changes = changes.iter().filter(|change| change.sequence > 0);
        let titles = changes.filter_map(|change| match &change.changed {
            Changed::Title(title) => Some(title.id),
            // Of one that was deleted the series is told that it was of.
            Changed::Episode(episode) => Some(episode.deleted_from.unwrap_or(episode.series)),
            Changed::Person(_)
            | Changed::Genre(_)
            | Changed::Collection(_)
            | Changed::Unreadable(..) => None,
        });
        let titles: Arc<[TitleId]> = titles.collect();
        if !titles.is_empty() {
            self.events.publish(Event::TitlesChanged(titles));
        }
        Ok(())
    }

    fn follow_watchers(&self, _watchers: &[TitleWatchers]) {}
}

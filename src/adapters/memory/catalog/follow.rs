//! How the snapshot stays what the record is.

use std::collections::BTreeSet;

use async_trait::async_trait;

use super::tables::brought;
use super::{CatalogSnapshot, State};
use crate::domain::catalog::{
    CatalogBatch, CatalogError, CatalogFollower, CatalogNode, CatalogPart, Change, ChangeSource,
    Precedence, TitleWatchers, ValueSource, ValueSources,
};
use crate::domain::error::StoreError;
use crate::domain::ids::TitleId;
use crate::domain::loading::CurationStore;
use crate::domain::recommend::WatchersStore;

/// So many changes are taken in at a time: nobody can read meanwhile.
const AT_A_TIME: usize = 200;

#[async_trait]
impl CurationStore for CatalogSnapshot {
    async fn put(&self, batch: &CatalogBatch) -> Result<(), StoreError> {
        // What fails may have been written all the same: that comes by the feed.
        self.record.writes.put(batch).await?;
        let mut batch = batch.clone();
        for title in &mut batch.titles {
            // Nobody has watched what is new; of what is known the number stays.
            title.watchers = 0;
        }
        self.apply(batch);
        Ok(())
    }

    async fn value_sources(&self, nodes: &[CatalogNode]) -> Result<Vec<ValueSources>, StoreError> {
        self.record.writes.value_sources(nodes).await
    }

    async fn precedence(&self) -> Result<Precedence, StoreError> {
        self.record.writes.precedence().await
    }

    async fn put_precedence(&self, field: &str, order: &[ValueSource]) -> Result<(), StoreError> {
        self.record.writes.put_precedence(field, order).await
    }
}

#[async_trait]
impl ChangeSource for CatalogSnapshot {
    async fn changes_after(&self, sequence: u64, limit: usize) -> Result<Vec<Change>, StoreError> {
        self.record.changes.changes_after(sequence, limit).await
    }

    async fn last_change(&self) -> Result<u64, StoreError> {
        self.record.changes.last_change().await
    }

    async fn part_after(
        &self,
        part: CatalogPart,
        after: i64,
        limit: usize,
    ) -> Result<(CatalogBatch, Option<i64>), StoreError> {
        self.record.changes.part_after(part, after, limit).await
    }

    async fn watchers_after(&self, count: u64) -> Result<Vec<TitleWatchers>, StoreError> {
        self.record.changes.watchers_after(count).await
    }
}

#[async_trait]
impl WatchersStore for CatalogSnapshot {
    async fn begin_count(&self) -> Result<u64, StoreError> {
        self.record.watchers.begin_count().await
    }

    async fn put_watchers(
        &self,
        count: u64,
        watchers: &[(TitleId, u64)],
    ) -> Result<Vec<TitleId>, StoreError> {
        let news = self.record.watchers.put_watchers(count, watchers).await?;
        // One that was put later comes by the feed of counts.
        let known: BTreeSet<&TitleId> = news.iter().collect();
        let counted = watchers.iter().filter(|(id, _)| known.contains(id));
        let counted = counted.map(|(title, watchers)| TitleWatchers {
            title: *title,
            watchers: *watchers,
            count,
        });
        self.follow_watchers(&counted.collect::<Vec<_>>());
        Ok(news)
    }
}

#[async_trait]
impl CatalogFollower for CatalogSnapshot {
    async fn follow(&self, changes: &[Change]) -> Result<(), CatalogError> {
        // Normally it is here; after a panic it is read anew.
        self.read().await?;
        for part in changes.chunks(AT_A_TIME) {
            let (batch, unreadable) = brought(part);
            self.apply(batch);
            if unreadable.is_empty() {
                continue;
            }
            self.change(|state| {
                if let State::Whole { tables, .. } = state {
                    for (part, id) in unreadable {
                        tables.forget(part, id);
                    }
                    self.changed();
                }
            });
        }
        Ok(())
    }

    fn follow_watchers(&self, watchers: &[TitleWatchers]) {
        // Most are known: nobody is kept from reading to find that out.
        for part in watchers.chunks(AT_A_TIME) {
            let has_news = self.look(|tables| !tables.other_watchers(part).is_empty());
            if has_news != Some(true) {
                continue;
            }
            self.change(|state| {
                if let State::Whole { tables, .. } = state {
                    tables.count_watchers(part);
                }
            });
        }
    }
}

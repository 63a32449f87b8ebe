//! Writing what records of collections say.

use std::collections::HashMap;

use super::collection_drafts;
use super::collection_records::CollectionRecord;
use super::options::LoadError;
use super::problem::Warning;
use super::records::Placed;
use super::resolve;
use super::run::Run;
use super::summary::Tally;
use crate::domain::catalog::{CatalogBatch, CatalogError, Collection};

impl Run<'_> {
    pub(super) async fn write_collections(
        &mut self,
        records: Vec<Placed<CollectionRecord>>,
    ) -> Result<(), LoadError> {
        if records.is_empty() {
            return Ok(());
        }
        let records = self.with_keys(records).await?;
        let mut records = self.without_repeats(records, |record| {
            ("collections", format!("collection {}", record.key()))
        });
        let stored = self.collections_of(&records).await?;
        self.read_pictures_of_collections(&mut records, &stored)
            .await;
        self.write_records(&records, async |run, records| {
            run.put_collections(records).await
        })
        .await
    }

    /// The records with the keys of what they are of. What is known by its name alone is called as it is stored.
    async fn with_keys(
        &self,
        mut records: Vec<Placed<CollectionRecord>>,
    ) -> Result<Vec<Placed<CollectionRecord>>, CatalogError> {
        let named = records.iter().filter(|(_, record)| record.slug.is_none());
        let named: Vec<String> = named.map(|(_, record)| record.name.clone()).collect();
        let known = resolve::collections_by_name(&self.service.catalog, &named).await?;
        for (_, record) in &mut records {
            if record.slug.is_none()
                && let Some((slug, name)) = known.get(&record.name)
            {
                record.slug = Some(slug.clone());
                if let Some(name) = name {
                    record.name.clone_from(name);
                }
            }
        }
        Ok(records)
    }

    /// The collections of these records, by slug.
    async fn collections_of(
        &self,
        records: &[Placed<CollectionRecord>],
    ) -> Result<HashMap<String, Collection>, CatalogError> {
        let slugs = records.iter().map(|(_, record)| record.key().to_owned());
        let slugs: Vec<String> = slugs.collect();
        resolve::collections_by_slug(&self.service.catalog, &slugs).await
    }

    async fn put_collections(
        &mut self,
        records: &[Placed<CollectionRecord>],
    ) -> Result<(), CatalogError> {
        let now = self.service.clock.now();
        let stored = self.collections_of(records).await?;
        let standing = self.standing(&stored).await?;
        let mut tally = Tally::default();
        let (mut collections, mut contradictions) = (Vec::new(), Vec::new());
        let (mut changed, mut kept, mut revisions) = (Vec::new(), Vec::new(), Vec::new());
        let mut gone = Vec::new();
        for (line, record) in records {
            let stored = stored.get(record.key());
            if stored.is_some_and(|collection| !collection.is_there()) {
                gone.push((*line, record.key().to_owned()));
                continue;
            }
            match collection_drafts::draft(record, stored, self.manner, now) {
                Ok(draft) => {
                    let (draft, held) = draft.holding(stored, &standing);
                    kept.push((*line, held));
                    revisions.extend(draft.revision(stored, &self.writer));
                    if self.is_rehearsed() {
                        changed.extend(draft.changed(*line, stored, || record.key().to_owned()));
                    }
                    collections.extend(tally.count(draft));
                }
                Err(problem) => contradictions.push((*line, problem)),
            }
        }
        self.tell_changed_collections(&changed);
        let batch = CatalogBatch {
            collections,
            ..CatalogBatch::default()
        };
        self.put(batch, revisions).await?;
        self.warn_of_held(kept);
        for (line, slug) in gone {
            let warning = Warning {
                field: "slug".to_owned(),
                value: Some(slug),
                reason: "was merged into another or deleted by hand; left out",
            };
            self.warn(line, &warning);
        }
        for (line, problem) in contradictions {
            self.refuse(line, &problem);
        }
        self.tally("collections", &tally);
        Ok(())
    }
}

//! The list of all that is stored about people, in parts. A new feature that stores something by profile joins it here.

use std::sync::Arc;

use super::error::PrivacyError;
use super::file::File;
use super::names::NamesOf;
use super::part::{PersonalData, Record};
use super::watching::Watching;
use super::{accounts, graph, importing, usage, watching};
use crate::domain::catalog::CatalogService;
use crate::domain::ids::ProfileId;
use crate::domain::importing::ImportService;
use crate::domain::recommend::GraphService;
use crate::domain::usage::UsageService;
use crate::domain::watching::WatchService;

/// Everything that is kept of people beside their accounts, in the order in which it goes.
#[derive(Clone)]
pub struct Parts(Arc<[Box<dyn PersonalData>]>);

impl Parts {
    /// The graph goes before the record. The number of a title's watchers is that of its edges plus that of the
    /// departed, so a watcher who is counted as departed must have no edge any more. In between the number may be one
    /// too low; the departure is marked as waiting in the transaction that counts it, so the right one is written
    /// afterwards whatever happens. What is reported in between is recorded, never projected, and removed.
    ///
    /// Imports go after what was watched: its tombstone lets nothing of them be written any more. Usage goes last: once nothing is folded of the profile any more, nothing new of it waits to be counted.
    pub fn new(
        graph: GraphService,
        watching: WatchService,
        imports: ImportService,
        usage: UsageService,
        catalog: CatalogService,
    ) -> Self {
        let names = NamesOf(catalog);
        let parts: [Box<dyn PersonalData>; 4] = [
            Box::new(graph),
            Box::new(Watching { watching, names }),
            Box::new(imports),
            Box::new(usage),
        ];
        Self(Arc::new(parts))
    }

    /// What is kept by account or profile, of accounts and of all parts.
    pub fn records() -> impl Iterator<Item = &'static Record> {
        [
            accounts::RECORDS,
            graph::RECORDS,
            watching::RECORDS,
            importing::RECORDS,
            usage::RECORDS,
        ]
        .into_iter()
        .flatten()
    }

    /// Removes everything of a profile, part by part.
    pub(super) async fn erase(&self, profile: ProfileId) -> Result<(), PrivacyError> {
        for part in self.0.iter() {
            part.erase(profile).await?;
        }
        Ok(())
    }

    /// Writes what is known of a profile as fields of its object.
    pub(super) async fn export(
        &self,
        profile: ProfileId,
        file: &mut File,
    ) -> Result<(), PrivacyError> {
        for part in self.0.iter() {
            part.export(profile, file).await?;
        }
        Ok(())
    }
}

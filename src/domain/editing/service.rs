//! The service by which curators edit the catalogue.

use std::sync::Arc;

use super::error::EditError;
use crate::domain::catalog::{
    Author, CatalogBatch, CatalogNode, CatalogRevision, CatalogService, DocumentFields, LOCKS,
    Locks, RevisionSource, Writer,
};
use crate::domain::clock::Clock;
use crate::domain::loading::{Difference, LoadMode, LoadService};
use crate::domain::stamp::Stamp;
use crate::domain::viewer::{KnownViewer, Role};

/// How often an edit is tried again if somebody else writes the same documents.
pub(super) const TRIES: usize = 5;

/// Edits titles, episodes, people, genres and collections.
#[derive(Clone)]
pub struct EditService {
    pub(super) load: LoadService,
    /// As the record has it at this moment.
    pub(super) catalog: CatalogService,
    pub(super) clock: Arc<dyn Clock>,
}

impl EditService {
    /// A service on others; `catalog` must read the record.
    pub fn new(load: LoadService, catalog: CatalogService, clock: Arc<dyn Clock>) -> Self {
        Self {
            load,
            catalog,
            clock,
        }
    }

    /// Writes a batch, unless the edit is a dry run.
    pub(super) async fn write(
        &self,
        mode: LoadMode,
        batch: CatalogBatch,
        writer: &Writer,
    ) -> Result<(), EditError> {
        match mode {
            LoadMode::DryRun => Ok(()),
            LoadMode::Write => Ok(self.load.write(batch, writer).await?),
        }
    }
}

/// Who edits, if it is a curator.
pub(super) fn curator(viewer: &KnownViewer) -> Result<Writer, EditError> {
    if viewer.role < Role::Curator {
        return Err(EditError::Forbidden);
    }
    Ok(Writer::new(Author::from(viewer), RevisionSource::Edit))
}

/// Locks fields; whether that is news.
pub(super) fn lock_all<'a>(locks: &mut Locks, fields: impl Iterator<Item = &'a str>) -> bool {
    let mut is_news = false;
    for field in fields {
        is_news |= locks.lock(field);
    }
    is_news
}

/// The revision of something that is written otherwise, in these fields and what is locked of it.
pub(super) fn revision(
    writer: &Writer,
    (node, stamp): (CatalogNode, Stamp),
    differences: &[Difference],
    before: &DocumentFields,
    after: &DocumentFields,
) -> CatalogRevision {
    let fields = differences.iter().map(|it| it.field).chain([LOCKS]);
    let fields: Vec<&str> = fields.collect();
    writer.changed(node, stamp, before.changes(after, &fields))
}

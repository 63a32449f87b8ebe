//! The service by which curators edit the catalogue.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::error::EditError;
use super::refused::{Place, Refused};
use crate::domain::accounts::AccountService;
use crate::domain::catalog::{
    Author, CatalogBatch, CatalogNode, CatalogRevision, CatalogService, DocumentFields, LOCKS,
    Locks, RevisionSource, Writer,
};
use crate::domain::clock::Clock;
use crate::domain::error::ErrorCode;
use crate::domain::ids::RunId;
use crate::domain::loading::{Difference, LoadMode, LoadService};
use crate::domain::revising::RevisionService;
use crate::domain::stamp::Stamp;
use crate::domain::viewer::{KnownViewer, Role};

/// How often an edit is tried if somebody else writes the same documents.
const TRIES: usize = 5;

/// Edits titles, episodes, people, genres and collections.
#[derive(Clone)]
pub struct EditService {
    pub(super) load: LoadService,
    /// As the record has it at this moment.
    pub(super) catalog: CatalogService,
    pub(super) revising: RevisionService,
    /// Who knows which requests came before.
    pub(super) accounts: AccountService,
    pub(super) clock: Arc<dyn Clock>,
}

impl EditService {
    /// A service on others; `catalog` must read the record.
    pub fn new(
        load: LoadService,
        catalog: CatalogService,
        revising: RevisionService,
        accounts: AccountService,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            load,
            catalog,
            revising,
            accounts,
            clock,
        }
    }

    /// Writes a batch, unless the edit is a dry run. What the revisions of it have in common, if it was written.
    pub(super) async fn write(
        &self,
        mode: LoadMode,
        batch: CatalogBatch,
        writer: &Writer,
    ) -> Result<Option<RunId>, EditError> {
        if mode == LoadMode::DryRun {
            return Ok(None);
        }
        self.load.write(batch, writer).await?;
        Ok(Some(writer.run))
    }

    /// That something was changed since the curator has seen it, and which fields, as far as revisions tell.
    pub(super) async fn stale(
        &self,
        node: CatalogNode,
        base: Option<u64>,
        revision: u64,
    ) -> Result<Option<Refused>, EditError> {
        let Some(base) = base.filter(|base| *base != revision) else {
            return Ok(None);
        };
        let changed = self.revising.changed_since(&[(node, base)]).await?;
        Ok(Some(stale_base(base, revision, changed.get(&node))))
    }
}

/// That something is at another revision than the curator has seen, and which fields were changed since.
pub(super) fn stale_base(base: u64, revision: u64, changed: Option<&BTreeSet<String>>) -> Refused {
    let mut reason = format!("is {base}, and it is at revision {revision}: read it again");
    let changed: Vec<String> = changed.into_iter().flatten().cloned().collect();
    if !changed.is_empty() {
        reason = format!("{reason}; changed since: {}", changed.join(", "));
    }
    Refused {
        changed,
        ..Refused::new(ErrorCode::StaleRevision, Place::Base, reason)
    }
}

/// What an attempt comes to; if somebody else writes the same documents it is made again, [`TRIES`] times in all.
pub(super) async fn retried<T, F>(attempt: impl Fn() -> F) -> Result<T, EditError>
where
    F: Future<Output = Result<T, EditError>>,
{
    let mut tries = 1;
    loop {
        match attempt().await {
            Err(error) if error.is_conflict() && tries < TRIES => tries += 1,
            outcome => return outcome,
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

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::domain::catalog::CatalogError;
    use crate::domain::error::StoreError;

    fn conflict() -> EditError {
        EditError::Catalog(CatalogError::Store(StoreError::Conflict))
    }

    fn forbidden() -> EditError {
        EditError::Forbidden
    }

    /// How often something is tried of which the first attempts fail, and whether it was done.
    async fn tries(failures: usize, error: fn() -> EditError) -> (usize, bool) {
        let tried = Cell::new(0);
        let attempt = || {
            tried.set(tried.get() + 1);
            let outcome = if tried.get() > failures {
                Ok(())
            } else {
                Err(error())
            };
            std::future::ready(outcome)
        };
        let outcome = retried(attempt).await;
        (tried.get(), outcome.is_ok())
    }

    #[tokio::test]
    async fn conflicts_alone_are_tried_again_and_not_for_ever() {
        assert_eq!(tries(0, conflict).await, (1, true));
        assert_eq!(tries(2, conflict).await, (3, true));
        assert_eq!(tries(9, conflict).await, (TRIES, false));
        assert_eq!(tries(2, forbidden).await, (1, false));
    }
}

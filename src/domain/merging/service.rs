//! The service by which curators merge titles, and people: what is to become one is written in one transaction, and what
//! profiles have of the titles that are gone follows.

use std::sync::Arc;

use uuid::Uuid;

use super::error::MergeError;
use crate::domain::catalog::{
    Author, CatalogBatch, CatalogNode, CatalogService, RevisionSource, Title, Writer,
};
use crate::domain::clock::Clock;
use crate::domain::commenting::CommentService;
use crate::domain::editing::{EditService, NamedTitle};
use crate::domain::entropy::unique_name;
use crate::domain::ids::RunId;
use crate::domain::lease::Leases;
use crate::domain::loading::{Difference, LoadMode, LoadService};
use crate::domain::membership::MembershipService;
use crate::domain::revising::RevisionService;
use crate::domain::viewer::{KnownViewer, Role};
use crate::domain::watching::WatchService;

/// How often it is tried again if somebody else writes the same documents.
const TRIES: usize = 5;
/// The field in which a title says whether viewers see it.
pub(super) const STATE: &str = "state";

/// What the service stands on.
#[derive(Clone)]
pub struct MergePorts {
    pub load: LoadService,
    /// The catalogue as the record has it: what is to be written is laid over that.
    pub catalog: CatalogService,
    pub revising: RevisionService,
    /// Makes titles of what curators say.
    pub editing: EditService,
    /// Moves what profiles have.
    pub watching: WatchService,
    /// Moves what viewers wrote.
    pub commenting: CommentService,
    /// Says what is for members.
    pub membership: MembershipService,
    /// Says which server does that.
    pub leases: Arc<dyn Leases>,
    pub clock: Arc<dyn Clock>,
}

/// Merges titles and people, and takes them apart again.
#[derive(Clone)]
pub struct MergeService {
    pub(super) ports: MergePorts,
    /// Who this process is, as leases have it.
    pub(super) holder: Uuid,
}

impl MergeService {
    /// A service on others; the catalogue must read the record.
    pub fn new(ports: MergePorts) -> Self {
        let holder = unique_name();
        Self { ports, holder }
    }

    /// What is wrong with a title that is named by a field.
    pub(super) async fn check(
        &self,
        field: &'static str,
        named: &NamedTitle,
        title: &Title,
    ) -> Result<(), MergeError> {
        let name = || title.name.clone();
        if title.merge.is_some() {
            return Err(MergeError::ComingBack {
                field,
                name: name(),
            });
        }
        let revision = title.stamp.revision;
        let Some(base) = named.base.filter(|base| *base != revision) else {
            return Ok(());
        };
        let node = CatalogNode::Title(title.id);
        let mut changed = self.ports.revising.changed_since(&[(node, base)]).await?;
        let changed = changed.remove(&node).unwrap_or_default();
        Err(MergeError::Stale {
            field,
            name: name(),
            revision,
            changed: changed.into_iter().collect(),
        })
    }

    /// The fields of a title that are others than before.
    pub(super) async fn differences(
        &self,
        before: &Title,
        after: &Title,
    ) -> Result<Vec<Difference>, MergeError> {
        let nothing_new = CatalogBatch::default();
        let pairs = [(before, after)];
        let load = &self.ports.load;
        let mut differences = load.title_differences(&pairs, &nothing_new).await?;
        Ok(differences.pop().unwrap_or_default())
    }

    /// Writes a batch, unless it is a dry run. The run of its revisions, if it was written.
    pub(super) async fn write(
        &self,
        mode: LoadMode,
        batch: CatalogBatch,
        writer: &Writer,
    ) -> Result<Option<RunId>, MergeError> {
        if mode == LoadMode::DryRun {
            return Ok(None);
        }
        self.ports.load.write(batch, writer).await?;
        Ok(Some(writer.run))
    }
}

/// Who merges, if it is a curator.
pub(super) fn curator(viewer: &KnownViewer) -> Result<Writer, MergeError> {
    if viewer.role < Role::Curator {
        return Err(MergeError::Forbidden);
    }
    Ok(Writer::new(Author::from(viewer), RevisionSource::Merge))
}

/// What an attempt comes to; if somebody else writes the same documents it is made again, [`TRIES`] times in all.
pub(super) async fn retried<T, F>(attempt: impl Fn() -> F) -> Result<T, MergeError>
where
    F: Future<Output = Result<T, MergeError>>,
{
    let mut tries = 1;
    loop {
        match attempt().await {
            Err(error) if error.is_conflict() && tries < TRIES => tries += 1,
            outcome => return outcome,
        }
    }
}

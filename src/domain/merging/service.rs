//! The service by which curators merge films, and people: what is to become one is written in one transaction, and what
//! profiles have of the titles that are gone follows.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use uuid::Uuid;

use super::chains::are_too_deep;
use super::error::MergeError;
use super::types::{MOST_MERGED, Merged, Merging};
use crate::domain::catalog::{
    Author, CatalogBatch, CatalogNode, CatalogService, DocumentFields, MergeStep, Publication,
    RevisionSource, TITLE_FIELDS, Title, TitleKind, TitleMerge, TitleState, Visibility, Writer,
};
use crate::domain::clock::Clock;
use crate::domain::editing::NamedTitle;
use crate::domain::entropy::unique_name;
use crate::domain::ids::{RunId, TitleId};
use crate::domain::lease::Leases;
use crate::domain::loading::{Difference, Filled, LoadMode, LoadService, filled};
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
    /// Moves what profiles have.
    pub watching: WatchService,
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

    /// Merges films that may be seen into another, or says what that would do. What `into` has stays, and it gets what it
    /// lacks, but for locked fields.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn merge_titles(
        &self,
        visibility: &Visibility,
        viewer: &KnownViewer,
        merging: &Merging,
        mode: LoadMode,
    ) -> Result<Merged, MergeError> {
        let writer = curator(viewer)?;
        if !(1..=MOST_MERGED).contains(&merging.from.len()) {
            return Err(MergeError::TitleCount);
        }
        retried(|| self.try_merge(visibility, &writer, merging, mode)).await
    }

    async fn try_merge(
        &self,
        visibility: &Visibility,
        writer: &Writer,
        merging: &Merging,
        mode: LoadMode,
    ) -> Result<Merged, MergeError> {
        let (from, into) = self.named(visibility, merging).await?;
        let ids: Vec<TitleId> = from.iter().map(|title| title.id).collect();
        let merged = self.ports.catalog.merged_titles().await?;
        let leads_to = merged.iter();
        let leads_to = leads_to.filter_map(|title| Some((title.id, title.leads_to()?)));
        if are_too_deep(&ids, &leads_to.collect::<Vec<_>>()) {
            return Err(MergeError::TooDeep { field: "from" });
        }
        let others: Vec<&Title> = from.iter().map(|title| &**title).collect();
        let Filled { title, noticed } = filled(&into, &others);
        let now = self.ports.clock.now();
        // It is written also if it is as before: so that nobody merges it away at the same time.
        let title = Title {
            stamp: into.stamp.next(now),
            ..title
        };
        let differences = self.differences(&into, &title).await?;
        let mut batch = CatalogBatch::default();
        let changes =
            DocumentFields::of(&*into).changes(&DocumentFields::of(&title), &TITLE_FIELDS);
        let revision = writer.changed(CatalogNode::Title(title.id), title.stamp, changes);
        batch.revisions.push(revision);
        for other in &from {
            let merge = TitleMerge {
                id: writer.run,
                into: into.id,
                step: MergeStep::Moving,
                since: now,
                was: other.publication.state,
            };
            let gone = Title {
                publication: Publication {
                    state: TitleState::Hidden,
                    ..other.publication
                },
                merge: Some(merge),
                stamp: other.stamp.next(now),
                ..Title::clone(other)
            };
            let before = DocumentFields::of(&**other);
            let changes = before.changes(&DocumentFields::of(&gone), &[STATE]);
            let revision = writer.merged(CatalogNode::Title(gone.id), gone.stamp, changes);
            batch.revisions.push(revision);
            batch.titles.push(gone);
        }
        batch.titles.push(title.clone());
        let run = self.write(mode, batch, writer).await?;
        Ok(Merged {
            into: if run.is_some() { Arc::new(title) } else { into },
            differences,
            noticed,
            from: ids,
            run,
        })
    }

    /// The titles that are named, as they are stored: those that are to go, and the one that stays.
    async fn named(
        &self,
        visibility: &Visibility,
        Merging { from, into }: &Merging,
    ) -> Result<(Vec<Arc<Title>>, Arc<Title>), MergeError> {
        let ids = from.iter().chain([into]).filter_map(|named| named.id);
        let ids: HashSet<TitleId> = ids.collect();
        let ids: Vec<TitleId> = ids.into_iter().collect();
        let stored = self.ports.catalog.titles(visibility, &ids).await?;
        let stored = stored.into_iter().map(|title| (title.id, title));
        let stored: HashMap<TitleId, Arc<Title>> = stored.collect();
        let find = |named: &NamedTitle| stored.get(&named.id?).cloned();
        let stays = find(into).ok_or(MergeError::IntoNotFound)?;
        self.check("into", into, &stays).await?;
        let mut met = HashSet::from([stays.id]);
        let mut gone = Vec::with_capacity(from.len());
        for (place, named) in (1..).zip(from) {
            let title = find(named).ok_or(MergeError::FromNotFound { place })?;
            if !met.insert(title.id) {
                return Err(MergeError::NamedTwice { place });
            }
            self.check("from", named, &title).await?;
            gone.push(title);
        }
        Ok((gone, stays))
    }

    /// What is wrong with a title that is named by a field.
    async fn check(
        &self,
        field: &'static str,
        named: &NamedTitle,
        title: &Title,
    ) -> Result<(), MergeError> {
        let name = || title.name.clone();
        if title.kind != TitleKind::Film {
            return Err(MergeError::Series {
                field,
                name: name(),
            });
        }
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

//! The service of revisions: reading them, and taking away those that have had their time.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use chrono::TimeDelta;

use super::error::RevisingError;
use super::store::{RevisionFilter, RevisionStore};
use super::told::{ToldRevision, tell};
use crate::domain::accounts::AccountService;
use crate::domain::catalog::{
    Author, CatalogBatch, CatalogError, CatalogNode, CatalogRevision, CatalogService,
    RevisionSource, Writer,
};
use crate::domain::clock::Clock;
use crate::domain::error::StoreError;
use crate::domain::ids::{RevisionId, RunId};
use crate::domain::loading::LoadService;
use crate::domain::page::{Slice, Window};
use crate::domain::viewer::{KnownViewer, Role};

/// How many revisions are taken away with one write.
const AT_A_TIME: usize = 1_000;
/// So many of the latest changes of each thing are looked at to tell what was changed meanwhile.
const MOST_TOLD: usize = 20;
/// And so many of all together, for each has what its fields said.
const MOST_TOLD_OF_ALL: usize = 1_000;

/// How often it is tried again if somebody else writes the same documents.
pub(super) const TRIES: usize = 5;

/// What the service stands on.
#[derive(Clone)]
pub struct RevisionPorts {
    /// Writes what is taken back or locked, as an edit.
    pub load: LoadService,
    /// Notes who sets which sources go before which: that is of no thing of the catalogue, and no revision.
    pub accounts: AccountService,
    /// The catalogue as the record has it: what is to be written is laid over that.
    pub catalog: CatalogService,
    pub revisions: Arc<dyn RevisionStore>,
    pub clock: Arc<dyn Clock>,
    /// For how long revisions are kept; `None`: for ever.
    pub keep: Option<TimeDelta>,
}

/// The use cases of revisions and locks. All of them are for curators.
#[derive(Clone)]
pub struct RevisionService {
    pub(super) ports: RevisionPorts,
}

impl RevisionService {
    /// A service on stores and others.
    pub fn new(ports: RevisionPorts) -> Self {
        Self { ports }
    }

    /// A page of the revisions that pass a filter, those that were written last first, in words.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn revisions(
        &self,
        filter: &RevisionFilter,
        window: &Window,
    ) -> Result<Slice<ToldRevision>, RevisingError> {
        let slice = self.ports.revisions.revisions(filter, window).await?;
        Ok(Slice {
            rows: tell(&self.ports.catalog, slice.rows).await?,
            has_more: slice.has_more,
        })
    }

    /// One revision in words, if there is one with this id.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn find_revision(
        &self,
        id: RevisionId,
    ) -> Result<Option<ToldRevision>, RevisingError> {
        let found: Vec<CatalogRevision> = self.ports.revisions.revisions_by_id(&[id]).await?;
        Ok(tell(&self.ports.catalog, found).await?.pop())
    }

    /// The fields of each of these things that were changed after a revision of it, by name, as far as the latest changes
    /// tell; what was not changed is left out.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn changed_since(
        &self,
        seen: &[(CatalogNode, u64)],
    ) -> Result<HashMap<CatalogNode, BTreeSet<String>>, RevisingError> {
        let mut changed: HashMap<CatalogNode, BTreeSet<String>> = HashMap::new();
        if seen.is_empty() {
            return Ok(changed);
        }
        let most = MOST_TOLD_OF_ALL.min(MOST_TOLD * seen.len());
        let revisions = &self.ports.revisions;
        for revision in revisions.revisions_since(seen, most).await? {
            let fields = revision.fields.into_iter().map(|change| change.field);
            changed.entry(revision.node).or_default().extend(fields);
        }
        Ok(changed)
    }

    /// The revisions of a run as they are kept, those that were written last first; of all together the first `most`.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn of_run(
        &self,
        run: RunId,
        most: usize,
    ) -> Result<Vec<CatalogRevision>, RevisingError> {
        let filter = RevisionFilter {
            run: Some(run),
            ..RevisionFilter::default()
        };
        let window = Window::first(most);
        Ok(self.ports.revisions.revisions(&filter, &window).await?.rows)
    }

    /// Takes away some of the revisions that are older than they are kept. Says how many; 0: there are no more.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn clear_away(&self) -> Result<usize, RevisingError> {
        let Some(keep) = self.ports.keep else {
            return Ok(0);
        };
        let before = self.ports.clock.now() - keep;
        let revisions = &self.ports.revisions;
        Ok(revisions.delete_revisions(before, AT_A_TIME).await?)
    }

    /// Writes a batch, and says whether it did: not if somebody else wrote the same documents meanwhile.
    pub(super) async fn write(
        &self,
        batch: CatalogBatch,
        by: &Writer,
    ) -> Result<bool, RevisingError> {
        match self.ports.load.write(batch, by).await {
            Err(CatalogError::Store(StoreError::Conflict)) => Ok(false),
            written => Ok(written.map(|()| true)?),
        }
    }
}

/// What a viewer writes as, who must be a curator.
pub(super) fn writer(
    viewer: &KnownViewer,
    source: RevisionSource,
) -> Result<Writer, RevisingError> {
    if viewer.role < Role::Curator {
        return Err(RevisingError::Forbidden);
    }
    Ok(Writer::new(Author::from(viewer), source))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{ProfileId, SessionId, UserId};
    use crate::domain::viewer::Login;

    #[test]
    fn nobody_below_a_curator_writes() {
        let known = |role| KnownViewer {
            user: UserId(1),
            profile: ProfileId(1),
            max_age: None,
            language: None,
            pause: None,
            role,
            login: Login::Session(SessionId(1)),
        };

        let viewer = writer(&known(Role::Viewer), RevisionSource::Edit);
        let curator = writer(&known(Role::Curator), RevisionSource::Edit).unwrap();

        assert!(matches!(viewer, Err(RevisingError::Forbidden)));
        assert_eq!(curator.author, Author::User(UserId(1)));
    }
}

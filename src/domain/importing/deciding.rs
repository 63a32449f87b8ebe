//! What a viewer does with an import by hand: deciding what a row of it is, and forgetting it.

use super::error::ImportError;
use super::import::{Candidate, Import, ImportRow, ImportState};
use super::preview::{decided, misfit, useless};
use super::service::{ImportService, Scope, TOGETHER, check_may_watch};
use crate::domain::catalog::{TitleKind, Visibility};
use crate::domain::ids::ImportId;
use crate::domain::viewer::KnownViewer;
use crate::domain::watching::WatchedItem;

/// Of how many things that an import brought it is written at once that they stay.
const KEPT_AT_ONCE: usize = 50;

impl ImportService {
    /// Forgets an import and its rows. What it brought stays, whatever becomes of other imports that say the same, and can
    /// be undone no more. An API key must have the scope to watch.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn discard(&self, viewer: &KnownViewer, id: ImportId) -> Result<(), ImportError> {
        check_may_watch(viewer)?;
        self.alone(id, async {
            let import = self.own(viewer, id).await?;
            if import.state.is_at_work() {
                return Err(ImportError::AtWork);
            }
            if import.state.has_brought() {
                self.leave(&import).await?;
            }
            Ok(self.ports.store.remove_import(id).await?)
        })
        .await
    }

    /// Says what a row is, or that it is to be left out. Of an import that is applied, what the row brought before goes, and
    /// what it brings now comes, at once. An API key must have the scope to watch.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn decide(
        &self,
        visibility: &Visibility,
        viewer: &KnownViewer,
        (id, number): (ImportId, u32),
        item: Option<WatchedItem>,
    ) -> Result<ImportRow, ImportError> {
        check_may_watch(viewer)?;
        let decided = self.decide_alone(visibility, viewer, (id, number), item);
        self.alone(id, Box::pin(decided)).await
    }

    async fn decide_alone(
        &self,
        visibility: &Visibility,
        viewer: &KnownViewer,
        (id, number): (ImportId, u32),
        item: Option<WatchedItem>,
    ) -> Result<ImportRow, ImportError> {
        // The import first: once no job works on it none writes the row, and none begins meanwhile.
        let import = self.own(viewer, id).await;
        let row = self.find_row(viewer.profile, id, number).await?;
        let mut row = row.ok_or(ImportError::RowNotFound)?;
        let import = import?;
        if import.state.is_at_work() {
            return Err(ImportError::AtWork);
        }
        let Some(said) = &row.said else {
            return Err(ImportError::RowSaysNothing);
        };
        let is = match item {
            None => None,
            Some(item) => {
                if let Some(reason) = useless(said, self.clock.now()) {
                    return Err(ImportError::RowIsUseless(reason));
                }
                if let Some(reason) = misfit(said.what, item) {
                    return Err(ImportError::ItemOfAnotherKind(reason));
                }
                Some(self.candidate(visibility, item).await?)
            }
        };
        if row.effect.is_some() {
            let rows = vec![row.clone()];
            self.take_back_rows(&import, rows, Scope::Row).await?;
            // Written with what the row is now.
            row.effect = None;
        }
        decided(&mut row, is);
        self.put_rows(viewer.profile, std::slice::from_ref(&row))
            .await?;
        if import.state == ImportState::Done {
            let rows = vec![row.clone()];
            self.apply_rows(visibility, viewer.profile, rows).await?;
        }
        let now = self.find_row(viewer.profile, id, number).await?;
        Ok(now.unwrap_or(row))
    }

    /// What an import brought is there by itself from now on: no other import that says the same takes it back.
    async fn leave(&self, import: &Import) -> Result<(), ImportError> {
        let store = &self.ports.store;
        let all = store.imports(import.profile).await?;
        let is_another = |other: &Import| other.id != import.id && other.state.has_brought();
        if !all.iter().any(is_another) {
            return Ok(());
        }
        let mut after = 0;
        loop {
            let rows = store.rows(import.id, &[], after, TOGETHER).await?;
            let Some(last) = rows.last() else {
                return Ok(());
            };
            after = last.number;
            let effects = rows.iter().filter_map(|row| row.effect.as_ref());
            let own = effects.filter(|effect| effect.is_own);
            let keys: Vec<String> = own.map(|effect| effect.does.key()).collect();
            let claims = store.claims(import.profile, &keys).await?;
            let claims = claims.into_iter().filter(|(_, id)| *id != import.id);
            let mut shared: Vec<String> = claims.map(|(key, _)| key).collect();
            shared.sort_unstable();
            shared.dedup();
            for keys in shared.chunks(KEPT_AT_ONCE) {
                self.keep(import, keys).await?;
            }
        }
    }

    /// Writes of all rows that bring these things that they are not theirs alone, those of the import with the others: so
    /// few that it is mostly one transaction.
    async fn keep(&self, import: &Import, keys: &[String]) -> Result<(), ImportError> {
        loop {
            let found = self
                .ports
                .store
                .rows_that_bring(import.profile, keys, TOGETHER);
            let mut rows = found.await?;
            let is_last = rows.len() < TOGETHER;
            for effect in rows.iter_mut().filter_map(|row| row.effect.as_mut()) {
                effect.is_own = false;
            }
            self.put_rows(import.profile, &rows).await?;
            if is_last {
                return Ok(());
            }
        }
    }

    /// What the viewer says that a row is, if they may see it.
    async fn candidate(
        &self,
        visibility: &Visibility,
        item: WatchedItem,
    ) -> Result<Candidate, ImportError> {
        let (title, kind) = match item {
            WatchedItem::Episode(id) => {
                let mut found = self.catalog.episodes_now(visibility, &[id]).await?;
                let episode = found.remove(&id).ok_or(ImportError::ItemNotFound)?;
                return Ok(Candidate {
                    title: episode.series,
                    item: WatchedItem::Episode(episode.id),
                });
            }
            WatchedItem::Film(id) => (id, TitleKind::Film),
            WatchedItem::Series(id) => (id, TitleKind::Series),
        };
        let found = self.catalog.titles(visibility, &[title]).await?.pop();
        let found = found.filter(|found| found.kind == kind);
        found.ok_or(ImportError::ItemNotFound)?;
        Ok(Candidate { title, item })
    }
}

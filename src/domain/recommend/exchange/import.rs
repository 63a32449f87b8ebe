//! Taking over a generation of edges that was computed elsewhere.

use std::collections::HashSet;

use super::error::ExchangeError;
use super::folder::{ExchangeFolder, FileProblem};
use super::generation::{CheckedGeneration, read};
use crate::domain::events::Event;
use crate::domain::ids::TitleId;
use crate::domain::recommend::projection::GraphService;

/// How many titles are read at once.
const TITLES: usize = 500;

/// A generation that was taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Imported {
    /// How many edges there are now.
    pub edges: u64,
    /// How many titles of the catalogue it says nothing of.
    pub without_edges: u64,
}

impl GraphService {
    /// Reads a generation and checks all of it. `None`: something is wrong, and all that is was told, line by line.
    /// Changes nothing.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn check_generation(
        &self,
        folder: &dyn ExchangeFolder,
        tell: &mut (dyn FnMut(FileProblem) + Send),
    ) -> Result<Option<CheckedGeneration>, ExchangeError> {
        let known = self.all_titles().await?;
        Ok(read(folder, &known, self.clock.now(), tell))
    }

    /// Puts a generation in the place of the edges that there are: readers see the one or the other. Edges from or to
    /// titles that wait for projection are left out, so whoever calls projects what waits before.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn switch_to(
        &self,
        generation: &CheckedGeneration,
    ) -> Result<Imported, ExchangeError> {
        let solved = generation.solutions.iter();
        let solved: HashSet<TitleId> = solved.map(|solution| solution.title).collect();
        let known = self.all_titles().await?;
        let edges = self
            .ports
            .graph
            .replace_similar(&generation.solutions, generation.computed_at)
            .await?;
        self.events.publish(Event::SimilarChanged);
        Ok(Imported {
            edges,
            without_edges: known.difference(&solved).count() as u64,
        })
    }

    async fn all_titles(&self) -> Result<HashSet<TitleId>, ExchangeError> {
        let mut ids = HashSet::new();
        let mut after = None;
        loop {
            let page = self.ports.titles.titles_after(after, TITLES).await?;
            let Some(last) = page.last() else {
                return Ok(ids);
            };
            after = Some(last.id);
            ids.extend(page.iter().map(|title| title.id));
        }
    }
}

//! Where the values of something are from, with who said them.

use std::collections::HashMap;

use super::error::RevisingError;
use super::service::RevisionService;
use super::store::RevisionFilter;
use crate::domain::catalog::{Author, CatalogNode, ValueFrom};
use crate::domain::ids::RunId;
use crate::domain::page::{MAX_PAGE, Window};

/// Where the value of a field is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldSource {
    /// Its name in files.
    pub field: String,
    pub from: ValueFrom,
    /// Who said it; `None`: its revision is not kept any more, or so many came since that it is not looked for.
    pub author: Option<Author>,
}

impl RevisionService {
    /// Where the values of something are from that is at a revision, by field; those of which nobody knows are left out.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn value_sources(
        &self,
        node: CatalogNode,
        revision: u64,
    ) -> Result<Vec<ToldSource>, RevisingError> {
        let stored = self.ports.load.value_sources(&[node]).await?;
        // Whoever asks may have seen a document of a moment before.
        let mut stored = stored.into_iter().filter(|it| it.revision >= revision);
        let Some(known) = stored.next().filter(|it| !it.fields.is_empty()) else {
            return Ok(Vec::new());
        };
        let authors = self.authors_of(node).await?;
        let told = known.fields.into_iter().map(|(field, from)| ToldSource {
            field,
            from,
            author: authors.get(&from.run).copied(),
        });
        Ok(told.collect())
    }

    /// Who has made the latest revisions of something, by run.
    async fn authors_of(&self, node: CatalogNode) -> Result<HashMap<RunId, Author>, RevisingError> {
        let filter = RevisionFilter {
            node: Some(node),
            ..RevisionFilter::default()
        };
        let window = Window::first(MAX_PAGE);
        let latest = self.ports.revisions.revisions(&filter, &window).await?;
        let authors = latest.rows.into_iter().map(|it| (it.run, it.author));
        Ok(authors.collect())
    }
}

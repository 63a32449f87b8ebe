//! The site's own record, for evaluating on it.

use std::sync::Arc;

use super::split::{Tastes, latest_first};
use crate::domain::catalog::Title;
use crate::domain::recommend::error::RecommendError;
use crate::domain::recommend::sources::TitleSource;
use crate::domain::watching::WatchService;

/// How many titles are read at once.
const TITLES: usize = 500;
/// How many sums are read at once.
const SUMS: usize = 5000;

/// Reads what an evaluation needs of the site's own.
#[derive(Clone)]
pub struct EvaluationService {
    titles: Arc<dyn TitleSource>,
    watching: WatchService,
}

impl EvaluationService {
    /// A service on the titles and another.
    pub fn new(titles: Arc<dyn TitleSource>, watching: WatchService) -> Self {
        Self { titles, watching }
    }

    /// All titles of the record, by id.
    pub async fn titles(&self) -> Result<Vec<Title>, RecommendError> {
        let mut titles = Vec::new();
        let mut after = None;
        loop {
            let mut page = self.titles.titles_after(after, TITLES).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.id);
            titles.append(&mut page);
        }
        Ok(titles)
    }

    /// What every profile has watched, of titles that are there still.
    pub async fn tastes(&self) -> Result<Tastes, RecommendError> {
        let mut tastes = Tastes::new();
        let mut after = None;
        loop {
            let sums = self.watching.sums_after(after, SUMS).await?;
            let Some(last) = sums.last() else { break };
            after = Some((last.profile, last.title));
            for sum in &sums {
                tastes.entry(sum.profile).or_default().push(sum.into());
            }
        }
        for edges in tastes.values_mut() {
            latest_first(edges);
        }
        Ok(tastes)
    }
}

//! The site's own record, for evaluating on it.

use std::sync::Arc;

use super::split::{Tastes, latest_first};
use crate::domain::catalog::Title;
use crate::domain::recommend::error::RecommendError;
use crate::domain::recommend::sources::TitleSource;
use crate::domain::watching::WatchService;

/// How many titles are read at once.
const TITLES: usize = 500;
/// How many watched titles are read at once.
const WATCHED_TITLES: usize = 5000;

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
            let watched_titles = self
                .watching
                .all_watched_titles_after(after, WATCHED_TITLES)
                .await?;
            let Some(last) = watched_titles.last() else {
                break;
            };
            after = Some((last.profile, last.title));
            for watched_title in &watched_titles {
                tastes
                    .entry(watched_title.profile)
                    .or_default()
                    .push(watched_title.into());
            }
        }
        for edges in tastes.values_mut() {
            latest_first(edges);
        }
        Ok(tastes)
    }
}

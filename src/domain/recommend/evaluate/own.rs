//! The site's own record, for evaluating on it.

use std::collections::HashMap;
use std::sync::Arc;

use super::split::{Tastes, latest_first};
use crate::domain::ids::TitleId;
use crate::domain::recommend::error::RecommendError;
use crate::domain::recommend::features::Features;
use crate::domain::recommend::graph::TasteEdge;
use crate::domain::recommend::sources::TitleSource;
use crate::domain::watching::{WatchService, WatchedTitle};

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

    /// All titles, with their ids by slug.
    pub async fn titles(
        &self,
    ) -> Result<(Vec<Features>, HashMap<String, TitleId>), RecommendError> {
        let mut features = Vec::new();
        let mut by_slug = HashMap::new();
        let mut after = None;
        loop {
            let page = self.titles.titles_after(after, TITLES).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.id);
            features.extend(page.iter().map(Features::from));
            by_slug.extend(page.into_iter().map(|title| (title.slug, title.id)));
        }
        Ok((features, by_slug))
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
                tastes.entry(sum.profile).or_default().push(edge(sum));
            }
        }
        for edges in tastes.values_mut() {
            latest_first(edges);
        }
        Ok(tastes)
    }
}

fn edge(sum: &WatchedTitle) -> TasteEdge {
    TasteEdge {
        title: sum.title,
        weight: sum.weight,
        plays: sum.plays,
        completions: sum.completions,
        last_at: sum.last_at,
        liked: sum.liked,
        revision: sum.stamp.revision,
    }
}

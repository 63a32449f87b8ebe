//! Brings what viewers make of titles to those who list titles by it. It is counted anew each time, from what is kept of
//! profiles: so nothing of it is kept twice, and it is right again after whatever has happened.

use super::error::RecommendError;
use super::service::RecommendService;
use crate::domain::catalog::Receptions;
use crate::domain::error::{Coded, ErrorCode};
use crate::domain::watching::WatchService;

/// The thumbs of so many titles are counted by one operation, which has its time limit. It reads nothing of those
/// without one.
const TOGETHER: usize = 2000;

/// The use cases of following what viewers make of titles.
#[derive(Clone)]
pub struct ReceptionService {
    watching: WatchService,
    recommend: RecommendService,
    receptions: Receptions,
}

impl ReceptionService {
    /// A service that counts on these, and tells what it has counted.
    pub fn new(
        watching: WatchService,
        recommend: RecommendService,
        receptions: Receptions,
    ) -> Self {
        Self {
            watching,
            recommend,
            receptions,
        }
    }

    /// Counts the thumbs of all titles.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn count_thumbs(&self) -> Result<(), RecommendError> {
        for titles in self.receptions.title_ids().chunks(TOGETHER) {
            let (Some(first), Some(last)) = (titles.first(), titles.last()) else {
                continue;
            };
            let thumbs = self.watching.thumbs(*first..=*last).await?;
            self.receptions.take_thumbs(titles, &thumbs);
        }
        Ok(())
    }

    /// Counts who watched each title in the last days, for lists and for rows of suggestions alike. While the graph does
    /// not answer, it stays as it was.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn count_lately(&self) -> Result<(), RecommendError> {
        match self.recommend.count_lately().await {
            Ok(watched) => self.receptions.take_lately(&watched),
            Err(error) if error.code() == ErrorCode::UpstreamUnavailable => tracing::debug!(
                error = &error as &dyn std::error::Error,
                "The graph does not answer; what is trending stays as it was"
            ),
            Err(error) => return Err(error),
        }
        Ok(())
    }
}

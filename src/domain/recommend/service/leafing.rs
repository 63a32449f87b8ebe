//! Leafing through the suggestions of a profile, page by page of one list.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::RecommendService;
use crate::domain::catalog::{TitleKind, Visibility};
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::recommend::cached_lists::{Extent, KeptId, KeptList};
use crate::domain::recommend::error::RecommendError;
use crate::domain::recommend::types::Recommendation;

/// Which page of a list is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Leaf {
    /// How many titles it has at the most; `None`: it is cut from the end, for which the whole list is wanted.
    pub titles: Option<usize>,
    /// The name of the list that the page before was cut from; `None`: it is the first page.
    pub cut_from: Option<i64>,
}

impl RecommendService {
    /// What is suggested to a profile, to leaf through in pages of so many titles: the list that the pages before were
    /// cut from, without what was passed over since or may not be seen any more, if that is still kept, and how to name
    /// it for the next page. Where it ends, or if it is not kept, the list as it is now goes on.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn list_to_leaf_through(
        &self,
        visibility: &Visibility,
        profile: ProfileId,
        kinds: Option<&[TitleKind]>,
        leaf: Leaf,
    ) -> Result<(Arc<[Recommendation]>, i64), RecommendError> {
        let kept = leaf
            .cut_from
            .and_then(|titles| self.lists.kept(KeptId { profile, titles }));
        let (list, extent) = match (leaf.cut_from, kept) {
            (None, _) => {
                let beginning = leaf.titles.map_or(Extent::Whole, Extent::of_page);
                self.list(visibility, profile, kinds, beginning).await?
            }
            // Whoever goes on behind a cursor may go on to the end; what was given before it may be anywhere by now.
            (Some(_), None) => {
                let whole = self.list(visibility, profile, kinds, Extent::Whole);
                whole.await?
            }
            (Some(_), Some(kept)) => {
                let list = self.still_good(visibility, profile, kept.list).await?;
                let list = match kept.extent {
                    Extent::Whole => list,
                    Extent::ShortPage | Extent::Page => {
                        let whole = self.list(visibility, profile, kinds, Extent::Whole);
                        followed_by(&list, whole.await?.0)
                    }
                };
                (list, Extent::Whole)
            }
        };
        let id = KeptId::of(profile, &list);
        let kept = KeptList {
            extent,
            list: Arc::clone(&list),
        };
        self.lists.keep(id, kept);
        Ok((list, id.titles))
    }

    /// A list that was kept, without what was passed over since or may not be seen any more.
    async fn still_good(
        &self,
        visibility: &Visibility,
        profile: ProfileId,
        list: Arc<[Recommendation]>,
    ) -> Result<Arc<[Recommendation]>, RecommendError> {
        let visibility = &visibility.only_published(self.statistics.now());
        let list = self.still_seen(visibility, list).await?;
        let titles: Vec<TitleId> = list.iter().map(|found| found.title).collect();
        let passed_over = self.watching.passed_over(profile, &titles).await?;
        if passed_over.is_empty() {
            return Ok(list);
        }
        let list = list.iter();
        let list = list.filter(|found| !passed_over.contains(&found.title));
        Ok(list.cloned().collect())
    }
}

/// The beginning of a list, and what else the whole one has. Mostly it is still its beginning.
fn followed_by(
    beginning: &[Recommendation],
    whole: Arc<[Recommendation]>,
) -> Arc<[Recommendation]> {
    let pairs = beginning.iter().zip(whole.iter());
    if whole.len() >= beginning.len() && pairs.into_iter().all(|(a, b)| a.title == b.title) {
        return whole;
    }
    let begun: FxHashSet<TitleId> = beginning.iter().map(|found| found.title).collect();
    let rest = whole.iter().filter(|found| !begun.contains(&found.title));
    beginning.iter().chain(rest).cloned().collect()
}

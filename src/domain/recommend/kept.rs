//! The port to a cache of the lists that were made for profiles: a page that asks twice, or a viewer who comes back,
//! costs nothing.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::graph::{SimilarVersion, Taste};
use super::types::Recommendation;
use crate::domain::catalog::TitleKind;
use crate::domain::ids::ProfileId;

/// A bounded cache of lists. Those of a profile are dropped as soon as it watches, rates, hides or mutes something.
pub trait KeptLists: Send + Sync {
    /// The count of invalidations, to be read before anything that a list is made from.
    fn now(&self) -> Moment;

    /// The list that was put last under a key, if it is still there.
    fn get(&self, key: &ListKey) -> Option<KeptList>;

    /// Puts a list in the place of the one before it, unless it may be stale: unless something was dropped since it was
    /// begun.
    fn put(&self, begun: Moment, key: ListKey, list: KeptList);
}

/// How often lists were dropped: what was read before a drop is stale after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment(pub u64);

/// Whose list, and of what.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ListKey {
    pub profile: ProfileId,
    /// Of these kinds; `None`: of all.
    pub kinds: Option<Vec<TitleKind>>,
}

/// How much of a list: more is greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Extent {
    /// The longest page of its beginning at least, and whether there is more.
    Page,
    /// The list up to its end.
    Whole,
}

/// A list, and what it was made from.
#[derive(Debug, Clone)]
pub struct KeptList {
    /// The taste: the very one, for it is made anew whenever anything of the profile changes.
    pub taste: Arc<Taste>,
    /// Of which `SIMILAR` edges.
    pub version: SimilarVersion,
    /// When it was made, in UTC; what it is made from fades with time.
    pub made_at: DateTime<Utc>,
    /// How much of the list was made.
    pub extent: Extent,
    /// So much of the list.
    pub list: Arc<[Recommendation]>,
}

//! The port to a cache of lists that were made for profiles, so that a page that asks twice, or a viewer who comes
//! back, costs nothing.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::graph::{SimilarVersion, Taste};
use super::types::Recommendation;
use crate::domain::catalog::{Audience, TitleKind};
use crate::domain::ids::ProfileId;

/// Caches lists, bounded, and drops those of a profile as soon as it watches, rates, hides or mutes something.
pub trait ListCache: Send + Sync {
    /// The generation of a profile's lists: to be asked before anything is read that a list is made from.
    fn generation(&self, profile: ProfileId) -> Generation;

    /// The list that was put last under a key, if it is still there.
    fn get(&self, key: &ListKey) -> Option<CachedList>;

    /// Puts a list in the place of the one before it, unless the profile is at another generation by now.
    fn put(&self, begun: Generation, key: ListKey, list: CachedList);

    /// Keeps a list for whoever goes on with it, whatever the profile does meanwhile, for a while.
    fn keep(&self, id: KeptId, list: KeptList);

    /// A list that was kept, if it still is.
    fn kept(&self, id: KeptId) -> Option<KeptList>;
}

/// A list that pages were cut from: whose it is, and which titles it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeptId {
    /// The profile that it was made for.
    pub profile: ProfileId,
    /// A hash of the titles in their order: the same on every server.
    pub titles: i64,
}

/// A list that pages were cut from.
#[derive(Debug, Clone)]
pub struct KeptList {
    /// How much of the list it is.
    pub extent: Extent,
    /// So much of the list, the best first.
    pub list: Arc<[Recommendation]>,
}

impl KeptId {
    /// The id of a profile's list.
    pub fn of(profile: ProfileId, list: &[Recommendation]) -> Self {
        let mut hasher = DefaultHasher::new();
        for one in list {
            one.title.hash(&mut hasher);
        }
        Self {
            profile,
            titles: hasher.finish().cast_signed(),
        }
    }
}

/// What is read belongs to the generation that was current before the read; a change of the profile begins another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Generation(pub u64);

/// Whose list, for whom to see, and of what.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ListKey {
    /// The profile that it was made for.
    pub profile: ProfileId,
    /// What of the catalogue it is made of.
    pub audience: Audience,
    /// Of these kinds; `None`: of all.
    pub kinds: Option<Vec<TitleKind>>,
}

/// How much of a list: more is greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Extent {
    /// A short page of its beginning at least, as most pages are, and whether there is more.
    ShortPage,
    /// The longest page of its beginning at least, and whether there is more.
    Page,
    /// The list up to its end.
    Whole,
}

/// A list, and what it was made from.
#[derive(Debug, Clone)]
pub struct CachedList {
    /// The taste: the very one, for it is made anew whenever anything of the profile changes.
    pub taste: Arc<Taste>,
    /// The version of the `SIMILAR` edges.
    pub version: SimilarVersion,
    /// When it was begun, UTC.
    pub made_at: DateTime<Utc>,
    /// How much of the list was made.
    pub extent: Extent,
    /// So much of the list, the best first.
    pub list: Arc<[Recommendation]>,
}

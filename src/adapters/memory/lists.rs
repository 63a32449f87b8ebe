//! A cache of the lists of suggestions that were made for profiles.

use std::sync::Arc;
use std::time::Duration;

use moka::ops::compute::Op;
use moka::policy::EvictionPolicy;
use moka::sync::Cache;

use super::generations::Generations;
use super::reads;
use crate::domain::ids::ProfileId;
use crate::domain::recommend::{CachedList, Generation, KeptId, KeptList, ListCache, ListKey};

/// How many reasons are cached, at 40 bytes with their share of the suggestions: about 160 MB, the lists of two thousand
/// profiles.
const CAPACITY: u64 = 4_000_000;
/// How long a list is cached at the most.
const LIFETIME: Duration = Duration::from_secs(60);

/// How many reasons are kept in lists that somebody may go on with, besides: about 40 MB, unless they are the same lists.
const KEPT: u64 = 1_000_000;
/// How long somebody may leaf through a list of which the profile has others by now.
const LEAFED: Duration = Duration::from_secs(600);

/// The lists of a profile.
type Lists = Arc<[(ListKey, CachedList)]>;

/// Lists that were made lately. Clones share them.
#[derive(Clone)]
pub struct MemoryLists {
    lists: Cache<ProfileId, Lists>,
    /// Those that pages were cut from.
    kept: Cache<KeptId, KeptList>,
    generations: Generations,
}

impl MemoryLists {
    /// A cache that holds no lists yet.
    pub fn new() -> Self {
        let weigh = |_: &ProfileId, lists: &Lists| {
            let found = lists.iter().flat_map(|(_, cached)| cached.list.iter());
            let reasons: usize = found.map(|found| found.reasons.len() + 1).sum();
            u32::try_from(reasons + 1).unwrap_or(u32::MAX)
        };
        Self {
            lists: Cache::builder()
                .max_capacity(CAPACITY)
                .weigher(weigh)
                .time_to_live(LIFETIME)
                // Who has just come is the likeliest to ask again, however often others did.
                .eviction_policy(EvictionPolicy::lru())
                .build(),
            kept: Cache::builder()
                .max_capacity(KEPT)
                .weigher(|_, kept: &KeptList| {
                    let reasons = kept.list.iter().map(|found| found.reasons.len() + 1);
                    u32::try_from(reasons.sum::<usize>() + 1).unwrap_or(u32::MAX)
                })
                .time_to_live(LEAFED)
                .eviction_policy(EvictionPolicy::lru())
                .build(),
            generations: Generations::new(),
        }
    }

    /// Drops the lists of a profile, also those that are being made.
    pub(super) fn forget(&self, profile: ProfileId) {
        self.generations.begin(profile);
        self.lists.invalidate(&profile);
    }

    /// Drops all lists, also those that are being made.
    pub(super) fn forget_all(&self) {
        self.generations.begin_all();
        self.lists.invalidate_all();
    }
}

impl Default for MemoryLists {
    fn default() -> Self {
        Self::new()
    }
}

impl ListCache for MemoryLists {
    fn generation(&self, profile: ProfileId) -> Generation {
        Generation(self.generations.of(profile))
    }

    fn get(&self, key: &ListKey) -> Option<CachedList> {
        let lists = self.lists.get(&key.profile);
        let mut lists = lists.iter().flat_map(|lists| lists.iter());
        let cached = lists.find(|(known, _)| known == key);
        reads::count("lists", cached.iter().len(), usize::from(cached.is_none()));
        cached.map(|(_, list)| list.clone())
    }

    fn keep(&self, id: KeptId, list: KeptList) {
        self.kept.insert(id, list);
    }

    fn kept(&self, id: KeptId) -> Option<KeptList> {
        self.kept.get(&id)
    }

    fn put(&self, begun: Generation, key: ListKey, list: CachedList) {
        let profile = key.profile;
        self.lists.entry(profile).and_compute_with(|known| {
            // Looked at under the entry's lock: who drops it later finds it there.
            if self.generation(profile) != begun {
                return Op::Nop;
            }
            let known = known.map(moka::Entry::into_value);
            let others = known.iter().flat_map(|lists| lists.iter());
            let mut lists: Vec<_> = others.filter(|(known, _)| *known != key).cloned().collect();
            lists.push((key, list));
            Op::Put(lists.into())
        });
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::domain::catalog::Visibility;
    use crate::domain::recommend::{Extent, SimilarVersion, Taste};

    fn key(profile: u64) -> ListKey {
        ListKey {
            profile: ProfileId(profile),
            audience: Visibility::everything().audience(),
            kinds: None,
        }
    }

    fn list() -> CachedList {
        CachedList {
            taste: Arc::new(Taste::default()),
            version: SimilarVersion::default(),
            made_at: DateTime::UNIX_EPOCH,
            extent: Extent::Whole,
            list: Arc::new([]),
        }
    }

    #[test]
    fn what_is_forgotten_is_gone_for_every_kind_and_for_nobody_else() {
        let lists = MemoryLists::new();
        let of_films = ListKey {
            kinds: Some(vec![crate::domain::catalog::TitleKind::Film]),
            ..key(1)
        };
        for key in [key(1), of_films.clone(), key(2)] {
            lists.put(lists.generation(key.profile), key, list());
        }
        assert!(lists.get(&of_films).is_some());

        lists.forget(ProfileId(1));

        assert!(lists.get(&key(1)).is_none());
        assert!(lists.get(&of_films).is_none());
        assert!(lists.get(&key(2)).is_some());
    }

    #[test]
    fn a_list_that_is_leafed_through_is_kept_whatever_the_profile_does() {
        let lists = MemoryLists::new();
        let id = KeptId::of(ProfileId(1), &[]);
        let CachedList { extent, list, .. } = list();

        lists.keep(id, KeptList { extent, list });
        lists.forget(ProfileId(1));

        assert!(lists.kept(id).is_some());
        assert!(lists.kept(KeptId::of(ProfileId(2), &[])).is_none());
    }

    #[test]
    fn what_others_watch_meanwhile_drops_nothing() {
        let lists = MemoryLists::new();
        let begun = lists.generation(ProfileId(1));

        lists.forget(ProfileId(2));
        lists.put(begun, key(1), list());

        assert!(lists.get(&key(1)).is_some());
    }

    #[test]
    fn a_list_that_was_begun_before_something_changed_is_not_cached() {
        let lists = MemoryLists::new();
        let begun = lists.generation(ProfileId(1));

        lists.forget(ProfileId(1));
        lists.put(begun, key(1), list());

        assert!(lists.get(&key(1)).is_none());
    }
}

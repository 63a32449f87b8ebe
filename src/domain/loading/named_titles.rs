//! The titles that watches of a load name, known from one batch to the next.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use super::records::{Placed, WatchRecord};
use crate::domain::catalog::{Title, TitleKind};
use crate::domain::ids::TitleId;

/// For how long is believed what was read of titles: whoever merges one into another looks for what comes late for longer.
const BELIEVED: Duration = Duration::from_secs(10);

/// What watches go by of a title.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct OfTitle {
    /// The title that is named, also if it was merged.
    pub(super) named: TitleId,
    /// The one that stands for it now.
    pub(super) id: TitleId,
    pub(super) kind: TitleKind,
    pub(super) duration: Option<u32>,
    pub(super) episode_duration: Option<u32>,
}

impl OfTitle {
    pub(super) fn of(named: TitleId, title: &Title) -> Self {
        Self {
            named,
            id: title.id,
            kind: title.kind,
            duration: title.duration,
            episode_duration: title.episode_duration,
        }
    }
}

/// The titles that watches name, by slug: each batch names most of those of the batch before.
#[derive(Debug)]
pub(super) struct NamedTitles {
    pub(super) by_slug: HashMap<String, OfTitle>,
    since: Instant,
}

impl Default for NamedTitles {
    fn default() -> Self {
        Self {
            by_slug: HashMap::new(),
            since: Instant::now(),
        }
    }
}

impl NamedTitles {
    /// Forgets what was read long ago.
    pub(super) fn forget_old(&mut self, now: Instant) {
        if now.saturating_duration_since(self.since) > BELIEVED {
            self.by_slug.clear();
            self.since = now;
        }
    }

    /// The slugs of which nothing is known, each once.
    pub(super) fn unknown(&self, records: &[Placed<WatchRecord>]) -> HashSet<String> {
        let slugs = records.iter().map(|(_, record)| &record.title);
        let unknown = slugs.filter(|slug| !self.by_slug.contains_key(*slug));
        unknown.cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::loading::samples;

    #[test]
    fn what_is_known_of_titles_is_believed_for_moments() {
        let film = samples::title(json!({ "kind": "film", "slug": "heat", "title": "Heat" }));
        let mut named = NamedTitles::default();
        let began = named.since;
        named
            .by_slug
            .insert("heat".to_owned(), OfTitle::of(film.id, &film));
        let mut known = |seconds| {
            named.forget_old(began + Duration::from_secs(seconds));
            named.by_slug.get("heat").map(|title| title.id)
        };

        assert_eq!([known(0), known(10)], [Some(film.id); 2]);
        assert_eq!(known(11), None);
    }
}

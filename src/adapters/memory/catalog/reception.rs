//! What viewers make of titles, as the snapshot lists them by it. Nothing of it is in the record: it is counted there.

use super::{CatalogSnapshot, State};
use crate::domain::catalog::{ReceptionKeeper, Thumbs};
use crate::domain::ids::TitleId;

/// So many titles are moved at a time: nobody can read meanwhile.
const AT_A_TIME: usize = 200;

impl ReceptionKeeper for CatalogSnapshot {
    fn title_ids(&self) -> Vec<TitleId> {
        let ids = self.look(|tables| {
            let slots = 0..tables.titles.next_slot();
            slots.map(|slot| tables.titles.id(slot)).collect()
        });
        let mut ids: Vec<TitleId> = ids.unwrap_or_default();
        // As stores have them: neighbours are read together.
        ids.sort_unstable_by_key(|id| id.to_i64());
        ids.dedup();
        ids
    }

    fn put_thumbs(
        &self,
        titles: &[TitleId],
        thumbs: &[(TitleId, Thumbs)],
    ) -> Vec<(TitleId, Thumbs)> {
        // Mostly nothing is new: nobody is kept from reading to find that out.
        let news = self.look(|tables| tables.other_thumbs(titles, thumbs));
        let news = news.unwrap_or_default();
        for some in news.chunks(AT_A_TIME) {
            self.change(|state| {
                if let State::Whole { tables, .. } = state {
                    tables.put_thumbs(some);
                }
            });
        }
        news
    }

    fn put_lately(&self, watched: &[(TitleId, u64)]) {
        let news = self.look(|tables| tables.other_lately(watched));
        for watched in news.unwrap_or_default().chunks(AT_A_TIME) {
            self.change(|state| {
                if let State::Whole { tables, .. } = state {
                    tables.put_lately(watched);
                }
            });
        }
    }
}

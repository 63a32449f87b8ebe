//! Takes in what viewers make of titles, for lists and for searches alike.

use std::sync::Arc;

use super::reception::{ReceptionKeeper, Thumbs};
use super::search::SearchService;
use crate::domain::ids::TitleId;

/// What viewers make of the titles in memory.
#[derive(Clone)]
pub struct Receptions {
    keeper: Arc<dyn ReceptionKeeper>,
    search: SearchService,
}

impl Receptions {
    /// Tells whoever keeps titles in memory, and whoever searches them.
    pub fn new(keeper: Arc<dyn ReceptionKeeper>, search: SearchService) -> Self {
        Self { keeper, search }
    }

    /// The titles that there are, each once.
    pub fn title_ids(&self) -> Vec<TitleId> {
        self.keeper.title_ids()
    }

    /// Takes in the thumbs of these titles, of which those that nothing is said of have none. Those who search are told of
    /// what is new alone: they keep it.
    pub fn take_thumbs(&self, titles: &[TitleId], thumbs: &[(TitleId, Thumbs)]) {
        let news = self.keeper.put_thumbs(titles, thumbs);
        if !news.is_empty() {
            self.search.put_thumbs(&news);
        }
    }

    /// Takes in how many profiles watched each of these titles in the last days; all others nobody has.
    pub fn take_lately(&self, watched: &[(TitleId, u64)]) {
        self.keeper.put_lately(watched);
    }
}

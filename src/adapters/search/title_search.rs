//! The index as the domain asks for it.

use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;

use super::index::{Index, TitleEntry};
use super::{find, people};
use crate::domain::catalog::{
    Change, Changed, NamesOfTitles, PersonHit, SearchError, Title, TitleHit, TitleSearch,
    TitleWatchers, Wanted,
};

/// So many changes are taken in at once: searches wait for them, a millisecond at most.
const AT_ONCE: usize = 32;

/// An index in the memory of this process. Clones share it.
///
/// A search takes microseconds, so it is made where it is asked for: to send it to another thread would cost more.
#[derive(Debug, Clone, Default)]
pub struct WordSearch {
    index: Arc<RwLock<Index>>,
}

impl WordSearch {
    fn write(&self, write: impl FnOnce(&mut Index)) {
        write(&mut self.index.write().unwrap_or_else(PoisonError::into_inner));
    }
}

#[async_trait]
impl TitleSearch for WordSearch {
    async fn search_titles(
        &self,
        query: &str,
        wanted: Wanted,
        limit: usize,
    ) -> Result<Vec<TitleHit>, SearchError> {
        let index = self.index.read().unwrap_or_else(PoisonError::into_inner);
        Ok(find::titles(query, &index, &*wanted, limit))
    }

    async fn search_people(
        &self,
        query: &str,
        limit: usize,
    ) -> Result<Vec<PersonHit>, SearchError> {
        let index = self.index.read().unwrap_or_else(PoisonError::into_inner);
        Ok(people::people(query, &index, limit))
    }

    async fn apply(&self, changes: &[Change], names: &NamesOfTitles) -> Result<(), SearchError> {
        for (id, name) in &names.people {
            // One at a time, so that nobody waits: most are known by that name.
            self.write(|index| index.put_person(*id, name));
        }
        for (id, name) in &names.collections {
            self.write(|index| index.put_collection(*id, name));
        }
        for changes in changes.chunks(AT_ONCE) {
            self.write(|index| {
                for change in changes {
                    put(index, &change.changed);
                }
            });
            tokio::task::yield_now().await;
        }
        Ok(())
    }

    fn put_watchers(&self, watchers: &[TitleWatchers]) {
        self.write(|index| {
            for counted in watchers {
                index.put_watchers(counted.title, counted.watchers);
            }
        });
    }
}

fn put(index: &mut Index, changed: &Changed) {
    match changed {
        Changed::Title(title) => index.put_title(entry(title)),
        Changed::Person(person) => index.put_person(person.id, &person.name),
        Changed::Collection(collection) => index.put_collection(collection.id, &collection.name),
        // What cannot be read is not found in the catalogue, whatever its name was.
        Changed::Genre(_) | Changed::Episode(_) | Changed::Unreadable(..) => {}
    }
}

fn entry(title: &Title) -> TitleEntry {
    let original = title.original_name.as_ref();
    let original = original.filter(|name| **name != title.name);
    let characters = title.credits.iter();
    TitleEntry {
        id: title.id,
        names: [&title.name].into_iter().chain(original).cloned().collect(),
        credits: title
            .credits
            .iter()
            .map(|credit| (credit.person, credit.order))
            .collect(),
        characters: characters
            .filter_map(|credit| credit.character.clone())
            .collect(),
        collection: title.collection.map(|part_of| part_of.collection),
        part: title.collection.and_then(|part_of| part_of.part),
        facts: title.into(),
        watchers: title.watchers,
    }
}

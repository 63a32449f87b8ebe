//! The titles of the snapshot, each in a slot of its own for good, and what finds one.

use std::hash::BuildHasher;
use std::sync::Arc;

use hashbrown::{DefaultHashBuilder, HashMap, HashTable};

use crate::domain::catalog::{ExternalId, KeptPicture, Rating, Thumbs, Title};
use crate::domain::ids::{CollectionId, TitleId};
use crate::domain::text;

/// Where a title is kept. A slot is never given to another one.
pub(super) type Slot = u32;

/// Films and series, by slot.
#[derive(Default)]
pub(super) struct Titles {
    kept: Vec<Kept>,
    by_id: HashMap<TitleId, Slot>,
    by_slug: HashTable<Slot>,
    /// The hash of each external id of a title, with the title.
    by_external_id: HashTable<(u64, Slot)>,
    members: HashMap<CollectionId, Vec<Slot>>,
    hasher: DefaultHashBuilder,
}

struct Kept {
    /// Beside the title, so that who goes through all need not look it up.
    id: TitleId,
    title: Arc<Title>,
    sort_name: Box<str>,
    /// It takes longer to compute than to compare.
    rating: Option<Rating>,
}

impl Titles {
    /// The slot of a title that comes.
    pub(super) fn next_slot(&self) -> Slot {
        Slot::try_from(self.kept.len()).expect("fewer titles than four billion")
    }

    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = &Arc<Title>> {
        self.kept.iter().map(|kept| &kept.title)
    }

    pub(super) fn at(&self, slot: Slot) -> &Arc<Title> {
        &self.kept[slot as usize].title
    }

    pub(super) fn id(&self, slot: Slot) -> TitleId {
        self.kept[slot as usize].id
    }

    pub(super) fn sort_name(&self, slot: Slot) -> &str {
        &self.kept[slot as usize].sort_name
    }

    pub(super) fn rating(&self, slot: Slot) -> Option<Rating> {
        self.kept[slot as usize].rating
    }

    pub(super) fn slot(&self, id: TitleId) -> Option<Slot> {
        self.by_id.get(&id).copied()
    }

    pub(super) fn with_id(&self, id: TitleId) -> Option<&Arc<Title>> {
        self.slot(id).map(|slot| self.at(slot))
    }

    pub(super) fn with_slug(&self, slug: &str) -> Option<&Arc<Title>> {
        let hash = self.hasher.hash_one(slug);
        let slot = self
            .by_slug
            .find(hash, |slot| self.at(*slot).slug == *slug)?;
        Some(self.at(*slot))
    }

    pub(super) fn with_external_id<'a>(
        &'a self,
        id: &'a ExternalId,
    ) -> impl Iterator<Item = &'a Arc<Title>> {
        let found = self.by_external_id.iter_hash(self.hasher.hash_one(id));
        let found = found.map(|(_, slot)| self.at(*slot));
        found.filter(|title| title.external_ids.contains(id))
    }

    pub(super) fn members(&self, collection: CollectionId) -> impl Iterator<Item = &Arc<Title>> {
        let members = self.members.get(&collection).into_iter().flatten();
        members.map(|slot| self.at(*slot))
    }

    /// Keeps a title in its slot, in place of what was there.
    pub(super) fn put(&mut self, slot: Slot, mut title: Title) {
        shrink(&mut title);
        let kept = Kept {
            id: title.id,
            sort_name: text::sort_name(&title.name).into(),
            rating: title.rating(),
            title: Arc::new(title),
        };
        if slot < self.next_slot() {
            self.forget(slot);
            self.kept[slot as usize] = kept;
        } else {
            self.kept.push(kept);
        }
        self.find_again(slot);
    }

    pub(super) fn set_watchers(&mut self, slot: Slot, watchers: u64) {
        Arc::make_mut(&mut self.kept[slot as usize].title).watchers = watchers;
    }

    pub(super) fn set_thumbs(&mut self, slot: Slot, thumbs: Thumbs) {
        let kept = &mut self.kept[slot as usize];
        let title = Arc::make_mut(&mut kept.title);
        title.reception.thumbs = thumbs;
        kept.rating = title.rating();
    }

    pub(super) fn set_lately(&mut self, slot: Slot, watched: u64) {
        let title = Arc::make_mut(&mut self.kept[slot as usize].title);
        title.reception.lately = watched;
    }

    /// Forgets by what a title is found; its slot is nobody else's.
    pub(super) fn forget(&mut self, slot: Slot) {
        let title = Arc::clone(self.at(slot));
        self.by_id.remove(&title.id);
        let slug = self.hasher.hash_one(title.slug.as_str());
        if let Ok(entry) = self.by_slug.find_entry(slug, |it| *it == slot) {
            entry.remove();
        }
        for id in &title.external_ids {
            let entry = (self.hasher.hash_one(id), slot);
            if let Ok(entry) = self.by_external_id.find_entry(entry.0, |it| *it == entry) {
                entry.remove();
            }
        }
        if let Some(part_of) = title.collection
            && let Some(members) = self.members.get_mut(&part_of.collection)
        {
            members.retain(|member| *member != slot);
        }
    }

    fn find_again(&mut self, slot: Slot) {
        let (kept, hasher) = (&self.kept, &self.hasher);
        let title = &kept[slot as usize].title;
        self.by_id.insert(title.id, slot);
        let slug_of = |slot: &Slot| hasher.hash_one(kept[*slot as usize].title.slug.as_str());
        self.by_slug
            .insert_unique(hasher.hash_one(title.slug.as_str()), slot, slug_of);
        for id in &title.external_ids {
            let entry = (hasher.hash_one(id), slot);
            self.by_external_id
                .insert_unique(entry.0, entry, |(hash, _)| *hash);
        }
        if let Some(part_of) = title.collection {
            let members = self.members.entry(part_of.collection);
            members.or_default().push(slot);
        }
    }
}

/// The same of pictures, and forgets where they were read: loads ask the record.
pub(super) fn shrink_pictures(pictures: &mut Vec<KeptPicture>) {
    pictures.shrink_to_fit();
    for kept in pictures {
        kept.origin = None;
        kept.picture.blurhash.shrink_to_fit();
    }
}

/// Gives back the room that reading has left in lists.
fn shrink(title: &mut Title) {
    title.genres.shrink_to_fit();
    title.credits.shrink_to_fit();
    title.crew.shrink_to_fit();
    title.countries.shrink_to_fit();
    title.languages.shrink_to_fit();
    title.external_ids.shrink_to_fit();
    title.certifications.shrink_to_fit();
    title.studios.shrink_to_fit();
    title.tags.shrink_to_fit();
    title.scores.shrink_to_fit();
    title.extras.shrink_to_fit();
    shrink_pictures(&mut title.pictures);
    title.season_pictures.shrink_to_fit();
    for season in &mut title.season_pictures {
        shrink_pictures(&mut season.pictures);
    }
}

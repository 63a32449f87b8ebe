//! Everything that the snapshot holds, changed together.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hashbrown::HashMap;
use roaring::RoaringBitmap;

use super::episodes::Episodes;
use super::filters::Filters;
use super::orders::{self, Orders};
use super::people::People;
use super::titles::{Slot, Titles};
use crate::domain::catalog::{
    CatalogBatch, CatalogPart, Change, Changed, Collection, CreditedIn, Facet, FacetCount, Genre,
    Rating, Reception, Thumbs, Title, TitleFilter, TitleOrder, TitleQuery, TitleWatchers,
    Visibility,
};
use crate::domain::ids::{CollectionId, EpisodeId, GenreId, PersonId, TitleId};
use crate::domain::page::{Slice, Window};

/// The catalogue at one moment.
#[derive(Default)]
pub(super) struct Tables {
    pub(super) titles: Titles,
    filters: Filters,
    orders: Orders,
    pub(super) people: People,
    pub(super) genres: HashMap<GenreId, Genre>,
    pub(super) collections: HashMap<CollectionId, Collection>,
    collections_by_slug: HashMap<String, CollectionId>,
    pub(super) episodes: Episodes,
}

impl Tables {
    /// Takes in what is read while nobody looks: the orders are made at the end, by [`Self::sort`].
    pub(super) fn fill(&mut self, mut batch: CatalogBatch) {
        for title in std::mem::take(&mut batch.titles) {
            let slot = self.titles.next_slot();
            self.filters.add(slot, &title);
            self.titles.put(slot, title);
        }
        self.put_others(batch);
    }

    /// Makes the orders, once everything is there.
    pub(super) fn sort(&mut self) {
        self.orders = Orders::of(&self.titles);
        self.people.shrink();
    }

    /// Takes in what was written. What is no newer than what is known is passed over. Says whether anything is new.
    pub(super) fn apply(&mut self, mut batch: CatalogBatch) -> bool {
        let titles = self.put_titles(std::mem::take(&mut batch.titles));
        self.put_others(batch) | titles
    }

    /// Forgets something that cannot be read any more: a later version has written it.
    pub(super) fn forget(&mut self, part: CatalogPart, id: i64) {
        match part {
            CatalogPart::Titles => {
                let id = TitleId::from_i64(id);
                if let Some(slot) = self.titles.slot(id) {
                    // It stays in the orders, of which lists take what is in the sets.
                    self.filters.remove(slot, self.titles.at(slot));
                    self.titles.forget(slot);
                }
            }
            CatalogPart::People => self.people.forget(PersonId::from_i64(id)),
            CatalogPart::Genres => drop(self.genres.remove(&GenreId::from_i64(id))),
            CatalogPart::Collections => {
                let known = self.collections.remove(&CollectionId::from_i64(id));
                if let Some(known) = known {
                    self.forget_slug(known.id, &known.slug);
                }
            }
            CatalogPart::Episodes => self.episodes.forget(EpisodeId::from_i64(id)),
        }
    }

    /// Which titles are watched by another number than is known, by slot.
    pub(super) fn other_watchers(&self, counted: &[TitleWatchers]) -> BTreeMap<Slot, u64> {
        // Of several the last holds.
        let counted = counted.iter().filter_map(|counted| {
            let slot = self.titles.slot(counted.title)?;
            Some((slot, counted.watchers))
        });
        let mut counted: BTreeMap<Slot, u64> = counted.collect();
        counted.retain(|slot, watchers| self.titles.at(*slot).watchers != *watchers);
        counted
    }

    /// Takes in how many watch titles.
    pub(super) fn count_watchers(&mut self, counted: &[TitleWatchers]) {
        let news = self.other_watchers(counted);
        let slots: Vec<Slot> = news.keys().copied().collect();
        self.orders.moving(
            &mut self.titles,
            &[TitleOrder::Popular, TitleOrder::LeastPopular],
            &slots,
            |titles| {
                for (slot, watchers) in news {
                    titles.set_watchers(slot, watchers);
                }
            },
        );
    }

    /// Which of these titles have other thumbs than is known. Those of which none are said have none.
    pub(super) fn other_thumbs(
        &self,
        titles: &[TitleId],
        thumbs: &[(TitleId, Thumbs)],
    ) -> Vec<(TitleId, Thumbs)> {
        let counted: HashMap<TitleId, Thumbs> = thumbs.iter().copied().collect();
        let all = titles.iter().filter_map(|title| {
            let said = counted.get(title).copied().unwrap_or_default();
            Some((self.titles.slot(*title)?, said))
        });
        self.others(all, |known| known.thumbs)
    }

    /// Takes in the thumbs of these titles.
    pub(super) fn put_thumbs(&mut self, thumbs: &[(TitleId, Thumbs)]) {
        let thumbs: BTreeMap<Slot, Thumbs> = self.slots_of(thumbs).collect();
        let slots: Vec<Slot> = thumbs.keys().copied().collect();
        let rated = |titles: &Titles| -> Vec<Option<Rating>> {
            let ratings = slots.iter().map(|slot| titles.rating(*slot));
            ratings.collect()
        };
        let before = rated(&self.titles);
        self.orders.moving(
            &mut self.titles,
            &[TitleOrder::TopRated, TitleOrder::LowestRated],
            &slots,
            |titles| {
                for (slot, thumbs) in thumbs {
                    titles.set_thumbs(slot, thumbs);
                }
            },
        );
        let now = rated(&self.titles);
        for (slot, (before, now)) in slots.iter().zip(before.into_iter().zip(now)) {
            self.filters.rate(*slot, before, now);
        }
    }

    /// Which titles were watched lately by another number than is known. Those of which none is said were watched by
    /// nobody.
    pub(super) fn other_lately(&self, watched: &[(TitleId, u64)]) -> Vec<(TitleId, u64)> {
        let known = self.orders.watched_lately(&self.titles);
        let known: Vec<(TitleId, u64)> = known.map(|slot| (self.titles.id(slot), 0)).collect();
        let all = self.slots_of(&known).chain(self.slots_of(watched));
        self.others(all, |known| known.lately)
    }

    /// Takes in how many watched these titles lately.
    pub(super) fn put_lately(&mut self, watched: &[(TitleId, u64)]) {
        let watched: BTreeMap<Slot, u64> = self.slots_of(watched).collect();
        let slots: Vec<Slot> = watched.keys().copied().collect();
        self.orders.moving(
            &mut self.titles,
            &[TitleOrder::Trending, TitleOrder::LeastTrending],
            &slots,
            |titles| {
                for (slot, watched) in watched {
                    titles.set_lately(slot, watched);
                }
            },
        );
    }

    /// What of this is other than is known. Of several of the same title the last holds.
    fn others<T: PartialEq>(
        &self,
        said: impl Iterator<Item = (Slot, T)>,
        known: impl Fn(&Reception) -> T,
    ) -> Vec<(TitleId, T)> {
        let mut others: BTreeMap<Slot, T> = said.collect();
        others.retain(|slot, said| known(&self.titles.at(*slot).reception) != *said);
        let others = others.into_iter();
        others
            .map(|(slot, said)| (self.titles.id(slot), said))
            .collect()
    }

    /// What is said of those titles that are known, by where they are.
    fn slots_of<T: Copy>(&self, said: &[(TitleId, T)]) -> impl Iterator<Item = (Slot, T)> {
        let said = said.iter();
        said.filter_map(|(title, said)| Some((self.titles.slot(*title)?, *said)))
    }

    pub(super) fn list(
        &self,
        visibility: &Visibility,
        query: &TitleQuery,
        window: &Window,
    ) -> Slice<Arc<Title>> {
        let passing = self.passing(visibility, &query.filter);
        let page = self
            .orders
            .page(&self.titles, query.order, &passing, window);
        page.map(|slot| Arc::clone(self.titles.at(slot)))
    }

    /// Whether somebody leads to titles of which none may be seen.
    pub(super) fn hides(&self, visibility: &Visibility, person: PersonId) -> bool {
        let titles = self.filters.titles_of(person).iter();
        let titles = titles.map(|slot| Some(self.titles.at(*slot)));
        let series = self.episodes.series_with(person);
        let series = series.map(|series| self.titles.with_id(series));
        let mut leads_to = titles.chain(series).peekable();
        let is_seen = |title: Option<&Arc<Title>>| title.is_some_and(|it| visibility.shows(it));
        leads_to.peek().is_some() && !leads_to.any(is_seen)
    }

    pub(super) fn count(&self, visibility: &Visibility, filter: &TitleFilter) -> u64 {
        self.passing(visibility, filter).len()
    }

    /// The titles that were merged into others, or are being taken apart from them.
    pub(super) fn merged_titles(&self) -> Vec<Arc<Title>> {
        let slots = self.filters.merged().iter();
        slots.map(|slot| Arc::clone(self.titles.at(slot))).collect()
    }

    /// What credits one of these people. What was merged into others is in no list, and looked through by itself: it may be
    /// taken apart again.
    pub(super) fn credited_in(&self, people: &[PersonId]) -> CreditedIn {
        let of_person = |person: &PersonId| self.filters.titles_of(*person).iter().copied();
        let credits = |slot: &Slot| {
            let mut credits = self.titles.at(*slot).all_credits();
            credits.any(|credit| people.contains(&credit.person))
        };
        let merged = self.filters.merged().iter().filter(credits);
        let titles = people.iter().flat_map(of_person).chain(merged);
        let titles: BTreeSet<TitleId> = titles.map(|slot| self.titles.id(slot)).collect();
        let series = people.iter();
        let series = series.flat_map(|person| self.episodes.series_with(*person));
        let series: BTreeSet<TitleId> = series.collect();
        CreditedIn {
            titles: titles.into_iter().collect(),
            series: series.into_iter().collect(),
        }
    }

    /// How many titles have each value of these facets; see
    /// [`crate::domain::catalog::TitleListStore::count_facets`].
    pub(super) fn count_facets(
        &self,
        visibility: &Visibility,
        filter: &TitleFilter,
        facets: &[Facet],
        most: usize,
    ) -> Vec<Vec<FacetCount>> {
        let mut passing: Option<(TitleFilter, RoaringBitmap)> = None;
        let counts = facets.iter().map(|facet| {
            let wanted = filter.without_facet(*facet);
            // Mostly no facet has a condition of its own, and they are counted of one set.
            let known = passing.take().filter(|(filter, _)| *filter == wanted);
            let (_, titles) = passing.insert(known.unwrap_or_else(|| {
                let titles = self.passing(visibility, &wanted);
                (wanted, titles)
            }));
            self.filters.count(titles, *facet, most)
        });
        counts.collect()
    }

    /// The titles that may be seen and pass. The sets do not know roles: the few titles of somebody are looked at.
    fn passing(&self, visibility: &Visibility, filter: &TitleFilter) -> RoaringBitmap {
        let mut passing = self.filters.passing(visibility, filter);
        if let Some(these) = &filter.among {
            passing &= self.slots(these);
        }
        if let Some(these) = &filter.without {
            passing -= self.slots(these);
        }
        if let Some(since) = filter.added_since {
            self.orders
                .only_added_since(&self.titles, since, &mut passing);
        }
        let (Some(people), Some(roles)) = (&filter.people, filter.roles) else {
            return passing;
        };
        let is_credited = |slot: &Slot| {
            let mut credits = self.titles.at(*slot).all_credits();
            credits.any(|credit| people.contains(&credit.person) && roles.has(credit.role))
        };
        passing.iter().filter(is_credited).collect()
    }

    fn slots(&self, titles: &std::collections::HashSet<TitleId>) -> RoaringBitmap {
        titles
            .iter()
            .filter_map(|title| self.titles.slot(*title))
            .collect()
    }

    /// Where somebody's titles are, in any role, sorted.
    pub(super) fn titles_of(&self, person: PersonId) -> &[Slot] {
        self.filters.titles_of(person)
    }

    pub(super) fn collection_with_slug(&self, slug: &str) -> Option<&Collection> {
        self.collections.get(self.collections_by_slug.get(slug)?)
    }

    fn forget_slug(&mut self, id: CollectionId, slug: &str) {
        // Another one may have it by now.
        if self.collections_by_slug.get(slug) == Some(&id) {
            self.collections_by_slug.remove(slug);
        }
    }

    fn put_titles(&mut self, batch: Vec<Title>) -> bool {
        let mut latest: HashMap<TitleId, Title> = HashMap::new();
        for title in batch {
            let known = latest.get(&title.id).map(|known| known.stamp.revision);
            let known = known.max(self.titles.with_id(title.id).map(|it| it.stamp.revision));
            if known.is_none_or(|known| known < title.stamp.revision) {
                latest.insert(title.id, title);
            }
        }
        if latest.is_empty() {
            return false;
        }
        let mut next = self.titles.next_slot();
        let mut slots = Vec::with_capacity(latest.len());
        for (id, mut title) in latest {
            let slot = if let Some(slot) = self.titles.slot(id) {
                let known = self.titles.at(slot);
                // They have a feed of their own, and whoever writes a title writes none of them.
                title.watchers = known.watchers;
                title.reception = known.reception;
                self.filters.remove(slot, known);
                slot
            } else {
                next += 1;
                next - 1
            };
            slots.push((slot, title));
        }
        slots.sort_unstable_by_key(|(slot, _)| *slot);
        for (slot, title) in &slots {
            self.filters.add(*slot, title);
        }
        let places: Vec<Slot> = slots.iter().map(|(slot, _)| *slot).collect();
        self.orders
            .moving(&mut self.titles, &orders::ALL, &places, |titles| {
                for (slot, title) in slots {
                    titles.put(slot, title);
                }
            });
        true
    }

    fn put_others(&mut self, batch: CatalogBatch) -> bool {
        let mut is_new = false;
        for person in &batch.people {
            is_new |= self.people.put(person);
        }
        for genre in batch.genres {
            let known = self.genres.get(&genre.id);
            if known.is_none_or(|known| known.stamp.revision < genre.stamp.revision) {
                self.genres.insert(genre.id, genre);
                is_new = true;
            }
        }
        for collection in batch.collections {
            let known = self.collections.get(&collection.id);
            if known.is_none_or(|known| known.stamp.revision < collection.stamp.revision) {
                if let Some(slug) = known.map(|known| known.slug.clone()) {
                    self.forget_slug(collection.id, &slug);
                }
                is_new = true;
                self.collections_by_slug
                    .insert(collection.slug.clone(), collection.id);
                self.collections.insert(collection.id, collection);
            }
        }
        for episode in batch.episodes {
            is_new |= self.episodes.put(episode);
        }
        is_new
    }
}

/// What changes have brought, sorted by what it is, and what cannot be read.
pub(super) fn brought(changes: &[Change]) -> (CatalogBatch, Vec<(CatalogPart, i64)>) {
    let mut batch = CatalogBatch::default();
    let mut unreadable = Vec::new();
    for change in changes {
        match &change.changed {
            Changed::Title(title) => batch.titles.push(title.clone()),
            Changed::Person(person) => batch.people.push(person.clone()),
            Changed::Genre(genre) => batch.genres.push(genre.clone()),
            Changed::Collection(collection) => batch.collections.push(collection.clone()),
            Changed::Episode(episode) => batch.episodes.push(episode.clone()),
            Changed::Unreadable(part, id) => unreadable.push((*part, *id)),
        }
    }
    (batch, unreadable)
}

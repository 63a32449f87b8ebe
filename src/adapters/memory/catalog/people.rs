//! The people of the snapshot, whose texts lie one behind the other: there are ten times as many as titles.

use std::hash::BuildHasher;

use chrono::NaiveDate;
use hashbrown::{DefaultHashBuilder, HashMap, HashSet, HashTable};

use crate::domain::catalog::{ExternalId, KeptPicture, Locks, Person, PersonMerge};
use crate::domain::ids::PersonId;
use crate::domain::stamp::Stamp;

/// Whoever is or was credited.
#[derive(Default)]
pub(super) struct People {
    kept: Vec<Kept>,
    by_id: HashTable<u32>,
    by_slug: HashTable<u32>,
    /// Those who were merged into others, which few are.
    merged: HashMap<PersonId, PersonMerge>,
    /// Those whom curators have deleted, which few are.
    deleted: HashSet<PersonId>,
    hasher: DefaultHashBuilder,
}

/// One of them, made small.
struct Kept {
    id: PersonId,
    born: Option<NaiveDate>,
    stamp: Stamp,
    /// [`Texts`], one behind the other.
    texts: Box<[u8]>,
}

impl People {
    pub(super) fn with_id(&self, id: PersonId) -> Option<Person> {
        self.place(id).map(|place| self.person(&self.kept[place]))
    }

    pub(super) fn with_slug(&self, slug: &str) -> Option<Person> {
        let has_slug = |place: &u32| self.kept[*place as usize].slug() == slug;
        let place = self.by_slug.find(self.hasher.hash_one(slug), has_slug)?;
        Some(self.person(&self.kept[*place as usize]))
    }

    /// How many places there are; of whoever is forgotten one is left.
    pub(super) fn len(&self) -> usize {
        self.kept.len()
    }

    /// Those from a place on.
    pub(super) fn from(&self, place: usize) -> impl Iterator<Item = Person> {
        let kept = self.kept.iter().skip(place);
        kept.map(move |kept| self.person(kept))
    }

    /// Those who were merged into others, in no order.
    pub(super) fn merged(&self) -> impl Iterator<Item = (PersonId, PersonMerge)> {
        self.merged.iter().map(|(person, merge)| (*person, *merge))
    }

    /// Those whom curators have deleted, in no order.
    pub(super) fn deleted(&self) -> impl Iterator<Item = PersonId> {
        self.deleted.iter().copied()
    }

    fn person(&self, kept: &Kept) -> Person {
        Person {
            merge: self.merged.get(&kept.id).copied(),
            deleted: self.deleted.contains(&kept.id),
            ..kept.person()
        }
    }

    /// Gives back the room that growing has left.
    pub(super) fn shrink(&mut self) {
        self.kept.shrink_to_fit();
    }

    /// Keeps somebody, unless this or a later revision is known. Says whether it did.
    pub(super) fn put(&mut self, person: &Person) -> bool {
        let new = Kept::of(person);
        let place = match self.place(person.id) {
            Some(place) if self.kept[place].stamp.revision >= new.stamp.revision => return false,
            Some(place) => {
                let slug = self.hasher.hash_one(self.kept[place].slug());
                let is_it = |it: &u32| *it as usize == place;
                if let Ok(entry) = self.by_slug.find_entry(slug, is_it) {
                    entry.remove();
                }
                self.kept[place] = new;
                place
            }
            None => {
                self.kept.push(new);
                let place = self.kept.len() - 1;
                let (kept, hasher) = (&self.kept, &self.hasher);
                self.by_id
                    .insert_unique(hasher.hash_one(person.id), as_entry(place), |it| {
                        hasher.hash_one(kept[*it as usize].id)
                    });
                place
            }
        };
        match person.merge {
            Some(merge) => self.merged.insert(person.id, merge),
            None => self.merged.remove(&person.id),
        };
        if person.deleted {
            self.deleted.insert(person.id);
        } else {
            self.deleted.remove(&person.id);
        }
        let (kept, hasher) = (&self.kept, &self.hasher);
        self.by_slug.insert_unique(
            hasher.hash_one(person.slug.as_str()),
            as_entry(place),
            |it| hasher.hash_one(kept[*it as usize].slug()),
        );
        true
    }

    /// Forgets by what somebody is found.
    pub(super) fn forget(&mut self, id: PersonId) {
        let Some(place) = self.place(id) else {
            return;
        };
        self.merged.remove(&id);
        self.deleted.remove(&id);
        let (id, slug) = (
            self.hasher.hash_one(id),
            self.hasher.hash_one(self.kept[place].slug()),
        );
        for (table, hash) in [(&mut self.by_id, id), (&mut self.by_slug, slug)] {
            if let Ok(entry) = table.find_entry(hash, |it| *it as usize == place) {
                entry.remove();
            }
        }
    }

    fn place(&self, id: PersonId) -> Option<usize> {
        let is_it = |place: &u32| self.kept[*place as usize].id == id;
        let place = self.by_id.find(self.hasher.hash_one(id), is_it)?;
        Some(*place as usize)
    }
}

fn as_entry(place: usize) -> u32 {
    u32::try_from(place).expect("fewer people than live")
}

/// The slug, the name, the external ids, by provider, and what few have: the birthplace, the day of death, portraits and locks.
type Texts<'a> = (
    &'a str,
    &'a str,
    Vec<(&'a str, &'a str)>,
    Option<&'a str>,
    Option<NaiveDate>,
    Vec<KeptPicture>,
    Locks,
);

impl Kept {
    fn of(person: &Person) -> Self {
        let ids = person.external_ids.iter();
        let ids = ids.map(|id| (id.provider.as_str(), id.value.as_str()));
        let birthplace = person.birthplace.as_deref();
        let (slug, name) = (&person.slug, &person.name);
        // Without where they were read: loads ask the record.
        let pictures = person.pictures.iter().map(|kept| KeptPicture {
            picture: kept.picture.clone(),
            origin: None,
        });
        let pictures: Vec<KeptPicture> = pictures.collect();
        let ids = ids.collect();
        let locks = person.locks.clone();
        let texts: Texts<'_> = (slug, name, ids, birthplace, person.died, pictures, locks);
        let texts = postcard::to_stdvec(&texts).expect("texts can be written one behind the other");
        Self {
            id: person.id,
            born: person.born,
            stamp: person.stamp,
            texts: texts.into(),
        }
    }

    /// The person, without whom they were merged into and whether they were deleted.
    fn person(&self) -> Person {
        let texts: Texts<'_> = postcard::from_bytes(&self.texts).expect("they were written so");
        let (slug, name, ids, birthplace, died, pictures, locks) = texts;
        let ids = ids.into_iter().map(|(provider, value)| ExternalId {
            provider: provider.to_owned(),
            value: value.to_owned(),
        });
        Person {
            id: self.id,
            slug: slug.to_owned(),
            name: name.to_owned(),
            born: self.born,
            died,
            birthplace: birthplace.map(str::to_owned),
            pictures,
            external_ids: ids.collect(),
            merge: None,
            deleted: false,
            locks,
            stamp: self.stamp,
        }
    }

    fn slug(&self) -> &str {
        let (slug, _) = postcard::take_from_bytes(&self.texts).expect("they were written so");
        slug
    }
}

//! What is searched: titles and people, and the lexicons by whose words they are found; collections and episodes beside
//! them.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use hashbrown::HashMap;

use super::lexicon::{Lexicon, Slot};
use super::names::{is_article, symbols, words};
use super::shapes::WordId;
use super::things::{Episodes, Name, Things};
use crate::domain::catalog::{Thumbs, TitleFacts, TitleKind, Votes};
use crate::domain::ids::{CollectionId, EpisodeId, PersonId, TitleId};

/// What stands behind a surname.
const AFTER_SURNAMES: &[&str] = &["jr", "junior", "sr", "senior", "ii", "iii", "iv"];

/// Who is credited in episodes of a series alone has so much of its watchers: an episode is a small part of what they
/// watch.
const PART_OF_SERIES: u64 = 10;

/// Titles, people and collections, and what finds them.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// The words of names, original and translated ones too, with the titles.
    pub(super) names: Lexicon,
    /// Neighbours in a name as one word, and whole names, with the titles.
    pub(super) joined: Lexicon,
    /// The words of collections and characters, with the titles.
    pub(super) lore: Lexicon,
    /// The words of people's names, with the people.
    pub(super) people: Lexicon,
    symbols: HashMap<char, Vec<Slot>>,
    titles: Vec<Entry>,
    slots: HashMap<TitleId, Slot>,
    persons: Vec<Person>,
    person_slots: HashMap<PersonId, Slot>,
    collections: HashMap<CollectionId, Collection>,
    /// Collections, by their names alone.
    pub(super) named_collections: Things<CollectionId>,
    pub(super) episodes: Episodes,
    /// All titles, the most watched first, ties by id.
    by_watchers: BTreeSet<(Reverse<u64>, TitleId, Slot)>,
    /// What viewers say of titles; of the others nobody says anything.
    thumbs: HashMap<TitleId, Thumbs>,
}

/// A title as it comes.
#[derive(Debug)]
pub(super) struct TitleEntry {
    /// Its name, its original name and those in other languages, each once.
    pub(super) names: Vec<String>,
    pub(super) credits: Vec<(PersonId, u32)>,
    pub(super) characters: Vec<String>,
    pub(super) collection: Option<CollectionId>,
    /// The number of its part.
    pub(super) part: Option<u32>,
    pub(super) facts: TitleFacts,
    /// What its rating is without thumbs.
    pub(super) votes: Votes,
    pub(super) watchers: u64,
}

/// A title as it is searched.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) facts: TitleFacts,
    votes: Votes,
    pub(super) watchers: u64,
    pub(super) names: Box<[Name]>,
    pub(super) people: Box<[Credited]>,
    characters: Box<[WordId]>,
    collection: Option<CollectionId>,
    pub(super) part: Option<u32>,
}

/// Somebody who is credited.
#[derive(Debug, Clone, Copy)]
pub(super) struct Credited {
    pub(super) person: Slot,
    /// The best rank in the billing, from 0.
    pub(super) billing: u32,
}

#[derive(Debug)]
pub(super) struct Person {
    pub(super) id: PersonId,
    pub(super) words: Box<[WordId]>,
    /// Which of the words is the surname: the last, but for what stands behind it.
    pub(super) surname: usize,
    /// The titles that credit somebody: sorted, each once.
    pub(super) titles: Vec<Slot>,
    /// The series in whose episodes somebody is credited, by id, with in how many: the last one takes the series away.
    series: Vec<(TitleId, u32)>,
}

#[derive(Debug, Default)]
struct Collection {
    words: Vec<WordId>,
    titles: Vec<Slot>,
}

impl Person {
    /// One more episode of a series credits them.
    fn add_episode_of(&mut self, series: TitleId) {
        match self.series.binary_search_by_key(&series, |(id, _)| *id) {
            Ok(place) => self.series[place].1 += 1,
            Err(place) => self.series.insert(place, (series, 1)),
        }
    }

    /// One of them does not any more.
    fn remove_episode_of(&mut self, series: TitleId) {
        if let Ok(place) = self.series.binary_search_by_key(&series, |(id, _)| *id) {
            self.series[place].1 -= 1;
            if self.series[place].1 == 0 {
                self.series.remove(place);
            }
        }
    }
}

impl Entry {
    /// The best rank in the billing of somebody who is credited.
    pub(super) fn billing(&self, person: Slot) -> u32 {
        let mut people = self.people.iter();
        let credited = people.find(|credited| credited.person == person);
        credited.map_or(u32::MAX, |credited| credited.billing)
    }
}

impl Index {
    pub(super) fn title(&self, slot: Slot) -> &Entry {
        &self.titles[slot as usize]
    }

    pub(super) fn person(&self, slot: Slot) -> &Person {
        &self.persons[slot as usize]
    }

    /// The slot of a title, if it is known.
    pub(super) fn slot_of(&self, id: TitleId) -> Option<Slot> {
        self.slots.get(&id).copied()
    }

    /// All titles, the most watched first.
    pub(super) fn by_watchers(&self) -> impl Iterator<Item = Slot> {
        self.by_watchers.iter().map(|(.., slot)| *slot)
    }

    /// The titles that are part of a collection.
    pub(super) fn titles_of(&self, collection: CollectionId) -> &[Slot] {
        let collection = self.collections.get(&collection);
        collection.map_or(&[], |collection| collection.titles.as_slice())
    }

    /// How often those of some titles that are wanted were watched, and one more each; `None` if none is wanted.
    pub(super) fn fame(
        &self,
        titles: &[Slot],
        wanted: &dyn Fn(&TitleFacts) -> bool,
    ) -> Option<u64> {
        let titles = titles.iter().map(|slot| self.title(*slot));
        let mut wanted = titles.filter(|title| wanted(&title.facts)).peekable();
        wanted.peek()?;
        Some(wanted.map(|title| 1 + title.watchers).sum())
    }

    /// The same of those titles that credit somebody. Of a series that does so in episodes alone a part counts; `None` if
    /// none of all these is wanted.
    pub(super) fn fame_of(
        &self,
        person: &Person,
        wanted: &dyn Fn(&TitleFacts) -> bool,
    ) -> Option<u64> {
        let series = person.series.iter();
        let series = series.filter_map(|(series, _)| self.slot_of(*series));
        let of_episodes = series
            .filter(|series| person.titles.binary_search(series).is_err())
            .map(|series| self.title(series))
            .filter(|series| wanted(&series.facts))
            .map(|series| 1 + series.watchers / PART_OF_SERIES);
        let fame = self.fame(&person.titles, wanted).into_iter();
        fame.chain(of_episodes).reduce(|sum, one| sum + one)
    }

    /// Those who are credited with a title, by billing, and then in its episodes; some of them several times.
    pub(super) fn all_credited(&self, title: Slot) -> impl Iterator<Item = Slot> {
        let title = self.title(title);
        let episodes = match title.facts.kind {
            TitleKind::Series => self.episodes.of_series(title.facts.id),
            TitleKind::Film => &[],
        };
        let in_episodes = episodes.iter();
        let in_episodes = in_episodes.flat_map(|episode| self.episodes.credited(*episode));
        let people = title.people.iter().map(|credited| credited.person);
        people.chain(in_episodes.copied())
    }

    /// How many titles and how many people there are.
    pub(super) fn sizes(&self) -> (usize, usize) {
        (self.titles.len(), self.persons.len())
    }

    /// The words of the characters and the collection of a title.
    pub(super) fn lore_of<'a>(
        &'a self,
        title: &'a Entry,
    ) -> impl Iterator<Item = WordId> + use<'a> {
        let collection = title.collection.and_then(|id| self.collections.get(&id));
        let words = collection.map_or(&[][..], |collection| &collection.words[..]);
        title.characters.iter().chain(words).copied()
    }

    /// The titles that may contain a text without words literally, with their names.
    pub(super) fn literally<'a>(
        &'a self,
        text: &str,
    ) -> impl Iterator<Item = (Slot, impl Iterator<Item = &'a str>)> {
        let rarest = symbols(text).into_iter().map(|it| self.symbols.get(&it));
        let rarest = rarest.min_by_key(|slots| slots.map_or(0, Vec::len));
        let slots = rarest.flatten().into_iter().flatten();
        slots.map(|slot| {
            let names = self.title(*slot).names.iter();
            (*slot, names.filter_map(|name| name.literal.as_deref()))
        })
    }

    /// Puts a title in the place of what was known of it.
    pub(super) fn put_title(&mut self, mut title: TitleEntry) {
        if let Some(thumbs) = self.thumbs.get(&title.facts.id) {
            title.facts.rating = title.votes.with(*thumbs);
        }
        let next = slot(self.titles.len());
        let at = *self.slots.entry(title.facts.id).or_insert(next);
        if at < next {
            self.forget(at);
        }
        let names = title.names.iter().map(|name| self.name(name, at)).collect();
        let people = self.credited(&title.credits, at);
        let mut characters: Vec<WordId> = title
            .characters
            .iter()
            .flat_map(|character| words(character))
            .map(|word| self.lore.add(&word))
            .collect();
        characters.sort_unstable();
        characters.dedup();
        for word in &characters {
            self.lore.put(*word, at);
        }
        if let Some(collection) = title.collection {
            let collection = self.collections.entry(collection).or_default();
            collection.titles.push(at);
            for word in &collection.words {
                self.lore.put(*word, at);
            }
        }
        self.by_watchers
            .insert((Reverse(title.watchers), title.facts.id, at));
        let entry = Entry {
            facts: title.facts,
            votes: title.votes,
            watchers: title.watchers,
            names,
            people,
            characters: characters.into(),
            collection: title.collection,
            part: title.part,
        };
        if at < next {
            self.titles[at as usize] = entry;
        } else {
            self.titles.push(entry);
        }
    }

    /// Names somebody, perhaps anew.
    pub(super) fn put_person(&mut self, id: PersonId, name: &str) {
        let at = self.person_slot(id);
        let words = words(name);
        let is_after = |word: &&String| AFTER_SURNAMES.contains(&word.as_str());
        let after = words.iter().rev().take_while(is_after).count();
        let surname = words.len().saturating_sub(after + 1);
        let words: Box<[WordId]> = words.iter().map(|word| self.people.add(word)).collect();
        let person = &mut self.persons[at as usize];
        if person.words == words {
            return;
        }
        for word in &person.words {
            self.people.remove(*word, at);
        }
        for word in &words {
            self.people.put(*word, at);
        }
        person.words = words;
        person.surname = surname;
    }

    /// Names an episode of a series, perhaps anew, and says who is credited in it.
    pub(super) fn put_episode(
        &mut self,
        id: EpisodeId,
        series: TitleId,
        names: &[String],
        people: &[PersonId],
    ) {
        let people = people.iter().map(|person| self.person_slot(*person));
        let mut credited: Vec<Slot> = people.collect();
        credited.sort_unstable();
        credited.dedup();
        if let Some((former, were_credited)) = self.episodes.put(id, series, names, &credited) {
            for person in were_credited {
                self.persons[person as usize].remove_episode_of(former);
            }
            for person in credited {
                self.persons[person as usize].add_episode_of(series);
            }
        }
    }

    /// Names a collection, perhaps anew.
    pub(super) fn put_collection(&mut self, id: CollectionId, name: &str) {
        self.named_collections.put(id, &[name.to_owned()]);
        let mut words: Vec<WordId> = words(name).iter().map(|it| self.lore.add(it)).collect();
        words.sort_unstable();
        words.dedup();
        let collection = self.collections.entry(id).or_default();
        if collection.words == words {
            return;
        }
        let former = std::mem::replace(&mut collection.words, words);
        let Some(collection) = self.collections.get(&id) else {
            return;
        };
        for title in &collection.titles {
            let characters = self.titles.get(*title as usize);
            let characters = characters.map_or(&[][..], |title| &title.characters[..]);
            for word in former.iter().filter(|word| !characters.contains(word)) {
                self.lore.remove(*word, *title);
            }
            for word in &collection.words {
                self.lore.put(*word, *title);
            }
        }
    }

    /// Notes how many watch a title, if it is known.
    pub(super) fn put_watchers(&mut self, id: TitleId, watchers: u64) {
        if let Some(slot) = self.slot_of(id) {
            let title = &mut self.titles[slot as usize];
            if title.watchers != watchers {
                self.by_watchers
                    .remove(&(Reverse(title.watchers), id, slot));
                self.by_watchers.insert((Reverse(watchers), id, slot));
                title.watchers = watchers;
            }
        }
    }

    /// Notes what viewers say of a title, also of one that is not known yet.
    pub(super) fn put_thumbs(&mut self, id: TitleId, thumbs: Thumbs) {
        if thumbs == Thumbs::default() {
            self.thumbs.remove(&id);
        } else {
            self.thumbs.insert(id, thumbs);
        }
        if let Some(slot) = self.slots.get(&id) {
            let title = &mut self.titles[*slot as usize];
            title.facts.rating = title.votes.with(thumbs);
        }
    }

    /// Takes away all by which a title is found.
    fn forget(&mut self, at: Slot) {
        let entry = &self.titles[at as usize];
        let popular = (Reverse(entry.watchers), entry.facts.id, at);
        self.by_watchers.remove(&popular);
        for name in &entry.names {
            for word in &name.words {
                self.names.remove(*word, at);
            }
            for word in name.joined.iter().chain(&name.whole) {
                self.joined.remove(*word, at);
            }
            for symbol in name.literal.as_deref().map(symbols).into_iter().flatten() {
                if let Some(slots) = self.symbols.get_mut(&symbol) {
                    slots.retain(|slot| *slot != at);
                }
            }
        }
        for credited in &entry.people {
            let titles = &mut self.persons[credited.person as usize].titles;
            titles.retain(|slot| *slot != at);
        }
        for word in &entry.characters {
            self.lore.remove(*word, at);
        }
        let collection = entry
            .collection
            .and_then(|it| self.collections.get_mut(&it));
        if let Some(collection) = collection {
            collection.titles.retain(|slot| *slot != at);
            for word in &collection.words {
                self.lore.remove(*word, at);
            }
        }
    }

    fn name(&mut self, name: &str, at: Slot) -> Name {
        let words = words(name);
        let has_article = words.len() > 1 && is_article(&words[0]);
        let bare = &words[usize::from(has_article)..];
        let whole = (bare.len() > 2).then(|| bare.concat());
        let joined = words.windows(2).map(<[String]>::concat);
        let joined: Box<[WordId]> = joined.map(|word| self.joined.add(&word)).collect();
        let whole = whole.map(|word| self.joined.add(&word));
        let words: Box<[WordId]> = words.iter().map(|word| self.names.add(word)).collect();
        for word in &words {
            self.names.put(*word, at);
        }
        for word in joined.iter().chain(&whole) {
            self.joined.put(*word, at);
        }
        let symbols = symbols(name);
        let literal = (!symbols.is_empty()).then(|| name.into());
        for symbol in symbols {
            let slots = self.symbols.entry(symbol).or_default();
            if slots.last() != Some(&at) {
                slots.push(at);
            }
        }
        Name {
            words,
            joined,
            whole,
            has_article,
            literal,
        }
    }

    /// Those who are credited with a title, each once, by billing.
    fn credited(&mut self, credits: &[(PersonId, u32)], at: Slot) -> Box<[Credited]> {
        let mut people: Vec<Credited> = credits
            .iter()
            .map(|(person, billing)| Credited {
                person: self.person_slot(*person),
                billing: *billing,
            })
            .collect();
        people.sort_unstable_by_key(|credited| (credited.person, credited.billing));
        people.dedup_by_key(|credited| credited.person);
        people.sort_by_key(|credited| credited.billing);
        for credited in &people {
            let titles = &mut self.persons[credited.person as usize].titles;
            if let Err(place) = titles.binary_search(&at) {
                titles.insert(place, at);
            }
        }
        people.into()
    }

    /// The slot of somebody, who has no name yet if nobody has said it.
    fn person_slot(&mut self, id: PersonId) -> Slot {
        let next = slot(self.persons.len());
        let at = *self.person_slots.entry(id).or_insert(next);
        if at == next {
            self.persons.push(Person {
                id,
                words: Box::default(),
                surname: 0,
                titles: Vec::new(),
                series: Vec::new(),
            });
        }
        at
    }
}

fn slot(length: usize) -> Slot {
    Slot::try_from(length).expect("fewer titles and people than four billion")
}

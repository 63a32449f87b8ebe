//! What the search box suggests while somebody is typing: titles, people and collections by the words that their names
//! begin with.
//!
//! Few names are looked at, whatever is typed: where a word stands in very many, those that are watched the most are
//! gone through until there is enough.

use hashbrown::HashMap;

use super::candidates::{Lists, Marks, Places, count_names, each_slot, each_with, rarest};
use super::compare::Comparing;
use super::index::Index;
use super::lexicon::Slot;
use super::people::each_known;
use super::ranking::{Kind, Match};
use super::senses::{ALL, Forgiven, Meanings, NONE};
use super::typed::Typed;
use crate::domain::catalog::{HitId, TitleFacts};

/// Of words that stand in more names only those names are looked at which are watched the most.
const MOST_LOOKED_AT: usize = 4_000;
/// So many of the most watched are looked at.
const MOST_WALKED: usize = 20_000;
/// Who has made several titles, and a collection of them, counts so much of what those titles are watched together: they
/// come among the titles, and not before all of them.
const PART_OF_FAME: u64 = 4;

/// What of a name was typed, the best last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    /// The last word is the beginning of one that stands anywhere.
    BeginsWord,
    /// The same, at the beginning of the name.
    Begins,
    Words,
    FirstWords,
    Whole,
}

/// How something fits what was typed, the best last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    is_exact: bool,
    place: Place,
    fame: u64,
}

/// One search for suggestions.
struct Suggesting<'a> {
    index: &'a Index,
    typed: &'a Typed,
    wanted: &'a dyn Fn(&TitleFacts) -> bool,
    limit: usize,
    found: HashMap<HitId, Rank>,
}

/// What fits, the best first: whole words before the beginnings of words, and before typing errors; then the more
/// watched.
pub(super) fn suggest(
    query: &str,
    index: &Index,
    wanted: &dyn Fn(&TitleFacts) -> bool,
    limit: usize,
) -> Vec<HitId> {
    let typed = Typed::new(query);
    let mut suggesting = Suggesting {
        index,
        typed: &typed,
        wanted,
        limit,
        found: HashMap::new(),
    };
    for forgiven in [NONE, ALL] {
        if suggesting.found.len() < limit {
            suggesting.titles(forgiven);
            suggesting.people(forgiven);
            suggesting.collections(forgiven);
        }
    }
    suggesting.best()
}

impl Suggesting<'_> {
    fn titles(&mut self, forgiven: Forgiven) {
        let (index, typed, limit) = (self.index, self.typed, self.limit);
        let meanings = Meanings::of_suggested_titles(typed, index, forgiven);
        let count = |at, most: usize| count_names(&meanings, at, most.min(MOST_LOOKED_AT + 1));
        let Some((rarest, count)) = rarest(typed, count) else {
            return;
        };
        let mut comparing = Comparing::new(typed, &meanings);
        let mut look = |slot: Slot| {
            let title = index.title(slot);
            if !(self.wanted)(&title.facts) {
                return false;
            }
            let names = title.names.iter();
            let found = names.filter_map(|name| comparing.all_words(name));
            let best = found.map(|found| Rank::of(found, title.watchers)).max();
            best.is_some_and(|rank| self.offer(HitId::Title(title.facts.id), rank))
        };
        if count <= MOST_LOOKED_AT {
            each_with(index, &meanings, rarest, Places::Names, |slot| {
                look(slot);
            });
            return;
        }
        let (titles, _) = index.sizes();
        let marks = Marks::of_names(index, typed, &meanings);
        let mut left = MOST_LOOKED_AT;
        each_slot(&meanings.names, rarest, Lists::Whole, titles, |slot| {
            if marks.may_have_all(slot) {
                look(slot);
                left -= 1;
            }
            left > 0
        });
        let walked = index.by_watchers().take(MOST_WALKED);
        let mut fitting = 0;
        for slot in walked.filter(|slot| marks.may_have_all(*slot)) {
            fitting += usize::from(look(slot));
            if fitting >= limit {
                return;
            }
        }
    }

    fn people(&mut self, forgiven: Forgiven) {
        let (index, typed, limit) = (self.index, self.typed, self.limit);
        let meanings = Meanings::of_suggested_people(typed, index, forgiven);
        each_known(index, typed, &meanings, limit, |slot, named| {
            let person = index.person(slot);
            let Some(fame) = index.fame_of(person, self.wanted) else {
                return false;
            };
            let rank = Rank::of(named.as_match(), fame / PART_OF_FAME);
            let place = match rank.place {
                // A surname is as good a beginning as a forename.
                Place::BeginsWord => Place::Begins,
                Place::Words => Place::FirstWords,
                place => place,
            };
            self.offer(HitId::Person(person.id), Rank { place, ..rank })
        });
    }

    fn collections(&mut self, forgiven: Forgiven) {
        let (index, typed) = (self.index, self.typed);
        let things = &index.named_collections;
        let meanings = Meanings::of_suggested_collections(typed, index, forgiven);
        let count = |at, most: usize| count_names(&meanings, at, most.min(MOST_LOOKED_AT + 1));
        let Some((rarest, _)) = rarest(typed, count) else {
            return;
        };
        let mut comparing = Comparing::new(typed, &meanings);
        let mut left = MOST_LOOKED_AT;
        each_slot(&meanings.names, rarest, Lists::All, things.len(), |slot| {
            let thing = things.at(slot);
            let names = thing.names.iter();
            let found = names.filter_map(|name| comparing.all_words(name));
            let best = found.map(|found| Rank::of(found, 0)).max();
            if let Some(rank) = best
                && let Some(fame) = index.fame(index.titles_of(thing.id), self.wanted)
            {
                let fame = fame / PART_OF_FAME;
                self.offer(HitId::Collection(thing.id), Rank { fame, ..rank });
            }
            left -= 1;
            left > 0
        });
    }

    /// Notes how something fits; a better fit that is known stays. Says whether it is new and fits well.
    fn offer(&mut self, id: HitId, rank: Rank) -> bool {
        let known = self.found.get(&id).copied();
        self.found
            .insert(id, known.map_or(rank, |known| known.max(rank)));
        known.is_none() && rank.place >= Place::Begins
    }

    fn best(self) -> Vec<HitId> {
        let mut ranked: Vec<(HitId, Rank)> = self.found.into_iter().collect();
        ranked.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        ranked.truncate(self.limit);
        ranked.into_iter().map(|(id, _)| id).collect()
    }
}

impl Rank {
    fn of(found: Match, fame: u64) -> Self {
        let is_unfinished = found.is_unfinished;
        let place = match found.kind {
            Kind::Whole | Kind::WholeLoosely | Kind::Reordered if !is_unfinished => Place::Whole,
            Kind::BeginningWithArticle | Kind::Beginning | Kind::BeginningUnspaced => {
                if is_unfinished {
                    Place::Begins
                } else {
                    Place::FirstWords
                }
            }
            _ if is_unfinished => Place::BeginsWord,
            _ => Place::Words,
        };
        Self {
            is_exact: found.errors == 0,
            place,
            fame,
        }
    }
}

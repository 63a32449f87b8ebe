//! What a search finds: from the best sort of match to the worst, until there is enough.
//!
//! Of the words of a query the one that stands in the fewest names gives the candidates; what else they have of it is
//! read from them. So a word as "the" costs nothing beside a rarer one.

use super::candidates::{Places, count_all, count_names, count_places, each_with, rarest};
use super::compare::Comparing;
use super::hits::Hits;
use super::index::{Entry, Index};
use super::partial;
use super::people::{Named, credit, each_person, known_for_it};
use super::ranking::{Credit, Kind, Match};
use super::senses::{ALL, Forgiven, Meanings, NONE};
use super::spread::Reading;
use super::typed::Typed;
use crate::domain::catalog::{TitleFacts, TitleHit};

/// A search that has found fewer looks on in worse sorts of match.
const FEW: usize = 10;
/// All that is known of a title is read of so many at most: words that stand in more places tell too little.
const MOST_READ: usize = 2000;

/// One search. The same query gives the same titles in the same order for any limit, but for where they end.
struct Finding<'a> {
    index: &'a Index,
    hits: Hits<'a>,
    limit: usize,
}

/// The wanted titles that match, the best first.
pub(super) fn titles(
    query: &str,
    index: &Index,
    wanted: &dyn Fn(&TitleFacts) -> bool,
    limit: usize,
) -> Vec<TitleHit> {
    let mut finding = Finding {
        index,
        hits: Hits::new(index, wanted),
        limit,
    };
    finding.look(&Typed::new(query));
    finding.hits.best(limit)
}

impl Finding<'_> {
    fn look(&mut self, typed: &Typed) {
        if typed.words.is_empty() {
            self.literally(&typed.text);
            return;
        }
        let others = [typed.without_what_stands_around(), typed.without_parts()];
        let others = others.iter().flatten();
        let ways: Vec<&Typed> = [typed].into_iter().chain(others).collect();
        for typed in &ways {
            self.all_words(typed, NONE);
            if !self.hits.is_empty() {
                break;
            }
        }
        if self.hits.are_enough(self.limit, Match::MISTYPED + 1) {
            return;
        }
        self.mistyped(&ways);
        if self.hits.len() < FEW
            && !self.is_named(typed)
            && let Some(without) = typed.without_number()
        {
            self.without_number(&without);
        }
        if self.hits.is_empty() {
            for typed in ways.iter().rev() {
                partial::titles(self.index, &mut self.hits, typed);
                if !self.hits.is_empty() {
                    break;
                }
            }
        }
    }

    /// Finds what has all words with typing errors, if there is little without them.
    fn mistyped(&mut self, ways: &[&Typed]) {
        if !self.hits.are_enough(1, Match::MISTYPED + 1) {
            let before = self.hits.len();
            for typed in ways {
                self.all_words(typed, ALL);
                if self.hits.len() > before {
                    return;
                }
            }
        } else if self.hits.len() < FEW && !self.is_named(ways[0]) {
            let typed = ways[0];
            let meanings = Meanings::of(typed, self.index, NONE);
            // Of several words those that many have are what was meant.
            let is_rare =
                |at: &usize| typed.words.len() == 1 || count_places(&meanings, *at, FEW) < FEW;
            let rare = (0..typed.words.len())
                .filter(|at| typed.words[*at].tolerance() > 0)
                .filter(is_rare)
                .fold(NONE, |rare, at| rare | 1 << at);
            if rare != NONE {
                self.all_words(typed, rare);
            }
        }
    }

    /// Whether somebody typed a whole name of several words, and so neither mistyped it nor means another.
    fn is_named(&self, typed: &Typed) -> bool {
        typed.words.len() > 1 && self.hits.are_enough(1, NAMED)
    }

    /// Finds what has all words of a query.
    fn all_words(&mut self, typed: &Typed, forgiven: Forgiven) {
        let meanings = Meanings::of(typed, self.index, forgiven);
        self.by_name(typed, &meanings, Match::grade);
        let are_known_for_it = known_for_it(self.index, typed);
        if !are_known_for_it && self.hits.are_enough(self.limit, Match::EXACT) {
            return;
        }
        self.by_credit(typed, &meanings, are_known_for_it);
        // With typing errors all that is known of titles is like anything.
        let may_be_spread = forgiven == NONE || self.hits.is_empty();
        if may_be_spread && self.hits.len() < FEW && !self.is_named(typed) {
            self.by_all(typed, &meanings);
        }
    }

    /// Finds titles by their own names.
    fn by_name(&mut self, typed: &Typed, meanings: &Meanings<'_>, grade: impl Fn(Match) -> u32) {
        let mut comparing = Comparing::new(typed, meanings);
        let index = self.index;
        let rarest = rarest(typed, |at, most| count_names(meanings, at, most));
        let Some((rarest, _)) = rarest else {
            return;
        };
        each_with(index, meanings, rarest, Places::Names, |slot| {
            let title = index.title(slot);
            let names = title.names.iter();
            let best = names
                .filter_map(|name| comparing.all_words(name))
                .map(|found| (grade(found), fame(title, found)))
                .max();
            if let Some((grade, fame)) = best {
                self.hits.offer(slot, title, grade, fame);
            }
        });
    }

    /// Finds titles by the name of one person who is credited with them.
    fn by_credit(&mut self, typed: &Typed, meanings: &Meanings<'_>, are_known_for_it: bool) {
        let index = self.index;
        each_person(index, typed, meanings, |slot, named| {
            let person = index.person(slot);
            let credit = match credit(named) {
                Credit::Whole if are_known_for_it => Credit::KnownName,
                Credit::Surname if are_known_for_it => Credit::KnownSurname,
                credit => credit,
            };
            for title in &person.titles {
                let entry = index.title(*title);
                let billing = entry.billing(slot);
                let grade = credit.grade(named.errors, billing);
                self.hits
                    .offer(*title, entry, grade, billed(entry, billing, named));
            }
        });
    }

    /// Finds titles that have the words spread over all that is known of them.
    fn by_all(&mut self, typed: &Typed, meanings: &Meanings<'_>) {
        let index = self.index;
        let are_numbers = typed.words.iter().all(|word| word.number.is_some());
        let rarest = rarest(typed, |at, most| {
            // A number may be the year or that of the part, which no lexicon has.
            if typed.words[at].number.is_some() && !are_numbers {
                usize::MAX
            } else {
                count_all(meanings, at, most)
            }
        });
        let Some((rarest, count)) = rarest else {
            return;
        };
        let is_common = count > MOST_READ;
        if is_common && count_names(meanings, rarest, MOST_READ) > MOST_READ {
            return;
        }
        let mut reading = Reading::new(index, typed, meanings);
        let needed = typed.needed();
        // What has the only word in a name of its own or of a person was found.
        let places = match typed.words.len() {
            _ if is_common => Places::Names,
            1 => Places::Lore,
            _ => Places::All,
        };
        each_with(index, meanings, rarest, places, |slot| {
            if self.hits.has(slot) {
                return;
            }
            let title = index.title(slot);
            let read = reading.read(title);
            if read.all() & needed == needed {
                let spread = read.spread(needed);
                let grade = spread.grade((needed & !read.exact).count_ones());
                let fame = 64 * title.watchers + u64::from(63 - read.billing.min(63));
                self.hits.offer(slot, title, grade, fame);
            }
        });
    }

    /// Finds titles whose name has all but the number of a part, which need not be in it.
    fn without_number(&mut self, typed: &Typed) {
        for forgiven in [NONE, ALL] {
            let meanings = Meanings::of(typed, self.index, forgiven);
            let before = self.hits.len();
            self.by_name(typed, &meanings, |found| 300 + found.grade() / 10);
            if self.hits.len() > before {
                return;
            }
        }
    }

    /// Finds names that contain a query without words literally.
    fn literally(&mut self, text: &str) {
        for (slot, names) in self.index.literally(text) {
            let kinds = names.filter_map(|name| {
                if name == text {
                    Some(Kind::Whole)
                } else if name.starts_with(text) {
                    Some(Kind::Beginning)
                } else if name.contains(text) {
                    Some(Kind::Words)
                } else {
                    None
                }
            });
            if let Some(kind) = kinds.min() {
                let found = Match {
                    kind,
                    errors: 0,
                    is_spelled: false,
                    is_unfinished: false,
                };
                let title = self.index.title(slot);
                self.hits
                    .offer(slot, title, found.grade(), fame(title, found));
            }
        }
    }
}

/// The grade of a whole name.
const NAMED: u32 = 940;

/// What orders equal matches by a name: the more watched; a whole word is worth as many watchers four times.
fn fame(title: &Entry, found: Match) -> u64 {
    if found.is_unfinished {
        title.watchers
    } else {
        4 * title.watchers + 3
    }
}

/// What orders the titles of people whose names match equally: the more watched, then the better billed.
fn billed(title: &Entry, billing: u32, named: Named) -> u64 {
    let busy = u64::from(named.titles.min(40));
    64 * title.watchers + busy + u64::from(23 - billing.min(23))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::search::compare::covered;
    use crate::adapters::search::tests::named;
    use crate::adapters::search::typed::JOINED;

    /// How the only name of a title compares to a query.
    fn compare(query: &str, name: &str, forgiven: Forgiven) -> Option<(Kind, u32)> {
        let mut index = Index::default();
        index.put_title(named(1, &[name]));
        let typed = Typed::new(query);
        let meanings = Meanings::of(&typed, &index, forgiven);
        let mut comparing = Comparing::new(&typed, &meanings);
        let found = comparing.all_words(&index.title(0).names[0])?;
        Some((found.kind, found.errors))
    }

    #[test]
    fn a_match_is_of_the_best_kind_that_it_can_be() {
        for (query, name, kind) in [
            ("heat", "Heat", Some(Kind::Whole)),
            ("heat", "The Heat", Some(Kind::WholeLoosely)),
            ("a heat", "Heat", Some(Kind::WholeLoosely)),
            ("heat", "Heat Wave", Some(Kind::Beginning)),
            ("dark kni", "The Dark Knight", Some(Kind::Beginning)),
            (
                "the dark kni",
                "The Dark Knight",
                Some(Kind::BeginningWithArticle),
            ),
            ("heat", "In the Heat", Some(Kind::Words)),
            (
                "night of the heat",
                "The Heat of Night",
                Some(Kind::Reordered),
            ),
            (
                "night hea",
                "In the Heat of the Night",
                Some(Kind::WordsUnfinished),
            ),
            ("spiderman", "Spider-Man", Some(Kind::WholeLoosely)),
            ("spider man", "Spiderman", Some(Kind::WholeLoosely)),
            ("spiderma", "Spider-Man 2", Some(Kind::BeginningUnspaced)),
            ("thedarkknight", "The Dark Knight Rises", None),
            (
                "darkknightrises",
                "The Dark Knight Rises",
                Some(Kind::WholeLoosely),
            ),
            ("heat", "In the Dark", None),
            ("cameron c", "Cameron", None),
        ] {
            let found = compare(query, name, NONE).map(|(kind, _)| kind);
            assert_eq!(found, kind, "{query} {name}");
        }
    }

    #[test]
    fn one_error_is_forgiven_in_a_word_and_two_in_a_long_one() {
        for (query, name, found) in [
            ("haet", "Heat", Some((Kind::Whole, 1))),
            ("hat", "Heat", Some((Kind::Whole, 1))),
            ("hta", "Heat", None),
            ("godfahter", "Godfather", Some((Kind::Whole, 1))),
            ("gdfathr", "Godfather", None),
            ("gdfatherr", "Godfather", Some((Kind::Whole, 2))),
            ("intrstelar", "Interstellar", Some((Kind::Whole, 2))),
            ("beat", "Heat", None),
            ("oodfather", "Godfather", Some((Kind::Whole, 1))),
            ("up", "Us", None),
            ("1917", "1918", None),
            ("霸王别妃", "霸王别姬", None),
            ("dark kngih", "Dark Knights", Some((Kind::Beginning, 1))),
            ("dark knhi", "Dark Knights", None),
        ] {
            assert_eq!(compare(query, name, ALL), found, "{query} {name}");
        }
    }

    #[test]
    fn a_pair_stands_for_both_of_its_words() {
        assert_eq!(covered(1 << (JOINED + 2) | 1), 0b1101);
    }
}

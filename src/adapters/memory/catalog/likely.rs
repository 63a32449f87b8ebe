//! Titles and people that are likely one: looked for among those of one folded name, and kept until that is done again.
//!
//! All names are gone through a part at a time, so that whoever writes waits for no more than a part. What is listed is
//! compared once more at that moment: a pair that was found and is none any more is passed over.

use std::cmp::Reverse;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use tokio::sync::Mutex;

use super::tables::Tables;
use super::titles::Slot;
use super::{CatalogSnapshot, not_here};
use crate::domain::catalog::{
    LikelyOne, LikelyPeople, LikelyStore, LikelyTitles, Person, TitleKind, TitlesOfTwo, Visibility,
    folded_name, in_common, person_likeness, title_likeness, years_apart,
};
use crate::domain::error::StoreError;
use crate::domain::ids::{PersonId, TitleId};
use crate::domain::page::{Direction, KeyValue, Keyset, Slice, Window};

/// How many names are read at a time, and pairs counted or put on a page.
const AT_A_TIME: usize = 2_000;
/// How many things of one name are compared with each other.
const MOST_OF_A_NAME: usize = 100;
/// How many pairs are kept, the likeliest.
const MOST_KEPT: usize = 100_000;
/// Of the time no more than one part in so many is spent on looking, where things change all the time.
const SELDOM: u32 = 50;

/// What was found the last time. Clones share it.
#[derive(Clone, Default)]
pub(super) struct Likely {
    titles: Arc<Mutex<Option<Found>>>,
    people: Arc<Mutex<Option<Found>>>,
}

struct Found {
    /// Until when it is good enough, whatever changes.
    until: Instant,
    /// That of the snapshot when it was begun.
    revision: u64,
    pairs: Arc<[Pair]>,
}

/// Two ids, the smaller one first, in the order in which pairs are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Pair {
    score: Reverse<u8>,
    one: u64,
    other: u64,
}

impl Pair {
    fn new(score: u8, one: u64, other: u64) -> Self {
        Self {
            score: Reverse(score),
            one: one.min(other),
            other: one.max(other),
        }
    }

    /// Its place in the list, by which pairs are in the same order.
    fn place(&self) -> Keyset {
        Keyset {
            value: KeyValue::Number(-i64::from(self.score.0)),
            id: KeyValue::Text(format!("{:016x}{:016x}", self.one, self.other)),
        }
    }
}

/// The likeliest pairs of those that come.
#[derive(Default)]
struct Best(Vec<Pair>);

impl Best {
    fn push(&mut self, pair: Pair) {
        self.0.push(pair);
        if self.0.len() >= 2 * MOST_KEPT {
            self.cut();
        }
    }

    fn cut(&mut self) {
        self.0.sort_unstable();
        self.0.truncate(MOST_KEPT);
    }

    fn into_sorted(mut self) -> Vec<Pair> {
        self.cut();
        self.0
    }
}

/// Where somebody's titles are that may be seen, and of which years they are, both sorted.
struct Titles {
    slots: Vec<Slot>,
    years: Vec<i32>,
}

impl Titles {
    fn of(tables: &Tables, visibility: &Visibility, person: PersonId) -> Self {
        let slots = tables.titles_of(person).iter().copied();
        let slots: Vec<Slot> = slots
            .filter(|slot| visibility.shows(tables.titles.at(*slot)))
            .collect();
        let years = slots.iter().filter_map(|slot| tables.titles.at(*slot).year);
        let mut years: Vec<i32> = years.collect();
        years.sort_unstable();
        Self { slots, years }
    }

    fn beside(&self, other: &Self) -> TitlesOfTwo {
        TitlesOfTwo {
            common: in_common(&self.slots, &other.slots),
            years_apart: years_apart(&self.years, &other.years),
        }
    }
}

impl CatalogSnapshot {
    /// The pairs that were found the last time, or those of now if that is long ago.
    async fn found(
        &self,
        kept: &Arc<Mutex<Option<Found>>>,
        find: fn(&Self) -> Option<Vec<Pair>>,
    ) -> Result<Arc<[Pair]>, StoreError> {
        self.read().await?;
        // Whoever else asks meanwhile waits for the same.
        let mut kept = Arc::clone(kept).lock_owned().await;
        let revision = self.revision.load(Ordering::Acquire);
        let began = Instant::now();
        if let Some(found) = &*kept
            && (found.revision == revision || began < found.until)
        {
            return Ok(Arc::clone(&found.pairs));
        }
        let this = self.clone();
        // The lock goes along: whoever asked may go away before it is found, which is kept for the next one all the same.
        let found = tokio::task::spawn_blocking(move || {
            let pairs: Arc<[Pair]> = find(&this)?.into();
            *kept = Some(Found {
                until: Instant::now() + began.elapsed().max(Duration::from_millis(1)) * SELDOM,
                revision,
                pairs: Arc::clone(&pairs),
            });
            Some(pairs)
        });
        let found = found.await.map_err(StoreError::failed)?;
        found.ok_or_else(not_here)
    }

    fn find_titles(&self) -> Option<Vec<Pair>> {
        let names = self.names(|tables, from| {
            let titles = (from..).zip(tables.titles.iter().skip(from));
            let some = titles.take(AT_A_TIME).filter_map(|(place, title)| {
                let slot = Slot::try_from(place).ok()?;
                // Of one that cannot be read any more the place is left.
                let is_there = tables.titles.slot(title.id) == Some(slot);
                let hash = hash(Some(title.kind), &title.name).filter(|_| is_there)?;
                Some((hash, slot))
            });
            (some.collect(), tables.titles.iter().len())
        })?;
        let mut best = Best::default();
        for group in of_one_name(&names) {
            self.look(|tables| {
                let titles = group.iter().map(|(_, slot)| tables.titles.at(*slot));
                let titles: Vec<_> = titles.collect();
                for (place, one) in titles.iter().enumerate() {
                    for other in &titles[..place] {
                        if let Some(found) = title_likeness(one, other) {
                            best.push(Pair::new(found.score, one.id.0, other.id.0));
                        }
                    }
                }
            })?;
        }
        Some(best.into_sorted())
    }

    fn find_people(&self) -> Option<Vec<Pair>> {
        let names = self.names(|tables, from| {
            let people = tables.people.from(from).take(AT_A_TIME);
            let some = people.filter(Person::is_there);
            let some = some.filter_map(|person| Some((hash(None, &person.name)?, person.id)));
            (some.collect(), tables.people.len())
        })?;
        let mut best = Best::default();
        for group in of_one_name(&names) {
            self.look(|tables| {
                let people = group.iter().filter_map(|(_, id)| {
                    let titles = Titles::of(tables, &Visibility::everything(), *id);
                    Some((tables.people.with_id(*id)?, titles))
                });
                let people: Vec<(Person, Titles)> = people.collect();
                for (place, (one, titles)) in people.iter().enumerate() {
                    for (other, others) in &people[..place] {
                        if let Some(found) = person_likeness(one, other, titles.beside(others)) {
                            best.push(Pair::new(found.score, one.id.0, other.id.0));
                        }
                    }
                }
            })?;
        }
        Some(best.into_sorted())
    }

    /// All names as hashes, sorted, each with whose it is; `None`: not everything is here. `read` gives those of a part, and
    /// how many places there are.
    fn names<I: Ord>(
        &self,
        read: impl Fn(&Tables, usize) -> (Vec<(u64, I)>, usize),
    ) -> Option<Vec<(u64, I)>> {
        let mut names = Vec::new();
        let mut from = 0;
        loop {
            let (some, places) = self.look(|tables| read(tables, from))?;
            names.extend(some);
            from += AT_A_TIME;
            if from >= places {
                break;
            }
        }
        names.sort_unstable();
        Some(names)
    }

    /// Does work off the async threads, for pairs are many; [`not_here`] if it gives nothing.
    async fn off<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Option<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let this = self.clone();
        let done = tokio::task::spawn_blocking(move || work(&this)).await;
        done.map_err(StoreError::failed)?.ok_or_else(not_here)
    }

    /// How many of these pairs are some at this moment; `None`: not everything is here.
    fn count(&self, pairs: &[Pair], is_one: impl Fn(&Tables, &Pair) -> bool) -> Option<u64> {
        let mut count = 0;
        for some in pairs.chunks(AT_A_TIME) {
            count += self.look(|tables| some.iter().filter(|pair| is_one(tables, pair)).count())?;
        }
        Some(count as u64)
    }

    /// A page of what is made of those pairs of which something is; `None`: not everything is here.
    fn page<T>(
        &self,
        pairs: &[Pair],
        window: &Window,
        make: impl Fn(&Tables, &Pair) -> Option<T>,
    ) -> Option<Slice<T>> {
        let is_forward = window.direction == Direction::Forward;
        let place = |start: &Keyset| {
            pairs.partition_point(|pair| {
                let place = pair.place();
                place < *start || (is_forward && place == *start)
            })
        };
        let start = window.start.as_ref().map(place);
        let mut left = if is_forward {
            &pairs[start.unwrap_or(0)..]
        } else {
            &pairs[..start.unwrap_or(pairs.len())]
        };
        let mut rows = Vec::new();
        while !left.is_empty() && rows.len() <= window.limit {
            let wanted = window.limit + 1 - rows.len();
            left = if is_forward {
                let (some, rest) = left.split_at(left.len().min(AT_A_TIME));
                self.look(|tables| {
                    let made = some.iter().filter_map(|pair| make(tables, pair));
                    rows.extend(made.take(wanted));
                })?;
                rest
            } else {
                let (rest, some) = left.split_at(left.len().saturating_sub(AT_A_TIME));
                self.look(|tables| {
                    let made = some.iter().rev().filter_map(|pair| make(tables, pair));
                    rows.extend(made.take(wanted));
                })?;
                rest
            };
        }
        Some(Slice::from_overfetched(rows, window))
    }
}

#[async_trait]
impl LikelyStore for CatalogSnapshot {
    async fn likely_titles(
        &self,
        visibility: &Visibility,
        window: &Window,
    ) -> Result<Slice<LikelyTitles>, StoreError> {
        let pairs = self.found(&self.likely.titles, Self::find_titles).await?;
        let (visibility, window) = (*visibility, window.clone());
        self.off(move |this| {
            this.page(&pairs, &window, |tables, pair| {
                titles(tables, &visibility, pair)
            })
        })
        .await
    }

    async fn count_likely_titles(&self, visibility: &Visibility) -> Result<u64, StoreError> {
        let pairs = self.found(&self.likely.titles, Self::find_titles).await?;
        let visibility = *visibility;
        self.off(move |this| {
            this.count(&pairs, |tables, pair| {
                titles(tables, &visibility, pair).is_some()
            })
        })
        .await
    }

    async fn likely_people(
        &self,
        visibility: &Visibility,
        window: &Window,
    ) -> Result<Slice<LikelyPeople>, StoreError> {
        let pairs = self.found(&self.likely.people, Self::find_people).await?;
        let (visibility, window) = (*visibility, window.clone());
        self.off(move |this| {
            this.page(&pairs, &window, |tables, pair| {
                people(tables, &visibility, pair)
            })
        })
        .await
    }

    async fn count_likely_people(&self, visibility: &Visibility) -> Result<u64, StoreError> {
        let pairs = self.found(&self.likely.people, Self::find_people).await?;
        let visibility = *visibility;
        self.off(move |this| {
            this.count(&pairs, |tables, pair| {
                people(tables, &visibility, pair).is_some()
            })
        })
        .await
    }
}

/// The titles of a pair, if both may be seen and are still alike.
fn titles(tables: &Tables, visibility: &Visibility, pair: &Pair) -> Option<LikelyTitles> {
    let title = |id| {
        let title = tables.titles.with_id(TitleId(id))?;
        visibility.shows(title).then(|| Arc::clone(title))
    };
    let (one, other) = (title(pair.one)?, title(pair.other)?);
    Some(LikelyOne {
        likeness: title_likeness(&one, &other)?,
        place: pair.place(),
        one,
        other,
    })
}

/// The people of a pair, if they are still alike by what may be seen.
fn people(tables: &Tables, visibility: &Visibility, pair: &Pair) -> Option<LikelyPeople> {
    let person = |id| tables.people.with_id(PersonId(id));
    let (one, other) = (person(pair.one)?, person(pair.other)?);
    let [titles, others] = [&one, &other].map(|it| Titles::of(tables, visibility, it.id));
    Some(LikelyOne {
        likeness: person_likeness(&one, &other, titles.beside(&others))?,
        place: pair.place(),
        one,
        other,
    })
}

/// Those that share a name, of each name not too many.
fn of_one_name<I>(names: &[(u64, I)]) -> impl Iterator<Item = &[(u64, I)]> {
    let groups = names.chunk_by(|(one, _), (other, _)| one == other);
    let groups = groups.map(|group| &group[..group.len().min(MOST_OF_A_NAME)]);
    groups.filter(|group| group.len() > 1)
}

/// A hash of a folded name, and of the kind of what is called so; `None` if there is no word in it.
fn hash(kind: Option<TitleKind>, name: &str) -> Option<u64> {
    let mut hasher = DefaultHasher::new();
    (kind, folded_name(name)?).hash(&mut hasher);
    Some(hasher.finish())
}

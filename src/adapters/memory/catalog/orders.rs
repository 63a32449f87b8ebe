//! The orders that titles are listed in, each as one sorted array of slots.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::ops::Range;

use chrono::{DateTime, Utc};
use roaring::RoaringBitmap;

use super::titles::{Slot, Titles};
use crate::domain::catalog::{Rating, TitleOrder, mixed};
use crate::domain::page::{Direction, KeyValue, Keyset, Slice, Window};

/// All orders that are kept: what is mixed is put in order when it is asked for.
pub(super) const ALL: [TitleOrder; 14] = [
    TitleOrder::Name,
    TitleOrder::NameDescending,
    TitleOrder::NewestAdded,
    TitleOrder::OldestAdded,
    TitleOrder::NewestReleased,
    TitleOrder::OldestReleased,
    TitleOrder::RecentlyUpdated,
    TitleOrder::Popular,
    TitleOrder::TopRated,
    TitleOrder::Trending,
    TitleOrder::LeastRecentlyUpdated,
    TitleOrder::LeastPopular,
    TitleOrder::LowestRated,
    TitleOrder::LeastTrending,
];

/// The place among them of the one by when titles were added.
const NEWEST_ADDED: usize = 2;
/// The same of the one by who watched lately.
const TRENDING: usize = 9;

/// How many titles are passed over in the time in which one is sorted among thousands.
const COMPARED: usize = 64;

/// A title's place in an order: what it is sorted by, upwards, then its id.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Key<'a> {
    Number(i64, i64),
    Text(&'a str, i64),
    /// From the end of the alphabet.
    Backward(Reverse<&'a str>, i64),
}

/// The slots of all titles, in each order.
#[derive(Default)]
pub(super) struct Orders {
    sorted: [Vec<Slot>; ALL.len()],
}

impl Orders {
    /// Sorts titles that were never sorted.
    pub(super) fn of(titles: &Titles) -> Self {
        let sorted = ALL.map(|order| {
            let mut slots: Vec<Slot> = (0..titles.next_slot()).collect();
            slots.sort_unstable_by(|one, other| compare(titles, order, *one, *other));
            slots
        });
        Self { sorted }
    }

    /// Changes titles by `change`, and moves them, sorted by slot, to where they belong then.
    pub(super) fn moving(
        &mut self,
        titles: &mut Titles,
        orders: &[TitleOrder],
        slots: &[Slot],
        change: impl FnOnce(&mut Titles),
    ) {
        let known = titles.next_slot();
        let places = orders
            .iter()
            .filter_map(|order| Some((*order, place_of(*order)?)));
        let places: Vec<(TitleOrder, usize)> = places.collect();
        let before = places.iter().map(|(order, place)| {
            let sorted = &self.sorted[*place];
            let known = slots.iter().filter(|slot| **slot < known);
            let mut places: Vec<usize> = known
                .map(|slot| sorted.partition_point(|it| is_before(titles, *order, *it, *slot)))
                .collect();
            places.sort_unstable();
            places
        });
        let before: Vec<Vec<usize>> = before.collect();
        change(titles);
        for ((order, place), gone) in places.iter().zip(before) {
            let sorted = &mut self.sorted[*place];
            take_out(sorted, &gone);
            let mut new = slots.to_vec();
            new.sort_unstable_by(|one, other| compare(titles, *order, *one, *other));
            put_in(sorted, &new, |one, other| {
                is_before(titles, *order, one, other)
            });
        }
    }

    /// Takes out of a set what was added before a moment, by whichever is the least to look at: the set, what was added
    /// since, or what was added before.
    pub(super) fn only_added_since(
        &self,
        titles: &Titles,
        since: DateTime<Utc>,
        set: &mut RoaringBitmap,
    ) {
        let sorted = &self.sorted[NEWEST_ADDED];
        let added_at = |slot: &Slot| titles.at(*slot).stamp.created_at;
        let is_since = |slot: &Slot| added_at(slot) >= since;
        let millisecond = |slot: &Slot| added_at(slot).timestamp_millis();
        let first = since.timestamp_millis();
        let end = sorted.partition_point(|slot| millisecond(slot) > first);
        // Of one millisecond the order goes by id: these are looked at one by one.
        let (newer, rest) = sorted.split_at(end);
        if set.len() <= newer.len().min(rest.len()) as u64 {
            *set = set.iter().filter(is_since).collect();
        } else if newer.len() <= rest.len() {
            let of_it = rest.iter().take_while(|slot| millisecond(slot) == first);
            let of_it = of_it.filter(|slot| is_since(slot));
            let added: RoaringBitmap = newer.iter().chain(of_it).copied().collect();
            *set &= added;
        } else {
            let before = rest.iter().filter(|slot| !is_since(slot));
            let before: RoaringBitmap = before.copied().collect();
            *set -= before;
        }
    }

    /// What was watched lately, the most first.
    pub(super) fn watched_lately(&self, titles: &Titles) -> impl Iterator<Item = Slot> {
        let sorted = self.sorted[TRENDING].iter().copied();
        sorted.take_while(move |slot| titles.at(*slot).reception.lately > 0)
    }

    /// A page of the titles of a set.
    pub(super) fn page(
        &self,
        titles: &Titles,
        order: TitleOrder,
        set: &RoaringBitmap,
        window: &Window,
    ) -> Slice<Slot> {
        let forward = window.direction == Direction::Forward;
        let wanted = window.limit.saturating_add(1);
        let Some(place) = place_of(order) else {
            let rows = few(titles, order, set, window, wanted);
            return Slice::from_overfetched(rows, window);
        };
        let sorted = &self.sorted[place];
        let range = range(titles, order, sorted, window);
        let of_set = |slot: &Slot| set.contains(*slot);
        let all = sorted[range].iter().copied();
        let most = usize::try_from(set.len()).unwrap_or(usize::MAX);
        let most = most.saturating_mul(COMPARED);
        let goes_on = all.len() > most;
        let mut rows: Vec<Slot> = if forward {
            all.take(most).filter(of_set).take(wanted).collect()
        } else {
            all.rev().take(most).filter(of_set).take(wanted).collect()
        };
        if goes_on && rows.len() < wanted {
            rows = few(titles, order, set, window, wanted);
        }
        Slice::from_overfetched(rows, window)
    }
}

/// Where in [`ALL`] an order is; `None`: it is not kept.
fn place_of(order: TitleOrder) -> Option<usize> {
    match order {
        TitleOrder::Name => Some(0),
        TitleOrder::NameDescending => Some(1),
        TitleOrder::NewestAdded => Some(2),
        TitleOrder::OldestAdded => Some(3),
        TitleOrder::NewestReleased => Some(4),
        TitleOrder::OldestReleased => Some(5),
        TitleOrder::RecentlyUpdated => Some(6),
        TitleOrder::Popular => Some(7),
        TitleOrder::TopRated => Some(8),
        TitleOrder::Trending => Some(TRENDING),
        TitleOrder::LeastRecentlyUpdated => Some(10),
        TitleOrder::LeastPopular => Some(11),
        TitleOrder::LowestRated => Some(12),
        TitleOrder::LeastTrending => Some(13),
        TitleOrder::Random(_) => None,
    }
}

/// The part of an order that a window looks at.
fn range(titles: &Titles, order: TitleOrder, sorted: &[Slot], window: &Window) -> Range<usize> {
    let Some(start) = window.start.as_ref().map(|start| key_of(order, start)) else {
        return 0..sorted.len();
    };
    match window.direction {
        Direction::Forward => {
            let from = sorted.partition_point(|slot| key(titles, order, *slot) <= start);
            from..sorted.len()
        }
        Direction::Backward => 0..sorted.partition_point(|slot| key(titles, order, *slot) < start),
    }
}

/// The same of a set of which there are few in the order, or of an order that is not kept.
fn few(
    titles: &Titles,
    order: TitleOrder,
    set: &RoaringBitmap,
    window: &Window,
    wanted: usize,
) -> Vec<Slot> {
    let start = window.start.as_ref().map(|start| key_of(order, start));
    let start = start.as_ref();
    // Each key is made once: to mix titles, all of them are gone through.
    let keyed = set.iter().map(|slot| (key(titles, order, slot), slot));
    match window.direction {
        Direction::Forward => {
            let beyond = keyed.filter(|(place, _)| start.is_none_or(|start| place > start));
            least(beyond, wanted)
        }
        Direction::Backward => {
            let beyond = keyed.filter(|(place, _)| start.is_none_or(|start| place < start));
            least(beyond.map(|(place, slot)| (Reverse(place), slot)), wanted)
        }
    }
}

/// The slots with the least keys, sorted, so many at the most.
fn least<K: Ord>(keyed: impl Iterator<Item = (K, Slot)>, wanted: usize) -> Vec<Slot> {
    let mut least: BinaryHeap<(K, Slot)> = BinaryHeap::new();
    for one in keyed {
        if least.len() < wanted {
            least.push(one);
        } else if let Some(mut greatest) = least.peek_mut()
            && one < *greatest
        {
            *greatest = one;
        }
    }
    let sorted = least.into_sorted_vec().into_iter();
    sorted.map(|(_, slot)| slot).collect()
}

fn is_before(titles: &Titles, order: TitleOrder, one: Slot, other: Slot) -> bool {
    compare(titles, order, one, other) == Ordering::Less
}

fn compare(titles: &Titles, order: TitleOrder, one: Slot, other: Slot) -> Ordering {
    key(titles, order, one).cmp(&key(titles, order, other))
}

fn key(titles: &Titles, order: TitleOrder, slot: Slot) -> Key<'_> {
    let id = titles.id(slot);
    let number = match order {
        TitleOrder::Name => return Key::Text(titles.sort_name(slot), id.to_i64()),
        TitleOrder::NameDescending => {
            return Key::Backward(Reverse(titles.sort_name(slot)), id.to_i64());
        }
        TitleOrder::Random(seed) => mixed(seed, id),
        TitleOrder::TopRated => Rating::number(titles.rating(slot)),
        TitleOrder::LowestRated => Rating::number_from_the_worst(titles.rating(slot)),
        _ => order.number(titles.at(slot)),
    };
    number_key(order, number, id.to_i64())
}

/// The key of a row that a cursor names.
fn key_of(order: TitleOrder, start: &Keyset) -> Key<'_> {
    let id = match start.id {
        KeyValue::Number(id) => id,
        KeyValue::Text(_) => 0,
    };
    match &start.value {
        KeyValue::Number(value) => number_key(order, *value, id),
        KeyValue::Text(value) if order.is_descending() => {
            Key::Backward(Reverse(value.as_str()), id)
        }
        KeyValue::Text(value) => Key::Text(value, id),
    }
}

fn number_key<'a>(order: TitleOrder, number: i64, id: i64) -> Key<'a> {
    if order.is_descending() {
        Key::Number(number.saturating_neg(), id)
    } else {
        Key::Number(number, id)
    }
}

/// Takes the rows at these places, sorted, out of an array.
fn take_out(sorted: &mut Vec<Slot>, places: &[usize]) {
    let Some(first) = places.first() else {
        return;
    };
    let mut end = *first;
    for (index, place) in places.iter().enumerate() {
        let next = places.get(index + 1).copied().unwrap_or(sorted.len());
        sorted.copy_within(place + 1..next, end);
        end += next - (place + 1);
    }
    sorted.truncate(end);
}

/// Puts sorted rows into a sorted array, from behind, so that each row of the array moves once.
fn put_in(sorted: &mut Vec<Slot>, new: &[Slot], is_before: impl Fn(Slot, Slot) -> bool) {
    let mut end = sorted.len();
    sorted.resize(end + new.len(), 0);
    for (index, slot) in new.iter().enumerate().rev() {
        let place = sorted[..end].partition_point(|it| is_before(*it, *slot));
        sorted.copy_within(place..end, place + index + 1);
        sorted[place + index] = *slot;
        end = place;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_are_taken_in_their_order() {
        let keyed = || [(5, 50), (1, 10), (4, 40), (1, 11), (3, 30)].into_iter();

        assert_eq!(least(keyed(), 3), [10, 11, 30]);
        assert_eq!(least(keyed(), 9), [10, 11, 30, 40, 50]);
        assert_eq!(
            least(keyed().map(|(key, slot)| (Reverse(key), slot)), 2),
            [50, 40]
        );
        assert_eq!(least(keyed(), 0), [0; 0]);
    }

    #[test]
    fn rows_are_taken_out_and_put_in_where_they_belong() {
        let mut sorted = vec![1, 3, 5, 7, 9, 11];

        take_out(&mut sorted, &[0, 2, 5]);
        assert_eq!(sorted, [3, 7, 9]);
        put_in(&mut sorted, &[1, 4, 8, 12], |one, other| one < other);
        assert_eq!(sorted, [1, 3, 4, 7, 8, 9, 12]);
        take_out(&mut sorted, &[]);
        put_in(&mut sorted, &[], |one, other| one < other);
        assert_eq!(sorted, [1, 3, 4, 7, 8, 9, 12]);
        take_out(&mut sorted, &[0, 1, 2, 3, 4, 5, 6]);
        put_in(&mut sorted, &[2, 6], |one, other| one < other);
        assert_eq!(sorted, [2, 6]);
    }
}

//! The orders that titles are listed in, each as one sorted array of slots.

use std::cmp::Ordering;
use std::ops::Range;

use roaring::RoaringBitmap;

use super::titles::{Slot, Titles};
use crate::domain::catalog::TitleOrder;
use crate::domain::page::{Direction, KeyValue, Keyset, Slice, Window};

/// All orders that there are.
pub(super) const ALL: [TitleOrder; 4] = [
    TitleOrder::Name,
    TitleOrder::NewestAdded,
    TitleOrder::NewestReleased,
    TitleOrder::Popular,
];

/// How many titles are passed over in the time in which one is sorted among thousands.
const COMPARED: usize = 64;

/// A title's place in an order: what it is sorted by, upwards, then its id.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Key<'a> {
    Number(i64, i64),
    Text(&'a str, i64),
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
        let before = orders.iter().map(|order| {
            let sorted = &self.sorted[place_of(*order)];
            let known = slots.iter().filter(|slot| **slot < known);
            let mut places: Vec<usize> = known
                .map(|slot| sorted.partition_point(|it| is_before(titles, *order, *it, *slot)))
                .collect();
            places.sort_unstable();
            places
        });
        let before: Vec<Vec<usize>> = before.collect();
        change(titles);
        for (order, gone) in orders.iter().zip(before) {
            let sorted = &mut self.sorted[place_of(*order)];
            take_out(sorted, &gone);
            let mut new = slots.to_vec();
            new.sort_unstable_by(|one, other| compare(titles, *order, *one, *other));
            put_in(sorted, &new, |one, other| {
                is_before(titles, *order, one, other)
            });
        }
    }

    /// A page of the titles of a set.
    pub(super) fn page(
        &self,
        titles: &Titles,
        order: TitleOrder,
        set: &RoaringBitmap,
        window: &Window,
    ) -> Slice<Slot> {
        let sorted = &self.sorted[place_of(order)];
        let forward = window.direction == Direction::Forward;
        let range = range(titles, order, sorted, window);
        let wanted = window.limit.saturating_add(1);
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

fn place_of(order: TitleOrder) -> usize {
    match order {
        TitleOrder::Name => 0,
        TitleOrder::NewestAdded => 1,
        TitleOrder::NewestReleased => 2,
        TitleOrder::Popular => 3,
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

/// The same of a set of which there are few in the order.
fn few(
    titles: &Titles,
    order: TitleOrder,
    set: &RoaringBitmap,
    window: &Window,
    wanted: usize,
) -> Vec<Slot> {
    let start = window.start.as_ref().map(|start| key_of(order, start));
    let forward = window.direction == Direction::Forward;
    let beyond = set.iter().filter(|slot| {
        start.as_ref().is_none_or(|start| {
            let side = key(titles, order, *slot).cmp(start);
            side == if forward {
                Ordering::Greater
            } else {
                Ordering::Less
            }
        })
    });
    let mut rows: Vec<Slot> = beyond.collect();
    let nearest = |one: &Slot, other: &Slot| {
        let side = compare(titles, order, *one, *other);
        if forward { side } else { side.reverse() }
    };
    if rows.len() > wanted {
        rows.select_nth_unstable_by(wanted, nearest);
        rows.truncate(wanted);
    }
    rows.sort_unstable_by(nearest);
    rows
}

fn is_before(titles: &Titles, order: TitleOrder, one: Slot, other: Slot) -> bool {
    compare(titles, order, one, other) == Ordering::Less
}

fn compare(titles: &Titles, order: TitleOrder, one: Slot, other: Slot) -> Ordering {
    key(titles, order, one).cmp(&key(titles, order, other))
}

fn key(titles: &Titles, order: TitleOrder, slot: Slot) -> Key<'_> {
    let title = titles.at(slot);
    if order == TitleOrder::Name {
        return Key::Text(titles.sort_name(slot), title.id.to_i64());
    }
    let number = order.number(title);
    Key::Number(number.saturating_neg(), title.id.to_i64())
}

/// The key of a row that a cursor names.
fn key_of(order: TitleOrder, start: &Keyset) -> Key<'_> {
    let id = match start.id {
        KeyValue::Number(id) => id,
        KeyValue::Text(_) => 0,
    };
    match &start.value {
        KeyValue::Number(value) if order.is_descending() => Key::Number(value.saturating_neg(), id),
        KeyValue::Number(value) => Key::Number(*value, id),
        KeyValue::Text(value) => Key::Text(value, id),
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

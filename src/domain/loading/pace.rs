//! How many documents are written together: where a store has one writer, so few that whoever else writes there, as players
//! do that report, waits a moment only.

use std::time::Duration;

use crate::domain::catalog::CatalogPart;

/// How long a write may take where others wait for it. Each is a transaction with its revisions.
const SHORT: Duration = Duration::from_millis(20);
/// So many documents are written together at the least: each transaction waits for the disk once.
const LEAST: usize = 20;
/// And so many at the most, because the next may be longer than those before.
const MOST: usize = 500;
/// A batch of so few documents is written as a whole, whatever they are.
const FEW: usize = 50;

/// Who can write to a store at the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writers {
    /// One after the other.
    One,
    /// All who write something else.
    Many,
}

/// How many documents of one sort are written together.
#[derive(Debug, Clone, Copy)]
pub struct Portion(usize);

impl Portion {
    /// That of whoever has written nothing yet.
    pub fn first() -> Self {
        Self(LEAST)
    }

    /// How many are written together next.
    pub fn size(self) -> usize {
        self.0
    }

    /// Writing so many together took so long.
    pub fn took(&mut self, documents: usize, time: Duration) {
        let fitting = documents as u128 * SHORT.as_micros() / time.as_micros().max(1);
        let fitting = usize::try_from(fitting).unwrap_or(MOST);
        // What takes long now may be the disk: it is tried with more again, step by step.
        self.0 = fitting.clamp(LEAST, MOST.min(2 * self.0));
    }
}

/// How many documents are written together.
pub(super) struct Pace {
    writers: Writers,
    /// Of each sort, in the order of [`CatalogPart::ALL`].
    portions: [Portion; CatalogPart::ALL.len()],
}

impl Pace {
    /// The pace of a load that has written nothing yet.
    pub(super) fn of(writers: Writers) -> Self {
        Self {
            writers,
            portions: [Portion::first(); CatalogPart::ALL.len()],
        }
    }

    /// Whether a batch of so many documents is written as a whole.
    pub(super) fn is_whole(&self, documents: usize) -> bool {
        self.writers == Writers::Many || documents <= FEW
    }

    /// How many of a sort are written together next.
    pub(super) fn size(&self, sort: CatalogPart) -> usize {
        self.portions[sort as usize].size()
    }

    /// Writing so many of a sort together took so long.
    pub(super) fn took(&mut self, sort: CatalogPart, documents: usize, time: Duration) {
        self.portions[sort as usize].took(documents, time);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_one_writes_at_a_time_so_many_of_a_sort_are_written_as_take_a_moment() {
        let mut pace = Pace::of(Writers::One);
        let mut sizes = vec![pace.size(CatalogPart::Titles)];
        for (documents, milliseconds) in [
            (20, 1),
            (40, 1),
            (80, 8),
            (160, 4),
            (320, 4),
            // These are longer.
            (500, 200),
            (50, 1000),
            (20, 10),
        ] {
            let time = Duration::from_millis(milliseconds);
            pace.took(CatalogPart::Titles, documents, time);
            sizes.push(pace.size(CatalogPart::Titles));
        }

        assert_eq!(sizes, [20, 40, 80, 160, 320, 500, 50, 20, 40]);
        assert_eq!(pace.size(CatalogPart::People), 20);
        assert_eq!((pace.is_whole(50), pace.is_whole(51)), (true, false));
        assert!(Pace::of(Writers::Many).is_whole(10_000));
    }
}

//! How many records are written together: where a store has one writer, so few that whoever else writes there, as players
//! do that report, waits a moment only.

use std::time::Duration;

/// How long a write may take where others wait for it. Each is a transaction with its revisions, so fewer records are no
/// less whole.
const SHORT: Duration = Duration::from_millis(20);
/// So many are written together at the least: each transaction waits for the disk once.
const LEAST: usize = 10;
/// And so many at the most, because the next may have more to write than those before.
const MOST: usize = 100;

/// Who can write to a store at the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writers {
    /// One after the other.
    One,
    /// All who write something else.
    Many,
}

/// How many records are written together.
pub(super) struct Pace {
    writers: Writers,
    size: usize,
    /// How long the last write took.
    took: Option<Duration>,
}

impl Pace {
    /// The pace of a load that has written nothing yet.
    pub(super) fn of(writers: Writers) -> Self {
        Self {
            writers,
            size: LEAST,
            took: None,
        }
    }

    /// How many records are written together next, of so many that there are.
    pub(super) fn size(&self, most: usize) -> usize {
        match self.writers {
            Writers::One => self.size.min(most),
            Writers::Many => most,
        }
    }

    /// Notes how long the store took for a batch.
    pub(super) fn took(&mut self, time: Duration) {
        self.took = Some(time);
    }

    /// So many records were written together, or are stored as they are.
    pub(super) fn wrote(&mut self, records: usize) {
        let fitting = self.took.take().map_or(MOST, |took| {
            let fitting = records as u128 * SHORT.as_micros() / took.as_micros().max(1);
            usize::try_from(fitting).unwrap_or(MOST)
        });
        // What takes long now may be the disk: it is tried with more again, step by step.
        self.size = fitting.clamp(LEAST, MOST.min(2 * self.size));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many of a thousand are written next, after each of these writes: how many records, and how long it took.
    fn sizes(writers: Writers, writes: &[(usize, Option<u64>)]) -> Vec<usize> {
        let mut pace = Pace::of(writers);
        let mut sizes = vec![pace.size(1000)];
        for (records, milliseconds) in writes {
            if let Some(milliseconds) = milliseconds {
                pace.took(Duration::from_millis(*milliseconds));
            }
            pace.wrote(*records);
            sizes.push(pace.size(1000));
        }
        sizes
    }

    #[test]
    fn where_one_writes_at_a_time_so_many_are_written_as_take_a_moment() {
        let writes = [
            (10, Some(1)),
            (20, Some(1)),
            // As they are stored.
            (40, None),
            (80, Some(8)),
            // These have more to write.
            (100, Some(200)),
            (10, Some(10)),
            (20, Some(20)),
        ];

        let sizes = sizes(Writers::One, &writes);

        assert_eq!(sizes, [10, 20, 40, 80, 100, 10, 20, 20]);
        assert_eq!(Pace::of(Writers::One).size(3), 3);
    }

    #[test]
    fn where_others_need_not_wait_all_are_written_together() {
        let sizes = sizes(Writers::Many, &[(1000, Some(900)), (1000, Some(1))]);

        assert_eq!(sizes, [1000; 3]);
    }
}

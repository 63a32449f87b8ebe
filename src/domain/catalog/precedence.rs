//! Which sources of values go before which: data that curators set, of which there is none at first.

use std::collections::BTreeMap;

use super::value_source::{ValueFrom, ValueSource};

/// The orders of sources, by the names of fields in files; that of [`Precedence::EVERY_FIELD`] is of all that have none of
/// their own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Precedence {
    /// What goes before all else is first in each.
    pub orders: BTreeMap<String, Vec<ValueSource>>,
}

impl Precedence {
    /// What stands for all fields that have no order of their own.
    pub const EVERY_FIELD: &'static str = "*";

    /// Whether what is stored in a field holds against what another source says. Only of two that are both in the order
    /// one goes before the other; what a curator has released holds against nothing.
    pub fn holds(&self, field: &str, stored: ValueFrom, new: ValueSource) -> bool {
        let own = self.orders.get(field);
        let Some(order) = own.or_else(|| self.orders.get(Self::EVERY_FIELD)) else {
            return false;
        };
        let place = |source: ValueSource| order.iter().position(|it| *it == source);
        match (place(stored.source), place(new)) {
            (Some(stored_at), Some(new_at)) => !stored.released && stored_at < new_at,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use uuid::Uuid;

    use super::*;
    use crate::domain::ids::RunId;

    fn from(source: ValueSource) -> ValueFrom {
        ValueFrom {
            source,
            at: DateTime::UNIX_EPOCH,
            run: RunId(Uuid::nil()),
            released: false,
        }
    }

    #[test]
    fn what_goes_before_holds_unless_it_was_released() {
        let (curator, sidecar, record, guess) = (
            ValueSource::Curator,
            ValueSource::Sidecar,
            ValueSource::Record,
            ValueSource::Guess,
        );
        let every = Precedence::EVERY_FIELD.to_owned();
        let precedence = Precedence {
            orders: BTreeMap::from([
                (every, vec![curator, sidecar, record]),
                ("year".to_owned(), vec![record, sidecar]),
            ]),
        };
        let holds = |field, stored, new| precedence.holds(field, from(stored), new);

        assert!(holds("title", curator, record) && holds("title", sidecar, record));
        assert!(!holds("title", record, sidecar) && !holds("title", record, record));
        assert!(!holds("title", guess, record) && !holds("title", curator, guess));
        assert!(holds("year", record, sidecar) && !holds("year", curator, record));
        let released = ValueFrom {
            released: true,
            ..from(curator)
        };
        assert!(!precedence.holds("title", released, record));
        assert!(!Precedence::default().holds("title", from(curator), record));
    }
}

//! Which sources of values go before which: data that curators and operators set, with an order that holds as long as nobody
//! has set another.

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
    /// The order of all fields that have none of their own, as long as nobody has set another.
    pub const DEFAULT_ORDER: [ValueSource; 4] = [
        ValueSource::Curator,
        ValueSource::Sidecar,
        ValueSource::Record,
        ValueSource::Guess,
    ];

    /// The order of a field: what goes before all else is first.
    pub fn order_of(&self, field: &str) -> &[ValueSource] {
        let default: &[ValueSource] = &Self::DEFAULT_ORDER;
        self.set_order_of(field).unwrap_or(default)
    }

    /// The order that somebody has set, of the field or of all.
    fn set_order_of(&self, field: &str) -> Option<&[ValueSource]> {
        let own = self.orders.get(field);
        let order = own.or_else(|| self.orders.get(Self::EVERY_FIELD));
        order.map(Vec::as_slice)
    }

    /// Whether any source goes before another.
    pub fn orders_anything(&self) -> bool {
        let every = self.order_of(Self::EVERY_FIELD).len();
        every > 1 || self.orders.values().any(|order| order.len() > 1)
    }

    /// Whether what is stored in a field holds against what another source says. Only of two that are both in the order
    /// one goes before the other; what a curator has released holds by an order that somebody has set alone.
    pub fn holds(&self, field: &str, stored: ValueFrom, new: ValueSource) -> bool {
        let order = self.order_of(field);
        let place = |source: ValueSource| order.iter().position(|it| *it == source);
        match (place(stored.source), place(new)) {
            (Some(stored_at), Some(new_at)) if stored_at < new_at => {
                !stored.released || self.set_order_of(field).is_some()
            }
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
    fn what_goes_before_holds() {
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
        // By an order that somebody has set also what is released does.
        assert!(precedence.holds("title", released, record));
        assert!(!Precedence::default().holds("title", released, record));
    }

    #[test]
    fn as_long_as_nobody_sets_another_order_a_curator_goes_before_files() {
        let at_first = Precedence::default();
        let [curator, sidecar, record, guess] = Precedence::DEFAULT_ORDER;
        let holds = |stored, new| at_first.holds("title", from(stored), new);

        assert!(holds(curator, sidecar) && holds(sidecar, record) && holds(record, guess));
        assert!(!holds(record, sidecar) && !holds(guess, record) && !holds(record, record));
        assert!(at_first.orders_anything());
        let every = Precedence::EVERY_FIELD.to_owned();
        let off = Precedence {
            orders: BTreeMap::from([(every, vec![record])]),
        };
        assert!(!off.holds("title", from(curator), record) && !off.orders_anything());
    }
}

//! What stored values hold against a load: locked ones against each, others by the order of their sources.

use std::collections::HashMap;

use super::drafts::Draft;
use super::revised::Revised;
use crate::domain::catalog::{CatalogNode, Precedence, ValueSource, ValueSources};

/// Which sources go before that of a load, and where stored values are from.
pub(super) struct Standing<'r> {
    pub(super) precedence: &'r Precedence,
    /// By what the load says values.
    pub(super) by: ValueSource,
    /// Of what may become another.
    pub(super) known: HashMap<CatalogNode, ValueSources>,
}

/// The fields that a record would have changed, and that stay as they are stored.
#[derive(Debug, Default)]
pub(super) struct Held {
    pub(super) locked: Vec<&'static str>,
    /// What is stored is from a source that goes before that of the load.
    pub(super) lower: Vec<&'static str>,
}

impl<T: Revised> Draft<T> {
    /// The draft with all that holds as it is stored.
    pub(super) fn holding(self, stored: Option<&T>, standing: &Standing<'_>) -> (Self, Held) {
        let (draft, locked) = self.keeping_locked(stored);
        let known = stored.and_then(|stored| {
            let known = standing.known.get(&stored.node())?;
            // Of another revision, it says nothing of this document.
            (known.revision == stored.stamp().revision).then_some(known)
        });
        let Some(known) = known else {
            let lower = Vec::new();
            return (draft, Held { locked, lower });
        };
        let (draft, lower) = draft.keeping(stored, |field| {
            let from = known.fields.get(field);
            from.is_some_and(|from| standing.precedence.holds(field, *from, standing.by))
        });
        (draft, Held { locked, lower })
    }
}

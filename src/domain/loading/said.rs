//! What a record says of a field: nothing, that there is none, or a value.
//!
//! The three are told apart so that a record that names a few fields takes nothing else away.

use std::collections::BTreeMap;

/// What a record says of one field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Said<T> {
    /// Nothing: what is stored stays. An absent field, an empty cell of a table, an empty text.
    #[default]
    Nothing,
    /// That there is none: `null`, or an empty list.
    Cleared,
    /// That it is this.
    Value(T),
}

impl<T> Said<T> {
    /// The value, if it is one.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Nothing | Self::Cleared => None,
        }
    }

    /// The same of another value.
    pub(super) fn map<U>(self, change: impl FnOnce(T) -> U) -> Said<U> {
        match self {
            Self::Nothing => Said::Nothing,
            Self::Cleared => Said::Cleared,
            Self::Value(value) => Said::Value(change(value)),
        }
    }

    /// What holds after the record, where `stored` held before.
    pub(super) fn over<S: From<T> + Default>(&self, stored: S) -> S
    where
        T: Clone,
    {
        match self {
            Self::Nothing => stored,
            Self::Cleared => S::default(),
            Self::Value(value) => value.clone().into(),
        }
    }
}

/// What a record says of the entries of an object, by their names: each is a field of its own, and `None` clears it.
pub type Entries<T> = BTreeMap<String, Option<T>>;

impl<T: Clone> Said<Entries<T>> {
    /// The entries that are there after the record, sorted by name, where `stored` were there before.
    pub(super) fn over_entries(&self, stored: Vec<T>, name: impl Fn(&T) -> &str) -> Vec<T> {
        let mut entries = match self {
            Self::Nothing => stored,
            Self::Cleared => Vec::new(),
            Self::Value(said) => {
                let mut entries = stored;
                entries.retain(|entry| !said.contains_key(name(entry)));
                entries.extend(said.values().flatten().cloned());
                entries
            }
        };
        entries.sort_by(|one, other| name(one).cmp(name(other)));
        entries
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_named_changes() {
        assert_eq!(Said::<u32>::Nothing.over(Some(1)), Some(1));
        assert_eq!(Said::<u32>::Cleared.over(Some(1)), None);
        assert_eq!(Said::Value(2).over(Some(1)), Some(2));
        assert_eq!(Said::Value(vec![2]).over(vec![1, 3]), [2]);
    }

    #[test]
    fn each_entry_of_an_object_is_a_field_of_its_own() {
        let stored = ["a1".to_owned(), "b1".to_owned(), "c1".to_owned()];
        let said = Said::Value(Entries::from([
            ("a".to_owned(), Some("a2".to_owned())),
            ("b".to_owned(), None),
            ("d".to_owned(), Some("d1".to_owned())),
        ]));

        let after = said.over_entries(stored.to_vec(), |entry| &entry[..1]);

        assert_eq!(after, ["a2", "c1", "d1"]);
        let cleared = Said::<Entries<String>>::Cleared;
        assert!(
            cleared
                .over_entries(stored.to_vec(), |entry| &entry[..1])
                .is_empty()
        );
    }
}

//! Cursors: opaque to clients, and good for the one order of the one list that gave them out.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::Arc;

use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::{ContextSelectionSet, OutputType, Positioned, ServerResult, Value};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;

use crate::domain::page::{KeyValue, Keyset};

/// No cursor of ours is longer; names of titles may be in it.
const LONGEST: usize = 8_192;

/// An order that a list can be in.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Order {
    /// Differs from list to list and from order to order.
    name: &'static str,
    value: Kind,
    id: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Number,
    Text,
}

impl Order {
    /// By a number, then by a numeric id.
    pub(crate) const fn by_number(name: &'static str) -> Self {
        Self {
            name,
            value: Kind::Number,
            id: Kind::Number,
        }
    }

    /// By a text, then by a numeric id.
    pub(crate) const fn by_text(name: &'static str) -> Self {
        Self {
            name,
            value: Kind::Text,
            id: Kind::Number,
        }
    }

    /// By a number, then by an id that is a text.
    pub(crate) const fn by_number_and_text(name: &'static str) -> Self {
        Self {
            name,
            value: Kind::Number,
            id: Kind::Text,
        }
    }

    /// By a text, then by an id that is a text.
    pub(crate) const fn by_texts(name: &'static str) -> Self {
        Self {
            name,
            value: Kind::Text,
            id: Kind::Text,
        }
    }

    /// The cursor of a keyset of this order.
    pub(crate) fn cursor(&'static self, keyset: Keyset) -> Cursor {
        self.cursor_behind(keyset, Given::default())
    }

    /// The cursor of a row of a list that may change, behind the rows that it gave up to there.
    pub(crate) fn cursor_behind(&'static self, keyset: Keyset, given: Given) -> Cursor {
        Cursor {
            order: self,
            keyset,
            given,
        }
    }

    /// The keyset that a cursor of this order names, and the rows that were given up to there as far as it tells.
    pub(crate) fn parse_behind(&self, cursor: &str) -> Option<(Keyset, Given)> {
        if let Some(keyset) = self.parse(cursor) {
            return Some((keyset, Given::default()));
        }
        let (name, value, id, given): (String, KeyValue, KeyValue, String) = decode(cursor)?;
        let keyset = self.keyset(&name, value, id)?;
        Some((keyset, Given::parse(&given)?))
    }

    /// The keyset that a cursor of this order names; `None` for any other text.
    pub(crate) fn parse(&self, cursor: &str) -> Option<Keyset> {
        let (name, value, id): (String, KeyValue, KeyValue) = decode(cursor)?;
        self.keyset(&name, value, id)
    }

    fn keyset(&self, name: &str, value: KeyValue, id: KeyValue) -> Option<Keyset> {
        let fits = name == self.name && Kind::of(&value) == self.value && Kind::of(&id) == self.id;
        fits.then_some(Keyset { value, id })
    }
}

fn decode<T: DeserializeOwned>(cursor: &str) -> Option<T> {
    if cursor.len() > LONGEST {
        return None;
    }
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// Rows that a list has given, one page after the other, up to one of them.
///
/// A list that may change between two pages is paged by what it gave: whatever it is by then, the next page is what
/// follows of it without these, and the page before is what is left of these. Each row is told by 32 bits of its id, so
/// that a cursor behind the last row of the longest list has 3 kB, and that it hides a row which it did not give happens
/// once in ten thousand such lists.
#[derive(Debug, Clone, Default)]
pub(crate) struct Given {
    /// So many of those before were given by other lists.
    elsewhere: usize,
    /// Those of the pages before.
    before: Arc<[u32]>,
    /// Those of the page.
    page: Arc<[u32]>,
    /// So many of the page.
    rows: usize,
}

/// More rows than this no cursor tells of.
pub(crate) const MOST_GIVEN: usize = 1000;

impl Given {
    /// The rows that other lists have given, each by its id: none of this one as yet.
    pub(crate) fn elsewhere(ids: impl IntoIterator<Item = i64>) -> Self {
        let before: Arc<[u32]> = ids.into_iter().map(digest).collect();
        Self {
            elsewhere: before.len(),
            before,
            ..Self::default()
        }
    }

    /// The rows of these that the list itself gave, as one page: behind none of them as yet.
    pub(crate) fn again(&self) -> Self {
        let all: Vec<u32> = self.digests().collect();
        let (elsewhere, own) = all.split_at(self.elsewhere.min(all.len()));
        Self {
            elsewhere: elsewhere.len(),
            before: elsewhere.into(),
            page: own.into(),
            rows: 0,
        }
    }

    /// What tells where in the page a row stands, by its id.
    pub(crate) fn places(&self) -> impl Fn(i64) -> Option<usize> + use<> {
        let digests = self.page.iter().enumerate();
        let places: HashMap<u32, usize> = digests.map(|(place, one)| (*one, place)).collect();
        move |id| places.get(&digest(id)).copied()
    }

    /// The rows that a page gives after these, each by its id: behind none of them as yet.
    pub(crate) fn page(&self, ids: impl IntoIterator<Item = i64>) -> Self {
        Self {
            elsewhere: self.elsewhere,
            before: self.digests().collect(),
            page: ids.into_iter().map(digest).collect(),
            rows: 0,
        }
    }

    /// Up to a row of the page, by its index.
    pub(crate) fn up_to(&self, index: usize) -> Self {
        Self {
            rows: index + 1,
            ..self.clone()
        }
    }

    /// How many rows these are.
    pub(crate) fn len(&self) -> usize {
        self.digests().count()
    }

    /// How many rows the page has, whichever of them these end with.
    pub(crate) fn len_of_page(&self) -> usize {
        self.page.len()
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.before.is_empty() && self.rows == 0
    }

    /// What tells whether a row is among these, by its id.
    pub(crate) fn contains(&self) -> impl Fn(i64) -> bool + use<> {
        let digests: HashSet<u32> = self.digests().collect();
        move |id| digests.contains(&digest(id))
    }

    fn digests(&self) -> impl Iterator<Item = u32> {
        let page = self.page.iter().take(self.rows);
        self.before.iter().chain(page).copied()
    }

    fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (digests, rest) = bytes.as_chunks::<4>();
        let mut digests: Vec<u32> = digests.iter().map(|it| u32::from_le_bytes(*it)).collect();
        // No row is given twice: where one stands twice, what other lists gave ends with it.
        let end = digests.windows(2).position(|pair| pair[0] == pair[1]);
        let elsewhere = end.map_or(0, |end| end + 1);
        if elsewhere > 0 {
            digests.remove(elsewhere);
        }
        let fits = rest.is_empty() && digests.len() <= MOST_GIVEN;
        fits.then(|| Self {
            elsewhere,
            before: digests.into(),
            ..Self::default()
        })
    }
}

impl fmt::Display for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut digests: Vec<u32> = self.digests().collect();
        // Versions before read it as one row more that was given.
        if let Some(last) = self.elsewhere.checked_sub(1)
            && let Some(digest) = digests.get(last).copied()
        {
            digests.insert(last, digest);
        }
        let bytes: Vec<u8> = digests.into_iter().flat_map(u32::to_le_bytes).collect();
        f.write_str(&URL_SAFE_NO_PAD.encode(bytes))
    }
}

/// Ids may be counted up or made of hashes: the upper half of a product has a bit of every bit.
fn digest(id: i64) -> u32 {
    let product = id.cast_unsigned().wrapping_mul(0x9e37_79b9_7f4a_7c15);
    u32::try_from(product >> 32).unwrap_or_default()
}

impl Kind {
    fn of(value: &KeyValue) -> Self {
        match value {
            KeyValue::Number(_) => Self::Number,
            KeyValue::Text(_) => Self::Text,
        }
    }
}

/// A row's keyset: as text base64url, without padding, of a JSON array of the order's name and the keyset, and where the
/// list may change meanwhile, of the rows that were given.
/// Written only when it is asked for.
#[derive(Debug, Clone)]
pub(crate) struct Cursor {
    order: &'static Order,
    keyset: Keyset,
    given: Given,
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Keyset { value, id } = &self.keyset;
        let json = if self.given.is_empty() {
            serde_json::to_vec(&(self.order.name, value, id))
        } else {
            serde_json::to_vec(&(self.order.name, value, id, self.given.to_string()))
        };
        let json = json.map_err(|_| fmt::Error)?;
        f.write_str(&URL_SAFE_NO_PAD.encode(json))
    }
}

/// A `String` to clients.
impl OutputType for Cursor {
    fn type_name() -> Cow<'static, str> {
        <String as OutputType>::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <String as OutputType>::create_type_info(registry)
    }

    async fn resolve(
        &self,
        _: &ContextSelectionSet<'_>,
        _: &Positioned<Field>,
    ) -> ServerResult<Value> {
        Ok(Value::String(self.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static BY_NAME: Order = Order::by_text("titles by name");
    static BY_WATCHERS: Order = Order::by_number("titles by watchers");
    static HISTORY: Order = Order::by_number_and_text("history");

    #[test]
    fn a_cursor_leads_back_to_its_place() {
        let keyset = Keyset::by_text("amélie", 7);

        let cursor = BY_NAME.cursor(keyset.clone()).to_string();

        assert_eq!(BY_NAME.parse(&cursor), Some(keyset));
    }

    #[test]
    fn a_cursor_of_another_order_is_none() {
        let cursor = BY_WATCHERS.cursor(Keyset::by_number(12, 7)).to_string();

        assert_eq!(BY_NAME.parse(&cursor), None);
        assert_eq!(HISTORY.parse(&cursor), None);
    }

    #[test]
    fn a_cursor_tells_what_was_given_up_to_its_row() {
        let keyset = Keyset::by_number(12, 7);
        let given = Given::default().page([1, i64::MIN, 3]);
        let cursor = BY_WATCHERS.cursor_behind(keyset.clone(), given.up_to(1));

        let (start, given) = BY_WATCHERS.parse_behind(&cursor.to_string()).unwrap();
        let next = given.page([4, 5]).up_to(0);
        let cursor = BY_WATCHERS.cursor_behind(keyset.clone(), next);
        let (_, next) = BY_WATCHERS.parse_behind(&cursor.to_string()).unwrap();

        let known = |given: &Given| {
            let contains = given.contains();
            [1, i64::MIN, 3, 4, 5].map(contains)
        };
        assert_eq!(start, keyset);
        assert_eq!(known(&given), [true, true, false, false, false]);
        assert_eq!(known(&next), [true, true, false, true, false]);
        assert_eq!(BY_WATCHERS.parse(&cursor.to_string()), None);
        let plain = BY_WATCHERS.cursor(keyset.clone()).to_string();
        let (start, given) = BY_WATCHERS.parse_behind(&plain).unwrap();
        assert_eq!((start, given.len()), (keyset, 0));
    }

    #[test]
    fn a_cursor_tells_what_its_list_gave_from_what_others_did() {
        let keyset = Keyset::by_number(12, 7);
        for elsewhere in [vec![], vec![8], vec![8, 9, 10]] {
            let given = Given::elsewhere(elsewhere.clone()).page([1, i64::MIN, 3]);
            let cursor = BY_WATCHERS.cursor_behind(keyset.clone(), given.up_to(1));

            let (_, given) = BY_WATCHERS.parse_behind(&cursor.to_string()).unwrap();
            let next = given.page([4, 5]).up_to(0);
            let cursor = BY_WATCHERS.cursor_behind(keyset.clone(), next);
            let (_, next) = BY_WATCHERS.parse_behind(&cursor.to_string()).unwrap();

            let own = next.again();
            let places = own.places();
            assert_eq!(
                [1, i64::MIN, 3, 4, 5, 8].map(places),
                [Some(0), Some(1), None, Some(2), None, None]
            );
            assert_eq!(next.len(), elsewhere.len() + 3);
            let contains = own.up_to(0).contains();
            assert!(contains(1) && !contains(i64::MIN), "{elsewhere:?}");
            assert!(elsewhere.into_iter().all(contains));
        }
    }

    #[test]
    fn the_longest_list_has_cursors_that_are_read_back() {
        let all = Given::default().page(0..1000).up_to(999);
        let keyset = Keyset::by_number(i64::MIN, i64::MIN);
        let cursor = BY_WATCHERS.cursor_behind(keyset, all).to_string();

        let (_, given) = BY_WATCHERS.parse_behind(&cursor).unwrap();

        let contains = given.contains();
        assert_eq!(given.len(), MOST_GIVEN);
        assert!((0..1000).all(&contains) && !(1000..5000).any(contains));
    }

    #[test]
    fn what_is_no_cursor_is_none() {
        let forged = |json: &str| URL_SAFE_NO_PAD.encode(json);
        for text in [
            String::new(),
            "MTA".into(),
            "?".into(),
            forged(r#"["titles by watchers","12",7]"#),
            forged(r#"["titles by watchers",1e99,7]"#),
            forged(r#"["titles by watchers",12,7,0]"#),
            forged(&format!("\"{}\"", "a".repeat(LONGEST))),
        ] {
            assert_eq!(BY_WATCHERS.parse(&text), None, "{text}");
        }
    }
}

//! Cursors: opaque to clients, and good for the one order of the one list that gave them out.

use std::borrow::Cow;
use std::fmt;

use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::{ContextSelectionSet, OutputType, Positioned, ServerResult, Value};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

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

    /// The cursor of a keyset of this order.
    pub(crate) fn cursor(&'static self, keyset: Keyset) -> Cursor {
        Cursor {
            order: self,
            keyset,
        }
    }

    /// The keyset that a cursor of this order names; `None` for any other text.
    pub(crate) fn parse(&self, cursor: &str) -> Option<Keyset> {
        if cursor.len() > LONGEST {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let (name, value, id): (String, KeyValue, KeyValue) =
            serde_json::from_slice(&bytes).ok()?;
        let fits = name == self.name && Kind::of(&value) == self.value && Kind::of(&id) == self.id;
        fits.then_some(Keyset { value, id })
    }
}

impl Kind {
    fn of(value: &KeyValue) -> Self {
        match value {
            KeyValue::Number(_) => Self::Number,
            KeyValue::Text(_) => Self::Text,
        }
    }
}

/// A row's keyset: as text base64url, without padding, of a JSON array of the order's name and the keyset.
/// Written only when it is asked for.
#[derive(Debug, Clone)]
pub(crate) struct Cursor {
    order: &'static Order,
    keyset: Keyset,
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = (self.order.name, &self.keyset.value, &self.keyset.id);
        let json = serde_json::to_vec(&parts).map_err(|_| fmt::Error)?;
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

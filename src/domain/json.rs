//! JSON in which a key that comes twice within one object is noticed: of two readers one takes the first value and one the
//! last (RFC 8259, 4), so that what was checked is not what is done, or a value is lost without a word.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// How much of a key is repeated to whoever sent it, in characters.
const LONGEST: usize = 40;

/// The value that a text stands for, if no key in it comes twice.
pub fn parse(text: &[u8]) -> serde_json::Result<Value> {
    let read: Strict = serde_json::from_slice(text)?;
    match read.twice {
        None => Ok(read.value),
        Some(key) => {
            let key: String = key.chars().take(LONGEST).collect();
            Err(serde_json::Error::custom(format!(
                "the key {key:?} stands twice"
            )))
        }
    }
}

/// A value, and the first key in it that comes twice within one object.
#[derive(Debug, PartialEq)]
pub struct Strict {
    pub value: Value,
    /// The key, with those of the objects around it (`ids.imdb`).
    pub twice: Option<String>,
}

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

struct AnyValue;

impl Strict {
    fn plain(value: impl Into<Value>) -> Self {
        Self {
            value: value.into(),
            twice: None,
        }
    }
}

impl<'de> Visitor<'de> for AnyValue {
    type Value = Strict;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Strict, E> {
        Ok(Strict::plain(Value::Null))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Strict, E> {
        Ok(Strict::plain(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Strict, E> {
        Ok(Strict::plain(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Strict, E> {
        Ok(Strict::plain(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Strict, E> {
        Ok(Strict::plain(
            Number::from_f64(value).map_or(Value::Null, Value::Number),
        ))
    }

    fn visit_str<E>(self, value: &str) -> Result<Strict, E> {
        Ok(Strict::plain(value))
    }

    fn visit_string<E>(self, value: String) -> Result<Strict, E> {
        Ok(Strict::plain(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<Strict, A::Error> {
        let (mut values, mut twice) = (Vec::new(), None);
        while let Some(entry) = entries.next_element::<Strict>()? {
            twice = twice.or(entry.twice);
            values.push(entry.value);
        }
        Ok(Strict {
            value: Value::Array(values),
            twice,
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Strict, A::Error> {
        let (mut map, mut twice) = (Map::new(), None);
        while let Some((key, entry)) = entries.next_entry::<String, Strict>()? {
            twice = twice.or_else(|| entry.twice.map(|inner| format!("{key}.{inner}")));
            if map.contains_key(&key) {
                twice.get_or_insert_with(|| key.clone());
            }
            map.insert(key, entry.value);
        }
        Ok(Strict {
            value: Value::Object(map),
            twice,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_comes_twice_is_named() {
        for (text, twice) in [
            (r#"{"a": 1, "b": 2, "a": 3}"#, Some("a")),
            (r#"{"ids": {"imdb": 1, "imdb": 1}}"#, Some("ids.imdb")),
            (
                r#"{"cast": ["x", {"name": "a", "name": "b"}]}"#,
                Some("cast.name"),
            ),
            (r#"{"a": {"c": 1}, "b": {"c": 1}}"#, None),
        ] {
            let read: Strict = serde_json::from_str(text).unwrap();
            assert_eq!(read.twice.as_deref(), twice, "{text}");
        }
    }

    #[test]
    fn what_means_two_things_is_not_read() {
        for (text, key) in [
            (r#"{"a": 1, "a": 1}"#, "a"),
            (r#"{"b": [{"c": {"a": 1, "x": 2, "a": null}}]}"#, "b.c.a"),
            (r#"{"\u0061": 1, "a": 2}"#, "a"),
        ] {
            let error = parse(text.as_bytes()).unwrap_err().to_string();

            assert!(
                error.contains(&format!("the key {key:?} stands twice")),
                "{error}"
            );
        }
        assert_eq!(parse(b"[1, {}]").unwrap(), serde_json::json!([1, {}]));
        for text in ["", "{", "{} {}", "{\"a\":}", "nonsense"] {
            assert!(parse(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn values_are_what_they_are_otherwise() {
        let text = r#"{"a": [1, -1, 1.5, null, true, "x\u00e9", 18446744073709551615], "b": {}}"#;
        let read: Strict = serde_json::from_str(text).unwrap();
        let plain: Value = serde_json::from_str(text).unwrap();
        assert_eq!(read.value, plain);
        assert!(serde_json::from_str::<Strict>(&"[".repeat(500)).is_err());
    }
}

//! JSON that means one thing: an object in which a key stands twice is refused, because of two readers one takes the
//! first value and one the last (RFC 8259, 4), and what was checked is then not what is done.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// How much of a key is repeated to whoever sent it.
const LONGEST: usize = 40;

/// The value that a text stands for.
pub(super) fn parse(text: &[u8]) -> serde_json::Result<Value> {
    serde_json::from_slice::<Unambiguous>(text).map(|Unambiguous(value)| value)
}

struct Unambiguous(Value);

impl<'de> Deserialize<'de> for Unambiguous {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader).map(Self)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(Unambiguous(value)) = list.next_element()? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Value, A::Error> {
        let mut values = Map::new();
        while let Some(key) = object.next_key::<String>()? {
            if values.contains_key(&key) {
                let key: String = key.chars().take(LONGEST).collect();
                return Err(A::Error::custom(format!("the key {key:?} stands twice")));
            }
            let Unambiguous(value) = object.next_value()?;
            values.insert(key, value);
        }
        Ok(Value::Object(values))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_stands_twice_is_refused_at_any_depth_and_named() {
        for text in [
            r#"{"a": 1, "a": 1}"#,
            r#"{"b": [{"c": {"a": 1, "x": 2, "a": null}}]}"#,
            r#"{"\u0061": 1, "a": 2}"#,
        ] {
            let error = parse(text.as_bytes()).unwrap_err().to_string();

            assert!(error.contains("the key \"a\" stands twice"), "{error}");
        }
    }

    #[test]
    fn everything_else_is_read_as_it_is() {
        for text in [
            r#"{"a": [1, -2, 2.5, 18446744073709551615, "é", true, null, {}], "b": {"a": {"a": []}}}"#,
            "[]",
            "\"text\"",
            "7",
        ] {
            let expected: Value = serde_json::from_str(text).unwrap();

            assert_eq!(parse(text.as_bytes()).unwrap(), expected);
        }
        for text in ["", "{", "{} {}", "{\"a\":}", "nonsense"] {
            assert!(parse(text.as_bytes()).is_err(), "{text}");
        }
    }
}

//! The elements of the lists in a JSON text, one after the other, so that none but the one at hand is in memory.

use std::fmt;
use std::ops::ControlFlow;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// The longest path of a list that is told.
const MAX_PATH: usize = 100;

/// Gives each element of each list to `take`: the path of objects to the list (`response.data`, empty for the outermost),
/// the place in it from 1, and the element's text. Lists in elements are their matter. It ends at a break.
pub(super) fn each_element<'a>(
    text: &'a str,
    mut take: impl FnMut(&str, u32, &'a str) -> ControlFlow<()>,
) -> serde_json::Result<()> {
    let mut is_broken_off = false;
    let mut noting = |path: &str, place: u32, element: &'a str| {
        let flow = take(path, place, element);
        is_broken_off = flow.is_break();
        flow
    };
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let walk = Walk {
        path: String::new(),
        take: &mut noting,
    };
    let read = walk
        .deserialize(&mut deserializer)
        .and_then(|()| deserializer.end());
    if is_broken_off { Ok(()) } else { read }
}

struct Walk<'w, F> {
    path: String,
    take: &'w mut F,
}

impl<'de, F> DeserializeSeed<'de> for Walk<'_, F>
where
    F: FnMut(&str, u32, &'de str) -> ControlFlow<()>,
{
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, F> Visitor<'de> for Walk<'_, F>
where
    F: FnMut(&str, u32, &'de str) -> ControlFlow<()>,
{
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let Self { path, take } = self;
        let mut place = 0_u32;
        while let Some(element) = list.next_element::<&'de RawValue>()? {
            place = place.saturating_add(1);
            if take(&path, place, element.get()).is_break() {
                return Err(A::Error::custom("broken off"));
            }
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        let Self { path, take } = self;
        while let Some(key) = object.next_key::<String>()? {
            let path = if path.len() + key.len() > MAX_PATH {
                // No list that is known lies so deep.
                "…".to_owned()
            } else if path.is_empty() {
                key
            } else {
                format!("{path}.{key}")
            };
            object.next_value_seed(Walk {
                path,
                take: &mut *take,
            })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn elements(text: &str, most: usize) -> serde_json::Result<Vec<(String, u32, String)>> {
        let mut found = Vec::new();
        each_element(text, |path, place, element| {
            found.push((path.to_owned(), place, element.to_owned()));
            if found.len() == most {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        })?;
        Ok(found)
    }

    fn element(path: &str, place: u32, text: &str) -> (String, u32, String) {
        (path.to_owned(), place, text.to_owned())
    }

    #[test]
    fn elements_come_with_the_path_of_their_list() {
        let text = r#"{ "ok": true, "data": { "rows": [ {"a": [1]}, 2 ] }, "more": [null] }"#;

        assert_eq!(
            elements(text, 9).unwrap(),
            [
                element("data.rows", 1, r#"{"a": [1]}"#),
                element("data.rows", 2, "2"),
                element("more", 1, "null"),
            ]
        );
        assert_eq!(elements("[7]", 9).unwrap(), [element("", 1, "7")]);
        assert!(elements("\"a\"", 9).unwrap().is_empty());
    }

    #[test]
    fn what_follows_a_break_is_not_read() {
        assert_eq!(elements("[1, 2, oops", 2).unwrap().len(), 2);
        assert!(elements("[1, 2, oops", 3).is_err());
        assert!(elements("[1] 2", 3).is_err());
    }
}

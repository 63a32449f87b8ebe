//! Answers in the order of the question.
//!
//! A workaround: async-graphql 7.2.1 puts a field into its object when its resolver is done
//! (async-graphql/async-graphql#612). The specification (7.2.2) wants the order in which the fields were asked for, which
//! people and snapshots rely on.

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::{ExecutableDocument, Selection, SelectionSet};
use async_graphql::{Name, Value};

use super::types::operation;

/// Selections inside each other, fragments included; the limits allow fewer.
const DEPTH: usize = 64;

/// The keys of an object in their order, each with those of what stands under it.
#[derive(Debug, Default)]
pub(super) struct Order(IndexMap<Name, Order>);

impl Order {
    /// The order that an operation of a document asks for.
    pub(super) fn of(document: &ExecutableDocument, name: Option<&str>) -> Self {
        let mut order = Self::default();
        if let Some((operation, _)) = operation(document, name) {
            order.take(document, &operation.selection_set.node, DEPTH);
        }
        order
    }

    /// Fields that are asked for twice stand where they were asked for first.
    fn take(&mut self, document: &ExecutableDocument, set: &SelectionSet, depth: usize) {
        let Some(depth) = depth.checked_sub(1) else {
            return;
        };
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => {
                    let key = field.node.response_key().node.clone();
                    let inside = self.0.entry(key).or_default();
                    inside.take(document, &field.node.selection_set.node, depth);
                }
                Selection::InlineFragment(inline) => {
                    self.take(document, &inline.node.selection_set.node, depth);
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    if let Some(fragment) = document.fragments.get(name) {
                        self.take(document, &fragment.node.selection_set.node, depth);
                    }
                }
            }
        }
    }

    /// Brings a value into this order.
    pub(super) fn apply(&self, value: &mut Value) {
        match value {
            Value::List(values) => values.iter_mut().for_each(|value| self.apply(value)),
            Value::Object(object) => {
                if !self.is_of(object) {
                    let mut unordered = std::mem::take(object);
                    for key in self.0.keys() {
                        object.extend(unordered.swap_remove_entry(key));
                    }
                    object.extend(unordered);
                }
                let mut expected = self.0.iter();
                for (key, value) in object {
                    if matches!(value, Value::Object(_) | Value::List(_))
                        && let Some((_, inside)) = expected.find(|(other, _)| *other == key)
                    {
                        inside.apply(value);
                    }
                }
            }
            _ => {}
        }
    }

    /// Whether the keys of an object are in this order, as those mostly are that waited for nothing.
    fn is_of(&self, object: &IndexMap<Name, Value>) -> bool {
        let mut expected = self.0.keys();
        object.keys().all(|key| expected.any(|other| other == key))
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;
    use serde_json::json;

    use super::*;

    fn ordered(document: &str, value: serde_json::Value) -> String {
        let mut value = Value::from_json(value).unwrap();
        Order::of(&parse_query(document).unwrap(), None).apply(&mut value);
        value.to_string()
    }

    #[test]
    fn fields_stand_as_they_were_asked_for() {
        let document =
            "{ film { ...Page year } viewer } fragment Page on Film { name ... on Film { id } }";
        let value =
            json!({ "viewer": null, "film": [{ "year": 1995, "id": 1, "name": "Heat" }, null] });

        let expected = r#"{film: [{name: "Heat", id: 1, year: 1995}, null], viewer: null}"#;
        assert_eq!(ordered(document, value), expected);
    }

    #[test]
    fn what_is_asked_for_twice_is_merged_at_its_first_place() {
        let document = "{ a { x } b a { y } }";
        let value = json!({ "b": 1, "a": { "y": 2, "x": 3 } });

        assert_eq!(ordered(document, value), "{a: {x: 3, y: 2}, b: 1}");
    }

    #[test]
    fn a_circle_of_fragments_ends() {
        let document = "{ ...A } fragment A on Query { ...A a }";

        assert_eq!(ordered(document, json!({ "a": 1 })), "{a: 1}");
    }
}

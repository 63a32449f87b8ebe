//! Null where an error left a hole.
//!
//! A workaround: async-graphql 7.2.1 leaves a field out whose resolver failed (async-graphql/async-graphql#1272).
//! Clients expect what the specification says (6.4.4): such a field is null, and if its type allows no null, then the
//! nearest thing around it that may be null is.

use async_graphql::parser::types::{
    BaseType, ExecutableDocument, Field, Selection, SelectionSet, Type,
};
use async_graphql::{PathSegment, Value};

use super::types::{Types, named, operation};

/// Selections that are made of one value, each with the type that it is made of.
type Selections<'a> = Vec<(&'a str, &'a SelectionSet)>;

/// Completes the data of an answer that has errors at these paths.
pub(super) fn complete<'a>(
    types: &Types,
    document: &ExecutableDocument,
    name: Option<&str>,
    errors: impl Iterator<Item = &'a [PathSegment]>,
    data: &mut Value,
) {
    let Some((operation, root)) = operation(document, name) else {
        return;
    };
    let root = vec![(root, &operation.selection_set.node)];
    let mut gone: Vec<&[PathSegment]> = Vec::new();
    for path in errors {
        if gone.iter().any(|hole| path.starts_with(hole)) {
            continue;
        }
        if let Some(length) = nearest_nullable(types, document, root.clone(), path) {
            set_null(data, &path[..length]);
            gone.push(&path[..length]);
        }
    }
}

/// How much of a path leads to the nearest place around its end that may be null. `None` for a path that does not fit
/// the document.
fn nearest_nullable<'a>(
    types: &'a Types,
    document: &'a ExecutableDocument,
    mut selections: Selections<'a>,
    path: &[PathSegment],
) -> Option<usize> {
    let mut nearest = 0;
    let mut here: Option<&Type> = None;
    for (index, segment) in path.iter().enumerate() {
        let ty = match segment {
            PathSegment::Field(key) => {
                let mut fields = Vec::new();
                fields_of(document, &selections, key, &mut fields);
                let (of, field) = *fields.first()?;
                let ty = &types.field(of, &field.name.node)?.ty.node;
                let inside = fields.iter().map(|(_, field)| &field.selection_set.node);
                selections = inside.map(|set| (named(ty).0.as_str(), set)).collect();
                ty
            }
            PathSegment::Index(_) => match &here?.base {
                BaseType::List(inner) => inner,
                BaseType::Named(_) => return None,
            },
        };
        if ty.nullable {
            nearest = index + 1;
        }
        here = Some(ty);
    }
    Some(nearest)
}

/// The fields that are answered under a key, with the types that they are asked of.
fn fields_of<'a>(
    document: &'a ExecutableDocument,
    selections: &[(&'a str, &'a SelectionSet)],
    key: &str,
    found: &mut Vec<(&'a str, &'a Field)>,
) {
    for (of, set) in selections {
        for selection in &set.items {
            let inside: (&str, &SelectionSet) = match &selection.node {
                Selection::Field(field) => {
                    if field.node.response_key().node == key {
                        found.push((*of, &field.node));
                    }
                    continue;
                }
                Selection::InlineFragment(inline) => {
                    let condition = inline.node.type_condition.as_ref();
                    let of = condition.map_or(*of, |condition| condition.node.on.node.as_str());
                    (of, &inline.node.selection_set.node)
                }
                Selection::FragmentSpread(spread) => {
                    let fragment = document.fragments.get(&spread.node.fragment_name.node);
                    let Some(fragment) = fragment else {
                        continue;
                    };
                    let of = fragment.node.type_condition.node.on.node.as_str();
                    (of, &fragment.node.selection_set.node)
                }
            };
            fields_of(document, &[inside], key, found);
        }
    }
}

/// Objects on the way that lost all their fields are there again, with the null in them.
fn set_null(data: &mut Value, path: &[PathSegment]) {
    let mut value = data;
    for segment in path {
        value = match segment {
            PathSegment::Field(key) => {
                if *value == Value::Null {
                    *value = Value::Object(async_graphql::indexmap::IndexMap::new());
                }
                let Value::Object(object) = value else {
                    return;
                };
                object.entry(async_graphql::Name::new(key)).or_default()
            }
            PathSegment::Index(index) => {
                let Value::List(list) = value else {
                    return;
                };
                let Some(element) = list.get_mut(*index) else {
                    return;
                };
                element
            }
        };
    }
    *value = Value::Null;
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;
    use serde_json::json;

    use super::*;

    fn path(segments: &[&str]) -> Vec<PathSegment> {
        let segment = |text: &&str| match text.parse() {
            Ok(index) => PathSegment::Index(index),
            Err(_) => PathSegment::Field((*text).to_owned()),
        };
        segments.iter().map(segment).collect()
    }

    fn completed(query: &str, data: serde_json::Value, errors: &[&[&str]]) -> serde_json::Value {
        let types = Types::parse(&crate::graphql::sdl());
        let document = parse_query(query).unwrap();
        let errors: Vec<_> = errors.iter().map(|segments| path(segments)).collect();
        let mut data = Value::from_json(data).unwrap();

        complete(
            &types,
            &document,
            None,
            errors.iter().map(Vec::as_slice),
            &mut data,
        );

        data.into_json().unwrap()
    }

    #[test]
    fn a_field_that_may_be_null_is_null() {
        let query = "{ a: node(id: 1) { id } viewer { user { id } } }";

        assert_eq!(
            completed(query, json!({ "viewer": null }), &[&["a"]]),
            json!({ "a": null, "viewer": null })
        );
        assert_eq!(
            completed(query, json!(null), &[&["a"]]),
            json!({ "a": null })
        );
    }

    #[test]
    fn a_field_that_may_not_takes_what_is_around_it_along() {
        let query = "query { film(slug: \"a\") { ...F } site { __typename } } fragment F on Film { id credits { totalCount edges { node { id } } } }";
        let data = || json!({ "site": {}, "film": { "id": "1", "credits": { "edges": [{}] } } });

        assert_eq!(
            completed(query, data(), &[&["film", "credits", "edges", "0", "node"]]),
            json!({ "site": {}, "film": { "id": "1", "credits": null } })
        );
        assert_eq!(
            completed(query, data(), &[&["film", "credits", "totalCount"]]),
            json!({ "site": {}, "film": { "id": "1", "credits": { "edges": [{}], "totalCount": null } } })
        );
        assert_eq!(completed(query, data(), &[&["site"]]), json!(null));
    }

    #[test]
    fn an_element_of_a_list_may_be_null() {
        let query = "{ nodes(ids: []) { ... on Title { similar { nodes { id } } } } }";
        let data = json!({ "nodes": [{ "similar": {} }, null] });

        assert_eq!(
            completed(
                query,
                data,
                &[
                    &["nodes", "0", "similar"],
                    &["nodes", "0", "similar", "nodes"]
                ]
            ),
            json!({ "nodes": [{ "similar": null }, null] })
        );
    }
}

//! The documentation as a page: how the API is used in short, and all that can be asked for, which is read out of the
//! schema. It is there where the schema is given out.

use std::collections::HashMap;
use std::sync::LazyLock;
use std::time::Duration;

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{TypeKind, TypeSystemDefinition};
use async_graphql::{Name, Positioned};
use axum::http::StatusCode;
use axum::response::Response;
use minijinja::context;
use serde::Serialize;
use url::Url;

use super::graphql::PATH as GRAPHQL;
use super::pages;
use crate::domain::page::MAX_PAGE;
use crate::graphql::sdl;

/// Where the page is.
pub(super) const PATH: &str = "/docs";

/// The types of the schema whose fields or values are listed, and what is said above each.
const LISTED: [(&str, &str); 4] = [
    ("Query", "What can be asked for"),
    ("Mutation", "What can be changed"),
    ("Subscription", "What can be listened to"),
    ("ErrorCode", "Codes of errors"),
];
/// The type that has the limits of a request.
const LIMITS: (&str, &str) = ("SiteLimits", "Limits");

/// It is the same until the next version of the program.
static LISTS: LazyLock<Lists> = LazyLock::new(|| Lists::of(&sdl()));

/// What is read out of the schema.
struct Lists {
    limits: Section,
    sections: Vec<Section>,
}

/// What a type of the schema has.
#[derive(Serialize)]
struct Section {
    title: &'static str,
    entries: Vec<Entry>,
}

/// A field or a value, and what the schema says of it.
#[derive(Serialize)]
struct Entry {
    name: String,
    says: String,
}

impl Lists {
    fn of(sdl: &str) -> Self {
        let types = types(sdl);
        let section = |(name, title): (&str, &'static str)| {
            let entries = types.get(name).map(entries).unwrap_or_default();
            Section { title, entries }
        };
        Self {
            limits: section(LIMITS),
            sections: LISTED.map(section).into(),
        }
    }
}

impl Entry {
    fn of(name: &Positioned<Name>, says: Option<&Positioned<String>>) -> Self {
        Self {
            name: name.node.to_string(),
            says: says.map(|says| says.node.clone()).unwrap_or_default(),
        }
    }
}

/// The page of a site, by its settings and the schema.
pub(super) fn page(
    name: &str,
    site: &Url,
    schema: &str,
    has_ide: bool,
    request_timeout: Duration,
) -> Response {
    let context = context! {
        title => format!("{name}: documentation"),
        graphql => GRAPHQL,
        schema,
        has_ide,
        page_size => MAX_PAGE,
        seconds => request_timeout.as_secs(),
        limits => &LISTS.limits,
        sections => &LISTS.sections,
    };
    pages::page(StatusCode::OK, "docs.html", site, context)
}

/// The types of a schema, from its text.
fn types(sdl: &str) -> HashMap<String, TypeKind> {
    let definitions = parse_schema(sdl).map(|schema| schema.definitions);
    let definitions = definitions.unwrap_or_else(|error| {
        tracing::error!(%error, "The schema cannot be read for its documentation");
        Vec::new()
    });
    let types = definitions.into_iter().filter_map(|definition| {
        let TypeSystemDefinition::Type(definition) = definition else {
            return None;
        };
        let definition = definition.node;
        Some((definition.name.node.to_string(), definition.kind))
    });
    types.collect()
}

/// The fields of an object, or the values of an enum.
fn entries(kind: &TypeKind) -> Vec<Entry> {
    match kind {
        TypeKind::Object(object) => {
            let fields = object.fields.iter().map(|field| &field.node);
            let entries = fields.map(|field| Entry::of(&field.name, field.description.as_ref()));
            entries.collect()
        }
        TypeKind::Enum(of) => {
            let values = of.values.iter().map(|value| &value.node);
            let entries = values.map(|value| Entry::of(&value.value, value.description.as_ref()));
            entries.collect()
        }
        TypeKind::Scalar
        | TypeKind::Interface(_)
        | TypeKind::Union(_)
        | TypeKind::InputObject(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_is_listed_is_in_the_schema_and_says_what_it_is() {
        let lists = &*LISTS;

        for section in lists.sections.iter().chain([&lists.limits]) {
            let entries = &section.entries;
            assert!(entries.len() > 3, "{}: {}", section.title, entries.len());
            for entry in entries {
                assert!(!entry.says.is_empty(), "{}", entry.name);
            }
        }
        let queries = lists.sections[0].entries.iter().map(|entry| &*entry.name);
        let queries: Vec<&str> = queries.collect();
        for query in ["node", "titles", "searchAll", "viewer", "site"] {
            assert!(queries.contains(&query), "{query}: {queries:?}");
        }
    }
}

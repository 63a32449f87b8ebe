//! The GraphQL schema: what is written down, and what holds for every type of it.
//!
//! `UPDATE_SCHEMA=1 cargo test --test it schema` writes `schema.graphql` anew; the difference is reviewed like code.

use std::collections::{BTreeMap, BTreeSet};

use async_graphql::Positioned;
use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    BaseType, FieldDefinition, InputValueDefinition, Type, TypeDefinition, TypeKind,
    TypeSystemDefinition,
};
use reelgraph::graphql::sdl;

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/schema.graphql");

/// A description of three words only repeats the name.
const FEWEST_WORDS: usize = 4;

/// Fields that give lists without an argument for their length: the domain keeps them short, or the length was asked
/// for one level above.
const WITHOUT_FIRST: &[&str] = &[
    "audio",
    "breakdown",
    "candidates",
    "certifications",
    "changed",
    "changedFields",
    "changes",
    "countries",
    "deletedIds",
    "directors",
    "edges",
    "externalIds",
    "extras",
    "facets",
    "field",
    "fileStates",
    "formerTexts",
    "genres",
    "highlights",
    "images",
    "languages",
    "lockedFields",
    "matches",
    "missingFacts",
    "newChanges",
    "nodes",
    "notes",
    "obstacles",
    "order",
    "overwritten",
    "personIds",
    "plans",
    "points",
    "precedence",
    "providers",
    "ranges",
    "reads",
    "reasons",
    "renditions",
    "results",
    "roles",
    "scopes",
    "scores",
    "series",
    "sourcePrecedence",
    "sources",
    "studios",
    "subtitles",
    "tags",
    "texts",
    "titleIds",
    "titleStates",
    "trailers",
    "userErrors",
    "valueSources",
    "warnings",
];

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "whoever runs the test says so by its environment"
)]
fn the_schema_is_as_written_down() {
    let sdl = sdl();
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(PATH, &sdl).unwrap();
    }

    let written = std::fs::read_to_string(PATH).unwrap();

    assert!(
        sdl == written,
        "schema.graphql is not the schema; UPDATE_SCHEMA=1 writes it anew"
    );
}

#[test]
fn everything_has_a_description_worth_reading() {
    let mut poor = Vec::new();
    for (name, ty) in types() {
        let mut check = |what: String, description: Option<&Positioned<String>>| {
            let words = description.map_or(0, |text| text.node.split_whitespace().count());
            if words < FEWEST_WORDS {
                poor.push(what);
            }
        };
        check(name.clone(), ty.description.as_ref());
        for field in fields(&ty) {
            let path = format!("{name}.{}", field.name.node);
            check(path.clone(), field.description.as_ref());
            for argument in &field.arguments {
                let argument = &argument.node;
                let path = format!("{path}({})", argument.name.node);
                check(path, argument.description.as_ref());
            }
        }
        for field in inputs(&ty) {
            let path = format!("{name}.{}", field.name.node);
            check(path, field.description.as_ref());
        }
        if let TypeKind::Enum(of) = &ty.kind {
            for value in &of.values {
                let value = &value.node;
                let path = format!("{name}.{}", value.value.node);
                check(path, value.description.as_ref());
            }
        }
    }

    assert_eq!(poor, Vec::<String>::new());
}

/// By the specification tools know them, and ours says nothing of their arguments.
#[test]
fn what_every_schema_has_is_left_out_of_the_text() {
    let definitions = parse_schema(sdl()).unwrap().definitions.into_iter();
    let directives = definitions.filter_map(|definition| match definition {
        TypeSystemDefinition::Directive(directive) => Some(directive.node.name.node.to_string()),
        TypeSystemDefinition::Schema(_) | TypeSystemDefinition::Type(_) => None,
    });

    assert_eq!(directives.collect::<Vec<_>>(), Vec::<String>::new());
}

#[test]
fn every_list_has_a_limit() {
    let mut unbounded = Vec::new();
    for (name, ty) in types() {
        for field in fields(&ty) {
            let is_page = named(&field.ty.node).ends_with("Connection");
            let has_first = arguments(&field)
                .iter()
                .any(|(name, ty, _)| name == "first" && ty == "Int");
            let is_known = WITHOUT_FIRST.contains(&field.name.node.as_str());
            if (is_page || is_list(&field.ty.node)) && !has_first && !is_known {
                unbounded.push(format!("{name}.{}", field.name.node));
            }
        }
    }

    assert_eq!(unbounded, Vec::<String>::new());
}

#[test]
fn every_page_is_asked_for_from_either_end() {
    let mut one_sided = Vec::new();
    let mut pages = 0;
    for (name, ty) in types() {
        for field in fields(&ty) {
            if !named(&field.ty.node).ends_with("Connection") {
                continue;
            }
            pages += 1;
            let arguments = arguments(&field);
            for (wanted, ty) in [
                ("first", "Int"),
                ("after", "String"),
                ("last", "Int"),
                ("before", "String"),
            ] {
                let is_there = arguments.iter().any(|(argument, of, default)| {
                    // With a length that nobody asked for there would be two, and `last` refused.
                    argument == wanted && of == ty && default == "None"
                });
                if !is_there {
                    one_sided.push(format!("{name}.{}({wanted})", field.name.node));
                }
            }
        }
    }

    assert_eq!(one_sided, Vec::<String>::new());
    assert!(pages > 30, "{pages} fields give a page");
}

#[test]
fn pages_have_the_shape_that_relay_wants() {
    let types = types();
    let shape = |name: &str| -> BTreeMap<String, String> {
        let fields = fields(&types[name]).into_iter();
        fields
            .map(|field| (field.name.node.to_string(), field.ty.node.to_string()))
            .collect()
    };
    let connections = types.keys().filter(|name| name.ends_with("Connection"));
    for connection in connections {
        let stem = connection.trim_end_matches("Connection");
        let edge = shape(&format!("{stem}Edge"));
        assert_eq!(edge["cursor"], "String!", "{stem}");
        let node = edge["node"].trim_end_matches('!').to_owned();
        let expected = [
            ("edges", format!("[{stem}Edge!]!")),
            ("nodes", format!("[{node}!]!")),
            ("pageInfo", "PageInfo!".into()),
            ("totalCount", "Int".into()),
        ];
        let expected = expected.map(|(field, ty)| (field.to_owned(), ty));
        let mut shape = shape(connection);
        // What whole lists of titles are counted by is beside their pages.
        let facets = shape.remove("facets");
        assert_eq!(facets.is_some(), stem == "Title");
        assert_eq!(shape, BTreeMap::from(expected), "{stem}");
    }
    let info = [
        ("endCursor", "String"),
        ("hasNextPage", "Boolean!"),
        ("hasPreviousPage", "Boolean!"),
        ("startCursor", "String"),
    ];
    let info = info.map(|(field, ty)| (field.to_owned(), ty.to_owned()));
    assert_eq!(shape("PageInfo"), BTreeMap::from(info));
}

#[test]
fn mutations_take_an_input_and_return_a_payload() {
    let types = types();
    for mutation in fields(&types["Mutation"]) {
        let name = &mutation.name.node;
        let arguments: Vec<_> = mutation.arguments.iter().map(|a| &a.node).collect();
        assert_eq!(arguments.len(), 1, "{name}");
        assert_eq!(arguments[0].name.node, "input", "{name}");
        let mut input = name.to_string();
        input[..1].make_ascii_uppercase();
        assert_eq!(arguments[0].ty.node.to_string(), format!("{input}Input!"));
        let payload = named(&mutation.ty.node);
        assert!(implements(&types[&payload]).contains("Payload"), "{name}");
    }
}

#[test]
fn what_has_an_id_is_a_node() {
    for (name, ty) in types() {
        let has_id = fields(&ty).iter().any(|field| field.name.node == "id");
        if has_id && name != "Node" {
            assert!(implements(&ty).contains("Node"), "{name}");
        }
    }
}

#[test]
fn an_interface_says_of_its_fields_what_their_types_say() {
    let types = types();
    for (name, ty) in &types {
        for interface in implements(ty) {
            for general in fields(&types[&interface]) {
                let path = format!("{name}.{}", general.name.node);
                let fields = fields(ty);
                let field = fields.iter().find(|f| f.name.node == general.name.node);
                let field = field.unwrap_or_else(|| panic!("{path} is missing"));
                assert_eq!(field.ty.node, general.ty.node, "{path}");
                assert_eq!(arguments(field), arguments(&general), "{path}");
                // What it is called, and what can be put right, depends on what it is.
                if !["name", "userErrors"].contains(&general.name.node.as_str()) {
                    assert_eq!(description(field), description(&general), "{path}");
                }
            }
        }
    }
}

/// The types of the schema, by name.
fn types() -> BTreeMap<String, TypeDefinition> {
    let definitions = parse_schema(sdl()).unwrap().definitions.into_iter();
    let types = definitions.filter_map(|definition| match definition {
        TypeSystemDefinition::Type(ty) => Some((ty.node.name.node.to_string(), ty.node)),
        TypeSystemDefinition::Schema(_) | TypeSystemDefinition::Directive(_) => None,
    });
    types.collect()
}

fn fields(ty: &TypeDefinition) -> Vec<FieldDefinition> {
    let fields = match &ty.kind {
        TypeKind::Object(object) => &object.fields,
        TypeKind::Interface(interface) => &interface.fields,
        _ => return Vec::new(),
    };
    fields.iter().map(|field| field.node.clone()).collect()
}

fn inputs(ty: &TypeDefinition) -> Vec<InputValueDefinition> {
    match &ty.kind {
        TypeKind::InputObject(input) => input.fields.iter().map(|f| f.node.clone()).collect(),
        _ => Vec::new(),
    }
}

fn implements(ty: &TypeDefinition) -> BTreeSet<String> {
    let interfaces = match &ty.kind {
        TypeKind::Object(object) => &object.implements,
        TypeKind::Interface(interface) => &interface.implements,
        _ => return BTreeSet::new(),
    };
    interfaces.iter().map(|i| i.node.to_string()).collect()
}

/// Names, types and defaults.
fn arguments(field: &FieldDefinition) -> Vec<(String, String, String)> {
    let argument = |argument: &InputValueDefinition| {
        (
            argument.name.node.to_string(),
            argument.ty.node.to_string(),
            format!("{:?}", argument.default_value.as_ref().map(|v| &v.node)),
        )
    };
    let arguments = field.arguments.iter();
    arguments.map(|a| argument(&a.node)).collect()
}

/// Wherever its lines break.
fn description(field: &FieldDefinition) -> Option<String> {
    let description = &field.description.as_ref()?.node;
    let words: Vec<_> = description.split_whitespace().collect();
    Some(words.join(" "))
}

fn is_list(ty: &Type) -> bool {
    matches!(ty.base, BaseType::List(_))
}

fn named(ty: &Type) -> String {
    match &ty.base {
        BaseType::Named(name) => name.to_string(),
        BaseType::List(inner) => named(inner),
    }
}

/// What a client asks for wrongly is null, with an error that names the argument; the rest of the answer stays. A
/// field that may not be null would take what is around it along.
#[test]
fn a_field_with_arguments_may_be_null() {
    // As the specification of global object identification has it: its elements may be null. And a name, that every
    // client shows, is there for every language; what is no language at all is a fault of the document.
    let others = [
        "Query.nodes",
        "Episode.name",
        "Film.name",
        "Playable.name",
        "Series.name",
        "Title.name",
    ];
    let mut wrong = Vec::new();
    for (name, ty) in types() {
        // What refuses a mutation is in its payload; a subscription that is refused has nothing beside it.
        if ["Mutation", "Subscription"].contains(&name.as_str()) {
            continue;
        }
        for field in fields(&ty) {
            let path = format!("{name}.{}", field.name.node);
            let refuses = !field.arguments.is_empty() && !field.ty.node.nullable;
            if refuses && !others.contains(&path.as_str()) {
                wrong.push(path);
            }
        }
    }
    assert_eq!(wrong, [""; 0]);
}

/// The catalogue is in memory, and what a viewer has watched is not: where that cannot be read, the page stays.
#[test]
fn what_is_read_of_a_viewer_may_be_null() {
    let of_viewer = [
        "watchState",
        "progress",
        "viewerLiked",
        "inWatchlist",
        "viewerHidden",
        "viewerMuted",
    ];
    let mut seen = Vec::new();
    for (name, ty) in types() {
        let is_of_catalogue = ["Film", "Series", "Season", "Episode", "Person", "Genre"];
        let is_interface = ["Title", "Playable"].contains(&name.as_str());
        if !is_interface && !is_of_catalogue.contains(&name.as_str()) {
            continue;
        }
        for field in fields(&ty) {
            let asked = field.name.node.as_str();
            if of_viewer.contains(&asked) {
                assert!(field.ty.node.nullable, "{name}.{asked}");
                seen.push(asked.to_owned());
            }
        }
    }
    for asked in of_viewer {
        assert!(seen.iter().any(|other| other == asked), "{asked}");
    }
}

//! The schema, as the walk sees it: which fields give titles, and how to ask for all that they say of them.

use std::collections::{BTreeMap, BTreeSet};

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    BaseType, FieldDefinition, Type, TypeDefinition, TypeKind, TypeSystemDefinition,
};
use reelgraph::graphql::sdl;

/// What a title is, or is part of.
const TITLES: [&str; 5] = ["Film", "Series", "Season", "Episode", "Collection"];

/// The types of the schema.
pub(super) struct Schema {
    pub(super) types: BTreeMap<String, TypeDefinition>,
}

impl Schema {
    pub(super) fn read() -> Self {
        let definitions = parse_schema(sdl()).unwrap().definitions.into_iter();
        let types = definitions.filter_map(|definition| match definition {
            TypeSystemDefinition::Type(ty) => Some((ty.node.name.node.to_string(), ty.node)),
            TypeSystemDefinition::Schema(_) | TypeSystemDefinition::Directive(_) => None,
        });
        Self {
            types: types.collect(),
        }
    }

    /// What an object of a type may be: itself, or the members of a union or interface.
    fn possible(&self, name: &str) -> Vec<String> {
        match self.types.get(name).map(|ty| &ty.kind) {
            Some(TypeKind::Object(_)) => vec![name.to_owned()],
            Some(TypeKind::Union(union)) => {
                union.members.iter().map(|it| it.node.to_string()).collect()
            }
            Some(TypeKind::Interface(_)) => {
                let implementing = self.types.iter().filter(|(_, ty)| match &ty.kind {
                    TypeKind::Object(object) => object.implements.iter().any(|it| it.node == *name),
                    _ => false,
                });
                implementing.map(|(name, _)| name.clone()).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Whether objects of a type are walked from their own doors: they have an id. A play is nothing without what was
    /// watched, and is always asked for with it.
    pub(super) fn is_entity(&self, name: &str) -> bool {
        if name == "Play" {
            return false;
        }
        match self.types.get(name).map(|ty| &ty.kind) {
            Some(TypeKind::Object(object)) => object.implements.iter().any(|it| it.node == "Node"),
            _ => false,
        }
    }

    /// Whether a type is a title, or leads to one without another thing with an id in between.
    pub(super) fn gives_titles(&self, name: &str) -> bool {
        self.gives(name, &mut BTreeSet::new())
    }

    fn gives(&self, name: &str, seen: &mut BTreeSet<String>) -> bool {
        let possible = self.possible(name);
        if possible.iter().any(|name| TITLES.contains(&name.as_str())) {
            return true;
        }
        possible.iter().any(|name| {
            !self.is_entity(name)
                && seen.insert(name.clone())
                && fields(&self.types[name])
                    .iter()
                    .any(|field| self.gives(&named(&field.ty.node), seen))
        })
    }

    /// A field with all that it can say of titles.
    pub(super) fn selection(
        &self,
        field: &FieldDefinition,
        arguments: Option<&str>,
        depth: usize,
    ) -> String {
        assert!(depth < 8, "{} leads on and on", field.name.node);
        let name = &field.name.node;
        let arguments = match arguments {
            Some(arguments) if !arguments.is_empty() => format!("({arguments})"),
            _ => {
                let needed = field.arguments.iter().filter(|argument| {
                    !argument.node.ty.node.nullable && argument.node.default_value.is_none()
                });
                let needed: Vec<_> = needed
                    .map(|argument| argument.node.name.node.as_str())
                    .collect();
                assert!(
                    needed.is_empty(),
                    "what to ask {name} for is not said: {needed:?}"
                );
                let has_first = field
                    .arguments
                    .iter()
                    .any(|argument| argument.node.name.node == "first");
                if has_first {
                    "(first: 30)".to_owned()
                } else {
                    String::new()
                }
            }
        };
        let ty = named(&field.ty.node);
        let possible = self.possible(&ty);
        if possible.is_empty() {
            return format!("{name}{arguments}");
        }
        let is_one = possible.len() == 1 && possible[0] == ty;
        let mut inner = String::from("__typename");
        for one in possible {
            let selected = self.all_of(&one, depth);
            if is_one {
                inner.extend([" ", &selected]);
            } else {
                inner.extend([" ... on ", &one, " { ", &selected, " }"]);
            }
        }
        format!("{name}{arguments} {{ {inner} }}")
    }

    /// Of a thing with an id, what it is called; of anything else, all.
    fn all_of(&self, name: &str, depth: usize) -> String {
        let is_entity = self.is_entity(name);
        let mut selected = vec!["__typename".to_owned()];
        for field in fields(&self.types[name]) {
            let ty = named(&field.ty.node);
            let is_leaf = self.possible(&ty).is_empty();
            let says_what_it_is = ["id", "slug"].contains(&field.name.node.as_str());
            let leads_to_titles = !is_entity && self.gives_titles(&ty);
            let is_plain = field.arguments.is_empty();
            let is_page = field.name.node == "pageInfo";
            if is_page {
                selected.push("pageInfo { hasNextPage }".to_owned());
            } else if is_entity && says_what_it_is
                || !is_entity && is_leaf && is_plain
                || leads_to_titles
            {
                selected.push(self.selection(&field, None, depth + 1));
            }
        }
        selected.join(" ")
    }
}

pub(super) fn fields(ty: &TypeDefinition) -> Vec<FieldDefinition> {
    match &ty.kind {
        TypeKind::Object(object) => object
            .fields
            .iter()
            .map(|field| field.node.clone())
            .collect(),
        _ => Vec::new(),
    }
}

/// A type without lists.
pub(super) fn named(ty: &Type) -> String {
    match &ty.base {
        BaseType::Named(name) => name.to_string(),
        BaseType::List(inner) => named(inner),
    }
}

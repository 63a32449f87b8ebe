//! The schema's own text, parsed again: what its types have for fields. A workaround: async-graphql 7.2.1 keeps the
//! registry of a finished schema private.

use std::collections::HashMap;

use async_graphql::Name;
use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    BaseType, DocumentOperations, ExecutableDocument, FieldDefinition, OperationDefinition,
    OperationType, Type, TypeKind, TypeSystemDefinition,
};

/// The fields of objects and interfaces, by type.
pub(super) struct Types(HashMap<Name, HashMap<Name, FieldDefinition>>);

impl Types {
    /// The types of a schema, from its text.
    pub(super) fn parse(sdl: &str) -> Self {
        let definitions = parse_schema(sdl).map(|schema| schema.definitions);
        let types = definitions.unwrap_or_default().into_iter();
        let types = types.filter_map(|definition| {
            let TypeSystemDefinition::Type(definition) = definition else {
                return None;
            };
            let fields = match definition.node.kind {
                TypeKind::Object(object) => object.fields,
                TypeKind::Interface(interface) => interface.fields,
                _ => return None,
            };
            let fields = fields.into_iter().map(|field| field.node);
            let fields = fields.map(|field| (field.name.node.clone(), field));
            Some((definition.node.name.node, fields.collect()))
        });
        Self(types.collect())
    }

    /// All types with their fields.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&Name, &HashMap<Name, FieldDefinition>)> {
        self.0.iter()
    }

    /// A field of a type. `None` for what introspection adds, and for what there is not.
    pub(super) fn field(&self, of: &str, name: &str) -> Option<&FieldDefinition> {
        self.0.get(of)?.get(name)
    }
}

/// The type without lists, and whether it was in one.
pub(super) fn named(ty: &Type) -> (&Name, bool) {
    match &ty.base {
        BaseType::Named(name) => (name, false),
        BaseType::List(inner) => (named(inner).0, true),
    }
}

/// The operation of a document that is asked for, and the type that its fields are of.
pub(super) fn operation<'a>(
    document: &'a ExecutableDocument,
    name: Option<&str>,
) -> Option<(&'a OperationDefinition, &'static str)> {
    let operation = match (&document.operations, name) {
        (DocumentOperations::Single(operation), _) => operation,
        (DocumentOperations::Multiple(operations), Some(name)) => operations.get(name)?,
        (DocumentOperations::Multiple(operations), None) => operations.values().next()?,
    };
    let of = match operation.node.ty {
        OperationType::Query => "Query",
        OperationType::Mutation => "Mutation",
        OperationType::Subscription => "Subscription",
    };
    Some((&operation.node, of))
}

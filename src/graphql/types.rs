//! The schema's own text, parsed again: what its types have for fields, and what its inputs take. A workaround:
//! async-graphql 7.2.1 keeps the registry of a finished schema private.

use std::collections::{HashMap, HashSet};

use async_graphql::Name;
use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    BaseType, DocumentOperations, ExecutableDocument, FieldDefinition, InputValueDefinition,
    OperationDefinition, OperationType, Type, TypeKind, TypeSystemDefinition,
};

/// The fields of objects and interfaces by type, and the inputs.
pub(super) struct Types {
    fields: HashMap<Name, HashMap<Name, FieldDefinition>>,
    inputs: HashMap<Name, Input>,
}

/// What is given to a field.
pub(super) enum Input {
    /// A scalar of the schema's own.
    Scalar,
    /// One of these names.
    Enum(HashSet<Name>),
    /// An object with these fields.
    Object(Vec<InputValueDefinition>),
}

impl Types {
    /// The types of a schema, from its text.
    pub(super) fn parse(sdl: &str) -> Self {
        let mut types = Self {
            fields: HashMap::new(),
            inputs: HashMap::new(),
        };
        let definitions = parse_schema(sdl).map(|schema| schema.definitions);
        for definition in definitions.unwrap_or_default() {
            let TypeSystemDefinition::Type(definition) = definition else {
                continue;
            };
            let name = definition.node.name.node;
            let fields = match definition.node.kind {
                TypeKind::Object(object) => object.fields,
                TypeKind::Interface(interface) => interface.fields,
                TypeKind::Scalar => {
                    types.inputs.insert(name, Input::Scalar);
                    continue;
                }
                TypeKind::Enum(of) => {
                    let values = of.values.into_iter().map(|value| value.node.value.node);
                    types.inputs.insert(name, Input::Enum(values.collect()));
                    continue;
                }
                // Of an object of which exactly one field must be given nothing is known here.
                TypeKind::InputObject(object) if definition.node.directives.is_empty() => {
                    let fields = object.fields.into_iter().map(|field| field.node);
                    types.inputs.insert(name, Input::Object(fields.collect()));
                    continue;
                }
                TypeKind::InputObject(_) | TypeKind::Union(_) => continue,
            };
            let fields = fields.into_iter().map(|field| field.node);
            let fields = fields.map(|field| (field.name.node.clone(), field));
            types.fields.insert(name, fields.collect());
        }
        types
    }

    /// All objects and interfaces with their fields.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&Name, &HashMap<Name, FieldDefinition>)> {
        self.fields.iter()
    }

    /// A field of a type. `None` for what introspection adds, and for what there is not.
    pub(super) fn field(&self, of: &str, name: &str) -> Option<&FieldDefinition> {
        self.fields.get(of)?.get(name)
    }

    /// What an input takes. `None` for the scalars that every schema has.
    pub(super) fn input(&self, name: &str) -> Option<&Input> {
        self.inputs.get(name)
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

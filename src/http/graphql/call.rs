//! What a client asks for, out of the body or the address.

use std::sync::Arc;

use async_graphql::{
    Data, Positioned, Variables,
    parser::types::{DocumentOperations, ExecutableDocument, OperationDefinition},
};
use axum::{extract::Query, http::Uri};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::refusal::Refusal;
use crate::domain::json;
use crate::graphql::{Asked, Document};

/// A well-formed request; whether its document is GraphQL is not known yet.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) document: String,
    operation: Option<String>,
    variables: Variables,
}

/// The parameters of a `GET`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Parameters {
    pub(super) query: Option<String>,
    operation_name: Option<String>,
    variables: Option<String>,
    extensions: Option<String>,
}

impl Parameters {
    /// Refused if one is given twice.
    pub(super) fn of(uri: &Uri) -> Result<Self, Refusal> {
        match Query::try_from_uri(uri) {
            Ok(Query(parameters)) => Ok(parameters),
            Err(rejection) => Err(Refusal::bad_request(rejection.body_text())),
        }
    }
}

impl Call {
    /// From the parameters of a `GET`, where an empty text is the same as none.
    pub(super) fn from_parameters(parameters: Parameters) -> Result<Self, Refusal> {
        let read = |text: Option<String>, name| {
            text.filter(|text| !text.is_empty())
                .map(|text| json::parse(text.as_bytes()))
                .transpose()
                .map_err(|error| Refusal::bad_request(format!("`{name}` is not JSON: {error}")))
        };
        let variables = read(parameters.variables, "variables")?;
        let extensions = read(parameters.extensions, "extensions")?;
        let document = parameters.query;
        let document = document.ok_or_else(|| no_query(extensions.as_ref()))?;
        object(extensions, "extensions")?;
        Ok(Self {
            document,
            operation: parameters.operation_name.filter(|name| !name.is_empty()),
            variables: Variables::from_json(Value::Object(object(variables, "variables")?)),
        })
    }

    /// From the JSON body of a `POST`. Properties that we do not know are ignored.
    pub(super) fn from_json(body: &[u8]) -> Result<Self, Refusal> {
        let body = json::parse(body)
            .map_err(|error| Refusal::bad_request(format!("the body is not JSON: {error}")))?;
        let mut body = match body {
            Value::Object(body) => body,
            Value::Array(_) => {
                return Err(Refusal::bad_request(
                    "batches are not supported: send one request at a time",
                ));
            }
            _ => return Err(Refusal::bad_request("the body must be a JSON object")),
        };
        let document = match body.remove("query") {
            Some(Value::String(document)) => document,
            Some(Value::Null) | None => return Err(no_query(body.get("extensions"))),
            Some(_) => return Err(Refusal::bad_request("`query` must be a string")),
        };
        let operation = match body.remove("operationName") {
            Some(Value::String(name)) => Some(name).filter(|name| !name.is_empty()),
            Some(Value::Null) | None => None,
            Some(_) => return Err(Refusal::bad_request("`operationName` must be a string")),
        };
        let variables = object(body.remove("variables"), "variables")?;
        object(body.remove("extensions"), "extensions")?;
        Ok(Self {
            document,
            operation,
            variables: Variables::from_json(Value::Object(variables)),
        })
    }

    /// The operation that is to be executed, with every variable that it cannot do without.
    ///
    /// A workaround: async-graphql 7.2.1 finds out about a missing variable only when the resolver asks for it, after
    /// others have run; the specification (6.1.2) wants a request error before anything runs.
    pub(super) fn operation<'a>(
        &self,
        document: &'a ExecutableDocument,
    ) -> Result<&'a OperationDefinition, Refusal> {
        let operation = self.named(document)?;
        for definition in &operation.node.variable_definitions {
            let variable = &definition.node;
            let is_given = self
                .variables
                .get(&variable.name.node)
                .map(|value| *value != async_graphql::Value::Null);
            let is_missing = match is_given {
                Some(is_given) => !is_given,
                None => variable.default_value.is_none(),
            };
            if is_missing && !variable.var_type.node.nullable {
                let (name, kind) = (&variable.name.node, &variable.var_type.node);
                return Err(Refusal::invalid(
                    format!("variable `${name}` of type `{kind}` needs a value"),
                    Some(definition.pos),
                ));
            }
        }
        Ok(&operation.node)
    }

    /// The name of the operation that is to be executed, if it has one.
    pub(super) fn name<'a>(&'a self, document: &'a ExecutableDocument) -> Option<&'a str> {
        match &document.operations {
            DocumentOperations::Single(_) => None,
            DocumentOperations::Multiple(all) => {
                let only = all.keys().next().filter(|_| all.len() == 1);
                self.operation.as_deref().or(only.map(|name| &**name))
            }
        }
    }

    fn named<'a>(
        &self,
        document: &'a ExecutableDocument,
    ) -> Result<&'a Positioned<OperationDefinition>, Refusal> {
        let found = match (&document.operations, self.operation.as_deref()) {
            (DocumentOperations::Single(operation), None) => Some(operation),
            (DocumentOperations::Single(_), Some(_)) => None,
            (DocumentOperations::Multiple(all), Some(name)) => all.get(name),
            (DocumentOperations::Multiple(all), None) if all.len() == 1 => all.values().next(),
            (DocumentOperations::Multiple(_), None) => {
                return Err(Refusal::invalid(
                    "the document has several operations: name one in `operationName`",
                    None,
                ));
            }
        };
        found.ok_or_else(|| {
            Refusal::invalid(
                "the document has no operation of this `operationName`",
                None,
            )
        })
    }

    /// What the schema is asked, of this document.
    pub(super) fn asked(self, document: Arc<Document>) -> Asked {
        Asked {
            document,
            operation: self.operation,
            variables: self.variables,
            data: Data::default(),
        }
    }
}

/// Of a client that sends a hash first and the text only where that is not known, as automatic persisted queries do: it
/// is told that it is not known, and then sends the text like anybody else.
fn no_query(extensions: Option<&Value>) -> Refusal {
    if extensions.is_some_and(|extensions| extensions["persistedQuery"].is_object()) {
        return Refusal::unknown_hash();
    }
    Refusal::bad_request("`query` is missing: it must be a GraphQL document")
}

/// `null` is the same as none.
fn object(value: Option<Value>, name: &str) -> Result<Map<String, Value>, Refusal> {
    match value {
        Some(Value::Object(object)) => Ok(object),
        Some(Value::Null) | None => Ok(Map::new()),
        Some(_) => Err(Refusal::bad_request(format!("`{name}` must be an object"))),
    }
}

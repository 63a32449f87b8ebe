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
use crate::domain::persisted::DocumentHash;
use crate::graphql::{Asked, Document};

/// A well-formed request; whether its document is GraphQL is not known yet.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) wanted: Wanted,
    operation: Option<String>,
    variables: Variables,
    wants_cost: bool,
}

/// What a body asks for.
#[derive(Debug)]
pub(super) enum Calls {
    One(Call),
    /// One after the other; what is not well-formed is refused by itself.
    Batch(Vec<Result<Call, Refusal>>),
}

/// The document that is asked for.
#[derive(Debug)]
pub(super) enum Wanted {
    Text(String),
    /// One that was sent before.
    Hash(DocumentHash),
    /// One that is to be known by its hash from now on.
    Both(String, DocumentHash),
    /// One that the site was given in a manifest.
    Id(String),
}

/// What an id is called: by the draft of GraphQL over HTTP, and by clients of Relay.
const IDS: [&str; 3] = ["documentId", "id", "doc_id"];
/// What an id begins with that is a hash (draft of GraphQL over HTTP, persisted documents).
const SHA256: &str = "sha256:";
/// The version of the protocol of persisted queries: there is no other.
const VERSION: u64 = 1;

/// The parameters of a `GET`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Parameters {
    query: Option<String>,
    id: Option<String>,
    document_id: Option<String>,
    #[serde(rename = "doc_id")]
    relay_id: Option<String>,
    operation_name: Option<String>,
    variables: Option<String>,
    extensions: Option<String>,
}

impl Parameters {
    /// Whether they ask for no document: a person came to look.
    pub(super) fn name_nothing(&self) -> bool {
        let ids = [&self.id, &self.document_id, &self.relay_id];
        self.query.is_none() && self.extensions.is_none() && ids.iter().all(|id| id.is_none())
    }

    /// Whether they are what a link for people has: a text, or nothing.
    pub(super) fn are_for_people(&self) -> bool {
        self.name_nothing() || self.query.is_some() && self.extensions.is_none()
    }

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
        let extensions = object(extensions, "extensions")?;
        let ids = [parameters.document_id, parameters.id, parameters.relay_id];
        let id = ids.into_iter().flatten().find(|id| !id.is_empty());
        Ok(Self {
            wants_cost: wants_cost(&extensions)?,
            wanted: Wanted::of(parameters.query, id, &extensions)?,
            operation: parameters.operation_name.filter(|name| !name.is_empty()),
            variables: Variables::from_json(Value::Object(object(variables, "variables")?)),
        })
    }

    /// From the JSON body of a `POST`, which may be a batch of so many.
    pub(super) fn from_json(body: &[u8], most: usize) -> Result<Calls, Refusal> {
        let body = json::parse(body)
            .map_err(|error| Refusal::bad_request(format!("the body is not JSON: {error}")))?;
        match body {
            Value::Array(_) if most < 2 => Err(Refusal::bad_request(
                "batches are not supported: send one request at a time",
            )),
            Value::Array(batch) if batch.is_empty() || batch.len() > most => {
                Err(Refusal::bad_request(format!(
                    "a batch has at least one operation, and at most {most}"
                )))
            }
            Value::Array(batch) => {
                let calls = batch.into_iter().map(Self::from_value).collect();
                Ok(Calls::Batch(calls))
            }
            body => Self::from_value(body).map(Calls::One),
        }
    }

    /// From an object. Properties that we do not know are ignored.
    pub(super) fn from_value(body: Value) -> Result<Self, Refusal> {
        let Value::Object(mut body) = body else {
            return Err(Refusal::bad_request("the body must be a JSON object"));
        };
        let document = match body.remove("query") {
            Some(Value::String(document)) => Some(document),
            Some(Value::Null) | None => None,
            Some(_) => return Err(Refusal::bad_request("`query` must be a string")),
        };
        let operation = match body.remove("operationName") {
            Some(Value::String(name)) => Some(name).filter(|name| !name.is_empty()),
            Some(Value::Null) | None => None,
            Some(_) => return Err(Refusal::bad_request("`operationName` must be a string")),
        };
        let variables = object(body.remove("variables"), "variables")?;
        let extensions = object(body.remove("extensions"), "extensions")?;
        let id = IDS.iter().find_map(|name| match body.remove(*name)? {
            Value::String(id) => Some(id),
            _ => None,
        });
        Ok(Self {
            wants_cost: wants_cost(&extensions)?,
            wanted: Wanted::of(document, id, &extensions)?,
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

    /// Forgets the variables that an operation does not declare: they change nothing, and might stay with it for long.
    pub(super) fn keep_declared(&mut self, operation: &OperationDefinition) {
        let declared = &operation.variable_definitions;
        self.variables.retain(|name, _| {
            let mut declared = declared.iter().map(|variable| &variable.node.name.node);
            declared.any(|declared| declared == name)
        });
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

    /// What the schema is asked, of this document, and how the client asked for that.
    pub(super) fn asked(self, document: Arc<Document>) -> (Wanted, Asked) {
        let asked = Asked {
            document,
            operation: self.operation,
            variables: self.variables,
            wants_cost: self.wants_cost,
            data: Data::default(),
        };
        (self.wanted, asked)
    }
}

impl Wanted {
    /// By a text, by what the extension of Apollo's automatic persisted queries says, or by an id. Beside a text an id is a
    /// property that we do not know.
    fn of(
        text: Option<String>,
        id: Option<String>,
        extensions: &Map<String, Value>,
    ) -> Result<Self, Refusal> {
        let hash = hash(extensions)?;
        if let (None, None, Some(id)) = (&text, hash, id) {
            let known = id.strip_prefix(SHA256).and_then(DocumentHash::from_hex);
            return Ok(known.map_or(Self::Id(id), Self::Hash));
        }
        match (text, hash) {
            (Some(text), None) => Ok(Self::Text(text)),
            (Some(text), Some(hash)) if hash == DocumentHash::of(&text) => {
                Ok(Self::Both(text, hash))
            }
            (Some(_), Some(_)) => Err(Refusal::bad_request(
                "`sha256Hash` is not the SHA-256 of `query`",
            )),
            (None, Some(hash)) => Ok(Self::Hash(hash)),
            (None, None) => Err(Refusal::bad_request(
                "`query` is missing: it must be a GraphQL document",
            )),
        }
    }
}

/// Whether a client asks what its operation costs.
fn wants_cost(extensions: &Map<String, Value>) -> Result<bool, Refusal> {
    match extensions.get("cost") {
        None | Some(Value::Null) => Ok(false),
        Some(Value::Bool(wants)) => Ok(*wants),
        Some(_) => Err(Refusal::bad_request(
            "the extension `cost` must be true or false",
        )),
    }
}

/// The hash by which a client names a document.
fn hash(extensions: &Map<String, Value>) -> Result<Option<DocumentHash>, Refusal> {
    let persisted = match extensions.get("persistedQuery") {
        None | Some(Value::Null) => return Ok(None),
        Some(persisted) => persisted,
    };
    if persisted["version"].as_u64() != Some(VERSION) {
        return Err(Refusal::bad_request(
            "`persistedQuery` must be an object whose `version` is 1",
        ));
    }
    let hash = persisted["sha256Hash"]
        .as_str()
        .and_then(DocumentHash::from_hex);
    hash.map(Some).ok_or_else(|| {
        Refusal::bad_request("`sha256Hash` must be a SHA-256 of 64 hexadecimal digits")
    })
}

/// `null` is the same as none.
fn object(value: Option<Value>, name: &str) -> Result<Map<String, Value>, Refusal> {
    match value {
        Some(Value::Object(object)) => Ok(object),
        Some(Value::Null) | None => Ok(Map::new()),
        Some(_) => Err(Refusal::bad_request(format!("`{name}` must be an object"))),
    }
}

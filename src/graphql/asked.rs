//! What the schema is asked, and what comes of it.

use std::sync::Arc;

use async_graphql::{Data, Request, Response, ServerError, Variables};
use futures::stream::{self, BoxStream, StreamExt};

use super::documents::Document;
use super::error::{ApiError, Result};

/// An operation that somebody wants to have executed; the document has it.
pub struct Asked {
    pub document: Arc<Document>,
    /// Its name, if they said one.
    pub operation: Option<String>,
    pub variables: Variables,
    /// Whether the answer is to say what the operation costs.
    pub wants_cost: bool,
    /// What the resolvers need to know of the request.
    pub data: Data,
}

/// What came of it.
pub enum Answered {
    /// An answer to whoever asked, and to nobody else.
    Theirs(Box<Response>),
    /// The same for everybody who asks the same.
    Common(Common),
}

/// An answer without errors, headers and extensions, that says the same to everybody.
#[derive(Debug, Clone)]
pub struct Common {
    /// The whole body of the answer: JSON.
    pub body: Arc<[u8]>,
    /// For how many seconds caches may give it again.
    pub fresh: usize,
    /// Whether it goes by the languages that were asked for.
    pub is_translated: bool,
}

impl Answered {
    /// The answer as a value, for those who send it as a part of something.
    pub(crate) fn into_response(self) -> Result<Response> {
        match self {
            Self::Theirs(response) => Ok(*response),
            Self::Common(common) => serde_json::from_slice(&common.body).map_err(|error| {
                let error = &error as &dyn std::error::Error;
                tracing::error!(error, "An answer that was kept is not JSON");
                ApiError::internal()
            }),
        }
    }
}

/// What executes the operations of documents.
pub trait Execute: Clone + Send + Sync + 'static {
    /// Executes one operation of a document.
    fn execute(&self, asked: Asked) -> impl Future<Output = Answered> + Send;

    /// Why a document, or one of its operations, is never executed, whoever asks and whatever the variables are. A schema
    /// that does not look says so when it is asked.
    fn examine(&self, _: &Document) -> Result<(), String> {
        Ok(())
    }

    /// Begins a subscription: its answers, until it ends. One without data is the last; if it is the first one, too, the
    /// subscription has not begun.
    fn subscribe(&self, asked: Asked) -> impl Future<Output = BoxStream<'static, Response>> + Send {
        drop(asked);
        let error = ServerError::new("this schema has no subscriptions", None);
        let refused = Response::from_errors(vec![error]);
        std::future::ready(stream::once(async move { refused }).boxed())
    }
}

impl Asked {
    /// As the library wants it, with the document as it was sent: for one that is to be validated.
    pub fn whole(self) -> Request {
        let document = self.document.parsed().clone();
        self.request(document)
    }

    /// As the library wants it, with nothing else than is executed.
    pub(super) fn alone(self) -> Request {
        let document = self.document.alone(self.operation.as_deref());
        self.request(document)
    }

    /// The text is not needed again.
    fn request(self, document: async_graphql::parser::types::ExecutableDocument) -> Request {
        let mut request = Request::new(String::new()).variables(self.variables);
        request.operation_name = self.operation;
        request.data = self.data;
        request.set_parsed_query(document);
        request
    }
}

impl Answered {
    /// Whether something went wrong.
    pub fn has_errors(&self) -> bool {
        match self {
            Self::Theirs(response) => !response.errors.is_empty(),
            Self::Common(_) => false,
        }
    }
}

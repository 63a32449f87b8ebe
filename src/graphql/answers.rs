//! Answers that were just given to nobody in particular, for whoever asks the same.
//!
//! Whoever is not logged in is asked nothing but what everybody may see, so the same question has the same answer: until
//! the catalogue changes, or for the moment in which what follows it (search, similar titles, windows of time) may lag
//! behind anyway.

use std::any::TypeId;
use std::time::Duration;

use async_graphql::{Request, Response, Value, Variables};
use moka::sync::Cache;

use super::context::Caller;
use crate::domain::catalog::CatalogService;
use crate::domain::viewer::Viewer;

/// How long an answer is good although the catalogue stays as it is.
const LIFETIME: Duration = Duration::from_millis(500);
/// How many bytes the answers may have in all, about.
const CAPACITY: u64 = 64 * 1024 * 1024;

/// The answers. Clones share them.
#[derive(Clone)]
pub(super) struct Answers {
    given: Cache<Question, Value>,
    catalog: CatalogService,
}

/// What was asked, and of which catalogue.
#[derive(PartialEq, Eq, Hash)]
pub(super) struct Question {
    query: String,
    operation: Option<String>,
    variables: String,
    revision: u64,
}

impl Answers {
    /// None was given yet.
    pub(super) fn of(catalog: CatalogService) -> Self {
        let weigh = |question: &Question, answer: &Value| {
            let size = question.query.len() + question.variables.len() + size(answer);
            u32::try_from(size).unwrap_or(u32::MAX)
        };
        let given = Cache::builder()
            .max_capacity(CAPACITY)
            .weigher(weigh)
            .time_to_live(LIFETIME)
            .build();
        Self { given, catalog }
    }

    /// What a query asks that nobody in particular sends; `None`: its answer is nobody else's.
    pub(super) async fn question(
        &self,
        request: &Request,
        variables: &Variables,
    ) -> Option<Question> {
        let caller = request.data.get(&TypeId::of::<Caller>())?;
        let caller = caller.downcast_ref::<Caller>()?;
        if caller.viewer() != Viewer::Anonymous {
            return None;
        }
        Some(Question {
            query: request.query.clone(),
            operation: request.operation_name.clone(),
            variables: serde_json::to_string(variables).ok()?,
            // Read before the answer is made: what changes meanwhile makes another question of it.
            revision: self.catalog.revision().await.ok()??,
        })
    }

    /// What was answered to it a moment ago.
    pub(super) fn get(&self, question: &Question) -> Option<Response> {
        let answer = self.given.get(question);
        let result = if answer.is_some() { "hit" } else { "miss" };
        metrics::counter!("cache_reads_total", "cache" => "answers", "result" => result)
            .increment(1);
        answer.map(Response::new)
    }

    /// Keeps an answer, if it is whole and says nothing but its data.
    pub(super) fn keep(&self, question: Question, response: &Response) {
        let is_whole = response.errors.is_empty()
            && response.extensions.is_empty()
            && response.http_headers.is_empty();
        if is_whole {
            self.given.insert(question, response.data.clone());
        }
    }
}

/// How many bytes a value takes, about.
fn size(value: &Value) -> usize {
    let inside: usize = match value {
        Value::Object(fields) => fields.values().map(|field| 64 + size(field)).sum(),
        Value::List(values) => values.iter().map(size).sum(),
        Value::String(text) => text.len(),
        _ => 0,
    };
    64 + inside
}

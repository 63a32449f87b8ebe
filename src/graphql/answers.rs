//! Answers that were just given to nobody in particular, for whoever asks the same.
//!
//! Whoever is not logged in is asked nothing but what everybody may see, so the same question has the same answer: until
//! the catalogue changes, or for the moment in which what follows it (search, similar titles, windows of time, how much is
//! watched) may lag behind anyway. They are kept as the bytes that go over the wire.

use std::any::TypeId;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::{Response, Value};
use moka::sync::Cache;
use serde::Serialize;

use super::asked::{Asked, Common};
use super::context::Caller;
use super::documents::Operation;
use crate::domain::catalog::CatalogService;
use crate::domain::language::LanguageTag;
use crate::domain::viewer::Viewer;

/// How long an answer is good although the catalogue stays as it is.
const LIFETIME: Duration = Duration::from_millis(500);
/// How many bytes the answers may have in all, about.
const CAPACITY: u64 = 64 * 1024 * 1024;
/// What an answer takes beside its bytes, about.
const OVERHEAD: usize = 256;

/// The answers. Clones share them.
#[derive(Clone)]
pub(super) struct Answers {
    given: Cache<Arc<Question>, Common>,
    catalog: CatalogService,
}

/// What was asked, and of which catalogue.
#[derive(PartialEq, Eq, Hash)]
pub(super) struct Question {
    /// The number of the document.
    document: u64,
    operation: Option<String>,
    variables: String,
    /// The languages that are asked for beside it; none if the answer is the same in all.
    languages: Vec<LanguageTag>,
    revision: u64,
}

/// The body of an answer without errors and extensions.
#[derive(Serialize)]
struct Body<'a> {
    data: &'a Value,
}

impl Answers {
    /// None was given yet.
    pub(super) fn of(catalog: CatalogService) -> Self {
        let weigh = |question: &Arc<Question>, answer: &Common| {
            let languages = size_of_val(question.languages.as_slice());
            let size = OVERHEAD + question.variables.len() + languages + answer.body.len();
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
        asked: &Asked,
        operation: &Operation,
    ) -> Option<Arc<Question>> {
        let caller = asked.data.get(&TypeId::of::<Caller>())?;
        let caller = caller.downcast_ref::<Caller>()?;
        if caller.viewer() != Viewer::Anonymous {
            return None;
        }
        let languages = caller.languages();
        let languages = languages.iter().filter(|_| operation.is_translated);
        Some(Arc::new(Question {
            document: asked.document.number(),
            operation: asked.operation.clone(),
            variables: serde_json::to_string(&asked.variables).ok()?,
            languages: languages.copied().collect(),
            // Read before the answer is made: what changes meanwhile makes another question of it.
            revision: self.catalog.revision().await.ok()??,
        }))
    }

    /// What was answered to it a moment ago.
    pub(super) fn get(&self, question: &Arc<Question>) -> Option<Common> {
        let answer = self.given.get(question);
        let result = if answer.is_some() { "hit" } else { "miss" };
        metrics::counter!("cache_reads_total", "cache" => "answers", "result" => result)
            .increment(1);
        answer
    }

    /// Keeps an answer, if it is whole and says nothing but its data. Given back as it was kept.
    pub(super) fn keep(
        &self,
        question: Arc<Question>,
        response: &Response,
        operation: &Operation,
    ) -> Option<Common> {
        let is_whole = response.errors.is_empty()
            && response.extensions.is_empty()
            && response.http_headers.is_empty();
        if !is_whole {
            return None;
        }
        let data = &response.data;
        let body = serde_json::to_vec(&Body { data }).ok()?;
        let body = body.into();
        let answer = Common {
            body,
            fresh: operation.fresh,
            is_translated: operation.is_translated,
        };
        self.given.insert(question, answer.clone());
        Some(answer)
    }
}

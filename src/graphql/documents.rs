//! Documents that came before. A site sends the same few dozen over and over, so what is the same each time is kept: the
//! parsed document, that it is valid, what its operations weigh and in which order they are answered.
//!
//! Only what was found valid is kept. A document that is refused is looked at anew each time.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::parser::types::{DocumentOperations, ExecutableDocument, OperationType};
use async_graphql::{Name, Variables};
use moka::sync::Cache;

use super::cost::{Costs, Plan, Reports};
use super::freshness;
use super::inputs::Inputs;
use super::limits::{self, LimitError, Limits, words};
use super::order::Order;
use super::translated::is_translated;
use super::types::{Types, operation};
use crate::domain::persisted::DocumentHash;

/// How many bytes the documents may have in all, about.
const CAPACITY: u64 = 64 * 1024 * 1024;
/// What is kept for a word of a document, about: a field, its place in the order of the answer, its weight.
const OF_A_WORD: usize = 512;

/// The number of the next document: answers are kept by it.
static NEXT: AtomicU64 = AtomicU64::new(0);

/// The documents that came before. Clones share them.
#[derive(Clone)]
pub struct Documents {
    limits: Limits,
    known: Cache<Arc<str>, Arc<Document>>,
    /// Those of them that somebody named by their hash.
    named: Cache<DocumentHash, Arc<Document>>,
}

/// A document within the limits.
pub struct Document {
    /// No other document of this process has it.
    number: u64,
    text: Arc<str>,
    parsed: ExecutableDocument,
    is_valid: AtomicBool,
    is_kept: AtomicBool,
    /// What is known of its operations, by the name that they were asked for by.
    operations: Mutex<HashMap<Option<Name>, Arc<Operation>>>,
}

/// What is the same each time that an operation is executed.
pub(super) struct Operation {
    pub(super) kind: OperationType,
    pub(super) plan: Plan,
    /// The reports of players that it sends.
    pub(super) reports: Reports,
    pub(super) inputs: Inputs,
    pub(super) order: Order,
    /// For how many seconds caches may give its answer again, where it is the same for everybody.
    pub(super) fresh: usize,
    /// Whether its answer is another one for readers of other languages.
    pub(super) is_translated: bool,
}

impl Documents {
    /// No document came before.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            known: Cache::builder()
                .max_capacity(CAPACITY)
                .weigher(|_: &Arc<str>, document: &Arc<Document>| document.size())
                .build(),
            named: Cache::builder()
                .max_capacity(CAPACITY)
                .weigher(|_: &DocumentHash, document: &Arc<Document>| document.size())
                .build(),
        }
    }

    /// The document of a text, if it is within the limits.
    pub fn read(&self, text: &str) -> Result<Arc<Document>, LimitError> {
        let known = self.known.get(text);
        let result = if known.is_some() { "hit" } else { "miss" };
        metrics::counter!("cache_reads_total", "cache" => "documents", "result" => result)
            .increment(1);
        if let Some(document) = known {
            return Ok(document);
        }
        let parsed = limits::check(text, &self.limits)?;
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        Ok(Arc::new(Document::new(number, text, parsed)))
    }

    /// The document with a hash, if somebody sent it before and it was found valid.
    pub fn named(&self, hash: DocumentHash) -> Option<Arc<Document>> {
        self.named.get(&hash)
    }

    /// Keeps a document that was found valid for those who name it by its hash.
    pub fn keep_named(&self, hash: DocumentHash, document: &Arc<Document>) {
        if document.is_valid() && !self.named.contains_key(&hash) {
            self.named.insert(hash, Arc::clone(document));
        }
    }

    /// Keeps a document for those who send it again, if it was found valid.
    pub fn keep(&self, document: &Arc<Document>) {
        if document.is_valid() && !document.is_kept.swap(true, Ordering::Relaxed) {
            let text = Arc::clone(&document.text);
            self.known.insert(text, Arc::clone(document));
        }
    }
}

impl Document {
    fn new(number: u64, text: &str, parsed: ExecutableDocument) -> Self {
        Self {
            number,
            text: text.into(),
            parsed,
            is_valid: AtomicBool::new(false),
            is_kept: AtomicBool::new(false),
            operations: Mutex::default(),
        }
    }

    /// How many bytes it takes, about.
    fn size(&self) -> u32 {
        let size = self.text.len() + words(&self.text) * OF_A_WORD;
        u32::try_from(size).unwrap_or(u32::MAX)
    }

    /// Another one for each document of this process that is not the same.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// What its text says, parsed.
    pub fn parsed(&self) -> &ExecutableDocument {
        &self.parsed
    }

    /// Whether it fits the schema, whatever its variables are: it was executed before.
    pub fn is_valid(&self) -> bool {
        self.is_valid.load(Ordering::Relaxed)
    }

    /// Notes that the schema found nothing wrong with it.
    pub(super) fn found_valid(&self) {
        self.is_valid.store(true, Ordering::Relaxed);
    }

    /// What is known of an operation; `None`: there is none of this name.
    pub(super) fn operation(
        &self,
        name: Option<&str>,
        types: &Types,
        costs: &Costs,
    ) -> Option<Arc<Operation>> {
        let key = name.map(Name::new);
        let known = || {
            let known = self.operations.lock();
            known.unwrap_or_else(PoisonError::into_inner)
        };
        if let Some(operation) = known().get(&key) {
            return Some(Arc::clone(operation));
        }
        let (found, _) = operation(&self.parsed, name)?;
        let operation = Arc::new(Operation {
            kind: found.ty,
            plan: costs.plan(&self.parsed, name),
            reports: Reports::of(&self.parsed, name),
            inputs: Inputs::of(types, &self.parsed, name),
            order: Order::of(&self.parsed, name),
            fresh: freshness::seconds(types, &self.parsed, name),
            is_translated: is_translated(types, &self.parsed, name),
        });
        known().insert(key, Arc::clone(&operation));
        Some(operation)
    }

    /// The document with one of its operations alone.
    pub(super) fn alone(&self, name: Option<&str>) -> ExecutableDocument {
        let operations = match (&self.parsed.operations, name) {
            (DocumentOperations::Multiple(all), Some(name)) if all.len() > 1 => {
                let named = all.get_key_value(name);
                let named = named.map(|(name, operation)| (name.clone(), operation.clone()));
                DocumentOperations::Multiple(named.into_iter().collect())
            }
            (operations, _) => operations.clone(),
        };
        ExecutableDocument {
            operations,
            fragments: self.parsed.fragments.clone(),
        }
    }
}

impl Operation {
    /// What it weighs with these variables.
    pub(super) fn weigh(&self, variables: &Variables) -> usize {
        self.plan.weigh(variables)
    }
}

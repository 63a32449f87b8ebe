//! What the metrics and traces call the operations that clients send. Their names are the clients' own, so that
//! there could be any number of them; only so many are told apart.

use std::collections::HashSet;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use async_graphql::parser::types::OperationType;

use crate::graphql::Answered;

/// How many names are learned, and how long one may be.
const LEARNED: usize = 100;
const LONGEST: usize = 64;
/// What has no name.
const UNNAMED: &str = "unnamed";
/// What has a name that is not told apart.
const OTHER: &str = "other";

/// The names that are told apart.
#[derive(Debug, Default)]
pub struct Operations {
    known: RwLock<HashSet<Arc<str>>>,
    are_given: bool,
}

impl Operations {
    /// These names, or if there are none, the first that are asked for: who wants to can fill that list with nonsense,
    /// but cannot make it longer.
    pub fn new(names: &[String]) -> Self {
        let known: HashSet<Arc<str>> = names.iter().map(|name| name.as_str().into()).collect();
        Self {
            are_given: !known.is_empty(),
            known: RwLock::new(known),
        }
    }

    /// What an operation is called.
    pub(super) fn label(&self, name: Option<&str>) -> Arc<str> {
        let Some(name) = name else {
            return UNNAMED.into();
        };
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(label) = known.get(name) {
            return Arc::clone(label);
        }
        let is_learned = !self.are_given && known.len() < LEARNED && name.len() <= LONGEST;
        drop(known);
        if !is_learned {
            return OTHER.into();
        }
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= LEARNED {
            return OTHER.into();
        }
        let label: Arc<str> = name.into();
        known.insert(Arc::clone(&label));
        label
    }
}

/// As metrics call it.
pub(super) fn kind(kind: OperationType) -> &'static str {
    match kind {
        OperationType::Query => "query",
        OperationType::Mutation => "mutation",
        OperationType::Subscription => "subscription",
    }
}

/// How an operation ended.
#[derive(Debug, Clone, Copy)]
pub(super) enum Outcome {
    Ok,
    Errors,
    /// It was not executed, or not to its end.
    Refused,
}

impl Outcome {
    /// Of an answer; `None`: there is none.
    pub(super) fn of(answered: Option<&Answered>) -> Self {
        match answered {
            Some(answered) if answered.has_errors() => Self::Errors,
            Some(_) => Self::Ok,
            None => Self::Refused,
        }
    }
}

/// Counts an operation, by how it ended.
pub(super) fn count(label: Arc<str>, kind: &'static str, took: Duration, outcome: Outcome) {
    let outcome = match outcome {
        Outcome::Ok => "ok",
        Outcome::Errors => "errors",
        Outcome::Refused => "refused",
    };
    metrics::histogram!(
        "graphql_operation_duration_seconds",
        "operation" => label,
        "type" => kind,
        "outcome" => outcome
    )
    .record(took);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn given_names_are_told_apart_and_no_others() {
        let operations = Operations::new(&["Home".to_owned(), "Film".to_owned()]);

        assert_eq!(&*operations.label(Some("Home")), "Home");
        assert_eq!(&*operations.label(Some("Homes")), "other");
        assert_eq!(&*operations.label(None), "unnamed");
    }

    #[test]
    fn only_so_many_names_are_learned() {
        let operations = Operations::default();

        let labels: HashSet<Arc<str>> = (0..LEARNED * 3)
            .map(|n| operations.label(Some(&format!("Op{n}"))))
            .collect();

        assert_eq!(labels.len(), LEARNED + 1);
        assert_eq!(&*operations.label(Some("Op0")), "Op0");
        assert_eq!(&*operations.label(Some("Op299")), "other");
    }

    #[test]
    fn long_names_are_not_learned() {
        let operations = Operations::default();

        let long = "x".repeat(LONGEST + 1);

        assert_eq!(&*operations.label(Some(&long)), "other");
        assert_eq!(&*operations.label(Some(&long[1..])), &long[1..]);
    }
}

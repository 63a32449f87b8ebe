//! How many reports of players an operation sends, which have a limit of their own.

use std::convert::Infallible;

use async_graphql::parser::types::{ExecutableDocument, Selection, SelectionSet};
use async_graphql::{Name, Value, Variables};
use async_graphql_value::Value as Given;

use crate::domain::watching::MOST_REPORTS;
use crate::graphql::types;

/// The mutation that is one report of a player.
const REPORT: &str = "reportPlayback";
/// The one that is several, and where they stand in its input.
const BATCH: (&str, &str) = ("reportPlaybackBatch", "reports");
/// Selections inside each other, fragments included; the limits allow fewer.
const DEPTH: usize = 64;

/// The reports of an operation, whatever its variables are.
#[derive(Debug, Default)]
pub(in crate::graphql) struct Reports {
    alone: usize,
    /// The input of each batch.
    batches: Vec<Option<Given>>,
}

impl Reports {
    /// Those of an operation.
    pub(in crate::graphql) fn of(document: &ExecutableDocument, operation: Option<&str>) -> Self {
        let mut reports = Self::default();
        if let Some((operation, "Mutation")) = types::operation(document, operation) {
            reports.add(document, &operation.selection_set.node, DEPTH);
        }
        reports
    }

    /// How many there are with these variables.
    pub(in crate::graphql) fn count(&self, variables: &Variables) -> usize {
        let batches = self.batches.iter();
        let batches = batches.map(|input| kept(input.as_ref(), variables));
        batches.fold(self.alone, usize::saturating_add)
    }

    fn add(&mut self, document: &ExecutableDocument, set: &SelectionSet, depth: usize) {
        if depth == 0 {
            return;
        }
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) if field.node.name.node == BATCH.0 => {
                    let input = field.node.get_argument("input");
                    self.batches.push(input.map(|input| input.node.clone()));
                }
                Selection::Field(field) => {
                    self.alone += usize::from(field.node.name.node == REPORT);
                }
                Selection::InlineFragment(inline) => {
                    self.add(document, &inline.node.selection_set.node, depth - 1);
                }
                Selection::FragmentSpread(spread) => {
                    let fragment = document.fragments.get(&spread.node.fragment_name.node);
                    if let Some(fragment) = fragment {
                        self.add(document, &fragment.node.selection_set.node, depth - 1);
                    }
                }
            }
        }
    }
}

/// How many reports a batch has, in the document or in its variables; as many as it can have where neither says so.
fn kept(input: Option<&Given>, variables: &Variables) -> usize {
    let input = input.map(|input| {
        let known = |name: Name| Ok(variables.get(&name).cloned().unwrap_or_default());
        input.clone().into_const_with::<Infallible>(known)
    });
    let Some(Ok(Value::Object(mut fields))) = input else {
        return MOST_REPORTS;
    };
    match fields.swap_remove(BATCH.1) {
        Some(Value::List(reports)) => reports.len(),
        // It stands for a list of itself.
        Some(Value::Object(_)) => 1,
        _ => MOST_REPORTS,
    }
}

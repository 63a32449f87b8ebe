//! How many reports of players an operation sends, which have a limit of their own.

use async_graphql::parser::types::{ExecutableDocument, Selection, SelectionSet};

use crate::graphql::types;

/// The mutation that is one report of a player.
const REPORT: &str = "reportPlayback";
/// Selections inside each other, fragments included; the limits allow fewer.
const DEPTH: usize = 64;

/// How many reports of players an operation sends.
pub(in crate::graphql) fn reports(document: &ExecutableDocument, operation: Option<&str>) -> usize {
    match types::operation(document, operation) {
        Some((operation, "Mutation")) => count(document, &operation.selection_set.node, DEPTH),
        _ => 0,
    }
}

fn count(document: &ExecutableDocument, set: &SelectionSet, depth: usize) -> usize {
    if depth == 0 {
        return 0;
    }
    let inside = |set: &SelectionSet| count(document, set, depth - 1);
    let items = set.items.iter().map(|selection| match &selection.node {
        Selection::Field(field) => usize::from(field.node.name.node == REPORT),
        Selection::InlineFragment(inline) => inside(&inline.node.selection_set.node),
        Selection::FragmentSpread(spread) => {
            let fragment = document.fragments.get(&spread.node.fragment_name.node);
            fragment.map_or(0, |fragment| inside(&fragment.node.selection_set.node))
        }
    });
    items.fold(0, usize::saturating_add)
}

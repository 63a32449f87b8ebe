//! What every field of the schema costs, and how long its lists are.

use std::collections::HashMap;

use async_graphql::parser::types::{ExecutableDocument, FieldDefinition};
use async_graphql::{Name, Value, Variables};

use super::plan::Plan;
use crate::domain::page::MAX_PAGE;
use crate::graphql::list_lengths::{
    BUCKETS, DEFAULT_PAGE, DEFAULT_ROW, ERRORS, FACETS, LENGTHS, LISTS, MOST_BUCKETS, ROW,
    ROW_LENGTH,
};
use crate::graphql::types::{self, Types};
use crate::graphql::weights::{BEHIND, listed, work};

/// What every field of the schema costs.
pub(in crate::graphql) struct Costs {
    types: HashMap<Name, HashMap<Name, FieldCost>>,
}

/// What one field costs, without what is in it.
pub(super) struct FieldCost {
    pub(super) work: usize,
    /// What more it costs behind a cursor.
    pub(super) behind: usize,
    /// The type of what it gives.
    pub(super) gives: Name,
    pub(super) rows: Rows,
    /// How long the rows of suggestions are that it gives.
    pub(super) titles: Option<Factor>,
    /// Of a page, and answered once for all of its rows.
    pub(super) is_of_page: bool,
}

/// How often a field's selection is answered.
pub(super) enum Rows {
    /// A fixed number of rows, exactly or nearly.
    Fixed(usize),
    /// As many as arguments say, multiplied.
    Asked(Vec<Factor>),
}

/// How long one of the arguments of a field makes its list.
pub(super) struct Factor {
    /// The arguments of which one is given: `first` or `last`, or a single one.
    pub(super) arguments: Vec<Name>,
    /// How long it is if none is; `None`: as long as the row of suggestions that it is the list of.
    pub(super) usual: Option<usize>,
}

impl Costs {
    /// The costs of the fields of these types.
    pub(in crate::graphql) fn new(types: &Types) -> Self {
        let types = types.iter().map(|(of, fields)| {
            let fields = fields
                .iter()
                .map(|(name, field)| (name.clone(), FieldCost::new(of, field)));
            (of.clone(), fields.collect())
        });
        Self {
            types: types.collect(),
        }
    }

    /// How much an operation asks for. Fragments that spread themselves are for the validation to find.
    pub(in crate::graphql) fn of(
        &self,
        document: &ExecutableDocument,
        operation: Option<&str>,
        variables: &Variables,
    ) -> usize {
        self.plan(document, operation).weigh(variables)
    }

    /// The same for any variables, as a plan to weigh them by. An operation that is not there asks for nothing.
    pub(in crate::graphql) fn plan(
        &self,
        document: &ExecutableDocument,
        operation: Option<&str>,
    ) -> Plan {
        types::operation(document, operation).map_or_else(Plan::default, |(operation, root)| {
            Plan::of(self, document, operation, root)
        })
    }

    pub(super) fn field(&self, of: &str, name: &str) -> Option<&FieldCost> {
        self.types.get(of)?.get(name)
    }
}

impl FieldCost {
    fn new(of: &str, field: &FieldDefinition) -> Self {
        let (gives, is_list) = types::named(&field.ty.node);
        // The rows of a page were counted by the field that gives the page.
        let is_list = is_list && !of.ends_with("Connection");
        let usual = listed(LISTS, of, &field.name.node);
        let lengths = field.arguments.iter().filter_map(|argument| {
            let name = &argument.node.name.node;
            LENGTHS.contains(&name.as_str()).then(|| {
                let default = argument.node.default_value.as_ref();
                let default = default.and_then(|value| length(name, &value.node));
                (name.clone(), usual.or(default))
            })
        });
        let lengths: Vec<_> = lengths.collect();
        let is_of_row = (of, field.name.node.as_str()) == ROW;
        let usual_of = |default: Option<usize>| match default {
            None if is_of_row => None,
            default => Some(default.unwrap_or(DEFAULT_PAGE)),
        };
        let rows = match (lengths.as_slice(), is_list) {
            ([], true) => Rows::Fixed(usual.unwrap_or(ERRORS)),
            ([], false) => Rows::Fixed(1),
            ([(first, default), (last, _)], _) if first == "first" && last == "last" => {
                Rows::Asked(vec![Factor {
                    arguments: vec![first.clone(), last.clone()],
                    usual: usual_of(*default),
                }])
            }
            (lengths, _) => {
                let factor = |(name, default): &(Name, Option<usize>)| Factor {
                    arguments: vec![name.clone()],
                    usual: usual_of(*default),
                };
                Rows::Asked(lengths.iter().map(factor).collect())
            }
        };
        let mut arguments = field.arguments.iter();
        let titles = arguments.find(|argument| argument.node.name.node == ROW_LENGTH);
        let titles = titles.map(|argument| {
            let name = &argument.node.name.node;
            let default = argument.node.default_value.as_ref();
            let default = default.and_then(|value| length(name, &value.node));
            Factor {
                arguments: vec![name.clone()],
                usual: Some(default.unwrap_or(DEFAULT_ROW)),
            }
        });
        Self {
            work: work(of, &field.name.node),
            behind: listed(BEHIND, of, &field.name.node).unwrap_or(0),
            gives: gives.clone(),
            rows,
            titles,
            is_of_page: of.ends_with("Connection")
                && !matches!(&*field.name.node, "edges" | "nodes"),
        }
    }
}

/// How long a list an argument asks for.
pub(super) fn length(argument: &str, value: &Value) -> Option<usize> {
    let most = if argument == BUCKETS {
        MOST_BUCKETS
    } else {
        MAX_PAGE
    };
    match value {
        Value::Number(number) => {
            let number = number.as_u64().unwrap_or(0);
            Some(usize::try_from(number).unwrap_or(most).min(most))
        }
        // An empty list asks for all facets.
        Value::List(values) if argument == FACETS && values.is_empty() => None,
        Value::List(values) => Some(values.len().min(most)),
        _ => None,
    }
}

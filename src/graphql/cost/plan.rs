//! What an operation weighs, worked out as far as it does not depend on variables: a document that comes again is
//! weighed without looking at its fields.

use std::collections::HashMap;
use std::convert::Infallible;

use async_graphql::parser::types::{
    ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet,
};
use async_graphql::{Name, Value, Variables};
use async_graphql_value::Value as Given;

use super::costs::{Costs, Factor, FieldCost, Rows, length};
use crate::graphql::list_lengths::DEFAULT_ROW;
use crate::graphql::weights::{CURSORS, INTROSPECTION};

/// What an operation weighs with any variables.
#[derive(Debug, Default)]
pub(in crate::graphql) struct Plan {
    all: Set,
    /// The fragments whose cost depends on variables; each spreads none but those before it.
    fragments: Vec<Set>,
    /// What variables are that are not given.
    defaults: HashMap<Name, Value>,
}

/// What a selection costs.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    /// Of each row of a page, or of the value.
    each: usize,
    /// Of the page that the rows are on.
    once: usize,
    /// Of each title in a row of suggestions, where what the row stands on says how many it has.
    in_row: usize,
}

/// What a selection costs: what is known, and what depends on variables.
#[derive(Debug, Default)]
struct Set {
    known: Sum,
    varying: Vec<Varying>,
}

#[derive(Debug)]
enum Varying {
    Field {
        work: usize,
        behind: Option<Behind>,
        lengths: Vec<Length>,
        /// How long rows of suggestions are in it.
        titles: Length,
        is_of_page: bool,
        inside: Set,
    },
    /// A fragment, by its place in the plan.
    Fragment(usize),
}

/// What a field costs more if one of some variables has a cursor.
#[derive(Debug)]
struct Behind {
    variables: Vec<Name>,
    work: usize,
}

/// One factor of how often a selection is answered.
#[derive(Debug)]
enum Length {
    /// `None`: as long as the row of suggestions is.
    Known(Option<usize>),
    Asked {
        /// What is given, by argument: the first that turns out to say anything counts.
        values: Vec<(Name, Given)>,
        /// How long it is where none does.
        usual: Option<usize>,
    },
}

impl Length {
    fn is_known(&self) -> bool {
        matches!(self, Self::Known(_))
    }

    /// Where nothing says more about it.
    fn usual(&self) -> Option<usize> {
        match self {
            Self::Known(rows) => *rows,
            Self::Asked { usual, .. } => *usual,
        }
    }
}

/// How long lists inside each other are; `None`: as long as the row of suggestions is.
fn product(lengths: impl IntoIterator<Item = Option<usize>>) -> Option<usize> {
    let mut lengths = lengths.into_iter();
    lengths.try_fold(1_usize, |all, rows| Some(all.saturating_mul(rows?)))
}

impl Plan {
    pub(super) fn of(
        costs: &Costs,
        document: &ExecutableDocument,
        operation: &OperationDefinition,
        root: &str,
    ) -> Self {
        let mut planner = Planner {
            costs,
            document,
            spread: HashMap::new(),
            fragments: Vec::new(),
        };
        let all = planner.set(&operation.selection_set.node, root);
        let definitions = operation.variable_definitions.iter();
        let defaults = definitions.filter_map(|definition| {
            let default = definition.node.default_value.as_ref()?;
            Some((definition.node.name.node.clone(), default.node.clone()))
        });
        Self {
            all,
            fragments: planner.fragments,
            defaults: defaults.collect(),
        }
    }

    /// What the operation weighs at the least, whatever its variables are: all of it if it has none.
    pub(in crate::graphql) fn least(&self) -> usize {
        let sum = self.all.known.with_rows_of(DEFAULT_ROW);
        sum.each.saturating_add(sum.once)
    }

    /// What the operation weighs with these variables.
    pub(in crate::graphql) fn weigh(&self, variables: &Variables) -> usize {
        let mut weighing = Weighing {
            variables,
            defaults: &self.defaults,
            fragments: Vec::with_capacity(self.fragments.len()),
        };
        for fragment in &self.fragments {
            let sum = weighing.set(fragment);
            weighing.fragments.push(sum);
        }
        let sum = weighing.set(&self.all).with_rows_of(DEFAULT_ROW);
        sum.each.saturating_add(sum.once)
    }
}

impl Sum {
    fn add(&mut self, other: Self) {
        self.each = self.each.saturating_add(other.each);
        self.once = self.once.saturating_add(other.once);
        self.in_row = self.in_row.saturating_add(other.in_row);
    }

    /// The same where each row of suggestions has so many titles.
    fn with_rows_of(self, titles: usize) -> Self {
        let in_row = self.in_row.saturating_mul(titles);
        Self {
            each: self.each.saturating_add(in_row),
            in_row: 0,
            ..self
        }
    }

    /// Of a field that is answered so often, with this in it; `None`: as often as the row has titles.
    fn of_field(work: usize, rows: Option<usize>, inside: Self, is_of_page: bool) -> Self {
        let beside = inside.once.saturating_add(work);
        let Some(rows) = rows else {
            return Self {
                each: beside,
                once: 0,
                in_row: inside.each,
            };
        };
        let all = rows.saturating_mul(inside.each).saturating_add(beside);
        let (each, once) = if is_of_page { (0, all) } else { (all, 0) };
        Self {
            each,
            once,
            in_row: 0,
        }
    }
}

/// Reads a document once, for whatever variables come.
struct Planner<'a> {
    costs: &'a Costs,
    document: &'a ExecutableDocument,
    /// What fragments add where they are spread: each is read once, however often that is.
    spread: HashMap<&'a Name, Spread>,
    fragments: Vec<Set>,
}

#[derive(Clone, Copy)]
enum Spread {
    Known(Sum),
    Varying(usize),
}

impl<'a> Planner<'a> {
    fn set(&mut self, set: &'a SelectionSet, of: &str) -> Set {
        let mut total = Set::default();
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => self.field(&field.node, of, &mut total),
                Selection::InlineFragment(inline) => {
                    let condition = inline.node.type_condition.as_ref();
                    let of = condition.map_or(of, |condition| &condition.node.on.node);
                    let inside = self.set(&inline.node.selection_set.node, of);
                    total.known.add(inside.known);
                    total.varying.extend(inside.varying);
                }
                Selection::FragmentSpread(spread) => {
                    match self.fragment(&spread.node.fragment_name.node) {
                        Spread::Known(sum) => total.known.add(sum),
                        Spread::Varying(place) => total.varying.push(Varying::Fragment(place)),
                    }
                }
            }
        }
        total
    }

    fn fragment(&mut self, name: &'a Name) -> Spread {
        if let Some(spread) = self.spread.get(name) {
            return *spread;
        }
        let Some(fragment) = self.document.fragments.get(name) else {
            return Spread::Known(Sum::default());
        };
        // Stands until the fragment is read: one that spreads itself ends here.
        self.spread.insert(name, Spread::Known(Sum::default()));
        let of = &fragment.node.type_condition.node.on.node;
        let set = self.set(&fragment.node.selection_set.node, of);
        let spread = if set.varying.is_empty() {
            Spread::Known(set.known)
        } else {
            self.fragments.push(set);
            Spread::Varying(self.fragments.len() - 1)
        };
        self.spread.insert(name, spread);
        spread
    }

    fn field(&mut self, field: &'a Field, of: &str, total: &mut Set) {
        let costs = self.costs;
        let Some(cost) = costs.field(of, &field.name.node) else {
            let each = match &*field.name.node {
                "__schema" | "__type" => INTROSPECTION,
                // `__typename`, or a mistake.
                _ => 1,
            };
            let sum = Sum {
                each,
                ..Sum::default()
            };
            return total.known.add(sum);
        };
        let inside = self.set(&field.selection_set.node, &cost.gives);
        let lengths = lengths(cost, field);
        let titles = cost.titles.as_ref();
        let titles = titles.map_or(Length::Known(None), |factor| asked(factor, field));
        let (work, behind) = work(cost, field);
        let are_known = titles.is_known() && lengths.iter().all(Length::is_known);
        if are_known && behind.is_none() && inside.varying.is_empty() {
            let rows = product(lengths.iter().map(Length::usual));
            let titles = titles.usual().unwrap_or(DEFAULT_ROW);
            let inside = inside.known.with_rows_of(titles);
            let sum = Sum::of_field(work, rows, inside, cost.is_of_page);
            total.known.add(sum);
        } else {
            total.varying.push(Varying::Field {
                work,
                behind,
                lengths,
                titles,
                is_of_page: cost.is_of_page,
                inside,
            });
        }
    }
}

/// What a field costs itself, and what that depends on.
fn work(cost: &FieldCost, field: &Field) -> (usize, Option<Behind>) {
    if cost.behind == 0 {
        return (cost.work, None);
    }
    let mut variables = Vec::new();
    for cursor in CURSORS {
        match field.get_argument(cursor).map(|cursor| &cursor.node) {
            None | Some(Given::Null) => {}
            Some(Given::Variable(variable)) => variables.push(variable.clone()),
            Some(_) => return (cost.work.saturating_add(cost.behind), None),
        }
    }
    let behind = Behind {
        variables,
        work: cost.behind,
    };
    let may_be_behind = !behind.variables.is_empty();
    (cost.work, may_be_behind.then_some(behind))
}

/// How often the selection of a field is answered, as factors.
fn lengths(cost: &FieldCost, field: &Field) -> Vec<Length> {
    match &cost.rows {
        Rows::Fixed(rows) => vec![Length::Known(Some(*rows))],
        Rows::Asked(factors) => factors.iter().map(|factor| asked(factor, field)).collect(),
    }
}

/// How long the arguments of a field make its list.
fn asked(factor: &Factor, field: &Field) -> Length {
    let arguments = factor.arguments.iter();
    let given = arguments.filter_map(|argument| {
        let value = field.get_argument(argument)?;
        Some((argument.clone(), value.node.clone()))
    });
    let values: Vec<(Name, Given)> = given.collect();
    let usual = factor.usual;
    let are_known = values
        .iter()
        .all(|(_, value)| value.clone().into_const().is_some());
    if !are_known {
        return Length::Asked { values, usual };
    }
    let known = values.into_iter().find_map(|(argument, value)| {
        let value = value.into_const()?;
        length(&argument, &value)
    });
    Length::Known(known.or(usual))
}

/// Puts variables into a plan.
struct Weighing<'a> {
    variables: &'a Variables,
    defaults: &'a HashMap<Name, Value>,
    fragments: Vec<Sum>,
}

impl Weighing<'_> {
    fn set(&self, set: &Set) -> Sum {
        let mut total = set.known;
        for varying in &set.varying {
            total.add(match varying {
                Varying::Fragment(place) => self.fragments.get(*place).copied().unwrap_or_default(),
                Varying::Field {
                    work,
                    behind,
                    lengths,
                    titles,
                    is_of_page,
                    inside,
                } => {
                    let rows = product(lengths.iter().map(|length| self.length(length)));
                    let titles = self.length(titles).unwrap_or(DEFAULT_ROW);
                    let inside = self.set(inside).with_rows_of(titles);
                    let behind = behind.as_ref().map_or(0, |behind| self.behind(behind));
                    let work = work.saturating_add(behind);
                    Sum::of_field(work, rows, inside, *is_of_page)
                }
            });
        }
        total
    }

    fn behind(&self, behind: &Behind) -> usize {
        let mut variables = behind.variables.iter();
        let is_cursor = |name: &Name| !matches!(self.value(name), None | Some(Value::Null));
        if variables.any(is_cursor) {
            behind.work
        } else {
            0
        }
    }

    fn length(&self, asked: &Length) -> Option<usize> {
        match asked {
            Length::Known(rows) => *rows,
            Length::Asked { values, usual } => {
                let mut values = values.iter();
                let found = values.find_map(|(argument, value)| self.asked(argument, value));
                found.or(*usual)
            }
        }
    }

    /// How long a list what is given for an argument asks for, if it does.
    fn asked(&self, argument: &Name, value: &Given) -> Option<usize> {
        if let Given::Variable(name) = value {
            return self.value(name).and_then(|value| length(argument, value));
        }
        let variable = |name: Name| {
            let value = self.value(&name).cloned();
            Ok::<_, Infallible>(value.unwrap_or_default())
        };
        let Ok(value) = value.clone().into_const_with(variable);
        length(argument, &value)
    }

    fn value(&self, name: &Name) -> Option<&Value> {
        self.variables.get(name).or_else(|| self.defaults.get(name))
    }
}

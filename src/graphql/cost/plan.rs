//! What an operation weighs, worked out as far as it does not depend on variables: a document that comes again is
//! weighed without looking at its fields.

use std::collections::HashMap;
use std::convert::Infallible;

use async_graphql::parser::types::{
    ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet,
};
use async_graphql::{Name, Value, Variables};
use async_graphql_value::Value as Given;

use super::costs::{Costs, FieldCost, Rows, length};
use crate::graphql::weights::INTROSPECTION;

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
        lengths: Vec<Length>,
        is_of_page: bool,
        inside: Set,
    },
    /// A fragment, by its place in the plan.
    Fragment(usize),
}

/// One factor of how often a selection is answered.
#[derive(Debug)]
enum Length {
    Known(usize),
    Asked {
        /// What is given, by argument: the first that turns out to say anything counts.
        values: Vec<(Name, Given)>,
        /// How long it is where none does.
        usual: usize,
    },
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
        let sum = weighing.set(&self.all);
        sum.each.saturating_add(sum.once)
    }
}

impl Sum {
    fn add(&mut self, other: Self) {
        self.each = self.each.saturating_add(other.each);
        self.once = self.once.saturating_add(other.once);
    }

    /// Of a field that is answered so often, with this in it.
    fn of_field(work: usize, rows: usize, inside: Self, is_of_page: bool) -> Self {
        let all = rows.saturating_mul(inside.each);
        let all = all.saturating_add(inside.once).saturating_add(work);
        if is_of_page {
            Self { each: 0, once: all }
        } else {
            Self { each: all, once: 0 }
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
            return total.known.add(Sum { each, once: 0 });
        };
        let inside = self.set(&field.selection_set.node, &cost.gives);
        let lengths = lengths(cost, field);
        let known = lengths.iter().map(|length| match length {
            Length::Known(rows) => Some(*rows),
            Length::Asked { .. } => None,
        });
        let rows = known.collect::<Option<Vec<_>>>();
        match rows {
            Some(rows) if inside.varying.is_empty() => {
                let rows = rows.into_iter().fold(1, usize::saturating_mul);
                let sum = Sum::of_field(cost.work, rows, inside.known, cost.is_of_page);
                total.known.add(sum);
            }
            _ => total.varying.push(Varying::Field {
                work: cost.work,
                lengths,
                is_of_page: cost.is_of_page,
                inside,
            }),
        }
    }
}

/// How often the selection of a field is answered, as factors.
fn lengths(cost: &FieldCost, field: &Field) -> Vec<Length> {
    let asked = match &cost.rows {
        Rows::Fixed(rows) => return vec![Length::Known(*rows)],
        Rows::Asked(asked) => asked,
    };
    let asked = asked.iter().map(|factor| {
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
        Length::Known(known.unwrap_or(usual))
    });
    asked.collect()
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
                    lengths,
                    is_of_page,
                    inside,
                } => {
                    let rows = lengths.iter().map(|length| self.length(length));
                    let rows = rows.fold(1, usize::saturating_mul);
                    Sum::of_field(*work, rows, self.set(inside), *is_of_page)
                }
            });
        }
        total
    }

    fn length(&self, asked: &Length) -> usize {
        match asked {
            Length::Known(rows) => *rows,
            Length::Asked { values, usual } => {
                let mut values = values.iter();
                let found = values.find_map(|(argument, value)| self.asked(argument, value));
                found.unwrap_or(*usual)
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

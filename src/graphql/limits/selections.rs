//! What a parsed document expands to, without expanding it.
//!
//! Fragments are put in an order in which each comes after those that it spreads, and weighed once. Recursion goes only
//! as deep as brackets are nested in one definition, which the lexical step has bounded.

use std::collections::HashMap;

use async_graphql::{
    Name, Pos, Positioned,
    parser::types::{
        ExecutableDocument, Field, FragmentDefinition, OperationType, Selection, SelectionSet,
    },
};

use super::{Counted, Introspection, LimitError, Limits};

type Fragments = HashMap<Name, Positioned<FragmentDefinition>>;

/// Where the schema's description begins.
const INTROSPECTION: [&str; 2] = ["__schema", "__type"];
/// The fields of the schema's description that lead from a type to further types.
const INTROSPECTION_LISTS: [&str; 4] = ["fields", "inputFields", "interfaces", "possibleTypes"];

/// Refuses a document that has or expands to more than is allowed.
pub(super) fn weigh(document: &ExecutableDocument, limits: &Limits) -> Result<(), LimitError> {
    let operations = document.operations.iter();
    at_most(Counted::Operations, limits.operations, operations.len())?;
    at_most(
        Counted::Fragments,
        limits.fragments,
        document.fragments.len(),
    )?;

    let mut scale = Scale {
        limits,
        aliases: 0,
        known: HashMap::new(),
    };
    for (name, fragment) in in_order(&document.fragments)? {
        let weight = scale.set(&fragment.node.selection_set.node)?;
        weight.check(limits, fragment.pos)?;
        scale.known.insert(name, weight);
    }
    let mut selections = 0_usize;
    for (_, operation) in operations {
        let weight = scale.set(&operation.node.selection_set.node)?;
        selections = selections.saturating_add(weight.selections);
        Weight {
            selections,
            ..weight
        }
        .check(limits, operation.pos)?;
        let (what, limit) = match operation.node.ty {
            OperationType::Mutation => (Counted::Mutations, limits.mutations),
            OperationType::Query | OperationType::Subscription => {
                (Counted::RootFields, limits.root_fields)
            }
        };
        at_most(what, limit, weight.fields)?;
    }
    Ok(())
}

fn at_most(what: Counted, limit: usize, found: usize) -> Result<(), LimitError> {
    if found > limit {
        return Err(LimitError::TooMany {
            what,
            limit,
            at: None,
        });
    }
    Ok(())
}

/// What a selection set comes to, with everything that it spreads.
#[derive(Debug, Clone, Copy, Default)]
struct Weight {
    /// Fields, inline fragments and spreads.
    selections: usize,
    /// Fields of the set itself, not of the fields in it.
    fields: usize,
    /// Levels of fields inside fields so far.
    depth: usize,
    /// Introspection lists inside each other.
    lists: usize,
}

impl Weight {
    /// Adds what stands beside it in the same selection set.
    fn beside(self, other: Self) -> Self {
        Self {
            selections: self.selections.saturating_add(other.selections),
            fields: self.fields.saturating_add(other.fields),
            depth: self.depth.max(other.depth),
            lists: self.lists.max(other.lists),
        }
    }

    fn check(self, limits: &Limits, at: Pos) -> Result<(), LimitError> {
        if self.selections > limits.selections {
            return Err(LimitError::TooComplex {
                limit: limits.selections,
                at,
            });
        }
        if self.depth > limits.depth {
            return Err(LimitError::TooDeep {
                limit: limits.depth,
                at,
            });
        }
        Ok(())
    }
}

struct Scale<'a> {
    limits: &'a Limits,
    /// Aliases seen so far; each definition is weighed once, so this counts them as written.
    aliases: usize,
    /// The fragments weighed so far.
    known: HashMap<&'a Name, Weight>,
}

impl Scale<'_> {
    fn set(&mut self, set: &SelectionSet) -> Result<Weight, LimitError> {
        let mut total = Weight::default();
        for selection in &set.items {
            let weight = match &selection.node {
                Selection::Field(field) => self.field(field)?,
                Selection::InlineFragment(inline) => {
                    let inside = self.set(&inline.node.selection_set.node)?;
                    Weight {
                        selections: inside.selections.saturating_add(1),
                        ..inside
                    }
                }
                Selection::FragmentSpread(spread) => {
                    // A fragment that does not exist weighs nothing; validation will name it.
                    let name = &spread.node.fragment_name.node;
                    let inside = self.known.get(name).copied().unwrap_or_default();
                    Weight {
                        selections: inside.selections.saturating_add(1),
                        ..inside
                    }
                }
            };
            total = total.beside(weight);
            total.check(self.limits, selection.pos)?;
        }
        Ok(total)
    }

    fn field(&mut self, field: &Positioned<Field>) -> Result<Weight, LimitError> {
        if let Some(alias) = &field.node.alias {
            self.aliases += 1;
            if self.aliases > self.limits.aliases {
                return Err(LimitError::TooMany {
                    what: Counted::Aliases,
                    limit: self.limits.aliases,
                    at: Some(alias.pos),
                });
            }
        }
        let inside = self.set(&field.node.selection_set.node)?;
        let name = field.node.name.node.as_str();
        if self.limits.describes == Introspection::Closed
            && let Some(asked) = INTROSPECTION.into_iter().find(|asked| *asked == name)
        {
            return Err(LimitError::NoIntrospection {
                field: asked,
                at: field.pos,
            });
        }
        if INTROSPECTION.contains(&name) && inside.lists > self.limits.introspection {
            return Err(LimitError::IntrospectionTooDeep {
                limit: self.limits.introspection,
                at: field.pos,
            });
        }
        Ok(Weight {
            selections: inside.selections.saturating_add(1),
            fields: 1,
            depth: inside.depth.saturating_add(1),
            lists: inside.lists + usize::from(INTROSPECTION_LISTS.contains(&name)),
        })
    }
}

/// A step of the walk through the fragments, kept on a list instead of the stack.
enum Step<'a> {
    /// A fragment that is spread here.
    Enter(&'a Name, Pos),
    /// Everything that the fragment spreads is done.
    Leave(&'a Name, &'a Positioned<FragmentDefinition>),
}

/// The fragments, each after those that it spreads, or the cycle that makes this impossible.
fn in_order(
    fragments: &Fragments,
) -> Result<Vec<(&Name, &Positioned<FragmentDefinition>)>, LimitError> {
    let mut order = Vec::with_capacity(fragments.len());
    // Entered but not left, or left: the entered ones are the path to where the walk is.
    let mut is_left: HashMap<&Name, bool> = HashMap::new();
    let mut steps = Vec::new();
    for (name, fragment) in fragments {
        steps.push(Step::Enter(name, fragment.pos));
        while let Some(step) = steps.pop() {
            match step {
                Step::Enter(name, at) => {
                    // Unknown names are left to validation.
                    let Some((name, fragment)) = fragments.get_key_value(name) else {
                        continue;
                    };
                    match is_left.get(name) {
                        Some(true) => {}
                        Some(false) => {
                            return Err(LimitError::Cycle {
                                fragment: name.to_string(),
                                at,
                            });
                        }
                        None => {
                            is_left.insert(name, false);
                            steps.push(Step::Leave(name, fragment));
                            push_spreads(&fragment.node.selection_set.node, &mut steps);
                        }
                    }
                }
                Step::Leave(name, fragment) => {
                    is_left.insert(name, true);
                    order.push((name, fragment));
                }
            }
        }
    }
    Ok(order)
}

fn push_spreads<'a>(set: &'a SelectionSet, steps: &mut Vec<Step<'a>>) {
    let mut sets = vec![set];
    while let Some(set) = sets.pop() {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => sets.push(&field.node.selection_set.node),
                Selection::InlineFragment(inline) => sets.push(&inline.node.selection_set.node),
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name;
                    steps.push(Step::Enter(&name.node, selection.pos));
                }
            }
        }
    }
}

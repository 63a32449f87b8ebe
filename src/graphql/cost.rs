//! How much a query may ask for: every field counts as often as it may be answered, so lists inside each other multiply.
//!
//! Not the `complexity` of async-graphql: its visitor finds the attribute on fields of objects only (7.2.1), so a field
//! that is asked of an interface, such as `Title.credits` in every list of titles, counts as one value however long the
//! list is, and four lists of a hundred inside each other would pass. And it wants an attribute on every field, which can
//! be forgotten. Here the lengths of lists are read from the schema's own text: an argument that says how many (`first`,
//! `last`, `itemsPerRow`, `ids`), or the table of lists that the domain keeps short.

use std::collections::HashMap;
use std::convert::Infallible;

use async_graphql::parser::types::{
    ExecutableDocument, Field, FieldDefinition, Selection, SelectionSet,
};
use async_graphql::{Name, Value, Variables};

use super::types::{self, Types};
use super::weights::{
    BUCKETS, DEFAULT_PAGE, ERRORS, INTROSPECTION, LENGTHS, LISTS, MOST_BUCKETS, listed, work,
};
use crate::domain::page::MAX_PAGE;
use crate::domain::watching::MOST_REPORTS;

/// The mutation that is one report of a player.
const REPORT: &str = "reportPlayback";
/// The one that is several, and where they stand in its input.
const BATCH: (&str, &str) = ("reportPlaybackBatch", "reports");
/// Selections inside each other, fragments included; the limits allow fewer.
const DEPTH: usize = 64;

/// How many reports of players an operation sends.
pub(super) fn reports(
    document: &ExecutableDocument,
    operation: Option<&str>,
    variables: &Variables,
) -> usize {
    fn count(
        document: &ExecutableDocument,
        set: &SelectionSet,
        variables: &Variables,
        depth: usize,
    ) -> usize {
        if depth == 0 {
            return 0;
        }
        let inside = |set: &SelectionSet| count(document, set, variables, depth - 1);
        let items = set.items.iter().map(|selection| match &selection.node {
            Selection::Field(field) if field.node.name.node == BATCH.0 => {
                kept(&field.node, variables)
            }
            Selection::Field(field) => usize::from(field.node.name.node == REPORT),
            Selection::InlineFragment(inline) => inside(&inline.node.selection_set.node),
            Selection::FragmentSpread(spread) => {
                let fragment = document.fragments.get(&spread.node.fragment_name.node);
                fragment.map_or(0, |fragment| inside(&fragment.node.selection_set.node))
            }
        });
        items.fold(0, usize::saturating_add)
    }
    match types::operation(document, operation) {
        Some((operation, "Mutation")) => {
            let set = &operation.selection_set.node;
            count(document, set, variables, DEPTH)
        }
        _ => 0,
    }
}

/// How many reports a batch has, in the document or in its variables; as many as it can have where neither says so.
fn kept(field: &Field, variables: &Variables) -> usize {
    let input = field.get_argument("input").map(|input| {
        let known = |name: Name| Ok(variables.get(&name).cloned().unwrap_or_default());
        input.node.clone().into_const_with::<Infallible>(known)
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

/// What every field of the schema costs.
pub(super) struct Costs {
    types: HashMap<Name, HashMap<Name, FieldCost>>,
}

struct FieldCost {
    work: usize,
    /// The type of what it gives.
    gives: Name,
    rows: Rows,
    /// Of a page, and answered once for all of its rows.
    is_of_page: bool,
}

/// What a selection costs.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    /// Of each row of a page, or of the value.
    each: usize,
    /// Of the page that the rows are on.
    once: usize,
}

enum Rows {
    /// A fixed number of rows, exactly or nearly.
    Fixed(usize),
    /// As many as arguments say: each with its default.
    Asked(Vec<(Name, usize)>),
}

impl Costs {
    /// The costs of the fields of these types.
    pub(super) fn new(types: &Types) -> Self {
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
    pub(super) fn of(
        &self,
        document: &ExecutableDocument,
        operation: Option<&str>,
        variables: &Variables,
    ) -> usize {
        let Some((operation, root)) = types::operation(document, operation) else {
            return 0;
        };
        let definitions = operation.variable_definitions.iter();
        let defaults = definitions.filter_map(|definition| {
            let default = definition.node.default_value.as_ref()?;
            Some((&definition.node.name.node, &default.node))
        });
        let mut walk = Walk {
            costs: self,
            document,
            variables: defaults.chain(variables.iter()).collect(),
            fragments: HashMap::new(),
        };
        let sum = walk.set(&operation.selection_set.node, root);
        sum.each.saturating_add(sum.once)
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
        let rows = match (lengths.as_slice(), is_list) {
            ([], true) => Rows::Fixed(usual.unwrap_or(ERRORS)),
            ([], false) => Rows::Fixed(1),
            // Of `first` and `last` only one is given.
            ([(first, None), (last, None)], _) if first == "first" && last == "last" => {
                Rows::Asked(vec![(first.clone(), DEFAULT_PAGE), (last.clone(), 1)])
            }
            (lengths, _) => {
                let default = |(name, default): &(Name, Option<usize>)| {
                    (name.clone(), default.unwrap_or(DEFAULT_PAGE))
                };
                Rows::Asked(lengths.iter().map(default).collect())
            }
        };
        Self {
            work: work(of, &field.name.node),
            gives: gives.clone(),
            rows,
            is_of_page: of.ends_with("Connection")
                && !matches!(&*field.name.node, "edges" | "nodes"),
        }
    }
}

/// How long a list an argument asks for.
fn length(argument: &Name, value: &Value) -> Option<usize> {
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
        Value::List(values) => Some(values.len().min(most)),
        _ => None,
    }
}

struct Walk<'a> {
    costs: &'a Costs,
    document: &'a ExecutableDocument,
    variables: HashMap<&'a Name, &'a Value>,
    /// The costs of fragments: each is counted once, however often it is spread.
    fragments: HashMap<&'a Name, Sum>,
}

impl<'a> Walk<'a> {
    fn set(&mut self, set: &'a SelectionSet, of: &str) -> Sum {
        let mut total = Sum::default();
        for selection in &set.items {
            let cost = match &selection.node {
                Selection::Field(field) => self.field(&field.node, of),
                Selection::InlineFragment(inline) => {
                    let condition = inline.node.type_condition.as_ref();
                    let of = condition.map_or(of, |condition| &condition.node.on.node);
                    self.set(&inline.node.selection_set.node, of)
                }
                Selection::FragmentSpread(spread) => self.fragment(&spread.node.fragment_name.node),
            };
            total.each = total.each.saturating_add(cost.each);
            total.once = total.once.saturating_add(cost.once);
        }
        total
    }

    fn fragment(&mut self, name: &'a Name) -> Sum {
        if let Some(cost) = self.fragments.get(name) {
            return *cost;
        }
        let Some(fragment) = self.document.fragments.get(name) else {
            return Sum::default();
        };
        // Stands until the fragment is counted: one that spreads itself ends here.
        self.fragments.insert(name, Sum::default());
        let of = &fragment.node.type_condition.node.on.node;
        let cost = self.set(&fragment.node.selection_set.node, of);
        self.fragments.insert(name, cost);
        cost
    }

    fn field(&mut self, field: &'a Field, of: &str) -> Sum {
        let costs = self.costs;
        let known = costs.types.get(of);
        let known = known.and_then(|fields| fields.get(&field.name.node));
        let Some(known) = known else {
            let each = match &*field.name.node {
                "__schema" | "__type" => INTROSPECTION,
                // `__typename`, or a mistake.
                _ => 1,
            };
            return Sum { each, once: 0 };
        };
        let inside = self.set(&field.selection_set.node, &known.gives);
        let rows = match &known.rows {
            Rows::Fixed(rows) => *rows,
            Rows::Asked(lengths) => {
                let asked = |(name, default): &(Name, usize)| {
                    self.argument(field, name).unwrap_or(*default)
                };
                lengths.iter().map(asked).fold(1, usize::saturating_mul)
            }
        };
        let all = rows.saturating_mul(inside.each);
        let all = all.saturating_add(inside.once).saturating_add(known.work);
        if known.is_of_page {
            Sum { each: 0, once: all }
        } else {
            Sum { each: all, once: 0 }
        }
    }

    fn argument(&self, field: &Field, name: &Name) -> Option<usize> {
        let value = field.get_argument(name)?.node.clone();
        let variable = |name: Name| {
            let value = self.variables.get(&name).copied().cloned();
            Ok::<_, Infallible>(value.unwrap_or_default())
        };
        let Ok(value) = value.into_const_with(variable);
        length(name, &value)
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;
    use serde_json::json;

    use super::super::weights::{HEAVY, MOST, REQUEST};
    use super::*;

    /// What `titles` costs itself, and to count them.
    const TITLES: usize = 20;
    const COUNT: usize = 100;

    fn cost(query: &str, variables: serde_json::Value) -> usize {
        let document = parse_query(query).unwrap();
        let variables = Variables::from_json(variables);
        Costs::new(&Types::parse(&crate::graphql::sdl())).of(&document, None, &variables)
    }

    #[test]
    fn a_list_counts_as_often_as_it_has_rows() {
        let query = "{ titles(first: 10) { nodes { id credits(first: 4) { edges { role } } } } }";

        // titles + 10 × (nodes + id + credits + 4 × (edges + role))
        assert_eq!(cost(query, json!({})), TITLES + 10 * (1 + 1 + 1 + 4 * 2));
    }

    #[test]
    fn lengths_come_from_arguments_variables_and_defaults() {
        let query = |first: &str| {
            format!("query($n: Int = 3) {{ titles({first}) {{ edges {{ cursor }} }} }}")
        };

        assert_eq!(cost(&query("first: 7"), json!({})), TITLES + 14);
        assert_eq!(cost(&query("last: 7"), json!({})), TITLES + 280);
        assert_eq!(cost(&query("first: $n"), json!({})), TITLES + 6);
        assert_eq!(cost(&query("first: $n"), json!({ "n": 5 })), TITLES + 10);
        assert_eq!(cost(&query("orderBy: NAME"), json!({})), TITLES + 40);
    }

    #[test]
    fn what_is_of_the_page_counts_once_wherever_it_stands() {
        let page = "totalCount pageInfo { hasNextPage }";
        let spread = "{ titles(first: 9) { ...P nodes { id } } }
            fragment P on TitleConnection { ... { totalCount } pageInfo { hasNextPage } }";

        assert_eq!(
            cost(&format!("{{ titles(first: 9) {{ {page} }} }}"), json!({})),
            TITLES + COUNT + 2
        );
        assert_eq!(cost(spread, json!({})), TITLES + COUNT + 2 + 9 * 2);
        assert_eq!(
            cost("{ genres { titles(first: 9) { totalCount } } }", json!({})),
            1 + 40 * (work("Genre", "titles") + COUNT)
        );
    }

    #[test]
    fn a_curve_counts_as_often_as_it_has_parts() {
        let query = "query($n: Int) { siteStats { retention(buckets: $n) { points { second } } } }";
        let work = work("UsageStats", "retention");

        // siteStats + retention + n × (points + second)
        assert_eq!(cost(query, json!({ "n": 500 })), 1 + work + 500 * 2);
        assert_eq!(
            cost(query, json!({ "n": 9999 })),
            1 + work + MOST_BUCKETS * 2
        );
        let usual = "{ siteStats { retention { points { second } } } }";
        assert_eq!(cost(usual, json!({})), 1 + work + 100 * 2);
    }

    #[test]
    fn fragments_count_where_they_are_spread() {
        let query = "{ a: titles(first: 2) { ...T } b: titles(first: 3) { ...T } }
            fragment T on TitleConnection { nodes { slug } }";

        assert_eq!(cost(query, json!({})), 2 * TITLES + (2 + 3) * 2);
    }

    #[test]
    fn a_fragment_that_spreads_itself_ends() {
        let query = "{ ...A } fragment A on Query { ...B viewer { user { id } } } fragment B on Query { ...A }";

        assert_eq!(cost(query, json!({})), 3);
    }

    #[test]
    fn what_is_computed_counts_more() {
        assert_eq!(
            cost("{ search(query: \"a\") { totalCount } }", json!({})),
            work("Query", "search") + COUNT
        );
        let rate =
            "mutation { rateTitle(input: { title: \"a\", liked: true }) { userErrors { code } } }";
        assert!(cost(rate, json!({})) > 100);
        let end = "mutation { logOut { userErrors { code } } }";
        assert!(cost(end, json!({})) > 100);
    }

    #[test]
    fn what_the_schema_says_of_itself_is_not_free() {
        let types = "types { fields { type { fields { name } } } }";
        let query = format!("{{ a: __schema {{ {types} }} b: __type(name: \"Film\") {{ name }} }}");

        assert_eq!(cost(&query, json!({})), 2 * INTROSPECTION);
        let seven = ["a", "b", "c", "d", "e", "f", "g"];
        let seven = seven
            .map(|alias| format!("{alias}: __schema {{ {types} }}"))
            .join(" ");
        assert!(cost(&format!("{{ {seven} }}"), json!({})) > MOST);
        // What tools send to know the schema, over and over.
        let strangers = crate::domain::budget::BudgetPolicy::default().strangers;
        assert!(usize::try_from(strangers.count).unwrap() > 50 * INTROSPECTION);
    }

    #[test]
    fn what_a_judge_of_the_search_asks_one_after_the_other_is_within_the_budget() {
        let search = "query($q: String!) { search(query: $q, first: 10) { nodes { slug } } }";

        let each = cost(search, json!({ "q": "heat" })) + REQUEST;

        let all = crate::domain::budget::BudgetPolicy::default()
            .strangers
            .count;
        assert!(u32::try_from(each * 871).unwrap() < all / 2, "{each}");
    }

    #[test]
    fn reports_are_counted_wherever_they_stand() {
        let of = |query: &str| reports(&parse_query(query).unwrap(), None, &Variables::default());
        let report = "reportPlayback(input: $i) { completedNow }";

        assert_eq!(of(&format!("mutation {{ {report} }}")), 1);
        let fragment = format!("fragment F on Mutation {{ x: {report} ... {{ y: {report} }} }}");
        assert_eq!(
            of(&format!(
                "mutation {{ a: {report} ...F b: logOut {{ id }} }} {fragment}"
            )),
            3
        );
        assert_eq!(of("{ reportPlayback }"), 0);
        assert_eq!(of("mutation { ...A } fragment A on Mutation { ...A }"), 0);
    }

    #[test]
    fn each_report_of_a_batch_is_counted() {
        let of = |query: &str, variables: serde_json::Value| {
            let variables = Variables::from_json(variables);
            reports(&parse_query(query).unwrap(), None, &variables)
        };
        let batch = "mutation ($i: I, $r: R) { reportPlaybackBatch(input: INPUT) { results { completedNow } } }";
        let by = |input: &str| batch.replace("INPUT", input);

        assert_eq!(
            of(&by("{ reports: [{ play: 1 }, { play: 2 }] }"), json!({})),
            2
        );
        let three = json!({ "i": { "reports": [1, 2, 3] }, "r": [1, 2, 3] });
        assert_eq!(of(&by("$i"), three.clone()), 3);
        assert_eq!(of(&by("{ reports: $r }"), three), 3);
        assert_eq!(of(&by("{ reports: { play: 1 } }"), json!({})), 1);
        assert_eq!(of(&by("$i"), json!({})), MOST_REPORTS);
        assert_eq!(of(&by("{ reports: $r }"), json!({})), MOST_REPORTS);
    }

    #[test]
    fn the_pages_of_a_site_are_not_too_much() {
        let home = include_str!("../../tests/it/fixtures/contract/home.graphql");
        let for_you = include_str!("../../tests/it/fixtures/contract/for_you.graphql");
        let series = include_str!("../../tests/it/fixtures/contract/series.graphql");

        for page in [home, for_you] {
            let longest = page.replace("first: 20", "first: 100");
            assert!(cost(&longest, json!({})) < MOST);
            assert!(cost(page, json!({})) < HEAVY, "{}", cost(page, json!({})));
        }
        assert!(
            cost(series, json!({})) < HEAVY,
            "{}",
            cost(series, json!({}))
        );
    }

    #[test]
    fn lists_inside_each_other_are_too_much() {
        let query = "{ titles(first: 100) { nodes { similar(first: 100) { nodes {
            similar(first: 100) { nodes { id } } } } } } }";

        assert!(cost(query, json!({})) > MOST);
    }
}

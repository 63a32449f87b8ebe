//! What operations weigh, by the schema and the weights as they are.

use async_graphql::Variables;
use async_graphql::parser::parse_query;
use serde_json::json;

use super::*;
use crate::domain::watching::MOST_REPORTS;
use crate::graphql::list_lengths::MOST_BUCKETS;
use crate::graphql::types::Types;
use crate::graphql::weights::{HEAVY, INTROSPECTION, MOST, REQUEST, work};

/// What `titles` costs itself, and to count them.
const TITLES: usize = 60;
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
    let query =
        |first: &str| format!("query($n: Int = 3) {{ titles({first}) {{ edges {{ cursor }} }} }}");

    assert_eq!(cost(&query("first: 7"), json!({})), TITLES + 14);
    assert_eq!(cost(&query("last: 7"), json!({})), TITLES + 14);
    assert_eq!(cost(&query("last: $n"), json!({ "n": 5 })), TITLES + 10);
    assert_eq!(cost(&query("first: null, last: $n"), json!({})), TITLES + 6);
    assert_eq!(cost(&query("last: $n"), json!({ "n": null })), TITLES + 40);
    assert_eq!(cost(&query("first: $n"), json!({})), TITLES + 6);
    assert_eq!(cost(&query("first: $n"), json!({ "n": 5 })), TITLES + 10);
    assert_eq!(cost(&query("orderBy: NAME"), json!({})), TITLES + 40);
}

#[test]
fn one_plan_weighs_an_operation_with_any_variables() {
    let query = "query ($n: Int = 3, $m: Int, $ids: [ID!]!, $id: ID!) {
            titles(first: $n) { totalCount nodes { id credits(first: $m) { edges { role } } } }
            genres { titles(first: $m) { nodes { ...T } } } ...Q
            some: nodes(ids: $ids) { id } two: nodes(ids: [$id, $id]) { id }
        }
        fragment T on Title { name credits(first: $n) { edges { role } } }
        fragment Q on Query { titles(first: 2) { nodes { ...T } } }";
    let document = parse_query(query).unwrap();
    let costs = Costs::new(&Types::parse(&crate::graphql::sdl()));
    let plan = costs.plan(&document, None);
    let (genre_titles, nodes) = (work("Genre", "titles"), work("Query", "nodes"));
    let expected = |n: usize, m: usize, ids: usize| {
        let of_fragment = 1 + 1 + n * 2;
        let first = TITLES + COUNT + n * (1 + 1 + 1 + m * 2);
        let genres = work("Query", "genres") + 40 * (genre_titles + m * (1 + of_fragment));
        let fragment = TITLES + 2 * (1 + of_fragment);
        first + genres + fragment + (nodes + ids) + (nodes + 2)
    };

    // All of it depends on a variable.
    assert_eq!(plan.least(), 0);
    let fixed = parse_query("{ titles(first: 4) { nodes { id } } }").unwrap();
    let fixed = costs.plan(&fixed, None);
    assert_eq!(fixed.least(), fixed.weigh(&Variables::default()));
    for (variables, expected) in [
        (json!({}), expected(3, 20, 20)),
        (json!({ "n": 7, "m": 2, "ids": ["a"] }), expected(7, 2, 1)),
        (
            json!({ "n": null, "m": 100_000, "ids": [] }),
            expected(20, 100, 0),
        ),
        (
            json!({ "n": -1, "m": "x", "ids": ["a", "b"] }),
            expected(0, 20, 2),
        ),
    ] {
        let variables = Variables::from_json(variables);
        assert_eq!(plan.weigh(&variables), expected, "{variables}");
        assert_eq!(costs.of(&document, None, &variables), expected);
    }
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
        work("Query", "genres") + 40 * (work("Genre", "titles") + COUNT)
    );
}

#[test]
fn a_page_is_as_long_as_its_list_says_if_nobody_does() {
    let of = |field: &str| {
        let query = format!("{{ viewer {{ profile {{ {field} {{ edges {{ cursor }} }} }} }} }}");
        cost(&query, json!({}))
    };

    // viewer + profile + the list + 50 × (edges + cursor)
    assert_eq!(of("history"), 1 + 1 + work("Profile", "history") + 50 * 2);
    assert_eq!(
        of("history(last: 3)"),
        1 + 1 + work("Profile", "history") + 3 * 2
    );
    assert_eq!(of("mutedTastes"), 1 + 1 + 1 + 50 * 2);
    assert_eq!(
        of("recommendations"),
        1 + 1 + work("Profile", "recommendations") + 30 * 2
    );
}

#[test]
fn a_row_of_suggestions_has_as_many_titles_as_it_or_its_page_says() {
    let rows = |rows: &str, items: &str| {
        let query = format!(
            "query ($n: Int, $m: Int) {{ viewer {{ profile {{ rows{rows} {{ ...R heading }} }} }} }}
            fragment R on RecommendationRow {{ items{items} {{ totalCount edges {{ cursor score }} }} }}"
        );
        move |variables| cost(&query, variables)
    };
    let item = work("RecommendationRow", "items") + work("RecommendationConnection", "totalCount");
    let expected = |rows: usize, titles: usize| {
        1 + 1 + work("Profile", "rows") + rows * (1 + item + titles * (1 + 1 + 1))
    };

    assert_eq!(rows("", "")(json!({})), expected(8, 12));
    assert_eq!(
        rows("(first: 3, itemsPerRow: 30)", "")(json!({})),
        expected(3, 30)
    );
    assert_eq!(
        rows("(itemsPerRow: 30)", "(first: 5)")(json!({})),
        expected(8, 5)
    );
    let both = rows("(first: 2, itemsPerRow: $n)", "(first: $m)");
    assert_eq!(both(json!({ "n": 7 })), expected(2, 7));
    assert_eq!(both(json!({ "n": 7, "m": 9 })), expected(2, 9));
    assert_eq!(both(json!({})), expected(2, 12));
    let node = |items: &str| {
        let query = format!(
            "{{ node(id: \"x\") {{ ... on RecommendationRow {{ items{items} {{ edges {{ score }} }} }} }} }}"
        );
        cost(&query, json!({})) - work("Query", "node") - work("RecommendationRow", "items")
    };
    assert_eq!((node(""), node("(first: 100)")), (12 * 2, 100 * 2));
}

#[test]
fn of_the_rows_of_suggestions_those_behind_a_cursor_cost_more() {
    let of = |after: &str, variables| {
        let query = format!(
            "query ($after: String) {{ node(id: \"x\") {{ ... on RecommendationRow {{ items({after}first: 5) {{ edges {{ score }} }} }} }} }}"
        );
        cost(&query, variables)
    };
    let first = of("", json!({}));

    assert_eq!(of("after: null, ", json!({})), first);
    assert_eq!(of("after: \"x\", ", json!({})), first + 50);
    assert_eq!(of("after: $after, ", json!({})), first);
    assert_eq!(of("after: $after, ", json!({ "after": null })), first);
    assert_eq!(of("after: $after, ", json!({ "after": "x" })), first + 50);
    assert_eq!(of("before: \"x\", ", json!({})), first + 50);
    assert_eq!(of("before: $after, ", json!({})), first);
    assert_eq!(of("before: $after, ", json!({ "after": "x" })), first + 50);
}

#[test]
fn facets_count_once_a_page_for_each_facet_and_value() {
    let facets = |arguments: &str, values: &str| {
        let query = format!(
            "query ($by: [TitleFacet!]) {{ titles(first: 9) {{ facets{arguments} {{ by values{values} {{ value count }} }} }} }}"
        );
        move |variables| cost(&query, variables)
    };
    let expected = |facets: usize, values: usize| {
        TITLES + work("TitleConnection", "facets") + facets * (1 + 1 + values * 2)
    };

    assert_eq!(facets("", "")(json!({})), expected(7, 20));
    assert_eq!(
        facets("(by: [GENRE, AGE])", "(first: 3)")(json!({})),
        expected(2, 3)
    );
    let variables = json!({ "by": ["KIND"] });
    assert_eq!(facets("(by: $by)", "")(variables), expected(1, 20));
    assert_eq!(facets("(by: [])", "")(json!({})), expected(7, 20));
    let variables = json!({ "by": [] });
    assert_eq!(facets("(by: $by)", "")(variables), expected(7, 20));
    // Of a search each may be a search of its own.
    let (one, all) = (work("Query", "search"), work("TitleConnection", "facets"));
    assert!(all >= 7 * one, "{all}");
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
    let query =
        "{ ...A } fragment A on Query { ...B viewer { user { id } } } fragment B on Query { ...A }";

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
    let of = |query: &str| {
        let reports = Reports::of(&parse_query(query).unwrap(), None);
        reports.count(&Variables::default())
    };
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
        Reports::of(&parse_query(query).unwrap(), None).count(&variables)
    };
    let batch = "mutation ($i: I, $r: R) {
        reportPlaybackBatch(input: INPUT) { results { completedNow } }
    }";
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
    let home = include_str!("../../../tests/it/fixtures/contract/home.graphql");
    let for_you = include_str!("../../../tests/it/fixtures/contract/for_you.graphql");
    let series = include_str!("../../../tests/it/fixtures/contract/series.graphql");

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

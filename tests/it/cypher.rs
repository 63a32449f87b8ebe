//! The statements of `cypher/`: each is documented, takes its values as parameters, and finds what it names by an
//! index.
//!
//! The driver keeps the plan that `EXPLAIN` returns to itself, so it is read where the server keeps it: among the
//! queries that it was asked lately (`db.stats.retrieve`).

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use neo4rs::{BoltType, Graph, query};
use reelgraph::adapters::neo4j::queries::{ALL, SCHEMA, TASTE};
use reelgraph::adapters::neo4j::{Neo4jDb, Neo4jGraph};
use reelgraph::domain::recommend::{GraphProjection, SimilarSource};
use secrecy::ExposeSecret;

use crate::conformance::graph::{film_by, solved, then, watched};
use crate::support::servers::{self, PATIENT};

/// What no statement may do: it costs more with everything that is in the graph.
const REFUSED: [&str; 8] = [
    "AllNodesScan",
    "NodeByLabelScan",
    "UnionNodeByLabelsScan",
    "CartesianProduct",
    "DirectedAllRelationshipsScan",
    "UndirectedAllRelationshipsScan",
    "DirectedRelationshipTypeScan",
    "UndirectedRelationshipTypeScan",
];

/// Except for this one, which removes everything, so there is nothing that it would look at in vain.
const ALLOWED: [(&str, &str); 1] = [("project/clear_edges.cypher", "DirectedRelationshipTypeScan")];

#[test]
fn every_file_is_compiled_in() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("cypher");
    let mut files = BTreeSet::new();
    for folder in std::fs::read_dir(&root).unwrap() {
        for file in std::fs::read_dir(folder.unwrap().path()).unwrap() {
            let path = file.unwrap().path();
            let path = path.strip_prefix(&root).unwrap();
            files.insert(path.to_str().unwrap().to_owned());
        }
    }

    let compiled: BTreeSet<String> = ALL.iter().map(|(path, _)| (*path).to_owned()).collect();

    assert_eq!(compiled, files);
    assert_eq!(compiled.len(), ALL.len(), "a file is listed twice");
}

#[test]
fn every_file_says_what_it_finds_takes_and_returns() {
    for (path, text) in ALL {
        let comment: Vec<&str> = comment(text).collect();
        let first = comment.first().copied().unwrap_or_default();
        assert!(
            first.starts_with(char::is_uppercase) && comment.concat().contains('.'),
            "{path} does not start with a sentence on what it finds"
        );
        for heading in ["Params: ", "Returns: "] {
            let count = comment
                .iter()
                .filter(|line| line.starts_with(heading))
                .count();
            assert_eq!(count, 1, "{path}: {heading}");
        }
    }
}

#[test]
fn every_file_is_one_statement() {
    for (path, text) in ALL {
        assert!(!statement(text).contains(';'), "{path}");
        assert!(
            !statement(text).contains("//"),
            "{path}: comments stand at the top"
        );
    }
}

#[test]
fn values_are_parameters_and_parameters_are_documented() {
    for (path, text) in ALL {
        let statement = statement(text);
        assert!(
            !statement.contains(['\'', '"', '`']),
            "{path} has a value in its text"
        );
        let used: BTreeSet<String> = statement
            .split('$')
            .skip(1)
            .map(|rest| {
                rest.chars()
                    .take_while(|letter| letter.is_alphanumeric())
                    .collect()
            })
            .collect();
        let documented = params(text);
        if used.is_empty() {
            assert_eq!(documented, "none", "{path}");
        }
        for name in used {
            let words = documented.split(|letter: char| !letter.is_alphanumeric());
            assert!(
                words.into_iter().any(|word| word == name),
                "{path} does not say what ${name} is"
            );
        }
    }
}

#[test]
fn the_schema_is_all_of_its_folder() {
    let folder: Vec<&str> = ALL
        .iter()
        .filter(|(path, _)| path.starts_with("schema/"))
        .map(|(_, text)| *text)
        .collect();

    assert_eq!(SCHEMA, folder);
    for statement in SCHEMA {
        assert!(statement.contains("IF NOT EXISTS"), "{statement}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_statement_finds_what_it_names_by_an_index() {
    let server = servers::neo4j().await;
    let graph = Neo4jGraph::new(
        Neo4jDb::open(&server.uri, &server.user, &server.password, PATIENT).unwrap(),
    );
    graph.ensure_schema().await.unwrap();
    graph.clear().await.unwrap();
    let bolt = Graph::new(&*server.uri, &*server.user, server.password.expose_secret()).unwrap();

    // The planner goes by what it knows of the graph.
    let empty = refused_operators(&bolt).await;
    fill(&graph).await;
    let filled = refused_operators(&bolt).await;

    let nothing: &[(&str, Vec<&str>)] = &[];
    assert_eq!(empty, nothing, "in an empty graph");
    assert_eq!(filled, nothing, "in a graph with something in it");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_taste_costs_the_same_however_long_the_history() {
    let server = servers::neo4j().await;
    let graph = Neo4jGraph::new(
        Neo4jDb::open(&server.uri, &server.user, &server.password, PATIENT).unwrap(),
    );
    graph.clear().await.unwrap();
    fill(&graph).await;
    let bolt = Graph::new(&*server.uri, &*server.user, server.password.expose_secret()).unwrap();

    let plan = &plans(&bolt, &[TASTE]).await[TASTE];

    // Of what an index gives in order, only ties are sorted.
    for operator in ["DirectedRelationshipIndexSeek", "PartialTop"] {
        assert!(plan.contains(operator), "{plan:?}");
    }
    for operator in ["DirectedRelationshipIndexScan", "Sort", "Top"] {
        assert!(!plan.contains(operator), "{plan:?}");
    }
}

#[tokio::test]
async fn a_statement_that_looks_at_everything_would_be_noticed() {
    const SCANS: &str = "MATCH (a:Title {slug: $a}), (b) RETURN a, b";
    let server = servers::neo4j().await;
    let bolt = Graph::new(&*server.uri, &*server.user, server.password.expose_secret()).unwrap();

    let plans = plans(&bolt, &[SCANS]).await;

    let found: Vec<&str> = REFUSED
        .into_iter()
        .filter(|name| plans[SCANS].contains(*name))
        .collect();
    assert_eq!(
        found,
        ["AllNodesScan", "NodeByLabelScan", "CartesianProduct"]
    );
}

async fn fill(graph: &Neo4jGraph) {
    let titles: Vec<_> = (1..=300)
        .map(|id| film_by(id, &[1000 + id % 7], &[2000 + id % 50, 3000 + id]))
        .collect();
    let edges: Vec<_> = (1..=300).map(|id| watched(id % 20, id, 1.0)).collect();
    let solutions: Vec<_> = (1..=300)
        .map(|id| solved(id, &[(1 + id % 300, 0.5)], &[(1 + id % 7, 0.5)]))
        .collect();
    graph.put_titles(&titles).await.unwrap();
    graph.put_watched(&edges).await.unwrap();
    graph.replace_similar(&solutions, then()).await.unwrap();
    let version = graph.similar_version().await.unwrap();
    let anew = [solved(1, &[(9, 0.5)], &[]), solved(2, &[], &[(9, 0.1)])];
    graph
        .put_solutions(version.generation, &anew)
        .await
        .unwrap();
}

/// The files whose plan does what none may do.
async fn refused_operators(bolt: &Graph) -> Vec<(&'static str, Vec<&'static str>)> {
    let statements: Vec<(&str, &str)> = ALL
        .iter()
        .copied()
        .filter(|(path, _)| !path.starts_with("schema/"))
        .collect();
    let texts: Vec<&str> = statements.iter().map(|(_, text)| *text).collect();
    let plans = plans(bolt, &texts).await;
    statements
        .into_iter()
        .filter_map(|(path, text)| {
            let operators = &plans[text];
            assert!(
                operators.contains("ProduceResults"),
                "{path}: {operators:?}"
            );
            let refused: Vec<&str> = REFUSED
                .into_iter()
                .filter(|name| operators.contains(*name) && !ALLOWED.contains(&(path, name)))
                .collect();
            (!refused.is_empty()).then_some((path, refused))
        })
        .collect()
}

/// The names of the operators in the plan of each statement.
async fn plans<'t>(bolt: &Graph, statements: &[&'t str]) -> HashMap<&'t str, BTreeSet<String>> {
    // Plans that were made before, by other statistics, do not count.
    rows(bolt, "CALL db.clearQueryCaches()").await;
    rows(bolt, "CALL db.stats.stop('QUERIES')").await;
    rows(bolt, "CALL db.stats.clear('QUERIES')").await;
    rows(bolt, "CALL db.stats.collect('QUERIES')").await;
    for statement in statements {
        rows(bolt, &format!("EXPLAIN {statement}")).await;
    }
    let kept = rows(
        bolt,
        "CALL db.stats.retrieve('QUERIES', {maxInvocations: 0})",
    )
    .await;
    let mut plans = HashMap::new();
    for statement in statements {
        let asked = BoltType::from(format!("EXPLAIN {statement}"));
        let of_it = kept
            .iter()
            .filter(|query| field(query, "query") == Some(&asked));
        let mut operators = BTreeSet::new();
        for query in of_it {
            collect_operators(field(query, "queryExecutionPlan").unwrap(), &mut operators);
        }
        plans.insert(*statement, operators);
    }
    plans
}

/// A plan is a tree of maps: `{operator, lhs, rhs}`.
fn collect_operators(plan: &BoltType, into: &mut BTreeSet<String>) {
    if let Some(BoltType::String(operator)) = field(plan, "operator") {
        into.insert(operator.value.clone());
    }
    for child in ["lhs", "rhs"] {
        if let Some(plan) = field(plan, child) {
            collect_operators(plan, into);
        }
    }
}

fn field<'m>(map: &'m BoltType, name: &str) -> Option<&'m BoltType> {
    match map {
        BoltType::Map(map) => map.value.get(name),
        _ => None,
    }
}

/// The column `data` of each row, where there is one.
async fn rows(bolt: &Graph, statement: &str) -> Vec<BoltType> {
    let mut stream = bolt.execute(query(statement)).await.unwrap();
    let mut rows = Vec::new();
    while let Some(row) = stream.next().await.unwrap() {
        rows.extend(row.get::<BoltType>("data"));
    }
    rows
}

/// The lines of the comment at the top.
fn comment(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map_while(|line| line.strip_prefix("// "))
}

/// What follows the comment at the top.
fn statement(text: &str) -> String {
    let lines: Vec<&str> = text.lines().skip(comment(text).count()).collect();
    lines.join("\n")
}

/// What is said of the parameters, in one line.
fn params(text: &str) -> String {
    let lines: Vec<&str> = comment(text)
        .skip_while(|line| !line.starts_with("Params: "))
        .take_while(|line| !line.starts_with("Returns: "))
        .collect();
    lines.join(" ").trim_start_matches("Params: ").to_owned()
}

//! Whoever is credited in another role than director or actor changes no suggestion and is not in the graph.

use std::path::Path;

use serde_json::{Value, json};

use crate::both_ways::both_ways;
use crate::support::program::{On, Program};
use crate::support::stores;

both_ways!(suggestions_are_the_same_with_and_without_crew);

/// The films of the demo site, each with the casts and directors of others as its crew, and with somebody new.
fn with_crew() -> String {
    let seed = concat!(env!("CARGO_MANIFEST_DIR"), "/seed/films.ndjson");
    let films = std::fs::read_to_string(seed).unwrap();
    let films: Vec<Value> = films
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let other = |at: usize, field: &str| films[at % films.len()][field].clone();
    let records = films.iter().enumerate().map(|(at, film)| {
        let record = json!({
            "slug": film["slug"], "title": film["title"],
            "guests": other(at + 1, "cast"), "writers": other(at + 2, "cast"),
            "producers": other(at + 3, "directors"), "composers": ["Carla Noe", "Al Pacino"],
        });
        record.to_string()
    });
    records.collect::<Vec<_>>().join("\n")
}

/// Every list that the API would give: of viewers, and of titles.
async fn lists(program: &Program) -> [String; 2] {
    let mut all = Vec::new();
    for command in ["suggest", "similar"] {
        let out = program.data().join(command);
        let path = out.to_str().unwrap();
        program.expect(&[command, "--all", "--out", path]).await;
        all.push(std::fs::read_to_string(out).unwrap());
    }
    all.try_into().unwrap()
}

async fn suggestions_are_the_same_with_and_without_crew(on: On) {
    let program = Program::with_few_viewers(on).await;
    program.expect(&["graph", "similar"]).await;
    let before = lists(&program).await;
    let graph = stores::graph(&program, on).counts().await.unwrap();
    let file = program.data().join("crew.ndjson");
    std::fs::write(&file, with_crew()).unwrap();

    let said = program.expect(&["load", path(&file)]).await;
    program.expect(&["graph", "similar"]).await;

    // Each film has changed, and was projected and compared anew.
    assert!(
        said.contains("films: 0 new") && said.contains("writers"),
        "{said}"
    );
    assert_eq!(lists(&program).await, before);
    assert_eq!(stores::graph(&program, on).counts().await.unwrap(), graph);
    program.expect(&["graph", "verify"]).await;
}

fn path(file: &Path) -> &str {
    file.to_str().unwrap()
}

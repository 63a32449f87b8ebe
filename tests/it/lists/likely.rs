//! What is likely one, as a curator is shown it.

use serde_json::{Value, json};

use crate::support::program::{On, Program};
use crate::support::visitor::Visitor;

const DUPLICATES: &str = "totalCount pageInfo { hasNextPage endCursor }
    nodes { title { slug id } other { slug id } score reasons commonPeople stays }";
const SAME_PEOPLE: &str = "totalCount pageInfo { hasNextPage endCursor }
    nodes { person { slug id } other { slug id } score reasons commonTitles stays }";

/// The slugs of both, whichever comes first.
fn both(node: &Value, one: &str) -> [String; 2] {
    let mut slugs = [&node[one], &node["other"]].map(|it| it["slug"].as_str().unwrap().to_owned());
    slugs.sort();
    slugs
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pairs_that_are_likely_one_are_listed_page_by_page() {
    let program = Program::new(On::Embedded).await;
    let film = |slug: &str, year: i32, cast: Value| {
        json!({ "kind": "film", "slug": slug, "title": "Heat", "year": year, "cast": cast })
            .to_string()
    };
    let ann = json!({ "person": "ann-poe", "name": "Ann Poe" });
    let namesake = json!({ "person": "ann-poe-2", "name": "ANN POE" });
    let films = [
        film("heat-1995", 1995, json!([ann, "Al Pacino"])),
        film("heat-1995-2", 1995, json!([namesake, "Al Pacino"])),
        film("heat-1996", 1996, json!([])),
    ];
    let file = program.data().join("films.ndjson");
    std::fs::write(&file, films.join("\n")).unwrap();
    program.expect(&["load", file.to_str().unwrap()]).await;
    program.create_user("curator@example.org", "curator").await;
    let site = program.serve().await;
    let mut curator = Visitor::of(&site);
    curator.log_in("curator@example.org").await;

    let first = format!("{{ likelyDuplicates(first: 1) {{ {DUPLICATES} }} }}");
    let first = curator.ask(&first).await["likelyDuplicates"].clone();
    let cursor = first["pageInfo"]["endCursor"].as_str().unwrap();
    let rest = format!("{{ likelyDuplicates(after: \"{cursor}\") {{ {DUPLICATES} }} }}");
    let rest = curator.ask(&rest).await["likelyDuplicates"].clone();
    let wrong = format!("{{ likelySamePeople(after: \"{cursor}\") {{ {SAME_PEOPLE} }} }}");
    let wrong = curator.send(&wrong, json!({})).await;
    let people = format!("{{ likelySamePeople {{ {SAME_PEOPLE} }} }}");
    let people = curator.ask(&people).await["likelySamePeople"].clone();

    assert_eq!(first["totalCount"], 3);
    assert_eq!(first["pageInfo"]["hasNextPage"], true);
    let likeliest = &first["nodes"][0];
    assert_eq!(both(likeliest, "title"), ["heat-1995", "heat-1995-2"]);
    assert_eq!(likeliest["reasons"], json!(["SAME_NAME", "SAME_YEAR"]));
    assert_eq!(likeliest["score"], 70);
    assert_eq!(likeliest["commonPeople"], 1);
    // Nobody has watched either, and as much is known of each.
    let stays = &likeliest["stays"];
    assert!([&likeliest["title"]["id"], &likeliest["other"]["id"]].contains(&stays));
    let others = rest["nodes"].as_array().unwrap();
    assert_eq!(others.len(), 2);
    for other in others {
        assert!(both(other, "title").contains(&"heat-1996".to_owned()));
        assert_eq!(other["reasons"], json!(["SAME_NAME", "NEAR_YEAR"]));
    }
    assert_eq!(rest["pageInfo"]["hasNextPage"], false);
    assert_eq!(wrong.code(), "BAD_CURSOR");
    assert_eq!(people["totalCount"], 1);
    let pair = &people["nodes"][0];
    assert_eq!(both(pair, "person"), ["ann-poe", "ann-poe-2"]);
    assert_eq!(pair["reasons"], json!(["SAME_NAME", "NEAR_TITLES"]));
    assert_eq!(pair["commonTitles"], 0);
    let stays = &pair["stays"];
    assert!([&pair["person"]["id"], &pair["other"]["id"]].contains(&stays));
}

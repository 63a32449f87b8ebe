//! People: what they did for titles, what is told of their lives, and their titles found by their names, on both ways of
//! running.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reelgraph::domain::ids::PersonId;
use serde_json::{Value, json};

use crate::both_ways::both_ways;
use crate::support::SOON;
use crate::support::program::{On, Program, Site};

both_ways!(
    credits_are_in_the_order_of_roles,
    the_titles_of_somebody_say_what_they_did,
    lives_are_told_in_the_language_that_is_asked_for,
    a_writer_is_found_behind_the_cast,
    a_record_changes_only_the_roles_that_it_names,
);

/// Wanda writes, and plays in one; what she wrote besides is for nobody yet.
const RECORDS: [&str; 5] = [
    r#"{"slug": "ink-2001", "title": "Ink", "year": 2001, "directors": ["Dora Doe"], "cast": [{"name": "Wanda Roe", "character": "Herself"}], "guests": [{"name": "Gus Poe", "character": "A Stranger"}], "writers": ["Wanda Roe", "Walter Penn"], "producers": ["Dora Doe"], "composers": ["Carla Noe"]}"#,
    r#"{"slug": "paper-2005", "title": "Paper", "year": 2005, "directors": ["Dora Doe"], "writers": ["Wanda Roe"]}"#,
    r#"{"slug": "pen-2010", "title": "Pen", "year": 2010, "cast": ["Walter Penn"]}"#,
    r#"{"slug": "draft-2020", "title": "Draft", "year": 2020, "writers": ["Wanda Roe", "Hal Moe"], "state": "draft"}"#,
    r#"{"kind": "person", "slug": "wanda-roe", "name": "Wanda Roe", "born": "1950-01-31", "died": "2020-02-29", "birthplace": "Vienna, Austria", "biography": {"en": "She wrote.\n\nA lot.", "de": "Sie schrieb."}}"#,
];

async fn load(program: &Program, records: &[&str]) {
    let file = program.data().join("records.ndjson");
    std::fs::write(&file, records.join("\n")).unwrap();
    program.expect(&["load", file.to_str().unwrap()]).await;
}

async fn program(on: On) -> Program {
    let program = match on {
        On::Embedded => Program::new(on).await,
        On::Servers => Program::without_graph(),
    };
    load(&program, &RECORDS).await;
    program
}

async fn credits_are_in_the_order_of_roles(on: On) {
    let program = program(on).await;
    let site = program.serve().await;
    let query = "query ($role: [CreditRole!], $first: Int, $after: String) {
        film(slug: \"ink-2001\") { credits(role: $role, first: $first, after: $after) {
            totalCount pageInfo { hasNextPage endCursor } edges { role character order node { name } } } } }";
    let ask = async |variables: Value| {
        let data = site.ask(query, variables).await;
        data["film"]["credits"].clone()
    };
    let credit = |role: &str, order: u32, name: &str, character: Option<&str>| json!({ "role": role, "order": order, "node": { "name": name }, "character": character });
    let all = [
        credit("DIRECTOR", 0, "Dora Doe", None),
        credit("ACTOR", 0, "Wanda Roe", Some("Herself")),
        credit("GUEST", 0, "Gus Poe", Some("A Stranger")),
        credit("WRITER", 0, "Wanda Roe", None),
        credit("WRITER", 1, "Walter Penn", None),
        credit("PRODUCER", 0, "Dora Doe", None),
        credit("COMPOSER", 0, "Carla Noe", None),
    ];

    let whole = ask(json!({})).await;
    let first = ask(json!({ "first": 4 })).await;
    let after = &first["pageInfo"]["endCursor"];
    let second = ask(json!({ "first": 4, "after": after })).await;
    let some = ask(json!({ "role": ["COMPOSER", "WRITER"] })).await;

    assert_eq!(whole["edges"], json!(all));
    assert_eq!(whole["totalCount"], 7);
    assert_eq!(first["edges"], json!(all[..4]));
    assert_eq!(second["edges"], json!(all[4..]));
    assert_eq!(second["pageInfo"]["hasNextPage"], false);
    assert_eq!(some["edges"], json!([all[3], all[4], all[6]]));
    assert_eq!(some["totalCount"], 3);
}

async fn the_titles_of_somebody_say_what_they_did(on: On) {
    let program = program(on).await;
    let site = program.serve().await;
    let query = "query ($role: [CreditRole!], $first: Int, $after: String) { person(slug: \"wanda-roe\") {
        titles(orderBy: NAME, role: $role, first: $first, after: $after) {
            totalCount pageInfo { endCursor } edges { node { slug } roles { role character } } } } }";
    let ask = async |variables: Value| {
        let data = site.ask(query, variables).await;
        data["person"]["titles"].clone()
    };
    let wrote = || json!({ "role": "WRITER", "character": null });
    let ink = json!({
        "node": { "slug": "ink-2001" },
        "roles": [{ "role": "ACTOR", "character": "Herself" }, wrote()],
    });
    let paper = json!({ "node": { "slug": "paper-2005" }, "roles": [wrote()] });

    // What is for nobody yet is neither listed nor counted.
    for role in [
        json!(null),
        json!([]),
        json!(["WRITER"]),
        json!(["WRITER", "GUEST"]),
    ] {
        let all = ask(json!({ "role": role })).await;
        assert_eq!(all["edges"], json!([ink, paper]), "{role}");
        assert_eq!(all["totalCount"], 2, "{role}");
    }
    let played = ask(json!({ "role": ["ACTOR"] })).await;
    assert_eq!(played["edges"], json!([ink]));
    assert_eq!(played["totalCount"], 1);
    let composed = ask(json!({ "role": ["COMPOSER"] })).await;
    assert_eq!(composed["edges"], json!([]));
    assert_eq!(composed["totalCount"], 0);
    let first = ask(json!({ "role": ["WRITER"], "first": 1 })).await;
    let after = &first["pageInfo"]["endCursor"];
    let second = ask(json!({ "role": ["WRITER"], "first": 1, "after": after })).await;
    assert_eq!(first["edges"], json!([ink]));
    assert_eq!(second["edges"], json!([paper]));
    let others = "{ titles(first: 1) { edges { roles { role } } } }";
    let others = site.ask(others, json!({})).await;
    assert_eq!(others["titles"]["edges"], json!([{ "roles": null }]));
}

async fn lives_are_told_in_the_language_that_is_asked_for(on: On) {
    let program = program(on).await;
    let site = program.serve().await;
    let query = "{ wanda: person(slug: \"wanda-roe\") {
            born died birthplace biography de: biography(language: \"de-AT\") fr: biography(language: \"fr\") }
        carla: person(slug: \"carla-noe\") { died birthplace biography(language: \"de\") } }";

    let told = site.ask(query, json!({})).await;

    let english = "She wrote.\n\nA lot.";
    let wanda = json!({
        "born": "1950-01-31", "died": "2020-02-29", "birthplace": "Vienna, Austria",
        "biography": english, "de": "Sie schrieb.", "fr": english,
    });
    assert_eq!(told["wanda"], wanda);
    let carla = json!({ "died": null, "birthplace": null, "biography": null });
    assert_eq!(told["carla"], carla);
    let wrong = "{ person(slug: \"wanda-roe\") { name biography(language: \"no such\") } }";
    let wrong = site.send(wrong, json!({})).await;
    let person = json!({ "name": "Wanda Roe", "biography": null });
    assert_eq!(wrong["data"]["person"], person);
    let error = &wrong["errors"][0]["extensions"];
    assert_eq!(
        (&error["code"], &error["field"]),
        (&json!("INVALID"), &json!("language"))
    );
}

async fn found(site: &Site, query: &str, first: &str) -> Vec<Value> {
    let query = format!("{{ search(query: \"{query}\", first: 10) {{ nodes {{ slug }} }} }}");
    let is_found = |data: &Value| data["search"]["nodes"][0]["slug"] == first;
    let data = site.wait_for(SOON, &query, is_found).await;
    let nodes = data["search"]["nodes"].as_array().unwrap();
    nodes.iter().map(|node| node["slug"].clone()).collect()
}

async fn a_writer_is_found_behind_the_cast(on: On) {
    let program = program(on).await;
    let site = program.serve().await;

    // He plays in one and wrote another.
    assert_eq!(
        found(&site, "walter penn", "pen-2010").await,
        ["pen-2010", "ink-2001"]
    );
    // The better of both counts, and what nobody may see is not found.
    assert_eq!(
        found(&site, "wanda roe", "ink-2001").await,
        ["ink-2001", "paper-2005"]
    );
    assert_eq!(found(&site, "carla noe", "ink-2001").await, ["ink-2001"]);
    let people = "{ people(query: \"carla noe\") { nodes { slug } } }";
    let people = site.ask(people, json!({})).await;
    assert_eq!(people["people"]["nodes"], json!([{ "slug": "carla-noe" }]));

    // Who leads to nothing else is nowhere, however one asks.
    let hal = "{ person(slug: \"hal-moe\") { id }
        people(query: \"hal moe\") { totalCount nodes { slug } }
        searchAll(query: \"hal moe\", kind: [PERSON]) { totalCount } }";
    let nowhere = json!({
        "person": null,
        "people": { "totalCount": 0, "nodes": [] },
        "searchAll": { "totalCount": 0 },
    });
    assert_eq!(site.ask(hal, json!({})).await, nowhere);
    let id = PersonId::of_slug("hal-moe");
    let id = URL_SAFE_NO_PAD.encode(format!("Person:{id}"));
    let node = "query ($id: ID!) { node(id: $id) { id } person(id: $id) { id } }";
    let titles = "{ titles(filter: { people: [\"hal-moe\"] }) { totalCount } }";
    for (query, variables, field) in [
        (node, json!({ "id": id }), "id"),
        (titles, json!({}), "filter.people"),
    ] {
        let answer = site.send(query, variables).await;
        for error in answer["errors"].as_array().unwrap() {
            let said = (&error["extensions"]["code"], &error["extensions"]["field"]);
            assert_eq!(said, (&json!("NOT_FOUND"), &json!(field)), "{answer}");
        }
    }
}

async fn a_record_changes_only_the_roles_that_it_names(on: On) {
    let program = program(on).await;
    let again =
        [r#"{"slug": "ink-2001", "title": "Ink", "writers": ["Walter Penn"], "composers": []}"#];
    load(&program, &again).await;
    let site = program.serve().await;
    let query = "{ film(slug: \"ink-2001\") { credits { edges { role node { name } } } } }";

    let data = site.ask(query, json!({})).await;

    let credit = |role: &str, name: &str| json!({ "role": role, "node": { "name": name } });
    assert_eq!(
        data["film"]["credits"]["edges"],
        json!([
            credit("DIRECTOR", "Dora Doe"),
            credit("ACTOR", "Wanda Roe"),
            credit("GUEST", "Gus Poe"),
            credit("WRITER", "Walter Penn"),
            credit("PRODUCER", "Dora Doe"),
        ])
    );
}

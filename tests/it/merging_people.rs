//! Curators make people one, on both ways of running: all credits name the one who stays, and all of it can be undone.

use serde_json::{Value, json};

use crate::both_ways::both_ways;
use crate::support::SOON;
use crate::support::program::{On, Program, Site};
use crate::support::visitor::Visitor;

both_ways!(people_become_one_with_their_credits_and_are_taken_apart_again);

const RECORDS: &str = r#"
{"kind": "person", "slug": "al-pacino", "name": "Al Pacino", "born": "1940-04-25", "ids": {"imdb": "nm0000199", "wikidata": "Q41163"}}
{"kind": "person", "slug": "al-pacino-2", "name": "AL PACINO", "birthplace": "New York", "biography": "An actor.", "ids": {"tmdb": 1158}}
{"kind": "film", "slug": "heat-1995", "title": "Heat", "cast": [{"person": "al-pacino", "character": "Hanna"}], "directors": ["Michael Mann"]}
{"kind": "film", "slug": "insomnia-2002", "title": "Insomnia", "cast": [{"person": "al-pacino-2", "character": "Dormer"}, "Robin Williams"]}
{"kind": "film", "slug": "both", "title": "Both", "cast": [{"person": "al-pacino-2"}, "Robin Williams", {"person": "al-pacino", "character": "Lion"}]}
{"kind": "series", "slug": "dusk-2017", "title": "Dusk"}
{"kind": "episode", "series": "dusk-2017", "season": 1, "episode": 1, "title": "One", "guests": [{"person": "al-pacino-2", "character": "Himself"}]}
{"kind": "film", "slug": "one", "title": "One", "cast": ["Ann One", "Bob Two", "Cid Three"]}
"#;
/// What everybody is told of the two, and of what credits them.
const SEEN: &str = r#"{
    one: person(slug: "al-pacino") { slug birthplace biography titles { totalCount } }
    other: person(slug: "al-pacino-2") { slug birthplace biography titles { totalCount } }
    both: film(slug: "both") { ...cast } insomnia: film(slug: "insomnia-2002") { ...cast }
    series(slug: "dusk-2017") { seasons(first: 1) { episodes(first: 1) { nodes { credits(first: 3) { edges { character node { slug } } } } } } }
    named: titles(filter: { people: ["al-pacino-2"] }) { totalCount }
    people(query: "al pacino") { nodes { slug } }
} fragment cast on Film { credits(role: [ACTOR]) { edges { order character node { slug } } } }"#;
const MERGED: &str =
    "person { slug } changes { field } warnings personIds changedTitles changedEpisodes run";
const MUTED: &str = "{ viewer { profile { mutedTastes { totalCount nodes { ... on Person { slug } } } } }
    one: person(slug: \"al-pacino\") { viewerMuted } other: person(slug: \"al-pacino-2\") { viewerMuted } }";

/// The global ids of the two: who goes, and who stays.
struct Pair {
    gone: String,
    into: String,
}

async fn people_become_one_with_their_credits_and_are_taken_apart_again(on: On) {
    let mut program = Program::new(on).await;
    // It is asked again and again until all is seen.
    program.set("REELGRAPH_BUDGET", "false");
    load(&program, RECORDS).await;
    program.create_user("curator@example.org", "curator").await;
    let mut site = program.serve().await;
    let pair = Pair {
        gone: site.id_of("person", "al-pacino-2").await,
        into: site.id_of("person", "al-pacino").await,
    };
    let mut curator = Visitor::of(&site);
    curator.log_in("curator@example.org").await;
    let mut ada = Visitor::of(&site);
    ada.register("ada@example.org").await;
    let mute = json!({ "source": pair.gone, "muted": true });
    ada.expect("muteTaste", mute, "").await;
    let before = site
        .wait_for(SOON, SEEN, |seen| found(seen).len() == 2)
        .await;
    let are_two = muted(&mut ada).await;
    assert_eq!(are_two, ["al-pacino-2", "false", "true"]);
    what_cannot_be_merged_is_refused(&mut curator, &pair).await;

    let run = they_are_merged(&site, &mut curator, &pair, &before).await;

    assert_eq!(muted(&mut ada).await, ["al-pacino", "true", "true"]);
    loads_reach_the_one_who_stays(&program, &site).await;
    revisions_tell_of_it(&mut curator, &run).await;
    site.stop().await;
    program.expect(&["graph", "drain"]).await;
    program.expect(&["graph", "verify"]).await;

    let site = program.serve().await;
    let (mut ada, mut curator) = (ada.at(&site), curator.at(&site));
    let undo = json!({ "id": run, "dryRun": true });
    let told = curator.expect("undoMerge", undo, MERGED).await;
    assert_eq!(fields(&told), ["biography", "ids"]);
    assert_eq!(told["run"], Value::Null);
    let done = curator
        .expect("undoMerge", json!({ "id": run }), MERGED)
        .await;
    assert_eq!(done["changes"], told["changes"]);
    assert_eq!(done["personIds"], json!([pair.gone]));
    // The cast of the other film was changed since.
    assert_eq!(
        (&done["changedTitles"], &done["changedEpisodes"]),
        (&json!(1), &json!(1))
    );
    let warnings = done["warnings"].as_array().unwrap();
    let warning = warnings.last().unwrap().as_str().unwrap();
    assert!(
        warning.contains("`cast`") && warning.contains("“Both”"),
        "{warning}"
    );

    let after = site
        .wait_for(SOON, SEEN, |seen| found(seen).len() == 2)
        .await;
    for unchanged in ["insomnia", "series"] {
        assert_eq!(after[unchanged], before[unchanged]);
    }
    let other = json!({ "slug": "al-pacino-2", "birthplace": "New York", "biography": "An actor.", "titles": { "totalCount": 1 } });
    assert_eq!(after["other"], other);
    // What was loaded since stays with the one who stood for both.
    assert_eq!(after["one"]["titles"]["totalCount"], 2);
    assert_eq!(after["one"]["biography"], Value::Null);
    assert_eq!(muted(&mut ada).await, ["al-pacino-2", "false", "true"]);
    let again = curator.refused("undoMerge", json!({ "id": run })).await;
    assert_eq!(again, ("NOT_FOUND".to_owned(), "id".to_owned()));
    one_leads_along_a_chain(&site, &mut curator).await;
}

async fn what_cannot_be_merged_is_refused(curator: &mut Visitor, pair: &Pair) {
    let query = "{ likelySamePeople { totalCount nodes { stays } } }";
    let likely = curator.ask(query).await;
    let expected = json!({ "totalCount": 1, "nodes": [{ "stays": pair.into }] });
    assert_eq!(likely["likelySamePeople"], expected);
    let Pair { gone, into } = pair;
    let many = ["x"; 21];
    for (input, code, field) in [
        (
            json!({ "people": [], "into": into }),
            "OUT_OF_RANGE",
            "people",
        ),
        (
            json!({ "people": many, "into": into }),
            "OUT_OF_RANGE",
            "people",
        ),
        (
            json!({ "people": ["x"], "into": into }),
            "NOT_FOUND",
            "people",
        ),
        (
            json!({ "people": [gone], "into": "x" }),
            "NOT_FOUND",
            "into",
        ),
        (
            json!({ "people": [into], "into": into }),
            "INVALID",
            "people",
        ),
        (
            json!({ "people": [gone, gone], "into": into }),
            "INVALID",
            "people",
        ),
    ] {
        let refused = curator.refused("mergePeople", input.clone()).await;
        assert_eq!(refused, (code.to_owned(), field.to_owned()), "{input}");
    }
}

/// Merges both, after a look at what that would do; which merge it is.
async fn they_are_merged(
    site: &Site,
    curator: &mut Visitor,
    pair: &Pair,
    before: &Value,
) -> String {
    let locks = json!({ "ids": [pair.into], "fields": ["birthplace"], "locked": true });
    curator.expect("setLocks", locks, "run").await;
    let mut input = json!({ "people": [pair.gone], "into": pair.into, "dryRun": true });
    let told = curator.expect("mergePeople", input.clone(), MERGED).await;
    assert_eq!(fields(&told), ["biography", "ids"]);
    let warning = told["warnings"][0].as_str().unwrap();
    assert!(
        warning.contains("birthplace") && warning.contains("locked"),
        "{warning}"
    );
    assert_eq!(
        (&told["changedTitles"], &told["changedEpisodes"]),
        (&json!(2), &json!(1))
    );
    assert_eq!(told["run"], Value::Null);
    assert_eq!(site.ask(SEEN, json!({})).await, *before);

    input["dryRun"] = json!(false);
    let merged = curator.expect("mergePeople", input.clone(), MERGED).await;

    assert_eq!(merged["person"], json!({ "slug": "al-pacino" }));
    assert_eq!(merged["personIds"], json!([pair.gone]));
    let seen = site
        .wait_for(SOON, SEEN, |seen| found(seen).len() == 1)
        .await;
    assert_eq!(found(&seen), ["al-pacino"]);
    let one = json!({ "slug": "al-pacino", "birthplace": null, "biography": "An actor.", "titles": { "totalCount": 3 } });
    assert_eq!((&seen["one"], &seen["other"]), (&one, &one));
    assert_eq!(seen["named"]["totalCount"], 3);
    // The better billing, and the character that is there.
    let credit = |order: u32, slug: &str, character: Option<&str>| json!({ "order": order, "character": character, "node": { "slug": slug } });
    let both = json!([
        credit(0, "al-pacino", Some("Lion")),
        credit(1, "robin-williams", None)
    ]);
    assert_eq!(seen["both"]["credits"]["edges"], both);
    let guest = json!({ "character": "Himself", "node": { "slug": "al-pacino" } });
    let episode = &seen["series"]["seasons"][0]["episodes"]["nodes"][0];
    assert_eq!(episode["credits"]["edges"], json!([guest]));
    let node = "query ($id: ID!) { node(id: $id) { ... on Person { slug } } titles(filter: { people: [$id] }) { totalCount } }";
    let by_id = site.ask(node, json!({ "id": pair.gone })).await;
    assert_eq!(
        by_id,
        json!({ "node": { "slug": "al-pacino" }, "titles": { "totalCount": 3 } })
    );
    let likely = curator.ask("{ likelySamePeople { totalCount } }").await;
    assert_eq!(likely["likelySamePeople"]["totalCount"], 0);
    // Nobody is merged twice, and no edit reaches who is gone.
    let again = curator.refused("mergePeople", input).await;
    assert_eq!(again, ("NOT_FOUND".to_owned(), "people".to_owned()));
    let edit = json!({ "person": pair.gone, "set": { "birthplace": "Rome" } });
    let (code, _) = curator.refused("editPerson", edit).await;
    assert_eq!(code, "NOT_FOUND");
    merged["run"].as_str().unwrap().to_owned()
}

/// Whoever is named by the slug of who is gone is credited as the one who stays, who keeps what is known of them.
async fn loads_reach_the_one_who_stays(program: &Program, site: &Site) {
    let records = r#"
{"kind": "person", "slug": "al-pacino-2", "name": "AL PACINO", "born": "1941-01-01", "died": "2020-01-01", "ids": {"tmdb": 7}}
{"kind": "film", "slug": "serpico-1973", "title": "Serpico", "cast": [{"person": "al-pacino-2"}, {"person": "al-pacino", "character": "Frank"}]}
{"kind": "film", "slug": "both", "title": "Both", "cast": ["Robin Williams"]}
"#;
    load(program, records).await;
    let query = r#"{ film(slug: "serpico-1973") { credits { edges { character node { slug } } } }
        person(slug: "al-pacino-2") { name born died externalIds { provider value } titles { totalCount } } }"#;
    let is_here = |seen: &Value| seen["person"]["titles"]["totalCount"] == 3;
    let seen = site
        .wait_for(SOON, query, |seen| is_here(seen) && !seen["film"].is_null())
        .await;
    let credit = json!({ "character": "Frank", "node": { "slug": "al-pacino" } });
    assert_eq!(seen["film"]["credits"]["edges"], json!([credit]));
    let person = &seen["person"];
    for (field, value) in [
        ("name", "Al Pacino"),
        ("born", "1940-04-25"),
        ("died", "2020-01-01"),
    ] {
        assert_eq!(person[field], value);
    }
    let ids = person["externalIds"].as_array().unwrap().iter();
    let mut ids: Vec<&str> = ids.map(|id| id["value"].as_str().unwrap()).collect();
    ids.sort_unstable();
    assert_eq!(ids, ["1158", "Q41163", "nm0000199"]);
}

async fn revisions_tell_of_it(curator: &mut Visitor, run: &str) {
    let query = "query ($run: String!) { revisions(filter: { run: $run, source: MERGE }) { nodes { id kind } } }";
    let told = curator.send(query, json!({ "run": run })).await;
    let nodes = told.body["data"]["revisions"]["nodes"].as_array().unwrap();
    let mut kinds: Vec<&str> = nodes
        .iter()
        .map(|node| node["kind"].as_str().unwrap())
        .collect();
    kinds.sort_unstable();
    assert_eq!(
        kinds,
        ["CHANGED", "CHANGED", "CHANGED", "CHANGED", "MERGED"]
    );
    let refused = curator
        .refused("revertRevisions", json!({ "run": run }))
        .await;
    assert_eq!(refused, ("INVALID".to_owned(), "run".to_owned()));
}

/// Who asks for the first of several gets the last, and a merge in the midst of them is not undone.
async fn one_leads_along_a_chain(site: &Site, curator: &mut Visitor) {
    let mut runs = Vec::new();
    for (gone, into) in [("ann-one", "bob-two"), ("bob-two", "cid-three")] {
        let (gone, into) = (
            site.id_of("person", gone).await,
            site.id_of("person", into).await,
        );
        let input = json!({ "people": [gone], "into": into });
        let mut merged = curator.expect("mergePeople", input, "run").await;
        runs.push(merged["run"].take());
    }
    let query = r#"{ person(slug: "ann-one") { slug titles { totalCount } } film(slug: "one") { credits { nodes { slug } } } }"#;
    let seen = site.ask(query, json!({})).await;
    let last = json!({ "slug": "cid-three", "titles": { "totalCount": 1 } });
    assert_eq!(seen["person"], last);
    assert_eq!(
        seen["film"]["credits"]["nodes"],
        json!([{ "slug": "cid-three" }])
    );
    let refused = curator.refused("undoMerge", json!({ "id": runs[0] })).await;
    assert_eq!(refused, ("CONFLICT".to_owned(), "id".to_owned()));
    // Nor one into somebody who is deleted: what takes that back would give the credits of both to one again.
    let cid = json!({ "person": site.id_of("person", "cid-three").await, "fromTitles": true });
    let deleted = curator.expect("deletePerson", cid, "run").await;
    let undo = json!({ "id": runs[1] });
    let refused = curator.refused("undoMerge", undo).await;
    assert_eq!(refused, ("CONFLICT".to_owned(), "id".to_owned()));
    let back = json!({ "run": deleted["run"], "whole": true });
    let back = curator.expect("revertRevisions", back, "obstructed").await;
    assert_eq!(back["obstructed"], 0);
    for run in runs.iter().rev() {
        curator.expect("undoMerge", json!({ "id": run }), "").await;
    }
    let seen = site.ask(query, json!({})).await;
    assert_eq!(seen["person"]["slug"], "ann-one");
    let all = json!([{ "slug": "ann-one" }, { "slug": "bob-two" }, { "slug": "cid-three" }]);
    assert_eq!(seen["film"]["credits"]["nodes"], all);
}

/// The slugs of those who are found by the name, sorted.
fn found(seen: &Value) -> Vec<&str> {
    let found = seen["people"]["nodes"].as_array().unwrap().iter();
    let mut slugs: Vec<&str> = found.map(|it| it["slug"].as_str().unwrap()).collect();
    slugs.sort_unstable();
    slugs
}

/// Whom a viewer mutes, and whether that is said of who stays, and of whom the other slug leads to.
async fn muted(viewer: &mut Visitor) -> [String; 3] {
    let told = viewer.ask(MUTED).await;
    let list = &told["viewer"]["profile"]["mutedTastes"];
    assert_eq!(list["totalCount"], 1);
    let slug = list["nodes"][0]["slug"].as_str().unwrap().to_owned();
    let is_muted = |who: &str| told[who]["viewerMuted"].to_string();
    [slug, is_muted("one"), is_muted("other")]
}

/// The names of the fields that are others, sorted.
fn fields(payload: &Value) -> Vec<&str> {
    let changes = payload["changes"].as_array().unwrap().iter();
    let mut fields: Vec<&str> = changes.map(|it| it["field"].as_str().unwrap()).collect();
    fields.sort_unstable();
    fields
}

async fn load(program: &Program, records: &str) {
    let file = program.data().join("records.ndjson");
    std::fs::write(&file, records.trim_start()).unwrap();
    program.expect(&["load", file.to_str().unwrap()]).await;
}

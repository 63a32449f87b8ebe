//! Curators see who changed what, lock fields against loads, and take loads back.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::both_ways::both_ways;
use crate::support::SOON;
use crate::support::program::{On, Program, Site};
use crate::support::visitor::Visitor;

both_ways!(
    a_load_is_told_kept_off_locked_fields_and_taken_back,
    what_was_renamed_is_told_by_the_name_that_it_had,
    a_run_is_taken_back_as_a_whole_or_not_at_all,
);

/// What is told of a revision.
const REVISION: &str = "id nodeId nodeName number kind author authorId authorName source run at changes { field before after }";
const LOCKED: &str = "{ film(slug: \"heat-1995\") { lockedFields } }";
const SET: &str = "results { nodeId lockedFields } run";
const REVERTED: &str = "results { revision { id nodeName } changes { field before after } overwritten obstacles { field reason by } }
    next run";

async fn a_load_is_told_kept_off_locked_fields_and_taken_back(on: On) {
    let program = Program::seeded(on).await;
    program.create_user("cora@example.org", "curator").await;
    let site = program.serve().await;
    let film = site.id_of("film", "heat-1995").await;
    let mut cora = Visitor::of(&site);
    cora.log_in("cora@example.org").await;

    curators_alone_are_told_what_the_site_began_with(&site, &mut cora, &film).await;
    let first = source_of(&mut cora, "year").await;
    assert_eq!(
        (&first["source"], &first["author"]),
        (&json!("RECORD"), &json!("COMMAND"))
    );
    let loaded = locked_fields_stay(&program, &mut cora, &film).await;
    // A locked field is from where it was.
    let mut second = first.clone();
    second["run"] = loaded["run"].clone();
    second["at"] = loaded["at"].clone();
    assert_eq!(source_of(&mut cora, "year").await, second);
    second["field"] = json!("tags");
    assert_eq!(source_of(&mut cora, "tags").await, second);
    let mut of_title = first.clone();
    of_title["field"] = json!("title");
    assert_eq!(source_of(&mut cora, "title").await, of_title);
    let taken_back = what_was_loaded_is_taken_back(&mut cora, &loaded).await;
    assert_eq!(source_of(&mut cora, "year").await, first);
    assert_eq!(source_of(&mut cora, "tags").await, Value::Null);
    what_was_changed_since_stands_in_the_way(&program, &mut cora, &taken_back).await;

    // As the inputs of edits call it.
    let unlock = json!({ "ids": [film], "fields": ["name", "cast"], "locked": false });
    let done = cora.expect("setLocks", unlock, SET).await;
    assert_eq!(done["results"][0]["lockedFields"], json!([]));
    let other = json!({ "ids": [film], "fields": ["slug"], "locked": true });
    let refused = cora.refused("setLocks", other).await;
    assert_eq!(refused, ("INVALID".to_owned(), "fields".to_owned()));
    what_a_curator_said_goes_before_files_unless_that_is_set(&program, &mut cora, &film).await;
}

async fn what_a_curator_said_goes_before_files_unless_that_is_set(
    program: &Program,
    cora: &mut Visitor,
    film: &str,
) {
    let edit = json!({ "titles": [{ "title": film }], "set": { "year": 1994 }, "lock": false });
    let edited = cora.expect("editTitles", edit, "run").await;
    let curator = source_of(cora, "year").await;
    let mut expected = json!({
        "field": "year", "source": "CURATOR", "run": edited["run"], "author": "USER", "authorName": "cora",
    });
    expected["at"] = curator["at"].clone();
    assert_eq!(curator, expected);

    // As long as nobody says otherwise a curator goes before files.
    let all = ["CURATOR", "SIDECAR", "RECORD", "GUESS"];
    let default = json!({ "field": null, "order": all, "isDefault": true });
    let query = "{ sourcePrecedence { field order isDefault } }";
    assert_eq!(cora.ask(query).await["sourcePrecedence"], json!([default]));

    // What a curator left unlocked holds by an order that somebody has set.
    let orders = "precedence { field order isDefault }";
    let order = json!({ "field": "year", "order": ["CURATOR", "RECORD"] });
    cora.expect("setSourcePrecedence", order, orders).await;
    let (told, _) = load(program, cora, 1998, "quiet").await;
    assert!(told.contains("year is from a source"), "{told}");
    assert!(told.contains("LOWER_SOURCE"), "{told}");
    assert_eq!(source_of(cora, "year").await, curator);
    assert_eq!(source_of(cora, "tags").await["source"], "RECORD");

    let order = json!({ "field": "year", "order": ["RECORD", "CURATOR"] });
    let set = cora.expect("setSourcePrecedence", order, orders).await;
    let of_year = json!({ "field": "year", "order": ["RECORD", "CURATOR"], "isDefault": false });
    assert_eq!(set["precedence"], json!([default, of_year]));
    let shown = program.expect(&["precedence"]).await;
    let expected = "all fields  curator > sidecar > record > guess\nyear        record > curator\n";
    assert_eq!(shown, expected);
    let (told, _) = load(program, cora, 1998, "loud").await;
    assert!(!told.contains("LOWER_SOURCE"), "{told}");
    assert_eq!(source_of(cora, "year").await["source"], "RECORD");
    let nothing = json!({ "field": "year", "order": [] });
    let set = cora.expect("setSourcePrecedence", nothing, orders).await;
    assert_eq!(set["precedence"], json!([default]));
    what_is_unlocked_is_released_to_loads(program, cora, film).await;
    let log = "{ viewer { user { auditLog(first: 2) { nodes { action actor detail } } } } }";
    let of =
        |detail| json!({ "action": "SOURCE_PRECEDENCE_SET", "actor": "OWNER", "detail": detail });
    assert_eq!(
        cora.ask(log).await["viewer"]["user"]["auditLog"]["nodes"],
        json!([of("year"), of("year: record, curator")])
    );
    let wrong = json!({ "field": "slug", "order": ["RECORD"] });
    let refused = cora.refused("setSourcePrecedence", wrong).await;
    assert_eq!(refused, ("INVALID".to_owned(), "field".to_owned()));
}

/// What is from a curator is no more theirs once it is unlocked.
async fn what_is_unlocked_is_released_to_loads(program: &Program, cora: &mut Visitor, film: &str) {
    let edit = json!({ "titles": [{ "title": film }], "set": { "year": 1994 }, "lock": false });
    cora.expect("editTitles", edit, "run").await;
    for locked in [true, false] {
        let locks = json!({ "ids": [film], "fields": ["year"], "locked": locked });
        cora.expect("setLocks", locks, SET).await;
    }
    let (told, _) = load(program, cora, 1998, "quiet").await;
    assert!(!told.contains("LOWER_SOURCE"), "{told}");
    assert_eq!(source_of(cora, "year").await["source"], "RECORD");

    // A command sets the same, and says what there is then.
    let off = program.expect(&["precedence", "set", "record"]).await;
    assert_eq!(off, "all fields  record\n");
    let wrong = program
        .run(&["precedence", "set", "--field", "slug", "record"])
        .await;
    assert_eq!(wrong.status.code(), Some(1), "{wrong:?}");
    let again = program.expect(&["precedence", "reset"]).await;
    assert_eq!(again, "all fields  curator > sidecar > record > guess\n");
}

async fn curators_alone_are_told_what_the_site_began_with(
    site: &Site,
    cora: &mut Visitor,
    film: &str,
) {
    let all = revisions(cora).await;
    assert_eq!(all.len(), 1, "{all:?}");
    let first = &all[0];
    assert_eq!(first["kind"], "CREATED");
    assert_eq!(first["source"], "LOAD");
    assert_eq!(first["author"], "COMMAND");
    assert_eq!(first["authorId"], Value::Null);
    assert_eq!(first["authorName"], Value::Null);
    assert_eq!(first["number"], 1);
    assert_eq!(first["nodeId"], film);
    assert_eq!(first["nodeName"], "Heat");
    assert_eq!(first["changes"], json!([]));

    let query = "query ($id: ID!) { node(id: $id) { ... on Revision { number } } }";
    let node = json!({ "id": first["id"] });
    let told = cora.send(query, node.clone()).await;
    assert_eq!(told.body["data"]["node"]["number"], 1);
    let nobody = site.send(query, node).await;
    assert_eq!(nobody["errors"][0]["extensions"]["code"], "NOT_FOUND");
    let nobody = site.ask(LOCKED, json!({})).await;
    assert_eq!(nobody["film"], json!({ "lockedFields": null }));
}

/// A load leaves locked fields as they are, says so, and changes the others. Its revision of the film.
async fn locked_fields_stay(program: &Program, cora: &mut Visitor, film: &str) -> Value {
    let locks = json!({ "ids": [film], "fields": ["title", "cast"], "locked": true });
    let results = json!([{ "nodeId": film, "lockedFields": ["cast", "title"] }]);
    // The second time it is so already, and no change.
    let [run, again] = {
        let mut runs = [Value::Null, Value::Null];
        for run in &mut runs {
            let mut done = cora.expect("setLocks", locks.clone(), SET).await;
            assert_eq!(done["results"], results);
            *run = done["run"].take();
        }
        runs
    };
    assert_eq!(again, Value::Null);
    let locked = cora.ask(LOCKED).await;
    assert_eq!(locked["film"]["lockedFields"], json!(["cast", "title"]));

    let (told, summary) = load(program, cora, 1996, "loud").await;

    assert!(told.contains("title is locked"), "{told}");
    assert!(told.contains("cast is locked"), "{told}");
    assert!(told.contains("LOCKED_FIELD"), "{told}");
    let all = revisions(cora).await;
    assert_eq!(all.len(), 3, "{all:?}");
    let (loaded, lock) = (&all[0], &all[1]);
    assert_eq!(
        loaded["changes"],
        json!([
            { "field": "year", "before": "1995", "after": "1996" },
            { "field": "genres", "before": "[\"Action\",\"Crime\",\"Drama\"]", "after": "[\"Heist\"]" },
            { "field": "tags", "before": "[]", "after": "[\"loud\"]" },
        ])
    );
    let run_loaded = loaded["run"].as_str().unwrap();
    assert!(summary.contains(run_loaded), "{summary}");
    assert_eq!(
        (&loaded["number"], &loaded["source"]),
        (&json!(3), &json!("LOAD"))
    );
    assert_eq!(
        lock["changes"],
        json!([{ "field": "locks", "before": "[]", "after": "[\"cast\",\"title\"]" }])
    );
    assert_eq!(
        (&lock["author"], &lock["source"]),
        (&json!("USER"), &json!("EDIT"))
    );
    assert_eq!(lock["run"], run);
    assert_eq!(lock["authorName"], "cora");
    let title = "{ titles(filter: { firstLetter: \"H\" }) { nodes { slug lockedFields ... on Film { revisions(first: 1) { nodes { id } } } } } }";
    let titles = cora.ask(title).await["titles"]["nodes"].take();
    let mut titles = titles.as_array().unwrap().iter();
    let heat = titles.find(|title| title["slug"] == "heat-1995").unwrap();
    assert_eq!(heat["revisions"]["nodes"], json!([{ "id": loaded["id"] }]));

    // The site has them, too: by who, and by what was loaded together. The genre is new with it.
    let who = json!({ "filter": { "who": lock["authorId"] } });
    assert_eq!(of_site(cora, who).await, [lock["id"].clone()]);
    let run = json!({ "filter": { "run": loaded["run"], "source": "LOAD" } });
    assert_eq!(of_site(cora, run).await.len(), 2);
    let query = "query ($filter: RevisionFilter) { revisions(filter: $filter) { nodes { id } } }";
    let wrong = json!({ "filter": { "field": "slug" } });
    assert_eq!(cora.send(query, wrong).await.code(), "INVALID");
    loaded.clone()
}

/// What taking a load back would do is said first, and then done. The revision that it makes.
async fn what_was_loaded_is_taken_back(cora: &mut Visitor, loaded: &Value) -> Value {
    let back = json!([
        { "field": "year", "before": "1996", "after": "1995" },
        { "field": "genres", "before": "[\"Heist\"]", "after": "[\"Action\",\"Crime\",\"Drama\"]" },
        { "field": "tags", "before": "[\"loud\"]", "after": "[]" },
    ]);
    let input = json!({ "run": loaded["run"], "dryRun": true });
    let shown = cora.expect("revertRevisions", input, REVERTED).await;
    assert_eq!(result_of(&shown, "Heat")["changes"], back);
    assert_eq!(
        (&shown["run"], &shown["next"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(revisions(cora).await.len(), 3);

    let input = json!({ "run": loaded["run"] });
    let done = cora.expect("revertRevisions", input, REVERTED).await;

    assert_eq!(result_of(&done, "Heat")["changes"], back);
    let genre = &result_of(&done, "Heist")["obstacles"][0];
    assert_eq!(genre["reason"], "STAYS_ONCE_CREATED");
    let query = "{ film(slug: \"heat-1995\") { name year tags genres { name } lockedFields } }";
    assert_eq!(
        cora.ask(query).await["film"],
        json!({
            "name": "Heat", "year": 1995, "tags": [], "lockedFields": ["cast", "title"],
            "genres": [{ "name": "Action" }, { "name": "Crime" }, { "name": "Drama" }],
        })
    );
    let all = revisions(cora).await;
    assert_eq!(all.len(), 4, "{all:?}");
    let taken_back = all[0].clone();
    assert_eq!(taken_back["source"], "REVERT");
    assert_eq!(taken_back["run"], done["run"]);
    // It is so already.
    let input = json!({ "revision": loaded["id"] });
    let nothing = cora.expect("revertRevisions", input, REVERTED).await;
    let result = result_of(&nothing, "Heat");
    assert_eq!(
        (&result["changes"], &result["obstacles"]),
        (&json!([]), &json!([]))
    );
    assert_eq!(nothing["run"], Value::Null);
    taken_back
}

async fn what_was_changed_since_stands_in_the_way(
    program: &Program,
    cora: &mut Visitor,
    taken_back: &Value,
) {
    load(program, cora, 1997, "loud").await;
    let since = revisions(cora).await[0]["id"].clone();

    let input = json!({ "revision": taken_back["id"] });
    let refused = cora.expect("revertRevisions", input, REVERTED).await;

    let result = result_of(&refused, "Heat");
    let obstacle = json!({ "field": "year", "reason": "CHANGED_SINCE", "by": since });
    assert_eq!(result["obstacles"], json!([obstacle]));
    assert_eq!(
        (&result["changes"], &refused["run"]),
        (&json!([]), &Value::Null)
    );
    // With `force` what it has become since is overwritten, and shown before.
    let mut input = json!({ "revision": taken_back["id"], "force": true, "dryRun": true });
    let shown = cora
        .expect("revertRevisions", input.clone(), REVERTED)
        .await;
    let result = result_of(&shown, "Heat");
    let year = json!([{ "field": "year", "before": "1997", "after": "1996" }]);
    assert_eq!(
        (&result["changes"], &result["overwritten"]),
        (&year, &json!(["year"]))
    );
    assert_eq!(result["obstacles"], json!([]));
    assert_eq!(revisions(cora).await[0]["id"], since);
    input["dryRun"] = json!(false);
    let forced = cora.expect("revertRevisions", input, REVERTED).await;
    assert_eq!(result_of(&forced, "Heat")["changes"], year);
    let now = cora.ask("{ film(slug: \"heat-1995\") { year } }").await;
    assert_eq!(now["film"]["year"], 1996);
    for (input, field) in [
        (json!({}), "revision"),
        (json!({ "revision": "x" }), "revision"),
        (json!({ "run": "x" }), "run"),
    ] {
        let (_, found) = cora.refused("revertRevisions", input).await;
        assert_eq!(found, field);
    }
}

async fn what_was_renamed_is_told_by_the_name_that_it_had(on: On) {
    let program = Program::seeded(on).await;
    program.create_user("cora@example.org", "curator").await;
    let site = program.serve().await;
    let film = site.id_of("film", "heat-1995").await;
    let mut cora = Visitor::of(&site);
    cora.log_in("cora@example.org").await;
    for set in [
        json!({ "year": 1996 }),
        json!({ "name": "Heat I" }),
        json!({ "year": 1995 }),
        json!({ "name": "Heat II" }),
    ] {
        let edit = json!({ "titles": [{ "title": film }], "set": set });
        cora.expect("editTitles", edit, "run").await;
    }

    let query = "{ film(slug: \"heat-1995\") { revisions { nodes {
        nodeName nodeNameThen node { id ... on Film { name } } } } } }";
    let told = cora.ask(query).await["film"]["revisions"]["nodes"].take();

    // The latest first; the last is the load that the site began with.
    let expected = ["Heat II", "Heat I", "Heat I", "Heat", "Heat"].map(|then| {
        let node = json!({ "id": film, "name": "Heat II" });
        json!({ "nodeName": "Heat II", "nodeNameThen": then, "node": node })
    });
    assert_eq!(told, json!(expected));
}

async fn a_run_is_taken_back_as_a_whole_or_not_at_all(on: On) {
    let program = Program::seeded(on).await;
    program.create_user("cora@example.org", "curator").await;
    let site = program.serve().await;
    let heat = site.id_of("film", "heat-1995").await;
    let alien = site.id_of("film", "alien-1979").await;
    let mut cora = Visitor::of(&site);
    cora.log_in("cora@example.org").await;
    let edit = |titles: &[&str], set: Value| {
        let titles: Vec<Value> = titles.iter().map(|id| json!({ "title": id })).collect();
        json!({ "titles": titles, "set": set })
    };
    let both = edit(&[&heat, &alien], json!({ "year": 1990 }));
    let run = cora.expect("editTitles", both, "run").await["run"].take();
    let since = edit(&[&heat], json!({ "year": 1991 }));
    cora.expect("editTitles", since, "run").await;
    let years =
        "{ heat: film(slug: \"heat-1995\") { year } alien: film(slug: \"alien-1979\") { year } }";
    let changed = json!({ "heat": { "year": 1991 }, "alien": { "year": 1990 } });

    // With one thing in the way nothing becomes of the others.
    let fields = "results { revision { nodeName } changes { field } overwritten obstacles { field reason } } meant obstructed run next";
    let mut input = json!({ "run": run, "whole": true });
    let refused = cora.expect("revertRevisions", input.clone(), fields).await;
    assert_eq!(
        (&refused["meant"], &refused["obstructed"], &refused["run"]),
        (&json!(2), &json!(1), &Value::Null)
    );
    let obstacle = json!([{ "field": "year", "reason": "CHANGED_SINCE" }]);
    assert_eq!(result_of(&refused, "Heat")["obstacles"], obstacle);
    let other = result_of(&refused, "Alien");
    let nothing = json!([]);
    assert_eq!(
        (&other["obstacles"], &other["changes"]),
        (&nothing, &nothing)
    );
    assert_eq!(cora.ask(years).await, changed);

    input["force"] = json!(true);
    let done = cora.expect("revertRevisions", input, fields).await;
    assert_eq!(done["obstructed"], 0);
    assert!(done["run"].is_string(), "{done}");
    let before = json!({ "heat": { "year": 1995 }, "alien": { "year": 1979 } });
    assert_eq!(cora.ask(years).await, before);
    for (input, field) in [
        (json!({ "whole": true }), "revision"),
        (json!({ "revision": "x", "whole": true }), "whole"),
        (json!({ "run": run, "after": "x", "whole": true }), "whole"),
    ] {
        let refused = cora.refused("revertRevisions", input).await;
        assert_eq!(refused, ("INVALID".to_owned(), field.to_owned()));
    }
}

/// What became of the revision of what is called so.
fn result_of<'a>(payload: &'a Value, name: &str) -> &'a Value {
    let mut results = payload["results"].as_array().unwrap().iter();
    let result = results.find(|it| it["revision"]["nodeName"] == name);
    result.unwrap_or_else(|| panic!("nothing of {name}: {payload}"))
}

/// Loads a record that says other things of the film, and waits until the server has followed; what is told of it, and the
/// summary.
async fn load(program: &Program, cora: &mut Visitor, year: i32, tag: &str) -> (String, String) {
    let record = json!({
        "slug": "heat-1995", "title": "Heat!", "year": year, "tags": [tag], "genres": ["Heist"],
        "cast": ["Al Pacino"],
    });
    let file = program.data().join("heat.ndjson");
    std::fs::write(&file, record.to_string()).unwrap();
    let output = program.run(&["load", file.to_str().unwrap()]).await;
    assert!(output.status.success(), "{output:?}");
    has_followed(cora).await;
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (text(output.stderr), text(output.stdout))
}

/// Waits until the server knows the film as the last revision left it: by that it tells where a field is from.
async fn has_followed(cora: &mut Visitor) {
    let query =
        "{ film(slug: \"heat-1995\") { revision revisions(first: 1) { nodes { number } } } }";
    let started = Instant::now();
    loop {
        let film = cora.ask(query).await["film"].take();
        if film["revision"] == film["revisions"]["nodes"][0]["number"] {
            return;
        }
        assert!(started.elapsed() < SOON, "still {film}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Where a field of the film is from; null: nobody knows.
async fn source_of(curator: &mut Visitor, field: &str) -> Value {
    let query =
        "{ film(slug: \"heat-1995\") { valueSources { field source at run author authorName } } }";
    let data = curator.ask(query).await;
    let mut sources = data["film"]["valueSources"].as_array().unwrap().iter();
    let found = sources.find(|source| source["field"] == field);
    found.cloned().unwrap_or_default()
}

/// The revisions of the film, the latest first.
async fn revisions(curator: &mut Visitor) -> Vec<Value> {
    let query =
        format!("{{ film(slug: \"heat-1995\") {{ revisions {{ nodes {{ {REVISION} }} }} }} }}");
    let data = curator.ask(&query).await;
    let nodes = data["film"]["revisions"]["nodes"].as_array();
    nodes.unwrap().clone()
}

/// The ids of the revisions of the site that pass a filter.
async fn of_site(curator: &mut Visitor, variables: Value) -> Vec<Value> {
    let query = "query ($filter: RevisionFilter) { revisions(filter: $filter, first: 100) { nodes { id } } }";
    let answer = curator.send(query, variables).await;
    let nodes = answer.body["data"]["revisions"]["nodes"].as_array();
    let nodes = nodes.unwrap_or_else(|| panic!("{}", answer.body)).iter();
    nodes.map(|node| node["id"].clone()).collect()
}

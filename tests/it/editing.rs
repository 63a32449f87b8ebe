//! Curators edit the catalogue by hand: with a look at what would be, with locks that hold against loads, on both ways of
//! running.

use serde_json::{Value, json};

use crate::both_ways::both_ways;
use crate::repeats::creations_with_a_key_are_done_once;
use crate::support::SOON;
use crate::support::program::{On, Program, Site};
use crate::support::visitor::Visitor;

both_ways!(curators_edit_by_hand_and_no_load_undoes_it);

const RECORDS: &str = r#"
{"kind": "film", "slug": "heat-1995", "title": "Heat", "year": 1995, "runtime_minutes": 170, "genres": ["Crime"], "tags": ["Heist", "L.A."], "cast": [{"name": "Al Pacino", "character": "Hanna"}], "ids": {"imdb": "tt0113277"}, "collection": "Mann Films"}
{"kind": "film", "slug": "alien-1979", "title": "Alien", "year": 1979, "genres": ["Horror"]}
{"kind": "series", "slug": "dark-2017", "title": "Dark", "year": 2017}
{"series": "dark-2017", "season": 1, "episode": 1, "title": "Secrets", "directors": ["Baran bo Odar"]}
"#;

async fn curators_edit_by_hand_and_no_load_undoes_it(on: On) {
    let program = match on {
        On::Embedded => Program::new(on).await,
        On::Servers => Program::without_graph(),
    };
    let file = program.data().join("records.ndjson");
    std::fs::write(&file, RECORDS.trim_start()).unwrap();
    let file = file.to_str().unwrap().to_owned();
    program.expect(&["load", &file]).await;
    program.create_user("curator@example.org", "curator").await;
    let site = program.serve().await;
    let mut curator = Visitor::of(&site);
    curator.log_in("curator@example.org").await;
    let heat = site.id_of("film", "heat-1995").await;
    let alien = site.id_of("film", "alien-1979").await;

    what_would_be_is_told_and_then_done(&site, &mut curator, (heat.as_str(), alien.as_str())).await;
    what_is_refused_says_what_is_to_blame(&site, &mut curator, (heat.as_str(), alien.as_str()))
        .await;
    all_that_is_wrong_of_a_title_is_said_at_once(&mut curator, &alien).await;
    titles_are_added(&site, &mut curator).await;
    episodes_are_added(&site, &mut curator).await;
    creations_with_a_key_are_done_once(&mut curator).await;
    other_things_are_edited(&site, &mut curator).await;
    program.expect(&["load", &file]).await;
    what_was_edited_holds(&site).await;
    a_title_goes_and_comes_back(&site, &mut curator, &alien).await;
}

const ROWS: &str = "changed run results { title { slug revision } changes { field before after }
    userErrors { code field message min changedFields } }";
const HEAT: &str = "{ film(slug: \"heat-1995\") { revision duration tags genres { name }
    taglines: tagline(language: \"en\") credits(first: 9) { edges { role character node { name } } }
    externalIds { provider value } } }";

async fn heat_now(site: &Site) -> Value {
    site.ask(HEAT, json!({})).await["film"].take()
}

async fn what_would_be_is_told_and_then_done(
    site: &Site,
    curator: &mut Visitor,
    (heat, alien): (&str, &str),
) {
    let before = heat_now(site).await;
    let mut input = json!({
        "titles": [{ "title": heat, "baseRevision": 1 }, { "title": alien }],
        "set": { "tagline": [{ "language": "en", "text": "Seen by hand." }], "durationMinutes": 171 },
        "add": { "genres": ["Sci-Fi"], "cast": [{ "name": "Al Pacino" }, { "name": "Jon Voight", "character": "Nate" }] },
        "remove": { "tags": ["HEIST"] },
        "dryRun": true,
    });

    let rehearsed = curator.expect("editTitles", input.clone(), ROWS).await;

    let change = |field: &str, before: Value, after: Value| {
        let json = |value: Value| (!value.is_null()).then(|| value.to_string());
        json!({ "field": field, "before": json(before), "after": json(after) })
    };
    let hanna = json!({ "character": "Hanna", "name": "Al Pacino" });
    let nate = json!({ "character": "Nate", "name": "Jon Voight" });
    let of_heat = json!([
        change("runtime_minutes", json!(170), json!(171)),
        change(
            "genres",
            json!(["Crime"]),
            json!(["Crime", "Science Fiction"])
        ),
        change("cast", json!([hanna]), json!([hanna, nate])),
        change("tagline", json!({}), json!({ "en": "Seen by hand." })),
        change("tags", json!(["Heist", "L.A."]), json!(["L.A."])),
    ]);
    assert_eq!(rehearsed["results"][0]["changes"], of_heat);
    assert_eq!(
        (&rehearsed["changed"], &rehearsed["run"]),
        (&json!(2), &Value::Null)
    );
    assert_eq!(heat_now(site).await, before, "nothing is written");

    input["dryRun"] = json!(false);
    let edited = curator.expect("editTitles", input, ROWS).await;

    let titles: Vec<&Value> = [0, 1].map(|row| &edited["results"][row]["title"]).into();
    assert_eq!(titles[0], &json!({ "slug": "heat-1995", "revision": 2 }));
    assert_eq!(titles[1]["slug"], "alien-1979");
    assert_eq!(edited["results"][0]["changes"], of_heat);
    assert!(edited["run"].is_string());
    let after = heat_now(site).await;
    assert_eq!(
        (&after["duration"], &after["tags"]),
        (&json!(171 * 60), &json!(["L.A."]))
    );
    assert_eq!(after["taglines"], "Seen by hand.");
    let texts = "{ film(slug: \"heat-1995\") { texts { language name overview tagline } } }";
    let row = json!({
        "language": "en", "name": "Heat", "overview": null, "tagline": "Seen by hand.",
    });
    assert_eq!(curator.ask(texts).await["film"]["texts"], json!([row]));
    let of_nobody = site.ask(texts, json!({})).await;
    assert_eq!(of_nobody["film"]["texts"], Value::Null);
    let query = "query ($run: String!) { revisions(filter: { run: $run }) { nodes { source changes { field } } } }";
    let run = json!({ "run": edited["run"] });
    let mut told = curator.send(query, run).await.body["data"]["revisions"]["nodes"].take();
    let told = told.as_array_mut().unwrap();
    // Two titles are others, and somebody and a genre are new with them.
    assert_eq!(told.len(), 4, "{told:?}");
    assert!(told.iter().all(|it| it["source"] == "EDIT"));
}

async fn what_is_refused_says_what_is_to_blame(
    site: &Site,
    curator: &mut Visitor,
    (heat, alien): (&str, &str),
) {
    let stale = json!({
        "titles": [{ "title": heat, "baseRevision": 1 }, { "title": "nonsense" }],
        "set": { "year": 1996 },
    });
    let refused = curator.expect("editTitles", stale, ROWS).await;
    let error = |row: usize| refused["results"][row]["userErrors"][0].clone();
    assert_eq!(error(0)["code"], "STALE_REVISION");
    assert_eq!(
        error(0)["field"],
        json!(["input", "titles", "0", "baseRevision"])
    );
    let message = error(0)["message"].as_str().unwrap().to_owned();
    assert!(message.contains("is at revision 2"), "{message}");
    let changed = error(0)["changedFields"].as_array().unwrap().clone();
    assert!(changed.contains(&json!("genres")), "{changed:?}");
    assert!(changed.contains(&json!("runtime_minutes")), "{changed:?}");
    assert_eq!(error(1)["changedFields"], Value::Null);
    assert_eq!(error(1)["code"], "NOT_FOUND");
    assert_eq!(error(1)["field"], json!(["input", "titles", "1", "title"]));
    assert_eq!(refused["changed"], 0);

    // Of another title's id and a sound year it depends on the policy what is done.
    let with = |policy: &str| {
        json!({
            "titles": [{ "title": alien }], "errorPolicy": policy, "lock": false,
            "set": { "externalIds": [{ "provider": "imdb", "value": "tt0113277" }], "year": 1978 },
        })
    };
    for (policy, changed) in [
        ("REJECT_EVERYTHING", json!([])),
        ("REJECT_FAILED_ROWS", json!([])),
        (
            "IGNORE_FAILED",
            json!([{ "field": "year", "before": "1979", "after": "1978" }]),
        ),
    ] {
        let payload = curator.expect("editTitles", with(policy), ROWS).await;
        let row = &payload["results"][0];
        assert_eq!(row["userErrors"][0]["code"], "TAKEN", "{policy}");
        assert_eq!(
            row["userErrors"][0]["field"],
            json!(["input", "set", "externalIds"])
        );
        assert_eq!(row["changes"], changed, "{policy}");
    }
    let year = site
        .ask("{ film(slug: \"alien-1979\") { year } }", json!({}))
        .await;
    assert_eq!(year["film"]["year"], 1978);

    for (input, code, field) in [
        (json!({ "set": { "year": 1996 } }), "INVALID", "titles"),
        (
            json!({ "titles": [], "set": { "year": 1996 } }),
            "OUT_OF_RANGE",
            "titles",
        ),
        (json!({ "filter": {} }), "BLANK", "set"),
        (
            json!({ "filter": {}, "set": { "originalName": " " } }),
            "BLANK",
            "originalName",
        ),
        (
            json!({ "filter": { "genres": ["no-such"] }, "set": { "year": 1 } }),
            "NOT_FOUND",
            "filter",
        ),
    ] {
        let refused = curator.refused("editTitles", input).await;
        assert_eq!(refused, (code.to_owned(), field.to_owned()));
    }
    // One title has the id, be it laid anew after something else of it was refused.
    let dark = site.id_of("series", "dark-2017").await;
    let twice = json!({
        "titles": [{ "title": dark }, { "title": alien }], "errorPolicy": "IGNORE_FAILED", "dryRun": true,
        "set": { "durationMinutes": 50, "externalIds": [{ "provider": "imdb", "value": "tt5753856" }] },
    });
    let payload = curator.expect("editTitles", twice, ROWS).await;
    let row = &payload["results"][0];
    let codes = [0, 1].map(|error| &row["userErrors"][error]["code"]);
    assert_eq!(codes, ["INVALID", "TAKEN"]);
    assert_eq!(row["changes"], json!([]));
    // Of a filter each title has its own answer.
    let by_filter = json!({
        "filter": { "kind": ["SERIES"] }, "set": { "durationMinutes": 50 },
    });
    let payload = curator.expect("editTitles", by_filter, ROWS).await;
    let row = &payload["results"][0];
    assert_eq!(row["title"]["slug"], "dark-2017");
    let message = &row["userErrors"][0]["message"];
    assert_eq!(message, "`durationMinutes` is nothing that series have");
}

async fn all_that_is_wrong_of_a_title_is_said_at_once(curator: &mut Visitor, alien: &str) {
    for policy in ["REJECT_EVERYTHING", "REJECT_FAILED_ROWS"] {
        let wrong = json!({
            "titles": [{ "title": alien }], "errorPolicy": policy,
            "set": { "year": 1700, "endYear": 1999, "originalName": "Alien 1" },
        });

        let payload = curator.expect("editTitles", wrong, ROWS).await;

        let row = &payload["results"][0];
        let fields = [0, 1].map(|error| &row["userErrors"][error]["field"][2]);
        assert_eq!(fields, ["year", "endYear"], "{policy}");
        assert_eq!(row["userErrors"][0]["min"], 1870.0, "{policy}");
        assert_eq!(row["userErrors"][2], Value::Null, "{policy}");
        assert_eq!(
            (&row["changes"], &payload["changed"]),
            (&json!([]), &json!(0)),
            "{policy}"
        );
    }
    let new = |set: Value| json!({ "kind": "FILM", "set": set });
    for (set, fields) in [
        (
            json!({ "name": "x".repeat(501), "year": 1700, "endYear": 1999 }),
            ["name", "year", "endYear"],
        ),
        (
            json!({ "name": "", "tagline": [{ "language": "en", "text": " " }], "tags": [""] }),
            ["tagline", "tags", "name"],
        ),
    ] {
        let payload = curator.call("createTitle", new(set), "slug").await;
        let said = [0, 1, 2].map(|error| &payload["userErrors"][error]["field"][2]);
        assert_eq!(said, fields);
        assert_eq!(payload["userErrors"][3], Value::Null);
    }
    let text = |language: &str| json!({ "language": language, "text": "Alien" });
    let twice = json!({
        "titles": [{ "title": alien }], "set": { "names": [text("de"), text("fr"), text("de")] },
    });
    let payload = curator.call("editTitles", twice, "changed").await;
    let path = json!(["input", "set", "names", "2"]);
    assert_eq!(payload["userErrors"][0]["field"], path);
}

async fn titles_are_added(site: &Site, curator: &mut Visitor) {
    let input = json!({
        "kind": "FILM", "set": { "name": "Heat", "year": 1995, "directors": [{ "person": "al-pacino" }] },
    });
    let fields = "slug title { slug name } changes { field } warnings run";
    let mut rehearsal = input.clone();
    rehearsal["dryRun"] = json!(true);
    let rehearsed = curator.expect("createTitle", rehearsal, fields).await;
    assert_eq!(
        (&rehearsed["slug"], &rehearsed["title"]),
        (&json!("heat-1995-2"), &Value::Null)
    );
    assert_eq!(rehearsed["run"], Value::Null);

    let added = curator.expect("createTitle", input, fields).await;

    assert_eq!(
        added["title"],
        json!({ "slug": "heat-1995-2", "name": "Heat" })
    );
    let warning = "`slug` is “heat-1995-2”, for there is “heat-1995”: perhaps the same title";
    assert_eq!(added["warnings"], json!([warning]));
    assert_eq!(changed_in(curator, &added["run"]).await, ["Heat"]);
    let found = "{ film(slug: \"heat-1995-2\") { year credits(first: 1) { nodes { slug } } } }";
    let found = site.ask(found, json!({})).await["film"].take();
    let expected = json!({ "year": 1995, "credits": { "nodes": [{ "slug": "al-pacino" }] } });
    assert_eq!(found, expected);
    let search = "{ search(query: \"Jon Voight\") { nodes { slug } } }";
    let is_found = |data: &Value| data["search"]["nodes"] != json!([]);
    site.wait_for(SOON, search, is_found).await;
    for (input, code, field) in [
        (json!({ "set": { "year": 1995 } }), "INVALID", "name"),
        (
            json!({ "set": { "name": "X", "year": 1700 } }),
            "INVALID",
            "year",
        ),
        (
            json!({ "slug": "alien-1979", "set": { "name": "X" } }),
            "TAKEN",
            "slug",
        ),
        (
            json!({ "slug": "No Slug", "set": { "name": "X" } }),
            "INVALID",
            "slug",
        ),
        (
            json!({ "set": { "name": "!!!", "year": 2010 } }),
            "BLANK",
            "slug",
        ),
        (
            json!({ "set": { "name": "X", "cast": [{ "person": "no-such" }] } }),
            "NOT_FOUND",
            "cast",
        ),
    ] {
        let mut input = input;
        input["kind"] = json!("FILM");
        let refused = curator.refused("createTitle", input).await;
        assert_eq!(refused, (code.to_owned(), field.to_owned()));
    }
}

async fn episodes_are_added(site: &Site, curator: &mut Visitor) {
    let series = site.id_of("series", "dark-2017").await;
    let place = |season: u32, number: u32| {
        let set = json!({ "name": "Lies", "duration": 44 * 60 });
        json!({ "series": series, "season": season, "number": number, "set": set })
    };
    let fields = "episode { name number duration } changes { field } run";

    let added = curator.expect("createEpisode", place(1, 2), fields).await;

    let expected = json!({ "name": "Lies", "number": 2, "duration": 44 * 60 });
    assert_eq!(added["episode"], expected);
    let changes = json!([{ "field": "title" }, { "field": "runtime_minutes" }]);
    assert_eq!(added["changes"], changes);
    assert_eq!(changed_in(curator, &added["run"]).await, ["Lies"]);
    for (input, code, field) in [
        (place(1, 2), "TAKEN", "number"),
        (place(10_000, 1), "OUT_OF_RANGE", "season"),
        (
            json!({ "series": "nonsense", "season": 1, "number": 3, "set": {} }),
            "NOT_FOUND",
            "series",
        ),
    ] {
        let refused = curator.refused("createEpisode", input).await;
        assert_eq!(refused, (code.to_owned(), field.to_owned()));
    }
}

async fn other_things_are_edited(site: &Site, curator: &mut Visitor) {
    let ids = "{ person(slug: \"al-pacino\") { id } genre(slug: \"crime\") { id }
        collection(slug: \"mann-films\") { id } series(slug: \"dark-2017\") { seasons { episodes { nodes { id } } } } }";
    let ids = site.ask(ids, json!({})).await;
    let person = &ids["person"]["id"];
    let episode = &ids["series"]["seasons"][0]["episodes"]["nodes"][0]["id"];

    let born = json!({ "person": person, "set": { "born": "1940-04-25", "externalIds": [{ "provider": "imdb", "value": "nm0000199" }] } });
    let fields = "person { born revision } changes { field } run";
    let edited = curator.expect("editPerson", born.clone(), fields).await;
    let expected = json!({ "born": "1940-04-25", "revision": 2 });
    assert_eq!(edited["person"], expected);
    assert_eq!(
        edited["changes"],
        json!([{ "field": "born" }, { "field": "ids" }])
    );
    assert_eq!(changed_in(curator, &edited["run"]).await, ["Al Pacino"]);
    // It is so already.
    let again = curator.expect("editPerson", born, "run").await;
    assert_eq!(again["run"], Value::Null);
    let died = json!({ "person": person, "set": { "died": "1899-01-01" } });
    let refused = curator.refused("editPerson", died).await;
    assert_eq!(refused, ("INVALID".to_owned(), "died".to_owned()));

    let named = json!({ "episode": episode, "set": { "name": "Geheimnisse", "directors": null } });
    let fields = "episode { name } changes { field } run";
    let edited = curator.expect("editEpisode", named, fields).await;
    assert_eq!(edited["episode"]["name"], "Geheimnisse");
    assert_eq!(
        edited["changes"],
        json!([{ "field": "title" }, { "field": "directors" }])
    );
    assert_eq!(changed_in(curator, &edited["run"]).await, ["Geheimnisse"]);

    let renamed = json!({ "genre": ids["genre"]["id"], "name": "Gangsters" });
    let fields = "genre { slug name } run";
    let edited = curator.expect("editGenre", renamed, fields).await;
    let expected = json!({ "slug": "crime", "name": "Gangsters" });
    assert_eq!(edited["genre"], expected);
    assert_eq!(changed_in(curator, &edited["run"]).await, ["Gangsters"]);
    let taken = json!({ "genre": ids["genre"]["id"], "name": "horror" });
    let refused = curator.refused("editGenre", taken).await;
    assert_eq!(refused, ("TAKEN".to_owned(), "name".to_owned()));
    // Whoever names it as it is called now means it, too.
    let horror = site.ask("{ genre(slug: \"horror\") { id } }", json!({}));
    let horror = horror.await["genre"]["id"].take();
    let taken = json!({ "genre": horror, "name": "gangsters" });
    let refused = curator.refused("editGenre", taken).await;
    assert_eq!(refused, ("TAKEN".to_owned(), "name".to_owned()));
    let alien = site.id_of("film", "alien-1979").await;
    let named = json!({
        "titles": [{ "title": alien }], "add": { "genres": ["gangsters"] }, "dryRun": true,
    });
    let rows = "results { changes { after } }";
    let edited = curator.expect("editTitles", named, rows).await;
    let after = r#"["Horror","Science Fiction","Gangsters"]"#;
    assert_eq!(edited["results"][0]["changes"], json!([{ "after": after }]));
    let renamed = json!({ "collection": ids["collection"]["id"], "name": "Michael Mann" });
    let fields = "collection { slug name } run";
    let edited = curator.expect("editCollection", renamed, fields).await;
    let expected = json!({ "slug": "mann-films", "name": "Michael Mann" });
    assert_eq!(edited["collection"], expected);
    assert_eq!(changed_in(curator, &edited["run"]).await, ["Michael Mann"]);
}

/// The file says all of it otherwise; what was not locked is as the file says.
async fn what_was_edited_holds(site: &Site) {
    let year = "{ film(slug: \"alien-1979\") { year } }";
    let is_loaded = |data: &Value| data["film"]["year"] == 1979;
    site.wait_for(SOON, year, is_loaded).await;
    let ask =
        "{ film(slug: \"heat-1995\") { duration tags genres { slug name } collection { name } } }";
    let film = site.ask(ask, json!({})).await["film"].take();
    let expected = json!({
        "duration": 171 * 60, "tags": ["L.A."],
        "genres": [
            { "slug": "crime", "name": "Gangsters" },
            { "slug": "science-fiction", "name": "Science Fiction" },
        ],
        "collection": { "name": "Michael Mann" },
    });
    assert_eq!(film, expected);
    let ask = "{ series(slug: \"dark-2017\") { seasons { episodes { nodes { name directors { slug } } } } } }";
    let series = site.ask(ask, json!({})).await["series"].take();
    let episode = &series["seasons"][0]["episodes"]["nodes"][0];
    assert_eq!(episode, &json!({ "name": "Geheimnisse", "directors": [] }));
}

async fn a_title_goes_and_comes_back(site: &Site, curator: &mut Visitor, alien: &str) {
    let ask = "{ film(slug: \"alien-1979\") { slug } titles(filter: { genres: [\"horror\"] }) { totalCount } }";
    let there = site.ask(ask, json!({})).await;
    let alone = json!({ "film": { "slug": "alien-1979" }, "titles": { "totalCount": 1 } });
    assert_eq!(there, alone);
    let rehearsal = json!({ "title": alien, "dryRun": true });
    let fields = "changes { field after } run";
    let told = curator.expect("deleteTitle", rehearsal, fields).await;
    let hiding = json!([{ "field": "state", "after": "\"hidden\"" }]);
    assert_eq!(told["changes"], hiding);
    assert_eq!(told["run"], Value::Null);
    assert_eq!(site.ask(ask, json!({})).await, there);

    let this = json!({ "title": alien });
    let fields = "title { state } run";
    let gone = curator.expect("deleteTitle", this, fields).await;

    assert_eq!(gone["title"]["state"], "HIDDEN");
    let now = site.ask(ask, json!({})).await;
    assert_eq!(now, json!({ "film": null, "titles": { "totalCount": 0 } }));
    assert_eq!(changed_in(curator, &gone["run"]).await, ["Alien"]);
    let hidden = "{ titles(filter: { state: [HIDDEN, DRAFT] }) { totalCount
        nodes { slug lockedFields } facets(by: [KIND]) { values { count } } } }";
    let seen = curator.ask(hidden).await["titles"].take();
    assert_eq!(seen["totalCount"], 1);
    assert_eq!(seen["nodes"][0]["slug"], "alien-1979");
    let locked = seen["nodes"][0]["lockedFields"].as_array().unwrap();
    assert!(locked.contains(&json!("state")), "{locked:?}");
    // For everybody else there is no such title, in no count.
    let seen = site.ask(hidden, json!({})).await["titles"].take();
    let none = json!({ "totalCount": 0, "nodes": [], "facets": [{ "values": [] }] });
    assert_eq!(seen, none);
    let back = json!({ "titles": [{ "title": alien }], "set": { "state": "PUBLISHED" } });
    curator.expect("editTitles", back, "changed").await;
    assert_eq!(site.ask(ask, json!({})).await, there);
}

/// What the things are called that were changed in a run.
async fn changed_in(curator: &mut Visitor, run: &Value) -> Vec<Value> {
    let query = "query ($run: String!) { revisions(filter: { run: $run }) { nodes { nodeName } } }";
    let told = curator.send(query, json!({ "run": run })).await;
    let nodes = told.body["data"]["revisions"]["nodes"].as_array();
    let nodes = nodes.unwrap_or_else(|| panic!("{}", told.body)).iter();
    nodes.map(|node| node["nodeName"].clone()).collect()
}

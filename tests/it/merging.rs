//! Curators make films one, on both ways of running: it is seen everywhere, what was watched follows, and all of it can be
//! undone.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::both_ways::both_ways;
use crate::support::SOON;
use crate::support::program::{On, Program, Site};
use crate::support::visitor::Visitor;

both_ways!(films_become_one_with_what_was_watched_and_are_taken_apart_again);

const RECORDS: &str = r#"
{"kind": "film", "slug": "heat-1995", "title": "Heat", "year": 1995, "runtime_minutes": 100, "cast": ["Al Pacino"], "ids": {"imdb": "tt0113277"}}
{"kind": "film", "slug": "heat-1995-2", "title": "Heat", "year": 1995, "runtime_minutes": 100, "genres": ["Crime"], "tags": ["Heist"], "overview": "Two men.", "ids": {"tmdb": 949}}
{"kind": "series", "slug": "dark-2017", "title": "Dark", "year": 2017}
{"kind": "film", "slug": "one", "title": "One"}
{"kind": "film", "slug": "two", "title": "Two"}
{"kind": "film", "slug": "three", "title": "Three"}
"#;
/// What a viewer and everybody is told of both films.
const BOTH: &str = "query ($from: ID!, $into: ID!) { from: node(id: $from) { ...it } into: node(id: $into) { ...it } }
    fragment it on Film { slug viewerLiked inWatchlist watchState { plays completions } }";
const SEEN: &str = "{ old: film(slug: \"heat-1995-2\") { slug } titles { totalCount }
    search(query: \"heat\") { nodes { slug } } }";
const MERGED: &str = "title { slug tags } changes { field } warnings titleIds run";

/// The global ids of the films: that which goes, and that which stays.
struct Films {
    from: String,
    into: String,
}

async fn films_become_one_with_what_was_watched_and_are_taken_apart_again(on: On) {
    let mut program = Program::new(on).await;
    // It is asked again and again until all has moved.
    program.set("REELGRAPH_BUDGET", "false");
    program.set("REELGRAPH_COMMENTS", "open");
    load(&program, RECORDS).await;
    program.create_user("curator@example.org", "curator").await;
    let mut site = program.serve().await;
    let films = Films {
        from: site.id_of("film", "heat-1995-2").await,
        into: site.id_of("film", "heat-1995").await,
    };
    let mut curator = Visitor::of(&site);
    curator.log_in("curator@example.org").await;
    what_cannot_be_merged_is_refused(&site, &mut curator, &films).await;
    let mut ada = Visitor::of(&site);
    ada.register("ada@example.org").await;
    report(&mut ada, &films.from, 1, 6000.0).await;
    report(&mut ada, &films.into, 2, 600.0).await;
    tell(&mut ada, &films.from, 3, ("START", 0.0)).await;
    let liked = json!({ "title": films.from, "liked": true });
    ada.expect("rateTitle", liked, "").await;
    let listed = json!({ "title": films.from, "watchlisted": true });
    ada.expect("setWatchlisted", listed, "").await;
    let said = json!({ "title": films.from, "body": "Fine" });
    ada.expect("addComment", said, "").await;
    let of = |slug: &str, liked: Option<bool>, listed: bool, plays: u32, completions: u32| {
        json!({
            "slug": slug, "viewerLiked": liked, "inWatchlist": listed,
            "watchState": { "plays": plays, "completions": completions },
        })
    };
    let (before, now) = (
        both(&mut ada, &films).await,
        both(&mut curator, &films).await,
    );
    let own = of("heat-1995-2", Some(true), true, 2, 1);
    let other = of("heat-1995", None, false, 1, 0);
    assert_eq!(before, json!({ "from": own, "into": other }));

    let run = they_are_merged(&site, &mut curator, &films).await;

    // A player that began before goes on with the id that it knows, and so does one that begins now.
    tell(&mut ada, &films.from, 3, ("STOP", 300.0)).await;
    report(&mut ada, &films.from, 4, 300.0).await;
    let all = of("heat-1995", Some(true), true, 4, 1);
    wait_for(&mut ada, &films, &json!({ "from": all, "into": all })).await;
    wait_for_comments(&site, "heat-1995", 1).await;
    it_is_taken_back_as_a_whole_alone(&program, &mut curator, &run).await;
    site.stop().await;
    let whole = program.expect(&["watches", "rebuild"]).await;
    assert!(whole.contains(" 0 rows were others"), "{whole}");
    program.expect(&["graph", "drain"]).await;
    program.expect(&["graph", "verify"]).await;

    let site = program.serve().await;
    let (mut ada, mut curator) = (ada.at(&site), curator.at(&site));
    assert_eq!(
        both(&mut ada, &films).await,
        json!({ "from": all, "into": all })
    );
    let undo = json!({ "id": run, "dryRun": true });
    let told = curator.expect("undoMerge", undo, MERGED).await;
    assert_eq!(fields(&told), ["genres", "ids", "overview"]);
    assert_eq!(told["run"], Value::Null);
    let done = curator
        .expect("undoMerge", json!({ "id": run }), MERGED)
        .await;
    assert_eq!(done["changes"], told["changes"]);
    assert_eq!(done["titleIds"], json!([films.from]));
    // Until all is back, and every server knows, which takes half a minute.
    let merge = json!({ "from": [films.from], "into": films.into, "dryRun": true });
    let refused = curator.refused("mergeTitles", merge).await;
    assert_eq!(refused, ("CONFLICT".to_owned(), "from".to_owned()));

    // What was begun of the one since stays with it.
    let other = of("heat-1995", None, false, 2, 0);
    wait_for(&mut ada, &films, &json!({ "from": own, "into": other })).await;
    wait_for_comments(&site, "heat-1995-2", 1).await;
    wait_for_comments(&site, "heat-1995", 0).await;
    let are_two = |seen: &Value| {
        let found = seen["search"]["nodes"].as_array().unwrap().len();
        let old = &seen["old"]["slug"];
        (found, old, &seen["titles"]["totalCount"]) == (2, &json!("heat-1995-2"), &json!(6))
    };
    site.wait_for(SOON, SEEN, are_two).await;
    assert_eq!(both(&mut curator, &films).await, now);
    let again = curator.refused("undoMerge", json!({ "id": run })).await;
    assert_eq!(again, ("NOT_FOUND".to_owned(), "id".to_owned()));
    one_leads_along_a_chain(&site, &mut curator).await;
}

async fn what_cannot_be_merged_is_refused(site: &Site, curator: &mut Visitor, films: &Films) {
    let likely = curator
        .ask("{ likelyDuplicates { nodes { stays } } }")
        .await;
    let stays = json!([{ "stays": films.into }]);
    assert_eq!(likely["likelyDuplicates"]["nodes"], stays);
    let series = site.id_of("series", "dark-2017").await;
    let Films { from, into } = films;
    for (input, code, field) in [
        (json!({ "from": [], "into": into }), "OUT_OF_RANGE", "from"),
        (json!({ "from": ["x"], "into": into }), "NOT_FOUND", "from"),
        (json!({ "from": [from], "into": "x" }), "NOT_FOUND", "into"),
        (json!({ "from": [into], "into": into }), "INVALID", "from"),
        (json!({ "from": [series], "into": into }), "INVALID", "from"),
        (json!({ "from": [from], "into": series }), "INVALID", "from"),
        (
            json!({ "from": [from], "into": into, "fromRevisions": [9] }),
            "STALE_REVISION",
            "from",
        ),
        (
            json!({ "from": [from], "into": into, "fromRevisions": [1, 1] }),
            "INVALID",
            "fromRevisions",
        ),
    ] {
        let refused = curator.refused("mergeTitles", input.clone()).await;
        assert_eq!(refused, (code.to_owned(), field.to_owned()), "{input}");
    }
}

/// Merges both, after a look at what that would do; which merge it is.
async fn they_are_merged(site: &Site, curator: &mut Visitor, films: &Films) -> String {
    let locks = json!({ "ids": [films.into], "fields": ["tags"], "locked": true });
    curator.expect("setLocks", locks, "run").await;
    let mut input = json!({
        "from": [films.from], "into": films.into, "baseRevision": 2, "fromRevisions": [1], "dryRun": true,
    });
    let before = site.ask(SEEN, json!({})).await;
    let told = curator.expect("mergeTitles", input.clone(), MERGED).await;
    assert_eq!(fields(&told), ["genres", "ids", "overview"]);
    let warning = told["warnings"][0].as_str().unwrap();
    assert!(
        warning.contains("tags") && warning.contains("locked"),
        "{warning}"
    );
    assert_eq!(told["run"], Value::Null);
    assert_eq!(site.ask(SEEN, json!({})).await, before);

    input["dryRun"] = json!(false);
    let merged = curator.expect("mergeTitles", input, MERGED).await;

    assert_eq!(merged["title"], json!({ "slug": "heat-1995", "tags": [] }));
    assert_eq!(merged["changes"], told["changes"]);
    assert_eq!(merged["titleIds"], json!([films.from]));
    // Lists and the search follow one after the other.
    let one = json!({
        "old": { "slug": "heat-1995" }, "titles": { "totalCount": 5 },
        "search": { "nodes": [{ "slug": "heat-1995" }] },
    });
    site.wait_for(SOON, SEEN, |seen| *seen == one).await;
    let likely = curator.ask("{ likelyDuplicates { totalCount } }").await;
    assert_eq!(likely["likelyDuplicates"]["totalCount"], 0);
    merged["run"].as_str().unwrap().to_owned()
}

/// No revision of a merge is taken back by itself, and no load brings back what was merged.
async fn it_is_taken_back_as_a_whole_alone(program: &Program, curator: &mut Visitor, run: &str) {
    let query = "query ($run: String!) { revisions(filter: { run: $run, source: MERGE }) { nodes { id kind changes { field } } } }";
    let told = curator.send(query, json!({ "run": run })).await;
    let nodes = told.body["data"]["revisions"]["nodes"].as_array().unwrap();
    let kinds = nodes.iter().map(|node| node["kind"].as_str().unwrap());
    let mut kinds: Vec<&str> = kinds.collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["CHANGED", "MERGED"]);
    let one = json!({ "revision": nodes[0]["id"], "force": true });
    for (input, field) in [(one, "revision"), (json!({ "run": run }), "run")] {
        let refused = curator.refused("revertRevisions", input).await;
        assert_eq!(refused, ("INVALID".to_owned(), field.to_owned()));
    }
    let record = r#"{"kind": "film", "slug": "heat-1995-2", "title": "Heat!"}"#;
    let file = write(program, record);
    let loaded = program.run(&["load", &file]).await;
    let said = [loaded.stdout, loaded.stderr].concat();
    let said = String::from_utf8(said).unwrap();
    assert!(said.contains("was merged into another title"), "{said}");
}

/// Who asks for the first of several gets the last, and a merge in the midst of them is not undone.
async fn one_leads_along_a_chain(site: &Site, curator: &mut Visitor) {
    let mut runs = Vec::new();
    for (from, into) in [("one", "two"), ("two", "three")] {
        let (from, into) = (
            site.id_of("film", from).await,
            site.id_of("film", into).await,
        );
        let input = json!({ "from": [from], "into": into });
        let mut merged = curator.expect("mergeTitles", input, "run").await;
        runs.push(merged["run"].take());
    }
    let seen = site
        .ask("{ film(slug: \"one\") { slug } }", json!({}))
        .await;
    assert_eq!(seen["film"]["slug"], "three");
    let refused = curator.refused("undoMerge", json!({ "id": runs[0] })).await;
    assert_eq!(refused, ("CONFLICT".to_owned(), "id".to_owned()));
}

pub(crate) fn write(program: &Program, records: &str) -> String {
    let file = program.data().join("records.ndjson");
    std::fs::write(&file, records.trim_start()).unwrap();
    file.to_str().unwrap().to_owned()
}

pub(crate) async fn load(program: &Program, records: &str) {
    let file = write(program, records);
    program.expect(&["load", &file]).await;
}

/// Waits until so many comments are under a film.
async fn wait_for_comments(site: &Site, slug: &str, count: u64) {
    let query =
        format!("{{ film(slug: \"{slug}\") {{ commentCount comments {{ nodes {{ body }} }} }} }}");
    let are_there = |seen: &Value| {
        let film = &seen["film"];
        let listed = film["comments"]["nodes"].as_array().map(Vec::len);
        film["commentCount"] == count && listed.map(|listed| listed as u64) == Some(count)
    };
    site.wait_for(SOON, &query, are_there).await;
}

/// Plays a film from the start to a position.
pub(crate) async fn report(viewer: &mut Visitor, item: &str, play: u8, to: f64) {
    tell(viewer, item, play, ("START", 0.0)).await;
    tell(viewer, item, play, ("STOP", to)).await;
}

pub(crate) async fn tell(
    viewer: &mut Visitor,
    item: &str,
    play: u8,
    (event, position): (&str, f64),
) {
    let input = json!({
        "item": item, "play": format!("00000000-0000-4000-8000-00000000000{play}"),
        "event": event, "position": position, "at": format!("2026-01-0{play}T20:00:00Z"),
    });
    viewer.expect("reportPlayback", input, "").await;
}

/// The names of the fields that are others, sorted.
pub(crate) fn fields(payload: &Value) -> Vec<&str> {
    let changes = payload["changes"].as_array().unwrap().iter();
    let mut fields: Vec<&str> = changes.map(|it| it["field"].as_str().unwrap()).collect();
    fields.sort_unstable();
    fields
}

async fn both(viewer: &mut Visitor, films: &Films) -> Value {
    let ids = json!({ "from": films.from, "into": films.into });
    let mut answer = viewer.send(BOTH, ids).await;
    assert_eq!(answer.body.get("errors"), None, "{}", answer.body);
    answer.body["data"].take()
}

/// Waits until the viewer is told so of both films.
async fn wait_for(viewer: &mut Visitor, films: &Films, wanted: &Value) {
    let started = Instant::now();
    loop {
        let seen = both(viewer, films).await;
        if seen == *wanted {
            return;
        }
        assert!(started.elapsed() < SOON, "still {seen}, not {wanted}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

//! What viewers get, and how soon: as a page sees it.

use std::collections::HashSet;
use std::fmt::Write;

use reelgraph::domain::clock::{Clock, SystemClock};
use serde_json::{Value, json};

use crate::support::SOON;
use crate::support::program::{On, Program, Site};
use crate::support::visitor::Visitor;

const LIST: &str = "{ viewer { profile { recommendations(first: 100) { edges {
    node { slug } score reasons { kind text contribution source {
        __typename ... on Film { slug } ... on Person { name } ... on Genre { name } ... on Collection { name } } } } } } } }";
const ROWS: &str = "{ viewer { profile { rows(first: 20, itemsPerRow: 6) {
    kind heading items { nodes { slug } } } } } }";
const TASTE: &str = "{ viewer { profile { tasteWeights(first: 100) {
    weight watches lastWatchedAt muted node { __typename ... on Genre { id name } ... on Person { id name } } } } } }";
/// Somebody who is logged in at a site with the demo catalogue, and has watched these films to the end.
async fn viewer(site: &mut Site, watched: &[&str]) -> Visitor {
    site.register("ada@example.org").await;
    for (number, slug) in watched.iter().enumerate() {
        let query = format!("{{ film(slug: \"{slug}\") {{ id duration }} }}");
        let film = &site.ask(&query, json!({})).await["film"];
        let play = format!("00000000-0000-4000-8000-{number:012}");
        let at = format!("2026-01-0{}T20:00:00Z", number + 1);
        let (id, to) = (
            film["id"].as_str().unwrap(),
            film["duration"].as_f64().unwrap(),
        );
        site.watch(id, &play, to, &at).await;
    }
    let mut ada = Visitor::of(site);
    ada.log_in("ada@example.org").await;
    ada
}

/// Waits until the graph and its edges have all that was watched: what is suggested changes from then on by what is said
/// alone. The viewer goes on at the same site.
async fn settle(program: &Program, site: &mut Site, viewer: &mut Visitor) {
    assert!(site.stop().await.success());
    program.expect(&["graph", "similar"]).await;
    *site = program.serve().await;
    *viewer = viewer.at(site);
}

async fn list(visitor: &mut Visitor) -> Vec<Value> {
    let mut answer = visitor.ask(LIST).await;
    let edges = answer["viewer"]["profile"]["recommendations"]["edges"].take();
    serde_json::from_value(edges).unwrap()
}

fn slugs(list: &[Value]) -> Vec<&str> {
    list.iter()
        .map(|edge| edge["node"]["slug"].as_str().unwrap())
        .collect()
}

fn reasons(list: &[Value]) -> impl Iterator<Item = &Value> {
    list.iter()
        .flat_map(|edge| edge["reasons"].as_array().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_next_request_goes_by_what_was_just_watched_embedded() {
    the_next_request_goes_by_what_was_just_watched(On::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_next_request_goes_by_what_was_just_watched_on_the_servers() {
    the_next_request_goes_by_what_was_just_watched(On::Servers).await;
}

async fn the_next_request_goes_by_what_was_just_watched(on: On) {
    let program = Program::seeded(on).await;
    program.expect(&["graph", "similar"]).await;
    let mut site = program.serve().await;
    let mut ada = viewer(&mut site, &[]).await;
    let nothing_known = list(&mut ada).await;
    assert!(reasons(&nothing_known).all(|reason| reason["kind"] == "POPULAR"));

    let heat = site.id_of("film", "heat-1995").await;
    let play = "00000000-0000-4000-8000-000000000001";
    site.watch(&heat, play, 10_000.0, "2026-01-01T20:00:00Z")
        .await;

    let after_heat = list(&mut ada).await;
    assert!(!slugs(&after_heat).contains(&"heat-1995"));
    let first = &after_heat[0]["reasons"];
    assert!(
        reasons(&after_heat).any(|reason| reason["text"] == "Because you watched Heat"),
        "{first}"
    );
    for edge in &after_heat {
        let contributions = edge["reasons"].as_array().unwrap().iter();
        let sum: f64 = contributions
            .map(|reason| reason["contribution"].as_f64().unwrap())
            .sum();
        assert!((sum - edge["score"].as_f64().unwrap()).abs() < 1e-12);
    }

    // A play that must not count leaves nothing to go by.
    let play = ada
        .ask("{ viewer { profile { history { edges { node { id } } } } } }")
        .await;
    let play = &play["viewer"]["profile"]["history"]["edges"][0]["node"]["id"];
    let input = json!({ "play": play, "influencesRecommendations": false });
    ada.expect("editPlay", input, "").await;
    let uncounted = list(&mut ada).await;
    assert!(reasons(&uncounted).all(|reason| reason["kind"] == "POPULAR"));
    assert!(!slugs(&uncounted).contains(&"heat-1995"));

    let input = json!({ "play": play, "influencesRecommendations": true });
    ada.expect("editPlay", input, "").await;
    let counted = list(&mut ada).await;
    assert!(reasons(&counted).any(|reason| reason["text"] == "Because you watched Heat"));

    let input = json!({ "title": heat, "liked": true });
    ada.expect("rateTitle", input, "").await;
    let liked = list(&mut ada).await;
    assert!(reasons(&liked).any(|reason| reason["text"] == "Because you liked Heat"));
    let input = json!({ "title": heat, "liked": false });
    ada.expect("rateTitle", input, "").await;
    let disliked = list(&mut ada).await;
    assert!(
        reasons(&disliked).all(|reason| reason["kind"] != "LIKED" && reason["kind"] != "WATCHED")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_make_up_the_whole_list_and_it_is_counted_if_asked() {
    let program = Program::seeded(On::Embedded).await;
    let mut site = program.serve().await;
    let mut ada = viewer(&mut site, &["heat-1995", "alien-1979", "blade-runner-1982"]).await;
    let mut found = Vec::new();
    let mut place = Value::Null;
    let mut total = None;

    loop {
        let page = format!(
            "{{ viewer {{ profile {{ recommendations(first: 60, after: {place}) {{
                totalCount nodes {{ slug }} pageInfo {{ hasNextPage endCursor }} }} }} }} }}"
        );
        let page = ada.ask(&page).await["viewer"]["profile"]["recommendations"].take();
        total.get_or_insert(page["totalCount"].clone());
        let nodes = page["nodes"].as_array().unwrap();
        found.extend(nodes.iter().map(|node| node["slug"].to_string()));
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
        place = page["pageInfo"]["endCursor"].clone();
    }

    assert!(found.len() > 120, "{}", found.len());
    assert_eq!(found.iter().collect::<HashSet<_>>().len(), found.len());
    assert_eq!(total.unwrap(), found.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_collection_only_the_next_part_is_suggested() {
    let program = Program::seeded(On::Embedded).await;
    program.expect(&["graph", "similar"]).await;
    let mut site = program.serve().await;
    let mut ada = viewer(
        &mut site,
        &["the-lord-of-the-rings-the-fellowship-of-the-ring-2001"],
    )
    .await;

    let list = list(&mut ada).await;

    let slugs = slugs(&list);
    assert!(slugs.contains(&"the-lord-of-the-rings-the-two-towers-2002"));
    assert!(!slugs.contains(&"the-lord-of-the-rings-the-return-of-the-king-2003"));
    // Nothing was watched of these, so they begin at the beginning.
    for later in ["the-godfather-part-ii-1974", "the-empire-strikes-back-1980"] {
        assert!(!slugs.contains(&later), "{later}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_has_watched_nothing_is_offered_no_later_part() {
    let program = Program::seeded(On::Embedded).await;
    let mut site = program.serve().await;
    let mut ada = viewer(&mut site, &[]).await;

    let list = list(&mut ada).await;

    let slugs = slugs(&list);
    assert!(slugs.contains(&"star-wars-1977"));
    assert!(!slugs.contains(&"the-empire-strikes-back-1980"));
    assert!(!slugs.contains(&"terminator-2-judgment-day-1991"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_graph_believes_can_be_seen_and_muted() {
    let program = Program::seeded(On::Embedded).await;
    let mut site = program.serve().await;
    let mut ada = viewer(&mut site, &["heat-1995", "casino-1995"]).await;
    settle(&program, &mut site, &mut ada).await;

    let taste = ada.ask(TASTE).await;
    let taste = taste["viewer"]["profile"]["tasteWeights"]
        .as_array()
        .unwrap();
    let named = |name: &str| {
        let mut weights = taste.iter();
        weights.find(|one| one["node"]["name"] == name).unwrap()
    };
    let weight = |name| named(name)["weight"].as_f64().unwrap();
    assert_eq!(named("Robert De Niro")["watches"], 2);
    assert_eq!(named("Michael Mann")["watches"], 1);
    let last = named("Robert De Niro")["lastWatchedAt"].as_str().unwrap();
    assert!(last.starts_with("2026-01-02T20:00:00"), "{last}");
    assert!(weight("Michael Mann") > weight("Al Pacino"));
    assert!(taste.iter().all(|one| one["muted"] == false));
    let weights: Vec<f64> = taste
        .iter()
        .map(|one| one["weight"].as_f64().unwrap())
        .collect();
    assert!(weights.is_sorted_by(|a, b| a >= b));

    let before = list(&mut ada).await;
    let by = |list: &[Value], name: &str| {
        reasons(list)
            .filter(|reason| reason["source"]["name"] == name)
            .count()
    };
    assert!(by(&before, "Robert De Niro") > 0);
    let input = json!({ "source": named("Robert De Niro")["node"]["id"], "muted": true });
    ada.expect("muteTaste", input.clone(), "").await;

    let after = list(&mut ada).await;
    assert_eq!(by(&after, "Robert De Niro"), 0);
    let muted = ada.ask(TASTE).await;
    let muted = muted["viewer"]["profile"]["tasteWeights"]
        .as_array()
        .unwrap();
    let is_muted = |one: &&Value| one["muted"] == true;
    let muted: Vec<&Value> = muted.iter().filter(is_muted).collect();
    assert_eq!(muted.len(), 1);
    assert_eq!(muted[0]["node"]["name"], "Robert De Niro");

    let input = json!({ "source": input["source"], "muted": false });
    ada.expect("muteTaste", input, "").await;
    assert_eq!(slugs(&list(&mut ada).await), slugs(&before));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_has_no_title_twice_and_no_row_under_four_and_stays_the_same() {
    let program = Program::seeded(On::Embedded).await;
    let lately = SystemClock.now() - chrono::TimeDelta::hours(5);
    let trending = [
        "stalker-1979",
        "solaris-1972",
        "persona-1966",
        "m-1931",
        "nosferatu-1922",
    ];
    let mut lines = String::new();
    for slug in trending {
        for viewer in 0..9 {
            let watch = json!({ "viewer": format!("late-{viewer}"), "title": slug,
                "at": lately.to_rfc3339(), "completion": 1.0, "liked": null });
            writeln!(lines, "{watch}").unwrap();
        }
    }
    let file = program.data().join("watches.ndjson");
    std::fs::write(&file, lines).unwrap();
    program.expect(&["load", file.to_str().unwrap()]).await;
    let mut site = program.serve().await;
    let watched = [
        "heat-1995",
        "casino-1995",
        "goodfellas-1990",
        "alien-1979",
        "blade-runner-1982",
        "taxi-driver-1976",
    ];
    let mut ada = viewer(&mut site, &watched).await;
    settle(&program, &mut site, &mut ada).await;

    let page = ada.ask(ROWS).await;

    let rows = page["viewer"]["profile"]["rows"].as_array().unwrap();
    let mut seen = HashSet::new();
    for row in rows {
        let items = row["items"]["nodes"].as_array().unwrap();
        assert!(items.len() >= 4, "{row}");
        let again = row["kind"] == "REWATCH";
        for item in items {
            let slug = item["slug"].as_str().unwrap();
            assert!(seen.insert(slug), "{slug} stands there twice");
            assert_eq!(watched.contains(&slug), again, "{row}");
        }
    }
    let kinds: HashSet<&str> = rows
        .iter()
        .map(|row| row["kind"].as_str().unwrap())
        .collect();
    for kind in ["BECAUSE_YOU_WATCHED", "TRENDING", "REWATCH"] {
        assert!(kinds.contains(kind), "{kinds:?}");
    }
    assert_eq!(ada.ask(ROWS).await, page);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_scroll_and_share_no_title_however_far_embedded() {
    rows_scroll_and_share_no_title_however_far(On::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_scroll_and_share_no_title_however_far_on_the_servers() {
    rows_scroll_and_share_no_title_however_far(On::Servers).await;
}

async fn rows_scroll_and_share_no_title_however_far(on: On) {
    let program = Program::seeded(on).await;
    let mut site = program.serve().await;
    let mut ada = viewer(&mut site, &["heat-1995", "casino-1995", "alien-1979"]).await;
    settle(&program, &mut site, &mut ada).await;
    let first = "{ viewer { profile { rows(first: 4, itemsPerRow: 5) { id items {
        totalCount nodes { slug } pageInfo { hasNextPage endCursor } } } } } }";
    let more = "query ($id: ID!, $after: String) { node(id: $id) { ... on RecommendationRow { items(first: 20, after: $after) {
        totalCount nodes { slug } pageInfo { hasNextPage hasPreviousPage endCursor } } } } }";
    let slugs_of = |items: &Value| -> Vec<String> {
        let nodes = items["nodes"].as_array().unwrap().iter();
        nodes
            .map(|node| node["slug"].as_str().unwrap().to_owned())
            .collect()
    };

    let page = ada.ask(first).await;
    let rows = page["viewer"]["profile"]["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 4, "{page}");
    let shown: Vec<String> = rows
        .iter()
        .flat_map(|row| slugs_of(&row["items"]))
        .collect();
    let mut scrolled = 0;
    let mut seen: HashSet<String> = shown.iter().cloned().collect();
    assert_eq!(seen.len(), shown.len(), "{page}");
    for row in rows {
        let (mut items, mut length) = (row["items"].clone(), 0);
        let total = items["totalCount"].as_u64().unwrap();
        length += slugs_of(&items).len();
        while items["pageInfo"]["hasNextPage"] == true {
            let behind = json!({ "id": row["id"], "after": items["pageInfo"]["endCursor"] });
            let mut answer = ada.send(more, behind).await.body;
            items = answer["data"]["node"]["items"].take();
            assert_eq!(items["pageInfo"]["hasPreviousPage"], true, "{items}");
            for slug in slugs_of(&items) {
                assert!(seen.insert(slug.clone()), "{slug} comes twice");
                (length, scrolled) = (length + 1, scrolled + 1);
            }
        }
        assert_eq!(length as u64, total, "{row}");
    }
    assert!(scrolled > 20, "{scrolled} titles follow");

    // Meanwhile somebody watches one of the titles, and others are suggested.
    let last = shown.last().unwrap();
    let kind = "{ title(slug: \"SLUG\") { id ... on Film { duration } } }";
    let title = ada.ask(&kind.replace("SLUG", last)).await["title"].take();
    let rate = json!({ "title": title["id"], "liked": true });
    ada.expect("rateTitle", rate, "").await;
    let cursor = &rows[0]["items"]["pageInfo"]["endCursor"];
    let behind = |row: &Value| json!({ "id": row["id"], "after": cursor });
    let next = ada.send(more, behind(&rows[0])).await.body;
    for slug in slugs_of(&next["data"]["node"]["items"]) {
        assert!(!shown.contains(&slug), "{slug} is on the page");
    }
    let other = ada.send(more, behind(&rows[1])).await;
    assert_eq!(other.code(), "BAD_CURSOR");
    assert_eq!(other.body["data"], json!({ "node": { "items": null } }));

    // For cursors of many layouts no page is laid out: nothing proves that they are ours.
    let pages = (1..=5).map(|rows| {
        format!("p{rows}: rows(first: {rows}, itemsPerRow: 5) {{ id items {{ pageInfo {{ endCursor }} }} }}")
    });
    let pages = pages.collect::<Vec<_>>().join(" ");
    let pages = ada
        .ask(&format!("{{ viewer {{ profile {{ {pages} }} }} }}"))
        .await;
    let first_of = |rows: usize| &pages["viewer"]["profile"][format!("p{rows}")][0];
    let id = &first_of(1)["id"];
    let behind_each = (1..=5).map(|rows| {
        assert_eq!(&first_of(rows)["id"], id, "{pages}");
        let cursor = &first_of(rows)["items"]["pageInfo"]["endCursor"];
        format!("p{rows}: items(first: 1, after: {cursor}) {{ nodes {{ slug }} }}")
    });
    let behind_each = behind_each.collect::<Vec<_>>().join(" ");
    let query = format!("{{ node(id: {id}) {{ ... on RecommendationRow {{ {behind_each} }} }} }}");
    let many = ada.send(&query, json!({})).await;
    assert_eq!(many.code(), "OUT_OF_RANGE", "{}", many.body);
    let answered = many.body["data"]["node"].as_object().unwrap();
    let answered = answered.values().filter(|items| !items.is_null()).count();
    assert_eq!(answered, 4, "{}", many.body);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_reason_that_names_a_row_comes_first_in_it() {
    let program = Program::seeded(On::Embedded).await;
    program.expect(&["graph", "similar"]).await;
    let mut site = program.serve().await;
    let watched = [
        "heat-1995",
        "casino-1995",
        "goodfellas-1990",
        "alien-1979",
        "blade-runner-1982",
        "taxi-driver-1976",
    ];
    let mut ada = viewer(&mut site, &watched).await;
    let source = "{ ... on Film { id } ... on Series { id } ... on Person { id } ... on Genre { id } ... on Collection { id } }";
    let query = format!(
        "{{ viewer {{ profile {{ rows(first: 8, itemsPerRow: 6) {{ kind seed {source} items {{ edges {{
            score reasons {{ kind contribution source {source} }} headline {{ kind source {source} }} }} }} }} }} }} }}"
    );

    let page = ada.ask(&query).await;

    let (mut named, mut moved, mut apart) = (0, 0, 0);
    for row in page["viewer"]["profile"]["rows"].as_array().unwrap() {
        let kind = match row["kind"].as_str().unwrap() {
            "BECAUSE_YOU_WATCHED" => "WATCHED",
            "SAME_DIRECTOR" => "SHARED_DIRECTOR",
            "SAME_ACTOR" => "SHARED_ACTOR",
            "GENRE_YOU_WATCH" => "SHARED_GENRE",
            _ => continue,
        };
        for edge in row["items"]["edges"].as_array().unwrap() {
            let reasons = edge["reasons"].as_array().unwrap();
            assert_eq!(reasons[0]["kind"], kind, "{edge}");
            assert_eq!(reasons[0]["source"], row["seed"], "{edge}");
            let contributions: Vec<f64> = reasons
                .iter()
                .map(|reason| reason["contribution"].as_f64().unwrap())
                .collect();
            assert!(contributions[1..].is_sorted_by(|a, b| a >= b), "{edge}");
            let sum: f64 = contributions.iter().sum();
            assert!((sum - edge["score"].as_f64().unwrap()).abs() < 1e-12);
            let headline = &edge["headline"];
            let is_it =
                |it: &Value| it["kind"] == headline["kind"] && it["source"] == headline["source"];
            assert!(reasons.iter().any(is_it), "{edge}");
            apart += usize::from(!is_it(&reasons[0]));
            named += 1;
            moved += usize::from(!contributions.is_sorted_by(|a, b| a >= b));
        }
    }
    assert!(named >= 8, "{page}");
    assert!(apart > 0, "what names a row is said of all in it: {page}");
    assert!(moved > 0, "the weightiest reason names every row: {page}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_title_that_is_added_and_watched_gets_its_edges_by_itself_embedded() {
    a_title_that_is_added_and_watched_gets_its_edges_by_itself(On::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_title_that_is_added_and_watched_gets_its_edges_by_itself_on_the_servers() {
    a_title_that_is_added_and_watched_gets_its_edges_by_itself(On::Servers).await;
}

async fn a_title_that_is_added_and_watched_gets_its_edges_by_itself(on: On) {
    let program = Program::seeded(on).await;
    program.expect(&["graph", "similar"]).await;
    let site = program.serve().await;
    let like_heat = "{ film(slug: \"heat-1995\") { similar(first: 20) { edges { node { slug } reasons { kind } } } } }";
    let film = json!({ "kind": "film", "slug": "the-new-one-2026", "title": "The New One", "year": 2026,
        "genres": ["Musical"], "directors": ["Somebody New"], "cast": [] });
    let mut lines = format!("{film}\n");
    for viewer in 0..40 {
        for (title, minute) in [("heat-1995", 0), ("the-new-one-2026", 1)] {
            let watch = json!({ "viewer": format!("fan-{viewer}"), "title": title,
                "at": format!("2026-02-01T20:0{minute}:00Z"), "completion": 1.0, "liked": true });
            writeln!(lines, "{watch}").unwrap();
        }
    }
    let path = program.data().join("new.ndjson");
    std::fs::write(&path, lines).unwrap();

    program.expect(&["load", path.to_str().unwrap()]).await;

    let is_there = |data: &Value| {
        let edges = data["film"]["similar"]["edges"].as_array().unwrap();
        edges.iter().any(|edge| {
            let reasons = edge["reasons"].as_array().unwrap();
            edge["node"]["slug"] == "the-new-one-2026"
                && reasons
                    .iter()
                    .any(|reason| reason["kind"] == "SIMILAR_VIEWERS")
        })
    };
    site.wait_for(SOON, like_heat, is_there).await;
}

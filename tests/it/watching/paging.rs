//! Lists that are leafed through while they change: nothing comes twice, and nothing is left out but what was watched.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::player::Player;
use crate::support::SOON;
use crate::support::program::{On, Program};
use crate::support::visitor::Visitor;

/// A list, as a field with its arguments, and where it is in an answer.
struct List {
    /// With `PAGE` in the place of the page's arguments.
    query: String,
    path: &'static str,
}

impl List {
    fn of(query: &str, path: &'static str) -> Self {
        let rows = "{ edges { cursor node { id slug ... on Film { duration } } } pageInfo { hasNextPage endCursor } }";
        let query = query.replace("ROWS", rows);
        Self { query, path }
    }

    async fn send(&self, visitor: &mut Visitor, first: usize, after: Option<&str>) -> Value {
        let page = format!("first: {first}, after: {}", json!(after));
        let query = self.query.replace("PAGE", &page);
        visitor
            .ask(&query)
            .await
            .pointer(self.path)
            .unwrap()
            .clone()
    }

    /// The rest of the list behind a cursor: the slugs.
    async fn rest(
        &self,
        visitor: &mut Visitor,
        first: usize,
        after: Option<String>,
    ) -> Vec<String> {
        let (mut slugs, mut after) = (Vec::new(), after);
        loop {
            let page = self.send(visitor, first, after.as_deref()).await;
            let edges = page["edges"].as_array().unwrap();
            slugs.extend(edges.iter().map(slug));
            if page["pageInfo"]["hasNextPage"] == false {
                return slugs;
            }
            assert!(!edges.is_empty() && slugs.len() < 1000, "{slugs:?}");
            after = page["pageInfo"]["endCursor"].as_str().map(str::to_owned);
        }
    }

    /// The whole list and a page of it, which is its beginning and leads to all the rest. What was watched before may come to
    /// the list between the one and the other: then both are asked for again.
    async fn whole_and_first(&self, visitor: &mut Visitor, first: usize) -> (Vec<String>, Value) {
        let began = Instant::now();
        loop {
            let whole = self.rest(visitor, 100, None).await;
            let page = self.send(visitor, first, None).await;
            let given = slugs(&page);
            let rest = self.rest(visitor, 100, cursor(&page)).await;
            let has = |slug: &String| given.contains(slug) || rest.contains(slug);
            if given == whole[..first] && whole.iter().all(has) {
                return (whole, page);
            }
            let is_late = began.elapsed() > SOON;
            assert!(!is_late, "{}: {given:?}, {rest:?}: {whole:?}", self.path);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

/// The slugs of a page.
fn slugs(page: &Value) -> Vec<String> {
    page["edges"].as_array().unwrap().iter().map(slug).collect()
}

fn slug(edge: &Value) -> String {
    edge["node"]["slug"].as_str().unwrap().to_owned()
}

fn cursor(page: &Value) -> Option<String> {
    page["pageInfo"]["endCursor"].as_str().map(str::to_owned)
}

/// Watches the whole of a film.
async fn watch(visitor: &mut Visitor, edge: &Value) {
    let mut player = Player::of(visitor, edge["node"]["id"].as_str().unwrap());
    player.at("START", 0.0).await;
    let length = edge["node"]["duration"].as_f64().unwrap();
    let (.., watched) = player.at("STOP", length).await;
    assert!(watched);
}

/// The first row that is a film, from an index on.
fn film(page: &Value, from: usize) -> &Value {
    let mut edges = page["edges"].as_array().unwrap()[from..].iter();
    edges
        .find(|edge| edge["node"]["duration"].is_u64())
        .unwrap()
}

fn distinct(slugs: &[String]) -> BTreeSet<String> {
    let set: BTreeSet<String> = slugs.iter().cloned().collect();
    assert_eq!(set.len(), slugs.len(), "a row came twice: {slugs:?}");
    set
}

async fn seeded_visitor(program: &Program) -> (crate::support::program::Site, Visitor) {
    let site = program.serve().await;
    let mut ada = Visitor::of(&site);
    ada.register("ada@example.org").await;
    (site, ada)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_of_suggestions_are_leafed_through_while_something_is_watched() {
    let mut program = Program::seeded(On::Embedded).await;
    // Titles stay as like each other as they are: that is computed anew a moment after something was watched.
    program.set("REELGRAPH_SIMILAR", "import");
    let (site, mut ada) = seeded_visitor(&program).await;
    let heat = ada
        .ask("{ film(slug: \"heat-1995\") { id duration } }")
        .await;
    watch(&mut ada, &json!({ "node": heat["film"] })).await;
    program.expect(&["graph", "drain"]).await;
    let lists = [
        List::of(
            "{ viewer { profile { recommendations(PAGE) ROWS } } }",
            "/viewer/profile/recommendations",
        ),
        List::of(
            "{ film(slug: \"casino-1995\") { similar(PAGE) ROWS } }",
            "/film/similar",
        ),
    ];
    for list in lists {
        let (before, first) = list.whole_and_first(&mut ada, 20).await;
        let given = slugs(&first);
        let watched = film(&first, 5);

        watch(&mut ada, watched).await;
        let rest = list.rest(&mut ada, 20, cursor(&first)).await;

        let all = distinct(&[given.clone(), rest].concat());
        let missing: Vec<_> = before.iter().filter(|slug| !all.contains(*slug)).collect();
        assert_eq!(missing, [""; 0], "{}", list.path);

        // What is watched of what is still to come does not come; another server goes on as well.
        let (behind, other) = (list.send(&mut ada, 20, None).await, program.serve().await);
        let given = slugs(&behind);
        let coming = list.send(&mut ada, 20, cursor(&behind).as_deref()).await;
        let watched = film(&coming, 0);
        watch(&mut ada, watched).await;
        let mut elsewhere = ada.at(&other);
        let rest = list.rest(&mut elsewhere, 20, cursor(&behind)).await;
        distinct(&[given, rest.clone()].concat());
        assert!(!rest.contains(&slug(watched)));
    }
    drop(site);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_most_watched_and_what_is_found_are_leafed_through_while_others_watch() {
    let program = Program::seeded(On::Embedded).await;
    let (site, mut ada) = seeded_visitor(&program).await;
    // What is watched by so many that it overtakes the first page is of the third, and what falls behind all others was
    // given.
    let lists = [
        ("{ titles(orderBy: POPULAR, PAGE) ROWS }", "/titles", 10),
        ("{ search(query: \"the\", PAGE) ROWS }", "/search", 10),
        (
            "{ titles(orderBy: LEAST_POPULAR, PAGE) ROWS }",
            "/titles",
            0,
        ),
    ];
    for (index, (query, path, place)) in lists.into_iter().enumerate() {
        let list = List::of(query, path);
        let (before, first) = list.whole_and_first(&mut ada, 5).await;
        let given = slugs(&first);
        let rising = list.send(&mut ada, 100, None).await;
        let rising = film(&rising, place).clone();
        assert_eq!(given.contains(&slug(&rising)), place == 0);
        let file = program.data().join("crowd.ndjson");
        let viewers = (0..600).map(|viewer| {
            let viewer = format!("crowd-{index}-{viewer}");
            let at = "2026-01-01T20:00:00Z";
            json!({ "viewer": viewer, "title": slug(&rising), "at": at, "completion": 1.0 })
        });
        let lines: Vec<String> = viewers.map(|it| it.to_string()).collect();
        std::fs::write(&file, lines.join("\n")).unwrap();
        program.expect(&["load", file.to_str().unwrap()]).await;
        let query = format!("{{ film(slug: \"{}\") {{ watchers }} }}", slug(&rising));
        let has_risen = |data: &Value| data["film"]["watchers"].as_u64() >= Some(600);
        site.wait_for(SOON, &query, has_risen).await;

        let rest = list.rest(&mut ada, 5, cursor(&first)).await;

        let all = distinct(&[given, rest].concat());
        assert_eq!(all, distinct(&before), "{}", list.path);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cursor_of_another_list_is_refused_and_takes_nothing_with_it() {
    let program = Program::seeded(On::Embedded).await;
    let (_site, mut ada) = seeded_visitor(&program).await;
    let cursors = "{ search(query: \"heat\", first: 1) { pageInfo { endCursor } } }";
    let of_heat = ada.ask(cursors).await["search"]["pageInfo"]["endCursor"].take();

    let history = "{ viewer { user { email } profile { history(after: \"x\") { totalCount } } } }";
    let history = ada.send(history, json!({})).await;
    let search = format!(
        "{{ genres {{ slug }} search(query: \"casino\", after: {of_heat}) {{ totalCount }} }}"
    );
    let search = ada.send(&search, json!({})).await;

    let viewer = json!({ "user": { "email": "ada@example.org" }, "profile": { "history": null } });
    assert_eq!(history.body["data"]["viewer"], viewer);
    let error = &history.body["errors"][0];
    assert_eq!(error["path"], json!(["viewer", "profile", "history"]));
    let extensions = json!({ "code": "BAD_CURSOR", "field": "after" });
    assert_eq!(error["extensions"], extensions);
    assert_eq!(search.code(), "BAD_CURSOR");
    assert!(search.body["data"]["search"].is_null());
    assert!(!search.body["data"]["genres"].as_array().unwrap().is_empty());
}

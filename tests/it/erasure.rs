//! Deleting an account: nothing that names the person stays anywhere, and counts that name nobody stay as they were.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use reelgraph::domain::clock::{Clock, SystemClock};
use reelgraph::domain::ids::{ProfileId, TitleId};
use reelgraph::domain::watching::{
    Change, ImportedWatch, PlayRef, Touched, WatchRules, WatchStore, WatchedItem,
};
use serde_json::{Value, json};

use crate::privacy::{PLAY, exported, leave_traces_everywhere};
use crate::support::SOON;
use crate::support::program::{On, Program, Site};
use crate::support::stores::{self, Stores};

const PASSWORD: &str = "correct horse battery";
const DELETE: &str = "mutation ($input: DeleteMyAccountInput!) { deleteMyAccount(input: $input) { confirmationCode userErrors { code } } }";
const POPULARITY: &str = "{ heat: film(slug: \"heat-1995\") { watchers } alien: film(slug: \"alien-1979\") { watchers } }";
const SUGGESTIONS: &str =
    "{ viewer { profile { recommendations(first: 10) { nodes { slug } } } } }";
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_names_a_deleted_account_embedded() {
    nothing_names_a_deleted_account(On::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_names_a_deleted_account_on_the_servers() {
    nothing_names_a_deleted_account(On::Servers).await;
}

async fn nothing_names_a_deleted_account(on: On) {
    let mut program = Program::with_few_viewers(on).await;
    program.set("REELGRAPH_UPLOADS", "accounts");
    let mut site = program.serve().await;
    site.register("ben@example.org").await;
    let (ben, ids) = (site.cookie().map(str::to_owned), films(&site).await);
    watch_all(&site, &ids).await;
    site.set_cookie(None);
    site.register("xylophona@example.org").await;
    watch_all(&site, &ids).await;
    let stores = stores::open(&program, on).await;
    let (_, profile) = leave_traces_everywhere(&site, &stores).await;
    let export = exported(&site).await;
    let named = [
        export["account"]["id"].as_str().unwrap().to_owned(),
        export["profiles"][0]["id"].as_str().unwrap().to_owned(),
        export["sessions"][0]["id"].as_str().unwrap().to_owned(),
        "xylophona".to_owned(),
    ];
    program.expect(&["graph", "drain"]).await;
    let before = stores::dump(&program, on).await;
    for name in &named {
        assert!(before.contains(name.as_str()), "{name} is stored nowhere");
    }
    // What the graph says, which the server follows.
    let watched = ["heat-1995", "alien-1979"].map(TitleId::of_slug);
    let watchers = stores::graph(&program, on).watchers(&watched).await;
    let [heat, alien] = <[u64; 2]>::try_from(watchers.unwrap()).unwrap();
    let popularity = json!({ "heat": { "watchers": heat }, "alien": { "watchers": alien } });
    site.wait_for(SOON, POPULARITY, |now| *now == popularity)
        .await;

    let deleted = site
        .ask(DELETE, json!({ "input": { "password": PASSWORD } }))
        .await;

    assert_eq!(deleted["deleteMyAccount"]["userErrors"], json!([]));
    let who = site.ask("{ viewer { user { id } } }", json!({})).await;
    assert_eq!(who["viewer"], Value::Null);
    let started = Instant::now();
    loop {
        let after = stores::dump(&program, on).await;
        let found: Vec<&str> = after
            .lines()
            .filter(|line| named.iter().any(|name| line.contains(name.as_str())))
            .collect();
        if found.is_empty() && !stores.remembers(profile, PLAY).await {
            break;
        }
        assert!(started.elapsed() < SOON, "still there: {found:#?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    program.expect(&["graph", "drain"]).await;
    program.expect(&["graph", "verify"]).await;
    site.wait_for(SOON, POPULARITY, |now| *now == popularity)
        .await;
    program.expect(&["graph", "rebuild"]).await;
    program.expect(&["graph", "verify"]).await;
    site.wait_for(SOON, POPULARITY, |now| *now == popularity)
        .await;
    site.set_cookie(ben);
    let suggestions = site.ask(SUGGESTIONS, json!({})).await;
    let nodes = &suggestions["viewer"]["profile"]["recommendations"]["nodes"];
    assert_eq!(nodes.as_array().map(Vec::len), Some(10), "{suggestions}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_erasure_is_finished_however_often_the_server_dies_embedded() {
    an_erasure_is_finished_however_often_the_server_dies(On::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_erasure_is_finished_however_often_the_server_dies_on_the_servers() {
    an_erasure_is_finished_however_often_the_server_dies(On::Servers).await;
}

async fn an_erasure_is_finished_however_often_the_server_dies(on: On) {
    /// More than go at once, in the graph and in the record.
    const TITLES: u64 = 2500;
    let program = Program::new(on).await;
    // With a film in it, so that it does not load the demo catalogue first.
    let films = program.data().join("films.ndjson");
    std::fs::write(&films, r#"{"slug": "heat-1995", "title": "Heat"}"#).unwrap();
    program.expect(&["load", films.to_str().unwrap()]).await;
    let stores = stores::open(&program, on).await;
    let titles: Vec<TitleId> = (1..=TITLES).map(TitleId).collect();

    // Where the machine stands still before the first server is killed, that may be done: then it is another one's turn.
    let mut erased = Vec::new();
    loop {
        let email = format!("viewer-{}@example.org", erased.len());
        let (profile, deaths) = erase_while_servers_die(&program, &stores, &titles, &email).await;
        erased.push(profile);
        if deaths > 0 {
            break;
        }
        assert!(
            erased.len() < 5,
            "it was done before the first server died, each time"
        );
    }

    for profile in &erased {
        let left = stores.watching.watched_titles(*profile, &titles).await;
        assert_eq!(left.unwrap(), []);
    }
    let departed = stores.watching.departed_watchers(&titles).await.unwrap();
    assert_eq!(departed, vec![erased.len() as u64; titles.len()]);
    let dump = stores::dump(&program, on).await;
    let names: Vec<String> = erased.iter().map(ToString::to_string).collect();
    let is_named = |line: &&str| names.iter().any(|name| line.contains(name.as_str()));
    let found: Vec<&str> = dump.lines().filter(is_named).collect();
    assert!(found.is_empty(), "{found:#?}");
    program.expect(&["graph", "drain"]).await;
    program.expect(&["graph", "verify"]).await;
}

/// Has somebody who has watched these titles deleted, while one server after the other dies; the profile, and how many
/// died before it was done.
async fn erase_while_servers_die(
    program: &Program,
    stores: &Stores,
    titles: &[TitleId],
    email: &str,
) -> (ProfileId, u32) {
    let mut site = program.serve().await;
    site.register(email).await;
    let export = exported(&site).await;
    let profile = export["profiles"][0]["id"].as_str().unwrap();
    let profile = ProfileId(profile.parse().unwrap());
    for titles in titles.chunks(100) {
        import(&*stores.watching, profile, titles).await;
    }
    program.expect(&["graph", "drain"]).await;

    let deleted = site
        .ask(DELETE, json!({ "input": { "password": PASSWORD } }))
        .await;
    assert_eq!(deleted["deleteMyAccount"]["userErrors"], json!([]));
    // Each server lives a little longer than the last, so that they die at different steps.
    let mut deaths = 0;
    for life in (0..).map(|round| Duration::from_millis(20).mul_f64(1.25_f64.powi(round))) {
        tokio::time::sleep(life).await;
        site.kill().await;
        if stores
            .accounts
            .pending_erasures(1)
            .await
            .unwrap()
            .is_empty()
        {
            break;
        }
        deaths += 1;
        assert!(deaths < 100, "it never gets further");
        site = program.serve().await;
    }
    (profile, deaths)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_may_work_at_the_same_erasure() {
    let program = Program::seeded(On::Servers).await;
    let (mut site, other) = (program.serve().await, program.serve().await);
    let heat = site.id_of("film", "heat-1995").await;
    let before = other.ask(POPULARITY, json!({})).await["heat"]["watchers"].clone();
    for number in 0..8 {
        site.set_cookie(None);
        site.register(&format!("viewer-{number}@example.org")).await;
        watch_all(&site, std::slice::from_ref(&heat)).await;
        site.ask(DELETE, json!({ "input": { "password": PASSWORD } }))
            .await;
    }

    let stores = stores::open(&program, On::Servers).await;
    let started = Instant::now();
    while !stores
        .accounts
        .pending_erasures(1)
        .await
        .unwrap()
        .is_empty()
    {
        assert!(started.elapsed() < SOON);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let heat = TitleId::of_slug("heat-1995");
    assert_eq!(
        stores.watching.departed_watchers(&[heat]).await.unwrap(),
        [8]
    );
    let grown = json!(before.as_i64().unwrap() + 8);
    for site in [&site, &other] {
        site.wait_for(SOON, POPULARITY, |now| now["heat"]["watchers"] == grown)
            .await;
    }
    program.expect(&["graph", "drain"]).await;
    program.expect(&["graph", "verify"]).await;
}

async fn films(site: &Site) -> [String; 2] {
    [
        site.id_of("film", "heat-1995").await,
        site.id_of("film", "alien-1979").await,
    ]
}

async fn watch_all(site: &Site, films: &[String]) {
    for (film, number) in films.iter().zip(1..) {
        let play = format!("00000000-0000-4000-8000-{number:012}");
        site.watch(film, &play, 6000.0, "2026-01-01T20:00:00Z")
            .await;
    }
}

async fn import(store: &dyn WatchStore, profile: ProfileId, titles: &[TitleId]) {
    let watches = titles.iter().map(|title| ImportedWatch {
        profile,
        item: WatchedItem::Film(*title),
        title: *title,
        at: SystemClock.now() - TimeDelta::days(1),
        completion: 1.0,
        liked: None,
        duration: Some(3600.0),
        day: None,
    });
    let pairs: Vec<(PlayRef, ImportedWatch)> =
        watches.map(|watch| (watch.play_ref(), watch)).collect();
    let touched: Vec<Touched> = pairs
        .iter()
        .map(|(play_ref, _)| (*play_ref).into())
        .collect();
    let change: Change = Arc::new(move |ledger| {
        pairs.iter().try_for_each(|(play_ref, watch)| {
            ledger.import(&WatchRules::default(), play_ref, watch, watch.at)
        })
    });
    store.update(&touched, change).await.unwrap();
}

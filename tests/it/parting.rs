//! Curators part what was taken for one title and is two, on both ways of running: what is named goes to the new one, what was
//! watched of episodes goes with them, and all of it can be undone.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::both_ways::both_ways;
use crate::merging::{fields, load, report, write};
use crate::support::SOON;
use crate::support::program::{On, Program, Site};
use crate::support::visitor::Visitor;

both_ways!(
    a_series_gives_seasons_away_with_what_was_watched_and_gets_them_back,
    a_film_gives_credits_and_ids_away_and_gets_them_back,
);

const RECORDS: &str = r#"
{"kind": "film", "slug": "heat", "title": "Heat", "year": 1995, "cast": ["Al Pacino", "Tom Elliott"], "ids": {"imdb": "tt0113277", "tmdb": 949}}
{"kind": "series", "slug": "office", "title": "The Office", "year": 2001, "ids": {"imdb": "tt0290978", "tmdb": 2316}}
{"series": "office", "season": 1, "episode": 1, "runtime_minutes": 50}
{"series": "office", "season": 1, "episode": 2, "runtime_minutes": 50}
{"series": "office", "season": 2, "episode": 1, "runtime_minutes": 50}
{"series": "office", "season": 2, "episode": 2, "runtime_minutes": 50}
"#;
/// What a viewer is told of both series by their keys.
const BOTH: &str = r#"{ old: series(slug: "office") { ...it } new: series(slug: "office-us") { ...it } }
    fragment it on Series { slug viewerLiked externalIds { provider } progress { episodesAired episodesWatched }
    seasons(first: 9) { number episodes(first: 9) { nodes { id watchState { plays completions } } } } }"#;
const PARTED: &str =
    "title { slug } newTitle { slug } slug changes { field } warnings movedEpisodes run";

async fn a_series_gives_seasons_away_with_what_was_watched_and_gets_them_back(on: On) {
    let mut program = Program::new(on).await;
    // It is asked again and again until all has moved.
    program.set("REELGRAPH_BUDGET", "false");
    load(&program, RECORDS).await;
    program.create_user("curator@example.org", "curator").await;
    let mut site = program.serve().await;
    let office = site.id_of("series", "office").await;
    let mut curator = Visitor::of(&site);
    curator.log_in("curator@example.org").await;
    let mut ada = Visitor::of(&site);
    ada.register("ada@example.org").await;
    let ids = episodes(&ada.ask(BOTH).await["old"]);
    for (play, (episode, to)) in (1..).zip([(0, 3000.0), (2, 3000.0), (3, 300.0)]) {
        report(&mut ada, &ids[episode], play, to).await;
    }
    let liked = json!({ "title": office, "liked": true });
    ada.expect("rateTitle", liked, "").await;
    let plays = [(1, 1), (0, 0), (1, 1), (1, 0)];
    let whole = series(
        "office",
        true,
        &["imdb", "tmdb"],
        &[(1, &[0, 1]), (2, &[2, 3])],
    );
    let whole = whole(&ids, plays);
    let before = json!({ "old": whole, "new": null });
    assert_eq!(ada.ask(BOTH).await, before);
    what_cannot_be_parted_is_refused(&site, &mut curator, &office).await;
    let mut input = json!({
        "id": office, "as": { "slug": "office-us", "set": { "name": "The Office", "year": 2005 } },
        "seasons": [2], "externalIds": [{ "provider": "tmdb", "value": "2316" }], "dryRun": true,
    });

    let would = curator.expect("splitTitle", input.clone(), PARTED).await;
    assert_eq!(ada.ask(BOTH).await, before);
    input["dryRun"] = json!(false);
    let parted = curator.expect("splitTitle", input, PARTED).await;

    assert_eq!(fields(&would), ["ids"]);
    let would = ["newTitle", "slug", "movedEpisodes", "run"].map(|field| would[field].clone());
    let expected = [json!(null), json!("office-us"), json!(2), json!(null)];
    assert_eq!(would, expected);
    assert_eq!(fields(&parted), ["ids"]);
    assert_eq!(parted["newTitle"], json!({ "slug": "office-us" }));
    // Until every server knows, which takes half a minute.
    let undo = json!({ "id": parted["run"], "dryRun": true });
    let refused = curator.refused("undoMerge", undo.clone()).await;
    assert_eq!(refused, ("CONFLICT".to_owned(), "id".to_owned()));
    let old = series("office", true, &["imdb"], &[(1, &[0, 1])]);
    let new = series("office-us", false, &["tmdb"], &[(2, &[2, 3])]);
    let two = json!({ "old": old(&ids, plays), "new": new(&ids, plays) });
    wait_for(&mut ada, &two).await;
    a_record_of_an_episode_that_went_is_refused(&program).await;
    // An episode goes back with what was watched of it since.
    report(&mut ada, &ids[3], 4, 3000.0).await;
    wait_until_it_can_be_undone(&mut curator, &undo).await;
    site.stop().await;
    let whole = program.expect(&["watches", "rebuild"]).await;
    assert!(whole.contains(" 0 rows were others"), "{whole}");
    program.expect(&["graph", "drain"]).await;
    program.expect(&["graph", "verify"]).await;
    let site = program.serve().await;
    let (mut ada, mut curator) = (ada.at(&site), curator.at(&site));

    let undo = json!({ "id": parted["run"] });
    let wanted = "title { slug } changes { field } titleIds changedEpisodes run";
    let undone = curator.expect("undoMerge", undo.clone(), wanted).await;

    assert_eq!(fields(&undone), ["ids"]);
    assert_eq!(undone["title"], json!({ "slug": "office" }));
    assert_eq!(undone["titleIds"], json!([]));
    assert_eq!(undone["changedEpisodes"], json!(2));
    let plays = [(1, 1), (0, 0), (1, 1), (2, 1)];
    let whole = series(
        "office",
        true,
        &["imdb", "tmdb"],
        &[(1, &[0, 1]), (2, &[2, 3])],
    );
    let whole = whole(&ids, plays);
    wait_for(&mut ada, &json!({ "old": whole, "new": whole })).await;
    let again = curator.refused("undoMerge", undo).await;
    assert_eq!(again, ("NOT_FOUND".to_owned(), "id".to_owned()));
}

async fn what_cannot_be_parted_is_refused(site: &Site, curator: &mut Visitor, office: &str) {
    let film = site.id_of("film", "heat").await;
    let id = |value: &str| json!([{ "provider": "imdb", "value": value }]);
    for (named, code, field) in [
        (json!({ "id": "x", "seasons": [2] }), "NOT_FOUND", "id"),
        (
            json!({ "id": office, "seasons": [2, 9] }),
            "NOT_FOUND",
            "seasons",
        ),
        (
            json!({ "id": office, "episodes": ["x"] }),
            "NOT_FOUND",
            "episodes",
        ),
        (json!({ "id": office }), "BLANK", "episodes"),
        (json!({ "id": film, "seasons": [2] }), "INVALID", "episodes"),
        (
            json!({ "id": film, "people": ["x"] }),
            "NOT_FOUND",
            "people",
        ),
        (
            json!({ "id": film, "externalIds": id("tt0000009") }),
            "NOT_FOUND",
            "externalIds",
        ),
        (
            json!({ "id": film, "baseRevision": 9 }),
            "STALE_REVISION",
            "id",
        ),
        (
            json!({ "id": film, "as": { "slug": "office", "set": { "name": "Heat" } } }),
            "TAKEN",
            "slug",
        ),
    ] {
        let mut input = json!({ "as": { "set": { "name": "Other" } } });
        let named = named.as_object().unwrap().clone();
        input.as_object_mut().unwrap().extend(named);
        let refused = curator.refused("splitTitle", input.clone()).await;
        assert_eq!(refused, (code.to_owned(), field.to_owned()), "{input}");
    }
}

/// It would be made anew in the series that it was taken from.
async fn a_record_of_an_episode_that_went_is_refused(program: &Program) {
    let record = r#"{"series": "office", "season": 2, "episode": 1, "title": "The Dundies"}"#;
    let file = write(program, record);
    let loaded = program.run(&["load", &file]).await;
    let said = [loaded.stdout, loaded.stderr].concat();
    let said = String::from_utf8(said).unwrap();
    assert!(said.contains("was moved to another series"), "{said}");
}

async fn a_film_gives_credits_and_ids_away_and_gets_them_back(on: On) {
    let program = match on {
        On::Embedded => Program::new(on).await,
        On::Servers => Program::without_graph(),
    };
    load(&program, RECORDS).await;
    program.create_user("curator@example.org", "curator").await;
    let site = program.serve().await;
    let mut curator = Visitor::of(&site);
    curator.log_in("curator@example.org").await;
    let query = |slug: &str| {
        format!(
            "{{ film(slug: \"{slug}\") {{ id slug externalIds {{ provider }} credits(first: 9) {{ nodes {{ id name }} }} }} }}"
        )
    };
    let heat = site.ask(&query("heat"), json!({})).await;
    let file = a_file_of_it(&program, &mut curator).await;
    let tom = &heat["film"]["credits"]["nodes"][1];
    assert_eq!(tom["name"], "Tom Elliott");
    let input = json!({
        "id": heat["film"]["id"], "as": { "set": { "name": "Heat", "year": 1986 } }, "people": [tom["id"]],
        "externalIds": [{ "provider": "tmdb", "value": "949" }], "files": [file],
    });

    let parted = curator.expect("splitTitle", input, PARTED).await;

    assert_eq!(fields(&parted), ["cast", "ids"]);
    assert_eq!(file_is_of(&mut curator).await, "heat-1986");
    let slug = parted["slug"].as_str().unwrap();
    assert_eq!(slug, "heat-1986");
    let is = |of: &Value| {
        let film = &of["film"];
        let names = film["credits"]["nodes"].as_array().unwrap().iter();
        let names = names.map(|it| it["name"].clone()).collect::<Vec<Value>>();
        json!([film["slug"], film["externalIds"], names])
    };
    let imdb = json!([{ "provider": "imdb" }]);
    let tmdb = json!([{ "provider": "tmdb" }]);
    let old = json!(["heat", imdb, ["Al Pacino"]]);
    let new = json!(["heat-1986", tmdb, ["Tom Elliott"]]);
    site.wait_for(SOON, &query("heat"), |seen| is(seen) == old)
        .await;
    let is_new = |seen: &Value| seen["film"] != Value::Null && is(seen) == new;
    site.wait_for(SOON, &query(slug), is_new).await;

    let undo = json!({ "id": parted["run"] });
    let undone = curator.expect("undoMerge", undo, "changes { field }").await;

    assert_eq!(fields(&undone), ["cast", "ids"]);
    // Whoever asks for the new one gets the other.
    let whole = is(&heat);
    for slug in ["heat", slug] {
        site.wait_for(SOON, &query(slug), |seen| is(seen) == whole)
            .await;
    }
    assert_eq!(file_is_of(&mut curator).await, "heat");
}

const FILES: &str = "{ files(first: 9) { nodes { id matches { ... on Film { slug } } } } }";

/// A file of a library that a scan takes for the film; its global id.
async fn a_file_of_it(program: &Program, curator: &mut Visitor) -> Value {
    let root = program.data().join("library");
    std::fs::create_dir_all(root.join("Heat (1995)")).unwrap();
    let video = root.join("Heat (1995)/Heat (1995).mkv");
    std::fs::write(video, b"\x1aE\xdf\xa3 a video").unwrap();
    let root = root.canonicalize().unwrap();
    program
        .expect(&["scan", root.to_str().unwrap(), "--apply"])
        .await;
    assert_eq!(file_is_of(curator).await, "heat");
    curator.ask(FILES).await["files"]["nodes"][0]["id"].clone()
}

/// The key of the film that the only file is of.
async fn file_is_of(curator: &mut Visitor) -> Value {
    let files = curator.ask(FILES).await;
    let nodes = files["files"]["nodes"].as_array().unwrap();
    assert_eq!(nodes.len(), 1, "{files}");
    nodes[0]["matches"][0]["slug"].clone()
}

/// The ids of the episodes of a series, in order.
fn episodes(series: &Value) -> Vec<String> {
    let seasons = series["seasons"].as_array().unwrap().iter();
    let episodes = seasons.flat_map(|it| it["episodes"]["nodes"].as_array().unwrap());
    let ids = episodes.map(|it| it["id"].as_str().unwrap().to_owned());
    ids.collect()
}

/// A series as it is told, by the ids of all episodes and how often each was begun and ended. Its seasons name episodes by
/// their places among these.
fn series(
    slug: &'static str,
    liked: bool,
    providers: &'static [&'static str],
    seasons: &'static [(u32, &'static [usize])],
) -> impl Fn(&[String], [(u32, u32); 4]) -> Value {
    move |ids, plays| {
        let episode = |at: &usize| {
            let (begun, ended) = plays[*at];
            json!({ "id": ids[*at], "watchState": { "plays": begun, "completions": ended } })
        };
        let told = seasons.iter().map(|(number, episodes)| {
            let episodes: Vec<Value> = episodes.iter().map(episode).collect();
            json!({ "number": number, "episodes": { "nodes": episodes } })
        });
        let told: Vec<Value> = told.collect();
        let all = || seasons.iter().flat_map(|(_, episodes)| *episodes);
        let watched = all().filter(|at| plays[**at].1 > 0).count();
        let providers = providers.iter();
        let providers: Vec<Value> = providers.map(|it| json!({ "provider": it })).collect();
        json!({
            "slug": slug, "viewerLiked": liked.then_some(true), "externalIds": providers,
            "progress": { "episodesAired": all().count(), "episodesWatched": watched },
            "seasons": told,
        })
    }
}

/// Waits until the viewer is told so of both series.
async fn wait_for(viewer: &mut Visitor, wanted: &Value) {
    let started = Instant::now();
    loop {
        let seen = viewer.ask(BOTH).await;
        if seen == *wanted {
            return;
        }
        assert!(started.elapsed() < SOON, "still {seen}, not {wanted}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Waits until what profiles have is where it belongs.
async fn wait_until_it_can_be_undone(curator: &mut Visitor, undo: &Value) {
    let started = Instant::now();
    loop {
        let payload = curator.call("undoMerge", undo.clone(), "").await;
        if payload["userErrors"] == json!([]) {
            return;
        }
        assert!(started.elapsed() < SOON, "still {payload}");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

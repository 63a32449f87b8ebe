//! Curators make series one, on both ways of running: their episodes become one or move, what was watched follows, and all of
//! it can be undone.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::both_ways::both_ways;
use crate::merging::{fields, load, report, tell, write};
use crate::support::SOON;
use crate::support::program::{On, Program, Site};
use crate::support::visitor::Visitor;

both_ways!(
    series_become_one_with_their_episodes_and_are_taken_apart_again,
    a_merge_is_not_undone_while_an_episode_of_it_stands_for_that_of_another,
);

const RECORDS: &str = r#"
{"kind": "film", "slug": "heat-1995", "title": "Heat", "year": 1995}
{"kind": "series", "slug": "dark-2017", "title": "Dark", "year": 2017}
{"series": "dark-2017", "season": 1, "episode": 1, "title": "Secrets", "runtime_minutes": 50}
{"series": "dark-2017", "season": 1, "episode": 2, "runtime_minutes": 50}
{"kind": "series", "slug": "dark-2017-2", "title": "Dark", "year": 2017, "network": "Netflix", "status": "ended", "end_year": 2020}
{"series": "dark-2017-2", "season": 1, "episode": 1, "title": "Geheimnisse", "overview": "A boy is gone.", "runtime_minutes": 50}
{"series": "dark-2017-2", "season": 1, "episode": 2, "title": "Lies", "runtime_minutes": 50}
{"series": "dark-2017-2", "season": 2, "episode": 1, "title": "Beginnings and Endings", "runtime_minutes": 50}
{"kind": "series", "slug": "one", "title": "One"}
{"series": "one", "season": 1, "episode": 1}
{"kind": "series", "slug": "two", "title": "Two"}
{"series": "two", "season": 2, "episode": 1}
{"kind": "series", "slug": "three", "title": "Three"}
{"series": "three", "season": 2, "episode": 1}
"#;
/// What a viewer and everybody is told of both series.
const BOTH: &str = "query ($from: ID!, $into: ID!) { from: node(id: $from) { ...it } into: node(id: $into) { ...it } }
    fragment it on Series { slug network endYear viewerLiked inWatchlist progress { episodesAired episodesWatched }
    seasons(first: 9) { number episodes(first: 9) { nodes { name overview watchState { plays completions } } } } }";
const EPISODES: &str = "query ($slug: String) { series(slug: $slug) { seasons(first: 9) { id number
    episodes(first: 9) { nodes { id originalName } } } } }";
const MERGED: &str =
    "title { slug } changes { field } warnings titleIds mergedEpisodes movedEpisodes run";
const UNDONE: &str = "title { slug } changes { field } warnings titleIds changedEpisodes run";

/// The global ids of the series, and of the episodes of that which goes.
struct Both {
    from: String,
    into: String,
    /// One becomes one with that of the other series.
    merged: String,
    /// Has no counterpart there.
    moved: String,
    /// The season in which it has none.
    season: String,
    counterpart: String,
}

impl Both {
    async fn of(site: &Site) -> Self {
        let from = site.ask(EPISODES, json!({ "slug": "dark-2017-2" })).await;
        let into = site.ask(EPISODES, json!({ "slug": "dark-2017" })).await;
        let id = |of: &Value, season: usize| {
            let episodes = &of["series"]["seasons"][season]["episodes"]["nodes"];
            episodes[0]["id"].as_str().unwrap().to_owned()
        };
        let season = &from["series"]["seasons"][1]["id"];
        Self {
            from: site.id_of("series", "dark-2017-2").await,
            into: site.id_of("series", "dark-2017").await,
            merged: id(&from, 0),
            moved: id(&from, 1),
            season: season.as_str().unwrap().to_owned(),
            counterpart: id(&into, 0),
        }
    }
}

async fn series_become_one_with_their_episodes_and_are_taken_apart_again(on: On) {
    let mut program = Program::new(on).await;
    // It is asked again and again until all has moved.
    program.set("REELGRAPH_BUDGET", "false");
    load(&program, RECORDS).await;
    program.create_user("curator@example.org", "curator").await;
    let mut site = program.serve().await;
    let both = Both::of(&site).await;
    let mut curator = Visitor::of(&site);
    curator.log_in("curator@example.org").await;
    what_cannot_be_merged_is_refused(&site, &mut curator, &both).await;
    let mut ada = Visitor::of(&site);
    ada.register("ada@example.org").await;
    report(&mut ada, &both.merged, 1, 3000.0).await;
    report(&mut ada, &both.moved, 2, 600.0).await;
    report(&mut ada, &both.counterpart, 3, 300.0).await;
    tell(&mut ada, &both.merged, 4, ("START", 0.0)).await;
    let liked = json!({ "title": both.from, "liked": true });
    ada.expect("rateTitle", liked, "").await;
    let listed = json!({ "title": both.from, "watchlisted": true });
    ada.expect("setWatchlisted", listed, "").await;
    let own = the_other([(2, 1), (0, 0), (1, 0)]);
    let other = the_one([(1, 0), (0, 0)]);
    let now = json!({ "from": own, "into": other });
    assert_eq!(told(&mut ada, &both).await, now);

    let run = they_are_merged(&mut curator, &both, &mut ada).await;

    // A player that began before goes on with the id that it knows, and so does one that begins now.
    tell(&mut ada, &both.merged, 4, ("STOP", 300.0)).await;
    report(&mut ada, &both.merged, 5, 300.0).await;
    report(&mut ada, &both.moved, 6, 300.0).await;
    let all = as_one([(4, 1), (0, 0), (2, 0)]);
    let one = json!({ "from": all, "into": all });
    wait_for(&mut ada, &both, &one).await;
    old_ids_lead_to_what_there_is(&site, &both).await;
    records_find_what_was_moved(&program, &site, &both).await;
    site.stop().await;
    let whole = program.expect(&["watches", "rebuild"]).await;
    assert!(whole.contains(" 0 rows were others"), "{whole}");
    program.expect(&["graph", "drain"]).await;
    program.expect(&["graph", "verify"]).await;

    let site = program.serve().await;
    let (mut ada, mut curator) = (ada.at(&site), curator.at(&site));
    assert_eq!(told(&mut ada, &both).await, one);
    let undo = json!({ "id": run, "dryRun": true });
    let would = curator.expect("undoMerge", undo, UNDONE).await;
    assert_eq!(fields(&would), ["end_year", "network", "status"]);
    assert_eq!(
        (&would["changedEpisodes"], &would["run"]),
        (&json!(3), &Value::Null)
    );
    assert_eq!(told(&mut ada, &both).await, one);
    let done = curator
        .expect("undoMerge", json!({ "id": run }), UNDONE)
        .await;
    assert_eq!(done["changes"], would["changes"]);
    assert_eq!(done["titleIds"], json!([both.from]));

    // What was begun since is of the series that its episode is of.
    let own = the_other([(2, 1), (0, 0), (2, 0)]);
    let other = the_one([(2, 0), (0, 0)]);
    wait_for(&mut ada, &both, &json!({ "from": own, "into": other })).await;
    let again = curator.refused("undoMerge", json!({ "id": run })).await;
    assert_eq!(again, ("NOT_FOUND".to_owned(), "id".to_owned()));
}

async fn what_cannot_be_merged_is_refused(site: &Site, curator: &mut Visitor, both: &Both) {
    let film = site.id_of("film", "heat-1995").await;
    let third = site.id_of("series", "one").await;
    let Both { from, into, .. } = both;
    for (input, code) in [
        (json!({ "from": [film], "into": into }), "INVALID"),
        (json!({ "from": [from], "into": film }), "INVALID"),
        (
            json!({ "from": [from, third], "into": into }),
            "OUT_OF_RANGE",
        ),
    ] {
        let refused = curator.refused("mergeTitles", input.clone()).await;
        assert_eq!(refused, (code.to_owned(), "from".to_owned()), "{input}");
    }
}

/// Merges both, after a look at what that would do; which merge it is.
async fn they_are_merged(curator: &mut Visitor, both: &Both, ada: &mut Visitor) -> String {
    let mut input = json!({ "from": [both.from], "into": both.into, "dryRun": true });
    let before = told(ada, both).await;
    let would = curator.expect("mergeTitles", input.clone(), MERGED).await;
    assert_eq!(fields(&would), ["end_year", "network", "status"]);
    let counts = (&would["mergedEpisodes"], &would["movedEpisodes"]);
    assert_eq!(counts, (&json!(2), &json!(1)));
    assert_eq!(would["run"], Value::Null);
    let warning = would["warnings"][0].as_str().unwrap();
    assert!(warning.contains("“Secrets”") && warning.contains("“Geheimnisse”"));
    assert_eq!(told(ada, both).await, before);

    input["dryRun"] = json!(false);
    let merged = curator.expect("mergeTitles", input, MERGED).await;

    assert_eq!(merged["title"], json!({ "slug": "dark-2017" }));
    assert_eq!(merged["changes"], would["changes"]);
    assert_eq!(merged["titleIds"], json!([both.from]));
    merged["run"].as_str().unwrap().to_owned()
}

/// Whoever asks for an episode or a season that is gone gets what it is now.
async fn old_ids_lead_to_what_there_is(site: &Site, both: &Both) {
    let query =
        "query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Episode { number title { slug } }
        ... on Season { number series { slug } } } }";
    let ids = json!({ "ids": [both.merged, both.moved, both.season] });

    let data = site.ask(query, ids).await;

    let nodes = data["nodes"].as_array().unwrap();
    let dark = json!({ "slug": "dark-2017" });
    assert_eq!(
        nodes[0],
        json!({ "id": both.counterpart, "number": 1, "title": dark })
    );
    assert_eq!(
        nodes[1],
        json!({ "id": both.moved, "number": 1, "title": dark })
    );
    assert_eq!(
        (&nodes[2]["number"], &nodes[2]["series"]),
        (&json!(2), &dark)
    );
}

/// A record of an episode is laid over the one at its place, whatever its id; of a series that is gone it is refused, but for
/// what was watched.
async fn records_find_what_was_moved(program: &Program, site: &Site, both: &Both) {
    let records = r#"
{"series": "dark-2017", "season": 2, "episode": 1, "original_title": "Anfänge und Enden"}
{"viewer": "v1", "title": "dark-2017-2", "season": 1, "episode": 1, "at": "2026-01-01T20:00:00Z", "completion": 1}
{"viewer": "v1", "title": "dark-2017", "season": 2, "episode": 1, "at": "2026-01-01T21:00:00Z", "completion": 1}
"#;
    load(program, records).await;
    let is_laid_over = |data: &Value| {
        let episodes = &data["series"]["seasons"][1]["episodes"]["nodes"];
        *episodes == json!([{ "id": both.moved, "originalName": "Anfänge und Enden" }])
    };
    let query = EPISODES.replace("($slug: String)", "");
    let query = query.replace("$slug", "\"dark-2017\"");
    site.wait_for(SOON, &query, is_laid_over).await;
    let record = r#"{"series": "dark-2017-2", "season": 1, "episode": 3}"#;
    let file = write(program, record);
    let loaded = program.run(&["load", &file]).await;
    let said = [loaded.stdout, loaded.stderr].concat();
    let said = String::from_utf8(said).unwrap();
    assert!(said.contains("was merged into another title"), "{said}");
}

async fn a_merge_is_not_undone_while_an_episode_of_it_stands_for_that_of_another(on: On) {
    let program = match on {
        On::Embedded => Program::new(on).await,
        On::Servers => Program::without_graph(),
    };
    load(&program, RECORDS).await;
    program.create_user("curator@example.org", "curator").await;
    let site = program.serve().await;
    let mut curator = Visitor::of(&site);
    curator.log_in("curator@example.org").await;
    let into = site.id_of("series", "one").await;
    let mut runs = Vec::new();
    for (from, counts) in [("two", (0, 1)), ("three", (1, 0))] {
        let from = site.id_of("series", from).await;
        let input = json!({ "from": [from], "into": into });
        let merged = curator.expect("mergeTitles", input, MERGED).await;
        let (merges, moves) = counts;
        assert_eq!(merged["mergedEpisodes"], json!(merges));
        assert_eq!(merged["movedEpisodes"], json!(moves));
        runs.push(merged["run"].clone());
    }

    let refused = curator.refused("undoMerge", json!({ "id": runs[0] })).await;

    assert_eq!(refused, ("CONFLICT".to_owned(), "id".to_owned()));
    let undone = curator
        .expect("undoMerge", json!({ "id": runs[1] }), UNDONE)
        .await;
    assert_eq!(undone["changedEpisodes"], json!(1));
    // What was watched of that is on its way back, and would be taken along.
    let refused = curator.refused("undoMerge", json!({ "id": runs[0] })).await;
    assert_eq!(refused, ("CONFLICT".to_owned(), "id".to_owned()));
}

/// An episode as it is told, with how often it was begun and ended.
fn episode(name: &str, overview: Option<&str>, (plays, completions): (u32, u32)) -> Value {
    json!({
        "name": name, "overview": overview,
        "watchState": { "plays": plays, "completions": completions },
    })
}

fn season(number: u32, episodes: &[Value]) -> Value {
    json!({ "number": number, "episodes": { "nodes": episodes } })
}

/// The series that stays, by itself.
fn the_one([first, second]: [(u32, u32); 2]) -> Value {
    json!({
        "slug": "dark-2017", "network": null, "endYear": null, "viewerLiked": null, "inWatchlist": false,
        "progress": { "episodesAired": 2, "episodesWatched": 0 },
        "seasons": [season(1, &[episode("Secrets", None, first), episode("Episode 2", None, second)])],
    })
}

/// The series that goes, by itself.
fn the_other([first, second, third]: [(u32, u32); 3]) -> Value {
    let seasons = [
        season(
            1,
            &[
                episode("Geheimnisse", Some("A boy is gone."), first),
                episode("Lies", None, second),
            ],
        ),
        season(2, &[episode("Beginnings and Endings", None, third)]),
    ];
    json!({
        "slug": "dark-2017-2", "network": "Netflix", "endYear": 2020, "viewerLiked": true, "inWatchlist": true,
        "progress": { "episodesAired": 3, "episodesWatched": 1 }, "seasons": seasons,
    })
}

/// The series that stays, with what it got.
fn as_one([first, second, third]: [(u32, u32); 3]) -> Value {
    let seasons = [
        season(
            1,
            &[
                episode("Secrets", Some("A boy is gone."), first),
                episode("Lies", None, second),
            ],
        ),
        season(2, &[episode("Beginnings and Endings", None, third)]),
    ];
    json!({
        "slug": "dark-2017", "network": "Netflix", "endYear": 2020, "viewerLiked": true, "inWatchlist": true,
        "progress": { "episodesAired": 3, "episodesWatched": 1 }, "seasons": seasons,
    })
}

async fn told(viewer: &mut Visitor, both: &Both) -> Value {
    let ids = json!({ "from": both.from, "into": both.into });
    let mut answer = viewer.send(BOTH, ids).await;
    assert_eq!(answer.body.get("errors"), None, "{}", answer.body);
    answer.body["data"].take()
}

/// Waits until the viewer is told so of both series.
async fn wait_for(viewer: &mut Visitor, both: &Both, wanted: &Value) {
    let started = Instant::now();
    loop {
        let seen = told(viewer, both).await;
        if seen == *wanted {
            return;
        }
        assert!(started.elapsed() < SOON, "still {seen}, not {wanted}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

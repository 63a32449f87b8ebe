//! Episodes: the order in which they are watched, what happens in them, and who took part, on both ways of running.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};

use crate::both_ways::both_ways;
use crate::support::program::{On, Program};

both_ways!(
    one_leads_to_the_next_with_specials_where_they_belong,
    what_may_not_be_seen_leads_nowhere,
    an_episode_says_what_is_known_of_it,
);

fn episode(season: u32, number: u32, more: &str) -> String {
    format!(r#"{{"series": "dusk-2017", "season": {season}, "episode": {number}{more}}}"#)
}

fn records() -> Vec<String> {
    let whole = r#", "number_end": 4, "absolute_number": 6, "title": "The Rift", "names": {"de": "Der Riss"},
        "overview": {"en": "It opens.", "de": "Er geht auf."}, "directors": ["Dora Doe"], "writers": ["Wanda Roe"],
        "guests": [{"name": "Gus Poe", "character": "A Stranger"}]"#
        .replace('\n', " ");
    vec![
        r#"{"kind": "series", "slug": "dusk-2017", "title": "Dusk"}"#.to_owned(),
        episode(2, 3, &whole),
        episode(1, 1, ""),
        episode(1, 2, ""),
        episode(2, 1, ""),
        episode(2, 2, ""),
        episode(0, 1, ""),
        episode(0, 2, r#", "airs_after_season": 1"#),
        episode(
            0,
            3,
            r#", "airs_before_season": 2, "airs_before_episode": 2"#,
        ),
        episode(0, 4, ""),
        episode(0, 5, r#", "airs_before_season": 1"#),
    ]
}

async fn load(program: &Program, records: &[String]) {
    let file = program.data().join("records.ndjson");
    std::fs::write(&file, records.join("\n")).unwrap();
    program.expect(&["load", file.to_str().unwrap()]).await;
}

async fn program(on: On) -> Program {
    let program = match on {
        On::Embedded => Program::new(on).await,
        On::Servers => Program::without_graph(),
    };
    load(&program, &records()).await;
    program
}

/// The season and the number of an episode, or null.
fn place(episode: &Value) -> Value {
    match episode {
        Value::Null => Value::Null,
        episode => json!([episode["season"]["number"], episode["number"]]),
    }
}

async fn one_leads_to_the_next_with_specials_where_they_belong(on: On) {
    let program = program(on).await;
    let site = program.serve().await;
    let query = "{ series(slug: \"dusk-2017\") { seasons(includeSpecials: true, first: 3) { episodes(first: 5) { nodes {
        number season { number } next { number season { number } } previous { number season { number } } } } } } }";

    let data = site.ask(query, json!({})).await;

    let seasons = data["series"]["seasons"].as_array().unwrap().iter();
    let episodes = seasons.flat_map(|season| season["episodes"]["nodes"].as_array().unwrap());
    let episodes: Vec<&Value> = episodes.collect();
    let run = [
        [0, 5],
        [1, 1],
        [1, 2],
        [0, 2],
        [2, 1],
        [0, 3],
        [2, 2],
        [2, 3],
    ];
    let apart = [[0, 1], [0, 4]];
    assert_eq!(episodes.len(), run.len() + apart.len());
    for order in [&run[..], &apart[..]] {
        for (at, this) in order.iter().enumerate() {
            let is_this = |episode: &&&Value| place(episode) == json!(this);
            let episode = episodes.iter().find(is_this).unwrap();
            let next = order.get(at + 1);
            assert_eq!(place(&episode["next"]), json!(next), "after {this:?}");
            let previous = at.checked_sub(1).map(|at| order[at]);
            assert_eq!(
                place(&episode["previous"]),
                json!(previous),
                "before {this:?}"
            );
        }
    }
}

async fn what_may_not_be_seen_leads_nowhere(on: On) {
    let program = program(on).await;
    let mut site = program.serve().await;
    let ids = "{ series(slug: \"dusk-2017\") { seasons(first: 1) { episodes(first: 1) { nodes { id } } } } }";
    let ids = site.ask(ids, json!({})).await;
    let id = &ids["series"]["seasons"][0]["episodes"]["nodes"][0]["id"];
    let query = "query ($id: ID!) { node(id: $id) { ... on Episode { next { number } previous { number } overview } } }";
    let before = site.ask(query, json!({ "id": id })).await;
    let leads = json!({ "next": { "number": 2 }, "previous": { "number": 5 }, "overview": null });
    assert_eq!(before["node"], leads);
    site.kill().await;

    let hidden = r#"{"kind": "series", "slug": "dusk-2017", "title": "Dusk", "state": "hidden"}"#;
    load(&program, &[hidden.to_owned()]).await;

    let site = program.serve().await;
    let after = site.send(query, json!({ "id": id })).await;
    assert_eq!(after["data"]["node"], json!(null), "{after}");
}

async fn an_episode_says_what_is_known_of_it(on: On) {
    let program = program(on).await;
    let site = program.serve().await;
    let query =
        "{ series(slug: \"dusk-2017\") { seasons(includeSpecials: true, first: 3) { episodes(first: 5) { nodes {
        name number numberEnd absoluteNumber airsBeforeSeason airsBeforeEpisode airsAfterSeason
        overview de: overview(language: \"de\") fr: overview(language: \"fr\")
        credits { totalCount edges { role character order node { name } } }
        wrote: credits(role: [WRITER]) { totalCount nodes { name } } directors { name }
        last: credits(last: 2) { pageInfo { hasPreviousPage } nodes { name } }
        ... on Playable { label title { slug } image(kind: [LOGO, STILL]) { kind } } } } } } }";

    let data = site.ask(query, json!({})).await;

    let seasons = &data["series"]["seasons"];
    let credit = |role: &str, name: &str, character: Option<&str>| json!({ "role": role, "order": 0, "node": { "name": name }, "character": character });
    let whole = json!({
        "name": "The Rift", "number": 3, "numberEnd": 4, "absoluteNumber": 6,
        "airsBeforeSeason": null, "airsBeforeEpisode": null, "airsAfterSeason": null,
        "overview": "It opens.", "de": "Er geht auf.", "fr": "It opens.",
        "credits": { "totalCount": 3, "edges": [
            credit("DIRECTOR", "Dora Doe", None),
            credit("GUEST", "Gus Poe", Some("A Stranger")),
            credit("WRITER", "Wanda Roe", None),
        ] },
        "wrote": { "totalCount": 1, "nodes": [{ "name": "Wanda Roe" }] },
        "last": {
            "pageInfo": { "hasPreviousPage": true },
            "nodes": [{ "name": "Gus Poe" }, { "name": "Wanda Roe" }],
        },
        "directors": [{ "name": "Dora Doe" }],
        "label": "S2 E3–4", "title": { "slug": "dusk-2017" }, "image": { "kind": "STILL" },
    });
    assert_eq!(seasons[2]["episodes"]["nodes"][2], whole);
    let airs = |place: usize| {
        let special = &seasons[0]["episodes"]["nodes"][place];
        let fields = ["airsBeforeSeason", "airsBeforeEpisode", "airsAfterSeason"];
        fields.map(|field| special[field].as_u64())
    };
    assert_eq!(airs(0), [None, None, None]);
    assert_eq!(airs(1), [None, None, Some(1)]);
    assert_eq!(airs(2), [Some(2), Some(2), None]);
    assert_eq!(airs(4), [Some(1), None, None]);
    assert_eq!(
        seasons[0]["episodes"]["nodes"][1]["label"],
        json!("Special 2")
    );
    let bare = &seasons[1]["episodes"]["nodes"][0];
    assert_eq!(
        (&bare["name"], &bare["overview"]),
        (&json!("Episode 1"), &json!(null))
    );
    assert_eq!(bare["credits"], json!({ "totalCount": 0, "edges": [] }));
}

#[test]
fn everything_in_the_demo_catalogue_says_what_it_is_about() {
    let seed = Path::new(env!("CARGO_MANIFEST_DIR")).join("seed");
    for (file, least) in [("films", 180), ("series", 7), ("episodes", 179)] {
        let records = std::fs::read_to_string(seed.join(file).with_extension("ndjson")).unwrap();
        let texts: Vec<String> = records
            .lines()
            .map(|line| {
                let record: Value = serde_json::from_str(line).unwrap();
                let text = record["overview"]["en"].as_str().unwrap_or_default();
                assert!(text.len() > 40 && text.ends_with(['.', '?', '!']), "{line}");
                text.to_owned()
            })
            .collect();
        let different: BTreeSet<&String> = texts.iter().collect();
        assert_eq!(
            different.len(),
            texts.len(),
            "a text of {file} is there twice"
        );
        assert!(texts.len() >= least, "{file}");
    }
}

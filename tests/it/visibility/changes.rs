//! What a child does with what is not for it, and what becomes of what it sees when somebody changes the rule.

use serde_json::{Value, json};

use super::site::{World, text};
use crate::support::program::{On, Program};
use crate::support::visitor::Visitor;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_child_does_nothing_with_what_is_not_for_it_embedded() {
    a_child_does_nothing_with_what_is_not_for_it(On::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_child_does_nothing_with_what_is_not_for_it_on_the_servers() {
    a_child_does_nothing_with_what_is_not_for_it(On::Servers).await;
}

async fn a_child_does_nothing_with_what_is_not_for_it(on: On) {
    let mut world = World::new(on).await;
    world.grow_young().await;
    let not_found = |field: &str| ("NOT_FOUND".to_owned(), field.to_owned());
    let mut number = 0;
    for (id, what) in world.forbidden_ids.clone() {
        let visitor = &mut world.visitor;
        match what.split(' ').next().unwrap() {
            "Play" => {
                let input = json!({ "play": id, "influencesRecommendations": false });
                assert_eq!(visitor.refused("editPlay", input).await, not_found("play"));
                let refused = visitor.refused("deleteHistory", json!({ "play": id }));
                assert_eq!(refused.await, not_found("play"));
            }
            "Film" | "Series" => {
                for (mutation, input) in [
                    ("rateTitle", json!({ "title": id, "liked": true })),
                    ("hideTitle", json!({ "title": id, "hidden": true })),
                    (
                        "setWatchlisted",
                        json!({ "title": id, "watchlisted": true }),
                    ),
                ] {
                    let refused = visitor.refused(mutation, input).await;
                    assert_eq!(refused, not_found("title"), "{mutation} {what}");
                }
            }
            _ => {}
        }
        let kind = what.split(' ').next().unwrap();
        // The account is a curator's, and its child is none.
        let edit = match kind {
            "Film" | "Series" => {
                let titles = json!([{ "title": id }]);
                Some((
                    "editTitles",
                    json!({ "titles": titles, "set": { "tagline": null } }),
                ))
            }
            "Episode" => Some((
                "editEpisode",
                json!({ "episode": id, "set": { "name": null } }),
            )),
            "Collection" => Some(("editCollection", json!({ "collection": id, "name": "X" }))),
            _ => None,
        };
        if let Some((mutation, input)) = edit {
            let refused = visitor.refused(mutation, input).await;
            assert_eq!(refused, ("FORBIDDEN".to_owned(), String::new()), "{what}");
        }
        if ["Film", "Series", "Season", "Episode"].contains(&kind) {
            let input = json!({ "item": id, "watched": true });
            let refused = visitor.refused("setWatched", input).await;
            assert_eq!(refused, not_found("item"), "{what}");
            let input = json!({ "item": id });
            let refused = visitor.refused("removeFromContinueWatching", input).await;
            assert_eq!(refused, not_found("item"), "{what}");
            let input = json!({ "series": id });
            let refused = visitor.refused("hideFromNextUp", input).await;
            assert_eq!(refused, not_found("series"), "{what}");
        }
        if ["Film", "Series", "Episode"].contains(&kind) {
            let refused = visitor.refused("deleteHistory", json!({ "item": id }));
            assert_eq!(refused.await, not_found("item"), "{what}");
        }
        if what.starts_with("Film ") || what.starts_with("Episode ") {
            number += 1;
            let play = format!("11111111-0000-4000-8000-{number:012}");
            let input = json!({ "item": id, "play": play, "event": "START", "position": 0.0 });
            let refused = visitor.refused("reportPlayback", input).await;
            assert_eq!(refused, not_found("item"), "{what}");
            let report = json!({ "item": id, "play": play, "event": "START", "position": 0.0, "at": "2026-01-01T00:00:00Z" });
            let input = json!({ "reports": [report] });
            let fields = "results { item { id } state { id } userErrors { code field } }";
            let payload = visitor.call("reportPlaybackBatch", input, fields).await;
            let error = json!({ "code": "NOT_FOUND", "field": ["input", "reports", "0", "item"] });
            let result = json!({ "item": null, "state": null, "userErrors": [error] });
            assert_eq!(payload["results"], json!([result]), "{what}");
        }
    }
    assert_eq!(number, 30);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_age_acts_on_the_next_request_on_every_server() {
    let program = Program::new(On::Servers).await;
    load(
        &program,
        r#"{"slug": "a", "title": "A", "certifications": {"DE": "16"}}"#,
    )
    .await;
    program.create_user("ada@example.org", "viewer").await;
    let (here, there) = (program.serve().await, program.serve().await);
    let mut parent = Visitor::of(&here);
    parent.log_in("ada@example.org").await;
    let added = parent.expect("createProfile", json!({ "name": "Kim" }), "profile { id }");
    let kim = text(&added.await["profile"]["id"]);
    let mut child = Visitor::of(&there);
    child.log_in("ada@example.org").await;
    child
        .expect("selectProfile", json!({ "profile": kim }), "")
        .await;
    let sees = async |child: &mut Visitor| {
        let data = child
            .ask("{ film(slug: \"a\") { slug } titles { totalCount } }")
            .await;
        data["film"]["slug"] == json!("a") && data["titles"]["totalCount"] == json!(1)
    };
    assert!(sees(&mut child).await);

    parent
        .expect("updateProfile", json!({ "profile": kim, "maxAge": 12 }), "")
        .await;
    assert!(!sees(&mut child).await);
    parent
        .expect("updateProfile", json!({ "profile": kim, "maxAge": 16 }), "")
        .await;
    assert!(sees(&mut child).await);
}

#[tokio::test]
async fn strangers_and_children_see_what_the_settings_say() {
    let program = Program::new(On::Embedded).await;
    load(
        &program,
        r#"{"slug": "six", "title": "Six", "certifications": {"DE": "6"}}
           {"slug": "sixteen", "title": "Sixteen", "certifications": {"DE": "16"}}
           {"slug": "unrated", "title": "Unrated"}"#,
    )
    .await;
    let seen = async |arguments: &[&str]| {
        let site = program.serve_with(arguments).await;
        slugs(&site.ask("{ titles { nodes { slug } } }", json!({})).await)
    };

    assert_eq!(seen(&[]).await, ["six", "sixteen", "unrated"]);
    assert_eq!(seen(&["--anonymous-max-age", "12"]).await, ["six"]);
    let lenient = [
        "--anonymous-max-age",
        "12",
        "--unrated-for-children",
        "true",
    ];
    assert_eq!(seen(&lenient).await, ["six", "unrated"]);
}

#[tokio::test]
async fn curators_see_what_is_not_published_and_are_not_suggested_it() {
    let program = Program::new(On::Embedded).await;
    load(
        &program,
        r#"{"slug": "draft", "title": "Draft", "genres": ["Drama"], "state": "draft"}
           {"slug": "later", "title": "Later", "genres": ["Drama"], "available_from": "2100-01-01T00:00:00+01:00"}
           {"slug": "one", "title": "One", "genres": ["Drama"]}
           {"slug": "two", "title": "Two", "genres": ["Drama"]}"#,
    )
    .await;
    program.create_user("curator@example.org", "curator").await;
    let site = program.serve().await;
    let mut curator = Visitor::of(&site);
    curator.log_in("curator@example.org").await;

    let query = "{ titles { totalCount nodes { slug state availableFrom availableUntil } }
        film(slug: \"one\") { similar { nodes { slug } } } }";
    let (by_curator, by_stranger) = (curator.ask(query).await, site.ask(query, json!({})).await);

    let title = |slug: &str, state: &str, from: Value| json!({ "slug": slug, "state": state, "availableFrom": from, "availableUntil": null });
    let published = |slug| title(slug, "PUBLISHED", json!(null));
    let later = title("later", "PUBLISHED", json!("2099-12-31T23:00:00.000Z"));
    assert_eq!(
        by_curator["titles"]["nodes"],
        json!([
            title("draft", "DRAFT", json!(null)),
            later,
            published("one"),
            published("two")
        ])
    );
    assert_eq!(
        by_stranger["titles"]["nodes"],
        json!([published("one"), published("two")])
    );
    assert_eq!(by_stranger["titles"]["totalCount"], json!(2));
    for seen in [by_curator, by_stranger] {
        let similar = &seen["film"]["similar"]["nodes"];
        assert_eq!(*similar, json!([{ "slug": "two" }]));
    }
}

/// Pages keep their size, and lead on to the end, whatever in between may not be seen.
#[tokio::test]
async fn a_history_is_full_page_by_page_without_what_may_not_be_seen() {
    let program = Program::new(On::Embedded).await;
    let films = (0..60).map(|number| {
        let label = if number % 10 == 0 { "6" } else { "18" };
        format!(r#"{{"slug": "film-{number:02}", "title": "Film {number}", "certifications": {{"DE": "{label}"}}}}"#)
    });
    load(&program, &films.collect::<Vec<_>>().join("\n")).await;
    program.create_user("ada@example.org", "viewer").await;
    let site = program.serve().await;
    let mut visitor = Visitor::of(&site);
    visitor.log_in("ada@example.org").await;
    let added = visitor.expect("createProfile", json!({ "name": "Kim" }), "profile { id }");
    let kim = text(&added.await["profile"]["id"]);
    let own = visitor.ask("{ viewer { profile { id } } }").await;
    let parent = text(&own["viewer"]["profile"]["id"]);
    visitor
        .expect("selectProfile", json!({ "profile": kim }), "")
        .await;
    for number in 0..60 {
        let item = site.id_of("film", &format!("film-{number:02}")).await;
        let play = format!("22222222-0000-4000-8000-{number:012}");
        let at = format!("2026-01-01T00:{number:02}:00Z");
        let input = json!({ "item": item, "play": play, "event": "START", "position": 300.0, "duration": 1000.0, "at": at });
        visitor.expect("reportPlayback", input, "").await;
    }
    visitor
        .expect("selectProfile", json!({ "profile": parent }), "")
        .await;
    visitor
        .expect("updateProfile", json!({ "profile": kim, "maxAge": 6 }), "")
        .await;
    visitor
        .expect("selectProfile", json!({ "profile": kim }), "")
        .await;

    for (list, slug) in [
        ("history", "item { ... on Film { slug } }"),
        ("continueWatching", "... on Film { slug }"),
    ] {
        let (mut after, mut found, mut sizes) = (String::new(), Vec::new(), Vec::new());
        loop {
            let query = format!(
                "{{ viewer {{ profile {{ {list}(first: 2{after}) {{
                    totalCount edges {{ cursor node {{ {slug} }} }} pageInfo {{ hasNextPage endCursor }} }} }} }} }}"
            );
            let data = visitor.ask(&query).await;
            let page = &data["viewer"]["profile"][list];
            assert_eq!(page["totalCount"], json!(6), "{list}");
            let edges = page["edges"].as_array().unwrap();
            sizes.push(edges.len());
            for edge in edges {
                let node = &edge["node"];
                let node = if list == "history" {
                    &node["item"]
                } else {
                    node
                };
                found.push(text(&node["slug"]));
            }
            if page["pageInfo"]["hasNextPage"] == json!(false) {
                break;
            }
            after = format!(", after: {}", page["pageInfo"]["endCursor"]);
        }
        assert_eq!(sizes, [2, 2, 2], "{list}");
        assert_eq!(
            found,
            [
                "film-50", "film-40", "film-30", "film-20", "film-10", "film-00"
            ]
        );
    }
}

async fn load(program: &Program, records: &str) {
    let file = program.data().join("records.ndjson");
    let records: Vec<&str> = records.lines().map(str::trim).collect();
    std::fs::write(&file, records.join("\n") + "\n").unwrap();
    program.expect(&["load", file.to_str().unwrap()]).await;
}

fn slugs(data: &Value) -> Vec<String> {
    let nodes = data["titles"]["nodes"].as_array().unwrap();
    nodes.iter().map(|node| text(&node["slug"])).collect()
}

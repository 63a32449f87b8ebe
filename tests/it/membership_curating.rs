//! What is for members stays so when curators part and merge it, or they are told.

use serde_json::{Value, json};

use crate::both_ways::both_ways;
use crate::merging::{load, write};
use crate::support::SOON;
use crate::support::program::{On, Program, Site};
use crate::support::visitor::Visitor;

both_ways!(
    what_is_parted_stays_closed,
    rules_that_hold_no_more_are_told,
);

const RECORDS: &str = r#"
{"kind": "film", "slug": "closed", "title": "Closed", "cast": ["Ann One"]}
{"kind": "film", "slug": "open", "title": "Open"}
{"kind": "film", "slug": "one", "title": "One", "collection": "Ring Saga"}
{"kind": "film", "slug": "two", "title": "Two", "collection": "Other Saga"}
{"kind": "film", "slug": "three", "title": "Three", "collection": "Third Saga"}
{"kind": "series", "slug": "dusk", "title": "Dusk"}
{"series": "dusk", "season": 1, "episode": 1}
{"series": "dusk", "season": 2, "episode": 1}
{"series": "dusk", "season": 3, "episode": 1}
"#;
const RULES: &str = r#"{"film": "closed", "access": "members"}
{"collection": "ring-saga", "access": "members"}
{"collection": "third-saga", "access": "members"}
{"series": "dusk", "access": "members"}
{"series": "dusk", "season": 3, "access": "free"}
"#;
const DAWN: &str =
    "{ series(slug: \"dawn\") { seasons { number episodes { nodes { access { isOpen } } } } } }";

async fn with_rules(on: On) -> (Program, Site, Visitor) {
    let program = match on {
        On::Embedded => Program::new(on).await,
        On::Servers => Program::without_graph(),
    };
    load(&program, RECORDS).await;
    let file = write(&program, RULES);
    program.expect(&["plans", "load", &file]).await;
    program.create_user("curator@example.org", "curator").await;
    let site = program.serve().await;
    let mut curator = Visitor::of(&site);
    curator.log_in("curator@example.org").await;
    (program, site, curator)
}

async fn what_is_parted_stays_closed(on: On) {
    let (_program, site, mut curator) = with_rules(on).await;
    let dusk = site.id_of("series", "dusk").await;
    let mut input = json!({
        "id": dusk, "as": { "slug": "dawn", "set": { "name": "Dawn" } }, "seasons": [2, 3], "dryRun": true,
    });
    let told = curator
        .expect("splitTitle", input.clone(), "warnings")
        .await;
    input["dryRun"] = json!(false);

    let parted = curator.expect("splitTitle", input, "warnings").await;

    assert_eq!(parted["warnings"], told["warnings"]);
    let said = parted["warnings"].to_string();
    assert!(said.contains("is members (all of it)"), "{said}");
    assert!(said.contains("is free (season 3)"), "{said}");
    let seasons = |seen: &Value| seen["series"]["seasons"].as_array().map(Vec::len);
    let seen = site
        .wait_for(SOON, DAWN, |seen| seasons(seen) == Some(2))
        .await;
    for season in seen["series"]["seasons"].as_array().unwrap() {
        let is_open = &season["episodes"]["nodes"][0]["access"]["isOpen"];
        assert_eq!(*is_open, json!(season["number"] == 3), "{season}");
    }

    // Of films as well.
    let closed = site.id_of("film", "closed").await;
    let input = json!({ "id": closed, "as": { "slug": "half", "set": { "name": "Half" } } });
    curator.expect("splitTitle", input, "").await;
    let query = "{ film(slug: \"half\") { access { isOpen } } }";
    let seen = site
        .wait_for(SOON, query, |seen| !seen["film"].is_null())
        .await;
    assert_eq!(seen["film"]["access"]["isOpen"], false);
}

async fn rules_that_hold_no_more_are_told(on: On) {
    let (program, site, mut curator) = with_rules(on).await;
    let (closed, open) = (
        site.id_of("film", "closed").await,
        site.id_of("film", "open").await,
    );
    let [ring, other, third] = [
        site.id_of("collection", "ring-saga").await,
        site.id_of("collection", "other-saga").await,
        site.id_of("collection", "third-saga").await,
    ];
    for (mutation, input) in [
        ("mergeTitles", json!({ "from": [closed], "into": open })),
        (
            "mergeCollections",
            json!({ "collection": ring, "into": other }),
        ),
        (
            "deleteCollection",
            json!({ "collection": third, "fromTitles": true }),
        ),
    ] {
        let done = curator.expect(mutation, input, "warnings").await;
        let warnings = done["warnings"].as_array().unwrap();
        let is_told = |it: &Value| {
            let said = it.as_str().unwrap();
            said.contains("`access`") && said.contains("members") && said.contains("no more")
        };
        assert!(warnings.iter().any(is_told), "{mutation}: {done}");
    }

    // Nor is a rule taken that could hold for nothing.
    for (slug, reason) in [
        ("ring-saga", "was merged into another collection: name that"),
        ("third-saga", "there is no collection `third-saga`"),
    ] {
        let rule = json!({ "collection": slug, "access": "members" });
        let file = write(&program, &rule.to_string());
        let refused = program.run(&["plans", "load", &file]).await;
        let said = String::from_utf8_lossy(&refused.stderr);
        assert!(!refused.status.success(), "{slug}");
        assert!(said.contains(reason), "{slug}: {said}");
    }
}

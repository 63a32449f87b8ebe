//! Whether edits by hand are locked, as the site has it where an edit does not say.

use serde_json::{Value, json};

use crate::both_ways::both_ways;
use crate::support::program::{On, Program};
use crate::support::visitor::Visitor;

both_ways!(the_site_says_whether_an_edit_locks_that_does_not_say_so);

const RECORDS: &str = r#"{"kind": "film", "slug": "heat-1995", "title": "Heat", "year": 1995, "tags": ["Heist"]}
{"kind": "film", "slug": "alien-1979", "title": "Alien", "year": 1979, "tags": ["Space"]}
"#;
const ROWS: &str = "changed userErrors { code }";
const FILMS: &str = "{ site { editsLock } titles { nodes { slug tags lockedFields } } }";

/// What the site says, and what is stored and locked of each film, by slug.
async fn seen(curator: &mut Visitor) -> (Value, Vec<Value>) {
    let mut data = curator.ask(FILMS).await;
    let mut films: Vec<Value> = data["titles"]["nodes"].as_array().unwrap().clone();
    films.sort_by_key(|film| film["slug"].to_string());
    (data["site"]["editsLock"].take(), films)
}

/// Gives a film another tag; what the edit says of `lock`, if anything.
async fn tag(curator: &mut Visitor, film: &str, tag: &str, lock: Option<bool>) {
    let mut input = json!({ "titles": [{ "title": film }], "set": { "tags": [tag] } });
    if let Some(lock) = lock {
        input["lock"] = lock.into();
    }
    let edited = curator.expect("editTitles", input, ROWS).await;
    assert_eq!(edited["changed"], 1, "{edited}");
}

async fn the_site_says_whether_an_edit_locks_that_does_not_say_so(on: On) {
    let program = match on {
        On::Embedded => Program::new(on).await,
        On::Servers => Program::without_graph(),
    };
    let file = program.data().join("records.ndjson");
    std::fs::write(&file, RECORDS).unwrap();
    let file = file.to_str().unwrap().to_owned();
    program.expect(&["load", &file]).await;
    program.create_user("curator@example.org", "curator").await;
    let film = |slug: &str, tag: &str, locked: &[&str]| json!({ "slug": slug, "tags": [tag], "lockedFields": locked });

    // Where nothing is set, an edit locks.
    let mut site = program.serve().await;
    let mut curator = Visitor::of(&site);
    curator.log_in("curator@example.org").await;
    let (heat, alien) = (
        site.id_of("film", "heat-1995").await,
        site.id_of("film", "alien-1979").await,
    );
    tag(&mut curator, &heat, "By hand", None).await;
    tag(&mut curator, &alien, "By hand", Some(false)).await;
    let edited = seen(&mut curator).await;
    site.stop().await;

    // Where the site says no, the next load writes over what was not locked.
    program.expect(&["load", &file]).await;
    let mut site = program.serve_with(&["--edits-lock", "false"]).await;
    let mut curator = Visitor::of(&site);
    curator.log_in("curator@example.org").await;
    let loaded = seen(&mut curator).await;
    tag(&mut curator, &alien, "Open", None).await;
    let open = seen(&mut curator).await;
    tag(&mut curator, &alien, "Held", Some(true)).await;
    site.stop().await;
    program.expect(&["load", &file]).await;
    let site = program.serve().await;
    let mut curator = Visitor::of(&site);
    curator.log_in("curator@example.org").await;
    let held = seen(&mut curator).await;

    let heat = film("heat-1995", "By hand", &["tags"]);
    let alien = |tag: &str, locked: &[&str]| film("alien-1979", tag, locked);
    let by_hand = vec![alien("By hand", &[]), heat.clone()];
    assert_eq!(edited, (json!(true), by_hand));
    let over = vec![alien("Space", &[]), heat.clone()];
    assert_eq!(loaded, (json!(false), over));
    assert_eq!(open, (json!(false), vec![alien("Open", &[]), heat.clone()]));
    assert_eq!(held, (json!(true), vec![alien("Held", &["tags"]), heat]));
}

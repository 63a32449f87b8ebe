//! A curator makes two genres one: titles, lists, files and mutes mean the one that stays, until it is taken back.

use serde_json::{Value, json};

use crate::both_ways::both_ways;
use crate::support::SOON;
use crate::support::program::{On, Program, Site};
use crate::support::visitor::Visitor;

both_ways!(
    a_genre_becomes_one_with_another_and_is_taken_back,
    what_gets_a_genre_while_it_goes_is_of_the_other,
);

const RECORDS: &str = r#"{"kind": "film", "slug": "one", "title": "One", "genres": ["Capers", "Crime"]}
{"kind": "film", "slug": "two", "title": "Two", "genres": ["Drama", "Capers"]}
{"kind": "film", "slug": "three", "title": "Three", "genres": ["Crime"]}"#;
const SEEN: &str =
    "{ one: film(slug: \"one\") { genres { slug } } two: film(slug: \"two\") { genres { slug } }
    genres { slug } capers: genre(slug: \"capers\") { slug titleCount viewerMuted }
    titles(filter: { genres: [\"capers\"] }) { totalCount } }";
const MERGED: &str = "genre { slug } changedTitles run";

async fn a_genre_becomes_one_with_another_and_is_taken_back(on: On) {
    let program = Program::new(on).await;
    load(&program, RECORDS).await;
    program.create_user("curator@example.org", "curator").await;
    let site = program.serve().await;
    let mut curator = Visitor::of(&site);
    curator.log_in("curator@example.org").await;
    let before = curator.ask(SEEN).await;
    assert_eq!(slugs(&before["genres"]), ["capers", "crime", "drama"]);
    let [capers, crime] = [id(&site, "capers").await, id(&site, "crime").await];
    let mute = json!({ "source": capers, "muted": true });
    curator.expect("muteTaste", mute, "").await;

    for (input, code, field) in [
        (json!({ "genre": "x", "into": crime }), "NOT_FOUND", "genre"),
        (json!({ "genre": capers, "into": "x" }), "NOT_FOUND", "into"),
        (
            json!({ "genre": capers, "into": capers }),
            "INVALID",
            "into",
        ),
    ] {
        let refused = curator.refused("mergeGenres", input).await;
        assert_eq!(refused, (code.to_owned(), field.to_owned()));
    }
    let mut input = json!({ "genre": capers, "into": crime, "dryRun": true });
    let shown = curator.expect("mergeGenres", input.clone(), MERGED).await;
    assert_eq!(
        (&shown["changedTitles"], &shown["run"]),
        (&json!(2), &Value::Null)
    );
    input["dryRun"] = json!(false);
    let merged = curator.expect("mergeGenres", input.clone(), MERGED).await;
    assert_eq!(merged["genre"]["slug"], "crime");

    let now = curator
        .ask_until(SEEN, |seen| seen["titles"]["totalCount"] == 3)
        .await;
    assert_eq!(slugs(&now["one"]["genres"]), ["crime"]);
    assert_eq!(slugs(&now["two"]["genres"]), ["drama", "crime"]);
    assert_eq!(slugs(&now["genres"]), ["crime", "drama"]);
    let stays = json!({ "slug": "crime", "titleCount": 3, "viewerMuted": true });
    assert_eq!(now["capers"], stays);
    let again = curator.refused("mergeGenres", input).await;
    assert_eq!(again, ("NOT_FOUND".to_owned(), "genre".to_owned()));
    // A file that names it means the one that stays, and goes before what the merge wrote.
    let said = load(&program, RECORDS).await;
    assert!(said.contains("films: 0 new, 0 changed"), "{said}");

    let back = json!({ "run": merged["run"], "whole": true });
    let back = curator
        .expect("revertRevisions", back, "obstructed run")
        .await;
    assert_eq!(back["obstructed"], 0);
    assert!(back["run"].is_string());
    let now = curator
        .ask_until(SEEN, |seen| seen["titles"]["totalCount"] == 2)
        .await;
    assert_eq!(slugs(&now["one"]["genres"]), ["capers", "crime"]);
    assert_eq!(slugs(&now["genres"]), ["capers", "crime", "drama"]);
    assert_eq!(now["capers"]["viewerMuted"], true);
    let other = r#"{"kind": "film", "slug": "one", "title": "One", "genres": ["Drama"]}"#;
    let said = load(&program, other).await;
    assert!(
        said.contains("films: 0 new, 1 changed (genres 1)"),
        "{said}"
    );
}

/// How many genres are merged while films get them.
const ROUNDS: usize = 8;

async fn what_gets_a_genre_while_it_goes_is_of_the_other(on: On) {
    let mut program = Program::new(on).await;
    // It is asked again and again until all is mended.
    program.set("REELGRAPH_BUDGET", "false");
    let film = |slug: String, genre: String| {
        json!({ "kind": "film", "slug": slug, "title": slug, "genres": [genre] }).to_string()
    };
    let mut records = vec![film("stays".to_owned(), "Crime".to_owned())];
    for round in 0..ROUNDS {
        records.push(film(format!("named-{round}"), format!("Caper {round}")));
        for place in 0..3 {
            records.push(film(format!("late-{round}-{place}"), "Drama".to_owned()));
        }
    }
    load(&program, &records.join("\n")).await;
    program.create_user("curator@example.org", "curator").await;
    let site = program.serve().await;
    let mut curator = Visitor::of(&site);
    curator.log_in("curator@example.org").await;
    let crime = id(&site, "crime").await;

    let mut are_of_it = 1;
    for round in 0..ROUNDS {
        let caper = id(&site, &format!("caper-{round}")).await;
        let mut late = Vec::new();
        for place in 0..3 {
            late.push(site.id_of("film", &format!("late-{round}-{place}")).await);
        }
        let merging = json!({ "genre": caper, "into": crime });
        let name = format!("Caper {round}");
        let [one, two, three] = [0, 1, 2].map(|at| {
            let titles = json!([{ "title": late[at] }]);
            let edit = json!({ "titles": titles, "add": { "genres": [name] } });
            let mut other = curator.clone();
            async move {
                let fields = "results { userErrors { code } }";
                let done = other.call("editTitles", edit, fields).await;
                done["results"][0]["userErrors"] == json!([])
            }
        });
        let mut merger = curator.clone();
        let merged = merger.expect("mergeGenres", merging, "run");
        let (_, one, two, three) = tokio::join!(merged, one, two, three);
        let edited = [one, two, three].into_iter().filter(|is_done| *is_done);
        are_of_it += 1 + edited.count();
    }

    let query = "{ titles(filter: { genres: [\"crime\"] }) { totalCount } }";
    let started = std::time::Instant::now();
    loop {
        let seen = curator.ask(query).await;
        if seen["titles"]["totalCount"] == are_of_it {
            break;
        }
        assert!(
            started.elapsed() < SOON,
            "{seen}, not {are_of_it}: some name what is gone"
        );
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
}

fn slugs(list: &Value) -> Vec<&str> {
    let list = list.as_array().unwrap().iter();
    list.map(|one| one["slug"].as_str().unwrap()).collect()
}

async fn id(site: &Site, genre: &str) -> String {
    site.id_of("genre", genre).await
}

/// Loads records; what is told of it.
async fn load(program: &Program, records: &str) -> String {
    let file = program.data().join("records.ndjson");
    std::fs::write(&file, records).unwrap();
    program.expect(&["load", file.to_str().unwrap()]).await
}

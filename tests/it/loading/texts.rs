//! Texts by language, words, scores and videos of a title, as records name them over what is stored.

use serde_json::{Value, json};

use super::{Loaded, load_text, load_with};
use crate::support::program::{On, Program};

/// What is asked of a title, whole.
const ABOUT: &str = "{ titles(first: 10, orderBy: NAME) { nodes { slug de: name(language: \"de\") fr: name(language: \"fr\")
    overview tagline overviewDe: overview(language: \"de\") studios tags rating { scores { source value votes } }
    trailers { videoId } extras { videoId } ... on Series { status } } } }";

fn heat() -> Value {
    json!({
        "slug": "heat-1995", "title": "Heat", "kind": "film", "names": { "de": "Hitze", "fr": "Chaleur" },
        "overview": { "en": "A thief.", "de": "Ein Dieb." }, "tagline": "Hard.", "studios": ["Regency"],
        "tags": ["heist"], "scores": { "imdb": { "value": 8.3, "votes": 700_000 }, "metacritic": 76 },
        "trailers": ["https://vimeo.com/1"], "extras": ["https://vimeo.com/2"],
    })
}

async fn load_record(program: &Program, record: &Value) -> Loaded {
    load_text(program, &record.to_string()).await
}

async fn about(program: &Program) -> Value {
    let site = program.serve().await;
    site.ask(ABOUT, json!({})).await["titles"]["nodes"].clone()
}

#[tokio::test]
async fn what_a_record_does_not_name_stays() {
    let program = Program::new(On::Embedded).await;
    let first = load_record(&program, &heat()).await;
    let again = load_record(&program, &heat()).await;
    let before = about(&program).await;
    let thin = json!({ "slug": "heat-1995", "title": "Heat", "overview": " ", "names": {}, "scores": {}, "tags": [""] });
    let thin = load_record(&program, &thin).await;

    assert!(first.is_clean && first.messages.is_empty(), "{first:?}");
    let unchanged = "films: 0 new, 0 changed, 1 unchanged\n0 refused, 0 warnings\n";
    assert_eq!(again.summary, unchanged);
    assert_eq!(thin.summary, unchanged);
    assert_eq!(about(&program).await, before);
    assert_eq!(
        before[0],
        json!({
            "slug": "heat-1995", "de": "Hitze", "fr": "Chaleur", "overview": "A thief.", "tagline": "Hard.",
            "overviewDe": "Ein Dieb.", "studios": ["Regency"], "tags": ["heist"],
            "rating": { "scores": [
                { "source": "imdb", "value": 8.3, "votes": 700_000 },
                { "source": "metacritic", "value": 76.0, "votes": null },
            ] },
            "trailers": [{ "videoId": "1" }], "extras": [{ "videoId": "1" }, { "videoId": "2" }],
        })
    );
}

#[tokio::test]
async fn each_language_and_each_source_is_a_field_of_its_own() {
    let program = Program::new(On::Embedded).await;
    load_record(&program, &heat()).await;
    let named = json!({
        "slug": "heat-1995", "title": "Heat", "names": { "fr": null }, "overview": "A thief and a policeman.",
        "scores": { "metacritic": null, "tmdb": 7.9 }, "tags": null, "trailers": [],
    });

    let loaded = load_record(&program, &named).await;

    assert_eq!(
        loaded.summary,
        "films: 0 new, 1 changed (names 1, overview 1, scores 1, tags 1, trailers 1), 0 unchanged\n0 refused, 0 warnings\n"
    );
    let after = about(&program).await[0].clone();
    assert_eq!(
        (&after["de"], &after["fr"]),
        (&json!("Hitze"), &json!("Heat"))
    );
    assert_eq!(after["overview"], "A thief and a policeman.");
    assert_eq!(after["overviewDe"], "Ein Dieb.");
    let scores = json!([
        { "source": "imdb", "value": 8.3, "votes": 700_000 },
        { "source": "tmdb", "value": 7.9, "votes": null },
    ]);
    assert_eq!(after["rating"]["scores"], scores);
    assert_eq!(after["tags"], json!([]));
    assert_eq!(after["trailers"], json!([]));
    assert_eq!(after["extras"], json!([{ "videoId": "2" }]));
}

#[tokio::test]
async fn whole_records_clear_what_they_do_not_name() {
    let program = Program::new(On::Embedded).await;
    load_record(&program, &heat()).await;
    let file = program.data().join("whole.ndjson");
    std::fs::write(&file, r#"{"slug": "heat-1995", "title": "Heat"}"#).unwrap();

    load_with(&program, &file, &["--replace"]).await;

    assert_eq!(
        about(&program).await[0],
        json!({
            "slug": "heat-1995", "de": "Heat", "fr": "Heat", "overview": null, "tagline": null, "overviewDe": null,
            "studios": [], "tags": [], "rating": { "scores": [] }, "trailers": [], "extras": [],
        })
    );
}

#[tokio::test]
async fn columns_of_a_table_name_them_too() {
    let program = Program::new(On::Embedded).await;
    let file = program.data().join("records.csv");
    let table = "slug,title,kind,status,names.de,overview.en,overview.de,tags,studios,scores.imdb,trailers\n\
        dark-2017,Dark,series,Ended,Dunkel,A child is gone.,Ein Kind fehlt.,time|family,,8.7,https://vimeo.com/1|https://vimeo.com/2\n";
    std::fs::write(&file, table).unwrap();

    let loaded = load_with(&program, &file, &[]).await;

    assert_eq!(loaded.messages, [""; 0]);
    assert_eq!(
        about(&program).await[0],
        json!({
            "slug": "dark-2017", "de": "Dunkel", "fr": "Dark", "overview": "A child is gone.", "tagline": null,
            "overviewDe": "Ein Kind fehlt.", "studios": [], "tags": ["time", "family"],
            "rating": { "scores": [{ "source": "imdb", "value": 8.7, "votes": null }] },
            "trailers": [{ "videoId": "1" }, { "videoId": "2" }],
            "extras": [{ "videoId": "1" }, { "videoId": "2" }], "status": "ENDED",
        })
    );
}

#[tokio::test]
async fn what_is_wrong_is_refused_by_line_and_field() {
    let program = Program::new(On::Embedded).await;
    let wrong = [
        (json!({ "overview": 7 }), "overview is 7, neither a text"),
        (
            json!({ "tagline": "x".repeat(501) }),
            "tagline has 501 characters, more than 500",
        ),
        (
            json!({ "names": { "de": ["Hitze"] } }),
            "names.de is [\"Hitze\"], not a text",
        ),
        (
            json!({ "kind": "series", "status": "sold" }),
            "status is \"sold\", not announced",
        ),
        (
            json!({ "scores": { "imdb": 83 } }),
            "scores.imdb is 83, not from 0 to 10",
        ),
        (
            json!({ "trailers": ["2GfZl4kuVNI"] }),
            "trailers has \"2GfZl4kuVNI\", which is no address",
        ),
        (json!({ "tags": "heist" }), "tags is \"heist\", not a list"),
    ];
    let records = wrong.iter().zip(1..).map(|((fields, _), number)| {
        let mut record = json!({ "slug": format!("title-{number}"), "title": "A title" });
        for (name, value) in fields.as_object().unwrap() {
            record[name] = value.clone();
        }
        record.to_string()
    });
    let records: Vec<String> = records.collect();

    let loaded = load_text(&program, &records.join("\n")).await;

    assert_eq!(loaded.refused(), [1, 2, 3, 4, 5, 6, 7]);
    for ((_, reason), line) in wrong.iter().zip(1..) {
        assert!(loaded.says(line, "refused", reason), "{reason}: {loaded:?}");
    }
}

//! A curator adds somebody whom nothing credits yet, and credits them then.

use serde_json::{Value, json};

use crate::both_ways::both_ways;
use crate::support::program::{On, Program};
use crate::support::visitor::Visitor;

both_ways!(a_person_is_added_and_credited);

const RECORDS: &str = r#"{"kind": "film", "slug": "heat", "title": "Heat", "cast": [{"name": "Al Pacino", "character": "Hanna"}]}"#;
const PERSON: &str =
    "person { id slug name born lockedFields } changes { field after } warnings run";

async fn a_person_is_added_and_credited(on: On) {
    let program = Program::new(on).await;
    let file = program.data().join("records.ndjson");
    std::fs::write(&file, RECORDS).unwrap();
    program.expect(&["load", file.to_str().unwrap()]).await;
    program.create_user("curator@example.org", "curator").await;
    let site = program.serve().await;
    let mut curator = Visitor::of(&site);
    curator.log_in("curator@example.org").await;

    for (input, code, field) in [
        (json!({ "set": { "born": "1940-04-25" } }), "BLANK", "name"),
        (json!({ "set": {} }), "BLANK", "set"),
        (json!({ "set": { "name": "!!!" } }), "BLANK", "slug"),
        (
            json!({ "set": { "name": "A\u{202e}B" } }),
            "INVALID",
            "name",
        ),
        (
            json!({ "slug": "al-pacino", "set": { "name": "Another" } }),
            "TAKEN",
            "slug",
        ),
        (
            json!({ "slug": "No Key!", "set": { "name": "Another" } }),
            "INVALID",
            "slug",
        ),
        (
            json!({ "set": { "name": "Another", "born": "1940-04-25", "died": "1930-01-01" } }),
            "INVALID",
            "died",
        ),
    ] {
        let refused = curator.refused("createPerson", input.clone()).await;
        assert_eq!(refused, (code.to_owned(), field.to_owned()), "{input}");
    }
    let lee = json!({ "name": "Ann Lee", "born": "1970-01-02" });
    let rehearsal = json!({ "set": lee, "dryRun": true });
    let told = curator.expect("createPerson", rehearsal, PERSON).await;
    let changes = json!([
        { "field": "name", "after": "\"Ann Lee\"" },
        { "field": "born", "after": "\"1970-01-02\"" },
    ]);
    assert_eq!(told["changes"], changes);
    assert_eq!(
        (&told["person"], &told["run"]),
        (&Value::Null, &Value::Null)
    );
    let ask = "{ person(slug: \"ann-lee\") { id born } }";
    assert_eq!(curator.ask(ask).await["person"], Value::Null);

    let input = json!({ "set": lee, "idempotencyKey": "lee" });
    let made = curator.expect("createPerson", input.clone(), PERSON).await;
    let again = curator.expect("createPerson", input, PERSON).await;

    assert_eq!(made["person"]["slug"], "ann-lee");
    assert_eq!(made["person"]["lockedFields"], json!(["born", "name"]));
    assert_eq!(
        (&made["warnings"], &made["changes"]),
        (&json!([]), &changes)
    );
    assert!(made["run"].is_string());
    assert_eq!(again["person"], made["person"]);
    assert_eq!(again["run"], Value::Null);
    let found = curator.ask(ask).await;
    assert_eq!(found["person"]["id"], made["person"]["id"]);
    // Somebody else of this name is somebody else, and it is said.
    let other = json!({ "set": { "name": "Ann Lee" } });
    let other = curator.expect("createPerson", other, PERSON).await;
    assert_eq!(other["person"]["slug"], "ann-lee-2");
    assert_eq!(other["warnings"].as_array().unwrap().len(), 1);

    let heat = site.id_of("film", "heat").await;
    let credit = json!({ "person": made["person"]["id"], "character": "Nate" });
    let edit = json!({ "titles": [{ "title": heat }], "add": { "cast": [credit] } });
    curator.expect("editTitles", edit, "changed").await;

    let seen = curator
        .ask("{ film(slug: \"heat\") { credits(role: [ACTOR]) { edges { character node { slug } } } } }")
        .await;
    let second = &seen["film"]["credits"]["edges"][1];
    let lee = json!({ "character": "Nate", "node": { "slug": "ann-lee" } });
    assert_eq!(*second, lee);
}

//! Profiles: of grown-ups and of children, with and without a PIN.

use serde_json::{Value, json};

use super::installation::{Installation, api_key, error, profile, sessions};
use crate::support::program::PASSWORD;
use crate::support::visitor::Visitor;

const ALL: &str = "profile { id name maxAge language hasPin }";

/// What is the profile's alone, field by field.
const INSIDE: [&str; 9] = [
    "hiddenTitles { nodes { __typename } }",
    "watchlist { nodes { __typename } }",
    "mutedTastes { __typename }",
    "continueWatching { totalCount }",
    "nextUp { nodes { id } }",
    "history { totalCount }",
    "recommendations(first: 1) { nodes { __typename } }",
    "rows(first: 1) { heading }",
    "comments { nodes { __typename } }",
];

/// What whoever asks is told of a profile: the codes of what it may not see of it.
async fn closed(visitor: &mut Visitor, profile: &str) -> Vec<String> {
    let mut codes = Vec::new();
    for field in INSIDE {
        let query = format!("{{ node(id: \"{profile}\") {{ ... on Profile {{ {field} }} }} }}");
        let answer = visitor.send(&query, json!({})).await;
        if answer.body.get("errors").is_some() {
            codes.push(answer.code().to_owned());
        }
    }
    codes
}

async fn kids(owner: &mut Visitor) -> String {
    let input = json!({ "name": "Kids", "maxAge": 6 });
    let made = owner.expect("createProfile", input, "profile { id }").await;
    made["profile"]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_profile_is_made_changed_and_taken_apart() {
    let site = Installation::embedded().await;
    let mut owner = site.registered("ada@example.org").await;

    let input = json!({ "name": " Kids  room ", "maxAge": 12, "language": "de", "pin": "0420" });
    let made = owner.expect("createProfile", input, ALL).await["profile"].clone();
    let id = made["id"].clone();
    let profile = |name: &str, age: Value, language: Value, has_pin: bool| json!({ "id": id, "name": name, "maxAge": age, "language": language, "hasPin": has_pin });
    assert_eq!(made, profile("Kids room", json!(12), json!("de"), true));

    let input = json!({ "profile": id, "name": "Kids" });
    let renamed = owner.expect("updateProfile", input, ALL).await;
    assert_eq!(
        renamed["profile"],
        profile("Kids", json!(12), json!("de"), true),
        "the rest stays"
    );
    let input = json!({ "profile": id, "maxAge": null, "language": null, "pin": null, "password": PASSWORD });
    let opened = owner.expect("updateProfile", input, ALL).await;
    assert_eq!(
        opened["profile"],
        profile("Kids", Value::Null, Value::Null, false)
    );

    for (field, value, code) in [
        ("name", json!(null), "BLANK"),
        ("name", json!("x".repeat(51)), "TOO_LONG"),
        ("name", json!("a\u{202e}b"), "INVALID"),
        ("name", json!("a\u{200b}b"), "INVALID"),
        ("maxAge", json!(22), "OUT_OF_RANGE"),
        ("maxAge", json!(-1), "OUT_OF_RANGE"),
        ("language", json!("german"), "INVALID"),
        ("pin", json!("123"), "INVALID"),
        ("profile", json!("x"), "NOT_FOUND"),
    ] {
        let mut input = json!({ "profile": id });
        input[field] = value;
        let refused = owner.refused("updateProfile", input).await;
        assert_eq!(refused, error(code, field));
    }
    owner
        .expect("deleteProfile", json!({ "profile": id }), "")
        .await;
    let gone = owner
        .refused("deleteProfile", json!({ "profile": id }))
        .await;
    assert_eq!(gone, error("NOT_FOUND", "profile"));
}

#[tokio::test]
async fn somebody_elses_profile_does_not_exist() {
    let site = Installation::embedded().await;
    let mut ada = site.registered("ada@example.org").await;
    let mut grace = site.registered("grace@example.org").await;
    let adas = json!({ "profile": kids(&mut ada).await });

    for mutation in ["selectProfile", "updateProfile", "deleteProfile"] {
        let refused = grace.refused(mutation, adas.clone()).await;
        assert_eq!(refused, error("NOT_FOUND", "profile"), "{mutation}");
    }
}

#[tokio::test]
async fn a_child_watches_and_manages_nothing() {
    let site = Installation::embedded().await;
    let mut owner = site.registered("ada@example.org").await;
    let adult = profile(&mut owner).await;
    let kids = kids(&mut owner).await;
    let input = json!({ "profile": adult, "pin": "0420" });
    owner.expect("updateProfile", input, "").await;
    let other = {
        let mut other = site.visitor();
        other.log_in("ada@example.org").await;
        sessions(&mut other).await[0]["id"].clone()
    };

    let query = format!(
        "mutation {{ selectProfile(input: {{ profile: \"{kids}\" }}) {{ profile {{ id }} userErrors {{ code }} }} createProfile(input: {{ name: \"Sneaky\" }}) {{ userErrors {{ code }} }} }}"
    );
    let at_once = owner.send(&query, json!({})).await;
    assert_eq!(
        at_once.body["data"]["createProfile"]["userErrors"],
        json!([{ "code": "FORBIDDEN" }]),
        "the rest of the request is the child's"
    );
    assert_eq!(profile(&mut owner).await, kids);

    for (mutation, input) in [
        ("createProfile", json!({ "name": "Sneaky" })),
        ("updateProfile", json!({ "profile": kids, "maxAge": null })),
        ("deleteProfile", json!({ "profile": adult })),
        (
            "changePassword",
            json!({ "currentPassword": PASSWORD, "password": "another horse battery" }),
        ),
        (
            "requestEmailChange",
            json!({ "email": "kid@example.org", "password": PASSWORD }),
        ),
        ("resendConfirmation", json!({})),
        ("createApiKey", json!({ "name": "x", "scopes": ["READ"] })),
        ("revokeApiKey", json!({ "apiKey": "QXBpS2V5OjE" })),
        ("deleteMyAccount", json!({ "password": PASSWORD })),
        ("logOutOthers", json!({})),
        ("logOut", json!({ "session": other })),
    ] {
        let refused = owner.refused(mutation, input).await;
        assert_eq!(refused, error("FORBIDDEN", ""), "{mutation}");
    }

    let without = owner
        .refused("selectProfile", json!({ "profile": adult }))
        .await;
    let wrong = json!({ "profile": adult, "pin": "0421" });
    let wrong = owner.refused("selectProfile", wrong).await;
    assert_eq!(without, error("WRONG_CREDENTIALS", "pin"));
    assert_eq!(wrong, error("WRONG_CREDENTIALS", "pin"));
    assert_eq!(profile(&mut owner).await, kids);
    let right = json!({ "profile": adult, "pin": "0420" });
    owner.expect("selectProfile", right, "").await;
    assert_eq!(profile(&mut owner).await, adult);
}

#[tokio::test]
async fn what_a_profile_watched_is_for_itself_and_for_grown_ups_without_its_pin() {
    let site = Installation::embedded().await;
    let mut owner = site.registered("ada@example.org").await;
    let adult = profile(&mut owner).await;
    let kids = kids(&mut owner).await;
    let input = json!({ "name": "Charles", "pin": "0420" });
    let made = owner.expect("createProfile", input, "profile { id }").await;
    let locked = made["profile"]["id"].as_str().unwrap();
    let (_, key) = api_key(&mut owner, &["READ"]).await;
    let mut machine = site.visitor().with_bearer(&key);
    let (open, all_closed) = (Vec::<String>::new(), vec!["FORBIDDEN"; INSIDE.len()]);

    // The machine reads as the first profile.
    for reader in [&mut owner, &mut machine] {
        assert_eq!(closed(reader, &adult).await, open, "its own");
        assert_eq!(closed(reader, &kids).await, open);
        assert_eq!(closed(reader, locked).await, all_closed);
    }
    let input = json!({ "profile": kids });
    owner.expect("selectProfile", input, "").await;
    assert_eq!(closed(&mut owner, &kids).await, open, "its own");
    assert_eq!(closed(&mut owner, &adult).await, all_closed);
    assert_eq!(closed(&mut owner, locked).await, all_closed);
    let list = "{ viewer { profile { name } user { profiles { name history { totalCount } } } } }";
    let list = owner.send(list, json!({})).await;
    assert_eq!(list.code(), "FORBIDDEN");
    let profiles = json!([
        { "name": "ada", "history": null },
        { "name": "Kids", "history": { "totalCount": 0 } },
        { "name": "Charles", "history": null },
    ]);
    let seen =
        json!({ "viewer": { "profile": { "name": "Kids" }, "user": { "profiles": profiles } } });
    assert_eq!(list.body["data"], seen);
    let input = json!({ "profile": locked, "pin": "0420" });
    owner.expect("selectProfile", input, "").await;
    assert_eq!(closed(&mut owner, locked).await, open, "its own");
}

#[tokio::test]
async fn guessing_a_pin_is_slowed_down() {
    let site = Installation::embedded().await;
    let mut owner = site.registered("ada@example.org").await;
    let adult = profile(&mut owner).await;
    let kids = kids(&mut owner).await;
    owner
        .expect(
            "updateProfile",
            json!({ "profile": adult, "pin": "0420" }),
            "",
        )
        .await;
    owner
        .expect("selectProfile", json!({ "profile": kids }), "")
        .await;
    let guess = |number: usize| {
        format!(
            "g{number}: selectProfile(input: {{ profile: \"{adult}\", pin: \"111{number}\" }}) {{ userErrors {{ code }} }}"
        )
    };
    let guesses: Vec<_> = (0..10).map(guess).collect();

    let answer = owner
        .send(&format!("mutation {{ {} }}", guesses.join(" ")), json!({}))
        .await;

    assert_eq!((answer.status, answer.body.get("errors")), (200, None));
    // Each that is too many must wait for twice as long as the one before: not all of the last four can have done so,
    // however long the machine stands still before one of them.
    let answers = answer.body["data"].as_object().unwrap();
    let refused = json!({ "userErrors": [{ "code": "RATE_LIMITED" }] });
    assert!(
        answers.values().any(|guess| *guess == refused),
        "{answers:?}"
    );
    assert!(answer.retry_after().is_some());
    assert_eq!(profile(&mut owner).await, kids);
}

#[tokio::test]
async fn an_account_always_has_a_profile_of_a_grown_up() {
    let site = Installation::embedded().await;
    let mut owner = site.registered("ada@example.org").await;
    let first = profile(&mut owner).await;
    let only = json!({ "profile": first });
    assert_eq!(
        owner.refused("deleteProfile", only.clone()).await,
        error("CONFLICT", "profile")
    );
    kids(&mut owner).await;

    let deleted = owner.refused("deleteProfile", only).await;
    let restricted = json!({ "profile": first, "maxAge": 12 });
    let restricted = owner.refused("updateProfile", restricted).await;

    assert_eq!(deleted, error("CONFLICT", "profile"));
    assert_eq!(restricted, error("CONFLICT", "maxAge"));
}

#[tokio::test]
async fn whoever_deletes_the_own_profile_goes_on_with_another() {
    let site = Installation::embedded().await;
    let mut owner = site.registered("ada@example.org").await;
    let first = profile(&mut owner).await;
    let input = json!({ "name": "Second" });
    let second = owner.expect("createProfile", input, "profile { id }").await["profile"].clone();
    let mut other = site.visitor();
    other.log_in("ada@example.org").await;
    assert_eq!(profile(&mut other).await, first);

    let input = json!({ "profile": first });
    let deleted = owner
        .expect("deleteProfile", input, "viewer { profile { id } }")
        .await;

    assert_eq!(deleted["viewer"]["profile"], second);
    assert_eq!(json!(profile(&mut owner).await), second["id"]);
    assert_eq!(other.who().await, None, "it may be in other hands");
}

/// Whose account it is, and from where it was used, is for grown-ups on a device.
#[tokio::test]
async fn a_child_and_a_machine_are_not_told_whose_account_it_is() {
    let site = Installation::embedded().await;
    let email = "ada@example.org";
    let mut owner = site.registered(email).await;
    let kids = kids(&mut owner).await;
    let (_, key) = api_key(&mut owner, &["READ", "WATCH"]).await;
    let mut machine = site.visitor().with_bearer(&key);
    let query =
        "{ viewer { user { id email sessions { ip } auditLog(first: 1) { nodes { action } } } } }";
    let own = owner.ask(query).await["viewer"]["user"].clone();

    let input = json!({ "profile": kids });
    owner.expect("selectProfile", input, "").await;
    let child = owner.ask(query).await["viewer"]["user"].clone();
    let by_key = machine.ask(query).await["viewer"]["user"].clone();

    assert_eq!(own["email"], email);
    assert_eq!(own["sessions"], json!([{ "ip": "127.0.0.1" }]));
    assert_eq!(own["auditLog"]["nodes"][0]["action"], "API_KEY_CREATED");
    let hidden =
        json!({ "id": own["id"], "email": null, "sessions": [{ "ip": null }], "auditLog": null });
    assert_eq!((&child, &by_key), (&hidden, &hidden));
    let id = own["id"].as_str().unwrap();
    let node = format!("{{ node(id: \"{id}\") {{ ... on User {{ email }} }} }}");
    let node = owner.ask(&node).await;
    assert_eq!(node, json!({ "node": { "email": null } }));
}

/// The role is the account's; a child in it is a child.
#[tokio::test]
async fn a_child_has_no_powers() {
    let site = Installation::embedded().await;
    site.program.create_user("root@example.org", "admin").await;
    let mut admin = site.visitor();
    admin.log_in("root@example.org").await;
    let adult = profile(&mut admin).await;
    let kids = kids(&mut admin).await;
    let users = "{ users { nodes { id } } }";
    let before = admin.send(users, json!({})).await;

    let query = format!(
        "mutation {{ selectProfile(input: {{ profile: \"{kids}\" }}) {{ userErrors {{ code }} }} setUserRole(input: {{ user: \"x\", role: ADMIN }}) {{ userErrors {{ code }} }} }}"
    );
    let at_once = admin.send(&query, json!({})).await;
    let then = admin.send(users, json!({})).await;
    let query = format!(
        "mutation {{ selectProfile(input: {{ profile: \"{adult}\" }}) {{ userErrors {{ code }} }} setUserRole(input: {{ user: \"x\", role: ADMIN }}) {{ userErrors {{ code }} }} }}"
    );
    let again = admin.ask(&query).await;

    assert_eq!(before.body.get("errors"), None);
    let refused = &at_once.body["data"]["setUserRole"]["userErrors"];
    assert_eq!(refused, &json!([{ "code": "FORBIDDEN" }]));
    assert_eq!(then.code(), "FORBIDDEN");
    assert_eq!(again["setUserRole"]["userErrors"][0]["code"], "NOT_FOUND");
}

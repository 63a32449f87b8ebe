//! What admins do to accounts, and what is written down about them.

use serde_json::{Value, json};

use super::installation::{Installation, api_key, audit, error, own_id};
use crate::support::program::PASSWORD;
use crate::support::visitor::Visitor;

async fn admin(site: &Installation, email: &str) -> Visitor {
    site.program.create_user(email, "admin").await;
    let mut admin = site.visitor();
    admin.log_in(email).await;
    admin
}

pub(super) async fn a_role_counts_from_the_next_request_on(site: &Installation) {
    let mut admin = admin(site, "root@example.org").await;
    let mut user = site.registered("emmy@example.org").await;
    let mut elsewhere = user.at(site.other());
    let (own, id) = (own_id(&mut admin).await, own_id(&mut user).await);
    let list = "{ users(first: 1) { nodes { id } } }";
    let before = elsewhere.send(list, json!({})).await;

    let wanted = "user { id email role disabled profiles { id } sessions { id } apiKeys { id } identities { provider } }";
    let input = json!({ "user": id, "role": "ADMIN" });
    let changed = admin.expect("setUserRole", input, wanted).await;

    assert_eq!(before.code(), "FORBIDDEN");
    let seen = json!({
        "id": id, "email": "emmy@example.org", "role": "ADMIN", "disabled": false,
        "profiles": null, "sessions": null, "apiKeys": null, "identities": null,
    });
    assert_eq!(changed["user"], seen, "no more than an admin needs");
    assert_eq!(
        elsewhere.ask(list).await["users"]["nodes"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    let log = audit(&mut elsewhere).await;
    let role = (
        "ROLE_CHANGED".to_owned(),
        "ADMIN".to_owned(),
        json!("admin"),
    );
    assert_eq!(log[0], role);
    for (mutation, input) in [
        ("setUserRole", json!({ "user": own, "role": "VIEWER" })),
        ("setUserDisabled", json!({ "user": own, "disabled": true })),
    ] {
        let refused = admin.refused(mutation, input).await;
        assert_eq!(
            refused,
            error("CONFLICT", "user"),
            "nobody locks themselves out"
        );
    }
    let unknown = json!({ "user": "VXNlcjox", "role": "VIEWER" });
    let refused = admin.refused("setUserRole", unknown).await;
    assert_eq!(refused, error("NOT_FOUND", "user"));
}

pub(super) async fn a_disabled_account_is_shut_out(site: &Installation) {
    let mut admin = admin(site, "boss@example.org").await;
    let email = "lise@example.org";
    let mut user = site.registered(email).await;
    let id = own_id(&mut user).await;
    let (_, key) = api_key(&mut user, &["READ"]).await;
    let mut machine = Visitor::of(site.other()).with_bearer(&key);
    let mut elsewhere = user.at(site.other());
    assert_eq!(own_id(&mut machine).await, id);

    let input = json!({ "user": id, "disabled": true });
    admin.expect("setUserDisabled", input, "").await;
    let log_in = json!({ "email": email, "password": PASSWORD });
    let refused = site.visitor().refused("logIn", log_in).await;

    assert_eq!((user.who().await, elsewhere.who().await), (None, None));
    assert_eq!(machine.send("{ __typename }", json!({})).await.status, 401);
    assert_eq!(refused, error("FORBIDDEN", ""));
    let input = json!({ "user": id, "disabled": false });
    admin.expect("setUserDisabled", input, "").await;
    site.visitor().log_in(email).await;
    assert_eq!(user.who().await, None, "the old sessions stay ended");
}

pub(super) async fn the_audit_list_says_what_was_done_and_nothing_secret(site: &Installation) {
    let mut admin = admin(site, "warden@example.org").await;
    let email = "dorothy@example.org";
    let mut user = site.registered(email).await;
    let wrong = json!({ "email": email, "password": "wrong horse battery" });
    site.visitor().refused("logIn", wrong).await;
    let mut phone = site.visitor();
    let refresh = phone.log_in_app(email).await;
    let (key, token) = api_key(&mut user, &["READ"]).await;
    user.expect("revokeApiKey", json!({ "apiKey": key }), "")
        .await;
    user.expect("createProfile", json!({ "name": "Kids", "maxAge": 6 }), "")
        .await;
    user.expect("logOutOthers", json!({}), "").await;
    let wrong = json!({ "password": "wrong horse battery" });
    user.refused("deleteMyAccount", wrong).await;
    // Nothing is tried without one.
    user.refused("deleteMyAccount", json!({})).await;
    let input = json!({ "name": "Grown-ups", "pin": "0420" });
    let made = user.expect("createProfile", input, "profile { id }").await;
    let locked = made["profile"]["id"].clone();
    for pin in [json!("0421"), Value::Null] {
        let input = json!({ "profile": locked, "pin": pin });
        user.refused("selectProfile", input).await;
    }

    let log = audit(&mut user).await;

    let entry = |action: &str, actor: &str, detail: Value| (action.into(), actor.into(), detail);
    let expected: Vec<(String, String, Value)> = vec![
        entry("PIN_REFUSED", "OWNER", Value::Null),
        entry("PROFILE_ADDED", "OWNER", Value::Null),
        entry("PASSWORD_REFUSED", "OWNER", Value::Null),
        entry("SESSIONS_ENDED", "OWNER", Value::Null),
        entry("PROFILE_ADDED", "OWNER", Value::Null),
        entry("API_KEY_REVOKED", "OWNER", json!("the living room")),
        entry("API_KEY_CREATED", "OWNER", json!("the living room")),
        entry("LOGGED_IN", "OWNER", json!("password")),
        entry("LOG_IN_FAILED", "NOBODY", Value::Null),
        entry("LOGGED_IN", "OWNER", json!("password")),
        entry("REGISTERED", "NOBODY", Value::Null),
    ];
    assert_eq!(log, expected);

    let id = own_id(&mut user).await;
    let page = |after: &str| {
        format!(
            "{{ user(id: \"{id}\") {{ auditLog(first: 6{after}) {{ nodes {{ at action actor admin ip detail }} pageInfo {{ endCursor hasNextPage }} }} }} }}"
        )
    };
    let first = admin.ask(&page("")).await["user"]["auditLog"].clone();
    let cursor = format!(", after: {}", first["pageInfo"]["endCursor"]);
    let second = admin.ask(&page(&cursor)).await["user"]["auditLog"].clone();
    let own = user.ask(&page("")).await["user"]["auditLog"].clone();
    let nodes = |page: &Value| page["nodes"].as_array().unwrap().clone();
    let actions = [nodes(&first), nodes(&second)].concat();
    let actions: Vec<_> = actions
        .iter()
        .map(|node| node["action"].as_str().unwrap())
        .collect();
    assert_eq!(
        actions,
        expected.iter().map(|entry| &*entry.0).collect::<Vec<_>>()
    );
    assert_eq!(second["pageInfo"]["hasNextPage"], false);
    assert!(nodes(&first).iter().all(|node| node["ip"] == Value::Null));
    assert!(nodes(&own).iter().all(|node| node["ip"] == "127.0.0.1"));
    let text = format!("{first}{second}{own}");
    for secret in [
        email,
        PASSWORD,
        "0421",
        &token,
        &refresh,
        &phone.bearer.unwrap(),
    ] {
        assert!(!text.contains(secret), "{secret} is in {text}");
    }
}

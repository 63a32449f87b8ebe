//! Keys of machines: what they may do, and how they end.

use chrono::{DateTime, TimeDelta, Utc};
use reelgraph::domain::accounts::{ApiKeyToken, EmailAddress, Session};
use reelgraph::domain::clock::{Clock, SystemClock};
use rusqlite::Connection;
use serde_json::{Value, json};

use super::installation::{Installation, api_key, error, own_id};
use crate::support::program::{On, PASSWORD};
use crate::support::stores;
use crate::support::visitor::Visitor;

const NEW: &str = "another horse battery";

pub(super) async fn a_key_does_what_its_scopes_say_until_it_is_revoked(site: &Installation) {
    let email = "annie@example.org";
    let mut owner = site.registered(email).await;
    let (reads, token) = api_key(&mut owner, &["READ"]).await;
    let (_, watching) = api_key(&mut owner, &["WATCH"]).await;
    let mut reader = site.visitor().with_bearer(&token);
    let mut watcher = Visitor::of(site.other()).with_bearer(&watching);
    let keys = "{ viewer { user { apiKeys { id name scopes lastUsedAt } } } }";
    let unused = owner.ask(keys).await["viewer"]["user"]["apiKeys"].clone();

    let report = json!({ "item": "x", "play": "x", "event": "START", "position": 0 });
    let refused = reader.refused("reportPlayback", report.clone()).await;
    let let_in = watcher.call("reportPlayback", report, "").await;

    assert_eq!(unused[0]["scopes"], json!(["READ"]));
    assert_eq!(unused[0]["lastUsedAt"], Value::Null);
    assert_eq!(refused, error("FORBIDDEN", ""));
    assert_eq!(
        let_in["userErrors"][0]["code"], "NOT_FOUND",
        "only the film is wrong"
    );
    assert_eq!(own_id(&mut reader).await, own_id(&mut owner).await);
    let used = owner.ask(keys).await["viewer"]["user"]["apiKeys"].clone();
    assert!(used[0]["lastUsedAt"].is_string(), "{used}");
    let text = used.to_string();
    assert!(!text.contains(&token), "it is shown once");

    let in_the_address = [
        format!("/graphql?query=%7Bviewer%7Buser%7Bid%7D%7D%7D&access_token={token}"),
        format!("/graphql?query=%7Bviewer%7Buser%7Bid%7D%7D%7D&apiKey={token}"),
    ];
    for path in in_the_address {
        let answer: Value = site
            .one()
            .get(&path)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        assert_eq!(answer, json!({ "data": { "viewer": null } }));
    }

    owner
        .expect("revokeApiKey", json!({ "apiKey": reads }), "")
        .await;
    let again = owner
        .refused("revokeApiKey", json!({ "apiKey": reads }))
        .await;
    let gone = reader
        .at(site.other())
        .send("{ __typename }", json!({}))
        .await;
    assert_eq!(again, error("NOT_FOUND", "apiKey"));
    assert_eq!((gone.status, gone.code()), (401, "UNAUTHENTICATED"));

    for (field, input) in [
        ("name", json!({ "name": " ", "scopes": ["READ"] })),
        ("scopes", json!({ "name": "x", "scopes": [] })),
        ("scopes", json!({ "name": "x", "scopes": ["CURATE"] })),
        (
            "expiresInDays",
            json!({ "name": "x", "scopes": ["READ"], "expiresInDays": 0 }),
        ),
        (
            "expiresInDays",
            json!({ "name": "x", "scopes": ["READ"], "expiresInDays": 731 }),
        ),
        (
            "password",
            json!({ "name": "x", "scopes": ["READ"], "password": "wrong horse battery" }),
        ),
    ] {
        assert_eq!(owner.refused("createApiKey", input).await.1, field);
    }
    let input = json!({ "revokeApiKeys": true });
    owner.expect("logOutOthers", input, "").await;
    assert_eq!(watcher.send("{ __typename }", json!({})).await.status, 401);
}

pub(super) async fn a_key_ends_with_its_time_and_with_the_password(site: &Installation) {
    let email = "frances@example.org";
    let mut owner = site.registered(email).await;
    let (_, first) = api_key(&mut owner, &["READ"]).await;
    let (_, second) = api_key(&mut owner, &["READ"]).await;
    let works = async |token: &str| {
        let mut machine = Visitor::of(site.other()).with_bearer(token);
        machine.send("{ __typename }", json!({})).await.status == 200
    };

    let keys = "{ viewer { user { apiKeys { createdAt expiresAt } } } }";
    let keys = owner.ask(keys).await["viewer"]["user"]["apiKeys"].clone();
    let time = |value: &Value| value.as_str().unwrap().parse::<DateTime<Utc>>().unwrap();
    let lasts = time(&keys[0]["expiresAt"]) - time(&keys[0]["createdAt"]);
    assert_eq!(lasts, TimeDelta::days(365));
    let told = site
        .mails(email, "A key for your account at Reelgraph was made", 2)
        .await;
    assert_eq!(told.len(), 2);
    let change = |from: &str, to: &str, revoke: Value| json!({ "currentPassword": from, "password": to, "revokeApiKeys": revoke });
    owner
        .expect("changePassword", change(PASSWORD, NEW, Value::Null), "")
        .await;
    assert!(works(&first).await && works(&second).await, "only if asked");
    owner
        .expect("changePassword", change(NEW, PASSWORD, json!(true)), "")
        .await;
    assert!(!works(&first).await && !works(&second).await);

    let (_, third) = api_key(&mut owner, &["READ"]).await;
    let input = json!({ "email": email });
    owner.expect("requestPasswordReset", input, "").await;
    let token = site.token(email, "Set a new password").await;
    let input = json!({ "token": token, "password": NEW });
    site.visitor().expect("resetPassword", input, "").await;
    assert!(!works(&third).await);
}

/// What a stolen session must not do.
#[tokio::test]
async fn a_key_takes_a_fresh_log_in_or_the_password() {
    let site = Installation::embedded().await;
    let email = "ada@example.org";
    let mut owner = site.registered(email).await;
    let (_, key) = api_key(&mut owner, &["READ"]).await;
    let stores = stores::open(&site.program, On::Embedded).await;
    let address = EmailAddress::parse(email).unwrap();
    let user = stores.accounts.find_user_by_email(&address).await.unwrap();
    let now = SystemClock.now();
    let sessions = stores.sessions.sessions_of_user(user.unwrap().id, now);
    let session = sessions.await.unwrap().remove(0);
    let older = Session {
        created_at: session.created_at - TimeDelta::minutes(11),
        ..session
    };
    stores.sessions.update_session(&older).await.unwrap();
    // A key whose time is over.
    let token = ApiKeyToken::parse(&key).unwrap();
    let path = site.program.data().join("reelgraph.sqlite");
    let connection = Connection::open(path).unwrap();
    let sql = "UPDATE api_keys SET expires_at = ?2 WHERE id = ?1";
    let over = (token.key.to_i64(), now.timestamp_millis());
    assert_eq!(connection.execute(sql, over).unwrap(), 1);
    let make = |password: Value| json!({ "name": "x", "scopes": ["READ"], "password": password });

    let without = owner.refused("createApiKey", make(Value::Null)).await;
    let wrong = make(json!("wrong horse battery"));
    let wrong = owner.refused("createApiKey", wrong).await;
    owner
        .expect("createApiKey", make(json!(PASSWORD)), "")
        .await;
    let mut machine = site.visitor().with_bearer(&key);
    let over = machine.send("{ __typename }", json!({})).await;

    let refused = error("WRONG_CREDENTIALS", "password");
    assert_eq!((without, wrong), (refused.clone(), refused));
    assert_eq!((over.status, over.code()), (401, "UNAUTHENTICATED"));
    let reason = &over.body["errors"][0]["extensions"]["reason"];
    assert_eq!(reason, "TOKEN_EXPIRED");
}

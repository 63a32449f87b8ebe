//! Keys of machines: what they may do, and how they end.

use serde_json::{Value, json};

use super::installation::{Installation, api_key, error};
use crate::support::visitor::Visitor;

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
    let refused = reader.try_to("reportPlayback", report.clone(), "").await;
    let let_in = watcher.call("reportPlayback", report, "").await;

    assert_eq!(unused[0]["scopes"], json!(["READ"]));
    assert_eq!(unused[0]["lastUsedAt"], Value::Null);
    assert_eq!(refused.code(), "FORBIDDEN");
    assert_eq!(
        let_in["userErrors"][0]["code"], "NOT_FOUND",
        "only the film is wrong"
    );
    assert_eq!(reader.who().await.as_deref(), Some(email));
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
    ] {
        assert_eq!(owner.refused("createApiKey", input).await.1, field);
    }
    let input = json!({ "revokeApiKeys": true });
    owner.expect("logOutOthers", input, "").await;
    assert_eq!(watcher.send("{ __typename }", json!({})).await.status, 401);
}

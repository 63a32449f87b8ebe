//! Deleting one's own account, by the API.

use serde_json::{Value, json};

use super::installation::{Installation, api_key, error};
use crate::support::program::PASSWORD;
use crate::support::visitor::Visitor;

pub(super) async fn a_deleted_account_is_gone(site: &Installation) {
    let email = "vera@example.org";
    let mut owner = site.registered(email).await;
    let mut app = Visitor::of(site.other());
    app.log_in_app(email).await;
    let (_, key) = api_key(&mut owner, &["READ"]).await;

    let wrong = json!({ "password": "wrong horse battery" });
    let refused = owner.refused("deleteMyAccount", wrong).await;
    let right = json!({ "password": PASSWORD });
    let deleted = owner
        .expect("deleteMyAccount", right, "confirmationCode")
        .await;

    assert_eq!(refused, error("WRONG_CREDENTIALS", "password"));
    assert_eq!(deleted["confirmationCode"].as_str().map(str::len), Some(22));
    assert_eq!(owner.cookie, None);
    for token in [app.bearer.unwrap(), key] {
        let mut copy = Visitor::of(site.other()).with_bearer(&token);
        assert_eq!(copy.send("{ __typename }", json!({})).await.status, 401);
    }
    let log_in = json!({ "email": email, "password": PASSWORD });
    let refused = site.visitor().refused("logIn", log_in).await;
    assert_eq!(refused.0, "WRONG_CREDENTIALS");
    let mut anew = site.registered(email).await;
    let data = anew
        .ask("{ viewer { profile { history { totalCount } } } }")
        .await;
    assert_eq!(data["viewer"]["profile"]["history"]["totalCount"], json!(0));
    assert_ne!(data["viewer"], Value::Null);
    assert_eq!(
        site.mails(email, "Your account at Reelgraph was deleted", 1)
            .await
            .len(),
        1
    );
}

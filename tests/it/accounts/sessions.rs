//! Logging in and out, with a browser and with an app.

use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::{Value, json};

use super::installation::{Installation, audit, error, sessions};
use crate::support::visitor::Visitor;

pub(super) async fn whoever_logs_in_is_known_and_whoever_logs_out_is_gone(site: &Installation) {
    let mut here = site.registered("ada@example.org").await;
    let mut there = here.at(site.other());
    let known = (here.who().await, there.who().await);

    there.expect("logOut", json!({}), "").await;

    let ada = Some("ada@example.org".to_owned());
    assert_eq!(known, (ada.clone(), ada));
    assert_eq!(there.cookie, None, "the cookie is taken away");
    assert_eq!(here.who().await, None, "the session has ended everywhere");
}

pub(super) async fn a_refresh_token_that_comes_twice_ends_its_session(site: &Installation) {
    let email = "grace@example.org";
    let mut browser = site.registered(email).await;
    let mut app = site.visitor();
    let first = app.log_in_app(email).await;
    let mut elsewhere = app.at(site.other());
    let exchange = async |token: &str, nobody: &mut Visitor| {
        let input = json!({ "refreshToken": token });
        let wanted = "viewer { user { email } } accessToken refreshToken expiresIn";
        nobody.call("refreshSession", input, wanted).await
    };

    let second = exchange(&first, &mut Visitor::of(site.other())).await;
    assert_eq!(second["viewer"]["user"]["email"], email);
    assert_eq!(second["expiresIn"], 600);
    let (access, refresh) = (text(&second["accessToken"]), text(&second["refreshToken"]));
    let mut refreshed = site.visitor().with_bearer(&access);
    assert_eq!(refreshed.who().await.as_deref(), Some(email));
    assert_eq!(elsewhere.who().await.as_deref(), Some(email));

    let stolen = exchange(&first, &mut site.visitor()).await;
    let next = exchange(&refresh, &mut site.visitor()).await;

    let refused = json!([{ "code": "UNAUTHENTICATED", "field": ["input", "refreshToken"] }]);
    assert_eq!(
        (&stolen["userErrors"], &next["userErrors"]),
        (&refused, &refused)
    );
    assert_eq!(stolen["accessToken"], Value::Null);
    for mut copy in [app, elsewhere, refreshed] {
        let answer = copy.send("{ viewer { user { id } } }", json!({})).await;
        assert_eq!((answer.status, answer.code()), (401, "UNAUTHENTICATED"));
    }
    let log = audit(&mut browser).await;
    assert_eq!(log[0].0, "REFRESH_REUSED", "{log:?}");
    assert_eq!(
        browser.who().await.as_deref(),
        Some(email),
        "another session"
    );
}

pub(super) async fn sessions_are_listed_and_ended(site: &Installation) {
    let email = "katherine@example.org";
    let mut laptop = site
        .visitor()
        .with_header("user-agent", "a laptop")
        .with_header("x-forwarded-for", "198.51.100.7");
    laptop.register(email).await;
    let mut phone = Visitor::of(site.other()).with_header("user-agent", "a phone");
    phone.log_in_app(email).await;

    let listed = sessions(&mut laptop).await;
    let shown: Vec<_> = listed
        .iter()
        .map(|session| ["device", "ip", "via", "current"].map(|field| session[field].clone()))
        .collect();
    let expected = [
        [
            json!("a phone"),
            json!("127.0.0.1"),
            json!("password"),
            json!(false),
        ],
        [
            json!("a laptop"),
            json!("198.51.100.7"),
            json!("password"),
            json!(true),
        ],
    ];
    assert_eq!(shown, expected, "the latest first");

    let (phones, own) = (listed[0]["id"].clone(), listed[1]["id"].clone());
    laptop
        .expect("logOut", json!({ "session": phones }), "")
        .await;
    let again = laptop.refused("logOut", json!({ "session": phones })).await;
    let gone = phone.send("{ __typename }", json!({})).await;
    assert_eq!(again, error("NOT_FOUND", "session"));
    assert_eq!(gone.code(), "UNAUTHENTICATED");

    let mut tablet = Visitor::of(site.other());
    tablet.log_in(email).await;
    site.visitor().log_in(email).await;
    let others = laptop.expect("logOutOthers", json!({}), "ended").await;
    assert_eq!(others["ended"], 2);
    assert_eq!(tablet.who().await, None);
    assert_eq!(sessions(&mut laptop).await.len(), 1);

    laptop.expect("logOut", json!({ "session": own }), "").await;
    assert_eq!(laptop.cookie, None);
}

pub(super) async fn an_access_token_can_be_checked_with_the_published_keys(site: &Installation) {
    site.registered("joan@example.org").await;
    let mut app = site.visitor();
    app.log_in_app("joan@example.org").await;
    let token = app.bearer.clone().unwrap();

    let keys = site
        .other()
        .get("/.well-known/jwks.json")
        .send()
        .await
        .unwrap();
    let keys: JwkSet = keys.json().await.unwrap();

    // Another program would have a library of its own; this one's has none of itself.
    reelgraph::adapters::jwt::install();
    let header = decode_header(&token).unwrap();
    let key = keys.find(&header.kid.unwrap()).unwrap();
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    validation.set_issuer(&["reelgraph"]);
    validation.validate_aud = false;
    let key = DecodingKey::from_jwk(key).unwrap();
    let claims = decode::<Value>(&token, &key, &validation).unwrap().claims;
    let lasts = claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap();
    assert_eq!(lasts, 600);
    let text = claims.to_string();
    assert!(!text.contains("joan"), "{text}");
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

//! Who sees metrics, and which of the stores answers.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::SOON;
use crate::support::program::{On, Program, Site, free_address};

const TOKEN: &str = "a token of operators, for tests";
const PRODUCTION: [&str; 4] = ["--env", "production", "--trusted-proxies", "none"];

/// Status and body of a `GET`.
async fn get(site: &Site, path: &str, token: Option<&str>) -> (u16, String) {
    let mut request = site.get(path);
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// What whoever asks is told as soon as it is ready: a store that is asked again meanwhile may be late for a moment.
async fn told_when_ready(site: &Site, token: Option<&str>) -> String {
    let began = Instant::now();
    loop {
        let (status, body) = get(site, "/readyz", token).await;
        if status == 200 {
            return body;
        }
        assert!(began.elapsed() < SOON, "{status}: {body}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Asks until each store has answered: whoever asks first waits for them for a moment only.
async fn assert_is_detailed(site: &Site, token: Option<&str>) {
    let well = json!({ "record": "ok", "sessions": "ok", "graph": "ok", "blobs": "ok", "catalog": "ok", "projection": "ok" });
    let began = Instant::now();
    loop {
        let (status, body) = get(site, "/readyz", token).await;
        let body: Value = serde_json::from_str(&body).unwrap();
        if status == 200 && body == well {
            return;
        }
        assert!(began.elapsed() < SOON, "{status}: {body}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn in_development_everybody_sees_everything() {
    let program = Program::seeded(On::Embedded).await;
    let site = program.serve().await;

    assert_is_detailed(&site, None).await;
    assert_eq!(get(&site, "/metrics", None).await.0, 200);
}

#[tokio::test]
async fn in_production_strangers_see_whether_it_is_ready_and_no_more() {
    let program = Program::seeded(On::Embedded).await;
    let site = program.serve_with(&PRODUCTION).await;

    assert_eq!(told_when_ready(&site, None).await, "ok");
    assert_eq!(get(&site, "/healthz", None).await, (200, "ok".to_owned()));
    assert_eq!(get(&site, "/metrics", None).await.0, 404);
    assert_eq!(get(&site, "/metrics", Some("")).await.0, 404);
}

#[tokio::test]
async fn who_has_the_token_sees_everything() {
    let mut program = Program::seeded(On::Embedded).await;
    program.set("REELGRAPH_METRICS_TOKEN", TOKEN);
    let site = program.serve_with(&PRODUCTION).await;

    for wrong in [None, Some(""), Some("a token"), Some(&TOKEN[1..])] {
        assert_eq!(get(&site, "/metrics", wrong).await.0, 401, "{wrong:?}");
        assert_eq!(told_when_ready(&site, wrong).await, "ok");
    }
    let (status, metrics) = get(&site, "/metrics", Some(TOKEN)).await;
    assert_eq!(status, 200);
    assert!(metrics.contains("http_requests_total"), "{metrics}");
    assert_is_detailed(&site, Some(TOKEN)).await;
}

#[tokio::test]
async fn operators_may_have_an_address_of_their_own() {
    let program = Program::seeded(On::Embedded).await;
    let address = free_address();

    for environment in ["development", "production"] {
        let arguments = ["--env", environment, "--metrics-listen", &address];
        let arguments = [&arguments[..], &["--trusted-proxies", "none"]].concat();
        let mut site = program.serve_with(&arguments).await;

        assert_eq!(told_when_ready(&site, None).await, "ok");
        assert_eq!(get(&site, "/metrics", None).await.0, 404, "{environment}");
        let public = std::mem::replace(&mut site.address, format!("http://{address}"));
        assert_eq!(get(&site, "/metrics", None).await.0, 200);
        assert_is_detailed(&site, None).await;
        assert_eq!(get(&site, "/graphql", None).await.0, 404);
        site.address = public;
        site.kill().await;
    }
}

//! A server that has just started: it answers what needs nobody's memory, and says what it cannot answer yet.

use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, header};
use reelgraph::app::App;
use reelgraph::config::{Config, Settings};
use reelgraph::http::{HttpOptions, Insight};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::support::SOON;
use crate::support::program::{On, Program};

const SEARCH: &str = r#"{ search(query: "the", first: 3) { nodes { __typename } } }"#;

async fn answer(router: &Router, request: axum::http::request::Builder, body: String) -> Value {
    let request = request.header(header::HOST, "localhost");
    let answer = router
        .clone()
        .oneshot(request.body(Body::from(body)).unwrap());
    let answer = answer.await.unwrap();
    let status = answer.status().as_u16();
    let body = axum::body::to_bytes(answer.into_body(), 1 << 20).await;
    json!({ "status": status, "body": serde_json::from_slice::<Value>(&body.unwrap()).unwrap() })
}

async fn ask(router: &Router, query: &str) -> Value {
    let request = Request::post("/graphql").header(header::CONTENT_TYPE, "application/json");
    let query = json!({ "query": query }).to_string();
    answer(router, request, query).await["body"].take()
}

async fn readiness(router: &Router) -> Value {
    answer(router, Request::get("/readyz"), String::new()).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_needs_no_list_is_answered_before_the_catalogue_is_read() {
    let program = Program::seeded(On::Embedded).await;
    let settings = Settings {
        data_dir: Some(program.data().to_owned()),
        ..Settings::default()
    };
    let config = Config::complete(settings, |_| None).unwrap();
    let app = App::open(&config).await.unwrap();
    let options = HttpOptions {
        insight: Insight::Open,
        ..HttpOptions::default()
    };
    let router = app.router(options).unwrap();

    let film = ask(&router, r#"{ film(slug: "12-angry-men-1957") { name } }"#).await;
    let refused = ask(&router, SEARCH).await;
    let empty = ask(&router, &SEARCH.replace("the", " ")).await;
    let before = readiness(&router).await;

    assert_eq!(film["data"]["film"]["name"], "12 Angry Men", "{film}");
    let error = &refused["errors"][0];
    assert_eq!(
        error["extensions"]["code"], "UPSTREAM_UNAVAILABLE",
        "{error}"
    );
    assert_eq!(empty["errors"][0]["extensions"]["code"], "BLANK", "{empty}");
    assert_eq!(before["status"], 503);
    assert_eq!(before["body"]["catalog"], "beginning", "{before}");

    // A list waits for the catalogue, of which it is a part.
    let list = ask(&router, "{ titles(first: 3) { nodes { slug } } }").await;
    assert_eq!(list["data"]["titles"]["nodes"].as_array().unwrap().len(), 3);
    assert_eq!(readiness(&router).await["status"], 503);

    let jobs = app.start_jobs().await.unwrap();

    let found = ask(&router, SEARCH).await;
    assert_eq!(
        found["data"]["search"]["nodes"].as_array().unwrap().len(),
        3
    );
    // Whoever asks first waits for stores for a moment only.
    let began = Instant::now();
    let after = loop {
        let after = readiness(&router).await;
        if after["status"] == 200 || began.elapsed() > SOON {
            break after;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert_eq!(
        (&after["status"], &after["body"]["catalog"]),
        (&json!(200), &json!("ok"))
    );
    drop(jobs.stop(Duration::from_secs(10)).await);
}

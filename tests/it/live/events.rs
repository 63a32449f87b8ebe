//! Subscriptions as streams of events, by `graphql-sse`.

use std::time::{Duration, Instant};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::header::{ACCEPT, CONTENT_TYPE, COOKIE};
use serde_json::{Value, json};
use tokio::time::timeout;

use super::{CATALOGUE, STATES, jump};
use crate::support::SOON;
use crate::support::program::{On, Program, Site};
use crate::support::visitor::Visitor;

const STREAM: &str = "/graphql/stream";
const TOKEN: &str = "x-graphql-event-stream-token";

struct Stream {
    response: reqwest::Response,
    read: String,
}

impl Stream {
    async fn open(request: reqwest::RequestBuilder) -> Self {
        let response = request.header(ACCEPT, "text/event-stream");
        let response = response.send().await.unwrap();
        let media = response.headers()[CONTENT_TYPE].to_str().unwrap();
        assert!(media.starts_with("text/event-stream"), "{media}");
        assert_eq!(response.status(), 200);
        Self {
            response,
            read: String::new(),
        }
    }

    /// The next event with its data, if one comes within a time; comments are none.
    async fn next_within(&mut self, limit: Duration) -> Option<(String, String)> {
        let began = Instant::now();
        loop {
            while let Some((event, rest)) = self.read.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.read = rest;
                if let Some(event) = event.strip_prefix("event: ") {
                    let (name, data) = event.split_once("\ndata: ").unwrap();
                    return Some((name.to_owned(), data.to_owned()));
                }
            }
            let left = limit.saturating_sub(began.elapsed());
            let chunk = timeout(left, self.response.chunk()).await.ok()?;
            let chunk = chunk.unwrap()?;
            self.read.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    /// What is told of reports, which are sent until it is.
    async fn told_of_reports(&mut self, viewer: &mut Visitor, film: &str) -> Value {
        let began = Instant::now();
        for second in 0.. {
            jump(viewer, film, 2000 + second).await;
            if let Some((name, data)) = self.next_within(Duration::from_secs(2)).await {
                assert_eq!(name, "next", "{data}");
                return serde_json::from_str(&data).unwrap();
            }
            assert!(began.elapsed() < SOON, "nothing is told");
        }
        unreachable!("seconds do not end")
    }
}

/// A request with the cookie of a browser.
fn of(request: reqwest::RequestBuilder, visitor: &Visitor) -> reqwest::RequestBuilder {
    match &visitor.cookie {
        Some(cookie) => request.header(COOKIE, cookie),
        None => request,
    }
}

fn body(request: reqwest::RequestBuilder, body: &Value) -> reqwest::RequestBuilder {
    let request = request.header(CONTENT_TYPE, "application/json");
    request.body(body.to_string())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_is_a_stream_of_its_subscription() {
    let program = Program::seeded(On::Embedded).await;
    let mut site = program.serve().await;
    let mut ada = Visitor::of(&site);
    ada.register("ada@example.org").await;
    let heat = site.id_of("film", "heat-1995").await;
    let query = json!({ "query": STATES });
    let mut posted = Stream::open(body(of(site.post("/graphql"), &ada), &query)).await;
    let query = utf8_percent_encode(STATES, NON_ALPHANUMERIC);
    let got = of(site.get(&format!("/graphql?query={query}")), &ada);
    let mut got = Stream::open(got).await;

    for stream in [&mut posted, &mut got] {
        let told = stream.told_of_reports(&mut ada, &heat).await;
        let change = &told["data"]["watchStateChanged"];
        assert_eq!(change["item"]["id"], json!(heat), "{told}");
    }

    // A server that stops completes them, and does not wait for them.
    let told = async {
        let mut last = None;
        while let Some(event) = posted.next_within(SOON).await {
            last = Some(event);
        }
        last
    };
    let (status, last) = tokio::join!(site.stop(), told);
    assert!(status.success());
    assert_eq!(last, Some(("complete".to_owned(), String::new())));
}

#[tokio::test]
async fn what_cannot_begin_is_an_answer_and_no_stream() {
    let program = Program::seeded(On::Embedded).await;
    let site = program.serve().await;
    for (query, status) in [
        (json!({ "query": "subscription {" }), 400),
        (json!({}), 400),
    ] {
        let request = body(site.post("/graphql"), &query).header(ACCEPT, "text/event-stream");
        let answer = request.send().await.unwrap();

        assert_eq!(answer.status(), status, "{query}");
        let answer: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        assert!(answer["errors"][0]["message"].is_string(), "{answer}");
    }

    let query = json!({ "query": "{ film(slug: \"heat-1995\") { year } }" });
    let mut asked = Stream::open(body(site.post("/graphql"), &query)).await;
    let (name, told) = asked.next_within(SOON).await.unwrap();
    assert_eq!(
        (name.as_str(), told.as_str()),
        ("next", r#"{"data":{"film":{"year":1995}}}"#)
    );
    let (name, _) = asked.next_within(SOON).await.unwrap();
    assert_eq!(name, "complete");
    // A link changes nothing, whatever it is opened as.
    let mutation = "query=mutation{logOut(input:{}){userErrors{code}}}";
    for (path, name, value) in [
        ("/graphql", "accept", "text/event-stream"),
        (STREAM, "upgrade", "websocket"),
    ] {
        let link = site.get(&format!("{path}?{mutation}")).header(name, value);
        assert_eq!(link.send().await.unwrap().status(), 405, "{path}");
    }

    let query = json!({ "query": STATES });
    let mut stranger = Stream::open(body(site.post(STREAM), &query)).await;
    let (name, told) = stranger.next_within(SOON).await.unwrap();
    assert_eq!(name, "next");
    assert!(told.contains("UNAUTHENTICATED"), "{told}");
    let (name, _) = stranger.next_within(SOON).await.unwrap();
    assert_eq!(name, "complete");
}

/// Begins a subscription on a stream; the status.
async fn begin(site: &Site, visitor: &Visitor, token: &str, id: &str, query: &str) -> u16 {
    let asked = json!({ "query": query, "extensions": { "operationId": id } });
    let request = body(of(site.post(STREAM), visitor), &asked).header(TOKEN, token);
    request.send().await.unwrap().status().as_u16()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_that_is_reserved_tells_of_many_subscriptions() {
    let program = Program::seeded(On::Embedded).await;
    let site = program.serve().await;
    let (mut ada, ben) = (Visitor::of(&site), Visitor::of(&site));
    ada.register("ada@example.org").await;
    let heat = site.id_of("film", "heat-1995").await;
    let client = reqwest::Client::new();
    let address = format!("{}{STREAM}", site.address);

    let reserved = of(client.put(&address), &ada).send().await.unwrap();
    assert_eq!(reserved.status(), 201);
    let token = reserved.text().await.unwrap();
    let stream = of(site.get(&format!("{STREAM}?token={token}")), &ada);
    let mut stream = Stream::open(stream).await;

    assert_eq!(begin(&site, &ben, &token, "1", CATALOGUE).await, 404);
    assert_eq!(begin(&site, &ada, "nonsense", "1", CATALOGUE).await, 404);
    assert_eq!(begin(&site, &ada, &token, "1", STATES).await, 202);
    assert_eq!(begin(&site, &ada, &token, "1", STATES).await, 409);
    assert_eq!(begin(&site, &ada, &token, "2", CATALOGUE).await, 202);
    let again = of(site.get(STREAM), &ada).header(TOKEN, &token);
    assert_eq!(again.send().await.unwrap().status(), 409);

    let told = stream.told_of_reports(&mut ada, &heat).await;
    assert_eq!(told["id"], "1", "{told}");
    let change = &told["payload"]["data"]["watchStateChanged"];
    assert_eq!(change["item"]["id"], json!(heat), "{told}");

    // What is left tells nothing more, and its id is free.
    let browser = ada.clone();
    let leave = async |id: &str| {
        let request = client.delete(format!("{address}?operationId={id}"));
        let request = of(request, &browser).header(TOKEN, &token);
        request.send().await.unwrap().status()
    };
    assert_eq!(leave("1").await, 200);
    // What was on its way when it was left comes before this ends.
    let query = "{ __typename }";
    assert_eq!(begin(&site, &ada, &token, "mark", query).await, 202);
    loop {
        let (name, data) = stream.next_within(SOON).await.expect("it goes on");
        if name == "complete" && data.contains("mark") {
            break;
        }
    }
    while stream.next_within(Duration::from_secs(1)).await.is_some() {}
    jump(&mut ada, &heat, 6000).await;
    assert_eq!(stream.next_within(Duration::from_secs(1)).await, None);
    assert_eq!(begin(&site, &ada, &token, "1", STATES).await, 202);

    // With the stream all of it is gone.
    drop(stream);
    let began = Instant::now();
    while begin(&site, &ada, &token, "3", CATALOGUE).await != 404 {
        let is_late = began.elapsed() > SOON;
        assert!(!is_late, "the stream is there still");
        leave("3").await;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    // Whoever comes again gets another stream, whatever they name.
    let again = of(client.put(&address), &browser).header(TOKEN, &token);
    let again = again.send().await.unwrap();
    assert_eq!(again.status(), 201);
    assert_ne!(again.text().await.unwrap(), token);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn streams_end_with_the_session() {
    let program = Program::seeded(On::Embedded).await;
    let site = program.serve().await;
    let mut ada = Visitor::of(&site);
    ada.register("ada@example.org").await;
    let reserve = reqwest::Client::new().put(format!("{}{STREAM}", site.address));
    let reserved = of(reserve, &ada).send().await.unwrap();
    let token = reserved.text().await.unwrap();
    let single = of(site.get(&format!("{STREAM}?token={token}")), &ada);
    let mut single = Stream::open(single).await;
    assert_eq!(begin(&site, &ada, &token, "1", STATES).await, 202);
    let query = json!({ "query": CATALOGUE });
    let mut distinct = Stream::open(body(of(site.post("/graphql"), &ada), &query)).await;

    ada.expect("logOut", json!({}), "").await;

    for stream in [&mut single, &mut distinct] {
        let began = Instant::now();
        let mut told = Vec::new();
        while let Some(event) = stream.next_within(SOON).await {
            told.push(event);
        }
        assert!(began.elapsed() < SOON, "it goes on");
        let [.., (next, error), (complete, _)] = told.as_slice() else {
            panic!("{told:?}");
        };
        assert_eq!((&**next, &**complete), ("next", "complete"), "{told:?}");
        assert!(error.contains("UNAUTHENTICATED"), "{told:?}");
    }
}

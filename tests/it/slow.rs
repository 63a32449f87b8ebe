//! Clients that send slowly, or not at all: nobody else waits for them.

use std::time::{Duration, Instant};

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::SOON;
use crate::support::program::{On, PASSWORD, Program, REQUEST_TIMEOUT};
use crate::support::visitor::Visitor;

#[tokio::test]
async fn three_hundred_half_headers_keep_nobody_out_and_are_cut() {
    let mut program = Program::seeded(On::Embedded).await;
    program.set("REELGRAPH_MAX_CONNECTIONS_PER_PEER", "100");
    let site = program.serve().await;
    let address = site.address.split_once("://").unwrap().1.to_owned();
    let mut held = Vec::new();
    for _ in 0..300 {
        let mut stream = TcpStream::connect(&address).await.unwrap();
        // The first are closed meanwhile.
        drop(
            stream
                .write_all(b"POST /graphql HTTP/1.1\r\nhost: a\r\nx-")
                .await,
        );
        held.push(stream);
    }

    assert_eq!(site.get("/healthz").send().await.unwrap().status(), 200);

    let mut rest = [0; 64];
    for stream in &mut held {
        let end = tokio::time::timeout(SOON, stream.read(&mut rest));
        assert!(matches!(end.await.unwrap(), Ok(0) | Err(_)));
    }
    assert_eq!(site.get("/healthz").send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn bodies_that_do_not_come_take_no_place_at_work() {
    let program = Program::seeded(On::Embedded).await;
    let site = program.serve_with(&["--max-requests", "2"]).await;
    let address = site.address.split_once("://").unwrap().1.to_owned();
    let mut held = Vec::new();
    for path in [
        "/graphql",
        "/graphql",
        "/graphql",
        "/reset-password",
        "/oauth/nobody/pin",
    ] {
        let mut stream = TcpStream::connect(&address).await.unwrap();
        let header = format!(
            "POST {path} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 20\r\n\r\n"
        );
        stream.write_all(header.as_bytes()).await.unwrap();
        held.push(stream);
    }
    // Whatever the server has read of those by now: it has read them before it answers this.
    for _ in 0..20 {
        assert_eq!(site.get("/healthz").send().await.unwrap().status(), 200);
    }

    let answer = site.send("{ __typename }", json!({})).await;

    assert_eq!(answer, json!({ "data": { "__typename": "Query" } }));
    held[0]
        .write_all(b"{\"query\": \"{a: b}\"} ")
        .await
        .unwrap();
    let mut answer = [0; 1024];
    let read = tokio::time::timeout(SOON, held[0].read(&mut answer)).await;
    let answer = String::from_utf8_lossy(&answer[..read.unwrap().unwrap()]).into_owned();
    assert!(answer.contains("GRAPHQL_VALIDATION_FAILED"), "{answer}");
}

#[tokio::test]
async fn how_long_a_request_may_take_is_a_setting() {
    let mut program = Program::seeded(On::Embedded).await;
    program.set(REQUEST_TIMEOUT, "1");
    let site = program.serve().await;
    let held = rusqlite::Connection::open(program.data().join("reelgraph.sqlite")).unwrap();
    held.busy_timeout(SOON).unwrap();
    held.execute_batch("BEGIN IMMEDIATE").unwrap();
    let input = json!({ "email": "ada@example.org", "password": PASSWORD });

    let began = Instant::now();
    loop {
        let mut visitor = Visitor::of(&site);
        let answer = visitor.try_to("register", input.clone(), "").await;
        if answer.status == 504 {
            assert_eq!(answer.code(), "TIMEOUT");
            break;
        }
        // A busy machine did not even let it arrive in time.
        assert_eq!(answer.status, 408, "{}", answer.body);
        assert!(began.elapsed() < SOON);
    }

    drop(held);
    // Nobody waits for it any more, and it goes on.
    let began = Instant::now();
    while !program.expect(&["users", "list"]).await.contains("ada@") {
        assert!(began.elapsed() < SOON, "it was given up");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    for wrong in ["0", "301"] {
        program.set(REQUEST_TIMEOUT, wrong);
        let output = program.run(&["serve"]).await;
        assert_eq!(output.status.code(), Some(1));
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(told.contains("request-timeout-seconds is"), "{told}");
    }
}

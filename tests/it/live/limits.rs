//! What connections may cost: who does not read is dropped, and nobody has too many.

use std::time::{Duration, Instant};

use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use super::socket::{PROTOCOL, Socket};
use super::{CATALOGUE, hold_writes, register};
use crate::support::SOON;
use crate::support::program::{On, Program};
use crate::support::visitor::Visitor;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_does_not_read_is_dropped_and_hurts_nobody() {
    let program = Program::seeded(On::Embedded).await;
    let site = program.serve().await;
    let mut deaf = Socket::of(&site, &Visitor::of(&site)).await;
    let mut other = Socket::of(&site, &Visitor::of(&site)).await;
    let much = "x".repeat(100_000);
    let ping = json!({ "type": "ping", "payload": { "much": much } }).to_string();

    // Each is answered with as much, until nothing more goes either way.
    let limit = Duration::from_secs(1);
    while deaf.sends_within(limit, Message::text(ping.clone())).await {}

    let began = Instant::now();
    loop {
        // What the network took up meanwhile lets the server go on for a while.
        let soon = Duration::from_millis(100);
        deaf.sends_within(soon, Message::text(ping.clone())).await;
        other.say(&json!({ "type": "ping" })).await;
        assert_eq!(other.next().await, json!({ "type": "pong" }));
        let metrics = site.get("/metrics").send().await.unwrap();
        let metrics = metrics.text().await.unwrap();
        if metrics.contains(r#"live_connections_dropped_total{why="slow"} 1"#) {
            break;
        }
        assert!(began.elapsed() < SOON, "{metrics}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let (told, _) = deaf.rest().await;
    assert!(told.iter().all(|message| message["type"] == "pong"));
}

#[tokio::test]
async fn a_message_that_is_too_long_closes_with_1009() {
    let program = Program::seeded(On::Embedded).await;
    let site = program.serve().await;
    let mut socket = Socket::of(&site, &Visitor::of(&site)).await;

    socket.send(Message::text("x".repeat(130 * 1024))).await;

    assert_eq!(socket.close_code().await, 1009);
}

#[tokio::test]
async fn a_connection_has_so_many_subscriptions() {
    let program = Program::seeded(On::Embedded).await;
    let site = program.serve().await;
    let mut socket = Socket::of(&site, &Visitor::of(&site)).await;
    for number in 0..32 {
        socket.subscribe(&number.to_string(), CATALOGUE).await;
    }

    socket.subscribe("more", CATALOGUE).await;

    let told = socket.next().await;
    assert_eq!(
        (&told["type"], &told["id"]),
        (&json!("error"), &json!("more"))
    );
    let code = &told["payload"][0]["extensions"]["code"];
    assert_eq!(*code, json!("RATE_LIMITED"), "{told}");

    // Who leaves one has room for another.
    socket.say(&json!({ "type": "complete", "id": "0" })).await;
    socket.subscribe("more", CATALOGUE).await;
    socket.say(&json!({ "type": "ping" })).await;
    assert_eq!(socket.next().await, json!({ "type": "pong" }));
}

#[tokio::test]
async fn the_operations_of_a_connection_are_together_as_long_as_a_request_may_be() {
    let program = Program::seeded(On::Embedded).await;
    let site = program.serve().await;
    let mut socket = Socket::of(&site, &Visitor::of(&site)).await;
    let variables = json!({ "unknown": "x".repeat(80 * 1024) });
    let long = json!({ "query": CATALOGUE, "variables": variables });
    let subscribe = |id: &str| json!({ "type": "subscribe", "id": id, "payload": long });

    socket.say(&subscribe("1")).await;
    socket.say(&subscribe("2")).await;

    let told = socket.next().await;
    assert_eq!((&told["type"], &told["id"]), (&json!("error"), &json!("2")));
    let code = &told["payload"][0]["extensions"]["code"];
    assert_eq!(*code, json!("RATE_LIMITED"), "{told}");

    // Who leaves one has room for another.
    socket.say(&json!({ "type": "complete", "id": "1" })).await;
    socket.say(&subscribe("2")).await;
    let words = told["payload"][0]["message"].as_str().unwrap();
    assert!(words.contains("131072 bytes"), "{words}");
    socket.say(&json!({ "type": "ping" })).await;
    assert_eq!(socket.next().await, json!({ "type": "pong" }));
}

#[tokio::test]
async fn what_is_answered_once_finds_a_place_at_work_or_is_told_to_come_again() {
    let mut program = Program::seeded(On::Embedded).await;
    program.set("REELGRAPH_MAX_REQUESTS", "1");
    let site = program.serve().await;
    let mut socket = Socket::of(&site, &Visitor::of(&site)).await;

    // Whichever of them is first has the place for as long as nothing can be written.
    let held = hold_writes(&program);
    socket.subscribe("1", &register("ada")).await;
    socket.subscribe("2", &register("bob")).await;
    let refused = socket.next().await;
    assert_eq!(refused["type"], "error", "{refused}");
    let code = &refused["payload"][0]["extensions"]["code"];
    assert_eq!(*code, "BUSY", "{refused}");
    // A subscription takes none.
    socket.subscribe("s", CATALOGUE).await;

    drop(held);
    let other = if refused["id"] == "1" { "2" } else { "1" };
    for kind in ["next", "complete"] {
        let told = socket.next().await;
        let found = (&told["type"], &told["id"]);
        assert_eq!(found, (&json!(kind), &json!(other)), "{told}");
    }
    // The place was given back before that was told.
    socket.subscribe("3", "{ __typename }").await;
    for kind in ["next", "complete"] {
        let told = socket.next().await;
        let found = (&told["type"], &told["id"]);
        assert_eq!(found, (&json!(kind), &json!("3")), "{told}");
    }
}

#[tokio::test]
async fn a_session_has_so_many_connections_and_a_server_so_many_in_all() {
    let mut program = Program::seeded(On::Embedded).await;
    program.set("REELGRAPH_MAX_LIVE", "22");
    let site = program.serve().await;
    let mut ada = Visitor::of(&site);
    ada.register("ada@example.org").await;
    let mut open = Vec::new();
    for _ in 0..20 {
        open.push(Socket::of(&site, &ada).await);
    }

    let cookie = ada.cookie.clone().unwrap();
    let headers = [PROTOCOL, ("cookie", cookie.as_str())];
    let mut more = Socket::try_open(&site, &headers).await.unwrap();
    more.init(None).await;
    assert_eq!(more.close_code().await, 1013);
    drop(more);

    let began = Instant::now();
    let refused = loop {
        match Socket::try_open(&site, &[PROTOCOL]).await {
            Ok(socket) => open.push(socket),
            Err(status) => break status,
        }
        assert!(open.len() < 40 && began.elapsed() < SOON);
    };
    assert_eq!(refused, 503);
}

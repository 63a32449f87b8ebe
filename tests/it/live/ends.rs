//! How subscriptions end that nobody has left: with the session, with who it is of, and with the server.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::net::TcpStream;

use super::socket::Socket;
use super::{REVOKED, STATES, hold_writes, register, second, told_of_reports};
use crate::both_ways::both_ways;
use crate::support::SOON;
use crate::support::program::{On, PASSWORD, Program, Site};
use crate::support::visitor::Visitor;

both_ways!(
    logging_out_anywhere_is_told_and_ends_it,
    another_password_ends_it,
    another_profile_ends_it,
);

/// Somebody who is subscribed to the end of the session and to what is watched, at the last server of the site, and what
/// the other servers are.
async fn subscribed(on: On) -> (Program, Site, Option<Site>, Visitor, Socket) {
    let program = Program::seeded_without_graph(on).await;
    let site = program.serve().await;
    let other = second(&program, on).await;
    let mut ada = Visitor::of(&site);
    ada.register("ada@example.org").await;
    let heat = site.id_of("film", "heat-1995").await;
    let mut socket = Socket::of(other.as_ref().unwrap_or(&site), &ada).await;
    socket.subscribe("end", REVOKED).await;
    socket.subscribe("states", STATES).await;
    let told = told_of_reports(&mut socket, &mut ada, &heat).await;
    assert_eq!(told["id"], "states", "{told}");
    (program, site, other, ada, socket)
}

/// What is told under an id.
fn of<'a>(told: &'a [Value], id: &str) -> Vec<&'a Value> {
    let of = told.iter().filter(|message| message["id"] == id);
    // More may have been watched before.
    of.filter(|message| !message["payload"]["data"]["watchStateChanged"].is_object())
        .collect()
}

/// It is told why, and all else of it ends: with an error, unless clients are to ask for it again.
async fn assert_ends(socket: &mut Socket, reason: &str, code: Option<&str>, close: u16) {
    let (told, closed) = socket.rest().await;

    let data = json!({ "sessionRevoked": { "reason": reason } });
    let expected = [
        json!({ "type": "next", "id": "end", "payload": { "data": data } }),
        json!({ "type": "complete", "id": "end" }),
    ];
    assert_eq!(of(&told, "end"), expected.iter().collect::<Vec<_>>());
    let states = of(&told, "states").into_iter().map(|message| {
        let code = &message["payload"][0]["extensions"]["code"];
        (message["type"].as_str(), code.as_str())
    });
    let expected = code.map(|code| (Some("error"), Some(code)));
    assert_eq!(
        states.collect::<Vec<_>>(),
        expected.into_iter().collect::<Vec<_>>(),
        "{told:?}"
    );
    assert_eq!(closed, Some(close));
}

async fn logging_out_anywhere_is_told_and_ends_it(on: On) {
    let (_program, _site, _other, mut ada, mut socket) = subscribed(on).await;

    ada.expect("logOut", json!({}), "").await;

    assert_ends(&mut socket, "ENDED", Some("UNAUTHENTICATED"), 4401).await;
}

async fn another_password_ends_it(on: On) {
    let (_program, site, _other, _, mut socket) = subscribed(on).await;
    let mut phone = Visitor::of(&site);
    phone.log_in("ada@example.org").await;

    let input = json!({ "currentPassword": PASSWORD, "password": "another horse battery" });
    phone.expect("changePassword", input, "").await;

    assert_ends(&mut socket, "ENDED", Some("UNAUTHENTICATED"), 4401).await;
}

async fn another_profile_ends_it(on: On) {
    let (_program, _site, _other, mut ada, mut socket) = subscribed(on).await;
    let input = json!({ "name": "Kim", "maxAge": 12 });
    let made = ada.expect("createProfile", input, "profile { id }").await;

    let input = json!({ "profile": made["profile"]["id"] });
    ada.expect("selectProfile", input, "").await;

    assert_ends(&mut socket, "CHANGED", None, 4499).await;
}

#[tokio::test]
async fn what_an_operator_does_ends_it_as_well() {
    let (program, _site, _other, _, mut socket) = subscribed(On::Embedded).await;

    let disable = ["users", "disable", "--email", "ada@example.org"];
    program.expect(&disable).await;

    assert_ends(&mut socket, "ENDED", Some("UNAUTHENTICATED"), 4401).await;
}

#[tokio::test]
async fn a_connection_outlasts_its_access_token_and_not_its_session() {
    let mut program = Program::seeded(On::Embedded).await;
    // Longer than a busy machine holds up who comes with it.
    program.set("REELGRAPH_ACCESS_TOKEN_SECONDS", "15");
    let site = program.serve().await;
    let heat = site.id_of("film", "heat-1995").await;
    let (mut browser, mut app) = (Visitor::of(&site), Visitor::of(&site));
    browser.register("ada@example.org").await;
    app.log_in_app("ada@example.org").await;
    let mut socket = Socket::of(&site, &app).await;
    let began = Instant::now();
    while app
        .send("{ viewer { user { id } } }", json!({}))
        .await
        .status
        != 401
    {
        assert!(began.elapsed() < SOON, "the token has not expired");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }

    socket.subscribe("states", STATES).await;
    let told = told_of_reports(&mut socket, &mut browser, &heat).await;
    assert_eq!(told["type"], "next", "{told}");

    // Who comes with it now is told to fetch another one, for as long as there is one to be had.
    let token = json!({ "Authorization": format!("Bearer {}", app.bearer.as_ref().unwrap()) });
    let mut late = Socket::open(&site).await;
    late.init(Some(token)).await;
    assert_eq!(late.close_code().await, 4403);

    browser.expect("logOutOthers", json!({}), "").await;
    let (_, code) = socket.rest().await;
    assert_eq!(code, Some(4401));
}

#[tokio::test]
async fn a_server_that_stops_says_so_and_does_not_wait() {
    let program = Program::seeded(On::Embedded).await;
    let mut took = Vec::new();

    // A machine that has much else to do may be late with one; whoever waits for connections is with each.
    while took.len() < 3 {
        let mut site = program.serve().await;
        let mut socket = Socket::of(&site, &Visitor::of(&site)).await;
        socket.subscribe("s", super::CATALOGUE).await;
        let began = Instant::now();

        let (status, code) = tokio::join!(site.stop(), socket.close_code());

        assert!(status.success());
        assert_eq!(code, 1001);
        if began.elapsed() < Duration::from_secs(9) {
            return;
        }
        took.push(began.elapsed());
    }
    panic!("it waits: {took:?}");
}

#[tokio::test]
async fn a_server_that_stops_answers_first_what_it_was_asked_for_once() {
    let program = Program::seeded(On::Embedded).await;
    let mut site = program.serve().await;
    let address = site.address.replace("http://", "");
    let mut socket = Socket::of(&site, &Visitor::of(&site)).await;
    let held = hold_writes(&program);
    socket.subscribe("s", super::CATALOGUE).await;
    socket.subscribe("m", &register("ada")).await;
    socket.say(&json!({ "type": "ping" })).await;
    assert_eq!(socket.next().await, json!({ "type": "pong" }));
    let go_on = async {
        let began = Instant::now();
        // It stops when nobody is let in any more.
        while TcpStream::connect(&address).await.is_ok() {
            assert!(began.elapsed() < SOON, "it does not stop");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        drop(held);
    };

    let (status, (told, code), ()) = tokio::join!(site.stop(), socket.rest(), go_on);

    assert!(status.success());
    assert_eq!(code, Some(1001));
    let data = json!({ "register": { "userErrors": [] } });
    let expected = [
        json!({ "type": "next", "id": "m", "payload": { "data": data } }),
        json!({ "type": "complete", "id": "m" }),
    ];
    assert_eq!(told, expected);
}

//! What is wrong with a connection is said by the code that it is closed with, or by the status of its opening.

use reqwest::header::{ACCEPT, COOKIE, ORIGIN};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use super::socket::{PROTOCOL, Socket};
use super::{CATALOGUE, STATES};
use crate::support::program::{On, Program};
use crate::support::visitor::Visitor;

#[tokio::test]
async fn what_is_no_message_of_the_protocol_closes_with_4400() {
    let program = Program::seeded(On::Embedded).await;
    let site = program.serve().await;

    for message in [
        Message::text("nonsense"),
        Message::text("[]"),
        Message::text(r#"{"type":"start"}"#),
        Message::text(r#"{"type":"connection_ack"}"#),
        Message::text(r#"{"type":"subscribe","id":"1","payload":{"query":1}}"#),
        Message::text(r#"{"type":"subscribe","id":"1","payload":{}}"#),
        Message::text(r#"{"type":"subscribe","id":"","payload":{"query":"{a}"}}"#),
        Message::binary(&b"{}"[..]),
    ] {
        let mut socket = Socket::of(&site, &Visitor::of(&site)).await;

        socket.send(message.clone()).await;

        assert_eq!(socket.close_code().await, 4400, "{message:?}");
    }
}

#[tokio::test]
async fn who_is_not_acknowledged_is_unauthorized() {
    let program = Program::seeded(On::Embedded).await;
    let site = program.serve().await;

    let mut early = Socket::open(&site).await;
    early.subscribe("1", CATALOGUE).await;
    assert_eq!(early.close_code().await, 4401);

    for credentials in [
        json!("Bearer nonsense"),
        json!("nonsense"),
        json!(1),
        json!("Bearer rgk_AAAAAAAAAAA_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
    ] {
        let mut wrong = Socket::open(&site).await;
        wrong
            .init(Some(json!({ "Authorization": credentials })))
            .await;
        assert_eq!(wrong.close_code().await, 4401, "{credentials}");
    }
}

#[tokio::test]
async fn another_subprotocol_closes_with_4406() {
    let program = Program::seeded(On::Embedded).await;
    let site = program.serve().await;

    let mut socket = Socket::try_open(&site, &[]).await.unwrap();

    assert_eq!(socket.close_code().await, 4406);
}

#[tokio::test]
async fn who_says_nothing_at_first_is_closed_with_4408() {
    let program = Program::seeded(On::Embedded).await;
    let site = program.serve().await;

    let mut silent = Socket::open(&site).await;

    assert_eq!(silent.close_code().await, 4408);
}

#[tokio::test]
async fn an_id_has_one_subscription_at_a_time() {
    let program = Program::seeded(On::Embedded).await;
    let site = program.serve().await;
    let mut socket = Socket::of(&site, &Visitor::of(&site)).await;

    socket.subscribe("1", CATALOGUE).await;
    socket.say(&json!({ "type": "complete", "id": "1" })).await;
    socket.subscribe("1", CATALOGUE).await;
    socket
        .say(&json!({ "type": "ping", "payload": { "a": 1 } }))
        .await;
    let pong = json!({ "type": "pong", "payload": { "a": 1 } });
    assert_eq!(socket.next().await, pong);

    socket.subscribe("1", CATALOGUE).await;
    assert_eq!(socket.close_code().await, 4409);
}

#[tokio::test]
async fn a_connection_is_initialised_once() {
    let program = Program::seeded(On::Embedded).await;
    let site = program.serve().await;
    let mut socket = Socket::of(&site, &Visitor::of(&site)).await;

    socket.init(None).await;

    assert_eq!(socket.close_code().await, 4429);
}

#[tokio::test]
async fn a_client_that_closes_is_answered() {
    let program = Program::seeded(On::Embedded).await;
    let site = program.serve().await;

    // A client that hears no answer takes its own close for a connection that was lost.
    let mut new = Socket::open(&site).await;
    new.close(1000).await;
    assert_eq!(new.close_code().await, 1000);

    let mut subscribed = Socket::of(&site, &Visitor::of(&site)).await;
    subscribed.subscribe("1", CATALOGUE).await;
    subscribed
        .say(&json!({ "type": "complete", "id": "1" }))
        .await;
    subscribed.close(4005).await;
    assert_eq!(subscribed.close_code().await, 4005);
}

#[tokio::test]
async fn a_page_of_another_site_opens_nothing() {
    let mut program = Program::seeded(On::Embedded).await;
    program.set("REELGRAPH_TRUSTED_ORIGINS", "https://www.example.org");
    let mut site = program.serve().await;
    site.register("ada@example.org").await;
    let cookie = site.cookie().unwrap().to_owned();

    for origin in ["https://evil.example", "null", "https://example.org"] {
        for headers in [
            &[PROTOCOL, ("origin", origin), ("cookie", cookie.as_str())][..],
            &[PROTOCOL, ("origin", origin)],
        ] {
            let refused = Socket::try_open(&site, headers).await.err();

            assert_eq!(refused, Some(403), "{origin}");
        }
    }
    for origin in ["https://www.example.org", site.address.as_str()] {
        let headers = [PROTOCOL, ("origin", origin), ("cookie", cookie.as_str())];
        let mut socket = Socket::try_open(&site, &headers).await.unwrap();
        socket.init(None).await;

        assert_eq!(socket.next().await["type"], "connection_ack", "{origin}");
    }
}

#[tokio::test]
async fn a_page_elsewhere_on_the_same_site_opens_nothing() {
    let mut program = Program::seeded(On::Embedded).await;
    program.set("REELGRAPH_TRUSTED_ORIGINS", "https://www.example.org");
    let mut site = program.serve().await;
    site.register("ada@example.org").await;
    let cookie = site.cookie().unwrap().to_owned();
    let near = ("sec-fetch-site", "same-site");
    let open = async |origin: &str| {
        let headers = [
            PROTOCOL,
            near,
            ("origin", origin),
            ("cookie", cookie.as_str()),
        ];
        Socket::try_open(&site, &headers).await
    };

    let strange = "https://forum.example.org";
    assert_eq!(open(strange).await.err(), Some(403));
    let query = "query=subscription%7BcatalogueChanged%7BhasMore%7D%7D";
    for path in ["/graphql", "/graphql/stream"] {
        let request = site.get(&format!("{path}?{query}")).header(near.0, near.1);
        let request = request.header(ORIGIN, strange).header(COOKIE, &cookie);
        let answer = request.header(ACCEPT, "text/event-stream").send().await;
        assert_eq!(answer.unwrap().status(), 403, "{path}");
    }

    let mut trusted = open("https://www.example.org").await.unwrap();
    trusted.init(None).await;
    assert_eq!(trusted.next().await["type"], "connection_ack");
}

#[tokio::test]
async fn what_cannot_be_subscribed_to_is_an_error_of_its_id_alone() {
    let program = Program::seeded(On::Embedded).await;
    let site = program.serve().await;
    let mut socket = Socket::of(&site, &Visitor::of(&site)).await;

    for (query, code) in [
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription {", "GRAPHQL_PARSE_FAILED"),
        ("subscription { nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { __typename }", "GRAPHQL_VALIDATION_FAILED"),
        (
            "subscription { a: catalogueChanged { hasMore } b: catalogueChanged { hasMore } }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            "subscription { ...A } fragment A on Subscription { catalogueChanged { hasMore } }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (STATES, "UNAUTHENTICATED"),
    ] {
        socket.subscribe("one", query).await;

        let told = socket.next().await;
        let kind = (told["type"].as_str(), told["id"].as_str());
        assert_eq!(kind, (Some("error"), Some("one")), "{query}: {told}");
        let found = &told["payload"][0]["extensions"]["code"];
        assert_eq!(*found, Value::from(code), "{query}: {told}");
    }

    // A query is answered once, from memory as well, and its id is free again.
    for _ in 0..3 {
        socket
            .subscribe("one", "{ film(slug: \"heat-1995\") { name year } }")
            .await;

        let data = json!({ "film": { "name": "Heat", "year": 1995 } });
        let next = json!({ "type": "next", "id": "one", "payload": { "data": data } });
        assert_eq!(socket.next().await, next);
        let complete = json!({ "type": "complete", "id": "one" });
        assert_eq!(socket.next().await, complete);
    }

    // One that was executed is told as that, though nothing is left of its data.
    let ids = vec!["x"; 101];
    let query = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }";
    let payload = json!({ "query": query, "variables": { "ids": ids } });
    socket
        .say(&json!({ "type": "subscribe", "id": "one", "payload": payload }))
        .await;
    let told = socket.next().await;
    assert_eq!(
        (&told["type"], &told["id"]),
        (&json!("next"), &json!("one")),
        "{told}"
    );
    assert_eq!(told["payload"].get("data"), Some(&Value::Null), "{told}");
    let error = &told["payload"]["errors"][0];
    assert_eq!(error["path"], json!(["nodes"]), "{told}");
    assert_eq!(error["extensions"]["code"], "OUT_OF_RANGE", "{told}");
    assert_eq!(socket.next().await["type"], "complete");

    // No browser takes a cookie here.
    let log_in = "mutation { logIn(input: { email: \"ada@example.org\", password: \"x\" }) { userErrors { code field } } }";
    socket.subscribe("two", log_in).await;
    let told = socket.next().await;
    let errors = &told["payload"]["data"]["logIn"]["userErrors"];
    let refused = json!([{ "code": "FORBIDDEN", "field": ["input", "transport"] }]);
    assert_eq!(*errors, refused, "{told}");
    assert_eq!(socket.next().await["type"], "complete");
}

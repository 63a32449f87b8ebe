//! The subscription to a load: it is told of another process, on every server, to whoever keeps the catalogue.

use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;

use super::second;
use super::socket::Socket;
use crate::both_ways::both_ways;
use crate::site_jobs::{CANCEL, FILM, latest, waiting};
use crate::support::program::{On, Program, Site};
use crate::support::visitor::Visitor;

both_ways!(
    a_load_is_told_until_it_is_over,
    a_load_is_told_as_long_as_a_curator_is_one,
);

/// A site with a curator, and its last server.
async fn kept(on: On) -> (Program, Site, Option<Site>, Visitor) {
    let program = Program::seeded_without_graph(on).await;
    program.create_user("curator@example.org", "curator").await;
    let site = program.serve().await;
    let other = second(&program, on).await;
    let mut curator = Visitor::of(&site);
    curator.log_in("curator@example.org").await;
    (program, site, other, curator)
}

fn subscription(job: &Value) -> String {
    format!(
        "subscription {{ siteJobUpdated(id: {job}) {{ id kind state created cancelledBy endedAt }} }}"
    )
}

/// All that is told of a job until the subscription is complete.
async fn until_complete(socket: &mut Socket) -> Vec<Value> {
    let mut told = Vec::new();
    loop {
        let mut message = socket.next().await;
        if message["type"] == "complete" {
            return told;
        }
        assert_eq!(message["type"], "next", "{message}");
        told.push(message["payload"]["data"]["siteJobUpdated"].take());
    }
}

async fn a_load_is_told_until_it_is_over(on: On) {
    let (program, site, other, mut curator) = kept(on).await;
    let there = other.as_ref().unwrap_or(&site);
    let mut socket = Socket::of(there, &curator).await;

    // One that is through.
    let mut load = waiting(&program);
    let job = latest(&mut curator, "RUNNING").await;
    socket.subscribe("load", &subscription(&job["id"])).await;
    let first = socket.next().await;
    let first = &first["payload"]["data"]["siteJobUpdated"];
    assert_eq!(
        (&first["id"], &first["kind"], &first["state"]),
        (&job["id"], &json!("LOAD"), &json!("RUNNING"))
    );
    let mut input = load.stdin.take().unwrap();
    input.write_all(FILM.as_bytes()).await.unwrap();
    drop(input);
    let through = load.wait_with_output().await.unwrap();
    assert!(through.status.success(), "{through:?}");
    let told = until_complete(&mut socket).await;
    let last = told.last().unwrap();
    assert_eq!(
        (&last["state"], &last["created"]),
        (&json!("DONE"), &json!(1))
    );
    assert!(last["endedAt"].is_string(), "{last}");

    // One that is over is told of once.
    socket.subscribe("over", &subscription(&job["id"])).await;
    let rest = until_complete(&mut socket).await;
    assert_eq!(rest.as_slice(), std::slice::from_ref(last));

    // One that is cancelled.
    let mut load = waiting(&program);
    let _input = load.stdin.take();
    let job = latest(&mut curator, "RUNNING").await;
    socket
        .subscribe("cancelled", &subscription(&job["id"]))
        .await;
    curator.send(CANCEL, json!({ "id": job["id"] })).await;
    let cancelled = load.wait_with_output().await.unwrap();
    assert_eq!(cancelled.status.code(), Some(3));
    let told = until_complete(&mut socket).await;
    let last = told.last().unwrap();
    assert_eq!(
        (&last["state"], &last["cancelledBy"]),
        (&json!("CANCELLED"), &json!("CURATOR"))
    );
}

async fn a_load_is_told_as_long_as_a_curator_is_one(on: On) {
    let (program, site, other, mut curator) = kept(on).await;
    let there = other.as_ref().unwrap_or(&site);
    let mut load = waiting(&program);
    let job = latest(&mut curator, "RUNNING").await;
    let subscription_to_it = subscription(&job["id"]);

    // Nobody else is told of it.
    let mut viewer = Visitor::of(&site);
    viewer.register("viewer@example.org").await;
    let key = json!({ "name": "a machine", "scopes": ["READ"] });
    let key = curator.expect("createApiKey", key, "token").await;
    let machine = curator.with_bearer(key["token"].as_str().unwrap());
    let of_none = subscription(&json!("x"));
    for (who, query, expected) in [
        (&Visitor::of(&site), &subscription_to_it, "UNAUTHENTICATED"),
        (&viewer, &subscription_to_it, "FORBIDDEN"),
        (&machine, &subscription_to_it, "FORBIDDEN"),
        (&curator, &of_none, "NOT_FOUND"),
    ] {
        let mut socket = Socket::of(there, who).await;
        socket.subscribe("s", query).await;
        let told = socket.next().await;
        assert!(told.to_string().contains(expected), "{told}");
        assert!(!told.to_string().contains("RUNNING"), "{told}");
    }

    // Whoever logs out is told no more, though it goes on.
    let mut socket = Socket::of(there, &curator).await;
    socket.subscribe("s", &subscription_to_it).await;
    let told = socket.next().await;
    assert!(told.to_string().contains("RUNNING"), "{told}");
    curator.expect("logOut", json!({}), "").await;
    let (told, closed) = socket.rest().await;
    let last = told.last().map(Value::to_string).unwrap_or_default();
    assert!(last.contains("UNAUTHENTICATED"), "{told:?}");
    assert_eq!(closed, Some(4401));
    load.kill().await.unwrap();
}

//! What anybody may make the site do in a time: who asks for too much is told what is left, and nobody else waits for it.

use serde_json::json;

use crate::support::program::{On, Program, Site};
use crate::support::visitor::{Answer, Visitor};

/// Weighs some twenty thousand, and little of it is there.
const HEAVY: &str = "{ titles(first: 100) { nodes { credits(first: 100) { edges { role } } } } }";
/// So many are too many within a moment.
const MANY: usize = 60;

fn from(site: &Site, address: &str) -> Visitor {
    Visitor::of(site).with_header("x-forwarded-for", address)
}

/// Asks over and over; the answers, until one is refused.
async fn until_refused(visitor: &mut Visitor) -> (usize, Option<Answer>) {
    for asked in 0..MANY {
        let answer = visitor.send(HEAVY, json!({})).await;
        if answer.status != 200 {
            return (asked, Some(answer));
        }
        assert_eq!(answer.body.get("errors"), None);
    }
    (MANY, None)
}

#[tokio::test]
async fn a_network_that_asks_for_too_much_is_told_what_is_left_and_others_go_on() {
    let program = Program::seeded(On::Embedded).await;
    let site = program
        .serve_with(&["--trusted-proxies", "127.0.0.0/8"])
        .await;

    let mut greedy = from(&site, "192.0.2.1");
    let (asked, refused) = until_refused(&mut greedy).await;

    let refused = refused.expect("it is refused in the end");
    assert!(asked >= 15, "only {asked} were answered");
    assert_eq!((refused.status, refused.code()), (429, "RATE_LIMITED"));
    let extensions = &refused.body["errors"][0]["extensions"];
    let number = |name: &str| extensions[name].as_u64().unwrap();
    assert_eq!(extensions["budget"], "WORK");
    assert!(number("left") < number("wanted"), "{extensions}");
    assert_eq!(refused.retry_after(), Some(number("retryAfter")));
    assert!(number("retryAfter") >= 1);
    assert_eq!(refused.body.get("data"), None);
    // What is left is enough for less.
    let small = greedy.send("{ titles(first: 1) { nodes { slug } } }", json!({}));
    assert_eq!(small.await.status, 200);
    let other = from(&site, "192.0.2.2").send(HEAVY, json!({})).await;
    assert_eq!(other.status, 200);
    // Who is logged in has a bucket of their own, also there.
    greedy.register("ada@example.org").await;
    assert_eq!(greedy.send(HEAVY, json!({})).await.status, 200);
}

#[tokio::test]
async fn who_is_trusted_and_who_counts_nothing_may_ask_for_as_much_as_they_like() {
    let program = Program::seeded(On::Embedded).await;

    for arguments in [
        ["--budget", "false"],
        ["--unlimited-networks", "10.0.0.0/8,127.0.0.0/8"],
    ] {
        let site = program.serve_with(&arguments).await;
        let (asked, refused) = until_refused(&mut Visitor::of(&site)).await;

        assert!(refused.is_none(), "{arguments:?}: {asked}");
    }
}

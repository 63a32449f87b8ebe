//! Limits: what strangers try is slowed down, on all servers together.

use serde_json::{Value, json};

use super::installation::Installation;
use crate::support::program::{On, PASSWORD, Program};
use crate::support::visitor::{Answer, Visitor};

/// So many log-ins in one document.
fn log_ins(count: usize, email: &str, password: &str) -> String {
    let log_in = |number: usize| {
        format!(
            "l{number}: logIn(input: {{ email: \"{email}\", password: \"{password}\" }}) {{ userErrors {{ code retryAfter }} }}"
        )
    };
    let log_ins: Vec<_> = (0..count).map(log_in).collect();
    format!("mutation {{ {} }}", log_ins.join(" "))
}

/// The error of a mutation that came too often, which takes nothing of the rest of the answer with it.
fn too_often<'a>(answer: &'a Answer, mutation: &str) -> &'a Value {
    assert_eq!((answer.status, answer.body.get("errors")), (200, None));
    let error = &answer.body["data"][mutation]["userErrors"][0];
    assert_eq!(error["code"], "RATE_LIMITED", "{}", answer.body);
    error
}

/// What is said of the log-ins of a document that came too often, which take nothing of the rest with them.
fn all_too_often(answer: &Answer) -> Vec<&Value> {
    assert_eq!((answer.status, answer.body.get("errors")), (200, None));
    let log_ins = answer.body["data"].as_object().unwrap().values();
    let errors = log_ins.map(|log_in| &log_in["userErrors"][0]);
    errors
        .filter(|error| error["code"] == "RATE_LIMITED")
        .collect()
}

/// What is too many after five wrong passwords must wait for a second at first, and then for twice as long each time: on
/// a machine that stands still for so long some are let in, but not one after the other.
pub(super) async fn log_ins_of_one_document_count_one_by_one(site: &Installation) {
    let email = "mary@example.org";
    site.registered(email).await;
    let network = "192.0.2.20";
    let guess = |count| log_ins(count, email, "wrong horse battery");
    let mut here = site.visitor().with_header("x-forwarded-for", network);
    let mut there = Visitor::of(site.other()).with_header("x-forwarded-for", network);

    let answer = here.send(&guess(20), json!({})).await;
    let mut answers = vec![answer];
    // Fewer than a server lets in that counts by itself.
    for _ in 0..5 {
        let next = there.send(&guess(1), json!({})).await;
        let is_refused = !all_too_often(&next).is_empty();
        if is_refused {
            answers.push(next);
            break;
        }
    }

    assert_eq!(answers.len(), 2, "the other server counts them, too");
    for answer in &answers {
        let refused = all_too_often(answer);
        assert!(!refused.is_empty(), "{}", answer.body);
        let wait = answer.retry_after().unwrap();
        assert!((1..=900).contains(&wait), "{wait}");
        for error in refused {
            let said = error["retryAfter"].as_u64().unwrap();
            // The header has the longest of all that wait, and each log-in is refused a moment later.
            assert!((1..=wait).contains(&said), "{said} of {wait}");
        }
    }
}

pub(super) async fn guesses_from_one_network_do_not_lock_out_another(site: &Installation) {
    let email = "ida@example.org";
    site.registered(email).await;
    let guesses = log_ins(20, email, "wrong horse battery");
    let from = |network: &str| site.visitor().with_header("x-forwarded-for", network);

    let attack = from("192.0.2.30").send(&guesses, json!({})).await;
    let mut owner = from("198.51.100.30");
    owner.log_in(email).await;

    assert!(!all_too_often(&attack).is_empty(), "{}", attack.body);
    assert_eq!(owner.who().await.as_deref(), Some(email));
}

#[tokio::test]
async fn right_log_ins_count_too() {
    let mut program = Program::seeded(On::Embedded).await;
    program.set("REELGRAPH_LOG_INS_PER_HOUR", "20");
    let site = program.serve().await;
    Visitor::of(&site).register("ada@example.org").await;

    // Each takes its time, of which a request has so much.
    for _ in 0..4 {
        let five = log_ins(5, "ada@example.org", PASSWORD);
        let five = Visitor::of(&site).send(&five, json!({})).await;
        assert_eq!((five.status, five.body.get("errors")), (200, None));
    }
    let another = Visitor::of(&site)
        .send(&log_ins(1, "ada@example.org", PASSWORD), json!({}))
        .await;

    too_often(&another, "l0");
    assert!(another.retry_after().is_some());
}

/// What is judged of a password takes a while.
#[tokio::test]
async fn registrations_with_a_bad_password_count() {
    let mut program = Program::seeded(On::Embedded).await;
    program.set("REELGRAPH_REGISTRATIONS_PER_HOUR", "1");
    let site = program.serve().await;
    let mut visitor = Visitor::of(&site);
    let input = |password: &str| json!({ "email": "ada@example.org", "password": password });

    // What is seen at a glance is not counted.
    let short = visitor.refused("register", input("short")).await;
    let common = input("passwordpassword");
    let judged = visitor.refused("register", common.clone()).await;
    let again = visitor.refused("register", common).await;

    assert_eq!(short, ("TOO_SHORT".to_owned(), "password".to_owned()));
    assert_eq!(judged, ("INVALID".to_owned(), "password".to_owned()));
    assert_eq!(again, ("RATE_LIMITED".to_owned(), String::new()));
}

#[tokio::test]
async fn registrations_and_mails_are_limited() {
    let mut program = Program::seeded(On::Embedded).await;
    program.set("REELGRAPH_REGISTRATIONS_PER_HOUR", "2");
    let site = program.serve().await;
    let mut refused = Vec::new();

    for number in 0..3 {
        let input = json!({ "email": format!("ada{number}@example.org"), "password": PASSWORD });
        let answer = Visitor::of(&site).try_to("register", input, "").await;
        refused.push(answer.retry_after().is_some());
        assert_eq!(answer.status, 200);
    }
    for _ in 0..6 {
        let input = json!({ "email": "nobody@example.org" });
        let answer = Visitor::of(&site)
            .try_to("requestPasswordReset", input, "")
            .await;
        refused.push(answer.retry_after().is_some());
        assert_eq!(answer.status, 200);
    }

    let (done, late) = (false, true);
    let expected = [done, done, late, done, done, done, done, done, late];
    assert_eq!(refused, expected);
}

/// Anybody can write such a header; whoever could choose where they come from would have no limits.
#[tokio::test]
async fn only_trusted_proxies_say_where_a_request_comes_from() {
    let program = Program::seeded(On::Embedded).await;
    let site = program.serve().await;
    let mut liar = Visitor::of(&site).with_header("x-forwarded-for", "198.51.100.7");
    liar.register("ada@example.org").await;

    let data = liar.ask("{ viewer { user { sessions { ip } } } }").await;

    let ips = &data["viewer"]["user"]["sessions"];
    assert_eq!(ips, &json!([{ "ip": "127.0.0.1" }]));
}

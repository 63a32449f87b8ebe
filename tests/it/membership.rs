//! Membership: plans are loaded, close titles, and open them for whoever was given one.

use std::process::Output;

use serde_json::{Value, json};

use crate::both_ways::both_ways;
use crate::support::program::{On, Program};
use crate::support::visitor::Visitor;

both_ways!(
    a_plan_opens_what_it_closes_for_others,
    a_file_with_a_fault_changes_nothing,
    what_is_listed_can_be_loaded_again,
);

const OFFER: &str = r#"{"plan":"premium","name":"Premium","price":999,"currency":"EUR","interval":"month","trial_days":14}
{"plan":"basic","name":"Basic","price":499,"currency":"EUR","interval":"month"}
{"plan":"old","name":"Old","price":99,"currency":"EUR","interval":"year","offered":false}
{"film":"heat-1995","access":["premium"]}
{"series":"breaking-bad-2008","access":"members"}
{"series":"breaking-bad-2008","season":1,"access":"free"}
{"film":"casino-1995","access":"members","until":"2020-01-01T00:00:00Z"}
"#;
const ASKED: &str = r#"{
    heat: film(slug: "heat-1995") { access { isOpen plans { slug } } }
    casino: film(slug: "casino-1995") { access { isOpen plans { slug } } }
    viewer { membership { plans { plan { slug name price { minorUnits currency } } until } } } }"#;

const SEASONS: &str = r#"{ series(slug: "breaking-bad-2008") {
    seasons { number episodes(first: 1) { nodes { access { isOpen } } } } } }"#;

async fn load(program: &Program, text: &str) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("offer.ndjson");
    std::fs::write(&file, text).unwrap();
    let file = file.to_str().unwrap();
    program.run(&["plans", "load", file]).await
}

/// What a closed thing says, with the plans that would open it.
fn closed(plans: &[&str]) -> Value {
    let plans: Vec<Value> = plans.iter().map(|slug| json!({ "slug": slug })).collect();
    json!({ "access": { "isOpen": false, "plans": plans } })
}

fn open() -> Value {
    json!({ "access": { "isOpen": true, "plans": [] } })
}

async fn a_plan_opens_what_it_closes_for_others(on: On) {
    let program = Program::seeded_without_graph(on).await;
    program.create_user("curator@example.org", "curator").await;
    program.create_user("ada@example.org", "viewer").await;
    let loaded = load(&program, OFFER).await;
    assert!(loaded.status.success(), "{loaded:?}");
    let site = program.serve().await;
    let (mut nobody, mut ada, mut curator) =
        (Visitor::of(&site), Visitor::of(&site), Visitor::of(&site));
    ada.log_in("ada@example.org").await;
    curator.log_in("curator@example.org").await;

    // What is sold, and what is closed to whoever has nothing.
    let sold = nobody.ask("{ plans { slug trialDays } }").await;
    let basic = json!({ "slug": "basic", "trialDays": 0 });
    let premium = json!({ "slug": "premium", "trialDays": 14 });
    assert_eq!(sold["plans"], json!([basic, premium]));
    for visitor in [&mut nobody, &mut ada] {
        let data = visitor.ask(ASKED).await;
        assert_eq!(data["heat"], closed(&["premium"]));
        assert_eq!(data["casino"], open(), "its time is over");
    }
    assert_eq!(curator.ask(ASKED).await["heat"], open());
    let seasons = nobody.ask(SEASONS).await;
    let count = seasons["series"]["seasons"].as_array().unwrap().len();
    assert!(count > 1, "{seasons}");
    for season in seasons["series"]["seasons"].as_array().unwrap() {
        let is_open = &season["episodes"]["nodes"][0]["access"]["isOpen"];
        assert_eq!(*is_open, json!(season["number"] == 1), "{season}");
    }

    // Given by hand, it opens with the next request.
    let until = "2999-01-01T00:00:00Z";
    let grant = ["members", "grant", "ada@example.org", "--plan", "premium"];
    program
        .expect(&[&grant[..], &["--until", until][..]].concat())
        .await;
    let data = ada.ask(ASKED).await;
    assert_eq!(data["heat"], open());
    let held = json!([{
        "plan": {
            "slug": "premium",
            "name": "Premium",
            "price": { "minorUnits": 999, "currency": "EUR" },
        },
        "until": "2999-01-01T00:00:00.000Z",
    }]);
    assert_eq!(data["viewer"]["membership"]["plans"], held);
    assert_eq!(nobody.ask(ASKED).await["heat"], closed(&["premium"]));
    let listed = program.expect(&["members", "list", "--json"]).await;
    let listed: Value = serde_json::from_str(listed.trim()).unwrap();
    assert_eq!(
        (&listed["email"], &listed["plan"]),
        (&json!("ada@example.org"), &json!("premium"))
    );

    // Taken back, it is closed with the next.
    let revoke = ["members", "revoke", "ada@example.org", "--plan", "premium"];
    program.expect(&revoke).await;
    let data = ada.ask(ASKED).await;
    assert_eq!(data["heat"], closed(&["premium"]));
    assert_eq!(data["viewer"]["membership"], Value::Null);
    let log = "{ viewer { user { auditLog(first: 2) { nodes { action actor detail } } } } }";
    let log = &ada.ask(log).await["viewer"]["user"]["auditLog"]["nodes"];
    let entry = |action: &str, detail: &str| json!({ "action": action, "actor": "OPERATOR", "detail": detail });
    let revoked = entry("MEMBERSHIP_REVOKED", "premium");
    let given = "premium until 2999-01-01T00:00:00+00:00";
    assert_eq!(*log, json!([revoked, entry("MEMBERSHIP_GRANTED", given)]));

    // What cannot be done says so.
    let unknown = vec!["members", "grant", "ada@example.org", "--plan", "no"];
    let over = [&grant[..], &["--until", "2020-01-01T00:00:00Z"][..]].concat();
    for (arguments, reason) in [
        (revoke.to_vec(), "was not given the plan `premium`"),
        (unknown, "there is no plan `no`"),
        (over, "`until` is over already"),
    ] {
        let refused = program.run(&arguments).await;
        let said = String::from_utf8_lossy(&refused.stderr);
        assert!(
            !refused.status.success() && said.contains(reason),
            "{arguments:?}: {said}"
        );
    }
}

async fn a_file_with_a_fault_changes_nothing(on: On) {
    let program = Program::seeded_without_graph(on).await;
    let plan = OFFER.lines().next().unwrap();

    for (line, reason) in [
        (
            r#"{"film":"no-such-film","access":"free"}"#,
            "there is no film",
        ),
        (
            r#"{"film":"breaking-bad-2008","access":"free"}"#,
            "there is no film",
        ),
        (
            r#"{"film":"heat-1995","access":["basic"]}"#,
            "there is no plan `basic`",
        ),
        (plan, "is in the file twice"),
    ] {
        let refused = load(&program, &format!("{plan}\n{line}\n")).await;
        let said = String::from_utf8_lossy(&refused.stderr);
        assert!(!refused.status.success(), "{line}");
        assert!(said.contains("line 2") && said.contains(reason), "{said}");
    }

    let listed = program.expect(&["plans", "list", "--json"]).await;
    assert_eq!(listed, "");
}

async fn what_is_listed_can_be_loaded_again(on: On) {
    let program = Program::seeded_without_graph(on).await;
    let season = r#"{"series":"breaking-bad-2008","season":99,"access":"members"}"#;

    let loaded = load(&program, &format!("{OFFER}{season}\n")).await;

    let (told, warned) = (
        String::from_utf8_lossy(&loaded.stdout),
        String::from_utf8_lossy(&loaded.stderr),
    );
    assert!(loaded.status.success(), "{warned}");
    assert!(
        told.contains("wrote 3 plans and 5 rules, and took 0 rules away"),
        "{told}"
    );
    assert!(
        warned.contains("line 8: `breaking-bad-2008` has no season 99"),
        "{warned}"
    );
    assert!(!warned.contains("season 1 "), "{warned}");
    let listed = program.expect(&["plans", "list", "--json"]).await;
    let lines = listed.lines().map(serde_json::from_str);
    let lines: Vec<Value> = lines.collect::<Result<_, _>>().unwrap();
    let heat = json!({ "film": "heat-1995", "access": ["premium"] });
    let first = json!({ "series": "breaking-bad-2008", "season": 1, "access": "free" });
    assert!(lines.contains(&heat) && lines.contains(&first), "{listed}");
    let table = program.expect(&["plans", "list"]).await;
    assert!(table.contains("film heat-1995"), "{table}");
    assert!(
        table.contains("series breaking-bad-2008, season 1 "),
        "{table}"
    );
    let again = load(&program, &listed).await;
    assert!(again.status.success(), "{again:?}");
    let after = program.expect(&["plans", "list", "--json"]).await;
    assert_eq!(after, listed);
}

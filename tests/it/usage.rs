//! What is reported is counted once, whatever dies in between and however often it is sent.

use std::time::{Duration, Instant};

use chrono::NaiveDate;
use reelgraph::domain::ids::TitleId;
use reelgraph::domain::usage::{Metric, Scope, UsageDay};
use serde_json::{Value, json};

use crate::both_ways::both_ways;
use crate::support::SOON;
use crate::support::program::{On, Program, Site};
use crate::support::stores::{self, Stores};

both_ways!(
    reports_are_counted_once_however_often_the_server_dies,
    what_a_rebuild_makes_anew_is_not_counted_again,
);

/// The minutes of a sitting.
const MINUTES: u8 = 10;

async fn reports_are_counted_once_however_often_the_server_dies(on: On) {
    let program = Program::seeded_without_graph(on).await;
    let mut site = program.serve().await;
    site.register("ada@example.org").await;
    let cookie = site.cookie().map(str::to_owned);
    let film = site.id_of("film", "heat-1995").await;
    let lives = [0, 30, 200, 900, 1500].map(Duration::from_millis);

    for (sitting, life) in (1_u8..).zip(lives) {
        report(&site, &film, sitting, 0..=MINUTES).await;
        // By then it may be folded or not, and counted or not.
        tokio::time::sleep(life).await;
        site.kill().await;
        if sitting % 2 == 0 {
            program.expect(&["watches", "fold"]).await;
        }
        site = program.serve().await;
        site.set_cookie(cookie.clone());
        // As a player does that had no answer to the last ones.
        report(&site, &film, sitting, MINUTES - 2..=MINUTES).await;
    }
    site.stop().await;
    program.expect(&["watches", "fold"]).await;
    let mut site = program.serve().await;
    site.set_cookie(cookie);
    let stores = stores::open(&program, on).await;
    until_all_is_counted(&site, &stores).await;

    let counted = on_day(&stores, day(1, 1)).await;

    let total = &counted.total;
    let sittings = u64::try_from(lives.len()).unwrap();
    assert_eq!((total.plays, total.viewers.count()), (sittings, 1));
    assert!((total.seconds - 5.0 * 600.0).abs() < 1e-6, "{counted:?}");
    // One an hour of each sitting, none of which is longer.
    assert_eq!(total.views, sittings);
    let top = stores
        .usage
        .top_titles(Metric::Plays, day(1, 1), day(1, 1), 9);
    let top = top.await.unwrap();
    assert_eq!((top.len(), top[0].plays), (1, sittings));
    let heat = Scope::Title(TitleId::of_slug("heat-1995"));
    let curves = stores.usage.curves(&[heat]).await.unwrap();
    assert_eq!(curves[0].sittings, sittings);
}

async fn what_a_rebuild_makes_anew_is_not_counted_again(on: On) {
    let program = Program::seeded(on).await;
    let mut site = program.serve().await;
    site.register("ada@example.org").await;
    let cookie = site.cookie().map(str::to_owned);
    let film = site.id_of("film", "heat-1995").await;
    report(&site, &film, 1, 0..=MINUTES).await;
    site.stop().await;

    program.expect(&["watches", "rebuild"]).await;

    let mut site = program.serve().await;
    site.set_cookie(cookie);
    let stores = stores::open(&program, on).await;
    until_all_is_counted(&site, &stores).await;
    let counted = on_day(&stores, day(1, 1)).await;
    assert_eq!(counted.total.plays, 1);
    assert!((counted.total.seconds - 600.0).abs() < 1e-6, "{counted:?}");
}

/// Reports that a sitting goes on, minute by minute.
async fn report(site: &Site, film: &str, sitting: u8, minutes: std::ops::RangeInclusive<u8>) {
    for minute in minutes {
        let event = if minute == 0 { "START" } else { "PROGRESS" };
        let answer = site
            .ask(
                "mutation ($input: ReportPlaybackInput!) { reportPlayback(input: $input) { userErrors { code } } }",
                json!({ "input": {
                    "item": film,
                    "play": format!("00000000-0000-4000-8000-0000000000{sitting:02}"),
                    "event": event,
                    "position": 60 * u32::from(minute),
                    "at": format!("2026-01-01T{:02}:{minute:02}:00Z", 10 + sitting),
                } }),
            )
            .await;
        let errors: &Value = &answer["reportPlayback"]["userErrors"];
        assert_eq!(*errors, json!([]));
    }
}

/// Plays something on another day, and waits until that is counted: what waited before it is counted by then.
async fn until_all_is_counted(site: &Site, stores: &Stores) {
    let film = site.id_of("film", "alien-1979").await;
    let play = "00000000-0000-4000-8000-000000000099";
    site.watch(&film, play, 60.0, "2026-02-01T20:00:00Z").await;
    let started = Instant::now();
    while days(stores, day(2, 1)).await.is_empty() {
        assert!(started.elapsed() < SOON, "it is not counted");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// What was counted of the whole site on a day.
async fn on_day(stores: &Stores, day: NaiveDate) -> UsageDay {
    let [counted] = <[_; 1]>::try_from(days(stores, day).await).unwrap();
    counted
}

async fn days(stores: &Stores, day: NaiveDate) -> Vec<UsageDay> {
    stores.usage.days(&[(Scope::Site, day)]).await.unwrap()
}

fn day(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, month, day).unwrap()
}

//! How many plays a profile may begin.

use serde_json::json;
use uuid::Uuid;

use crate::support::program::{On, Program};
use crate::support::visitor::Visitor;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_profile_begins_so_many_plays_a_day_and_goes_on_with_them_embedded() {
    a_profile_begins_so_many_plays_a_day_and_goes_on_with_them(On::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_profile_begins_so_many_plays_a_day_and_goes_on_with_them_on_the_servers() {
    a_profile_begins_so_many_plays_a_day_and_goes_on_with_them(On::Servers).await;
}

async fn a_profile_begins_so_many_plays_a_day_and_goes_on_with_them(on: On) {
    let mut program = Program::seeded_without_graph(on).await;
    program.set("REELGRAPH_PLAYS_PER_DAY", "2");
    let site = program.serve().await;
    let (mut ada, mut ben) = (Visitor::of(&site), Visitor::of(&site));
    ada.register("ada@example.org").await;
    ben.register("ben@example.org").await;
    let heat = site.id_of("film", "heat-1995").await;
    let plays = [1, 2, 3].map(|number| Uuid::from_u128(number).to_string());
    // Long ago, so that no day of the player's making has room for more.
    let report = |play: &str, event: &str, position: f64| {
        json!({
            "item": heat, "play": play, "event": event, "position": position,
            "at": format!("20{:02}-01-01T20:00:00Z", position / 100.0),
        })
    };

    for play in &plays[..2] {
        let begun = report(play, "START", 1000.0);
        ada.expect("reportPlayback", begun, "state { plays }").await;
    }
    let refused = ada.refused("reportPlayback", report(&plays[2], "PROGRESS", 1100.0));
    let refused = refused.await;
    let going_on = report(&plays[0], "PROGRESS", 1200.0);
    let going_on = ada
        .expect("reportPlayback", going_on, "state { plays }")
        .await;
    let others = report(&plays[2], "START", 1000.0);
    let others = ben
        .expect("reportPlayback", others, "state { plays }")
        .await;

    assert_eq!(refused, ("RATE_LIMITED".to_owned(), "play".to_owned()));
    assert_eq!(going_on["state"]["plays"], 2);
    assert_eq!(others["state"]["plays"], 1);
    drop(site);
    program.set("REELGRAPH_PLAYS_PER_DAY", "0");
    let site = program.serve().await;
    let begun = report(&plays[2], "START", 1300.0);
    let begun = ada
        .at(&site)
        .expect("reportPlayback", begun, "state { plays }")
        .await;
    assert_eq!(begun["state"]["plays"], 3);
}

//! The half-life that weights were computed with: no other one is added to them, and all of them can be computed anew.

use std::time::Duration;

use bson::{Document, doc};
use reelgraph::domain::ids::TitleId;
use reelgraph::domain::recommend::{GraphProjection, WatchedEdge};

use crate::support::demo::Demo;
use crate::support::program::{On, Program};
use crate::support::stores;

const SETTING: &str = "REELGRAPH_HALF_LIFE_DAYS";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_half_life_is_refused_until_all_sums_are_computed_with_it_embedded() {
    another_half_life_is_refused_until_all_sums_are_computed_with_it(On::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_half_life_is_refused_until_all_sums_are_computed_with_it_on_the_servers() {
    another_half_life_is_refused_until_all_sums_are_computed_with_it(On::Servers).await;
}

async fn another_half_life_is_refused_until_all_sums_are_computed_with_it(on: On) {
    let mut program = Program::with_few_viewers(on).await;
    let before = edges(&*stores::graph(&program, on)).await;
    let mut other = Program::new(On::Embedded).await;
    other.set(SETTING, "30");
    other.load(Demo::FewViewers).await;
    other.expect(&["graph", "drain"]).await;
    let expected = edges(&*stores::graph(&other, On::Embedded)).await;
    program.set(SETTING, "30");

    for refused in [
        &["serve", "--listen", "127.0.0.1:0"][..],
        &["load", "seed"],
        &["graph", "drain"],
    ] {
        let output = program.run(refused).await;
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{refused:?}");
        assert!(
            told.contains("a half-life of 180 days, and half-life-days is 30 now")
                && told.contains("“reelgraph graph reweigh”"),
            "{told}"
        );
    }
    let deaths = reweigh_however_often_it_dies(&program).await;

    program.expect(&["graph", "drain"]).await;
    assert_weights(&edges(&*stores::graph(&program, on)).await, &expected);
    program.expect(&["graph", "verify"]).await;
    program.set(SETTING, "180");
    let back = program.expect(&["graph", "reweigh"]).await;
    let first = back.lines().next().unwrap();
    let count = before.len();
    let sums =
        format!("computed {count} sums with a half-life of 180 days, {count} of them were others");
    assert_eq!(first, sums, "it had died {deaths} times");
    assert_weights(&edges(&*stores::graph(&program, on)).await, &before);
    let again = program.expect(&["graph", "reweigh"]).await;
    assert!(
        again.contains(", 0 of them were others\nprojected 0 documents"),
        "{again}"
    );
}

/// Each life is a little longer than the last, so that it dies at different places. In between nothing else starts.
async fn reweigh_however_often_it_dies(program: &Program) -> usize {
    let mut deaths = 0;
    for life in (0..).map(|round| Duration::from_millis(150).mul_f64(1.3_f64.powi(round))) {
        let mut reweigh = program.command(&["graph", "reweigh"]).spawn().unwrap();
        if let Ok(status) = tokio::time::timeout(life, reweigh.wait()).await {
            assert!(status.unwrap().success());
            break;
        }
        reweigh.kill().await.unwrap();
        deaths += 1;
        assert!(deaths < 40, "it never gets further");
        let started = program.run(&["graph", "drain"]).await;
        if started.status.success() {
            // It had died when only the projection was left; that all sums were computed is seen in the end.
            break;
        }
        assert_eq!(started.status.code(), Some(1), "after {deaths} deaths");
    }
    deaths
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sums_that_have_drifted_are_told_and_mended_embedded() {
    sums_that_have_drifted_are_told_and_mended(On::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sums_that_have_drifted_are_told_and_mended_on_the_servers() {
    sums_that_have_drifted_are_told_and_mended(On::Servers).await;
}

async fn sums_that_have_drifted_are_told_and_mended(on: On) {
    let program = Program::with_few_viewers(on).await;
    let graph = stores::graph(&program, on);
    let before = edges(&*graph).await;
    let drifted = &before[7];
    drift(&program, on, drifted).await;

    let told = program.run(&["graph", "verify"]).await;
    let said = program.expect(&["graph", "reweigh"]).await;

    let told_of = String::from_utf8(told.stdout).unwrap();
    assert_eq!(told.status.code(), Some(1));
    let (profile, title) = (drifted.profile, drifted.title);
    let sum =
        format!("what profile {profile} watched of title {title} is not what its plays add up to");
    assert!(told_of.contains(&sum), "{told_of}");
    assert!(told_of.contains("“reelgraph graph reweigh”"), "{told_of}");
    assert!(
        said.contains(", 1 of them were others\nprojected 1 documents"),
        "{said}"
    );
    program.expect(&["graph", "verify"]).await;
    assert_weights(&edges(&*graph).await, &before);
}

/// Makes the weight of a watched title a thousand times what it is.
async fn drift(program: &Program, on: On, edge: &WatchedEdge) {
    let (profile, title) = (edge.profile.to_i64(), edge.title.to_i64());
    if on == On::Embedded {
        let db = rusqlite::Connection::open(program.data().join("reelgraph.sqlite")).unwrap();
        let sql =
            "UPDATE watched_titles SET weight = weight * 1000 WHERE profile = ?1 AND title = ?2";
        assert_eq!(db.execute(sql, [profile, title]).unwrap(), 1);
        return;
    }
    let client = mongodb::Client::with_uri_str(program.variable("MONGODB_URI"))
        .await
        .unwrap();
    let watched_titles = client
        .default_database()
        .unwrap()
        .collection::<Document>("watched_titles");
    let key = doc! { "_id": { "profile": profile, "title": title } };
    let change = doc! { "$mul": { "weight": 1000.0 } };
    let changed = watched_titles.update_one(key, change).await.unwrap();
    assert_eq!(changed.modified_count, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_play_that_cannot_be_read_keeps_no_sum_but_its_own_embedded() {
    a_play_that_cannot_be_read_keeps_no_sum_but_its_own(On::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_play_that_cannot_be_read_keeps_no_sum_but_its_own_on_the_servers() {
    a_play_that_cannot_be_read_keeps_no_sum_but_its_own(On::Servers).await;
}

async fn a_play_that_cannot_be_read_keeps_no_sum_but_its_own(on: On) {
    let mut program = Program::with_few_viewers(on).await;
    let edges = edges(&*stores::graph(&program, on)).await;
    write_plays_as_a_later_version(&program, on, &edges[7]).await;
    program.set(SETTING, "30");

    let reweighed = program.run(&["graph", "reweigh"]).await;

    let told = String::from_utf8(reweighed.stderr).unwrap();
    assert_eq!(reweighed.status.code(), Some(1));
    let (profile, title) = (edges[7].profile, edges[7].title);
    for sentence in [
        "1 sums could not be computed".to_owned(),
        profile.to_string(),
        title.to_string(),
    ] {
        assert!(told.contains(&sentence), "{told}");
    }
    let said = String::from_utf8(reweighed.stdout).unwrap();
    let count = edges.len();
    let sums = format!(
        "computed {count} sums with a half-life of 30 days, {} of them were others",
        count - 1
    );
    assert_eq!(said.lines().next(), Some(&*sums));
    // There is a way out: everything else works with what is set.
    program.expect(&["graph", "drain"]).await;
}

/// Makes the plays of a title of a kind that this version does not know.
async fn write_plays_as_a_later_version(program: &Program, on: On, edge: &WatchedEdge) {
    let (profile, title) = (edge.profile.to_i64(), edge.title.to_i64());
    if on == On::Embedded {
        let db = rusqlite::Connection::open(program.data().join("reelgraph.sqlite")).unwrap();
        let sql = "UPDATE plays SET kind = 'hologram' WHERE profile = ?1 AND title = ?2";
        assert!(db.execute(sql, [profile, title]).unwrap() > 0);
        return;
    }
    let client = mongodb::Client::with_uri_str(program.variable("MONGODB_URI"))
        .await
        .unwrap();
    let plays = client
        .default_database()
        .unwrap()
        .collection::<Document>("plays");
    let these = doc! { "_id.profile": profile, "title": title };
    let change = doc! { "$set": { "counts": "so so" } };
    let changed = plays.update_many(these, change).await.unwrap();
    assert!(changed.modified_count > 0);
}

async fn edges(graph: &dyn GraphProjection) -> Vec<WatchedEdge> {
    let edges = graph.watched_after(None, 100_000).await.unwrap();
    assert!(edges.len() > 600, "more than a page is to be weighed");
    edges
}

/// Weights may differ by what rounding does to sums in another order. Profiles have other ids in each installation.
fn assert_weights(found: &[WatchedEdge], expected: &[WatchedEdge]) {
    let weights = |edges: &[WatchedEdge]| {
        let mut weights: Vec<(TitleId, f64)> =
            edges.iter().map(|edge| (edge.title, edge.weight)).collect();
        weights.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        weights
    };
    assert_eq!(found.len(), expected.len());
    for (found, expected) in weights(found).into_iter().zip(weights(expected)) {
        let apart = (found.1 - expected.1).abs() / expected.1.max(1.0e-6);
        assert!(
            found.0 == expected.0 && apart < 1.0e-6,
            "{found:?} and {expected:?}"
        );
    }
}

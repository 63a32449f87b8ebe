//! Making the graph anew: it mends what differs and sweeps what is not recorded, readers see a whole graph meanwhile, and
//! what is broken off goes on.

use std::time::{Duration, Instant};

use chrono::Utc;
use reelgraph::domain::clock::{Clock, SystemClock};
use reelgraph::domain::ids::{PersonId, ProfileId, TitleId};
use reelgraph::domain::recommend::{
    Epoch, GraphCounts, GraphProjection, NoteStore, Notes, Phase, Rebuild, TitleNode, WatchedEdge,
};
use serde_json::{Value, json};

use crate::both_ways::both_ways;
use crate::conformance::graph::{film_by, watched};
use crate::support::SOON;
use crate::support::program::{On, Program};
use crate::support::stores;

both_ways!(
    what_differs_is_mended_and_what_is_not_recorded_is_swept,
    readers_see_a_whole_graph_throughout,
    a_rebuild_is_finished_however_often_it_dies,
    what_was_broken_off_goes_on_at_the_next_start,
    the_edges_are_computed_of_what_waited_too,
);

/// Graph and record differ in every way that there is.
async fn damage(graph: &dyn GraphProjection) {
    let edges = graph.watched_after(None, 3).await.unwrap();
    let [lost, altered, ahead] = <[WatchedEdge; 3]>::try_from(edges).unwrap();
    let keys = [&lost, &altered, &ahead].map(|edge| (edge.profile, edge.title, edge.revision));
    graph.remove_watched(&keys).await.unwrap();
    let altered = WatchedEdge {
        weight: 1.0e9,
        ..altered
    };
    let ahead = WatchedEdge {
        revision: ahead.revision + 500,
        weight: 1.0e9,
        ..ahead
    };
    let stray = watched(12_345, TitleId::of_slug("heat-1995").0, 1.0);
    let of_stray = watched(12_345, 77, 1.0);
    graph
        .put_watched(&[altered, ahead, stray, of_stray])
        .await
        .unwrap();
    let mut nodes = graph.titles_after(None, 3).await.unwrap();
    let (lost, altered) = (nodes.remove(0), nodes.remove(0));
    let removed = [&lost, &altered].map(|title| (title.id, title.revision));
    graph.remove_titles(&removed).await.unwrap();
    let ahead = TitleNode {
        actors: vec![(PersonId(4), "Nobody".to_owned())],
        revision: nodes[0].revision + 500,
        ..nodes.remove(0)
    };
    let altered = TitleNode {
        genres: Vec::new(),
        ..altered
    };
    graph
        .put_titles(&[altered, ahead, film_by(77, &[5], &[6])])
        .await
        .unwrap();
}

async fn what_differs_is_mended_and_what_is_not_recorded_is_swept(on: On) {
    let program = Program::with_few_viewers(on).await;
    let graph = stores::graph(&program, on);
    let before = graph.counts().await.unwrap();
    let edges = graph.watched_after(None, 100).await.unwrap();
    let damaged = graph.titles_after(None, 3).await.unwrap();
    let is_whole = |edge: &&WatchedEdge| damaged.iter().all(|title| title.id != edge.title);
    let others: Vec<&WatchedEdge> = edges[3..].iter().filter(is_whole).collect();
    let (missing, same) = (others[0], others[1]);
    damage(&*graph).await;
    let key = (missing.profile, missing.title, missing.revision);
    graph.remove_watched(&[key]).await.unwrap();
    let marked = [missing, same].map(|edge| (edge.profile, edge.title));
    let store = stores::open(&program, on).await.watching;
    store.mark_watches_waiting(&marked).await.unwrap();
    let damaged = program.run(&["graph", "verify"]).await;
    program.expect(&["graph", "drain"]).await;

    let said = program.expect(&["graph", "rebuild"]).await;

    let differences = String::from_utf8(damaged.stdout).unwrap();
    assert_eq!(damaged.status.code(), Some(1));
    // Nine of nodes and edges, the sum of them, and the watchers of those that were lost.
    assert!(differences.lines().count() > 9, "{differences}");
    // Of the edges some are marked, as they should be or not.
    for (edge, what) in [
        (
            &edges[1],
            "is not as recorded, and is not marked as waiting",
        ),
        (missing, "is not as recorded: it waits for projection"),
        (same, "is marked as waiting, and is as recorded"),
    ] {
        let (profile, title) = (edge.profile, edge.title);
        let told = format!("from profile {profile} to title {title} {what}\n");
        assert!(differences.contains(&told), "{told}: {differences}");
    }
    assert!(
        differences.contains("“reelgraph graph drain”"),
        "{differences}"
    );
    program.expect(&["graph", "verify"]).await;
    let documents = before.titles + before.watched;
    assert_eq!(
        said,
        format!("rebuilt the graph from {documents} documents\n")
    );
    let after = graph.counts().await.unwrap();
    assert_eq!(after, before);
    assert_eq!(
        program.expect(&["graph", "drain"]).await,
        "projected 0 documents\n"
    );
}

async fn readers_see_a_whole_graph_throughout(on: On) {
    let program = Program::seeded(on).await;
    let graph = stores::graph(&program, on);
    let before = graph.counts().await.unwrap();
    let profile = graph.watched_after(None, 1).await.unwrap()[0].profile;
    let (taste, similar) = read(&*graph, profile).await;
    assert!(taste > 0 && similar > 0, "there is something to lose");

    // On a machine that has much else to do one may be over before it is read again.
    for _ in 0..10 {
        let mut rebuild = program.command(&["graph", "rebuild"]).spawn().unwrap();
        let mut reads = 0;
        let status = loop {
            assert_eq!(graph.counts().await.unwrap(), before, "after {reads} reads");
            assert_eq!(read(&*graph, profile).await, (taste, similar));
            reads += 1;
            if let Some(status) = rebuild.try_wait().unwrap() {
                break status;
            }
        };

        assert!(status.success());
        if reads > 3 {
            return;
        }
    }
    panic!("each was over too soon");
}

/// How many edges a taste has, and how many lead away from a title of the seed.
async fn read(graph: &dyn GraphProjection, profile: ProfileId) -> (usize, usize) {
    let taste = graph.taste(profile).await.unwrap();
    let heat = TitleId::of_slug("heat-1995");
    let similar = graph.similar(&[heat]).await.unwrap();
    (taste.edges.len(), similar.lists[0].len())
}

async fn a_rebuild_is_finished_however_often_it_dies(on: On) {
    let program = Program::seeded(on).await;
    let graph = stores::graph(&program, on);
    let notes = stores::notes(&program, on).await;
    let before = graph.counts().await.unwrap();

    let mut phases = Vec::new();
    for _ in 0..3 {
        damage(&*graph).await;
        phases = rebuild_however_often_it_dies(&program, &*notes).await;
        // On a busy machine one may live too short to begin, and the next long enough to finish.
        if !phases.is_empty() {
            break;
        }
    }

    assert!(!phases.is_empty(), "each died before it began");
    program.expect(&["graph", "drain"]).await;
    program.expect(&["graph", "verify"]).await;
    let after = graph.counts().await.unwrap();
    assert_eq!(after, before, "died at {phases:?}");
}

/// Each lives a little longer than the last, so that they die at different steps; the last is let alone, for it may have
/// to wait until the lease of one that died is over. Where those stood that had begun and died.
async fn rebuild_however_often_it_dies(program: &Program, notes: &dyn NoteStore) -> Vec<Phase> {
    let mut phases = Vec::new();
    let lives = (0..16).map(|round| Duration::from_millis(60).mul_f64(1.35_f64.powi(round)));
    for life in lives {
        let mut rebuild = program.command(&["graph", "rebuild"]).spawn().unwrap();
        if let Ok(status) = tokio::time::timeout(life, rebuild.wait()).await {
            assert!(status.unwrap().success());
            return phases;
        }
        rebuild.kill().await.unwrap();
        if let Some(left) = notes.notes().await.unwrap().rebuild {
            phases.push(left.phase);
        }
    }
    program.expect(&["graph", "rebuild"]).await;
    phases
}

async fn what_was_broken_off_goes_on_at_the_next_start(on: On) {
    let mut program = Program::with_few_viewers(on).await;
    let graph = stores::graph(&program, on);
    let notes = stores::notes(&program, on).await;
    damage(&*graph).await;
    let begun = begin(&notes.notes().await.unwrap(), SystemClock.now());
    assert!(notes.put_notes(&begun).await.unwrap());
    if on == On::Servers {
        // While the graph is away nothing goes on, and that is said.
        let there = program.variable("NEO4J_URI").to_owned();
        program.set("NEO4J_URI", "bolt://127.0.0.1:1");
        program.set("REELGRAPH_STORE_TIMEOUT_SECONDS", "2");
        let site = program.serve().await;
        let started = Instant::now();
        loop {
            let ready: Value = site
                .get("/readyz")
                .send()
                .await
                .unwrap()
                .json()
                .await
                .unwrap();
            if ready["projection"]["rebuilding"]["phase"] == json!("forgetting") {
                break;
            }
            assert!(started.elapsed() < SOON, "still {ready}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        loop {
            let metrics = site.get("/metrics").send().await.unwrap();
            let metrics = metrics.text().await.unwrap();
            let lines: Vec<&str> = metrics
                .lines()
                .filter(|line| line.starts_with("projection_rebuild_seconds"))
                .collect();
            if lines.iter().any(|line| !line.ends_with(" 0")) {
                break;
            }
            assert!(started.elapsed() < SOON, "{lines:?}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        program.set("NEO4J_URI", &there);
        program.set("REELGRAPH_STORE_TIMEOUT_SECONDS", "60");
    }

    let _site = program.serve().await;

    let started = Instant::now();
    while notes.notes().await.unwrap().rebuild.is_some() {
        assert!(started.elapsed() < SOON);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    program.expect(&["graph", "verify"]).await;
}

/// What somebody notes who begins to make the graph anew and dies at once.
fn begin(before: &Notes, begun_at: chrono::DateTime<Utc>) -> Notes {
    let epoch = Epoch {
        number: before.epoch.number + 1,
        name: "another".to_owned(),
        tick: 0,
        next: Some(1),
    };
    let rebuild = Rebuild {
        begun_at,
        documents: 0,
        phase: Phase::TombstonesToGraph { after: None },
    };
    Notes {
        epoch,
        rebuild: Some(rebuild),
        ..before.clone()
    }
}

async fn the_edges_are_computed_of_what_waited_too(on: On) {
    let program = Program::new(on).await;
    program.expect(&["load", "seed"]).await;
    let empty = Program::new(On::Embedded).await;

    let said = program.expect(&["graph", "similar"]).await;
    let of_nothing = empty.expect(&["graph", "similar"]).await;
    let film = empty.data().join("films.ndjson");
    std::fs::write(&film, r#"{"slug": "heat-1995", "title": "Heat"}"#).unwrap();
    empty.expect(&["load", film.to_str().unwrap()]).await;
    let of_one = empty.run(&["graph", "similar"]).await;

    let graph = stores::graph(&program, on);
    let counts = graph.counts().await.unwrap();
    let GraphCounts {
        titles,
        watched,
        similar,
        ..
    } = counts;
    assert!(similar > 1000, "{counts:?}");
    let projected = titles + watched;
    assert_eq!(
        said,
        format!("projected {projected} documents\ncomputed {similar} SIMILAR edges\n")
    );
    assert_eq!(
        of_nothing,
        "projected 0 documents\ncomputed 0 SIMILAR edges\n"
    );
    assert_eq!(of_one.status.code(), Some(1));
    let told = String::from_utf8(of_one.stderr).unwrap();
    assert!(told.contains("no two of 1 titles are alike"), "{told}");
}

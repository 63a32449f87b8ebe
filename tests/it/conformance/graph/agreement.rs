//! The embedded graph and Neo4j give the same answers on a graph too large to know them.

use std::collections::BTreeSet;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use reelgraph::domain::catalog::TitleKind;
use reelgraph::domain::ids::{ProfileId, TitleId};
use reelgraph::domain::recommend::{GraphProjection, Solution, TitleNode, WatchedEdge};

use super::{at, film, genres, open, people, replace, solved, watched};
use crate::conformance::Backend;

const TITLES: u64 = 700;
const PEOPLE: u64 = 300;
const PROFILES: u64 = 60;

/// A graph with popular titles, busy people, ties, and edges to titles that are not there.
struct Sample {
    titles: Vec<TitleNode>,
    watched: Vec<WatchedEdge>,
    solutions: Vec<Solution>,
    later: Vec<Solution>,
}

impl Sample {
    fn new(rng: &mut StdRng) -> Self {
        Self {
            titles: (1..=TITLES).map(|id| title(rng, id)).collect(),
            watched: (0..3000).map(|_| edge(rng)).collect(),
            solutions: (1..=TITLES + 20).map(|id| solution(rng, id)).collect(),
            later: (1..=30).map(|id| solution(rng, id * 7)).collect(),
        }
    }

    async fn write(&self, graph: &dyn GraphProjection) {
        // Some edges come before their titles, some after.
        let (before, after) = self.watched.split_at(self.watched.len() / 2);
        graph.put_watched(before).await.unwrap();
        graph.put_titles(&self.titles).await.unwrap();
        graph.put_watched(after).await.unwrap();
        replace(graph, &self.solutions).await;
        let generation = graph.similar_version().await.unwrap().generation;
        graph.put_solutions(generation, &self.later).await.unwrap();
    }
}

/// A number below `end`; small ones come more often.
fn skewed(rng: &mut StdRng, end: u64) -> u64 {
    let a = rng.random_range(0..end);
    let b = rng.random_range(0..=a);
    rng.random_range(0..=b)
}

fn title(rng: &mut StdRng, id: u64) -> TitleNode {
    let mut some = |most: u64, end: u64| -> Vec<u64> {
        let count = rng.random_range(0..=most);
        (0..count).map(|_| 1 + skewed(rng, end)).collect()
    };
    TitleNode {
        genres: genres(&some(3, 12)),
        directors: people(&some(2, PEOPLE)),
        actors: people(&some(8, PEOPLE)),
        kind: if id.is_multiple_of(5) {
            TitleKind::Series
        } else {
            TitleKind::Film
        },
        ..film(id)
    }
}

fn edge(rng: &mut StdRng) -> WatchedEdge {
    let profile = 1 + skewed(rng, PROFILES);
    let title = 1 + skewed(rng, TITLES + 20);
    // A quarter of the weights are the same, so that there are ties.
    let weight = if rng.random_ratio(1, 4) {
        1.0
    } else {
        rng.random::<f64>() * 40.0
    };
    WatchedEdge {
        last_at: at(rng.random_range(1_600_000_000_000..1_700_000_000_000)),
        liked: [None, Some(true), Some(false)][rng.random_range(0..3)],
        revision: rng.random_range(1..9),
        ..watched(profile, title, weight)
    }
}

fn solution(rng: &mut StdRng, title: u64) -> Solution {
    let mut halves = |most: u64| -> Vec<(u64, f64)> {
        let count = rng.random_range(0..=most);
        let others: BTreeSet<u64> = (0..count).map(|_| 1 + skewed(rng, TITLES + 20)).collect();
        others
            .into_iter()
            .map(|other| (other, rng.random::<f64>() - 0.2))
            .collect()
    };
    solved(title, &halves(30), &halves(20))
}

async fn walk(graph: &dyn GraphProjection, page: usize) -> (Vec<TitleNode>, Vec<WatchedEdge>) {
    let mut titles: Vec<TitleNode> = Vec::new();
    loop {
        let after = titles.last().map(|title| title.id);
        let more = graph.titles_after(after, page).await.unwrap();
        if more.is_empty() {
            break;
        }
        titles.extend(more);
    }
    let mut edges: Vec<WatchedEdge> = Vec::new();
    loop {
        let after = edges.last().map(|edge| (edge.profile, edge.title));
        let more = graph.watched_after(after, page).await.unwrap();
        if more.is_empty() {
            break;
        }
        edges.extend(more);
    }
    (titles, edges)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_graphs_give_the_same_answers() {
    let sample = Sample::new(&mut StdRng::seed_from_u64(1895));
    let (sqlite, neo4j) = (open(Backend::sqlite).await, open(Backend::neo4j).await);
    sample.write(&*sqlite).await;
    sample.write(&*neo4j).await;

    assert_eq!(
        sqlite.counts().await.unwrap(),
        neo4j.counts().await.unwrap()
    );
    let walked = walk(&*sqlite, 97).await;
    assert_eq!(walked.0.len(), usize::try_from(TITLES).unwrap());
    assert_eq!(walked, walk(&*neo4j, 89).await);
    let all: Vec<TitleId> = (0..TITLES + 30).map(TitleId).collect();
    assert_eq!(
        sqlite.watchers(&all).await.unwrap(),
        neo4j.watchers(&all).await.unwrap()
    );

    for titles in all.chunks(100) {
        let a = sqlite.similar(titles).await.unwrap();
        let b = neo4j.similar(titles).await.unwrap();
        assert_eq!(a.lists, b.lists);
    }
    let found = sqlite.similar(&all).await.unwrap().lists;
    let found: usize = found.iter().map(|list| list.len()).sum();
    assert!(found > 10_000, "the sample leads nowhere");
    let changed = sqlite.similar_changed_after(0).await.unwrap();
    assert!(changed.len() > 100);
    assert_eq!(changed, neo4j.similar_changed_after(0).await.unwrap());
    let mut found = 0;
    for profile in (0..PROFILES + 2).map(ProfileId) {
        let a = sqlite.taste(profile).await.unwrap();
        assert_eq!(a, neo4j.taste(profile).await.unwrap(), "of {profile}");
        found += a.edges.len();
    }
    assert!(found > 500, "the sample says nothing");
    for (since, limit) in [(0, 10), (1_650_000_000_000, 7), (1_650_000_000_000, 2000)] {
        assert_eq!(
            sqlite.trending(at(since), limit).await.unwrap(),
            neo4j.trending(at(since), limit).await.unwrap()
        );
    }
}

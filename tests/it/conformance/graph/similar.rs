//! `SIMILAR` edges: all of them are replaced, at once.

use super::{FAR, Opened, film, leads, open, similar, watched};
use reelgraph::domain::ids::{ProfileId, TitleId};
use reelgraph::domain::recommend::{Reach, SimilarEdge, SimilarTo};

on_every_backend!(open on [sqlite, neo4j]:
    all_edges_are_replaced,
    edges_can_be_replaced_by_none,
    edges_from_or_to_a_title_without_a_node_are_left_out,
    a_node_that_only_an_edge_needs_is_enough,
    of_two_between_the_same_titles_the_last_counts,
    an_affinity_is_kept_to_the_last_bit,
    edges_stay_when_their_titles_are_written_again,
    readers_see_the_old_edges_or_the_new,
);

async fn with_films(graph: &Opened, count: u64) {
    let films: Vec<_> = (1..=count).map(film).collect();
    graph.put_titles(&films).await.unwrap();
}

async fn similar_to(graph: &Opened, title: u64) -> Vec<SimilarEdge> {
    let found = graph.title_neighbourhood(TitleId(title), &FAR).await;
    found.unwrap().similar
}

async fn all_edges_are_replaced(graph: &Opened) {
    with_films(graph, 4).await;
    let first = [similar(1, 2, 0.5), similar(1, 3, 0.4), similar(2, 1, 0.3)];
    let second = [similar(1, 3, 0.9), similar(3, 4, 0.8)];

    graph.replace_similar(&first).await.unwrap();
    let after_first = (
        similar_to(graph, 1).await,
        similar_to(graph, 2).await,
        similar_to(graph, 3).await,
        graph.counts().await.unwrap().similar,
    );
    graph.replace_similar(&second).await.unwrap();
    let after_second = (
        similar_to(graph, 1).await,
        similar_to(graph, 2).await,
        similar_to(graph, 3).await,
        graph.counts().await.unwrap().similar,
    );

    let expected = (
        vec![leads(2, 0.5), leads(3, 0.4)],
        vec![leads(1, 0.3)],
        vec![],
        3,
    );
    assert_eq!(after_first, expected);
    let expected = (vec![leads(3, 0.9)], vec![], vec![leads(4, 0.8)], 2);
    assert_eq!(after_second, expected);
}

async fn edges_can_be_replaced_by_none(graph: &Opened) {
    with_films(graph, 2).await;
    graph.replace_similar(&[similar(1, 2, 0.5)]).await.unwrap();

    graph.replace_similar(&[]).await.unwrap();

    assert_eq!(similar_to(graph, 1).await, []);
    assert_eq!(graph.counts().await.unwrap().similar, 0);
}

async fn edges_from_or_to_a_title_without_a_node_are_left_out(graph: &Opened) {
    with_films(graph, 2).await;

    let edges = [
        similar(1, 404, 0.9),
        similar(404, 1, 0.8),
        similar(1, 2, 0.7),
    ];
    graph.replace_similar(&edges).await.unwrap();

    assert_eq!(similar_to(graph, 1).await, [leads(2, 0.7)]);
    assert_eq!(similar_to(graph, 404).await, []);
    let counts = graph.counts().await.unwrap();
    assert_eq!((counts.titles, counts.similar), (2, 1));
}

async fn a_node_that_only_an_edge_needs_is_enough(graph: &Opened) {
    graph
        .put_watched(&[watched(1, 1, 1.0), watched(1, 2, 1.0)])
        .await
        .unwrap();

    graph.replace_similar(&[similar(1, 2, 0.5)]).await.unwrap();

    assert_eq!(similar_to(graph, 1).await, [leads(2, 0.5)]);
}

async fn of_two_between_the_same_titles_the_last_counts(graph: &Opened) {
    with_films(graph, 2).await;

    let edges = [similar(1, 2, 0.5), similar(2, 1, 0.4), similar(1, 2, 0.3)];
    graph.replace_similar(&edges).await.unwrap();

    assert_eq!(similar_to(graph, 1).await, [leads(2, 0.3)]);
    assert_eq!(graph.counts().await.unwrap().similar, 2);
}

async fn an_affinity_is_kept_to_the_last_bit(graph: &Opened) {
    with_films(graph, 3).await;
    let edge = SimilarTo {
        from: TitleId(1),
        edge: SimilarEdge {
            to: TitleId(2),
            affinity: 0.1 + 0.2,
            co_watches: u32::MAX,
        },
    };

    graph
        .replace_similar(&[edge, similar(1, 3, 0.3)])
        .await
        .unwrap();

    let found = similar_to(graph, 1).await;
    assert_eq!(found, [edge.edge, leads(3, 0.3)]);
    assert_eq!(found[0].affinity.to_bits(), (0.1_f64 + 0.2).to_bits());
}

async fn edges_stay_when_their_titles_are_written_again(graph: &Opened) {
    with_films(graph, 2).await;
    graph.replace_similar(&[similar(1, 2, 0.5)]).await.unwrap();
    let mut newer = film(1);
    newer.revision = 2;

    graph.put_titles(&[newer]).await.unwrap();

    assert_eq!(similar_to(graph, 1).await, [leads(2, 0.5)]);
}

async fn readers_see_the_old_edges_or_the_new(graph: &Opened) {
    const FILMS: u64 = 60;
    with_films(graph, FILMS).await;
    graph.put_watched(&[watched(1, 1, 1.0)]).await.unwrap();
    let all_with = |affinity: f64| {
        let pairs = (1..=FILMS).flat_map(|from| (2..=FILMS).map(move |to| (from, to)));
        pairs
            .map(|(from, to)| similar(from, to, affinity))
            .collect::<Vec<_>>()
    };
    let generations = [all_with(0.25), all_with(0.5)];
    graph.replace_similar(&generations[0]).await.unwrap();

    let is_done = std::sync::atomic::AtomicBool::new(false);
    let write = async {
        for turn in 1..=8 {
            graph.replace_similar(&generations[turn % 2]).await.unwrap();
        }
        is_done.store(true, std::sync::atomic::Ordering::SeqCst);
    };
    let read = async {
        while !is_done.load(std::sync::atomic::Ordering::SeqCst) {
            let title = graph.title_neighbourhood(TitleId(1), &FAR).await.unwrap();
            let reach = Reach { seeds: 1, ..FAR };
            let profile = graph.profile_neighbourhood(ProfileId(1), &reach).await;
            let profile = profile.unwrap().seeds.remove(0).similar;
            for edges in [title.similar, profile] {
                let affinity = edges[0].affinity;
                let whole: Vec<_> = (2..=FILMS).map(|to| leads(to, affinity)).collect();
                assert_eq!(edges, whole);
            }
        }
    };
    futures::join!(write, read);
}

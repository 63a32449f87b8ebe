//! `SIMILAR` edges: what is solved anew for some titles replaces what was said of them, within a generation.

use std::sync::atomic::{AtomicBool, Ordering};

use super::{Opened, leads, open, replace, similar_to, solved, then, titles, with_films};
use reelgraph::domain::ids::TitleId;
use reelgraph::domain::recommend::{Incoming, SimilarVersion, Solution, Weight};

on_every_backend!(open on [sqlite, neo4j]:
    the_weights_into_a_title_and_the_affinities_out_of_it_are_replaced,
    an_edge_that_is_left_with_neither_half_is_removed,
    an_edge_between_two_solved_titles_has_a_half_of_each,
    the_same_again_changes_no_edge,
    edges_to_a_title_without_a_node_are_never_made,
    the_newer_solution_says_how_many_watched_both,
    another_generation_is_left_alone,
    titles_with_changed_edges_are_found_by_revision,
    a_new_generation_forgets_what_was_changed_before,
    readers_see_the_edges_of_before_or_after,
    of_solutions_at_the_same_time_all_stay,
);

/// Films, and what was solved for the first three of them.
async fn with_edges(graph: &Opened) -> u64 {
    with_films(&**graph, 6).await;
    let solutions = [
        solved(1, &[(2, 0.12), (4, 0.14)], &[(2, 1.2), (3, 1.3)]),
        solved(2, &[(1, 0.21), (3, 0.23)], &[(1, 2.1)]),
        solved(3, &[(1, 0.31)], &[]),
    ];
    replace(&**graph, &solutions).await;
    graph.similar_version().await.unwrap().generation
}

async fn put(graph: &Opened, generation: u64, solutions: &[Solution]) -> SimilarVersion {
    let version = graph.put_solutions(generation, solutions).await.unwrap();
    assert_eq!(version, graph.similar_version().await.unwrap());
    version
}

async fn changed_after(graph: &Opened, revision: u64) -> Vec<u64> {
    let titles = graph.similar_changed_after(revision).await.unwrap();
    titles.into_iter().map(|title| title.0).collect()
}

async fn the_weights_into_a_title_and_the_affinities_out_of_it_are_replaced(graph: &Opened) {
    let generation = with_edges(graph).await;

    let anew = solved(1, &[(3, 9.3), (2, 9.2)], &[(3, 8.3), (5, 8.5)]);
    let version = put(graph, generation, &[anew]).await;

    let expected = SimilarVersion {
        generation,
        revision: 1,
        computed_at: then(),
    };
    assert_eq!(version, expected);
    let found = graph.similar(&titles(&[1, 2, 3, 4, 5])).await.unwrap();
    assert_eq!(found.version, version);
    let expected = vec![
        // The weights into 2 and 3 stay.
        [leads(2, 0.21, 0.0), leads(3, 0.31, 8.3), leads(5, 0.0, 8.5)].into(),
        // The affinity out of 2 stays.
        [leads(1, 9.2, 2.1)].into(),
        [leads(1, 9.3, 0.0), leads(2, 0.23, 0.0)].into(),
        [].into(),
        [].into(),
    ];
    assert_eq!(found.lists, expected);
    assert_eq!(graph.counts().await.unwrap().similar, 6);
}

async fn an_edge_that_is_left_with_neither_half_is_removed(graph: &Opened) {
    let generation = with_edges(graph).await;

    put(graph, generation, &[solved(1, &[], &[])]).await;

    let one = similar_to(&**graph, 1).await;
    assert_eq!(one, [leads(2, 0.21, 0.0), leads(3, 0.31, 0.0)]);
    assert_eq!(similar_to(&**graph, 2).await, [leads(1, 0.0, 2.1)]);
    assert_eq!(similar_to(&**graph, 4).await, []);
    assert_eq!(graph.counts().await.unwrap().similar, 4);

    let none = [2, 3].map(|title| solved(title, &[], &[]));
    put(graph, generation, &none).await;

    assert_eq!(similar_to(&**graph, 1).await, []);
    assert_eq!(graph.counts().await.unwrap().similar, 0);
}

async fn an_edge_between_two_solved_titles_has_a_half_of_each(graph: &Opened) {
    let generation = with_edges(graph).await;

    let anew = [
        solved(5, &[(6, 5.6)], &[(6, 0.56)]),
        solved(6, &[(5, 6.5)], &[(5, 0.65), (1, 0.61)]),
    ];
    put(graph, generation, &anew).await;

    assert_eq!(similar_to(&**graph, 5).await, [leads(6, 6.5, 0.56)]);
    let six = similar_to(&**graph, 6).await;
    assert_eq!(six, [leads(1, 0.0, 0.61), leads(5, 5.6, 0.65)]);
    assert_eq!(graph.counts().await.unwrap().similar, 8);
}

async fn the_same_again_changes_no_edge(graph: &Opened) {
    let generation = with_edges(graph).await;
    let all = titles(&[1, 2, 3, 4, 5, 6]);
    let anew = [
        solved(1, &[(5, 0.1)], &[(2, 7.0)]),
        solved(2, &[(1, 0.3)], &[]),
    ];
    put(graph, generation, &anew).await;
    let once = graph.similar(&all).await.unwrap();

    let version = put(graph, generation, &anew).await;

    let twice = graph.similar(&all).await.unwrap();
    assert_eq!(twice.lists, once.lists);
    assert_eq!((twice.version, version.revision), (version, 2));
    assert_eq!(changed_after(graph, 1).await, Vec::<u64>::new());
}

async fn edges_to_a_title_without_a_node_are_never_made(graph: &Opened) {
    let generation = with_edges(graph).await;
    let before = graph.counts().await.unwrap();

    let anew = [
        solved(5, &[(404, 1.0)], &[(404, 1.0)]),
        solved(404, &[(5, 1.0)], &[(5, 1.0)]),
    ];
    put(graph, generation, &anew).await;

    assert_eq!(similar_to(&**graph, 5).await, []);
    assert_eq!(similar_to(&**graph, 404).await, []);
    assert_eq!(graph.counts().await.unwrap(), before);
}

async fn the_newer_solution_says_how_many_watched_both(graph: &Opened) {
    let generation = with_edges(graph).await;
    let half = Incoming {
        from: TitleId(1),
        weight: Weight {
            sum: 0.5,
            ..Weight::default()
        },
        co_watches: 8,
    };
    let anew = Solution {
        incoming: vec![half],
        ..solved(2, &[], &[])
    };

    put(graph, generation, &[anew]).await;

    let edge = similar_to(&**graph, 1).await[0];
    assert_eq!((edge.to, edge.weight), (TitleId(2), half.weight));
    assert_eq!((edge.affinity, edge.co_watches), (1.2, 8));
}

async fn another_generation_is_left_alone(graph: &Opened) {
    let former = with_edges(graph).await;
    let current = with_edges(graph).await;
    let before = graph.similar(&titles(&[1, 2, 3, 4])).await.unwrap();
    let anew = [solved(1, &[(5, 0.5)], &[(6, 0.6)])];

    let late = put(graph, former, &anew).await;
    let early = put(graph, current + 1, &anew).await;

    assert_eq!((late, early), (before.version, before.version));
    assert_eq!((late.generation, late.revision), (current, 0));
    let after = graph.similar(&titles(&[1, 2, 3, 4])).await.unwrap();
    assert_eq!(after, before);
    assert_eq!(changed_after(graph, 0).await, Vec::<u64>::new());
}

async fn titles_with_changed_edges_are_found_by_revision(graph: &Opened) {
    let generation = with_edges(graph).await;
    assert_eq!(changed_after(graph, 0).await, Vec::<u64>::new());

    // 4 loses its edge, 6 gets one, the weight from 2 stays, 1 gets other affinities.
    let first = solved(1, &[(2, 0.12), (6, 0.16)], &[(3, 9.9)]);
    put(graph, generation, &[first]).await;
    assert_eq!(changed_after(graph, 0).await, [1, 4, 6]);

    let second = solved(5, &[(4, 0.5)], &[]);
    put(graph, generation, &[second]).await;
    assert_eq!(changed_after(graph, 0).await, [1, 4, 6]);
    assert_eq!(changed_after(graph, 1).await, [4]);
    assert_eq!(changed_after(graph, 2).await, Vec::<u64>::new());
    assert_eq!(changed_after(graph, u64::MAX).await, Vec::<u64>::new());
}

async fn a_new_generation_forgets_what_was_changed_before(graph: &Opened) {
    let former = with_edges(graph).await;
    for affinity in [0.1, 0.2, 0.3] {
        put(graph, former, &[solved(5, &[], &[(6, affinity)])]).await;
    }
    let current = with_edges(graph).await;

    assert_eq!(changed_after(graph, 0).await, Vec::<u64>::new());
    assert_eq!(similar_to(&**graph, 5).await, []);
    put(graph, current, &[solved(6, &[], &[(1, 0.5)])]).await;
    assert_eq!(changed_after(graph, 0).await, [6]);
}

async fn readers_see_the_edges_of_before_or_after(graph: &Opened) {
    const FILMS: u64 = 50;
    with_films(&**graph, FILMS).await;
    // An odd number of edges, then an even one, and so on; all say the number of the revision.
    let all_with = |revision: u32| -> Vec<Solution> {
        let others = 1..=FILMS - u64::from(revision % 2);
        let halves: Vec<_> = others
            .map(|other| (other, f64::from(revision) + 1.0))
            .collect();
        let ends = 1..=FILMS;
        ends.map(|title| solved(title, &halves, &halves)).collect()
    };
    replace(&**graph, &all_with(0)).await;
    let generation = graph.similar_version().await.unwrap().generation;

    let is_done = AtomicBool::new(false);
    let write = async {
        for revision in 1..=10 {
            put(graph, generation, &all_with(revision)).await;
        }
        is_done.store(true, Ordering::SeqCst);
    };
    let read = async {
        let mut seen = 0;
        while !is_done.load(Ordering::SeqCst) {
            let found = graph.similar(&titles(&[1, 2, 7])).await.unwrap();
            let revision = u32::try_from(found.version.revision).unwrap();
            assert!(revision >= seen);
            seen = revision;
            let sum = f64::from(revision) + 1.0;
            for list in found.lists {
                let last = FILMS - u64::from(revision % 2);
                let mut whole: Vec<_> = (1..=last).map(|to| leads(to, sum, sum)).collect();
                whole.extend((last + 1..=FILMS).map(|to| leads(to, sum, 0.0)));
                assert_eq!(*list, whole, "in revision {revision}");
            }
        }
    };
    futures::join!(write, read);
}

async fn of_solutions_at_the_same_time_all_stay(graph: &Opened) {
    let generation = with_edges(graph).await;
    let writers = [1_u64, 2, 3, 4].map(|title| async move {
        for turn in 1..=3_u32 {
            let halves = [(5, f64::from(turn)), (6, f64::from(turn))];
            let anew = solved(title, &halves, &halves);
            graph.put_solutions(generation, &[anew]).await.unwrap();
        }
    });

    futures::future::join_all(writers).await;

    let version = graph.similar_version().await.unwrap();
    assert_eq!((version.generation, version.revision), (generation, 12));
    for title in 1..=4 {
        let list = similar_to(&**graph, title).await;
        assert_eq!(list, [leads(5, 0.0, 3.0), leads(6, 0.0, 3.0)]);
    }
    for title in [5, 6] {
        let list = similar_to(&**graph, title).await;
        let expected: Vec<_> = (1..=4).map(|to| leads(to, 3.0, 0.0)).collect();
        assert_eq!(list, expected);
    }
    assert_eq!(graph.counts().await.unwrap().similar, 16);
}

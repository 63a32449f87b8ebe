//! `SIMILAR` edges: all of them are replaced, at once.

use std::sync::atomic::{AtomicBool, Ordering};

use super::{
    Opened, at, film, leads, open, replace, similar_to, solved, then, titles, watched, with_films,
};
use reelgraph::domain::ids::TitleId;
use reelgraph::domain::recommend::{
    Incoming, Outgoing, SimilarEdge, SimilarVersion, Solution, Weight,
};

on_every_backend!(open on [sqlite, neo4j]:
    without_a_generation_there_are_no_edges,
    an_edge_has_a_half_of_each_of_its_ends,
    all_edges_are_replaced,
    edges_can_be_replaced_by_none,
    edges_from_or_to_a_title_without_a_node_are_left_out,
    a_node_that_only_an_edge_needs_is_enough,
    lists_come_in_the_order_asked_and_by_the_id_of_the_end,
    an_edge_is_kept_to_the_last_bit,
    edges_stay_when_their_titles_are_written_again,
    every_generation_is_later_than_those_before,
    readers_see_the_old_edges_or_the_new,
    of_two_replacements_the_one_that_began_last_stays,
);

async fn version(graph: &Opened) -> SimilarVersion {
    graph.similar_version().await.unwrap()
}

async fn without_a_generation_there_are_no_edges(graph: &Opened) {
    with_films(&**graph, 2).await;

    let found = graph.similar(&titles(&[1, 2])).await.unwrap();

    assert_eq!(version(graph).await, SimilarVersion::default());
    assert_eq!(found.version, SimilarVersion::default());
    assert_eq!(found.lists, vec![[].into(), [].into()]);
    assert_eq!(graph.similar_changed_after(0).await.unwrap(), []);
    let put = graph.put_solutions(0, &[solved(1, &[(2, 0.5)], &[])]).await;
    assert_eq!(put.unwrap(), SimilarVersion::default());
    assert_eq!(similar_to(&**graph, 2).await, []);
}

async fn an_edge_has_a_half_of_each_of_its_ends(graph: &Opened) {
    with_films(&**graph, 4).await;
    let solutions = [
        solved(1, &[(2, 0.1)], &[(2, 0.2), (3, 0.3)]),
        solved(2, &[(1, -0.4), (4, 0.5)], &[]),
    ];

    let count = replace(&**graph, &solutions).await;

    let expected = [leads(2, -0.4, 0.2), leads(3, 0.0, 0.3)];
    assert_eq!(similar_to(&**graph, 1).await, expected);
    assert_eq!(similar_to(&**graph, 2).await, [leads(1, 0.1, 0.0)]);
    assert_eq!(similar_to(&**graph, 3).await, []);
    assert_eq!(similar_to(&**graph, 4).await, [leads(2, 0.5, 0.0)]);
    assert_eq!(count, 4);
}

async fn all_edges_are_replaced(graph: &Opened) {
    with_films(&**graph, 4).await;
    let first = [
        solved(1, &[(2, 0.3)], &[(2, 0.5), (3, 0.4)]),
        solved(2, &[(1, 0.3)], &[]),
    ];
    let second = [solved(1, &[], &[(3, 0.9)]), solved(4, &[(3, 0.8)], &[])];
    let all = titles(&[1, 2, 3]);

    replace(&**graph, &first).await;
    let after_first = graph.similar(&all).await.unwrap().lists;
    let first_count = graph.counts().await.unwrap().similar;
    replace(&**graph, &second).await;
    let after_second = graph.similar(&all).await.unwrap().lists;
    let second_count = graph.counts().await.unwrap().similar;

    let expected = vec![
        [leads(2, 0.3, 0.5), leads(3, 0.0, 0.4)].into(),
        [leads(1, 0.3, 0.0)].into(),
        [].into(),
    ];
    assert_eq!((after_first, first_count), (expected, 3));
    let expected = vec![
        [leads(3, 0.0, 0.9)].into(),
        [].into(),
        [leads(4, 0.8, 0.0)].into(),
    ];
    assert_eq!((after_second, second_count), (expected, 2));
}

async fn edges_can_be_replaced_by_none(graph: &Opened) {
    with_films(&**graph, 2).await;
    replace(&**graph, &[solved(1, &[], &[(2, 0.5)])]).await;

    assert_eq!(replace(&**graph, &[]).await, 0);

    assert_eq!(similar_to(&**graph, 1).await, []);
    assert_eq!(graph.counts().await.unwrap().similar, 0);
}

async fn edges_from_or_to_a_title_without_a_node_are_left_out(graph: &Opened) {
    with_films(&**graph, 2).await;

    let solutions = [
        solved(1, &[(404, 0.9)], &[(404, 0.8), (2, 0.7)]),
        solved(404, &[(1, 0.6)], &[(1, 0.5)]),
    ];
    let count = replace(&**graph, &solutions).await;

    assert_eq!(similar_to(&**graph, 1).await, [leads(2, 0.0, 0.7)]);
    assert_eq!(similar_to(&**graph, 404).await, []);
    let counts = graph.counts().await.unwrap();
    assert_eq!((counts.titles, counts.similar, count), (2, 1, 1));
}

async fn a_node_that_only_an_edge_needs_is_enough(graph: &Opened) {
    graph
        .put_watched(&[watched(1, 1, 1.0), watched(1, 2, 1.0)])
        .await
        .unwrap();

    replace(&**graph, &[solved(1, &[], &[(2, 0.5)])]).await;

    assert_eq!(similar_to(&**graph, 1).await, [leads(2, 0.0, 0.5)]);
}

async fn lists_come_in_the_order_asked_and_by_the_id_of_the_end(graph: &Opened) {
    with_films(&**graph, 5).await;
    let solutions = [
        solved(1, &[], &[(5, 0.5), (2, 0.1), (4, 0.9)]),
        solved(3, &[(1, 2.0)], &[(2, 0.2)]),
    ];
    replace(&**graph, &solutions).await;

    let found = graph.similar(&titles(&[3, 404, 1, 3])).await.unwrap();

    let of_three = [leads(2, 0.0, 0.2)];
    let of_one = [
        leads(2, 0.0, 0.1),
        leads(3, 2.0, 0.0),
        leads(4, 0.0, 0.9),
        leads(5, 0.0, 0.5),
    ];
    let expected = vec![of_three.into(), [].into(), of_one.into(), of_three.into()];
    assert_eq!(found.lists, expected);
    assert_eq!(found.version, version(graph).await);
    assert_eq!(graph.similar(&[]).await.unwrap().lists, vec![]);
}

async fn an_edge_is_kept_to_the_last_bit(graph: &Opened) {
    with_films(&**graph, 3).await;
    let weight = Weight {
        sum: 0.0,
        director: 0.1 + 0.2,
        actor: -1e-300,
        genre: f64::MIN_POSITIVE,
    };
    let solution = Solution {
        title: TitleId(2),
        incoming: vec![Incoming {
            from: TitleId(1),
            weight,
            co_watches: u32::MAX,
        }],
        page: vec![Outgoing {
            to: TitleId(3),
            affinity: 0.1 + 0.2,
            co_watches: u32::MAX,
        }],
    };

    replace(&**graph, &[solution]).await;

    let edge = |to, weight, affinity| SimilarEdge {
        to: TitleId(to),
        weight,
        affinity,
        co_watches: u32::MAX,
    };
    assert_eq!(similar_to(&**graph, 1).await, [edge(2, weight, 0.0)]);
    let of_the_other = similar_to(&**graph, 2).await;
    assert_eq!(of_the_other, [edge(3, Weight::default(), 0.1 + 0.2)]);
}

async fn edges_stay_when_their_titles_are_written_again(graph: &Opened) {
    with_films(&**graph, 2).await;
    replace(&**graph, &[solved(1, &[], &[(2, 0.5)])]).await;
    let mut newer = film(1);
    newer.revision = 2;

    graph.put_titles(&[newer]).await.unwrap();

    assert_eq!(similar_to(&**graph, 1).await, [leads(2, 0.0, 0.5)]);
}

async fn every_generation_is_later_than_those_before(graph: &Opened) {
    with_films(&**graph, 2).await;
    let solutions = [solved(1, &[], &[(2, 0.5)])];
    let mut before = SimilarVersion::default();
    for turn in 0..4 {
        let computed_at = at(1_700_000_000_000 + turn);
        graph
            .replace_similar(&solutions, computed_at)
            .await
            .unwrap();

        let after = version(graph).await;
        assert!(after > before && after.generation > before.generation);
        assert_eq!((after.revision, after.computed_at), (0, computed_at));
        before = graph
            .put_solutions(after.generation, &solutions)
            .await
            .unwrap();
        assert!(before > after);
    }
}

async fn readers_see_the_old_edges_or_the_new(graph: &Opened) {
    const FILMS: u64 = 60;
    with_films(&**graph, FILMS).await;
    let all_with = |sum: f64| -> Vec<Solution> {
        let halves: Vec<_> = (1..=FILMS).map(|other| (other, sum)).collect();
        let solved = |title| solved(title, &halves, &halves);
        (1..=FILMS).map(solved).collect()
    };
    let generations = [all_with(0.25), all_with(0.5)];
    replace(&**graph, &generations[0]).await;

    let is_done = AtomicBool::new(false);
    let write = async {
        for turn in 1..=8 {
            replace(&**graph, &generations[turn % 2]).await;
        }
        is_done.store(true, Ordering::SeqCst);
    };
    let read = async {
        let mut seen = SimilarVersion::default();
        while !is_done.load(Ordering::SeqCst) {
            let found = graph.similar(&titles(&[1, 2, FILMS])).await.unwrap();
            assert!(found.version >= seen);
            seen = found.version;
            let affinity = found.lists[0][0].affinity;
            let whole: Vec<_> = (1..=FILMS)
                .map(|to| leads(to, affinity, affinity))
                .collect();
            for list in found.lists {
                assert_eq!(*list, whole);
            }
        }
    };
    futures::join!(write, read);
}

async fn of_two_replacements_the_one_that_began_last_stays(graph: &Opened) {
    const FILMS: u64 = 150;
    with_films(&**graph, FILMS).await;
    let page: Vec<_> = (1..=FILMS).map(|to| (to, 0.5)).collect();
    let many: Vec<_> = (1..=FILMS).map(|from| solved(from, &[], &page)).collect();
    let few = [solved(2, &[(1, 0.25)], &[])];

    // The one with much to write begins first and comes last. Nothing outside says when it has begun, so a machine that
    // is too busy for one wait gets a longer one: if the last that comes stayed, it would be that of many each time.
    for (turn, wait) in (1..).zip([150, 300, 600, 1_200]) {
        let computed_at = at(1_700_000_900_000 + turn);
        let (first, second) = futures::join!(graph.replace_similar(&many, then()), async {
            tokio::time::sleep(std::time::Duration::from_millis(wait)).await;
            graph.replace_similar(&few, computed_at).await
        });
        first.unwrap();
        second.unwrap();
        if version(graph).await.computed_at == computed_at {
            assert_eq!(similar_to(&**graph, 1).await, [leads(2, 0.25, 0.0)]);
            assert_eq!(graph.counts().await.unwrap().similar, 1);
            return;
        }
    }
    panic!("the one that began first stayed each time");
}

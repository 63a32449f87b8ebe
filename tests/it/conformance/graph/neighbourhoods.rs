//! What ranking asks, on graphs small enough to know every answer.

use super::{FAR, Opened, at, film, film_by, leads, open, similar, titles, watched};
use reelgraph::domain::ids::{ProfileId, TitleId};
use reelgraph::domain::recommend::{
    ProfileNeighbourhood, Reach, Seed, SimilarEdge, TitleNeighbourhood, TitleNode, WatchedEdge,
};

on_every_backend!(open on [sqlite, neo4j]:
    a_title_without_a_node_has_no_neighbourhood,
    a_title_without_edges_has_an_empty_neighbourhood,
    similar_titles_come_by_affinity_then_id,
    similar_titles_end_at_the_reach,
    titles_by_the_same_people_come_by_id,
    nobody_counts_as_a_director_here_and_an_actor_there,
    an_actor_counts_within_the_reach_in_both,
    without_a_reach_only_directors_count,
    those_that_share_the_most_people_stay_within_the_reach,
    a_person_in_a_role_counts_once,
    whoever_has_too_many_credits_is_not_followed,
    a_profile_without_a_node_has_no_neighbourhood,
    seeds_come_by_weight_then_id,
    a_seed_has_what_is_known_of_the_edge,
    watched_titles_are_left_out_of_similar_after_the_reach,
    all_that_is_watched_comes_by_id,
    titles_by_people_of_any_seed_are_not_watched,
    a_pair_of_person_and_role_counts_once_over_all_seeds,
    watched_titles_take_no_place_among_those_by_people,
    only_seeds_lead_to_people,
);

async fn around_title(graph: &Opened, title: u64, reach: &Reach) -> TitleNeighbourhood {
    let found = graph.title_neighbourhood(TitleId(title), reach).await;
    found.unwrap()
}

async fn by_people(graph: &Opened, title: u64, reach: &Reach) -> Vec<TitleId> {
    around_title(graph, title, reach).await.by_people
}

async fn around_profile(graph: &Opened, profile: u64, reach: &Reach) -> ProfileNeighbourhood {
    let found = graph.profile_neighbourhood(ProfileId(profile), reach).await;
    found.unwrap()
}

async fn a_title_without_a_node_has_no_neighbourhood(graph: &Opened) {
    graph.put_titles(&[film_by(1, &[11], &[])]).await.unwrap();

    let found = around_title(graph, 404, &FAR).await;

    assert_eq!(found, TitleNeighbourhood::default());
}

async fn a_title_without_edges_has_an_empty_neighbourhood(graph: &Opened) {
    graph.put_titles(&[film(1), film(2)]).await.unwrap();

    let found = around_title(graph, 1, &FAR).await;

    assert_eq!(found, TitleNeighbourhood::default());
}

async fn similar_titles_come_by_affinity_then_id(graph: &Opened) {
    let films: Vec<TitleNode> = (1..=6).map(film).collect();
    graph.put_titles(&films).await.unwrap();
    let edges = [(6, 0.5), (2, 0.1), (5, 0.5), (4, 0.9), (3, 0.5)];
    let edges = edges.map(|(to, affinity)| similar(1, to, affinity));
    graph.replace_similar(&edges).await.unwrap();

    let found = around_title(graph, 1, &FAR).await;

    let expected = [(4, 0.9), (3, 0.5), (5, 0.5), (6, 0.5), (2, 0.1)];
    assert_eq!(
        found.similar,
        expected.map(|(to, affinity)| leads(to, affinity))
    );
}

async fn similar_titles_end_at_the_reach(graph: &Opened) {
    let films: Vec<TitleNode> = (1..=5).map(film).collect();
    graph.put_titles(&films).await.unwrap();
    let edges = [(5, 0.5), (2, 0.1), (4, 0.5), (3, 0.9)];
    let edges = edges.map(|(to, affinity)| similar(1, to, affinity));
    graph.replace_similar(&edges).await.unwrap();

    let two = around_title(graph, 1, &Reach { similar: 2, ..FAR }).await;
    let none = around_title(graph, 1, &Reach { similar: 0, ..FAR }).await;

    assert_eq!(two.similar, [leads(3, 0.9), leads(4, 0.5)]);
    assert_eq!(none.similar, []);
}

async fn titles_by_the_same_people_come_by_id(graph: &Opened) {
    let films = [
        film_by(5, &[11], &[21]),
        film_by(9, &[11], &[]),
        film_by(2, &[12], &[22, 21]),
        film_by(7, &[11, 13], &[21]),
        film_by(3, &[12], &[22]),
    ];
    graph.put_titles(&films).await.unwrap();

    assert_eq!(by_people(graph, 5, &FAR).await, titles(&[2, 7, 9]));
    assert_eq!(by_people(graph, 3, &FAR).await, titles(&[2]));
}

async fn nobody_counts_as_a_director_here_and_an_actor_there(graph: &Opened) {
    let films = [
        film_by(1, &[11], &[12]),
        film_by(2, &[12], &[11]),
        film_by(3, &[11], &[11]),
    ];
    graph.put_titles(&films).await.unwrap();

    assert_eq!(by_people(graph, 1, &FAR).await, titles(&[3]));
    assert_eq!(by_people(graph, 2, &FAR).await, titles(&[3]));
    assert_eq!(by_people(graph, 3, &FAR).await, titles(&[1, 2]));
}

async fn an_actor_counts_within_the_reach_in_both(graph: &Opened) {
    let films = [
        film_by(1, &[], &[21, 22, 23]),
        film_by(2, &[], &[22, 21, 24]),
        film_by(3, &[], &[25, 26, 21]),
        film_by(4, &[], &[23, 27]),
    ];
    graph.put_titles(&films).await.unwrap();

    let reach = |actors| Reach { actors, ..FAR };
    assert_eq!(by_people(graph, 1, &reach(1)).await, titles(&[]));
    assert_eq!(by_people(graph, 1, &reach(2)).await, titles(&[2]));
    assert_eq!(by_people(graph, 1, &reach(3)).await, titles(&[2, 3, 4]));
    assert_eq!(by_people(graph, 4, &reach(2)).await, titles(&[]));
}

async fn without_a_reach_only_directors_count(graph: &Opened) {
    let films = [
        film_by(1, &[10, 11], &[21]),
        film_by(2, &[12, 13, 11], &[]),
        film_by(3, &[], &[21]),
    ];
    graph.put_titles(&films).await.unwrap();

    let reach = Reach { actors: 0, ..FAR };
    assert_eq!(by_people(graph, 1, &reach).await, titles(&[2]));
}

async fn those_that_share_the_most_people_stay_within_the_reach(graph: &Opened) {
    let films = [
        film_by(1, &[11, 12], &[21, 22]),
        film_by(2, &[11], &[]),
        film_by(3, &[], &[22]),
        film_by(4, &[11], &[21, 22]),
        film_by(5, &[12], &[21]),
        film_by(6, &[12], &[22]),
    ];
    graph.put_titles(&films).await.unwrap();

    let reach = |by_people| Reach { by_people, ..FAR };
    assert_eq!(by_people(graph, 1, &reach(0)).await, titles(&[]));
    assert_eq!(by_people(graph, 1, &reach(1)).await, titles(&[4]));
    assert_eq!(by_people(graph, 1, &reach(2)).await, titles(&[4, 5]));
    assert_eq!(by_people(graph, 1, &reach(3)).await, titles(&[4, 5, 6]));
    assert_eq!(by_people(graph, 1, &reach(4)).await, titles(&[2, 4, 5, 6]));
}

async fn a_person_in_a_role_counts_once(graph: &Opened) {
    // 11 stands twice in the billing of 3, and is an actor beside in 4.
    let films = [
        film_by(1, &[11, 11], &[11, 22]),
        film_by(2, &[12], &[22]),
        film_by(3, &[11, 13, 11], &[]),
        film_by(4, &[11], &[11]),
    ];
    graph.put_titles(&films).await.unwrap();

    let reach = |by_people| Reach { by_people, ..FAR };
    assert_eq!(by_people(graph, 1, &reach(1)).await, titles(&[4]));
    assert_eq!(by_people(graph, 1, &reach(2)).await, titles(&[2, 4]));
}

async fn whoever_has_too_many_credits_is_not_followed(graph: &Opened) {
    let most = u64::from(Reach::MAX_CREDITS);
    let mut films: Vec<TitleNode> = (1..=most).map(|id| film_by(id, &[11], &[11])).collect();
    films[0].directors.push((super::people(&[12])).remove(0));
    films.push(film_by(5000, &[12], &[]));
    graph.put_titles(&films).await.unwrap();
    let just_enough = by_people(graph, 1, &FAR).await;

    graph
        .put_titles(&[film_by(6000, &[11], &[])])
        .await
        .unwrap();
    let one_too_many = by_people(graph, 1, &Reach { actors: 0, ..FAR }).await;
    let in_the_other_role = by_people(
        graph,
        2,
        &Reach {
            by_people: 2,
            ..FAR
        },
    )
    .await;

    let first: Vec<u64> = (2..=101).collect();
    assert_eq!(just_enough, titles(&first));
    assert_eq!(one_too_many, titles(&[5000]));
    assert_eq!(in_the_other_role, titles(&[1, 3]));
}

async fn a_profile_without_a_node_has_no_neighbourhood(graph: &Opened) {
    graph.put_watched(&[watched(1, 1, 1.0)]).await.unwrap();

    let found = around_profile(graph, 404, &FAR).await;

    assert_eq!(found, ProfileNeighbourhood::default());
}

async fn seeds_come_by_weight_then_id(graph: &Opened) {
    let edges = [(6, 0.5), (2, 0.0), (5, 0.5), (4, 3.0), (3, 0.5)];
    let edges = edges.map(|(title, weight)| watched(1, title, weight));
    graph.put_watched(&edges).await.unwrap();
    let ids = |found: ProfileNeighbourhood| -> Vec<TitleId> {
        found.seeds.into_iter().map(|seed| seed.title).collect()
    };

    let all = around_profile(graph, 1, &FAR).await;
    let three = around_profile(graph, 1, &Reach { seeds: 3, ..FAR }).await;

    assert_eq!(three.watched, titles(&[2, 3, 4, 5, 6]));
    assert_eq!(ids(all), titles(&[4, 3, 5, 6, 2]));
    assert_eq!(ids(three), titles(&[4, 3, 5]));
}

async fn a_seed_has_what_is_known_of_the_edge(graph: &Opened) {
    let edge = WatchedEdge {
        last_at: at(1_712_345_678_901),
        liked: Some(false),
        ..watched(1, 1, 0.1 + 0.2)
    };
    graph
        .put_watched(&[edge, watched(2, 2, 9.0)])
        .await
        .unwrap();

    let found = around_profile(graph, 1, &FAR).await;

    let seed = Seed {
        title: TitleId(1),
        weight: 0.1 + 0.2,
        last_at: at(1_712_345_678_901),
        liked: Some(false),
        similar: Vec::new(),
    };
    let expected = ProfileNeighbourhood {
        seeds: vec![seed],
        watched: titles(&[1]),
        by_people: Vec::new(),
    };
    assert_eq!(found, expected);
}

async fn watched_titles_are_left_out_of_similar_after_the_reach(graph: &Opened) {
    let films: Vec<TitleNode> = (1..=6).map(film).collect();
    graph.put_titles(&films).await.unwrap();
    graph
        .put_watched(&[watched(1, 1, 2.0), watched(1, 4, 1.0)])
        .await
        .unwrap();
    let edges = [
        (1, 4, 0.9),
        (1, 6, 0.8),
        (1, 5, 0.8),
        (1, 3, 0.7),
        (4, 1, 0.6),
        (4, 2, 0.5),
    ];
    let edges = edges.map(|(from, to, affinity)| similar(from, to, affinity));
    graph.replace_similar(&edges).await.unwrap();

    let found = around_profile(graph, 1, &Reach { similar: 3, ..FAR }).await;

    let similar: Vec<Vec<SimilarEdge>> = found.seeds.into_iter().map(|seed| seed.similar).collect();
    assert_eq!(
        similar,
        [vec![leads(5, 0.8), leads(6, 0.8)], vec![leads(2, 0.5)]]
    );
}

async fn all_that_is_watched_comes_by_id(graph: &Opened) {
    let edges = [
        watched(1, 30, 0.3),
        watched(1, 4, 0.1),
        watched(1, 12, 0.9),
        watched(2, 5, 1.0),
    ];
    graph.put_watched(&edges).await.unwrap();

    let found = around_profile(graph, 1, &Reach { seeds: 1, ..FAR }).await;

    assert_eq!(found.watched, titles(&[4, 12, 30]));
}

async fn titles_by_people_of_any_seed_are_not_watched(graph: &Opened) {
    let films = [
        film_by(1, &[11], &[21]),
        film_by(2, &[12], &[22]),
        film_by(3, &[11], &[]),
        film_by(4, &[13], &[22]),
        film_by(5, &[12], &[]),
        film_by(6, &[13], &[23]),
    ];
    graph.put_titles(&films).await.unwrap();
    graph
        .put_watched(&[watched(1, 1, 2.0), watched(1, 2, 1.0), watched(1, 5, 0.5)])
        .await
        .unwrap();

    let found = around_profile(graph, 1, &FAR).await;

    assert_eq!(found.by_people, titles(&[3, 4]));
}

async fn a_pair_of_person_and_role_counts_once_over_all_seeds(graph: &Opened) {
    // Both seeds are by 11, which is one pair; 8 shares two pairs, one with each seed.
    let films = [
        film_by(1, &[11], &[21]),
        film_by(2, &[11], &[22]),
        film_by(7, &[11], &[]),
        film_by(8, &[13], &[21, 22]),
    ];
    graph.put_titles(&films).await.unwrap();
    graph
        .put_watched(&[watched(1, 1, 2.0), watched(1, 2, 1.0)])
        .await
        .unwrap();

    let one = around_profile(
        graph,
        1,
        &Reach {
            by_people: 1,
            ..FAR
        },
    )
    .await;
    let all = around_profile(graph, 1, &FAR).await;

    assert_eq!(one.by_people, titles(&[8]));
    assert_eq!(all.by_people, titles(&[7, 8]));
}

async fn watched_titles_take_no_place_among_those_by_people(graph: &Opened) {
    let films = [
        film_by(1, &[11, 12], &[]),
        film_by(2, &[11, 12], &[]),
        film_by(3, &[11, 12], &[]),
        film_by(4, &[12], &[]),
        film_by(5, &[11], &[]),
    ];
    graph.put_titles(&films).await.unwrap();
    graph
        .put_watched(&[watched(1, 1, 2.0), watched(1, 2, 0.1), watched(1, 3, 0.1)])
        .await
        .unwrap();

    let reach = Reach {
        seeds: 1,
        by_people: 1,
        ..FAR
    };
    let found = around_profile(graph, 1, &reach).await;

    assert_eq!(found.by_people, titles(&[4]));
}

async fn only_seeds_lead_to_people(graph: &Opened) {
    let films = [
        film_by(1, &[11], &[]),
        film_by(2, &[12], &[]),
        film_by(3, &[11], &[]),
        film_by(4, &[12], &[]),
    ];
    graph.put_titles(&films).await.unwrap();
    graph
        .put_watched(&[watched(1, 1, 2.0), watched(1, 2, 1.0)])
        .await
        .unwrap();

    let found = around_profile(graph, 1, &Reach { seeds: 1, ..FAR }).await;

    assert_eq!(found.by_people, titles(&[3]));
}

//! Going through the graph, counting it, emptying it.

use super::{Opened, everything, film, film_by, genres, nameless, open, similar, titles, watched};
use reelgraph::domain::ids::{ProfileId, TitleId};
use reelgraph::domain::recommend::{
    GraphCounts, ProfileNeighbourhood, TitleNeighbourhood, TitleNode,
};

on_every_backend!(open on [sqlite, neo4j]:
    titles_are_walked_by_id,
    edges_are_walked_by_profile_and_title,
    watchers_are_counted_in_the_order_asked,
    each_sort_is_counted,
    clearing_removes_everything,
    a_graph_that_is_there_answers,
);

async fn titles_are_walked_by_id(graph: &Opened) {
    let all = [film(10), film(2), film(7), film(30)];
    graph.put_titles(&all).await.unwrap();
    graph.put_watched(&[watched(1, 8, 1.0)]).await.unwrap();

    let first = graph.titles_after(None, 2).await.unwrap();
    let second = graph.titles_after(Some(TitleId(7)), 2).await.unwrap();
    let between = graph.titles_after(Some(TitleId(8)), 1).await.unwrap();
    let last = graph.titles_after(Some(TitleId(30)), 2).await.unwrap();
    let none = graph.titles_after(None, 0).await.unwrap();

    assert_eq!(first, [nameless(film(2)), nameless(film(7))]);
    assert_eq!(second, [nameless(film(10)), nameless(film(30))]);
    assert_eq!(between, [nameless(film(10))]);
    assert_eq!(last, []);
    assert_eq!(none, []);
}

async fn edges_are_walked_by_profile_and_title(graph: &Opened) {
    let in_order = [
        watched(2, 5, 0.1),
        watched(2, 9, 0.2),
        watched(3, 1, 0.3),
        watched(3, 6, 0.4),
        watched(11, 2, 0.5),
    ];
    let mut all = in_order.clone();
    all.reverse();
    graph.put_watched(&all).await.unwrap();
    let after = async |profile, title, limit| {
        let key = Some((ProfileId(profile), TitleId(title)));
        graph.watched_after(key, limit).await.unwrap()
    };

    let first = graph.watched_after(None, 3).await.unwrap();
    let rest = after(3, 1, 3).await;
    let between = after(2, 7, 2).await;
    let within_a_profile = after(3, 4, 1).await;
    let last = after(11, 2, 3).await;

    assert_eq!(first, in_order[..3]);
    assert_eq!(rest, in_order[3..]);
    assert_eq!(between, in_order[1..3]);
    assert_eq!(within_a_profile, in_order[3..4]);
    assert_eq!(last, []);
}

async fn watchers_are_counted_in_the_order_asked(graph: &Opened) {
    graph.put_titles(&[film(3)]).await.unwrap();
    graph
        .put_watched(&[watched(1, 1, 1.0), watched(1, 2, 1.0), watched(2, 1, 1.0)])
        .await
        .unwrap();

    let counts = graph.watchers(&titles(&[2, 404, 1, 3, 1])).await.unwrap();

    assert_eq!(counts, [1, 0, 2, 0, 2]);
    assert_eq!(graph.watchers(&[]).await.unwrap(), Vec::<u64>::new());
}

async fn each_sort_is_counted(graph: &Opened) {
    let title = TitleNode {
        genres: genres(&[1, 2]),
        ..film_by(1, &[11], &[11, 12, 13])
    };
    graph.put_titles(&[title, film(2)]).await.unwrap();
    graph
        .put_watched(&[watched(1, 1, 1.0), watched(2, 1, 1.0), watched(2, 3, 1.0)])
        .await
        .unwrap();
    let edges = [
        similar(1, 2, 0.5),
        similar(1, 3, 0.5),
        similar(2, 1, 0.5),
        similar(3, 1, 0.5),
    ];
    graph.replace_similar(&edges).await.unwrap();

    let counts = graph.counts().await.unwrap();

    let expected = GraphCounts {
        profiles: 2,
        titles: 2,
        people: 3,
        genres: 2,
        watched: 3,
        similar: 4,
    };
    assert_eq!(counts, expected);
}

async fn clearing_removes_everything(graph: &Opened) {
    let title = TitleNode {
        genres: genres(&[1]),
        ..film_by(1, &[11], &[12])
    };
    graph.put_titles(&[title.clone(), film(2)]).await.unwrap();
    graph.put_watched(&[watched(1, 1, 1.0)]).await.unwrap();
    graph.replace_similar(&[similar(1, 2, 0.5)]).await.unwrap();

    graph.clear().await.unwrap();

    let reach = super::FAR;
    let counts = graph.counts().await.unwrap();
    assert_eq!(counts, GraphCounts::default());
    assert_eq!(everything(&**graph).await, (vec![], vec![]));
    let title_side = graph.title_neighbourhood(TitleId(1), &reach).await.unwrap();
    assert_eq!(title_side, TitleNeighbourhood::default());
    let profile_side = graph.profile_neighbourhood(ProfileId(1), &reach).await;
    assert_eq!(profile_side.unwrap(), ProfileNeighbourhood::default());

    // It can be filled anew, with the same revisions.
    graph.put_titles(&[title.clone(), film(2)]).await.unwrap();
    graph.replace_similar(&[similar(1, 2, 0.5)]).await.unwrap();
    let (found, _) = everything(&**graph).await;
    assert_eq!(found, [nameless(title), nameless(film(2))]);
    assert_eq!(graph.counts().await.unwrap().similar, 1);
}

async fn a_graph_that_is_there_answers(graph: &Opened) {
    graph.ping().await.unwrap();
}

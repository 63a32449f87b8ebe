//! Going through the graph, counting it, emptying it.

use super::{
    Opened, at, everything, film, film_by, genres, nameless, open, replace, similar_to, solved,
    titles, watched,
};
use reelgraph::domain::ids::{ProfileId, TitleId};
use reelgraph::domain::recommend::{GraphCounts, SimilarVersion, Taste, TitleNode};

on_every_backend!(open on [sqlite, neo4j]:
    titles_are_walked_by_id,
    edges_are_walked_by_profile_and_title,
    watchers_are_counted_in_the_order_asked,
    each_sort_is_counted,
    clearing_removes_everything,
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
    let solutions = [
        solved(1, &[(2, 0.5), (3, 0.5)], &[(2, 0.5), (3, 0.5)]),
        solved(2, &[], &[(1, 0.5)]),
    ];
    replace(&**graph, &solutions).await;

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
    let similar = [solved(1, &[(2, 0.5)], &[(2, 0.5)])];
    graph.put_titles(&[title.clone(), film(2)]).await.unwrap();
    graph.put_watched(&[watched(1, 1, 1.0)]).await.unwrap();
    replace(&**graph, &similar).await;
    let before = graph.similar_version().await.unwrap();
    graph
        .put_solutions(before.generation, &similar)
        .await
        .unwrap();

    graph.clear().await.unwrap();

    let counts = graph.counts().await.unwrap();
    assert_eq!(counts, GraphCounts::default());
    assert_eq!(everything(&**graph).await, (vec![], vec![]));
    assert_eq!(*graph.taste(ProfileId(1)).await.unwrap(), Taste::default());
    assert_eq!(graph.trending(at(0), 9).await.unwrap(), []);
    let version = graph.similar_version().await.unwrap();
    assert_eq!(version, SimilarVersion::default());
    assert_eq!(similar_to(&**graph, 1).await, []);
    assert_eq!(graph.similar_changed_after(0).await.unwrap(), []);
    let late = graph.put_solutions(before.generation, &similar).await;
    assert_eq!(late.unwrap(), SimilarVersion::default());

    // It can be filled anew, with the same revisions. Whoever remembers the old edges can tell the new from them.
    graph.put_titles(&[title.clone(), film(2)]).await.unwrap();
    assert_eq!(replace(&**graph, &similar).await, 2);
    let (found, _) = everything(&**graph).await;
    assert_eq!(found, [nameless(title), nameless(film(2))]);
    assert_eq!(graph.counts().await.unwrap().similar, 2);
    let after = graph.similar_version().await.unwrap();
    assert!(after.generation > before.generation);
    assert_eq!(after.revision, 0);
}

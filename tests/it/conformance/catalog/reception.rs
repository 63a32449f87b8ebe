//! What viewers make of titles, in memory: it moves titles, and stays when they change.

use reelgraph::domain::catalog::{
    Rating, ReceptionKeeper, Thumbs, Title, TitleFilter, TitleListStore, TitleOrder, TitleQuery,
    Visibility,
};
use reelgraph::domain::ids::TitleId;
use reelgraph::domain::page::Direction;

use super::lists::walk_seen;
use super::samples::{film, revised};
use super::snapshot::{Servers, put};

#[tokio::test]
async fn what_viewers_make_of_titles_moves_them_and_stays_when_they_change() {
    let titles = (1..=6).map(|number| Title {
        scores: Vec::new(),
        ..film(number)
    });
    let servers = Servers::new(titles.clone().collect()).await;
    let here = &servers.here;
    let listed = async |order, least: Option<f64>| {
        let query = TitleQuery {
            filter: TitleFilter {
                min_rating: least.and_then(Rating::of_points),
                ..TitleFilter::default()
            },
            order,
        };
        let everything = Visibility::everything();
        let forward = walk_seen(here, &everything, &query, 2, Direction::Forward).await;
        let backward = walk_seen(here, &everything, &query, 4, Direction::Backward).await;
        assert_eq!(forward, backward);
        let count = here.count_titles(&everything, &query.filter).await.unwrap();
        assert_eq!(count, forward.len() as u64);
        let ids = forward.iter().map(|title| title.id.0);
        ids.collect::<Vec<u64>>()
    };
    let thumbs = |likes, dislikes| Thumbs { likes, dislikes };
    let ids = here.title_ids();
    assert_eq!(ids, [1, 2, 3, 4, 5, 6].map(TitleId));

    // (9 · 10 + 25 · 6.5) / 34 and 25 · 6.5 / 34.
    let said = [(2, thumbs(9, 0)), (5, thumbs(0, 9)), (404, thumbs(1, 0))];
    let said = said.map(|(title, thumbs)| (TitleId(title), thumbs));
    let mut news = here.put_thumbs(&ids, &said);
    news.sort_by_key(|(title, _)| *title);
    let watched = [(3, 4), (1, 4), (6, 9), (404, 1)];
    here.put_lately(&watched.map(|(title, watched)| (TitleId(title), watched)));

    assert_eq!(news, said[..2]);
    assert_eq!(here.put_thumbs(&ids, &said), [], "the same again");
    let (top, trending) = (TitleOrder::TopRated, TitleOrder::Trending);
    let (lowest, least) = (TitleOrder::LowestRated, TitleOrder::LeastTrending);
    assert_eq!(listed(top, None).await, [2, 5, 1, 3, 4, 6]);
    assert_eq!(listed(lowest, None).await, [5, 2, 1, 3, 4, 6]);
    assert_eq!(listed(least, None).await, [2, 4, 5, 1, 3, 6]);
    assert_eq!(listed(top, Some(0.0)).await, [2, 5]);
    assert_eq!(listed(top, Some(7.426)).await, [2]);
    assert_eq!(listed(trending, None).await, [6, 1, 3, 2, 4, 5]);

    // Another server changes all of them, and knows nothing of that.
    let next = titles.map(|title| revised(&title, |title| title.year = Some(2000)));
    put(&servers.there, next.collect()).await;
    servers.tell().await;
    assert_eq!(listed(top, Some(0.0)).await, [2, 5]);
    assert_eq!(listed(trending, None).await, [6, 1, 3, 2, 4, 5]);

    let mut news = here.put_thumbs(&ids, &[(TitleId(1), thumbs(1, 0))]);
    news.sort_by_key(|(title, _)| *title);
    here.put_lately(&[(TitleId(4), 1)]);
    let expected = [(1, thumbs(1, 0)), (2, thumbs(0, 0)), (5, thumbs(0, 0))];
    assert_eq!(
        news,
        expected.map(|(title, thumbs)| (TitleId(title), thumbs))
    );
    assert_eq!(listed(top, Some(0.0)).await, [1]);
    assert_eq!(listed(trending, None).await, [4, 1, 2, 3, 5, 6]);
    assert_eq!(listed(lowest, None).await, [1, 2, 3, 4, 5, 6]);
    assert_eq!(listed(least, None).await, [1, 2, 3, 5, 6, 4]);
}

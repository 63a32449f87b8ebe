//! Pages and counts: every order, every filter, both ways.

use std::cmp::Ordering;
use std::sync::Arc;

use chrono::NaiveDate;
use reelgraph::domain::catalog::{
    CreditRole, Title, TitleFacts, TitleFilter, TitleKind, TitleListStore, TitleOrder, TitleQuery,
    Visibility, mixed, release_day,
};
use reelgraph::domain::ids::{GenreId, PersonId, TitleId};
use reelgraph::domain::page::{Direction, Keyset, Slice, Window};
use reelgraph::domain::text;

use super::backend::{Opened, open};
use super::sample_filters::{filters, only};
use super::samples::{at, credit, film, put_titles, revised, series};

on_every_backend!(open on [memory]:
    every_order_runs_forward_through_all_pages,
    every_order_runs_backward_through_all_pages,
    names_are_compared_byte_by_byte,
    a_page_starts_where_no_title_is,
    a_page_is_full_and_still_the_last,
    every_filter_lets_through_what_passes,
    a_condition_that_nothing_can_meet_gives_nothing,
    a_changed_title_is_found_where_it_is_now,
    a_large_catalogue_is_filtered_in_every_order,
);

pub(super) const ORDERS: [TitleOrder; 16] = [
    TitleOrder::Name,
    TitleOrder::NameDescending,
    TitleOrder::NewestAdded,
    TitleOrder::OldestAdded,
    TitleOrder::NewestReleased,
    TitleOrder::OldestReleased,
    TitleOrder::RecentlyUpdated,
    TitleOrder::LeastRecentlyUpdated,
    TitleOrder::Popular,
    TitleOrder::LeastPopular,
    TitleOrder::TopRated,
    TitleOrder::LowestRated,
    TitleOrder::Trending,
    TitleOrder::LeastTrending,
    TitleOrder::Random(0),
    TitleOrder::Random(i32::MIN),
];

async fn every_order_runs_forward_through_all_pages(store: &Opened) {
    let all = full_of_ties(store).await;
    for order in ORDERS {
        for limit in [1, 3, 100] {
            let query = TitleQuery {
                filter: TitleFilter::default(),
                order,
            };

            let found = walk(store, &query, limit, Direction::Forward).await;

            assert_eq!(ids(&found), expected(&all, &query), "{order:?} by {limit}");
        }
    }
}

async fn every_order_runs_backward_through_all_pages(store: &Opened) {
    let all = full_of_ties(store).await;
    for order in ORDERS {
        for limit in [1, 4, 100] {
            let query = TitleQuery {
                filter: TitleFilter::default(),
                order,
            };

            let found = walk(store, &query, limit, Direction::Backward).await;

            assert_eq!(ids(&found), expected(&all, &query), "{order:?} by {limit}");
        }
    }
}

async fn names_are_compared_byte_by_byte(store: &Opened) {
    let names = [
        "zebra",
        "The Ant",
        "ångström",
        "王",
        "👍",
        "9",
        "zebra 2",
        "日",
    ];
    let all: Vec<_> = (1..)
        .zip(names)
        .map(|(number, name)| Title {
            name: name.to_owned(),
            ..film(number)
        })
        .collect();
    put_titles(store, all).await.unwrap();

    let found = walk(store, &TitleQuery::default(), 2, Direction::Forward).await;

    let names: Vec<_> = found.iter().map(|title| title.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "9",
            "ångström",
            "The Ant",
            "zebra",
            "zebra 2",
            "日",
            "王",
            "👍"
        ]
    );
}

async fn a_page_starts_where_no_title_is(store: &Opened) {
    put_titles(store, [1, 2, 4, 5].map(film)).await.unwrap();
    let order = TitleOrder::NewestAdded;
    let gone = Keyset::by_number(at(3).timestamp_millis(), 3);

    let query = TitleQuery {
        filter: TitleFilter::default(),
        order,
    };
    let after = store
        .list_titles(
            &Visibility::everything(),
            &query,
            &Window::after(1, gone.clone()),
        )
        .await
        .unwrap();
    let before = store
        .list_titles(
            &Visibility::everything(),
            &query,
            &Window {
                limit: 2,
                start: Some(gone),
                direction: Direction::Backward,
            },
        )
        .await
        .unwrap();

    let has_more = true;
    let rows = vec![film(2)].into_iter().map(Arc::new).collect();
    assert_eq!(after, Slice { rows, has_more });
    let has_more = false;
    let rows = vec![film(5), film(4)].into_iter().map(Arc::new).collect();
    assert_eq!(before, Slice { rows, has_more });
}

async fn a_page_is_full_and_still_the_last(store: &Opened) {
    put_titles(store, [film(1), film(2)]).await.unwrap();

    let query = TitleQuery::default();
    let full = store
        .list_titles(&Visibility::everything(), &query, &Window::first(2))
        .await
        .unwrap();
    let end = Keyset::by_text("film 2", 2);
    let past = store
        .list_titles(&Visibility::everything(), &query, &Window::after(2, end))
        .await;

    let has_more = false;
    let rows = vec![film(1), film(2)].into_iter().map(Arc::new).collect();
    assert_eq!(full, Slice { rows, has_more });
    let rows = Vec::new();
    assert_eq!(past.unwrap(), Slice { rows, has_more });
}

async fn every_filter_lets_through_what_passes(store: &Opened) {
    let all = full_of_ties(store).await;
    for filter in filters() {
        let query = TitleQuery {
            filter,
            order: TitleOrder::NewestReleased,
        };
        let expected = expected(&all, &query);

        let forward = walk(store, &query, 2, Direction::Forward).await;
        let backward = walk(store, &query, 3, Direction::Backward).await;
        let count = store
            .count_titles(&Visibility::everything(), &query.filter)
            .await
            .unwrap();

        assert_eq!(ids(&forward), expected, "{query:?}");
        assert_eq!(ids(&backward), expected, "{query:?}");
        assert_eq!(count, expected.len() as u64, "{query:?}");
    }
}

async fn a_condition_that_nothing_can_meet_gives_nothing(store: &Opened) {
    put_titles(store, [film(1), series(2)]).await.unwrap();
    for filter in [
        only(|filter| filter.kinds = Some(Vec::new())),
        only(|filter| filter.genres = Some(Vec::new())),
        only(|filter| filter.people = Some(Vec::new())),
        only(|filter| filter.genres = Some(vec![GenreId(404)])),
        only(|filter| {
            filter.year_from = Some(2000);
            filter.year_to = Some(1990);
        }),
        only(|filter| filter.language = Some("DE".to_owned())),
    ] {
        let order = TitleOrder::Name;
        let count = store
            .count_titles(&Visibility::everything(), &filter)
            .await
            .unwrap();
        let query = TitleQuery { filter, order };
        let found = store
            .list_titles(&Visibility::everything(), &query, &Window::first(5))
            .await
            .unwrap();

        let (rows, has_more) = (Vec::new(), false);
        assert_eq!(found, Slice { rows, has_more }, "{query:?}");
        assert_eq!(count, 0, "{query:?}");
    }
}

async fn a_changed_title_is_found_where_it_is_now(store: &Opened) {
    put_titles(store, [film(1)]).await.unwrap();
    let now = revised(&film(1), |title| {
        title.kind = TitleKind::Series;
        title.name = "Aaa".into();
        title.year = Some(2024);
        title.premiered = None;
        title.genres = vec![GenreId(9), GenreId(9)];
        title.credits = vec![credit(9, CreditRole::Actor, 0)];
        title.languages = vec!["fr".to_owned()];
        title.external_ids[0].value = "tt9".into();
    });
    put_titles(store, [now.clone(), film(2)]).await.unwrap();

    for filter in [
        only(|filter| filter.kinds = Some(vec![TitleKind::Series])),
        only(|filter| filter.genres = Some(vec![GenreId(9)])),
        only(|filter| filter.people = Some(vec![PersonId(9)])),
        only(|filter| filter.year_from = Some(2000)),
        only(|filter| filter.language = Some("fr".to_owned())),
    ] {
        assert_eq!(listed(store, &filter).await, std::slice::from_ref(&now));
    }
    for filter in [
        only(|filter| filter.kinds = Some(vec![TitleKind::Film])),
        only(|filter| filter.genres = Some(vec![GenreId(1)])),
        only(|filter| filter.people = Some(vec![PersonId(1)])),
        only(|filter| filter.year_to = Some(2000)),
        only(|filter| filter.language = Some("de".to_owned())),
    ] {
        assert_eq!(listed(store, &filter).await, [film(2)]);
    }
    let [before, now_imdb] = [&film(1), &now].map(|title| title.external_ids[0].clone());
    assert_eq!(store.titles_by_external_id(&[before]).await.unwrap(), []);
    let found = store.titles_by_external_id(&[now_imdb]).await.unwrap();
    assert_eq!(by_rows(found), std::slice::from_ref(&now));
    assert_eq!(listed(store, &TitleFilter::default()).await, [now, film(2)]);
}

/// More than a store may want to sort: each filter lets more than two thousand of three thousand titles pass.
async fn a_large_catalogue_is_filtered_in_every_order(store: &Opened) {
    let all: Vec<_> = (1..=3000)
        .map(|number| {
            let mut title = film(number);
            title.name = format!("{} {}", number % 50, number * 7919 % 3001);
            title.stamp.created_at = at(number * 7907 % 500);
            title.premiered = None;
            title.year = (number % 10 != 3).then(|| 1900 + i32::try_from(number % 100).unwrap());
            if number % 7 == 0 {
                title.genres.clear();
                title.languages.clear();
            }
            if number % 5 == 0 {
                title.kind = TitleKind::Series;
                title.credits.clear();
            }
            title
        })
        .collect();
    for titles in all.chunks(1000) {
        put_titles(store, titles.to_vec()).await.unwrap();
    }
    let filter = TitleFilter {
        kinds: Some(vec![TitleKind::Film]),
        genres: Some(vec![GenreId(1), GenreId(2), GenreId(3)]),
        people: Some((2..=40).map(PersonId).collect()),
        year_from: Some(1905),
        year_to: None,
        language: Some("en".to_owned()),
        ..TitleFilter::default()
    };
    for order in ORDERS {
        let query = TitleQuery {
            filter: filter.clone(),
            order,
        };
        let expected = expected(&all, &query);

        let forward = walk(store, &query, 100, Direction::Forward).await;
        let backward = walk(store, &query, 97, Direction::Backward).await;
        let count = store
            .count_titles(&Visibility::everything(), &query.filter)
            .await
            .unwrap();

        assert_eq!(ids(&forward), expected, "{order:?}");
        assert_eq!(ids(&backward), expected, "{order:?}");
        assert_eq!(count, expected.len() as u64);
    }
}

/// Twenty titles, many of which are equal in one order or another.
async fn full_of_ties(store: &Opened) -> Vec<Title> {
    let mut all: Vec<_> = (1..=20)
        .map(|number| {
            let mut title = if number % 4 == 0 {
                series(number)
            } else {
                film(number)
            };
            title.name = ["Äther", "The Zoo", "zoo", "A Zoo!"][(number % 4) as usize].into();
            title.stamp.created_at = at(number % 3);
            if number % 4 != 0 {
                title.year = [None, Some(1999), Some(2000)][(number % 3) as usize];
                title.premiered =
                    (number % 5 == 0).then(|| NaiveDate::from_ymd_opt(1999, 1, 31).unwrap());
                title.genres = vec![GenreId(number % 3), GenreId(10 + number % 2)];
                title.scores.truncate((number % 3) as usize);
                title.credits = vec![
                    credit(number % 5, CreditRole::Director, 0),
                    credit(number % 4, CreditRole::Actor, 0),
                ];
                title.crew = vec![
                    credit(number % 3, CreditRole::Writer, 0),
                    credit(20 + number % 2, CreditRole::Composer, 0),
                ];
                title.languages = [vec!["en"], vec!["de", "en"], vec![]][(number % 3) as usize]
                    .iter()
                    .map(ToString::to_string)
                    .collect();
            }
            title
        })
        .collect();
    put_titles(store, all.clone()).await.unwrap();
    let counts: Vec<_> = all.iter().map(|title| (title.id, title.id.0 % 4)).collect();
    store.put_watchers(1, &counts).await.unwrap();
    for (title, (_, count)) in all.iter_mut().zip(counts) {
        title.watchers = count;
    }
    all
}

/// All pages in turn, put together in the order of the list. Only the last one may have nothing after it.
async fn walk(
    store: &Opened,
    query: &TitleQuery,
    limit: usize,
    direction: Direction,
) -> Vec<Title> {
    walk_seen(store, &Visibility::everything(), query, limit, direction).await
}

/// The same of what may be seen.
pub(super) async fn walk_seen(
    store: &impl TitleListStore,
    visibility: &Visibility,
    query: &TitleQuery,
    limit: usize,
    direction: Direction,
) -> Vec<Title> {
    let mut window = Window {
        limit,
        start: None,
        direction,
    };
    let mut all = Vec::new();
    loop {
        let page = store.list_titles(visibility, query, &window).await.unwrap();
        assert!(page.rows.len() <= limit);
        assert!(page.rows.len() == limit || !page.has_more);
        let edge = match direction {
            Direction::Forward => page.rows.last(),
            Direction::Backward => page.rows.first(),
        };
        window.start = edge.map(|title| query.order.keyset(title));
        match direction {
            Direction::Forward => all.extend(by_rows(page.rows)),
            Direction::Backward => drop(all.splice(..0, by_rows(page.rows))),
        }
        if !page.has_more {
            return all;
        }
    }
}

fn by_rows(rows: Vec<Arc<Title>>) -> Vec<Title> {
    rows.into_iter().map(Arc::unwrap_or_clone).collect()
}

/// What a list should have, from the words of the port and not from a store.
pub(super) fn expected(all: &[Title], query: &TitleQuery) -> Vec<TitleId> {
    let mut titles: Vec<_> = all
        .iter()
        .filter(|title| query.filter.passes(&TitleFacts::from(*title)))
        .collect();
    titles.sort_by(|a, b| compare(query.order, a, b).then(a.id.cmp(&b.id)));
    titles.into_iter().map(|title| title.id).collect()
}

fn compare(order: TitleOrder, a: &Title, b: &Title) -> Ordering {
    match order {
        TitleOrder::Name => by_name(a, b),
        TitleOrder::NameDescending => by_name(b, a),
        TitleOrder::NewestAdded => b.stamp.created_at.cmp(&a.stamp.created_at),
        TitleOrder::OldestAdded => a.stamp.created_at.cmp(&b.stamp.created_at),
        TitleOrder::NewestReleased => release_day(b).cmp(&release_day(a)),
        TitleOrder::OldestReleased => {
            let is_unknown = |title| release_day(title) == 0;
            let unknown = is_unknown(a).cmp(&is_unknown(b));
            unknown.then_with(|| release_day(a).cmp(&release_day(b)))
        }
        TitleOrder::RecentlyUpdated => b.stamp.updated_at.cmp(&a.stamp.updated_at),
        TitleOrder::LeastRecentlyUpdated => a.stamp.updated_at.cmp(&b.stamp.updated_at),
        TitleOrder::Popular => b.watchers.cmp(&a.watchers),
        TitleOrder::LeastPopular => a.watchers.cmp(&b.watchers),
        TitleOrder::TopRated => b.rating().cmp(&a.rating()),
        TitleOrder::LowestRated => {
            let unrated = a.rating().is_none().cmp(&b.rating().is_none());
            unrated.then_with(|| a.rating().cmp(&b.rating()))
        }
        TitleOrder::Trending => b.reception.lately.cmp(&a.reception.lately),
        TitleOrder::LeastTrending => a.reception.lately.cmp(&b.reception.lately),
        TitleOrder::Random(seed) => mixed(seed, a.id).cmp(&mixed(seed, b.id)),
    }
}

fn by_name(a: &Title, b: &Title) -> Ordering {
    let [a, b] = [a, b].map(|title| text::sort_name(&title.name));
    a.as_bytes().cmp(b.as_bytes())
}

async fn listed(store: &Opened, filter: &TitleFilter) -> Vec<Title> {
    let query = TitleQuery {
        filter: filter.clone(),
        order: TitleOrder::Name,
    };
    walk(store, &query, 100, Direction::Forward).await
}

pub(super) fn ids(titles: &[Title]) -> Vec<TitleId> {
    titles.iter().map(|title| title.id).collect()
}

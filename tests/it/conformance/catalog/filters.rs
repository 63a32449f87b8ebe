//! Every condition by itself, and what is mixed.

use std::collections::HashSet;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use reelgraph::domain::catalog::MissingFact::{Certification, Director, Duration, Poster};
use reelgraph::domain::catalog::{
    CreditRole, Facet, MissingFact, Rating, RatingScore, Title, TitleFilter, TitleListStore,
    TitleOrder, TitleQuery, TitleState, Visibility,
};
use reelgraph::domain::ids::{GenreId, PersonId, TitleId};
use reelgraph::domain::page::{Direction, Window};

use super::backend::{Opened, open};
use super::lists::{ids, walk_seen};
use super::sample_filters::only;
use super::samples::{at, certification, credit, film, put_titles, revised, series};

on_every_backend!(open on [memory]:
    each_condition_lets_through_what_it_says,
    states_are_told_apart_as_they_change_and_tell_viewers_nothing,
    what_is_mixed_stays_so_while_titles_come_and_go,
);

/// Moments of a day, which tell apart what was added within a second.
pub(super) fn moment(milliseconds: i64) -> DateTime<Utc> {
    at(0) + TimeDelta::milliseconds(milliseconds)
}

/// How another site rates a title, which does not say how many do.
fn score(points: f64) -> RatingScore {
    RatingScore {
        source: "imdb".into(),
        value: points,
        max: 10.0,
        votes: None,
    }
}

/// Six titles that differ in whatever can be asked for.
pub(super) fn some_titles() -> Vec<Title> {
    let mut heat = film(1);
    heat.name = "Heat".into();
    heat.year = Some(1995);
    heat.duration = Some(10_200);
    heat.genres = vec![GenreId(1), GenreId(2)];
    heat.credits = vec![
        credit(1, CreditRole::Director, 0),
        credit(2, CreditRole::Actor, 0),
    ];
    heat.languages = vec!["en".into(), "es".into()];
    heat.countries = vec!["US".into()];
    heat.certifications = vec![certification("DE", "16", 16)];
    heat.scores = vec![score(8.3)];
    heat.stamp.created_at = moment(0);
    let mut amelie = film(2);
    amelie.name = "Émile and Amélie".into();
    amelie.year = Some(2001);
    amelie.duration = Some(7_320);
    amelie.genres = vec![GenreId(3)];
    amelie.credits = vec![credit(3, CreditRole::Actor, 0)];
    amelie.languages = vec!["fr".into()];
    amelie.countries = vec!["FR".into(), "DE".into()];
    amelie.certifications = vec![certification("DE", "6", 6)];
    amelie.scores = vec![score(7.0)];
    amelie.stamp.created_at = moment(1_000);
    let mut the_hour = film(3);
    the_hour.name = "The Hour".into();
    the_hour.year = Some(1990);
    the_hour.duration = Some(3_600);
    the_hour.genres = vec![GenreId(2), GenreId(3)];
    the_hour.credits = vec![
        credit(1, CreditRole::Director, 0),
        credit(3, CreditRole::Actor, 0),
    ];
    the_hour.languages = vec!["en".into()];
    the_hour.countries = vec!["GB".into()];
    the_hour.certifications = vec![certification("DE", "0", 0)];
    the_hour.scores = Vec::new();
    the_hour.stamp.created_at = moment(1_001);
    let mut numbers = series(4);
    numbers.name = "1984".into();
    numbers.year = Some(1989);
    numbers.episode_duration = Some(2_700);
    numbers.genres = vec![GenreId(1)];
    numbers.languages = vec!["de".into()];
    numbers.countries = vec!["DE".into()];
    numbers.certifications = vec![certification("DE", "12", 12)];
    numbers.stamp.created_at = moment(1_002);
    let mut bare = series(5);
    bare.stamp.created_at = moment(86_400_000);
    let mut foreign = film(6);
    foreign.name = "Ёлки".into();
    foreign.year = Some(-5);
    foreign.duration = None;
    foreign.genres = vec![GenreId(9)];
    foreign.credits = Vec::new();
    foreign.languages = Vec::new();
    foreign.countries = Vec::new();
    foreign.certifications = Vec::new();
    foreign.scores = vec![score(0.0)];
    foreign.stamp.created_at = moment(86_400_001);
    vec![heat, amelie, the_hour, numbers, bare, foreign]
}

pub(super) fn titles(ids: &[u64]) -> Arc<HashSet<TitleId>> {
    Arc::new(ids.iter().copied().map(TitleId).collect())
}

pub(super) fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(ToString::to_string).collect()
}

/// Each condition, and the numbers of those of [`some_titles`] that pass.
fn conditions() -> Vec<(TitleFilter, Vec<u64>)> {
    let genres = |ids: &[u64]| Some(ids.iter().copied().map(GenreId).collect::<Vec<_>>());
    let people = |ids: &[u64]| Some(ids.iter().copied().map(PersonId).collect::<Vec<_>>());
    let points = Rating::of_points;
    let missing = |facts: &[MissingFact]| Some(facts.to_vec());
    let two = [Poster, Certification];
    vec![
        (only(|it| it.genres = genres(&[1, 3])), vec![1, 2, 3, 4]),
        (only(|it| it.genres_all = genres(&[2, 3])), vec![3]),
        (only(|it| it.genres_all = genres(&[1])), vec![1, 4]),
        (only(|it| it.genres_all = genres(&[1, 404])), vec![]),
        (
            only(|it| {
                it.genres = genres(&[1, 3]);
                it.genres_all = genres(&[2]);
            }),
            vec![1, 3],
        ),
        (only(|it| it.people = people(&[2, 3])), vec![1, 2, 3]),
        (only(|it| it.people_all = people(&[1, 3])), vec![3]),
        (only(|it| it.people_all = people(&[1, 1])), vec![1, 3]),
        (only(|it| it.decades = Some(vec![1990])), vec![1, 3]),
        (only(|it| it.decades = Some(vec![1980, 2000])), vec![2, 4]),
        (only(|it| it.decades = Some(vec![-10])), vec![6]),
        (only(|it| it.decades = Some(vec![1995, i32::MAX])), vec![]),
        (only(|it| it.duration_from = Some(7_320)), vec![1, 2]),
        (only(|it| it.duration_to = Some(3_600)), vec![3, 4]),
        (
            only(|it| {
                it.duration_from = Some(3_600);
                it.duration_to = Some(3_600);
            }),
            vec![3],
        ),
        (
            only(|it| {
                it.duration_from = Some(9_000);
                it.duration_to = Some(8_000);
            }),
            vec![],
        ),
        (
            only(|it| it.languages = Some(texts(&["es", "fr"]))),
            vec![1, 2],
        ),
        (
            only(|it| {
                it.language = Some("en".into());
                it.languages = Some(texts(&["es", "fr"]));
            }),
            vec![1],
        ),
        (
            only(|it| it.countries = Some(texts(&["DE", "GB"]))),
            vec![2, 3, 4],
        ),
        (only(|it| it.countries = Some(texts(&["XX"]))), vec![]),
        (only(|it| it.max_age = Some(6)), vec![2, 3]),
        (only(|it| it.max_age = Some(99)), vec![1, 2, 3, 4]),
        // Of a hundred votes each, and 25 of 6.5.
        (only(|it| it.min_rating = points(0.0)), vec![1, 2, 6]),
        (only(|it| it.min_rating = points(6.9)), vec![1, 2]),
        (only(|it| it.min_rating = points(7.94)), vec![1]),
        (only(|it| it.min_rating = points(7.941)), vec![]),
        (only(|it| it.missing = missing(&[Duration])), vec![5, 6]),
        (only(|it| it.missing = missing(&two)), vec![4, 5, 6]),
        (only(|it| it.missing = missing(&[])), vec![]),
        (
            only(|it| it.missing = missing(&[Director])),
            vec![2, 4, 5, 6],
        ),
        (only(|it| it.initial = Some('H')), vec![1, 3]),
        (only(|it| it.initial = Some('E')), vec![2]),
        (only(|it| it.initial = Some('#')), vec![4, 6]),
        (only(|it| it.initial = Some('Q')), vec![]),
        (
            only(|it| it.added_since = Some(moment(0))),
            vec![1, 2, 3, 4, 5, 6],
        ),
        (
            only(|it| it.added_since = Some(moment(1_001))),
            vec![3, 4, 5, 6],
        ),
        (
            // Half a millisecond later.
            only(|it| it.added_since = Some(moment(1_001) + TimeDelta::microseconds(500))),
            vec![4, 5, 6],
        ),
        (only(|it| it.added_since = Some(moment(86_400_002))), vec![]),
        (only(|it| it.among = Some(titles(&[1, 4, 404]))), vec![1, 4]),
        (only(|it| it.among = Some(titles(&[]))), vec![]),
        (
            only(|it| it.without = Some(titles(&[1, 4, 404]))),
            vec![2, 3, 5, 6],
        ),
        (
            only(|it| {
                it.among = Some(titles(&[1, 2, 3]));
                it.without = Some(titles(&[2]));
            }),
            vec![1, 3],
        ),
    ]
}

fn in_states(states: &[TitleState]) -> TitleFilter {
    only(|it| it.states = Some(states.to_vec()))
}

/// Each condition that a list can have, with values of [`some_titles`].
pub(super) fn each_condition() -> Vec<TitleFilter> {
    let filters = conditions().into_iter().map(|(filter, _)| filter);
    let states = TitleState::ALL.into_iter().map(|state| in_states(&[state]));
    filters.chain(states).collect()
}

/// The titles that pass, the first added first, by pages in both directions, which their number agrees with.
pub(super) async fn listed(
    store: &Opened,
    visibility: &Visibility,
    filter: &TitleFilter,
) -> Vec<TitleId> {
    let query = TitleQuery {
        filter: filter.clone(),
        order: TitleOrder::OldestAdded,
    };
    let forward = walk_seen(store, visibility, &query, 7, Direction::Forward).await;
    let backward = walk_seen(store, visibility, &query, 5, Direction::Backward).await;
    assert_eq!(ids(&forward), ids(&backward), "{filter:?}");
    let count = store.count_titles(visibility, filter).await.unwrap();
    assert_eq!(count, forward.len() as u64, "{filter:?}");
    ids(&forward)
}

async fn each_condition_lets_through_what_it_says(store: &Opened) {
    put_titles(store, some_titles()).await.unwrap();

    for (filter, expected) in conditions() {
        let found = listed(store, &Visibility::everything(), &filter).await;

        let expected: Vec<TitleId> = expected.into_iter().map(TitleId).collect();
        assert_eq!(found, expected, "{filter:?}");
    }
}

async fn states_are_told_apart_as_they_change_and_tell_viewers_nothing(store: &Opened) {
    use TitleState::{Draft, Hidden, Published};

    let everything = Visibility::everything();
    let mut all = some_titles();
    all[1].publication.state = Draft;
    all[5].publication.state = Hidden;
    put_titles(store, all.clone()).await.unwrap();
    let numbers = async |visibility: &Visibility, states: &[TitleState]| {
        let found = listed(store, visibility, &in_states(states)).await;
        found.into_iter().map(|id| id.0).collect::<Vec<u64>>()
    };
    assert_eq!(numbers(&everything, &[Draft]).await, [2]);
    assert_eq!(numbers(&everything, &[Hidden, Draft]).await, [2, 6]);
    assert_eq!(numbers(&everything, &[Published]).await, [1, 3, 4, 5]);
    assert_eq!(numbers(&everything, &[]).await, [0_u64; 0]);

    let shown = revised(&all[1], |title| title.publication.state = Published);
    let hidden = revised(&all[0], |title| title.publication.state = Hidden);
    put_titles(store, [shown, hidden]).await.unwrap();

    assert_eq!(numbers(&everything, &[Draft]).await, [0_u64; 0]);
    assert_eq!(numbers(&everything, &[Hidden]).await, [1, 6]);
    assert_eq!(numbers(&everything, &[Published]).await, [2, 3, 4, 5]);
    let viewers = everything.only_published(at(0));
    assert_eq!(numbers(&viewers, &[Published]).await, [2, 3, 4, 5]);
    assert_eq!(numbers(&viewers, &[Draft, Hidden]).await, [0_u64; 0]);
    let unpublished = in_states(&[Draft, Hidden]);
    let counts = store.count_facets(&viewers, &unpublished, &Facet::ALL, 100);
    assert!(counts.await.unwrap().iter().all(Vec::is_empty));
}

async fn what_is_mixed_stays_so_while_titles_come_and_go(store: &Opened) {
    put_titles(store, (1..=40).map(film).collect::<Vec<_>>())
        .await
        .unwrap();
    let everything = Visibility::everything();
    let query = |seed| TitleQuery {
        filter: TitleFilter::default(),
        order: TitleOrder::Random(seed),
    };
    let walk = async |seed| {
        let rows = walk_seen(store, &everything, &query(seed), 7, Direction::Forward).await;
        ids(&rows)
    };
    let (mixed, other) = (walk(1).await, walk(2).await);
    assert!(mixed != other && !mixed.is_sorted());
    let (of_one, window) = (query(1), Window::first(10));
    let first = store.list_titles(&everything, &of_one, &window);
    let first = first.await.unwrap();

    put_titles(store, (41..=60).map(film).collect::<Vec<_>>())
        .await
        .unwrap();
    let start = of_one.order.keyset(first.rows.last().unwrap());
    let window = Window::after(100, start);
    let rest = store.list_titles(&everything, &of_one, &window);

    let now = walk(1).await;
    let kept: Vec<TitleId> = now.iter().filter(|id| id.0 <= 40).copied().collect();
    assert_eq!(kept, mixed);
    let rest = rest.await.unwrap().rows;
    let rest: Vec<TitleId> = rest.iter().map(|title| title.id).collect();
    assert!(now.ends_with(&rest));
    assert!(mixed[10..].iter().all(|id| rest.contains(id)));
}

//! What waits to be counted: it is kept, read in order, and taken away by what counts it.

use reelgraph::domain::ids::{EpisodeId, TitleId};
use reelgraph::domain::usage::{Counted, Scope};
use reelgraph::domain::watching::{Country, Device, Origin, Viewing};
use uuid::Uuid;

use super::support::*;

on_every_backend!(open on [sqlite, mongo]:
    what_waits_is_read_as_it_was_kept_the_oldest_first,
    as_many_batches_are_read_as_have_so_many_viewings,
    a_batch_that_cannot_be_read_is_passed_over,
    what_was_counted_is_written_and_waits_no_more,
    a_turn_that_is_over_writes_nothing,
    of_commits_of_one_turn_one_is_made,
    rows_take_the_place_of_those_with_their_keys,
    thousands_of_sittings_are_written_at_once,
);

async fn what_waits_is_read_as_it_was_kept_the_oldest_first(opened: &Opened) {
    let of_an_episode = Viewing {
        episode: Some(EpisodeId(u64::MAX)),
        duration: None,
        origin: Origin {
            country: Country::parse("DE"),
            device: Some(Device::Television),
            client: Some("web 2.1".to_owned()),
        },
        event: Some(u64::MAX),
        ..viewing(1, 900, 5)
    };
    let late = opened
        .keep(9000, vec![viewing(1, 1, 0), of_an_episode])
        .await;
    let early = opened.keep(1000, vec![viewing(2, 1, 7)]).await;
    let middle = opened.keep(5000, vec![viewing(3, 1, 9)]).await;

    let waiting = opened.other.waiting(100).await.unwrap();

    assert_eq!(waiting, [early, middle, late]);
}

async fn as_many_batches_are_read_as_have_so_many_viewings(opened: &Opened) {
    let viewings = |count: u64| (1..=count).map(|film| viewing(1, film, 0)).collect();
    for (when, count) in [(1, 2), (2, 3), (3, 1), (4, 1)] {
        opened.keep(when, viewings(count)).await;
    }

    for (limit, batches) in [
        (0, 0),
        (1, 1),
        (2, 1),
        (3, 2),
        (5, 2),
        (6, 3),
        (7, 4),
        (99, 4),
    ] {
        let waiting = opened.store.waiting(limit).await.unwrap();
        assert_eq!(waiting.len(), batches, "{limit}");
    }
}

async fn a_batch_that_cannot_be_read_is_passed_over(opened: &Opened) {
    let mut kept = Vec::new();
    for when in 1..=4 {
        kept.push(opened.keep(when, vec![viewing(1, 1, when)]).await);
    }
    opened.break_batch(kept.remove(1).id).await;

    let waiting = opened.store.waiting(2).await.unwrap();
    let all = opened.waiting().await;

    assert_eq!(waiting, kept[..2], "the limit is one of what can be read");
    assert_eq!(all, kept);
}

async fn what_was_counted_is_written_and_waits_no_more(opened: &Opened) {
    let counted_batch = opened.keep(1, vec![viewing(1, 1, 0)]).await;
    let other_batch = opened.keep(2, vec![viewing(2, 1, 0)]).await;
    let (film, series) = (Scope::Title(TitleId(1)), Scope::Title(TitleId(u64::MAX)));
    let ids = [sitting_id(1, 1), sitting_id(2, 1)];
    let counted = Counted {
        batches: vec![counted_batch.id],
        sittings: ids.map(|id| sitting(id, at(0))).to_vec(),
        days: vec![
            usage_day(Scope::Site, day(0), (2, 3, 1200.5)),
            usage_day(film, day(0), (1, 2, 600.0)),
            usage_day(series, day(1), (1, 1, 600.5)),
        ],
        curves: vec![curve(film), curve(Scope::Episode(EpisodeId(5)))],
    };
    let turn = opened.store.turn().await.unwrap();

    let written = opened.store.commit(turn, &counted).await.unwrap();

    assert!(written);
    let store = &opened.other;
    assert_eq!(store.turn().await.unwrap(), turn + 1);
    assert_eq!(opened.waiting().await, [other_batch]);
    let mut sittings = store
        .sittings(&[ids[0], sitting_id(9, 9), ids[1]])
        .await
        .unwrap();
    sittings.sort_by_key(|sitting| ids.iter().position(|id| *id == sitting.id));
    assert_eq!(sittings, counted.sittings);
    let keys = [
        (Scope::Site, day(0)),
        (film, day(0)),
        (film, day(1)),
        (series, day(1)),
    ];
    let mut days = store.days(&keys).await.unwrap();
    days.sort_by_key(|day| (day.scope, day.day));
    assert_eq!(days, counted.days);
    let mut curves = store
        .curves(&[Scope::Episode(EpisodeId(5)), series, film])
        .await
        .unwrap();
    curves.sort_by_key(|curve| curve.item);
    assert_eq!(curves, counted.curves);
}

async fn a_turn_that_is_over_writes_nothing(opened: &Opened) {
    let batch = opened.keep(1, vec![viewing(1, 1, 0)]).await;
    let day_of_site = usage_day(Scope::Site, day(0), (1, 1, 600.0));
    let turn = opened.store.turn().await.unwrap();
    opened.commit(&of_days(Vec::new())).await;
    let counted = Counted {
        batches: vec![batch.id],
        sittings: vec![sitting(sitting_id(1, 1), at(0))],
        curves: vec![curve(Scope::Title(TitleId(1)))],
        ..of_days(vec![day_of_site])
    };

    let written = opened.store.commit(turn, &counted).await.unwrap();
    let ahead = opened.store.commit(turn + 2, &counted).await.unwrap();

    assert!(!written && !ahead);
    let store = &opened.store;
    assert_eq!(store.turn().await.unwrap(), turn + 1);
    assert_eq!(opened.waiting().await, [batch]);
    assert_eq!(store.sittings(&[sitting_id(1, 1)]).await.unwrap(), []);
    assert_eq!(store.days(&[(Scope::Site, day(0))]).await.unwrap(), []);
    assert_eq!(store.curves(&[Scope::Title(TitleId(1))]).await.unwrap(), []);
}

async fn of_commits_of_one_turn_one_is_made(opened: &Opened) {
    for turn in 0..5 {
        let plays =
            [1, 2].map(|plays| of_days(vec![usage_day(Scope::Site, day(0), (plays, 0, 0.0))]));

        let (here, there) = futures::join!(
            opened.store.commit(turn, &plays[0]),
            opened.other.commit(turn, &plays[1])
        );

        let (here, there) = (here.unwrap(), there.unwrap());
        assert_ne!(here, there, "turn {turn}");
        let days = opened.store.days(&[(Scope::Site, day(0))]).await.unwrap();
        assert_eq!(days[0].total.plays, if here { 1 } else { 2 });
        assert_eq!(opened.store.turn().await.unwrap(), turn + 1);
    }
}

async fn rows_take_the_place_of_those_with_their_keys(opened: &Opened) {
    let film = Scope::Title(TitleId(1));
    let mut counted = Counted {
        sittings: vec![sitting(sitting_id(1, 1), at(0))],
        curves: vec![curve(film)],
        ..of_days(vec![usage_day(film, day(0), (1, 1, 600.0))])
    };
    opened.commit(&counted).await;
    let (sitting, day, curve) = (
        &mut counted.sittings[0],
        &mut counted.days[0],
        &mut counted.curves[0],
    );
    sitting.parts = vec![(0, 1800)];
    sitting.stamp = sitting.stamp.next(at(1000));
    (day.total.plays, day.total.seconds) = (2, 900.0);
    day.stamp = day.stamp.next(at(1000));
    curve.edges.insert(500, (1, 1));
    curve.stamp = curve.stamp.next(at(1000));

    opened.commit(&counted).await;

    let store = &opened.store;
    let key = (counted.days[0].scope, counted.days[0].day);
    assert_eq!(
        store.sittings(&[sitting_id(1, 1)]).await.unwrap(),
        counted.sittings
    );
    assert_eq!(store.days(&[key]).await.unwrap(), counted.days);
    assert_eq!(store.curves(&[film]).await.unwrap(), counted.curves);
}

async fn thousands_of_sittings_are_written_at_once(opened: &Opened) {
    let ids: Vec<_> = (0..12_000)
        .map(|play| sitting_id(play % 100, u128::from(play)))
        .collect();
    let mut batches = Vec::new();
    for when in 0..7 {
        batches.push(opened.keep(when, vec![viewing(1, 1, when)]).await.id);
    }
    // Some that are not there are no fault.
    batches.extend((0..20_000).map(|number| Uuid::from_u128(number + 1)));
    let counted = Counted {
        batches,
        sittings: ids.iter().map(|id| sitting(*id, at(0))).collect(),
        ..Counted::default()
    };

    opened.commit(&counted).await;

    let found = opened.store.sittings(&ids).await.unwrap();
    assert_eq!(found.len(), ids.len());
    assert_eq!(opened.waiting().await, []);
}

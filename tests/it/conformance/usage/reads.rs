//! Lists of days, and what they add up to.

use chrono::NaiveDate;
use reelgraph::domain::ids::{EpisodeId, TitleId};
use reelgraph::domain::usage::{Counted, DaySum, Metric, Scope, UsageDay};

use super::support::*;

on_every_backend!(open on [sqlite, mongo]:
    days_of_a_scope_come_by_day,
    titles_come_by_what_their_days_add_up_to,
    days_of_titles_and_episodes_come_in_pages,
    a_place_that_is_not_there_is_gone_on_from,
    what_cannot_be_read_is_passed_over_in_lists_and_stops_who_counts,
);

const FILM: Scope = Scope::Title(TitleId(1));
const SERIES: Scope = Scope::Title(TitleId(900));
const EPISODE: Scope = Scope::Episode(EpisodeId(5));

fn keys(days: &[UsageDay]) -> Vec<(NaiveDate, Scope)> {
    days.iter().map(|day| (day.day, day.scope)).collect()
}

async fn days_of_a_scope_come_by_day(opened: &Opened) {
    // Across the ends of a month and of a year.
    let days = [40, 0, 300, 29, 30, 400].map(|number| usage_day(FILM, day(number), (1, 1, 60.0)));
    let of_others = [SERIES, EPISODE, Scope::Site].map(|it| usage_day(it, day(30), (9, 9, 9.0)));
    opened
        .commit(&of_days([&days[..], &of_others[..]].concat()))
        .await;

    let found = opened
        .store
        .days_between(FILM, day(29), day(300))
        .await
        .unwrap();
    let none = opened
        .store
        .days_between(FILM, day(41), day(42))
        .await
        .unwrap();

    let expected = [29, 30, 40, 300].map(|number| usage_day(FILM, day(number), (1, 1, 60.0)));
    assert_eq!(found, expected);
    assert_eq!(none, []);
}

async fn titles_come_by_what_their_days_add_up_to(opened: &Opened) {
    let title = |id| Scope::Title(TitleId(id));
    let days = vec![
        usage_day(title(1), day(0), (3, 1, 100.0)),
        usage_day(title(1), day(1), (3, 1, 100.5)),
        usage_day(title(2), day(1), (1, 4, 100.0)),
        // In an order that is not that of ids.
        usage_day(title(u64::MAX), day(1), (1, 3, 50.0)),
        usage_day(title(3), day(1), (1, 3, 50.0)),
        // Outside, on either side.
        usage_day(title(4), day(-1), (99, 99, 9999.0)),
        usage_day(title(4), day(3), (99, 99, 9999.0)),
        // No titles.
        usage_day(EPISODE, day(1), (99, 99, 9999.0)),
        usage_day(Scope::Site, day(1), (99, 99, 9999.0)),
    ];
    opened.commit(&of_days(days)).await;
    let top = async |metric, limit| {
        let top = opened.store.top_titles(metric, day(0), day(2), limit);
        top.await.unwrap()
    };

    let by_views = top(Metric::Views, 10).await;
    let by_plays = top(Metric::Plays, 1).await;
    let by_seconds = top(Metric::WatchSeconds, 2).await;

    let sum = |title, plays, views, seconds| DaySum {
        title: TitleId(title),
        plays,
        views,
        seconds,
    };
    let first = sum(1, 6, 2, 200.5);
    let mut tied = [sum(u64::MAX, 1, 3, 50.0), sum(3, 1, 3, 50.0)];
    tied.sort_by_key(|sum| sum.title.to_i64());
    assert_eq!(by_views, [sum(2, 1, 4, 100.0), tied[0], tied[1], first]);
    assert_eq!(by_plays, [first]);
    assert_eq!(by_seconds, [first, sum(2, 1, 4, 100.0)]);
    assert_eq!(top(Metric::Views, 0).await, []);
}

async fn days_of_titles_and_episodes_come_in_pages(opened: &Opened) {
    let scopes = [
        SERIES,
        Scope::Site,
        EPISODE,
        FILM,
        Scope::Episode(EpisodeId(4)),
    ];
    let days = scopes.into_iter().flat_map(|scope| {
        let numbers = [-1, 0, 1, 31, 32];
        numbers.map(|number| usage_day(scope, day(number), (1, 1, 60.0)))
    });
    opened.commit(&of_days(days.collect())).await;
    let mut expected = Vec::new();
    for number in [0, 1, 31] {
        for scope in [Scope::Episode(EpisodeId(4)), EPISODE, FILM, SERIES] {
            expected.push((day(number), scope));
        }
    }

    for limit in [1, 3, 5, 12, 13] {
        let mut found: Vec<(NaiveDate, Scope)> = Vec::new();
        loop {
            let after = found.last().copied();
            let page = opened.store.days_after(after, day(0), day(31), limit);
            let page = page.await.unwrap();
            assert!(page.len() <= limit);
            found.extend(keys(&page));
            if page.len() < limit {
                break;
            }
        }
        assert_eq!(found, expected, "{limit} at once");
    }
}

async fn a_place_that_is_not_there_is_gone_on_from(opened: &Opened) {
    let days = [FILM, SERIES].map(|scope| usage_day(scope, day(1), (1, 1, 60.0)));
    opened.commit(&of_days(days.to_vec())).await;
    let after = async |number, scope| {
        let after = Some((day(number), scope));
        let days = opened.store.days_after(after, day(0), day(9), 10);
        keys(&days.await.unwrap())
    };
    let both = [(day(1), FILM), (day(1), SERIES)];

    assert_eq!(after(-5, SERIES).await, both);
    assert_eq!(after(0, SERIES).await, both);
    assert_eq!(after(1, EPISODE).await, both);
    assert_eq!(after(1, Scope::Title(TitleId(2))).await, both[1..]);
    assert_eq!(after(1, SERIES).await, []);
    assert_eq!(after(2, EPISODE).await, []);
}

async fn what_cannot_be_read_is_passed_over_in_lists_and_stops_who_counts(opened: &Opened) {
    let counted = Counted {
        sittings: vec![sitting(sitting_id(1, 1), at(0))],
        curves: vec![curve(FILM)],
        ..of_days(vec![usage_day(FILM, day(0), (1, 1, 60.0))])
    };
    opened.commit(&counted).await;
    let tables = [
        ("usage_sittings", "counted"),
        ("usage_days", "tallies"),
        ("usage_curves", "curve"),
    ];
    for (table, packed) in tables {
        opened.break_rows(table, packed).await;
    }
    let store = &opened.store;

    let between = store.days_between(FILM, day(0), day(0)).await.unwrap();
    let after = store.days_after(None, day(0), day(0), 10).await.unwrap();
    let top = store.top_titles(Metric::Views, day(0), day(0), 10).await;

    assert_eq!((between.len(), after.len()), (0, 0));
    assert_eq!(top.unwrap().len(), 1, "sums are no part of what is packed");
    assert!(store.sittings(&[sitting_id(1, 1)]).await.is_err());
    assert!(store.days(&[(FILM, day(0))]).await.is_err());
    assert!(store.curves(&[FILM]).await.is_err());
}

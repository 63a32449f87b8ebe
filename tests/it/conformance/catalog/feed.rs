//! Watchers and the change feed.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures::future::join_all;
use futures::join;
use reelgraph::domain::catalog::{
    Change, Changed, Title, TitleFilter, TitleListStore, TitleOrder, TitleQuery, TitleWatchers,
    Visibility,
};
use reelgraph::domain::ids::{PersonId, TitleId};
use reelgraph::domain::page::{Slice, Window};

use super::backend::{Opened, open};
use super::samples::{by_id, film, is_conflict, person, put_people, put_titles, revised};
use crate::support::SOON;

on_every_backend!(open on [sqlite, mongo]:
    a_new_title_is_not_popular,
    watchers_change_no_revision_and_passes_over_unknown_ids,
    watchers_move_titles_in_their_order,
    a_put_leaves_the_watchers_as_they_were,
    changes_come_in_the_order_of_their_writes,
    a_change_appears_once_at_its_last_place,
    a_refused_write_is_no_change,
    changes_are_read_in_portions,
    watchers_are_no_change_and_have_a_feed_of_their_own,
    of_several_counts_of_a_title_the_last_is_in_the_feed,
    no_change_is_missed_while_others_write,
    an_earlier_count_does_not_replace_a_later_one,
    each_count_has_a_greater_number,
    it_is_said_whose_watchers_are_others_now,
    of_counts_at_the_same_time_the_latest_is_known,
);

async fn a_new_title_is_not_popular(store: &Opened) {
    let claimed = Title {
        watchers: 99,
        ..film(1)
    };

    put_titles(store, [claimed]).await.unwrap();

    let found = store.titles(&[TitleId(1)]).await.unwrap();
    assert_eq!(by_id(found), [film(1)]);
}

async fn watchers_change_no_revision_and_passes_over_unknown_ids(store: &Opened) {
    put_titles(store, [film(1), film(2)]).await.unwrap();

    let counts = [(TitleId(404), 7), (TitleId(2), 5), (TitleId(2), 6)];
    store.put_watchers(1, &counts).await.unwrap();

    let found = store.source().titles_after(None, 10).await.unwrap();
    assert_eq!(found, [film(1), popular(2, 6)]);
}

async fn watchers_move_titles_in_their_order(store: &Opened) {
    put_titles(store, [film(1), film(2), film(3)])
        .await
        .unwrap();
    let query = TitleQuery {
        filter: TitleFilter::default(),
        order: TitleOrder::Popular,
    };

    let counts = [(TitleId(2), 5), (TitleId(3), 9)];
    store.put_watchers(1, &counts).await.unwrap();
    let first = store
        .list_titles(&Visibility::everything(), &query, &Window::first(9))
        .await
        .unwrap();
    let counts = [(TitleId(2), 10), (TitleId(3), 0)];
    store.put_watchers(1, &counts).await.unwrap();
    let second = store
        .list_titles(&Visibility::everything(), &query, &Window::first(9))
        .await
        .unwrap();

    let rows = |page: Slice<Arc<Title>>| {
        page.rows
            .iter()
            .map(|it| (**it).clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(rows(first), [popular(3, 9), popular(2, 5), film(1)]);
    assert_eq!(rows(second), [popular(2, 10), film(1), film(3)]);
}

async fn a_put_leaves_the_watchers_as_they_were(store: &Opened) {
    put_titles(store, [film(1)]).await.unwrap();
    store.put_watchers(1, &[(TitleId(1), 5)]).await.unwrap();

    let next = revised(&film(1), |title| title.watchers = 99);
    put_titles(store, [next.clone()]).await.unwrap();

    let watchers = 5;
    let found = store.titles(&[TitleId(1)]).await.unwrap();
    assert_eq!(by_id(found), [Title { watchers, ..next }]);
}

async fn changes_come_in_the_order_of_their_writes(store: &Opened) {
    put_people(store, [person(9)]).await.unwrap();
    put_titles(store, [film(2)]).await.unwrap();
    put_titles(store, [film(1)]).await.unwrap();
    put_people(store, [person(3)]).await.unwrap();

    let changes = store.changes_after(0, 100).await.unwrap();

    let expected = [
        Changed::Person(person(9)),
        Changed::Title(film(2)),
        Changed::Title(film(1)),
        Changed::Person(person(3)),
    ];
    assert_eq!(changed(&changes), expected);
    assert!(changes.is_sorted_by(|a, b| a.sequence < b.sequence));
    assert!(changes[0].sequence > 0);
}

async fn a_change_appears_once_at_its_last_place(store: &Opened) {
    put_titles(store, [film(1), film(2)]).await.unwrap();
    put_people(store, [person(1)]).await.unwrap();
    let seen = store.changes_after(0, 100).await.unwrap();
    let last = seen.last().unwrap().sequence;

    let next = revised(&film(1), |title| title.duration = None);
    put_titles(store, [next.clone()]).await.unwrap();

    let since = store.changes_after(last, 100).await.unwrap();
    assert_eq!(changed(&since), [Changed::Title(next.clone())]);
    assert!(since[0].sequence > last);
    let all = store.changes_after(0, 100).await.unwrap();
    let expected = [
        Changed::Title(film(2)),
        Changed::Person(person(1)),
        Changed::Title(next),
    ];
    assert_eq!(changed(&all), expected);
}

async fn a_refused_write_is_no_change(store: &Opened) {
    put_titles(store, [film(1)]).await.unwrap();
    let before = store.changes_after(0, 100).await.unwrap();

    assert!(is_conflict(&put_titles(store, [film(2), film(1)]).await));

    assert_eq!(store.changes_after(0, 100).await.unwrap(), before);
}

async fn changes_are_read_in_portions(store: &Opened) {
    for number in 1..=5 {
        put_titles(store, [film(number)]).await.unwrap();
        put_people(store, [person(number)]).await.unwrap();
    }
    let all = store.changes_after(0, 100).await.unwrap();

    let mut read = Vec::new();
    loop {
        let after = read.last().map_or(0, |change: &Change| change.sequence);
        let portion = store.changes_after(after, 3).await.unwrap();
        assert!(portion.len() <= 3);
        if portion.is_empty() {
            break;
        }
        read.extend(portion);
    }

    assert_eq!(all.len(), 10);
    assert_eq!(read, all);
    assert_eq!(store.changes_after(0, 0).await.unwrap(), []);
    assert_eq!(store.changes_after(u64::MAX, 9).await.unwrap(), []);
}

async fn watchers_are_no_change_and_have_a_feed_of_their_own(store: &Opened) {
    put_titles(store, [film(1), film(2), film(3)])
        .await
        .unwrap();
    let before = sequences(&store.changes_after(0, 100).await.unwrap());
    assert_eq!(store.watchers_after(0).await.unwrap(), []);

    let counts = [(TitleId(2), 5), (TitleId(1), 0), (TitleId(404), 7)];
    store.put_watchers(3, &counts).await.unwrap();
    store.put_watchers(9, &[(TitleId(3), 4)]).await.unwrap();

    let after = sequences(&store.changes_after(0, 100).await.unwrap());
    assert_eq!(after, before);
    let expected = [(1, 0, 3), (2, 5, 3), (3, 4, 9)].map(counted);
    assert_eq!(store.watchers_after(0).await.unwrap(), expected);
    assert_eq!(store.watchers_after(3).await.unwrap(), expected[2..]);
    assert_eq!(store.watchers_after(9).await.unwrap(), []);
    assert_eq!(store.watchers_after(u64::MAX).await.unwrap(), []);
    let next = revised(&film(1), |_| ());
    put_titles(store, [next.clone()]).await.unwrap();
    let changes = store.changes_after(0, 100).await.unwrap();
    let watched = [popular(2, 5), popular(3, 4), next].map(Changed::Title);
    assert_eq!(changed(&changes), watched, "a change has the number of now");
}

async fn of_several_counts_of_a_title_the_last_is_in_the_feed(store: &Opened) {
    put_titles(store, [film(1), film(2)]).await.unwrap();
    let both = |watchers| [(TitleId(1), watchers), (TitleId(2), 2)];

    for count in [1, 4, 2] {
        store.put_watchers(count, &both(count + 1)).await.unwrap();
    }

    let expected = [(1, 5, 4), (2, 2, 4)].map(counted);
    assert_eq!(store.watchers_after(0).await.unwrap(), expected);
    assert_eq!(store.watchers_after(3).await.unwrap(), expected);
}

fn counted((title, watchers, count): (u64, u64, u64)) -> TitleWatchers {
    TitleWatchers {
        title: TitleId(title),
        watchers,
        count,
    }
}

async fn no_change_is_missed_while_others_write(store: &Opened) {
    let writer = |writer: u64| async move {
        for number in 0..10 {
            let number = 100 * writer + number;
            let batch = reelgraph::domain::catalog::CatalogBatch {
                titles: vec![film(number)],
                people: vec![person(number)],
                ..Default::default()
            };
            store.put(&batch).await.unwrap();
        }
    };
    let reader = async {
        let (mut titles, mut people, mut last) = (BTreeSet::new(), BTreeSet::new(), 0);
        while titles.len() + people.len() < 80 {
            for change in store.changes_after(last, 7).await.unwrap() {
                assert!(change.sequence > last);
                last = change.sequence;
                match change.changed {
                    Changed::Title(title) => drop(titles.insert(title.id)),
                    Changed::Person(person) => drop(people.insert(person.id)),
                    other => unreachable!("nobody writes {other:?}"),
                }
            }
        }
        (titles, people)
    };
    let reader = tokio::time::timeout(SOON, reader);

    let (_, read) = tokio::join!(join_all((1..=4).map(writer)), reader);

    let numbers = || (1..=4).flat_map(|writer| (0..10).map(move |number| 100 * writer + number));
    let (titles, people) = read.expect("a change was missed");
    assert!(titles.into_iter().eq(numbers().map(TitleId)));
    assert!(people.into_iter().eq(numbers().map(PersonId)));
}

async fn an_earlier_count_does_not_replace_a_later_one(store: &Opened) {
    put_titles(store, [film(1), film(2)]).await.unwrap();
    let earlier = store.begin_count().await.unwrap();
    let later = store.begin_count().await.unwrap();
    let watchers = async || {
        let found = by_id(store.titles(&[TitleId(1), TitleId(2)]).await.unwrap());
        found.iter().map(|title| title.watchers).collect::<Vec<_>>()
    };

    // The second is as it was: that, too, is known of the later count.
    let counted = [(TitleId(1), 6), (TitleId(2), 0)];
    store.put_watchers(later, &counted).await.unwrap();
    let counted = [(TitleId(1), 5), (TitleId(2), 9)];
    let news = store.put_watchers(earlier, &counted).await.unwrap();
    let after_earlier = watchers().await;
    let next = revised(&film(1), |_| ());
    put_titles(store, [next]).await.unwrap();
    store.put_watchers(earlier, &counted).await.unwrap();
    let after_a_write = watchers().await;
    let last = store.begin_count().await.unwrap();
    store.put_watchers(last, &counted).await.unwrap();

    assert_eq!(after_earlier, [6, 0]);
    assert!(news.len() < 2, "{news:?}");
    assert_eq!(after_a_write, [6, 0]);
    assert_eq!(watchers().await, [5, 9]);
}

async fn of_counts_at_the_same_time_the_latest_is_known(store: &Opened) {
    put_titles(store, [film(1)]).await.unwrap();
    for round in 1..=20 {
        let (before, now) = ([(TitleId(1), round)], [(TitleId(1), round + 1)]);
        let counts = [(); 3].map(|()| store.begin_count());
        let counts: Vec<u64> = join_all(counts)
            .await
            .into_iter()
            .map(Result::unwrap)
            .collect();
        let (earliest, latest) = (counts.iter().min().unwrap(), counts.iter().max().unwrap());
        let between = counts
            .iter()
            .find(|count| ![earliest, latest].contains(count));

        // One that was counted between them, before the edge was written, comes last.
        let both = join!(
            store.put_watchers(*earliest, &now),
            store.put_watchers(*latest, &now)
        );
        store
            .put_watchers(*between.unwrap(), &before)
            .await
            .unwrap();

        both.0.and(both.1).unwrap();
        let found = by_id(store.titles(&[TitleId(1)]).await.unwrap());
        assert_eq!(found[0].watchers, round + 1, "in round {round}");
    }
}

async fn each_count_has_a_greater_number(store: &Opened) {
    let at_once = join_all((0..8).map(|_| store.begin_count())).await;
    let mut numbers: Vec<u64> = at_once.into_iter().map(Result::unwrap).collect();
    numbers.push(store.begin_count().await.unwrap());

    let different: BTreeSet<u64> = numbers.iter().copied().collect();
    assert_eq!(different.len(), 9, "{numbers:?}");
    assert_eq!(different.last(), numbers.last());
}

async fn it_is_said_whose_watchers_are_others_now(store: &Opened) {
    put_titles(store, [film(1), film(2), film(3)])
        .await
        .unwrap();
    store.put_watchers(1, &[(TitleId(1), 5)]).await.unwrap();

    let counted = [
        (TitleId(1), 5),
        (TitleId(2), 7),
        (TitleId(3), 0),
        (TitleId(404), 1),
    ];
    let news = store.put_watchers(2, &counted).await.unwrap();
    let again = store.put_watchers(3, &counted).await.unwrap();

    let news: Vec<TitleId> = news.into_iter().filter(|id| *id != TitleId(404)).collect();
    assert_eq!(news, [TitleId(2)]);
    assert_eq!(again, []);
}

fn popular(number: u64, watchers: u64) -> Title {
    Title {
        watchers,
        ..film(number)
    }
}

pub(super) fn sequences(changes: &[Change]) -> Vec<u64> {
    changes.iter().map(|change| change.sequence).collect()
}

pub(super) fn changed(changes: &[Change]) -> Vec<Changed> {
    changes
        .iter()
        .map(|change| change.changed.clone())
        .collect()
}

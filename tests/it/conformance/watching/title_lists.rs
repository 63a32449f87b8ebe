//! The lists of titles that a profile keeps by hand: each check is made of every list.

use std::sync::Arc;

use futures::future::join_all;
use reelgraph::domain::ids::TitleId;
use reelgraph::domain::page::Window;
use reelgraph::domain::watching::{ListedTitle, ProfileList, TitleList, WatchError};

use super::lists::assert_pages;
use super::support::*;

const LISTS: [TitleList; 2] = [TitleList::Hidden, TitleList::Watchlist];

on_every_backend!(open on [sqlite, mongo]:
    a_title_is_on_a_list_once_until_it_is_taken_off,
    a_list_has_only_so_many_titles,
    at_the_same_time_no_more_than_allowed_are_added,
    lists_have_the_last_added_first,
    which_titles_are_on_a_list_is_found_out_at_once,
    lists_know_nothing_of_each_other,
);

async fn a_title_is_on_a_list_once_until_it_is_taken_off(opened: &Opened) {
    let store = &opened.store;
    for list in LISTS {
        let first = listed(ANN, 1, at(0));
        let put = async |one: ListedTitle| store.list_title(list, &one, 10).await.unwrap();
        let all = async |profile| {
            let page = store.listed_titles(profile, list, &Window::first(9)).await;
            page.unwrap().rows
        };
        put(first.clone()).await;
        put(listed(ANN, 1, at(99))).await;
        put(listed(BEN, 1, at(5))).await;
        assert_eq!(all(ANN).await, [first]);

        store.unlist_title(list, ANN, TitleId(1)).await.unwrap();
        store.unlist_title(list, ANN, TitleId(1)).await.unwrap();
        assert_eq!(all(ANN).await, []);
        assert_eq!(all(BEN).await, [listed(BEN, 1, at(5))]);

        let again = listed(ANN, 1, at(100));
        put(again.clone()).await;
        assert_eq!(all(ANN).await, [again]);
    }
}

async fn a_list_has_only_so_many_titles(opened: &Opened) {
    let store = &opened.store;
    for list in LISTS {
        for title in 1..=3 {
            let one = listed(ANN, title, at(0));
            store.list_title(list, &one, 3).await.unwrap();
        }

        let refused = store.list_title(list, &listed(ANN, 4, at(1)), 3).await;
        let known = store.list_title(list, &listed(ANN, 3, at(1)), 3).await;
        let of_ben = store.list_title(list, &listed(BEN, 4, at(1)), 3).await;

        assert!(is_full(list, 3, &refused.unwrap_err()));
        assert!(known.is_ok() && of_ben.is_ok());
        assert_eq!(count(store, ANN, ProfileList::Titles(list)).await, 3);
        store.unlist_title(list, ANN, TitleId(1)).await.unwrap();
        let now = store.list_title(list, &listed(ANN, 4, at(1)), 3).await;
        assert!(now.is_ok());
    }
}

async fn at_the_same_time_no_more_than_allowed_are_added(opened: &Opened) {
    for list in LISTS {
        let servers = opened.others.iter().chain([&opened.store]).cycle();
        let tasks = (1..=12).zip(servers).map(|(title, server)| {
            let server = Arc::clone(server);
            tokio::spawn(async move {
                let listed = listed(ANN, title, at(0));
                server.list_title(list, &listed, 5).await
            })
        });
        let put = join_all(tasks.collect::<Vec<_>>()).await;

        let refused = put.into_iter().filter_map(|one| one.unwrap().err());
        let refused: Vec<WatchError> = refused.collect();
        assert_eq!(refused.len(), 7);
        assert!(refused.iter().all(|error| is_full(list, 5, error)));
        let rows = count(&opened.store, ANN, ProfileList::Titles(list)).await;
        assert_eq!(rows, 5);
    }
}

async fn lists_have_the_last_added_first(opened: &Opened) {
    let store = &opened.store;
    let high = u64::MAX >> 1;
    let titles = [(50, 20), (7, 20), (high, 20), (8, 10), (9, 30), (5, 21)];
    for list in LISTS {
        for (title, when) in titles {
            let one = listed(ANN, title, at(when));
            store.list_title(list, &one, 100).await.unwrap();
        }
        let of_ben = listed(BEN, 1, at(40));
        store.list_title(list, &of_ben, 100).await.unwrap();

        assert_pages(
            &[9, 5, 7, 50, high, 8].map(TitleId),
            async |window| store.listed_titles(ANN, list, &window).await.unwrap(),
            |listed: &ListedTitle| listed.title,
            ListedTitle::keyset,
        )
        .await;
        assert_eq!(count(store, ANN, ProfileList::Titles(list)).await, 6);
        let first = Window::first(10);
        let page = store.listed_titles(BEN, list, &first).await.unwrap();
        assert_eq!((page.rows, page.has_more), (vec![of_ben], false));
    }
}

async fn which_titles_are_on_a_list_is_found_out_at_once(opened: &Opened) {
    let store = &opened.store;
    for list in LISTS {
        for (profile, title) in [(ANN, 1), (ANN, 3), (BEN, 2)] {
            let one = listed(profile, title, at(0));
            store.list_title(list, &one, 9).await.unwrap();
        }
        let asked = [1, 2, 3, 3, 4].map(TitleId);

        let mut of_ann = store.listed_among(ANN, list, &asked).await.unwrap();

        of_ann.sort_unstable();
        assert_eq!(of_ann, [1, 3].map(TitleId));
        let of_ben = store.listed_among(BEN, list, &asked).await.unwrap();
        assert_eq!(of_ben, [TitleId(2)]);
        assert_eq!(store.listed_among(ANN, list, &[]).await.unwrap(), []);
    }
}

async fn lists_know_nothing_of_each_other(opened: &Opened) {
    let store = &opened.store;
    for list in LISTS {
        let one = listed(ANN, 1, at(0));
        store.list_title(list, &one, 1).await.unwrap();
    }

    let hidden = TitleList::Hidden;
    store.unlist_title(hidden, ANN, TitleId(1)).await.unwrap();

    let asked = [TitleId(1)];
    assert_eq!(store.listed_among(ANN, hidden, &asked).await.unwrap(), []);
    let to_watch = store.listed_among(ANN, TitleList::Watchlist, &asked);
    assert_eq!(to_watch.await.unwrap(), asked);
}

/// Whether an error says that a list has as many titles as it can.
fn is_full(list: TitleList, most: u64, error: &WatchError) -> bool {
    error.to_string() == list.full(most).to_string()
}

//! What a profile does not want to be suggested: muted genres and people, and what is passed over; and what becomes of
//! its lists when it is erased.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, Utc};
use futures::future::join_all;
use reelgraph::domain::ids::{GenreId, PersonId, ProfileId, TitleId};
use reelgraph::domain::page::Window;
use reelgraph::domain::stamp::Stamp;
use reelgraph::domain::watching::{
    Change, ListedTitle, MOST_READ, Mute, MutedSource, ProfileList, Tasted, TitleList, Touched,
    WatchError,
};

use super::support::*;

const LISTS: [TitleList; 2] = [TitleList::Hidden, TitleList::Watchlist];

on_every_backend!(open on [sqlite, mongo]:
    what_was_played_rated_or_hidden_is_passed_over,
    of_who_has_passed_over_too_much_not_all_is_read,
    with_the_taste_comes_what_watched_titles_say,
    what_is_muted_comes_by_source,
    a_source_is_muted_once_until_it_is_unmuted,
    a_profile_mutes_only_so_much,
    an_erased_profile_lists_and_mutes_nothing,
    exclusions_on_their_way_bring_nothing_back,
);

async fn what_was_played_rated_or_hidden_is_passed_over(opened: &Opened) {
    let store = &opened.store;
    let hide = async |title| {
        let hidden = listed(ANN, title, at(0));
        let hide = store.list_title(TitleList::Hidden, &hidden, 10);
        hide.await.unwrap();
        // What is to be watched may be suggested.
        let to_watch = listed(ANN, title + 100, at(0));
        let put = store.list_title(TitleList::Watchlist, &to_watch, 10);
        put.await.unwrap();
    };
    opened.begin(play_ref(ANN, film(1), 1), at(0)).await;
    opened.begin(play_ref(ANN, episode(5), 2), at(0)).await;
    opened.rate(ANN, TitleId(2), Some(false), at(0)).await;
    hide(3).await;
    opened.begin(play_ref(ANN, film(4), 4), at(0)).await;
    hide(4).await;
    // Taken back, or somebody else's.
    opened.rate(ANN, TitleId(5), Some(true), at(0)).await;
    opened.rate(ANN, TitleId(5), None, at(1)).await;
    hide(6).await;
    let shown = store.unlist_title(TitleList::Hidden, ANN, TitleId(6));
    shown.await.unwrap();
    opened.begin(play_ref(BEN, film(8), 1), at(0)).await;
    let of_ben = listed(BEN, 9, at(0));
    let hide = store.list_title(TitleList::Hidden, &of_ben, 10);
    hide.await.unwrap();

    let mut all = store.exclusions(ANN).await.unwrap();
    all.titles.sort_unstable();
    assert_eq!(all.titles, [1, 2, 3, 4, 900].map(TitleId));
    assert!(all.is_whole);
    let asked: Vec<TitleId> = (1..=10).chain([3, 103, 900]).map(TitleId).collect();
    let mut found = store.passed_over(ANN, &asked).await.unwrap();

    found.sort_unstable();
    assert_eq!(found, [1, 2, 3, 4, 900].map(TitleId));
    let some = [TitleId(10), TitleId(3)];
    assert_eq!(store.passed_over(ANN, &some).await.unwrap(), [TitleId(3)]);
    assert_eq!(store.passed_over(ANN, &[]).await.unwrap(), []);
    // A play that must not count was watched all the same.
    let evening = play_ref(ANN, film(1), 1);
    opened.set_counts(evening, false, at(5)).await;
    let watched = store.passed_over(ANN, &[TitleId(1)]).await.unwrap();
    assert_eq!(watched, [TitleId(1)]);
}

async fn of_who_has_passed_over_too_much_not_all_is_read(opened: &Opened) {
    for (profile, many) in [(ANN, MOST_READ as u64), (BEN, MOST_READ as u64 + 1)] {
        let rated = (1..=many).map(|title| Touched::Title(profile, TitleId(title)));
        let change: Change = Arc::new(move |ledger| {
            for title in 1..=many {
                ledger.rate((profile, TitleId(title)), false, Some(true), at(0));
            }
            Ok(())
        });
        let rated: Vec<Touched> = rated.collect();
        opened.store.update(&rated, change).await.unwrap();
    }

    let ann = opened.store.exclusions(ANN).await.unwrap();
    let ben = opened.store.exclusions(BEN).await.unwrap();

    assert_eq!((ann.titles.len(), ann.is_whole), (MOST_READ, true));
    assert!(!ben.is_whole);
}

async fn with_the_taste_comes_what_watched_titles_say(opened: &Opened) {
    let store = &opened.store;
    opened.begin(play_ref(ANN, film(1), 1), at(0)).await;
    let whole = watch(ANN, film(2), at(-123));
    opened.import(vec![whole], at(0)).await;
    opened.rate(ANN, TitleId(2), Some(false), at(5)).await;
    opened.rate(ANN, TitleId(3), Some(true), at(6)).await;
    // Taken back, hidden without a word, or somebody else's.
    opened.rate(ANN, TitleId(4), Some(true), at(0)).await;
    opened.rate(ANN, TitleId(4), None, at(1)).await;
    let hidden = listed(ANN, 5, at(0));
    let hide = store.list_title(TitleList::Hidden, &hidden, 10);
    hide.await.unwrap();
    opened.rate(BEN, TitleId(6), Some(true), at(0)).await;
    let genre = MutedSource::Genre(GenreId(1));
    store.put_mute(&mute(ANN, genre, at(0)), 10).await.unwrap();

    let mut read = store.exclusions_with_taste(ANN).await.unwrap();
    let mut without = store.exclusions(ANN).await.unwrap();

    read.tasted.sort_unstable_by_key(|one| one.title);
    let rows = [1, 2, 3].map(TitleId);
    let mut rows = store.watched_titles(ANN, &rows).await.unwrap();
    rows.sort_unstable_by_key(|row| row.title);
    let said = rows.iter().map(|row| Tasted {
        title: row.title,
        weight: row.weight,
        plays: row.plays,
        completions: row.completions,
        last_at: row.last_at,
        liked: row.liked,
        revision: row.stamp.revision,
    });
    assert_eq!(read.tasted, said.collect::<Vec<_>>());
    assert_eq!(read.tasted.len(), 3);
    assert!(read.tasted[1].weight > 0.0 && read.tasted[1].liked == Some(false));
    // But for that it is the same.
    assert_eq!(without.tasted, []);
    read.tasted.clear();
    for exclusions in [&mut read, &mut without] {
        exclusions.titles.sort_unstable();
    }
    assert_eq!(read, without);
    assert_eq!(read.titles, [1, 2, 3, 5].map(TitleId));
    // Of what this version cannot read it says nothing, but it is not suggested.
    opened.break_rows("watched_titles", ANN, TitleId(3)).await;
    let broken = store.exclusions_with_taste(ANN).await.unwrap();
    assert_eq!((broken.tasted.len(), broken.titles.len()), (2, 4));
}

async fn what_is_muted_comes_by_source(opened: &Opened) {
    let high = u64::MAX >> 1;
    let sources = [
        MutedSource::Genre(GenreId(2)),
        MutedSource::Genre(GenreId(10)),
        MutedSource::Genre(GenreId(high)),
        MutedSource::Person(PersonId(1)),
        MutedSource::Person(PersonId(2)),
    ];
    let mutes = sources.map(|source| mute(ANN, source, at(7)));
    for mute in mutes.iter().rev() {
        opened.store.put_mute(mute, 100).await.unwrap();
    }
    let of_ben = mute(BEN, sources[4], at(8));
    opened.store.put_mute(&of_ben, 100).await.unwrap();

    assert_eq!(*opened.store.mutes(ANN).await.unwrap(), mutes);
    assert_eq!(*opened.store.mutes(BEN).await.unwrap(), [of_ben]);
    let mut muted = opened.store.exclusions(ANN).await.unwrap().muted;
    muted.sort_unstable();
    assert_eq!(muted, sources);
    assert!(sources.is_sorted());
}

async fn a_source_is_muted_once_until_it_is_unmuted(opened: &Opened) {
    let store = &opened.store;
    let (genre, person) = (
        MutedSource::Genre(GenreId(1)),
        MutedSource::Person(PersonId(1)),
    );
    for (source, when) in [(genre, 0), (person, 1), (genre, 2)] {
        let mute = mute(ANN, source, at(when));
        store.put_mute(&mute, 10).await.unwrap();
    }
    let (first, second) = (mute(ANN, genre, at(0)), mute(ANN, person, at(1)));
    assert_eq!(*store.mutes(ANN).await.unwrap(), [first, second.clone()]);

    store.remove_mute(ANN, genre).await.unwrap();
    store.remove_mute(ANN, genre).await.unwrap();
    store.remove_mute(BEN, person).await.unwrap();

    assert_eq!(*store.mutes(ANN).await.unwrap(), [second]);
}

async fn a_profile_mutes_only_so_much(opened: &Opened) {
    let store = &opened.store;
    let genre = |id| mute(ANN, MutedSource::Genre(GenreId(id)), at(0));
    store.put_mute(&genre(1), 2).await.unwrap();
    store.put_mute(&genre(2), 2).await.unwrap();

    let refused = store.put_mute(&genre(3), 2).await;
    let known = store.put_mute(&genre(2), 2).await;

    assert!(matches!(refused, Err(WatchError::TooManyMutes { most: 2 })));
    assert!(known.is_ok());
    assert_eq!(store.mutes(ANN).await.unwrap().len(), 2);
}

async fn an_erased_profile_lists_and_mutes_nothing(opened: &Opened) {
    let store = &opened.store;
    let genre = MutedSource::Genre(GenreId(1));
    let of_ben = listed(BEN, 1, at(0));
    for list in LISTS {
        for title in 1..=20 {
            let listed = listed(ANN, title, at(0));
            store.list_title(list, &listed, 20).await.unwrap();
        }
        store.list_title(list, &of_ben, 10).await.unwrap();
    }
    for profile in [ANN, BEN] {
        let mute = mute(profile, genre, at(0));
        store.put_mute(&mute, 10).await.unwrap();
    }

    store.erase_profile(ANN).await.unwrap();

    assert_nothing(opened, ANN).await;
    for list in LISTS {
        let of_list = all_listed(opened, BEN, list).await;
        assert_eq!(of_list, std::slice::from_ref(&of_ben));
    }
    assert_eq!(store.mutes(BEN).await.unwrap().len(), 1);
    for store in std::iter::once(store).chain(&opened.others) {
        for list in LISTS {
            let refused = store.list_title(list, &listed(ANN, 1, at(1)), 10).await;
            assert!(matches!(refused, Err(WatchError::ProfileErased)));
            store.unlist_title(list, ANN, TitleId(1)).await.unwrap();
        }
        let refused = store.put_mute(&mute(ANN, genre, at(1)), 10).await;
        assert!(matches!(refused, Err(WatchError::ProfileErased)));
        store.remove_mute(ANN, genre).await.unwrap();
    }
    assert_nothing(opened, ANN).await;
}

async fn exclusions_on_their_way_bring_nothing_back(opened: &Opened) {
    let added = Arc::new(AtomicU64::new(0));
    let viewers = opened.others.iter().zip(0_u64..).map(|(store, viewer)| {
        let (store, added) = (Arc::clone(store), Arc::clone(&added));
        tokio::spawn(async move {
            for round in 0_u64.. {
                let number = viewer * 1_000_000 + round;
                let genre = MutedSource::Genre(GenreId(number));
                let listed = listed(ANN, number, at(0));
                let result = match round % 3 {
                    0 => store.list_title(TitleList::Hidden, &listed, u64::MAX).await,
                    1 => {
                        let list = TitleList::Watchlist;
                        store.list_title(list, &listed, u64::MAX).await
                    }
                    _ => store.put_mute(&mute(ANN, genre, at(0)), u64::MAX).await,
                };
                match result {
                    Ok(()) => drop(added.fetch_add(1, Ordering::SeqCst)),
                    Err(WatchError::ProfileErased) => break,
                    Err(WatchError::Store(_)) => {}
                    Err(error) => panic!("{error}"),
                }
            }
        })
    });
    let viewers: Vec<_> = viewers.collect();
    while added.load(Ordering::SeqCst) == 0 {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    while let Err(error) = opened.store.erase_profile(ANN).await {
        let reelgraph::domain::error::StoreError::Unavailable(_) = error else {
            panic!("{error}");
        };
    }
    for viewer in join_all(viewers).await {
        viewer.unwrap();
    }

    assert_nothing(opened, ANN).await;
}

fn mute(profile: ProfileId, source: MutedSource, when: DateTime<Utc>) -> Mute {
    Mute {
        profile,
        source,
        stamp: Stamp::first(when),
    }
}

async fn all_listed(opened: &Opened, profile: ProfileId, list: TitleList) -> Vec<ListedTitle> {
    let first = Window::first(100);
    let page = opened.store.listed_titles(profile, list, &first).await;
    page.unwrap().rows
}

async fn assert_nothing(opened: &Opened, profile: ProfileId) {
    for list in LISTS {
        assert_eq!(all_listed(opened, profile, list).await, []);
        let rows = count(&opened.store, profile, ProfileList::Titles(list)).await;
        assert_eq!(rows, 0);
    }
    assert_eq!(*opened.store.mutes(profile).await.unwrap(), []);
}

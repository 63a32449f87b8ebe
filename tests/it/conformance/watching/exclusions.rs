//! What a profile does not want to be suggested: hidden titles, muted genres and people.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, Utc};
use futures::future::join_all;
use reelgraph::domain::ids::{GenreId, PersonId, ProfileId, TitleId};
use reelgraph::domain::page::Window;
use reelgraph::domain::stamp::Stamp;
use reelgraph::domain::watching::{
    Change, HiddenTitle, MOST_READ, Mute, MutedSource, ProfileList, Touched, WatchError,
};

use super::support::*;

on_every_backend!(open on [sqlite, mongo]:
    a_title_is_hidden_once_until_it_is_shown_again,
    a_profile_hides_only_so_many_titles,
    what_was_played_rated_or_hidden_is_passed_over,
    of_who_has_passed_over_too_much_not_all_is_read,
    what_is_muted_comes_by_source,
    a_source_is_muted_once_until_it_is_unmuted,
    a_profile_mutes_only_so_much,
    at_the_same_time_no_more_than_allowed_are_added,
    an_erased_profile_hides_and_mutes_nothing,
    exclusions_on_their_way_bring_nothing_back,
);

async fn a_title_is_hidden_once_until_it_is_shown_again(opened: &Opened) {
    let store = &opened.store;
    let first = hidden(ANN, 1, at(0));
    store.hide_title(&first, 10).await.unwrap();
    store.hide_title(&hidden(ANN, 1, at(99)), 10).await.unwrap();
    store.hide_title(&hidden(BEN, 1, at(5)), 10).await.unwrap();
    assert_eq!(all_hidden(opened, ANN).await, [first]);

    store.unhide_title(ANN, TitleId(1)).await.unwrap();
    store.unhide_title(ANN, TitleId(1)).await.unwrap();
    assert_eq!(all_hidden(opened, ANN).await, []);
    assert_eq!(all_hidden(opened, BEN).await, [hidden(BEN, 1, at(5))]);

    let again = hidden(ANN, 1, at(100));
    store.hide_title(&again, 10).await.unwrap();
    assert_eq!(all_hidden(opened, ANN).await, [again]);
}

async fn a_profile_hides_only_so_many_titles(opened: &Opened) {
    let store = &opened.store;
    for title in 1..=3 {
        let one = hidden(ANN, title, at(0));
        store.hide_title(&one, 3).await.unwrap();
    }

    let refused = store.hide_title(&hidden(ANN, 4, at(1)), 3).await;
    let known = store.hide_title(&hidden(ANN, 3, at(1)), 3).await;
    let of_ben = store.hide_title(&hidden(BEN, 4, at(1)), 3).await;

    assert!(matches!(
        refused,
        Err(WatchError::TooManyHidden { most: 3 })
    ));
    assert!(known.is_ok() && of_ben.is_ok());
    assert_eq!(count(store, ANN, ProfileList::Hidden).await, 3);
    store.unhide_title(ANN, TitleId(1)).await.unwrap();
    store.hide_title(&hidden(ANN, 4, at(1)), 3).await.unwrap();
}

async fn what_was_played_rated_or_hidden_is_passed_over(opened: &Opened) {
    let store = &opened.store;
    let hide = async |title| {
        let hidden = hidden(ANN, title, at(0));
        store.hide_title(&hidden, 10).await.unwrap();
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
    store.unhide_title(ANN, TitleId(6)).await.unwrap();
    opened.begin(play_ref(BEN, film(8), 1), at(0)).await;
    let of_ben = hidden(BEN, 9, at(0));
    store.hide_title(&of_ben, 10).await.unwrap();

    let mut all = store.exclusions(ANN).await.unwrap();
    all.titles.sort_unstable();
    assert_eq!(all.titles, [1, 2, 3, 4, 900].map(TitleId));
    assert!(all.is_whole);
    let asked: Vec<TitleId> = (1..=10).chain([3, 900]).map(TitleId).collect();
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

async fn at_the_same_time_no_more_than_allowed_are_added(opened: &Opened) {
    let servers = opened.others.iter().chain([&opened.store]).cycle();
    let tasks = (1..=12).zip(servers).map(|(title, server)| {
        let server = Arc::clone(server);
        tokio::spawn(async move { server.hide_title(&hidden(ANN, title, at(0)), 5).await })
    });
    let hidden = join_all(tasks.collect::<Vec<_>>()).await;

    let refused = hidden
        .into_iter()
        .filter(|one| match one.as_ref().unwrap() {
            Ok(()) => false,
            Err(WatchError::TooManyHidden { most: 5 }) => true,
            Err(error) => panic!("{error}"),
        });
    assert_eq!(refused.count(), 7);
    assert_eq!(count(&opened.store, ANN, ProfileList::Hidden).await, 5);
}

async fn an_erased_profile_hides_and_mutes_nothing(opened: &Opened) {
    let store = &opened.store;
    let genre = MutedSource::Genre(GenreId(1));
    for title in 1..=20 {
        let hidden = hidden(ANN, title, at(0));
        store.hide_title(&hidden, 20).await.unwrap();
    }
    for profile in [ANN, BEN] {
        let mute = mute(profile, genre, at(0));
        store.put_mute(&mute, 10).await.unwrap();
    }
    let of_ben = hidden(BEN, 1, at(0));
    store.hide_title(&of_ben, 10).await.unwrap();

    store.erase_profile(ANN).await.unwrap();

    assert_nothing(opened, ANN).await;
    assert_eq!(all_hidden(opened, BEN).await, [of_ben]);
    assert_eq!(store.mutes(BEN).await.unwrap().len(), 1);
    for store in std::iter::once(store).chain(&opened.others) {
        let hide = store.hide_title(&hidden(ANN, 1, at(1)), 10).await;
        let mute = store.put_mute(&mute(ANN, genre, at(1)), 10).await;
        for refused in [hide, mute] {
            assert!(matches!(refused, Err(WatchError::ProfileErased)));
        }
        store.unhide_title(ANN, TitleId(1)).await.unwrap();
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
                let result = if round % 2 == 0 {
                    let hidden = hidden(ANN, number, at(0));
                    store.hide_title(&hidden, u64::MAX).await
                } else {
                    store.put_mute(&mute(ANN, genre, at(0)), u64::MAX).await
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

async fn all_hidden(opened: &Opened, profile: ProfileId) -> Vec<HiddenTitle> {
    let first = Window::first(100);
    let page = opened.store.hidden_titles(profile, &first).await.unwrap();
    page.rows
}

async fn assert_nothing(opened: &Opened, profile: ProfileId) {
    assert_eq!(all_hidden(opened, profile).await, []);
    let hidden = count(&opened.store, profile, ProfileList::Hidden).await;
    assert_eq!(hidden, 0);
    assert_eq!(*opened.store.mutes(profile).await.unwrap(), []);
}

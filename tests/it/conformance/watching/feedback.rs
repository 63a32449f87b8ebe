//! Thumbs, and plays that must not count: changes of a title as a whole.

use std::sync::Arc;

use reelgraph::domain::catalog::Thumbs;
use reelgraph::domain::error::StoreError;
use reelgraph::domain::ids::{ProfileId, TitleId};
use reelgraph::domain::watching::PlaybackEvent::{Progress, Stop};
use reelgraph::domain::watching::{
    Change, ImportedWatch, ProfileList, Touched, WatchError, WatchRules, WatchedItem, WatchedTitle,
};

use super::support::*;

on_every_backend!(open on [sqlite, mongo]:
    a_thumb_is_kept_without_a_play,
    a_thumb_is_kept_through_watches_and_imports,
    a_thumb_waits_for_projection,
    a_title_is_read_with_every_play_of_it,
    what_must_not_count_leaves_the_weight,
    thumbs_counts_and_reports_at_the_same_time_lose_nothing,
    nothing_is_said_by_an_erased_profile,
    thumbs_are_counted_from_what_holds,
);

on_every_backend!(open on [mongo]: thumbs_wait_for_their_index);

async fn thumbs_wait_for_their_index(opened: &Opened) {
    opened.rate(ANN, TitleId(1), Some(true), at(1)).await;
    opened.drop_index_of_thumbs().await;

    let waiting = opened.store.thumbs(TitleId(0)..=TitleId(9)).await;

    let Err(StoreError::Unavailable(reason)) = waiting else {
        panic!("{waiting:?}");
    };
    assert_eq!(reason.to_string(), "the index `thumbs` is still being made");
}

async fn thumbs_are_counted_from_what_holds(opened: &Opened) {
    let all = (0, u64::MAX >> 1);
    let counted = async |(first, last): (u64, u64)| {
        let titles = TitleId(first)..=TitleId(last);
        let thumbs = opened.store.thumbs(titles).await.unwrap();
        let number = |(title, it): (TitleId, Thumbs)| (title.0, it.likes, it.dislikes);
        thumbs.into_iter().map(number).collect::<Vec<_>>()
    };
    assert_eq!(counted(all).await, []);
    // Who only watches says nothing.
    opened.begin(play_ref(ANN, film(3), 1), at(0)).await;
    for (number, liked) in (1..=40).zip([true, true, true, false].into_iter().cycle()) {
        let said = Some(liked);
        opened
            .rate(ProfileId(number), TitleId(1), said, at(1))
            .await;
    }
    opened.rate(ANN, SERIES, Some(false), at(2)).await;
    opened.rate(ANN, SERIES, Some(false), at(3)).await;
    let loaded = ImportedWatch {
        liked: Some(true),
        ..watch(BEN, film(2), at(-1000))
    };
    for _ in 0..2 {
        opened.import(vec![loaded.clone()], at(4)).await;
    }
    let said = [(1, 30, 10), (2, 1, 0), (900, 0, 1)];
    assert_eq!(counted(all).await, said);
    // Both ends are among those that are asked for.
    assert_eq!(counted((3, 900)).await, said[2..]);
    assert_eq!(counted((1, 2)).await, said[..2]);
    assert_eq!(counted((3, 899)).await, []);

    // Ann thinks better of one and takes the other back; Ben is forgotten.
    opened.rate(ANN, TitleId(1), Some(false), at(5)).await;
    opened.rate(ANN, SERIES, None, at(5)).await;
    opened.store.erase_profile(BEN).await.unwrap();

    assert_eq!(counted(all).await, [(1, 28, 11)]);
}

async fn a_thumb_is_kept_without_a_play(opened: &Opened) {
    let ledger = opened.rate(ANN, TitleId(1), Some(false), at(5)).await;

    let watched_title = opened.watched_title(ANN, TitleId(1)).await;
    assert_eq!(
        Some(&watched_title),
        ledger.watched_titles.get((ANN, TitleId(1)))
    );
    assert_eq!(
        (watched_title.liked, watched_title.liked_at),
        (Some(false), Some(at(5)))
    );
    assert_eq!((watched_title.plays, watched_title.stamp.revision), (0, 1));

    opened.rate(ANN, TitleId(1), None, at(6)).await;

    let expected = WatchedTitle {
        liked: None,
        liked_at: Some(at(6)),
        first_at: at(6),
        last_at: at(6),
        stamp: watched_title.stamp.next(at(6)),
        ..watched_title
    };
    assert_eq!(opened.watched_title(ANN, TitleId(1)).await, expected);
}

async fn a_thumb_is_kept_through_watches_and_imports(opened: &Opened) {
    let loaded = ImportedWatch {
        liked: Some(true),
        ..watch(ANN, film(1), at(-1000))
    };
    opened.import(vec![loaded.clone()], at(0)).await;
    let watched_title = opened.watched_title(ANN, TitleId(1)).await;
    assert_eq!(
        (watched_title.liked, watched_title.liked_at),
        (Some(true), Some(at(-1000)))
    );
    opened.rate(ANN, TitleId(1), Some(false), at(1000)).await;

    let again = ImportedWatch {
        at: at(500),
        ..loaded.clone()
    };
    opened.import(vec![loaded, again], at(2000)).await;
    opened.begin(play_ref(ANN, film(1), 1), at(3000)).await;

    let watched_title = opened.watched_title(ANN, TitleId(1)).await;
    assert_eq!(
        (watched_title.liked, watched_title.liked_at),
        (Some(false), Some(at(1000)))
    );
    assert_eq!((watched_title.plays, watched_title.last_at), (3, at(3000)));
}

async fn a_thumb_waits_for_projection(opened: &Opened) {
    opened.begin(play_ref(ANN, film(1), 1), at(0)).await;
    let marks = [(ANN, TitleId(1), 1)];
    opened.store.mark_watches_projected(&marks).await.unwrap();

    opened.rate(ANN, TitleId(1), Some(true), at(1)).await;
    opened.rate(ANN, TitleId(2), Some(true), at(2)).await;

    let waiting = opened.waiting(10).await;
    let waiting: Vec<_> = waiting
        .iter()
        .map(|watched_title| (watched_title.title, watched_title.stamp.revision))
        .collect();
    assert_eq!(waiting, [(TitleId(1), 2), (TitleId(2), 1)]);
}

async fn a_title_is_read_with_every_play_of_it(opened: &Opened) {
    let play_refs = [
        play_ref(ANN, episode(1), 1),
        play_ref(ANN, WatchedItem::Series(SERIES), 2),
        play_ref(ANN, episode(2), 3),
    ];
    let others = [play_ref(ANN, film(1), 4), play_ref(BEN, episode(1), 1)];
    for play_ref in play_refs.into_iter().chain(others) {
        opened.begin(play_ref, at(0)).await;
    }

    let nothing = || -> Change { Arc::new(|_| Ok(())) };
    let whole = [Touched::WholeTitle(ANN, SERIES)];
    let read = opened.store.update(&whole, nothing()).await.unwrap();
    let alone = [Touched::Title(ANN, SERIES)];
    let watched_title_alone = opened.store.update(&alone, nothing()).await.unwrap();

    for play_ref in play_refs {
        let stored = opened.store.plays(ANN, &[play_ref.play]).await.unwrap();
        assert_eq!(read.plays.get(play_ref.play_key()), stored.first());
        let item = play_ref.item;
        let state = opened.store.states(ANN, &[item]).await.unwrap();
        let is_read = !matches!(item, WatchedItem::Series(_));
        assert_eq!(read.state(&play_ref), state.first().filter(|_| is_read));
        assert_eq!(watched_title_alone.state(&play_ref), None);
        assert_eq!(watched_title_alone.plays.get(play_ref.play_key()), None);
    }
    for other in others {
        assert_eq!(read.plays.get(other.play_key()), None);
        assert_eq!(read.states.get(other.state_key()), None);
    }
    let watched_title = opened.watched_title(ANN, SERIES).await;
    for ledger in [read, watched_title_alone] {
        assert_eq!(
            ledger.watched_titles.get((ANN, SERIES)),
            Some(&watched_title)
        );
        assert_eq!(ledger.watched_titles.get((ANN, TitleId(1))), None);
    }
}

async fn what_must_not_count_leaves_the_weight(opened: &Opened) {
    let (first, second) = (play_ref(ANN, episode(1), 1), play_ref(ANN, episode(2), 2));
    for play_ref in [first, second] {
        for (position, when) in [(0.0, 0), (1800.0, 1_800_000)] {
            let report = a_report(Progress, position, at(when));
            opened.report(play_ref, report).await;
        }
    }
    let before = opened.watched_title(ANN, SERIES).await;
    let half = WatchRules::default().weight(0.5, at(1_800_000));
    assert_eq!(before.weight.to_bits(), (half + half).to_bits());

    opened.set_counts(first, false, at(2_000_000)).await;

    let expected = WatchedTitle {
        weight: half,
        stamp: before.stamp.next(at(2_000_000)),
        ..before
    };
    assert_eq!(opened.watched_title(ANN, SERIES).await, expected);
    let plays = opened.store.plays(ANN, &[first.play]).await.unwrap();
    assert_eq!((plays[0].counts, plays[0].stamp.revision), (false, 3));
    opened.set_counts(second, false, at(3_000_000)).await;
    assert_eq!(opened.watched_title(ANN, SERIES).await.weight.to_bits(), 0);

    // What is reported later counts as little, and the same again changes nothing.
    let late = a_report(Stop, 3600.0, at(4_000_000));
    opened.report(first, late).await;
    opened.set_counts(first, false, at(5_000_000)).await;

    let found = opened.watched_title(ANN, SERIES).await;
    assert_eq!((found.weight.to_bits(), found.stamp.revision), (0, 7));
    assert_eq!(found.completions, 1);
    assert_eq!(
        count(&opened.store, ANN, ProfileList::History(None)).await,
        2
    );
}

/// Twelve plays, of which every third must not count, and a thumb between them, on several servers at once.
async fn thumbs_counts_and_reports_at_the_same_time_lose_nothing(opened: &Opened) {
    const PLAYS: u128 = 12;
    let all = (0..PLAYS).map(|play| {
        let id = u64::try_from(play % 4).unwrap();
        play_ref(ANN, episode(id), play)
    });
    let all: Vec<_> = all.collect();
    for play_ref in &all {
        let report = a_report(Progress, 0.0, at(0));
        opened.report(*play_ref, report).await;
    }

    let mut updates: Vec<(Touched, Change)> = Vec::new();
    for (index, play_ref) in all.iter().enumerate() {
        let report = a_report(Stop, 1800.0, at(1_800_000));
        updates.push(((*play_ref).into(), reporting(*play_ref, report)));
        let whole = Touched::WholeTitle(ANN, SERIES);
        if index % 3 == 0 {
            updates.push((whole, counting(*play_ref, false, at(1_800_001))));
        }
        if index == 6 {
            let thumb = rating(ANN, SERIES, Some(true), at(1_800_002));
            updates.push((Touched::Title(ANN, SERIES), thumb));
        }
    }
    let servers = opened.others.iter().chain([&opened.store]).cycle();
    let tasks = updates.into_iter().zip(servers).map(|(update, server)| {
        let (server, (touched, change)) = (Arc::clone(server), update);
        tokio::spawn(async move { server.update(&[touched], change).await })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap().unwrap();
    }

    let watched_title = opened.watched_title(ANN, SERIES).await;
    let ids: Vec<_> = all.iter().map(|play_ref| play_ref.play).collect();
    let plays = opened.store.plays(ANN, &ids).await.unwrap();
    let counted: Vec<_> = plays.iter().filter(|play| play.counts).collect();
    assert_eq!((plays.len(), counted.len()), (12, 8));
    let weight = WatchRules::default().weight(0.5, at(1_800_000)) * 8.0;
    assert!((watched_title.weight / weight - 1.0).abs() < 1e-9);
    assert_eq!((watched_title.plays, watched_title.liked), (12, Some(true)));
}

async fn nothing_is_said_by_an_erased_profile(opened: &Opened) {
    let evening = play_ref(ANN, film(1), 1);
    opened.begin(evening, at(0)).await;
    opened.rate(ANN, TitleId(2), Some(true), at(1)).await;

    opened.store.erase_profile(ANN).await.unwrap();

    for store in std::iter::once(&opened.store).chain(&opened.others) {
        for title in [1, 2, 3].map(TitleId) {
            let touched = [Touched::Title(ANN, title)];
            let thumb = rating(ANN, title, Some(true), at(2));
            let refused = store.update(&touched, thumb).await;
            assert!(matches!(refused, Err(WatchError::ProfileErased)));
        }
        let touched = [Touched::WholeTitle(ANN, TitleId(1))];
        let refused = store
            .update(&touched, counting(evening, false, at(2)))
            .await;
        assert!(matches!(refused, Err(WatchError::ProfileErased)));
    }
    let titles = [1, 2, 3].map(TitleId);
    assert_eq!(opened.store.watched_titles(ANN, &titles).await.unwrap(), []);
    let departed = opened.store.departed_watchers(&titles).await.unwrap();
    assert_eq!(departed, [1, 1, 0]);
}

//! What the graph has yet to learn.

use reelgraph::domain::ids::{GenreId, ProfileId, TitleId};
use reelgraph::domain::stamp::Stamp;
use reelgraph::domain::watching::PlaybackEvent::Stop;
use reelgraph::domain::watching::{Mute, MutedSource, TitleList, WatchedTitle};

use super::support::*;

on_every_backend!(open on [sqlite, mongo]:
    the_longest_waiting_comes_first,
    a_watched_title_that_changes_while_it_waits_keeps_its_place,
    a_mark_goes_only_with_the_revision_that_was_projected,
    what_waits_since_a_moment_is_found_without_what_is_before_it,
    it_is_told_whether_the_graph_may_have_no_edge_yet,
    a_watched_title_that_changes_later_waits_again,
    walking_through_all_watched_titles_finds_each_once,
    following_what_is_written_finds_all_of_it_in_order,
    watched_titles_can_be_made_to_wait_behind_all_that_is_written,
    which_of_some_watched_titles_wait_is_told,
    all_watched_titles_can_be_made_to_wait_in_portions,
    whoever_anything_is_recorded_of_is_found,
);

async fn the_longest_waiting_comes_first(opened: &Opened) {
    for (profile, title, when) in [
        (BEN, 3, 2000),
        (ANN, 9, 1000),
        (ANN, 1, 3000),
        (BEN, 4, 4000),
    ] {
        opened
            .begin(
                play_ref(profile, film(title), 1 + u128::from(title)),
                at(when),
            )
            .await;
    }

    let all = opened.waiting(10).await;
    let some = opened.waiting(2).await;

    assert_eq!(
        keys(&all),
        [
            (ANN, TitleId(9)),
            (BEN, TitleId(3)),
            (ANN, TitleId(1)),
            (BEN, TitleId(4))
        ]
    );
    assert_eq!(some, all[..2]);
    assert_eq!(all[0], opened.watched_title(ANN, TitleId(9)).await);
}

async fn a_watched_title_that_changes_while_it_waits_keeps_its_place(opened: &Opened) {
    opened.begin(play_ref(ANN, film(1), 1), at(1000)).await;
    opened.begin(play_ref(ANN, film(2), 2), at(2000)).await;

    opened
        .report(play_ref(ANN, film(1), 1), a_report(Stop, 3600.0, at(3000)))
        .await;

    let waiting = opened.waiting(10).await;
    assert_eq!(keys(&waiting), [(ANN, TitleId(1)), (ANN, TitleId(2))]);
    assert_eq!(waiting[0].stamp.revision, 2);
}

async fn a_mark_goes_only_with_the_revision_that_was_projected(opened: &Opened) {
    for title in 1..=3 {
        let evening = play_ref(ANN, film(title), u128::from(title));
        opened
            .begin(evening, at(i64::try_from(title).unwrap()))
            .await;
    }
    opened
        .report(play_ref(ANN, film(2), 2), a_report(Stop, 3600.0, at(2000)))
        .await;
    let before = opened.watched_title(ANN, TitleId(1)).await;

    let marks = [
        (ANN, TitleId(1), 1),
        (ANN, TitleId(2), 1),
        (BEN, TitleId(3), 1),
        (ANN, TitleId(404), 1),
    ];
    let marked = opened.store.mark_watches_projected(&marks).await;
    assert_eq!(marked.unwrap(), 1);
    assert_eq!(opened.store.mark_watches_projected(&[]).await.unwrap(), 0);

    let waiting = opened.waiting(10).await;
    assert_eq!(keys(&waiting), [(ANN, TitleId(2)), (ANN, TitleId(3))]);
    assert_eq!(opened.watched_title(ANN, TitleId(1)).await, before);
}

async fn what_waits_since_a_moment_is_found_without_what_is_before_it(opened: &Opened) {
    for title in 1..=5 {
        let evening = play_ref(ANN, film(title), u128::from(title));
        let when = at(1000 * i64::try_from(title).unwrap());
        opened.begin(evening, when).await;
    }
    // The last one is marked although nothing was written.
    let fifth = [(ANN, TitleId(5))];
    let store = &opened.store;
    let marks = [(ANN, TitleId(5), 1)];
    store.mark_watches_projected(&marks).await.unwrap();
    store.mark_watches_waiting(&fifth).await.unwrap();
    let titles = async |since, limit| {
        let found = store.unprojected_watches(since, limit).await.unwrap();
        let titles = found.iter().map(|one| one.watched_title.title.0);
        titles.collect::<Vec<_>>()
    };

    assert_eq!(titles(None, 9).await, [1, 2, 3, 4, 5]);
    assert_eq!(titles(Some(at(0)), 9).await, [1, 2, 3, 4]);
    assert_eq!(titles(Some(at(2000)), 9).await, [2, 3, 4]);
    assert_eq!(titles(Some(at(2001)), 1).await, [3]);
    assert_eq!(titles(Some(at(4001)), 9).await, [0; 0]);
}

async fn it_is_told_whether_the_graph_may_have_no_edge_yet(opened: &Opened) {
    for title in 1..=4 {
        let evening = play_ref(ANN, film(title), u128::from(title));
        opened.begin(evening, at(1000)).await;
    }
    let go_on = async |title, when| {
        let evening = play_ref(ANN, film(title), u128::from(title));
        let report = a_report(Stop, 3600.0, at(when));
        opened.report(evening, report).await;
    };
    go_on(2, 2000).await;
    let marks = [(ANN, TitleId(3), 1), (ANN, TitleId(4), 1)];
    let store = &opened.store;
    store.mark_watches_projected(&marks).await.unwrap();
    go_on(3, 3000).await;
    let fourth = [(ANN, TitleId(4))];
    store.mark_watches_waiting(&fourth).await.unwrap();

    let waiting = store.unprojected_watches(None, 9).await.unwrap();

    let told: Vec<_> = waiting
        .iter()
        .map(|one| (one.watched_title.title.0, one.may_be_new()))
        .collect();
    assert_eq!(told, [(1, true), (2, true), (3, false), (4, true)]);
}

async fn a_watched_title_that_changes_later_waits_again(opened: &Opened) {
    opened.begin(play_ref(ANN, film(1), 1), at(1000)).await;
    opened.begin(play_ref(ANN, film(2), 2), at(2000)).await;
    let marks = [(ANN, TitleId(1), 1)];
    opened.store.mark_watches_projected(&marks).await.unwrap();

    opened
        .report(play_ref(ANN, film(1), 1), a_report(Stop, 3600.0, at(3000)))
        .await;

    let waiting = opened.waiting(10).await;
    assert_eq!(keys(&waiting), [(ANN, TitleId(2)), (ANN, TitleId(1))]);
}

async fn walking_through_all_watched_titles_finds_each_once(opened: &Opened) {
    let far = ProfileId(u64::MAX >> 1);
    let expected = [
        (ANN, TitleId(2)),
        (ANN, TitleId(10)),
        (ANN, TitleId(u64::MAX >> 1)),
        (BEN, TitleId(1)),
        (far, TitleId(3)),
    ];
    for (profile, TitleId(title)) in expected.into_iter().rev() {
        opened
            .begin(play_ref(profile, film(title), u128::from(title)), at(0))
            .await;
    }

    for limit in 1..=6 {
        let mut walked: Vec<WatchedTitle> = Vec::new();
        loop {
            let after = walked
                .last()
                .map(|watched_title| (watched_title.profile, watched_title.title));
            let rows = opened
                .store
                .watched_titles_after(after, limit)
                .await
                .unwrap();
            assert!(rows.len() <= limit);
            if rows.is_empty() {
                break;
            }
            walked.extend(rows);
        }
        assert_eq!(keys(&walked), expected);
        assert_eq!(walked[0], opened.watched_title(ANN, TitleId(2)).await);
    }
}

async fn following_what_is_written_finds_all_of_it_in_order(opened: &Opened) {
    let high = TitleId(u64::MAX >> 1);
    for (profile, title, when) in [
        (BEN, TitleId(1), 3000),
        (ANN, TitleId(10), 3000),
        (ANN, high, 3000),
        (ANN, TitleId(2), 1000),
        (BEN, TitleId(3), 4000),
        (BEN, TitleId(4), 5000),
    ] {
        let evening = play_ref(profile, film(title.0), 1 + u128::from(title.0));
        opened.begin(evening, at(when)).await;
    }
    // What is written again is found where it was written last.
    opened.rate(ANN, TitleId(10), Some(true), at(6000)).await;
    let expected = [
        (ANN, high),
        (BEN, TitleId(1)),
        (BEN, TitleId(3)),
        (BEN, TitleId(4)),
        (ANN, TitleId(10)),
    ];

    for limit in 1..=6 {
        let mut followed: Vec<WatchedTitle> = Vec::new();
        loop {
            let last = followed.last();
            let after = last.map(|watched_title| {
                (
                    watched_title.stamp.updated_at,
                    watched_title.profile,
                    watched_title.title,
                )
            });
            let store = &opened.store;
            let rows = store.watched_titles_since(at(3000), after, limit).await;
            let rows = rows.unwrap();
            assert!(rows.len() <= limit);
            if rows.is_empty() {
                break;
            }
            followed.extend(rows);
        }
        assert_eq!(keys(&followed), expected);
        assert_eq!(followed[4], opened.watched_title(ANN, TitleId(10)).await);
    }
    let early = Some((at(0), ANN, TitleId(0)));
    let since = opened.store.watched_titles_since(at(4000), early, 10).await;
    assert_eq!(keys(&since.unwrap()), expected[2..]);
    let since = opened.store.watched_titles_since(at(6001), None, 10).await;
    assert_eq!(since.unwrap(), []);
}

async fn watched_titles_can_be_made_to_wait_behind_all_that_is_written(opened: &Opened) {
    for title in 1..=3 {
        opened
            .begin(play_ref(ANN, film(title), u128::from(title)), at(1000))
            .await;
    }
    let marks = [(ANN, TitleId(1), 1), (ANN, TitleId(2), 1)];
    opened.store.mark_watches_projected(&marks).await.unwrap();

    let wanted = [2, 404, 1, 3].map(|title| (ANN, TitleId(title)));
    let mut known = opened.store.mark_watches_waiting(&wanted).await.unwrap();
    known.sort();
    assert_eq!(known, [1, 2, 3].map(|title| (ANN, TitleId(title))));
    assert_eq!(opened.store.mark_watches_waiting(&[]).await.unwrap(), []);
    opened.begin(play_ref(BEN, film(4), 4), at(2000)).await;
    opened.rate(ANN, TitleId(2), Some(true), at(3000)).await;

    let waiting = opened.waiting(10).await;
    assert_eq!(
        keys(&waiting),
        [(ANN, 3), (BEN, 4), (ANN, 2), (ANN, 1)].map(|(profile, title)| (profile, TitleId(title)))
    );
    let marks = [(ANN, TitleId(1), 1)];
    opened.store.mark_watches_projected(&marks).await.unwrap();
    let waiting = opened.waiting(10).await;
    assert_eq!(waiting.len(), 3);
}

async fn which_of_some_watched_titles_wait_is_told(opened: &Opened) {
    for title in 1..=3 {
        opened
            .begin(play_ref(ANN, film(title), u128::from(title)), at(1000))
            .await;
    }
    let marks = [(ANN, TitleId(1), 1)];
    opened.store.mark_watches_projected(&marks).await.unwrap();

    let some = [2, 404, 1].map(|title| (ANN, TitleId(title)));
    let waiting = opened.store.waiting_watches(&some).await.unwrap();
    opened.store.mark_watches_waiting(&some).await.unwrap();
    let again = opened.store.waiting_watches(&some).await.unwrap();

    assert_eq!(waiting, [(ANN, TitleId(2))]);
    assert_eq!(again, [(ANN, TitleId(1)), (ANN, TitleId(2))]);
    assert_eq!(opened.store.waiting_watches(&[]).await.unwrap(), []);
}

async fn all_watched_titles_can_be_made_to_wait_in_portions(opened: &Opened) {
    let all = [(ANN, 2), (ANN, 10), (BEN, 1)].map(|(profile, title)| (profile, TitleId(title)));
    for (profile, TitleId(title)) in all {
        opened
            .begin(play_ref(profile, film(title), u128::from(title)), at(0))
            .await;
    }
    let marks = all.map(|(profile, title)| (profile, title, 1));
    opened.store.mark_watches_projected(&marks).await.unwrap();
    let store = &opened.store;

    let first = store.mark_watches_waiting_after(None, 2).await.unwrap();
    let second = store.mark_watches_waiting_after(Some(all[1]), 9).await;
    let last = store.mark_watches_waiting_after(Some(all[2]), 9).await;

    assert_eq!(first, all[..2]);
    assert_eq!(second.unwrap(), all[2..]);
    assert_eq!(last.unwrap(), []);
    assert_eq!(keys(&opened.waiting(9).await), all);
}

pub(super) fn keys(watched_titles: &[WatchedTitle]) -> Vec<(ProfileId, TitleId)> {
    watched_titles
        .iter()
        .map(|watched_title| (watched_title.profile, watched_title.title))
        .collect()
}

async fn whoever_anything_is_recorded_of_is_found(opened: &Opened) {
    let [cleo, dan, eve, far] = [3, 4, 5, u64::MAX >> 1].map(ProfileId);
    for title in 1..=3 {
        let evening = play_ref(BEN, film(title), u128::from(title));
        opened.begin(evening, at(0)).await;
    }
    let store = &opened.store;
    for (profile, list) in [
        (ANN, TitleList::Hidden),
        (BEN, TitleList::Hidden),
        (eve, TitleList::Watchlist),
    ] {
        let one = listed(profile, 1, at(0));
        store.list_title(list, &one, 9).await.unwrap();
    }
    let mute = Mute {
        profile: dan,
        source: MutedSource::Genre(GenreId(5)),
        stamp: Stamp::first(at(0)),
    };
    store.put_mute(&mute, 9).await.unwrap();
    opened.rate(far, TitleId(1), Some(true), at(0)).await;

    for limit in 1..=5 {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = store.profiles_after(after, limit).await.unwrap();
            assert!(page.len() <= limit);
            let Some(last) = page.last() else { break };
            after = Some(*last);
            found.extend(page);
        }
        assert_eq!(found, [ANN, BEN, dan, eve, far], "{limit} at once");
    }
    let beyond = store.profiles_after(Some(cleo), 9).await.unwrap();
    assert_eq!(beyond, [dan, eve, far]);
}

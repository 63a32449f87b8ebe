//! What viewers say by hand: kept beside what was played, and found by what goes by it.

use std::sync::Arc;

use reelgraph::domain::ids::{ProfileId, TitleId};
use reelgraph::domain::page::Window;
use reelgraph::domain::watching::PlaybackEvent::Stop;
use reelgraph::domain::watching::{
    Change, Ledger, NextDay, ProfileList, Said, Teller, Told, Touched, WatchRules, WatchState,
    WatchedItem,
};

use super::support::*;

const WATCHED: Said = Said::Watched { at: None };
const TODAY: NextDay = NextDay(20_000);

on_every_backend!(open on [sqlite, mongo]:
    what_was_watched_is_known_by_title,
    what_was_said_is_read_back_whole,
    what_was_said_stays_through_reports,
    what_was_said_to_be_watched_is_passed_over,
    a_series_is_gone_on_with_by_what_was_said,
    what_was_said_is_in_no_history_and_erased,
);

impl Opened {
    /// Says something of items of a title.
    async fn tell(
        &self,
        profile: ProfileId,
        items: &[WatchedItem],
        said: Said,
        when: i64,
    ) -> Ledger {
        let title = play_ref(profile, items[0], 0).title;
        let items = items.to_vec();
        let change: Change = Arc::new(move |ledger| {
            let key = (profile, title);
            ledger.tell(&WatchRules::default(), key, &items, said, at(when));
            Ok(())
        });
        let touched = [Touched::WholeTitle(profile, title)];
        self.store.update(&touched, change).await.unwrap()
    }

    async fn state(&self, profile: ProfileId, item: WatchedItem) -> WatchState {
        let states = self.store.states(profile, &[item]).await.unwrap();
        let [state] = <[_; 1]>::try_from(states).unwrap();
        state
    }
}

async fn what_was_said_is_read_back_whole(opened: &Opened) {
    let dated = Said::Watched {
        at: Some(at(-86_400_123)),
    };
    let evening = play_ref(ANN, episode(3), 1);
    opened.report(evening, a_report(Stop, 3600.0, at(0))).await;
    for (items, said, when) in [
        (vec![film(1)], WATCHED, 7),
        (vec![episode(1), episode(2)], dated, 1_001),
        (vec![episode(3)], Said::Unwatched, 2_002),
    ] {
        let ledger = opened.tell(ANN, &items, said, when).await;

        for item in items {
            let key = play_ref(ANN, item, 0);
            let state = opened.state(ANN, item).await;
            assert_eq!(Some(&state), ledger.state(&key));
            let title = opened.watched_title(ANN, key.title).await;
            assert_eq!(Some(&title), ledger.watched_titles.get(key.title_key()));
        }
    }

    // The viewer says it, too.
    let change: Change = Arc::new(move |ledger| {
        let (rules, key) = (
            WatchRules::default(),
            (ANN, play_ref(ANN, film(1), 0).title),
        );
        ledger.tell_by(Teller::Viewer, &rules, key, &[film(1)], WATCHED, at(3_003));
        Ok(())
    });
    let touched = [Touched::WholeTitle(ANN, play_ref(ANN, film(1), 0).title)];
    opened.store.update(&touched, change).await.unwrap();
    let said_at = at(1_001);
    let expected = [
        Some(Told::Watched {
            said_at: at(7),
            at: None,
            by: Teller::Viewer,
        }),
        Some(Told::Watched {
            said_at,
            at: Some(at(-86_400_123)),
            by: Teller::Import,
        }),
        Some(Told::Unwatched { said_at: at(2_002) }),
    ];
    for (item, told) in [film(1), episode(1), episode(3)].into_iter().zip(expected) {
        assert_eq!(opened.state(ANN, item).await.told, told);
    }
    assert_eq!(opened.watched_title(ANN, SERIES).await.told, 2);
}

async fn what_was_watched_is_known_by_title(opened: &Opened) {
    let watched = async |profile| {
        let list = ProfileList::Watched;
        let counts = opened.store.count_by_title(profile, list).await.unwrap();
        let counts = counts.into_iter().map(|(title, rows)| (title.0, rows));
        counts.collect::<Vec<_>>()
    };
    opened.tell(ANN, &[film(3)], WATCHED, 0).await;
    opened.tell(ANN, &[film(7)], WATCHED, 0).await;
    opened
        .tell(ANN, &[episode(1), episode(2)], WATCHED, 1)
        .await;
    opened.tell(BEN, &[film(4)], WATCHED, 2).await;
    let evening = play_ref(ANN, film(5), 1);
    opened.begin(evening, at(3)).await;
    opened.report(evening, a_report(Stop, 3600.0, at(4))).await;
    // What was only begun was not watched.
    opened.begin(play_ref(ANN, film(6), 2), at(5)).await;
    assert_eq!(watched(ANN).await, [(3, 1), (5, 1), (7, 1), (900, 2)]);

    opened.tell(ANN, &[film(7)], Said::Unwatched, 6).await;
    opened.tell(ANN, &[episode(1)], Said::Unwatched, 7).await;

    assert_eq!(watched(ANN).await, [(3, 1), (5, 1), (900, 1)]);
    assert_eq!(watched(BEN).await, [(4, 1)]);
    assert_eq!(watched(ProfileId(404)).await, []);
}

async fn what_was_said_stays_through_reports(opened: &Opened) {
    opened.tell(ANN, &[film(1)], WATCHED, 0).await;

    opened.begin(play_ref(ANN, film(1), 1), at(1000)).await;

    let state = opened.state(ANN, film(1)).await;
    assert!(state.watched && state.told.is_some());
    assert_eq!((state.position, state.plays), (1800.0, 1));
    let title = opened.watched_title(ANN, TitleId(1)).await;
    assert_eq!((title.told, title.plays), (1, 1));
    let weight = WatchRules::default().weight(1.0, at(0));
    assert!(title.weight >= weight);

    opened.tell(ANN, &[film(1)], Said::Unwatched, 2000).await;

    let state = opened.state(ANN, film(1)).await;
    let told = Some(Told::Unwatched { said_at: at(2000) });
    assert_eq!(
        (state.watched, state.told, state.position),
        (false, told, 0.0)
    );
    assert_eq!(opened.watched_title(ANN, TitleId(1)).await.told, 0);
}

async fn what_was_said_to_be_watched_is_passed_over(opened: &Opened) {
    opened.tell(ANN, &[film(1)], WATCHED, 0).await;
    opened.tell(ANN, &[episode(5)], WATCHED, 0).await;
    opened.tell(ANN, &[film(2)], WATCHED, 0).await;
    opened.tell(ANN, &[film(2)], Said::Unwatched, 1).await;
    opened.tell(BEN, &[film(3)], WATCHED, 0).await;

    let asked = [TitleId(1), TitleId(2), TitleId(3), SERIES];
    let mut found = opened.store.passed_over(ANN, &asked).await.unwrap();

    found.sort_unstable();
    assert_eq!(found, [TitleId(1), SERIES]);
    let mut all = opened.store.exclusions(ANN).await.unwrap().titles;
    all.sort_unstable();
    assert_eq!(all, found);
}

async fn a_series_is_gone_on_with_by_what_was_said(opened: &Opened) {
    let going_on = async || {
        let window = Window::first(9);
        let page = opened.store.series_to_go_on_with(ANN, TODAY, &window);
        let rows = page.await.unwrap().rows;
        rows.into_iter().map(|row| row.title).collect::<Vec<_>>()
    };
    opened.tell(ANN, &[film(1)], WATCHED, 0).await;
    opened.tell(BEN, &[episode(1)], WATCHED, 0).await;
    assert_eq!(going_on().await, []);

    opened.tell(ANN, &[episode(1)], WATCHED, 0).await;
    assert_eq!(going_on().await, [SERIES]);

    opened.tell(ANN, &[episode(1)], Said::Unwatched, 1).await;
    assert_eq!(going_on().await, []);
}

async fn what_was_said_is_in_no_history_and_erased(opened: &Opened) {
    opened.tell(ANN, &[film(1)], WATCHED, 0).await;

    let window = Window::first(9);
    let history = opened.store.history(ANN, None, &window).await.unwrap();
    assert_eq!(history.rows, []);
    let progress = opened.store.in_progress(ANN, &window).await.unwrap();
    assert_eq!(progress.rows, []);
    let plays = opened.store.plays_of_titles(ANN, &[TitleId(1)]).await;
    assert_eq!(plays.unwrap(), []);

    opened.store.erase_profile(ANN).await.unwrap();

    assert_eq!(opened.store.states(ANN, &[film(1)]).await.unwrap(), []);
    let titles = opened.store.watched_titles(ANN, &[TitleId(1)]).await;
    assert_eq!(titles.unwrap(), []);
}

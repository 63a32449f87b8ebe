//! What is deleted is as if it had never been played, and does not come back.

use std::collections::BTreeSet;

use PlaybackEvent::{Pause, Progress, Start, Stop};
use proptest::prelude::*;

use super::laws::{play_ref_of_index, plays_without_seeks, report_all};
use super::support::*;
use crate::domain::ids::TitleId;
use crate::domain::viewer::HistoryPause;
use crate::domain::watching::deleting::together;
use crate::domain::watching::{
    Cause, Deleted, Ledger, Lengths, NextDay, Origin, Play, PlayRef, PlaybackEvent, Report, Said,
    WatchError, WatchRules, WatchState, WatchedItem,
};

const HEAT: TitleId = TitleId(1);

fn delete(ledger: &mut Ledger, title: TitleId, deleted: Deleted) {
    ledger.delete(&WatchRules::default(), (PROFILE, title), deleted, now());
}

fn delete_play(ledger: &mut Ledger, play_ref: &PlayRef) {
    let play = play_ref.play;
    delete(ledger, play_ref.title, Deleted::Play { play });
}

fn tell(ledger: &mut Ledger, item: WatchedItem, seconds: i64) {
    let key = (PROFILE, play_ref(item, 0).title);
    let said = Said::Watched { at: None };
    ledger.tell(&WatchRules::default(), key, &[item], said, at(seconds));
}

/// What is kept of plays, states and titles, without what says how often it was written.
fn outcome(ledger: &Ledger) -> String {
    let plays = ledger.plays.changed().filter(|play| !play.is_deleted());
    let plays: Vec<_> = plays
        .map(|play| (play.id, play.item, play.position, play.sections.clone()))
        .collect();
    let states: Vec<_> = ledger
        .states
        .changed()
        .map(|row| {
            let counts = (row.plays, row.completions, row.seconds.to_bits());
            let place = (row.position, row.percent, row.last_played_at);
            (row.item, counts, row.watched, place)
        })
        .collect();
    let titles = ledger.watched_titles.changed().filter(|row| row.plays > 0);
    let titles: Vec<_> = titles
        .map(|row| {
            let counts = (row.plays, row.completions, row.seconds.to_bits());
            (row.title, counts, row.first_at, row.last_at)
        })
        .collect();
    format!("{plays:?} {states:?} {titles:?}")
}

#[test]
fn of_the_only_play_nothing_is_left_but_its_name() {
    let mut ledger = empty();
    let evening = play_ref(FILM, 1);
    let reports = [(Start, 0.0, 0), (Pause, 1800.0, 1800)];
    play(&mut ledger, &evening, &reports);
    rate(&mut ledger, HEAT, Some(true), 2000);

    delete_play(&mut ledger, &evening);

    assert_eq!(ledger.state(&evening), None);
    let name = ledger.plays.get(evening.play_key()).unwrap();
    assert!(name.is_deleted());
    assert_ne!((name.item, name.title), (evening.item, evening.title));
    assert_eq!((name.started_at, name.last_at), (now(), now()));
    assert_eq!((name.sections.seconds(), name.position), (0.0, 0.0));
    let title = watched_title(&ledger, HEAT);
    assert_eq!((title.plays, title.weight.to_bits()), (0, 0));
    assert_eq!((title.first_at, title.last_at), (at(2000), at(2000)));
    assert_eq!(title.liked, Some(true));

    // Once more, and whatever its player says of it, early and late.
    let deleted = ledger.clone();
    delete_play(&mut ledger, &evening);
    play(&mut ledger, &evening, &reports);
    play(&mut ledger, &evening, &[(Stop, 3600.0, 9_000)]);
    assert_eq!(ledger, deleted);
}

#[test]
fn a_title_of_which_nothing_is_left_says_nothing() {
    let mut ledger = empty();
    play(&mut ledger, &play_ref(episode(1), 1), &[(Stop, 3600.0, 0)]);
    ledger.set_series_aside((PROFILE, SERIES), true, at(10));

    delete(&mut ledger, SERIES, Deleted::Plays);

    let title = watched_title(&ledger, SERIES);
    assert!(!title.shapes_taste() && !title.is_aside);
    assert_eq!((title.plays, title.told, title.completions), (0, 0, 0));
    let never = WatchState::NEVER;
    assert_eq!((title.first_at, title.last_at), (never, never));
    assert_eq!(title.next_day, Some(NextDay::EVER));
    // The series begins anew with another play.
    play(&mut ledger, &play_ref(episode(1), 2), &[(Stop, 3600.0, 70)]);
    let title = watched_title(&ledger, SERIES);
    assert_eq!((title.plays, title.first_at), (1, at(70)));
}

#[test]
fn only_what_is_meant_is_deleted() {
    let mut played = empty();
    for (number, item, begun) in [
        (1, episode(1), 0),
        (2, episode(2), 9_000),
        (3, episode(2), 90_000),
    ] {
        let reports = [(Start, 0.0, begun), (Stop, 3600.0, begun + 3600)];
        play(&mut played, &play_ref(item, number), &reports);
    }
    for (deleted, left) in [
        (Deleted::Item { item: episode(2) }, vec![1]),
        (Deleted::Item { item: episode(3) }, vec![1, 2, 3]),
        (Deleted::Before { at: at(9_000) }, vec![2, 3]),
        (Deleted::Before { at: at(9_001) }, vec![3]),
        (Deleted::Plays, vec![]),
    ] {
        let mut ledger = played.clone();

        delete(&mut ledger, SERIES, deleted);

        let plays = ledger.plays.changed().filter(|play| !play.is_deleted());
        let numbers: Vec<u128> = plays.map(|play| play.id.0.as_u128()).collect();
        assert_eq!(numbers, left, "{deleted:?}");
        let title = watched_title(&ledger, SERIES);
        assert_eq!(title.plays as usize, left.len(), "{deleted:?}");
        assert_eq!(title.completions as usize, left.len(), "{deleted:?}");
    }
}

#[test]
fn what_was_said_by_hand_stays_unless_everything_goes() {
    let mut ledger = empty();
    play(
        &mut ledger,
        &play_ref(FILM, 1),
        &[(Start, 0.0, 0), (Pause, 1800.0, 1800)],
    );
    tell(&mut ledger, FILM, 5000);

    delete(&mut ledger, HEAT, Deleted::Item { item: FILM });

    assert_eq!(resume(&ledger, FILM), (0.0, 100.0, true));
    assert_eq!(state(&ledger, FILM).times(), (1, 1));
    assert_eq!(state(&ledger, FILM).last_watched_at(), None);
    let title = watched_title(&ledger, HEAT);
    assert_eq!((title.plays, title.told), (0, 1));
    assert_eq!(title.weight.to_bits(), weight(1.0, 5000).to_bits());
    assert_eq!((title.first_at, title.last_at), (at(5000), at(5000)));

    delete(&mut ledger, HEAT, Deleted::Everything);

    assert_eq!(ledger.state(&play_ref(FILM, 0)), None);
    let title = watched_title(&ledger, HEAT);
    assert_eq!((title.plays, title.told, title.weight.to_bits()), (0, 0, 0));
}

#[test]
fn that_something_was_not_watched_goes_with_what_was_played() {
    let mut ledger = empty();
    play(
        &mut ledger,
        &play_ref(FILM, 1),
        &[(Start, 0.0, 0), (Stop, 3600.0, 3600)],
    );
    let key = (PROFILE, HEAT);
    let rules = WatchRules::default();
    ledger.tell(&rules, key, &[FILM], Said::Unwatched, at(5000));

    delete(&mut ledger, HEAT, Deleted::Plays);

    assert_eq!(ledger.state(&play_ref(FILM, 0)), None);
}

#[test]
fn a_play_that_does_not_count_goes_like_any_other() {
    let mut ledger = empty();
    let [kept, gone] = [1, 2].map(|number| play_ref(FILM, number));
    play(&mut ledger, &kept, &[(Start, 0.0, 0), (Stop, 3600.0, 3600)]);
    play(
        &mut ledger,
        &gone,
        &[(Start, 0.0, 9000), (Pause, 900.0, 9900)],
    );
    set_counts(&mut ledger, &kept, false);

    delete_play(&mut ledger, &gone);

    let title = watched_title(&ledger, HEAT);
    assert_eq!((title.plays, title.weight.to_bits()), (1, 0));
    assert_eq!(resume(&ledger, FILM), (0.0, 100.0, true));
    let rules = WatchRules::default();
    for counts in [true, false] {
        let again = ledger.set_counts(&rules, gone.play_key(), counts, now());
        assert!(
            matches!(again, Err(WatchError::PlayNotFound)),
            "{counts}: {again:?}"
        );
    }
}

#[test]
fn an_older_list_does_not_bring_back_what_was_deleted() {
    let mut ledger = empty();
    let list = [
        watch(FILM, 1, 1.0, Some(true)),
        watch(WatchedItem::Series(SERIES), 2, 1.0, None),
        watch(episode(1), 3, 0.5, None),
    ];
    import(&mut ledger, &list);
    for title in [HEAT, SERIES] {
        delete(&mut ledger, title, Deleted::Plays);
    }
    assert!(ledger.plays.changed().all(Play::is_deleted));
    assert_eq!(ledger.states.changed().count(), 0);
    let deleted = ledger.clone();

    import(&mut ledger, &list);

    assert_eq!(ledger, deleted);
    // A watch that was not in it is another.
    import(&mut ledger, &[watch(FILM, 9, 1.0, None)]);
    assert_eq!(watched_title(&ledger, HEAT).plays, 1);
}

#[test]
fn what_can_be_resumed_is_where_the_play_before_it_was() {
    let mut ledger = empty();
    let [first, second] = [1, 2].map(|number| play_ref(FILM, number));
    play(&mut ledger, &first, &[(Start, 0.0, 0), (Pause, 600.0, 600)]);
    play(
        &mut ledger,
        &second,
        &[(Start, 0.0, 9000), (Stop, 3600.0, 12_600)],
    );
    assert!(resume(&ledger, FILM).2);

    delete_play(&mut ledger, &second);

    let (position, percent, watched) = resume(&ledger, FILM);
    assert_eq!((position, watched), (600.0, false));
    assert!((percent - 100.0 / 6.0).abs() < 1e-9);
    assert_eq!(state(&ledger, FILM).last_played_at, at(600));
}

/// Reports on a play of an hour by a profile whose history was paused from the second 1000 to 2000.
fn report_after_pause(ledger: &mut Ledger, play_ref: &PlayRef, report: (PlaybackEvent, f64, i64)) {
    let (event, position, seconds) = report;
    let cause = Cause::Report {
        play: *play_ref,
        report: Report {
            event,
            position,
            at: at(seconds),
            duration: Some(HOUR),
        },
        lengths: Lengths::default(),
        going_on: Vec::new(),
        origin: Origin::default(),
        pause: Some(HistoryPause {
            since: at(1000),
            until: Some(at(2000)),
        }),
    };
    let rules = WatchRules::default();
    cause.apply(&rules, PROFILE, ledger, now()).unwrap();
}

#[test]
fn what_is_played_after_a_pause_spans_nothing_of_it() {
    let evening = play_ref(FILM, 1);
    let mut ledger = empty();

    for report in [
        (Start, 0.0, 0),
        (Progress, 900.0, 900),
        (Progress, 2100.0, 2100),
        (Pause, 2400.0, 2400),
        // It was on its way, from before the pause.
        (Progress, 950.0, 950),
    ] {
        report_after_pause(&mut ledger, &evening, report);
    }

    let state = state(&ledger, FILM);
    assert_eq!(state.seconds.to_bits(), 1250.0_f64.to_bits());
    assert_eq!(state.position.to_bits(), 2400.0_f64.to_bits());
}

#[test]
fn a_play_is_completed_by_the_only_report_after_a_pause() {
    let evening = play_ref(FILM, 1);
    let mut ledger = empty();

    for report in [(Start, 0.0, 0), (Progress, 900.0, 900), (Stop, HOUR, 3600)] {
        report_after_pause(&mut ledger, &evening, report);
    }

    let state = state(&ledger, FILM);
    assert!(state.watched);
    assert_eq!(state.seconds.to_bits(), 900.0_f64.to_bits());
}

#[test]
fn very_many_plays_are_deleted_some_at_a_time() {
    let begun: Vec<_> = (0..1201).rev().map(at).collect();
    let before = |seconds| Deleted::Before { at: at(seconds) };

    for (deleted, steps) in [
        (Deleted::Plays, vec![before(500), before(1000)]),
        (Deleted::Everything, vec![before(500), before(1000)]),
        (before(700), vec![before(500)]),
        (before(500), vec![]),
        (Deleted::Item { item: episode(1) }, vec![]),
    ] {
        assert_eq!(deleted.steps(begun.clone()), steps, "{deleted:?}");
    }
    let titles = [200, 300, 1, 9000, 3].map(|plays| (HEAT, plays));
    assert_eq!(
        [0, 1, 2, 3, 4].map(|from| together(&titles[from..])),
        [2, 2, 1, 1, 1]
    );
}

#[test]
fn what_older_versions_said_of_deleting_is_read() {
    let text = r#"{ "kind": "delete", "title": 2, "deleted": { "of": "plays" } }"#;

    let cause = serde_json::from_str::<Cause>(text).unwrap();

    let expected = Cause::Delete {
        title: SERIES,
        deleted: Deleted::Plays,
        plays: 0,
    };
    assert_eq!(cause, expected);
}

#[test]
fn causes_are_read_as_they_were_written() {
    let pause = HistoryPause {
        since: at(1000),
        until: Some(at(2000)),
    };
    let report = |pause| Cause::Report {
        play: play_ref(FILM, 1),
        report: Report {
            event: Start,
            position: 0.5,
            at: at(3000),
            duration: None,
        },
        lengths: Lengths::default(),
        going_on: Vec::new(),
        origin: Origin::default(),
        pause,
    };
    let delete = |deleted| Cause::Delete {
        title: SERIES,
        deleted,
        plays: 3,
    };
    let play = play_ref(FILM, 1).play;
    for cause in [
        report(None),
        report(Some(pause)),
        delete(Deleted::Play { play }),
        delete(Deleted::Item { item: episode(1) }),
        delete(Deleted::Before { at: at(7) }),
        delete(Deleted::Plays),
        delete(Deleted::Everything),
    ] {
        let text = serde_json::to_string(&cause).unwrap();

        assert_eq!(serde_json::from_str::<Cause>(&text).unwrap(), cause);
        // As older versions have written it, and read it.
        let has_pause = cause == report(Some(pause));
        assert_eq!(text.contains("pause"), has_pause, "{text}");
    }
}

proptest! {
    /// In whatever order it is reported what lies before and after a pause, also by a clock that is ahead.
    #[test]
    fn nothing_spans_a_pause(
        (before, after, shuffled) in (
            prop::collection::btree_set(0_i32..1300, 1..6),
            prop::collection::btree_set(2001_i32..3600, 1..6),
        ).prop_flat_map(|(before, after)| {
            let all: Vec<i32> = before.iter().chain(&after).copied().collect();
            (Just(before), Just(after), Just(all).prop_shuffle())
        })
    ) {
        let evening = play_ref(FILM, 1);
        let mut ledger = empty();

        for seconds in shuffled {
            let report = (Progress, f64::from(seconds), i64::from(seconds));
            report_after_pause(&mut ledger, &evening, report);
        }

        let span = |all: &BTreeSet<i32>| f64::from(all.last().unwrap() - all.first().unwrap());
        let expected = span(&before) + span(&after);
        prop_assert_eq!(state(&ledger, FILM).seconds.to_bits(), expected.to_bits());
    }

    /// Deleted: as if it had never been reported; and reported again, it changes nothing.
    #[test]
    fn what_is_deleted_was_never_reported(
        (reports, deleted, twice) in (plays_without_seeks(), prop::collection::vec(any::<bool>(), 5), any::<bool>())
    ) {
        let is_deleted = |index: usize| deleted[index];
        let mut ledger = empty();
        report_all(&mut ledger, &reports);
        for index in 0..5 {
            if is_deleted(index) {
                delete_play(&mut ledger, &play_ref_of_index(index));
            }
        }
        if twice {
            let late: Vec<_> = reports.iter().copied().filter(|(index, ..)| is_deleted(*index)).collect();
            let before = ledger.clone();
            report_all(&mut ledger, &late);
            prop_assert_eq!(&ledger, &before);
        }

        let others: Vec<_> = reports.iter().copied().filter(|(index, ..)| !is_deleted(*index)).collect();
        let mut plain = empty();
        report_all(&mut plain, &others);

        prop_assert_eq!(outcome(&ledger), outcome(&plain));
        for row in ledger.watched_titles.changed() {
            let there = plain.watched_titles.get((PROFILE, row.title));
            let expected = there.map_or(0.0, |there| there.weight);
            prop_assert!((row.weight - expected).abs() <= 1e-9 * expected.max(1.0));
            let mut summed = reread(&ledger);
            let stored = summed.clone();
            summed.sum_up(&WatchRules::default(), (PROFILE, row.title), now());
            prop_assert_eq!(summed, stored);
        }
    }
}

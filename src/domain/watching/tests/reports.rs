//! What becomes of what players report.

use super::support::*;
use crate::domain::ids::TitleId;
use crate::domain::stamp::Stamp;
use crate::domain::watching::{Ledger, Play, PlaybackEvent, WatchError, WatchState, WatchedTitle};
use PlaybackEvent::{Pause, Progress, Seek, Start, Stop};

#[test]
fn a_report_is_written_to_its_play_its_state_and_its_watched_title() {
    let mut ledger = empty();
    let evening = play_ref(FILM, 1);

    play(
        &mut ledger,
        &evening,
        &[(Start, 0.0, 0), (Pause, 1800.0, 1800)],
    );

    let stamp = Stamp::first(now()).next(now());
    let stored: &Play = ledger.plays.get((PROFILE, evening.play)).unwrap();
    assert_eq!(
        *stored,
        Play {
            profile: PROFILE,
            id: evening.play,
            item: FILM,
            title: TitleId(1),
            started_at: at(0),
            last_at: at(1800),
            position: 1800.0,
            duration: Some(HOUR),
            measured: true,
            sections: stored.sections.clone(),
            completion: 0.5,
            completed: false,
            counts: true,
            day: None,
            stamp,
        }
    );
    assert_eq!(stored.sections.seconds(), 1800.0);
    assert_eq!(
        state(&ledger, FILM),
        WatchState {
            profile: PROFILE,
            item: FILM,
            title: TitleId(1),
            position: 1800.0,
            percent: 50.0,
            watched: false,
            plays: 1,
            completions: 0,
            seconds: 1800.0,
            last_played_at: at(1800),
            told: None,
            is_aside: false,
            stamp,
        }
    );
    assert_eq!(
        watched_title(&ledger, TitleId(1)),
        WatchedTitle {
            profile: PROFILE,
            title: TitleId(1),
            is_series: false,
            weight: weight(0.5, 1800),
            plays: 1,
            completions: 0,
            seconds: 1800.0,
            told: 0,
            first_at: at(0),
            last_at: at(1800),
            liked: None,
            liked_at: None,
            next_day: None,
            is_aside: false,
            moved: None,
            stamp,
        }
    );
}

#[test]
fn a_repeated_report_changes_nothing() {
    let reports = [
        (Start, 0.0, 0),
        (Progress, 600.0, 600),
        (Seek, 3000.0, 601),
        (Start, 3000.0, 700),
        (Progress, 3500.0, 1200),
        (Stop, 3600.0, 1300),
    ];
    let mut ledger = empty();
    play(&mut ledger, &play_ref(FILM, 1), &reports);
    let stored = reread(&ledger);

    let mut again = stored.clone();
    let completed = play(&mut again, &play_ref(FILM, 1), &reports);

    assert_eq!(again, stored);
    assert_eq!(completed, [false; 6]);
}

#[test]
fn the_report_that_reaches_the_end_says_so_once() {
    let mut ledger = empty();

    let completed = play(
        &mut ledger,
        &play_ref(FILM, 1),
        &[
            (Start, 0.0, 0),
            (Progress, 3200.0, 3200),
            (Progress, 3300.0, 3300),
            (Stop, 3600.0, 3600),
        ],
    );

    assert_eq!(completed, [false, false, true, false]);
    assert_eq!(state(&ledger, FILM).completions, 1);
}

#[test]
fn what_begins_or_completes_a_play_is_told_from_playing_that_goes_on() {
    let evening = play_ref(FILM, 1);
    let mut ledger = empty();
    let mut told = Vec::new();

    for second in [10, 20, 3590, 3595] {
        let report = (Progress, f64::from(second), i64::from(second));
        play(&mut ledger, &evening, &[report]);
        told.push(ledger.only_goes_on());
        ledger = reread(&ledger);
    }

    assert_eq!(told, [false, true, false, true]);
}

#[test]
fn plays_are_counted_apart_from_completions() {
    let mut ledger = empty();

    play(
        &mut ledger,
        &play_ref(FILM, 1),
        &[(Start, 0.0, 0), (Stop, 3600.0, 3600)],
    );
    play(
        &mut ledger,
        &play_ref(FILM, 2),
        &[(Start, 0.0, 10_000), (Stop, 60.0, 10_060)],
    );

    let state = state(&ledger, FILM);
    assert_eq!((state.plays, state.completions), (2, 1));
    let watched_title = watched_title(&ledger, TitleId(1));
    assert_eq!(
        (
            watched_title.plays,
            watched_title.completions,
            watched_title.seconds
        ),
        (2, 1, 3660.0)
    );
}

#[test]
fn a_rewatch_adds_a_play_and_stays_watched() {
    let mut ledger = empty();
    play(
        &mut ledger,
        &play_ref(FILM, 1),
        &[(Start, 0.0, 0), (Stop, 3600.0, 3600)],
    );
    assert_eq!(resume(&ledger, FILM), (0.0, 100.0, true));

    play(
        &mut ledger,
        &play_ref(FILM, 2),
        &[(Start, 0.0, 9000), (Pause, 900.0, 9900)],
    );

    assert_eq!(resume(&ledger, FILM), (900.0, 25.0, true));
    assert_eq!(state(&ledger, FILM).plays, 2);
    assert_eq!(
        watched_title(&ledger, TitleId(1)).weight,
        weight(1.0, 3600) + { weight(0.25, 9900) }
    );
}

#[test]
fn who_jumps_to_the_end_has_not_watched_and_can_still_resume() {
    let mut ledger = empty();

    play(
        &mut ledger,
        &play_ref(FILM, 1),
        &[
            (Start, 0.0, 0),
            (Progress, 1200.0, 1200),
            (Seek, 3590.0, 1201),
        ],
    );
    play(&mut ledger, &play_ref(FILM, 2), &[(Start, 3500.0, 5000)]);

    assert_eq!(
        resume(&ledger, FILM),
        (1200.0, 1200.0 / HOUR * 100.0, false)
    );
    assert_eq!(state(&ledger, FILM).last_played_at, at(5000));
}

#[test]
fn who_plays_on_after_a_jump_to_the_end_has_watched() {
    let mut ledger = empty();

    let completed = play(
        &mut ledger,
        &play_ref(FILM, 1),
        &[(Start, 0.0, 0), (Seek, 3580.0, 10), (Stop, 3600.0, 30)],
    );

    assert_eq!(completed, [false, false, true]);
    assert_eq!(resume(&ledger, FILM), (0.0, 100.0, true));
    assert_eq!(state(&ledger, FILM).seconds, 20.0);
}

#[test]
fn who_stops_in_the_millisecond_of_a_jump_to_the_end_has_watched() {
    let reports = [(Start, 0.0, 0), (Seek, 3500.0, 0), (Stop, 3500.0, 0)];
    let mut ledger = empty();

    let completed = play(&mut ledger, &play_ref(FILM, 1), &reports);

    assert_eq!(completed, [false, false, true]);
    assert_eq!(resume(&ledger, FILM), (0.0, 100.0, true));
    let stored = reread(&ledger);
    let mut again = stored.clone();
    assert_eq!(
        play(&mut again, &play_ref(FILM, 1), &reports),
        [false; 3],
        "it is said once"
    );
    assert_eq!(again, stored);
}

#[test]
fn who_stops_in_the_millisecond_of_a_pause_has_watched_what_has_no_length() {
    let (mut ledger, evening) = (empty(), play_ref(FILM, 1));
    let mut report = |report| try_report(&mut ledger, &evening, report, None).unwrap();

    let completed = [
        report((Start, 0.0, 0)),
        report((Pause, 1000.0, 1000)),
        report((Stop, 1000.0, 1000)),
        report((Stop, 1000.0, 1000)),
    ];

    assert_eq!(completed, [false, false, true, false]);
}

#[test]
fn a_jump_back_to_the_start_leaves_nothing_to_resume() {
    let mut ledger = empty();

    play(
        &mut ledger,
        &play_ref(FILM, 1),
        &[(Start, 0.0, 0), (Progress, 1800.0, 1800), (Seek, 0.0, 1801)],
    );

    assert_eq!(resume(&ledger, FILM), (0.0, 0.0, false));
}

#[test]
fn a_late_report_of_the_same_play_does_not_move_the_resume_point() {
    let mut ledger = empty();

    play(
        &mut ledger,
        &play_ref(FILM, 1),
        &[(Progress, 1800.0, 1800), (Progress, 600.0, 600)],
    );

    assert_eq!(resume(&ledger, FILM), (1800.0, 50.0, false));
    assert_eq!(state(&ledger, FILM).seconds, 1200.0);
    let play = ledger.plays.changed().next().unwrap().clone();
    assert_eq!((play.started_at, play.position), (at(600), 1800.0));
}

#[test]
fn a_late_report_of_another_play_does_not_move_the_resume_point() {
    let mut ledger = empty();
    play(
        &mut ledger,
        &play_ref(FILM, 1),
        &[(Start, 0.0, 9000), (Pause, 1800.0, 10_800)],
    );

    let late = play_ref(FILM, 2);
    try_report(&mut ledger, &late, (Start, 0.0, 0), None).unwrap();
    try_report(&mut ledger, &late, (Stop, 3600.0, 3600), None).unwrap();

    assert_eq!(resume(&ledger, FILM), (1800.0, 50.0, true));
    assert_eq!(state(&ledger, FILM).last_played_at, at(10_800));
    let watched_title = watched_title(&ledger, TitleId(1));
    assert_eq!(
        (watched_title.first_at, watched_title.last_at),
        (at(0), at(10_800))
    );
}

#[test]
fn only_the_report_that_gets_to_the_end_says_so() {
    let (evening, morning) = (play_ref(FILM, 1), play_ref(FILM, 2));
    let after = |before: &Ledger, report| {
        let mut ledger = reread(before);
        try_report(&mut ledger, &evening, report, Some(HOUR)).unwrap();
        ledger
    };

    let begun = after(&empty(), (Start, 0.0, 0));
    let ended = after(&begun, (Stop, 3600.0, 3600));
    let repeated = after(&ended, (Stop, 3600.0, 3600));
    let again = after(&ended, (Stop, 3500.0, 7200));

    let said = [&begun, &ended, &repeated, &again].map(|ledger| ledger.completed(&evening));
    assert_eq!(said, [false, true, false, false]);
    assert!(!ended.completed(&morning));
}

#[test]
fn what_is_played_of_an_episode_weighs_for_the_series() {
    let mut ledger = empty();

    play(
        &mut ledger,
        &play_ref(episode(11), 1),
        &[(Start, 0.0, 0), (Stop, 3600.0, 3600)],
    );
    play(
        &mut ledger,
        &play_ref(episode(12), 2),
        &[(Start, 0.0, 4000), (Stop, 1800.0, 5800)],
    );

    let watched_title = watched_title(&ledger, SERIES);
    assert_eq!(
        (
            watched_title.is_series,
            watched_title.plays,
            watched_title.completions
        ),
        (true, 2, 1)
    );
    assert_eq!(watched_title.weight, weight(1.0, 3600) + weight(0.5, 5800));
    assert_eq!(resume(&ledger, episode(11)), (0.0, 100.0, true));
    assert_eq!(resume(&ledger, episode(12)), (1800.0, 50.0, false));
}

#[test]
fn a_name_cannot_stand_for_plays_of_two_items() {
    let mut ledger = empty();
    play(&mut ledger, &play_ref(FILM, 1), &[(Start, 0.0, 0)]);
    let before = ledger.clone();

    let refused = try_report(
        &mut ledger,
        &play_ref(episode(11), 1),
        (Start, 0.0, 5),
        Some(HOUR),
    );

    assert!(matches!(refused, Err(WatchError::PlayOfAnotherItem)));
    assert_eq!(ledger, before);
}

#[test]
fn several_changes_share_a_ledger_and_one_that_fails_leaves_no_trace() {
    let (first, second) = (play_ref(episode(11), 1), play_ref(episode(12), 2));
    let mut whole = empty();
    play(&mut whole, &first, &[(Start, 0.0, 0)]);
    let mut whole = reread(&whole);
    let mut one_by_one = whole.clone();

    let mut good = whole.part(&[first.into()]);
    play(&mut good, &first, &[(Stop, 3600.0, 3600)]);
    whole.absorb(&good);
    let mut bad = whole.part(&[second.into()]);
    play(&mut bad, &second, &[(Stop, 3600.0, 9000)]);
    let mut good = whole.part(&[second.into()]);
    play(&mut good, &second, &[(Pause, 900.0, 5000)]);
    whole.absorb(&good);

    play(&mut one_by_one, &first, &[(Stop, 3600.0, 3600)]);
    play(&mut one_by_one, &second, &[(Pause, 900.0, 5000)]);
    assert_eq!(whole, one_by_one);
    assert_eq!(good.plays.get(first.play_key()), None);
    assert_eq!(watched_title(&whole, SERIES).plays, 2);
}

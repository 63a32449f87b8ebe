//! What viewers say of what they watched.

use uuid::Uuid;

use super::support::*;
use crate::domain::ids::{PlayId, TitleId};
use crate::domain::stamp::Stamp;
use crate::domain::watching::{
    NextDay, PlaybackEvent, Touched, WatchError, WatchRules, WatchedTitle,
};
use PlaybackEvent::{Pause, Progress, Start, Stop};

const HEAT: TitleId = TitleId(1);

#[test]
fn a_thumb_on_what_was_never_played_is_a_watched_title_of_no_plays() {
    let mut ledger = empty();

    rate(&mut ledger, SERIES, Some(true), 50);

    assert_eq!(
        watched_title(&ledger, SERIES),
        WatchedTitle {
            profile: PROFILE,
            title: SERIES,
            is_series: true,
            weight: 0.0,
            plays: 0,
            completions: 0,
            seconds: 0.0,
            told: 0,
            first_at: at(50),
            last_at: at(50),
            liked: Some(true),
            liked_at: Some(at(50)),
            next_day: Some(NextDay::EVER),
            is_aside: false,
            moved: None,
            stamp: Stamp::first(at(50)),
        }
    );
    assert_eq!(ledger.plays.changed().count(), 0);
    assert_eq!(ledger.states.changed().count(), 0);
}

#[test]
fn a_thumb_on_what_was_played_changes_the_thumb_alone() {
    let mut ledger = empty();
    play(
        &mut ledger,
        &play_ref(FILM, 1),
        &[(Start, 0.0, 0), (Pause, 900.0, 900)],
    );
    let before = watched_title(&ledger, HEAT);

    rate(&mut ledger, HEAT, Some(false), 5000);

    let expected = WatchedTitle {
        liked: Some(false),
        liked_at: Some(at(5000)),
        stamp: before.stamp.next(at(5000)),
        ..before
    };
    assert_eq!(watched_title(&ledger, HEAT), expected);
}

#[test]
fn the_same_thumb_again_changes_nothing() {
    let mut ledger = empty();
    rate(&mut ledger, HEAT, None, 10);
    assert_eq!(ledger, empty());
    rate(&mut ledger, HEAT, Some(true), 50);
    let stored = reread(&ledger);

    let mut again = stored.clone();
    rate(&mut again, HEAT, Some(true), 99);

    assert_eq!(again, stored);
}

#[test]
fn what_was_played_says_when_whenever_it_was_rated() {
    let reports = [(Start, 0.0, 0), (Stop, 3600.0, 3600)];
    let mut rated_first = empty();
    rate(&mut rated_first, HEAT, Some(true), 9000);
    play(&mut rated_first, &play_ref(FILM, 1), &reports);
    let mut played_first = empty();
    play(&mut played_first, &play_ref(FILM, 1), &reports);
    rate(&mut played_first, HEAT, Some(true), 9000);

    let (a, b) = (
        watched_title(&rated_first, HEAT),
        watched_title(&played_first, HEAT),
    );
    assert_eq!((a.first_at, a.last_at), (at(0), at(3600)));
    assert_eq!(
        WatchedTitle {
            stamp: b.stamp,
            ..a
        },
        b
    );
}

#[test]
fn a_thumb_is_not_lost_to_what_was_said_before_it() {
    const DAY: i64 = 86_400;
    let loaded = [watch(FILM, 1, 1.0, Some(true)), watch(FILM, 5, 1.0, None)];
    for said in [Some(false), None] {
        let mut ledger = empty();
        import(&mut ledger, &loaded[..1]);
        rate(&mut ledger, HEAT, said, 4 * DAY);

        import(&mut ledger, &loaded);
        play(&mut ledger, &play_ref(FILM, 7), &[(Start, 0.0, 6 * DAY)]);

        assert_eq!(watched_title(&ledger, HEAT).liked, said);
        assert_eq!(watched_title(&ledger, HEAT).liked_at, Some(at(4 * DAY)));

        import(&mut ledger, &[watch(FILM, 9, 1.0, Some(true))]);
        assert_eq!(watched_title(&ledger, HEAT).liked, Some(true));
        assert_eq!(watched_title(&ledger, HEAT).liked_at, Some(at(9 * DAY)));
    }
}

#[test]
fn a_play_that_must_not_count_leaves_only_the_weight() {
    let (first, second) = (play_ref(FILM, 1), play_ref(FILM, 2));
    let mut ledger = empty();
    play(
        &mut ledger,
        &first,
        &[(Start, 0.0, 0), (Stop, 3600.0, 3600)],
    );
    play(
        &mut ledger,
        &second,
        &[(Start, 0.0, 9000), (Pause, 900.0, 9900)],
    );
    let (before, was) = (watched_title(&ledger, HEAT), state(&ledger, FILM));

    set_counts(&mut ledger, &first, false);

    let expected = WatchedTitle {
        weight: weight(0.25, 9900),
        stamp: before.stamp.next(now()),
        ..before.clone()
    };
    assert_eq!(watched_title(&ledger, HEAT), expected);
    assert_eq!(state(&ledger, FILM), was);
    let play = ledger.plays.get(first.play_key()).unwrap();
    assert_eq!((play.counts, play.stamp.revision), (false, 3));

    set_counts(&mut ledger, &second, false);
    assert_eq!(
        watched_title(&ledger, HEAT).weight.to_bits(),
        0_f64.to_bits()
    );

    set_counts(&mut ledger, &second, true);
    set_counts(&mut ledger, &first, true);
    assert!((watched_title(&ledger, HEAT).weight / before.weight - 1.0).abs() < 1e-12);
}

#[test]
fn later_reports_and_imports_leave_out_what_must_not_count() {
    let evening = play_ref(FILM, 1);
    let elsewhere = watch(FILM, 3, 0.5, None);
    let mut ledger = empty();
    play(
        &mut ledger,
        &evening,
        &[(Start, 0.0, 0), (Progress, 900.0, 900)],
    );
    import(&mut ledger, std::slice::from_ref(&elsewhere));
    set_counts(&mut ledger, &evening, false);
    set_counts(&mut ledger, &elsewhere.play_ref(), false);

    play(&mut ledger, &evening, &[(Stop, 3600.0, 3600)]);
    import(&mut ledger, &[watch(FILM, 3, 1.0, None)]);

    let watched_title = watched_title(&ledger, HEAT);
    assert_eq!((watched_title.weight, watched_title.completions), (0.0, 2));
    assert!(ledger.plays.changed().all(|play| !play.counts));
    assert!(state(&ledger, FILM).watched);
}

#[test]
fn what_counts_already_is_not_written_again() {
    let evening = play_ref(FILM, 1);
    let mut ledger = empty();
    play(&mut ledger, &evening, &[(Start, 0.0, 0)]);
    let stored = reread(&ledger);

    let mut again = stored.clone();
    set_counts(&mut again, &evening, true);

    assert_eq!(again, stored);
}

#[test]
fn a_play_that_is_not_there_cannot_count() {
    let unknown = (PROFILE, PlayId(Uuid::from_u128(404)));
    let mut ledger = empty();

    let refused = ledger.set_counts(&WatchRules::default(), unknown, false, now());

    assert!(matches!(refused, Err(WatchError::PlayNotFound)));
    assert_eq!(ledger, empty());
}

#[test]
fn a_whole_title_is_its_watched_title_and_every_play_and_state_of_it() {
    let play_refs = [
        play_ref(episode(11), 1),
        play_ref(episode(12), 2),
        play_ref(FILM, 3),
    ];
    let mut ledger = empty();
    for play_ref in &play_refs {
        play(&mut ledger, play_ref, &[(Start, 0.0, 0)]);
    }

    let part = ledger.part(&[Touched::WholeTitle(PROFILE, SERIES)]);
    let watched_title_alone = ledger.part(&[Touched::Title(PROFILE, SERIES)]);

    let has = play_refs.map(|play_ref| {
        let play = part.plays.get(play_ref.play_key());
        (play.is_some(), part.state(&play_ref).is_some())
    });
    assert_eq!(has, [(true, true), (true, true), (false, false)]);
    assert_eq!(watched_title_alone.state(&play_refs[0]), None);
    for part in [part, watched_title_alone.clone()] {
        assert_eq!(
            part.watched_titles.get((PROFILE, SERIES)),
            Some(&watched_title(&ledger, SERIES))
        );
        assert_eq!(part.watched_titles.get((PROFILE, HEAT)), None);
    }
    assert_eq!(watched_title_alone.plays.get(play_refs[0].play_key()), None);
}

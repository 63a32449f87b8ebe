//! How long items are, as the catalogue and players say, and what that changes.

use super::support::*;
use crate::domain::ids::TitleId;
use crate::domain::watching::{Ledger, Lengths, PlaybackEvent, WatchError};
use PlaybackEvent::{Pause, Progress, Seek, Start, Stop};

#[test]
fn a_late_report_does_not_change_the_length() {
    let mut ledger = empty();
    let evening = play_ref(FILM, 1);

    try_report(&mut ledger, &evening, (Start, 0.0, 0), None).unwrap();
    try_report(&mut ledger, &evening, (Pause, 1800.0, 1800), Some(HOUR)).unwrap();
    try_report(&mut ledger, &evening, (Seek, 900.0, 900), Some(7200.0)).unwrap();

    let play = ledger.plays.get((PROFILE, evening.play)).unwrap();
    assert_eq!((play.duration, play.position), (Some(HOUR), 1800.0));
}

#[test]
fn an_item_of_unknown_length_can_be_resumed_until_it_stops() {
    let mut ledger = empty();
    let evening = play_ref(FILM, 1);
    let mut report = |report| {
        let completed = try_report(&mut ledger, &evening, report, None).unwrap();
        (completed, resume(&ledger, FILM))
    };

    let begun = report((Start, 0.0, 0));
    let playing = report((Progress, 10.0, 10));
    let later = report((Progress, 1200.0, 1200));
    let jumped = report((Seek, 2400.0, 1201));
    let stopped = report((Stop, 2401.0, 1202));

    assert_eq!(begun, (false, (0.0, 0.0, false)));
    assert_eq!(playing, (false, (0.0, 0.0, false)));
    assert_eq!(later, (false, (1200.0, 0.0, false)));
    assert_eq!(jumped, (false, (2400.0, 0.0, false)));
    assert_eq!(stopped, (true, (0.0, 100.0, true)));
    assert_eq!(watched_title(&ledger, TitleId(1)).weight, weight(1.0, 1202));
}

#[test]
fn who_stops_an_item_of_unknown_length_at_once_has_not_watched_it() {
    let mut ledger = empty();
    let evening = play_ref(FILM, 1);

    try_report(&mut ledger, &evening, (Start, 0.0, 0), None).unwrap();
    try_report(&mut ledger, &evening, (Stop, 60.0, 60), None).unwrap();

    assert_eq!(resume(&ledger, FILM), (0.0, 0.0, false));
}

#[test]
fn a_play_keeps_the_length_that_its_player_measured_once() {
    let catalogue = Lengths::new(Some(3600), None);
    let mut ledger = empty();
    let evening = play_ref(FILM, 1);
    let mut report = |report, duration| {
        report_of(&mut ledger, &evening, report, duration, catalogue).unwrap();
        resume(&ledger, FILM)
    };

    let before = report((Start, 900.0, 0), None);
    let measured = report((Progress, 1800.0, 900), Some(7200.0));
    let after = report((Progress, 3700.0, 2800), None);

    assert_eq!(before, (900.0, 25.0, false));
    assert_eq!(measured, (1800.0, 25.0, false));
    assert_eq!(after, (3700.0, 3700.0 / 7200.0 * 100.0, false));
    assert_eq!(ledger.measured.changed().next(), None);
}

#[test]
fn what_only_stands_in_for_a_length_is_no_end() {
    let usual = Lengths::new(None, Some(2820));
    let catalogue = Lengths::new(Some(2820), None);
    let mut ledger = empty();
    let beyond = |ledger: &mut Ledger, play, lengths| {
        let report = (Progress, 2900.0, 2900);
        report_of(ledger, &play_ref(episode(11), play), report, None, lengths)
    };

    let in_usual = beyond(&mut ledger, 1, usual);
    let in_catalogue = beyond(&mut ledger, 2, catalogue);

    assert!(in_usual.is_ok());
    assert!(matches!(
        in_catalogue,
        Err(WatchError::PositionOutOfRange {
            length: Some(2820.0),
            ..
        })
    ));
    assert_eq!(resume(&ledger, episode(11)), (0.0, 100.0, true));
}

#[test]
fn a_profile_has_one_vote_on_the_length_of_an_item() {
    let mut ledger = empty();
    let mut report = |play, second, duration| {
        let report = (Progress, 10.0, second);
        try_report(&mut ledger, &play_ref(FILM, play), report, Some(duration)).unwrap();
        let measured = ledger.measured.get(FILM).unwrap();
        (measured.seconds, measured.votes)
    };

    assert_eq!(report(1, 10, 3600.0), (3600.0, 1));
    assert_eq!(report(1, 20, 60.0), (3600.0, 1));
    assert_eq!(report(2, 30, 60.0), (3600.0, 1));
}

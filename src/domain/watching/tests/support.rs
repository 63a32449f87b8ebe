//! One profile, one film, one series, and short ways to report on them.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use crate::domain::ids::{EpisodeId, PlayId, ProfileId, TitleId};
use crate::domain::watching::{
    ImportedWatch, Ledger, Lengths, PlayRef, PlaybackEvent, Report, Rows, WatchError, WatchRules,
    WatchState, WatchedItem, WatchedTitle,
};

pub(super) const PROFILE: ProfileId = ProfileId(7);
pub(super) const FILM: WatchedItem = WatchedItem::Film(TitleId(1));
pub(super) const SERIES: TitleId = TitleId(2);
pub(super) const HOUR: f64 = 3600.0;

/// A time, in seconds after some evening.
pub(super) fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::seconds(seconds)
}

/// When everything is written.
pub(super) fn now() -> DateTime<Utc> {
    at(1_000_000)
}

pub(super) fn empty() -> Ledger {
    Ledger::stored(
        Rows::stored([]),
        Rows::stored([]),
        Rows::stored([]),
        Rows::stored([]),
    )
}

/// The ledger as the next transaction reads it.
pub(super) fn reread(ledger: &Ledger) -> Ledger {
    Ledger::stored(
        Rows::stored(
            ledger
                .plays
                .changed()
                .map(|row| ((row.profile, row.id), row.clone())),
        ),
        Rows::stored(
            ledger
                .states
                .changed()
                .map(|row| ((row.profile, row.item), row.clone())),
        ),
        Rows::stored(
            ledger
                .watched_titles
                .changed()
                .map(|row| ((row.profile, row.title), row.clone())),
        ),
        Rows::stored(ledger.measured.changed().map(|row| (row.item, row.clone()))),
    )
}

pub(super) fn play_ref(item: WatchedItem, play: u128) -> PlayRef {
    PlayRef {
        profile: PROFILE,
        play: PlayId(Uuid::from_u128(play)),
        item,
        title: match item {
            WatchedItem::Film(title) | WatchedItem::Series(title) => title,
            WatchedItem::Episode(_) => SERIES,
        },
    }
}

pub(super) fn episode(id: u64) -> WatchedItem {
    WatchedItem::Episode(EpisodeId(id))
}

/// Reports on an item whose length nobody but the player knows.
pub(super) fn try_report(
    ledger: &mut Ledger,
    play_ref: &PlayRef,
    report: (PlaybackEvent, f64, i64),
    duration: Option<f64>,
) -> Result<bool, WatchError> {
    report_of(ledger, play_ref, report, duration, Lengths::default())
}

pub(super) fn report_of(
    ledger: &mut Ledger,
    play_ref: &PlayRef,
    (event, position, seconds): (PlaybackEvent, f64, i64),
    duration: Option<f64>,
    lengths: Lengths,
) -> Result<bool, WatchError> {
    let report = Report {
        event,
        position,
        at: at(seconds),
        duration,
    };
    let is_completed = |ledger: &Ledger| {
        let play = ledger.plays.get(play_ref.play_key());
        play.is_some_and(|play| play.completed)
    };
    let was_completed = is_completed(ledger);
    ledger.report(&WatchRules::default(), play_ref, &report, &lengths, now())?;
    let completed_now = is_completed(ledger) && !was_completed;
    assert!(ledger.completed(play_ref) || !completed_now);
    Ok(completed_now)
}

/// Reports on an item of an hour. Says for each whether it made the play count as watched.
pub(super) fn play(
    ledger: &mut Ledger,
    play_ref: &PlayRef,
    reports: &[(PlaybackEvent, f64, i64)],
) -> Vec<bool> {
    reports
        .iter()
        .map(|report| try_report(ledger, play_ref, *report, Some(HOUR)).unwrap())
        .collect()
}

pub(super) fn watch(
    item: WatchedItem,
    day: i64,
    completion: f64,
    liked: Option<bool>,
) -> ImportedWatch {
    ImportedWatch {
        profile: PROFILE,
        item,
        title: play_ref(item, 0).title,
        at: at(day * 86_400),
        completion,
        liked,
        duration: Some(HOUR),
        day: None,
    }
}

pub(super) fn import(ledger: &mut Ledger, watches: &[ImportedWatch]) {
    for watch in watches {
        ledger
            .import(&WatchRules::default(), &watch.play_ref(), watch, now())
            .unwrap();
    }
}

pub(super) fn state(ledger: &Ledger, item: WatchedItem) -> WatchState {
    ledger.state(&play_ref(item, 0)).unwrap().clone()
}

pub(super) fn watched_title(ledger: &Ledger, title: TitleId) -> WatchedTitle {
    ledger.watched_titles.get((PROFILE, title)).unwrap().clone()
}

pub(super) fn weight(completion: f64, seconds: i64) -> f64 {
    WatchRules::default().weight(completion, at(seconds))
}

/// Says of a film or series whether it is liked, at a time.
pub(super) fn rate(ledger: &mut Ledger, title: TitleId, liked: Option<bool>, seconds: i64) {
    ledger.rate((PROFILE, title), title == SERIES, liked, at(seconds));
}

/// Says whether a play counts.
pub(super) fn set_counts(ledger: &mut Ledger, play_ref: &PlayRef, counts: bool) {
    ledger
        .set_counts(&WatchRules::default(), play_ref.play_key(), counts, now())
        .unwrap();
}

/// Where to resume, how far that is, and whether it was watched.
pub(super) fn resume(ledger: &Ledger, item: WatchedItem) -> (f64, f64, bool) {
    let state = state(ledger, item);
    (state.position, state.percent, state.watched)
}

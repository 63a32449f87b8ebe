//! What counts, and how often: in which pieces it is reported makes no difference.

use chrono::{DateTime, TimeDelta, Timelike, Utc};
use proptest::prelude::*;

use super::curve::{Curve, TICKS};
use super::day::{Dimension, UsageDay};
use super::scope::Scope;
use super::service::Range;
use super::sitting::{Effect, Sitting};
use crate::domain::ids::TitleId;
use crate::domain::watching::{Country, Origin, SittingId, Viewing};

const FILM: TitleId = TitleId(7);
const HOUR: f64 = 3600.0;

fn at(seconds: i64) -> DateTime<Utc> {
    // A Monday at midnight.
    DateTime::from_timestamp(1_767_571_200 + seconds, 0).unwrap()
}

fn sitting(play: u8) -> SittingId {
    SittingId {
        viewer: [play; 16],
        play: [play; 16],
    }
}

/// Played from one second of the item to another, and begun so many seconds after midnight.
fn viewing(from: f64, to: f64, begun: f64, duration: Option<f64>) -> Viewing {
    let after = |seconds: f64| at(0) + TimeDelta::milliseconds((seconds * 1000.0) as i64);
    Viewing {
        sitting: sitting(1),
        title: FILM,
        episode: None,
        from,
        to,
        from_at: after(begun),
        to_at: after(begun + to - from),
        duration,
        origin: Origin::default(),
        event: None,
    }
}

/// What a sitting counts for in which these viewings come.
fn counted(viewings: &[Viewing]) -> (Sitting, Vec<Effect>) {
    let mut sitting = Sitting::new(sitting(1), at(0));
    let effects = viewings.iter().filter_map(|it| sitting.take(it)).collect();
    (sitting, effects)
}

fn views(viewings: &[Viewing]) -> u64 {
    let (_, effects) = counted(viewings);
    let hours = effects.iter().flat_map(|effect| &effect.hours);
    hours.map(|(_, addition)| addition.views).sum()
}

#[test]
fn ten_seconds_are_a_view_or_more_than_half_of_what_is_shorter() {
    let views = |seconds, duration| views(&[viewing(0.0, seconds, 0.0, duration)]);

    assert_eq!(views(9.9, Some(HOUR)), 0);
    assert_eq!(views(10.0, Some(HOUR)), 1);
    assert_eq!(views(10.0, None), 1);
    assert_eq!(views(3.0, Some(6.0)), 0);
    assert_eq!(views(3.1, Some(6.0)), 1);
}

#[test]
fn a_sitting_gives_one_view_an_hour() {
    let long = |hours: f64| views(&[viewing(0.0, hours * HOUR, 0.0, Some(5.0 * HOUR))]);

    assert_eq!(long(0.9), 1);
    assert_eq!(long(1.1), 2);
    assert_eq!(long(2.1), 3);
    // What is watched again within the hour is the same view.
    let again = [
        viewing(0.0, 60.0, 0.0, None),
        viewing(0.0, 60.0, 1800.0, None),
    ];
    assert_eq!(views(&again), 1);
}

#[test]
fn what_was_played_past_an_hour_counts_for_both() {
    let (_, effects) = counted(&[viewing(0.0, 1800.0, HOUR - 600.0, Some(HOUR))]);

    let hours: Vec<_> = effects[0]
        .hours
        .iter()
        .map(|(hour, addition)| {
            (
                hour.hour(),
                addition.seconds,
                addition.plays,
                addition.views,
            )
        })
        .collect();
    assert_eq!(hours, [(0, 600.0, 1, 1), (1, 1200.0, 0, 0)]);
    assert_eq!(effects[0].minutes.len(), 30);
    assert_eq!(effects[0].minutes[0], at(3000));
}

#[test]
fn a_pause_between_two_reports_was_not_watched() {
    let paused = Viewing {
        to_at: at(7200),
        ..viewing(0.0, 60.0, 0.0, Some(HOUR))
    };

    let (_, effects) = counted(&[paused]);

    let hours: Vec<_> = effects[0].hours.iter().map(|(hour, _)| *hour).collect();
    assert_eq!(hours, [at(3600)]);
    assert_eq!(effects[0].minutes, [at(7140)]);
}

#[test]
fn an_event_that_is_sent_again_counts_once() {
    let event = Viewing {
        event: Some(9),
        ..viewing(0.0, 60.0, 0.0, Some(HOUR))
    };
    let other = Viewing {
        event: Some(10),
        ..viewing(60.0, 120.0, 60.0, Some(HOUR))
    };

    let (_, effects) = counted(&[event.clone(), other, event]);

    assert_eq!(effects.len(), 2);
}

#[test]
fn replays_are_no_viewers() {
    let mut curve = Curve::new(Scope::Title(FILM), at(0));
    let (_, effects) = counted(&[
        viewing(0.0, 60.0, 0.0, Some(HOUR)),
        viewing(30.0, 90.0, 60.0, Some(HOUR)),
        viewing(30.0, 40.0, 120.0, Some(HOUR)),
    ]);
    curve.duration = Some(HOUR);
    for effect in effects {
        effect.watched.into_iter().for_each(|it| curve.watched(it));
        for part in effect.watched_again {
            curve.watched_again(part);
        }
    }

    let points = curve.points(3600);

    assert_eq!(points.len(), 3600);
    let point = |second: usize| (points[second].viewers, points[second].replays);
    assert_eq!(point(0), (1.0, 0.0));
    assert_eq!(point(30), (1.0, 2.0));
    assert_eq!(point(45), (1.0, 1.0));
    assert_eq!(point(60), (1.0, 0.0));
    assert_eq!(point(90), (0.0, 0.0));
    let halves = curve.points(2);
    assert_eq!(halves[0].viewers, 90.0 / 1800.0);
    assert_eq!((halves[1].second, halves[1].viewers), (1800.0, 0.0));
}

#[test]
fn a_clip_has_thirty_points_a_second() {
    let mut curve = Curve::new(Scope::Title(FILM), at(0));
    let (_, effects) = counted(&[viewing(1.0, 1.1, 0.0, Some(120.0))]);
    curve.duration = Some(120.0);
    effects[0].watched.iter().for_each(|it| curve.watched(*it));

    assert_eq!(curve.resolution(), 3600);
    let watched: Vec<_> = curve.points(3600).iter().map(|it| it.viewers).collect();
    assert_eq!(watched.iter().sum::<f64>(), 3.0);
    assert_eq!(watched[30..33], [1.0; 3]);
}

#[test]
fn a_day_knows_its_peak_and_where_it_was_watched() {
    let mut day = UsageDay::new(Scope::Site, at(0).date_naive(), at(0));
    let german = Origin {
        country: Country::parse("de"),
        ..Origin::default()
    };
    for viewer in [1, 2, 3] {
        let (_, effects) = counted(&[viewing(0.0, 90.0, 3600.0 * f64::from(viewer / 2), None)]);
        for (hour, addition) in &effects[0].hours {
            day.add(*hour, *addition, [viewer; 16], &german);
        }
        effects[0].minutes.iter().for_each(|it| day.present(*it));
    }

    assert_eq!(day.peak(None), 2);
    assert_eq!((day.peak(Some(0)), day.peak(Some(1))), (1, 2));
    assert_eq!(day.total.viewers.count(), 3);
    let country = &day.values[&(Dimension::Country, "DE".to_owned())];
    assert_eq!((country.plays, country.seconds), (3, 270.0));
    assert_eq!(day.values[&(Dimension::Device, String::new())].plays, 3);
}

#[test]
fn a_range_is_made_of_whole_hours() {
    let range = |from: i64, to: i64| Range::new(Some(at(from)), Some(at(to)), at(0));

    assert_eq!(range(10, 3590).unwrap(), range(0, 3600).unwrap());
    assert!(range(7200, 3600).is_err());
    assert!(range(0, 1200 * 86_400).is_err());
    let month = Range::new(None, None, at(1800)).unwrap();
    let hours = Range::new(Some(at(3600 - 28 * 86_400)), Some(at(3600)), at(0)).unwrap();
    assert_eq!(month, hours);
}

#[test]
fn what_is_stored_comes_back_the_same() {
    let viewings = [viewing(0.0, 60.5, 3590.0, Some(HOUR))];
    let (sitting, effects) = counted(&viewings);
    let mut day = UsageDay::new(Scope::Title(FILM), at(0).date_naive(), at(0));
    let mut curve = Curve::new(Scope::Title(FILM), at(0));
    for (hour, addition) in &effects[0].hours {
        day.add(*hour, *addition, [9; 16], &Origin::default());
    }
    effects[0].watched.iter().for_each(|it| curve.watched(*it));

    let packed = super::pack_viewings(&viewings).unwrap();
    assert_eq!(super::unpack_viewings(&packed).unwrap(), viewings);
    let packed = sitting.packed().unwrap();
    let unpacked = Sitting::unpacked(sitting.id, sitting.stamp, &packed);
    assert_eq!(unpacked.unwrap(), sitting);
    let packed = day.packed().unwrap();
    let unpacked = UsageDay::unpacked(day.scope, day.day, day.stamp, &packed);
    assert_eq!(unpacked.unwrap(), day);
    let packed = curve.packed().unwrap();
    let unpacked = Curve::unpacked(curve.item, curve.stamp, &packed);
    assert_eq!(unpacked.unwrap(), curve);
    assert!(super::unpack_viewings(&[250, 1]).is_err());
}

proptest! {
    #[test]
    fn in_which_pieces_it_is_reported_makes_no_difference(
        cuts in proptest::collection::btree_set(1_i32..7200, 0..20),
        begun in 0_i32..86_400,
    ) {
        let begun = f64::from(begun);
        let whole = [viewing(0.0, 7200.0, begun, Some(7200.0))];
        let mut places: Vec<f64> = cuts.into_iter().map(f64::from).collect();
        places.insert(0, 0.0);
        places.push(7200.0);
        let pieces: Vec<_> = places
            .windows(2)
            .map(|it| viewing(it[0], it[1], begun + it[0], Some(7200.0)))
            .collect();

        let sum = |viewings: &[Viewing]| {
            let (sitting, effects) = counted(viewings);
            let mut hours = std::collections::BTreeMap::new();
            for (hour, addition) in effects.iter().flat_map(|effect| &effect.hours) {
                let sum: &mut (u64, u64, i64) = hours.entry(*hour).or_default();
                sum.0 += addition.plays;
                sum.1 += addition.views;
                sum.2 += (addition.seconds * 1000.0).round() as i64;
            }
            hours.retain(|_, sum| sum.2 > 0);
            let minutes: Vec<_> = effects.iter().flat_map(|it| it.minutes.clone()).collect();
            (sitting.parts, hours, minutes)
        };
        prop_assert_eq!(sum(&pieces), sum(&whole));
    }

    #[test]
    fn a_sitting_watches_each_part_once(parts in proptest::collection::vec((0_u32..200, 1_u32..60), 1..30)) {
        let viewings: Vec<_> = parts
            .iter()
            .map(|(from, long)| viewing(f64::from(*from), f64::from(from + long), 0.0, Some(300.0)))
            .collect();
        let mut curve = Curve::new(Scope::Title(FILM), at(0));
        let (sitting, effects) = counted(&viewings);
        for effect in effects {
            effect.watched.into_iter().for_each(|it| curve.watched(it));
            effect.watched_again.into_iter().for_each(|it| curve.watched_again(it));
        }
        curve.duration = Some(300.0);

        let points = curve.points(300);
        let watched: std::collections::BTreeSet<u32> = parts.iter().flat_map(|(from, long)| *from..from + long).collect();
        let total: u32 = parts.iter().map(|(_, long)| *long).sum();
        for (second, point) in (0_u32..).zip(&points) {
            prop_assert_eq!(point.viewers, f64::from(u8::from(watched.contains(&second))));
        }
        let replays: f64 = points.iter().map(|point| point.replays).sum();
        prop_assert_eq!(replays, f64::from(total) - watched.len() as f64);
        let covered: u32 = sitting.parts.iter().map(|(from, to)| to - from).sum();
        prop_assert_eq!(covered, watched.len() as u32 * TICKS);
    }
}

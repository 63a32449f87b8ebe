//! One watch that two files say differently: one knows the moment, the other the day alone.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};

use crate::domain::ids::PlayId;
use crate::domain::watching::{ImportedWatch, Play, WatchedItem};

/// A day begins and ends so much earlier or later elsewhere than in UTC, at the most.
const ELSEWHERE: TimeDelta = TimeDelta::hours(14);
/// How far the ends of a day are from its noon.
const HALF_A_DAY: TimeDelta = TimeDelta::hours(12);
/// No two that may be the same are further apart: what stands for a day is a little after its noon if it has several.
const AROUND: TimeDelta = TimeDelta::hours(12 + 14 + 1);

/// A watch, by whatever is told of it.
struct Seen {
    play: PlayId,
    item: WatchedItem,
    /// When it ended; noon of the day if only that is known.
    at: DateTime<Utc>,
    day: Option<NaiveDate>,
    /// How much of the item was watched; 1 of what counts as watched.
    share: f64,
}

impl Seen {
    fn of_play(play: &Play) -> Self {
        Self {
            play: play.id,
            item: play.item,
            at: play.last_at,
            day: play.day,
            share: if play.completed { 1.0 } else { play.completion },
        }
    }

    fn of_watch(watch: &ImportedWatch) -> Self {
        Self {
            play: watch.play_ref().play,
            item: watch.item,
            at: watch.at,
            day: watch.day,
            share: watch.completion,
        }
    }

    /// How far the moment of one is from noon of the day of the other, if this may be that one: nobody knows in which
    /// time zone the day was.
    fn apart(&self, other: &Self) -> Option<TimeDelta> {
        let (day, moment) = match (self.day, other.day) {
            (Some(day), None) => (day, other.at),
            (None, Some(day)) => (day, self.at),
            (None, None) | (Some(_), Some(_)) => return None,
        };
        let apart = (moment - noon(day)).abs();
        let is_same =
            self.item == other.item && other.share >= self.share && apart <= HALF_A_DAY + ELSEWHERE;
        is_same.then_some(apart)
    }
}

/// Noon of a day, in UTC.
pub(super) fn noon(day: NaiveDate) -> DateTime<Utc> {
    let noon = NaiveTime::from_hms_opt(12, 0, 0).unwrap_or_default();
    day.and_time(noon).and_utc()
}

/// A watch that is about to be brought.
pub(super) struct Coming {
    pub(super) watch: ImportedWatch,
    /// The play that it was found to be before; `None`: nobody has looked.
    pub(super) known: Option<PlayId>,
}

/// Whether a play is near enough to one of these watches to be compared with them.
pub(super) fn may_be_one_of(coming: &[Coming], play: &Play) -> bool {
    coming.iter().any(|one| {
        let watch = &one.watch;
        watch.item == play.item && (watch.at - play.last_at).abs() <= AROUND
    })
}

/// For each of these watches, of which none is a play by its own name, the play that it is: one of these plays, or that of
/// another watch of the list or of those beside it. Each play is one of them at the most, and the nearest ones are.
pub(super) fn same_plays(
    coming: &[Coming],
    beside: &[ImportedWatch],
    plays: &[Play],
) -> Vec<Option<PlayId>> {
    let mut found = Found {
        same: vec![None; coming.len()],
        taken: HashSet::new(),
    };
    let new: Vec<Seen> = coming
        .iter()
        .map(|one| Seen::of_watch(&one.watch))
        .collect();
    let there: Vec<Seen> = plays.iter().map(Seen::of_play).collect();
    let by_name: HashMap<PlayId, &Seen> = there.iter().map(|seen| (seen.play, seen)).collect();
    for (at, (one, seen)) in coming.iter().zip(&new).enumerate() {
        let known = one.known.and_then(|play| by_name.get(&play));
        if known.is_some_and(|known| seen.apart(known).is_some()) {
            found.take(at, one.known);
        }
    }
    found.nearest(&new, there.iter().collect());
    // Of two that come together the moment is brought: it says more.
    let beside: Vec<Seen> = beside.iter().map(Seen::of_watch).collect();
    let moments = new.iter().zip(&found.same);
    let moments = moments.filter(|(_, same)| same.is_none());
    let moments = moments.map(|(seen, _)| seen).chain(&beside);
    let moments = moments.filter(|seen| seen.day.is_none()).collect();
    found.nearest(&new, moments);
    found.same
}

/// What was found so far.
struct Found {
    same: Vec<Option<PlayId>>,
    taken: HashSet<PlayId>,
}

impl Found {
    fn take(&mut self, at: usize, play: Option<PlayId>) {
        self.taken.extend(play);
        self.same[at] = play;
    }

    /// Gives each of the new ones that has none yet the nearest of these plays that nobody has. However many plays there
    /// are about a day, so many of them are compared at a time as there are new ones.
    fn nearest(&mut self, new: &[Seen], mut plays: Vec<&Seen>) {
        plays.sort_unstable_by_key(|play| (play.item, play.at, play.play));
        plays.dedup_by_key(|play| play.play);
        let mut pairs = Vec::new();
        for (place, seen) in new.iter().enumerate() {
            if self.same[place].is_some() {
                continue;
            }
            let (from, to) = (seen.at - AROUND, seen.at + AROUND);
            let first = plays.partition_point(|play| (play.item, play.at) < (seen.item, from));
            let near = plays[first..].iter();
            let near = near.take_while(|play| play.item == seen.item && play.at <= to);
            let near = near.filter(|play| !self.taken.contains(&play.play));
            let near = near.filter_map(|play| Some((seen.apart(play)?, place, play.play)));
            let mut near: Vec<(TimeDelta, usize, PlayId)> = near.collect();
            if near.len() > new.len() {
                // The others take one each at the most, so that one of these is left.
                near.select_nth_unstable(new.len());
                near.truncate(new.len());
            }
            pairs.extend(near);
        }
        pairs.sort_unstable();
        for (_, at, play) in pairs {
            if self.same[at].is_none() && !self.taken.contains(&play) {
                self.take(at, Some(play));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{ProfileId, TitleId};

    fn watch(title: u64, at: &str) -> Coming {
        let day = NaiveDate::parse_from_str(at, "%Y-%m-%d").ok();
        let at = day.map_or_else(|| at.parse().unwrap(), noon);
        let watch = ImportedWatch {
            profile: ProfileId(1),
            item: WatchedItem::Film(TitleId(title)),
            title: TitleId(title),
            at,
            completion: 1.0,
            liked: None,
            duration: None,
            day,
        };
        Coming { watch, known: None }
    }

    /// Which of the others each is, by its place among them.
    fn same(coming: &[Coming], beside: &[Coming]) -> Vec<Option<usize>> {
        let beside: Vec<ImportedWatch> = beside.iter().map(|one| one.watch.clone()).collect();
        let names: Vec<PlayId> = beside.iter().map(|one| one.play_ref().play).collect();
        let same = same_plays(coming, &beside, &[]);
        let place = |play| names.iter().position(|name| *name == play);
        same.into_iter().map(|play| play.and_then(place)).collect()
    }

    #[test]
    fn a_day_is_the_moment_that_is_on_it_anywhere_and_no_other() {
        let day = [watch(1, "2024-02-29")];
        for (moment, expected) in [
            ("2024-02-28T09:59:59Z", None),
            ("2024-02-28T10:00:00Z", Some(0)),
            ("2024-02-29T23:30:00Z", Some(0)),
            ("2024-03-01T14:00:00Z", Some(0)),
            ("2024-03-01T14:00:01Z", None),
        ] {
            assert_eq!(same(&day, &[watch(1, moment)]), [expected], "{moment}");
            assert_eq!(same(&day, &[watch(2, moment)]), [None], "{moment}");
        }
        // Two moments, or two days, are two.
        assert_eq!(same(&day, &day), [None]);
        let some = watch(1, "2024-02-29T20:00:00Z");
        let less = Coming {
            watch: ImportedWatch {
                completion: 0.4,
                ..some.watch.clone()
            },
            known: None,
        };
        assert_eq!(same(&day, &[less]), [None], "some of it is not all of it");
        assert_eq!(same(&[watch(1, "2024-02-29T20:00:01Z")], &[some]), [None]);
    }

    #[test]
    fn each_moment_is_one_day_the_nearest() {
        let days = [
            watch(1, "2024-03-01"),
            watch(1, "2024-02-29"),
            watch(1, "2024-02-29"),
        ];
        let moments = [
            watch(1, "2024-02-29T20:00:00Z"),
            watch(1, "2024-03-01T08:00:00Z"),
        ];

        assert_eq!(same(&days, &moments), [Some(1), Some(0), None]);
        assert_eq!(same(&days[..1], &moments[..1]), [Some(0)]);
        assert_eq!(same(&days[..2], &moments[..1]), [None, Some(0)]);
        // Of more moments than there are days, too.
        let hours = [16, 15, 14, 13].map(|hour| watch(1, &format!("2024-02-29T{hour}:00:00Z")));
        assert_eq!(same(&days[1..], &hours), [Some(3), Some(2)]);
        assert_eq!(same(&days[2..], &hours), [Some(3)]);
    }

    #[test]
    fn of_two_that_come_together_the_moment_stays() {
        let both = [watch(1, "2024-02-29"), watch(1, "2024-02-29T20:00:00Z")];

        let same = same_plays(&both, &[], &[]);

        assert_eq!(same, [Some(both[1].watch.play_ref().play), None]);
    }
}

//! A split in which those who are tested have brought a part of their past from elsewhere: of what an import brings less is
//! known than of what was reported.

use std::collections::HashSet;

use chrono::{DateTime, NaiveTime, Utc};

use super::split::{Split, Tastes, latest_first};
use crate::domain::ids::ProfileId;
use crate::domain::recommend::graph::TasteEdge;
use crate::domain::watching::WatchRules;

/// What was brought of a past.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Brought {
    pub(super) share: Share,
    pub(super) when: When,
}

/// How much of a past was brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Share {
    /// The older half of the titles.
    Half,
    All,
}

/// What is known of when it was watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    /// The day, of which noon is taken.
    Day,
    /// Nothing: it counts as watched when it is brought, which is after everything else. What was given up is not brought,
    /// but for its thumb.
    Never,
}

/// What is compared, by name.
pub(super) const SORTS: [(&str, Brought); 4] = [
    ("half brought, by day", brought(Share::Half, When::Day)),
    ("half brought, undated", brought(Share::Half, When::Never)),
    ("all brought, by day", brought(Share::All, When::Day)),
    ("all brought, undated", brought(Share::All, When::Never)),
];

const fn brought(share: Share, when: When) -> Brought {
    Brought { share, when }
}

/// The same split, but that these viewers have brought so much of their past.
pub(super) fn imported(
    split: &Split,
    viewers: &HashSet<ProfileId>,
    brought: Brought,
    rules: &WatchRules,
) -> Split {
    let edges = split.train.values().chain(split.fold_in.values()).flatten();
    let Some(today) = edges.map(|edge| edge.last_at).max() else {
        return split.clone();
    };
    let mut split = split.clone();
    for tastes in [&mut split.train, &mut split.fold_in] {
        bring(
            tastes,
            viewers,
            |edge| match brought.when {
                When::Day => Some(by_day(edge, rules)),
                When::Never => undated(edge, today, rules),
            },
            brought.share,
        );
    }
    split
}

/// Puts what an import makes of it in the place of what viewers watched.
fn bring(
    tastes: &mut Tastes,
    viewers: &HashSet<ProfileId>,
    imported: impl Fn(&TasteEdge) -> Option<TasteEdge>,
    share: Share,
) {
    for (_, edges) in tastes.iter_mut().filter(|(id, _)| viewers.contains(*id)) {
        let reported = match share {
            // The latest stand first.
            Share::Half => edges.len() / 2,
            Share::All => 0,
        };
        let older = edges.split_off(reported);
        edges.extend(older.iter().filter_map(&imported));
        latest_first(edges);
    }
}

/// What is known by the day alone.
fn by_day(edge: &TasteEdge, rules: &WatchRules) -> TasteEdge {
    const NOON: NaiveTime = NaiveTime::from_hms_opt(12, 0, 0).expect("there is such a time");
    let noon = edge.last_at.date_naive().and_time(NOON).and_utc();
    let moved = rules.weight(1.0, noon) / rules.weight(1.0, edge.last_at);
    TasteEdge {
        weight: edge.weight * moved,
        last_at: noon,
        ..*edge
    }
}

/// What nobody knows the day of; none: nothing of it is brought.
fn undated(edge: &TasteEdge, today: DateTime<Utc>, rules: &WatchRules) -> Option<TasteEdge> {
    let is_whole = edge.completions > 0;
    (is_whole || edge.liked.is_some()).then(|| TasteEdge {
        weight: if is_whole {
            rules.weight(1.0, today)
        } else {
            0.0
        },
        plays: 0,
        completions: 0,
        last_at: today,
        ..*edge
    })
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::super::split::{Watch, tastes};
    use super::*;
    use crate::domain::ids::TitleId;

    fn at(hours: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(18_000) + TimeDelta::hours(hours)
    }

    fn watch(profile: u64, title: u64, hours: i64, completion: f64, liked: Option<bool>) -> Watch {
        Watch {
            profile: ProfileId(profile),
            title: TitleId(title),
            at: at(hours),
            completion,
            liked,
        }
    }

    #[test]
    fn of_what_is_brought_less_is_known() {
        let rules = WatchRules::default();
        let watches = [
            watch(1, 1, 3, 1.0, Some(true)),
            watch(1, 2, 20, 0.3, None),
            watch(1, 3, 40, 0.3, Some(false)),
            watch(1, 4, 50, 1.0, None),
            watch(2, 1, 60, 1.0, None),
        ];
        let split = Split {
            fold_in: tastes(&watches, &rules),
            ..Split::default()
        };
        let tested = HashSet::from([ProfileId(1)]);
        let past = |share, when| {
            let found = imported(&split, &tested, brought(share, when), &rules).fold_in;
            // Who is not tested has brought nothing.
            assert_eq!(found[&ProfileId(2)], split.fold_in[&ProfileId(2)]);
            let edges = found[&ProfileId(1)].iter().map(|edge| {
                let hours = (edge.last_at - at(0)).num_hours();
                let share = edge.weight / rules.weight(1.0, edge.last_at);
                format!("{} at {hours}: {share:.1} of {}", edge.title, edge.plays)
            });
            edges.collect::<Vec<_>>()
        };

        assert_eq!(
            past(Share::Half, When::Day),
            [
                "4 at 50: 1.0 of 1",
                "3 at 40: 0.3 of 1",
                "1 at 12: 1.0 of 1",
                "2 at 12: 0.3 of 1"
            ]
        );
        assert_eq!(
            past(Share::All, When::Day),
            [
                "4 at 60: 1.0 of 1",
                "3 at 36: 0.3 of 1",
                "1 at 12: 1.0 of 1",
                "2 at 12: 0.3 of 1"
            ]
        );
        assert_eq!(
            past(Share::Half, When::Never),
            [
                "1 at 60: 1.0 of 0",
                "4 at 50: 1.0 of 1",
                "3 at 40: 0.3 of 1"
            ]
        );
        assert_eq!(
            past(Share::All, When::Never),
            [
                "1 at 60: 1.0 of 0",
                "3 at 60: 0.0 of 0",
                "4 at 60: 1.0 of 0"
            ]
        );
    }
}

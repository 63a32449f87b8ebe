//! Which episodes of a series are ones of another that it is one with.

use std::collections::HashMap;

use chrono::NaiveDate;

use crate::domain::catalog::{Episode, folded_name};

/// For each of these episodes of one series, in their order, which of the other's it is: the one at its place, else the only
/// one of its day, unless it is called otherwise. Each is found once. Specials have no days of their own.
pub(super) fn counterparts(theirs: &[Episode], own: &[Episode]) -> Vec<Option<usize>> {
    let by_place = own.iter().enumerate();
    let by_place = by_place.map(|(at, episode)| (episode.ordinal(), at));
    let by_place: HashMap<(u32, u32), usize> = by_place.collect();
    let of_place = theirs.iter();
    let of_place = of_place.map(|episode| by_place.get(&episode.ordinal()).copied());
    let mut found: Vec<Option<usize>> = of_place.collect();
    let mut taken = vec![false; own.len()];
    for at in found.iter().flatten() {
        taken[*at] = true;
    }
    let are_found: Vec<bool> = found.iter().map(Option::is_some).collect();
    let their_days = only_of_days(theirs, &are_found);
    let own_days = only_of_days(own, &taken);
    for (day, at) in their_days {
        let other = own_days.get(&day).copied();
        found[at] = other.filter(|other| may_be_one(&theirs[at], &own[*other]));
    }
    found
}

/// The regular episodes that are the only one of their day, by that, of those that are not taken.
fn only_of_days(episodes: &[Episode], taken: &[bool]) -> HashMap<NaiveDate, usize> {
    let mut days: HashMap<NaiveDate, Option<usize>> = HashMap::new();
    for (at, episode) in episodes.iter().enumerate() {
        let Some(day) = episode.aired.filter(|_| episode.season > 0 && !taken[at]) else {
            continue;
        };
        days.entry(day)
            .and_modify(|only| *only = None)
            .or_insert(Some(at));
    }
    let only = days.into_iter();
    only.filter_map(|(day, at)| Some((day, at?))).collect()
}

/// Whether two episodes of a day are not called otherwise.
fn may_be_one(one: &Episode, other: &Episode) -> bool {
    match (&one.name, &other.name) {
        (Some(one), Some(other)) => folded_name(one) == folded_name(other),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn an_episode((season, number): (u32, u32), name: Option<&str>, day: Option<&str>) -> Episode {
        let at = "2020-01-01T00:00:00Z";
        let episode = json!({
            "id": 1, "series": 1, "season": season, "number": number, "name": name, "original_name": null,
            "aired": day, "duration": null, "directors": [],
            "stamp": { "created_at": at, "updated_at": at, "revision": 1 },
        });
        serde_json::from_value(episode).unwrap()
    }

    #[test]
    fn an_episode_is_found_by_its_place_and_else_by_its_day() {
        let own = [
            an_episode((1, 1), Some("Pilot"), Some("2020-01-01")),
            an_episode((1, 2), None, Some("2020-01-08")),
            an_episode((1, 3), Some("Third"), Some("2020-01-15")),
            an_episode((1, 4), Some("Fourth"), Some("2020-01-22")),
            an_episode((1, 5), Some("Fifth"), Some("2020-01-29")),
            an_episode((1, 6), Some("Sixth"), Some("2020-01-29")),
            an_episode((0, 1), None, Some("2020-02-01")),
        ];
        let theirs = [
            // The place counts, whatever it is called and whenever it was shown.
            an_episode((1, 1), Some("Other"), Some("2020-01-22")),
            an_episode((2020, 1), Some("Second"), Some("2020-01-08")),
            an_episode((2020, 2), Some("third!"), Some("2020-01-15")),
            // It is called otherwise.
            an_episode((2020, 3), Some("Making of"), Some("2020-01-22")),
            // There are two of that day.
            an_episode((2020, 4), Some("Fifth"), Some("2020-01-29")),
            // A special.
            an_episode((2020, 5), None, Some("2020-02-01")),
            an_episode((2020, 6), Some("Sixth"), None),
        ];

        let found = counterparts(&theirs, &own);

        let expected = [Some(0), Some(1), Some(2), None, None, None, None];
        assert_eq!(found, expected);
    }
}

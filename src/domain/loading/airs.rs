//! Where in the regular seasons a special belongs, as a record says it.

use super::fields::Fields;
use super::problem::Problem;
use super::said::Said;
use crate::domain::catalog::Airs;

const BEFORE_SEASON: &str = "airs_before_season";
const BEFORE_EPISODE: &str = "airs_before_episode";
const AFTER_SEASON: &str = "airs_after_season";

/// What a record says of where a special belongs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AirsRecord {
    pub before_season: Said<u32>,
    /// The episode of that season.
    pub before_episode: Said<u32>,
    pub after_season: Said<u32>,
}

/// Reads `airs_before_season`, `airs_before_episode` and `airs_after_season`; `most` is the highest number of either.
pub(super) fn read_airs(
    fields: &mut Fields,
    season: u32,
    most: u32,
) -> Result<AirsRecord, Problem> {
    let airs = AirsRecord {
        before_season: fields.count(BEFORE_SEASON, 1..=most)?,
        before_episode: fields.count(BEFORE_EPISODE, 0..=most)?,
        after_season: fields.count(AFTER_SEASON, 1..=most)?,
    };
    let said = [
        (BEFORE_SEASON, &airs.before_season),
        (BEFORE_EPISODE, &airs.before_episode),
        (AFTER_SEASON, &airs.after_season),
    ];
    let given = said.into_iter().find(|(_, said)| said.value().is_some());
    if let Some((field, _)) = given
        && season != 0
    {
        let reason = format!("is for specials, which are in season 0; this is in season {season}");
        return Err(Problem::new(field, reason));
    }
    if airs.before_season.value().is_some() && airs.after_season.value().is_some() {
        let reason = format!("is given beside {BEFORE_SEASON}; a special has one place");
        return Err(Problem::new(AFTER_SEASON, reason));
    }
    Ok(airs)
}

impl AirsRecord {
    /// The place after the record, where it was `stored` before. Who names a season after which it belongs takes it from
    /// before another, and the other way round.
    pub(super) fn over(&self, stored: Option<Airs>) -> Result<Option<Airs>, Problem> {
        let after: Option<u32> = match (&self.after_season, &self.before_season) {
            (Said::Nothing, Said::Value(_)) => None,
            (said, _) => said.over(stored.and_then(Airs::after_season)),
        };
        let is_moved = self.after_season.value().is_some();
        let stored = stored.filter(|_| !is_moved);
        let before = stored.and_then(Airs::before_season);
        let before: Option<u32> = self.before_season.over(before);
        let kept = stored.and_then(Airs::before_episode);
        // The number of an episode is one of the season that it stands beside.
        let kept = kept.filter(|_| before == stored.and_then(Airs::before_season));
        let episode: Option<u32> = self.before_episode.over(kept);
        match (before, episode, after) {
            (None, Some(_), _) => {
                let reason = format!("is given without {BEFORE_SEASON}");
                Err(Problem::new(BEFORE_EPISODE, reason))
            }
            (Some(season), Some(episode), _) => Ok(Some(Airs::BeforeEpisode { season, episode })),
            (Some(season), None, _) => Ok(Some(Airs::BeforeSeason(season))),
            (None, None, after) => Ok(after.map(Airs::AfterSeason)),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(season: u32, record: Value) -> Result<AirsRecord, Problem> {
        let Value::Object(map) = record else {
            unreachable!("it is an object");
        };
        read_airs(&mut Fields::new(map), season, 9999)
    }

    #[test]
    fn a_special_has_one_place() {
        let before = Airs::BeforeEpisode {
            season: 2,
            episode: 5,
        };
        for (record, stored, expected) in [
            (json!({}), None, None),
            (json!({}), Some(before), Some(before)),
            (
                json!({ "airs_before_season": 2, "airs_before_episode": 5 }),
                None,
                Some(before),
            ),
            (
                json!({ "airs_before_season": 3 }),
                Some(before),
                Some(Airs::BeforeSeason(3)),
            ),
            (
                json!({ "airs_before_episode": null }),
                Some(before),
                Some(Airs::BeforeSeason(2)),
            ),
            (
                json!({ "airs_before_episode": 5 }),
                Some(Airs::BeforeSeason(2)),
                Some(before),
            ),
            (
                json!({ "airs_after_season": 1 }),
                Some(before),
                Some(Airs::AfterSeason(1)),
            ),
            (
                json!({ "airs_before_season": 2, "airs_before_episode": 5 }),
                Some(Airs::AfterSeason(1)),
                Some(before),
            ),
            (
                json!({ "airs_before_season": null }),
                Some(Airs::BeforeSeason(2)),
                None,
            ),
            (
                json!({ "airs_after_season": null }),
                Some(Airs::AfterSeason(2)),
                None,
            ),
        ] {
            let after = read(0, record.clone()).unwrap().over(stored);
            assert_eq!(after, Ok(expected), "{record}");
        }
    }

    #[test]
    fn what_has_no_place_or_two_is_refused() {
        for (season, record, field, reason) in [
            (
                1,
                json!({ "airs_before_season": 2 }),
                BEFORE_SEASON,
                "is for specials, which are in season 0; this is in season 1",
            ),
            (
                3,
                json!({ "airs_after_season": 2 }),
                AFTER_SEASON,
                "is for specials, which are in season 0; this is in season 3",
            ),
            (
                0,
                json!({ "airs_before_season": 1, "airs_after_season": 2 }),
                AFTER_SEASON,
                "is given beside airs_before_season; a special has one place",
            ),
            (
                0,
                json!({ "airs_before_season": 0 }),
                BEFORE_SEASON,
                "is 0, not from 1 to 9999",
            ),
        ] {
            let problem = read(season, record.clone()).unwrap_err();
            let told = (problem.field.as_str(), problem.reason.as_str());
            assert_eq!(told, (field, reason), "{record}");
        }
        let alone = read(0, json!({ "airs_before_episode": 3 })).unwrap();
        let expected = Problem::new(BEFORE_EPISODE, "is given without airs_before_season");
        assert_eq!(alone.over(None), Err(expected));
        let none = read(
            7,
            json!({ "airs_before_season": null, "airs_after_season": null }),
        );
        assert_eq!(none.unwrap().over(None), Ok(None));
    }
}

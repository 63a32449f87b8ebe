//! What it takes to play something: rules for titles, seasons and collections, each for a time or for ever.
//!
//! The closest rule holds: that of the season before that of the title before that of its collection. Outside of its time
//! a rule is as if it were not there, so that the next one holds; without any, everybody may play it.

use std::collections::HashMap;
use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::member::Membership;
use super::plan::{Plan, PlanId};
use crate::domain::catalog::{Episode, Title};
use crate::domain::ids::{CollectionId, TitleId};

/// What a rule is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccessItem {
    /// A film, or all of a series.
    Title(TitleId),
    Season {
        series: TitleId,
        number: u32,
    },
    /// All films of a collection.
    Collection(CollectionId),
}

impl AccessItem {
    /// As stores spell it: no two things are spelled alike.
    pub fn key(self) -> String {
        match self {
            Self::Title(id) => format!("title:{id}"),
            Self::Season { series, number } => format!("season:{series}:{number}"),
            Self::Collection(id) => format!("collection:{id}"),
        }
    }
}

/// What somebody needs to have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Needs {
    /// Nothing: everybody may play it, whatever holds of what it is part of.
    Free,
    /// Any of the plans.
    Members,
    /// One of these plans.
    Plans(Vec<PlanId>),
}

impl fmt::Display for Needs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Free => f.write_str("free"),
            Self::Members => f.write_str("members"),
            Self::Plans(plans) => {
                let plans: Vec<&str> = plans.iter().map(PlanId::as_str).collect();
                f.write_str(&plans.join(", "))
            }
        }
    }
}

/// What it takes to play something, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessRule {
    pub item: AccessItem,
    pub needs: Needs,
    /// From when on it holds; `None`: since ever.
    pub from: Option<DateTime<Utc>>,
    /// Until when, without that moment; `None`: for ever.
    pub until: Option<DateTime<Utc>>,
}

impl AccessRule {
    /// Whether it holds at a moment.
    pub fn holds(&self, at: DateTime<Utc>) -> bool {
        self.from.is_none_or(|from| from <= at) && self.until.is_none_or(|until| at < until)
    }
}

/// Where something that is played stands in the catalogue, as far as rules go by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Place {
    title: TitleId,
    season: Option<u32>,
    collection: Option<CollectionId>,
}

impl Place {
    /// That of a film.
    pub fn of_film(film: &Title) -> Self {
        Self {
            title: film.id,
            season: None,
            collection: film.collection.map(|part_of| part_of.collection),
        }
    }

    /// That of an episode.
    pub fn of_episode(episode: &Episode) -> Self {
        Self {
            title: episode.series,
            season: Some(episode.season),
            collection: None,
        }
    }

    /// What may have a rule that holds for it, the closest first.
    fn items(self) -> impl Iterator<Item = AccessItem> {
        let series = self.title;
        let season = self.season;
        let season = season.map(|number| AccessItem::Season { series, number });
        let collection = self.collection.map(AccessItem::Collection);
        let title = std::iter::once(AccessItem::Title(self.title));
        season.into_iter().chain(title).chain(collection)
    }
}

/// Whether somebody may play something.
#[derive(Debug, Clone, PartialEq)]
pub enum Access {
    Open,
    /// Not before they have one of these plans, the cheapest first. Empty: none that opens it is sold.
    Closed {
        opened_by: Vec<Plan>,
    },
}

impl Access {
    /// Whether it may be played.
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Open)
    }
}

/// All plans and all rules, as they were read together.
#[derive(Debug, Default)]
pub(super) struct Offer {
    /// Those that cost least come first.
    pub(super) plans: Vec<Plan>,
    rules: HashMap<AccessItem, AccessRule>,
}

impl Offer {
    pub(super) fn new(mut plans: Vec<Plan>, rules: Vec<AccessRule>) -> Self {
        plans.sort_by(|one, other| {
            (one.price.minor_units, &one.id).cmp(&(other.price.minor_units, &other.id))
        });
        let rules = rules.into_iter().map(|rule| (rule.item, rule));
        Self {
            plans,
            rules: rules.collect(),
        }
    }

    /// Those that can be bought.
    pub(super) fn offered(&self) -> impl Iterator<Item = &Plan> {
        self.plans.iter().filter(|plan| plan.is_offered)
    }

    /// What somebody with this membership may do with what stands there.
    pub(super) fn access(
        &self,
        member: Option<&Membership>,
        place: Place,
        now: DateTime<Utc>,
    ) -> Access {
        let mut rules = place.items().filter_map(|item| self.rules.get(&item));
        let Some(rule) = rules.find(|rule| rule.holds(now)) else {
            return Access::Open;
        };
        let has = |plan: &PlanId| member.is_some_and(|member| member.has(plan, now));
        let is_open = match &rule.needs {
            Needs::Free => true,
            Needs::Members => member.is_some_and(|member| member.is_active(now)),
            Needs::Plans(plans) => plans.iter().any(has),
        };
        if is_open {
            return Access::Open;
        }
        let opens = |plan: &&Plan| match &rule.needs {
            Needs::Free | Needs::Members => true,
            Needs::Plans(plans) => plans.contains(&plan.id),
        };
        Access::Closed {
            opened_by: self.offered().filter(opens).cloned().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use serde_json::Map;

    use super::*;
    use crate::domain::ids::UserId;
    use crate::domain::membership::member::Grant;
    use crate::domain::membership::plan::{Interval, IntervalUnit, Price};

    const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;
    const SERIES: TitleId = TitleId(1);

    fn id(text: &str) -> PlanId {
        PlanId::parse(text).unwrap()
    }

    fn plan(text: &str, minor_units: u32, is_offered: bool) -> Plan {
        Plan {
            id: id(text),
            name: text.to_owned(),
            price: Price {
                minor_units,
                currency: "EUR".to_owned(),
            },
            interval: Interval {
                unit: IntervalUnit::Month,
                count: 1,
            },
            trial_days: 0,
            paypal_plan: None,
            is_offered,
            rest: Map::new(),
        }
    }

    fn rule(item: AccessItem, needs: Needs) -> AccessRule {
        AccessRule {
            item,
            needs,
            from: None,
            until: None,
        }
    }

    fn offer(rules: Vec<AccessRule>) -> Offer {
        let plans = vec![
            plan("premium", 999, true),
            plan("basic", 499, true),
            plan("old", 99, false),
        ];
        Offer::new(plans, rules)
    }

    fn member(text: &str) -> Membership {
        let mut member = Membership::new(UserId(1));
        member.grants.push(Grant {
            plan: id(text),
            from: NOW,
            until: Some(NOW + TimeDelta::days(1)),
        });
        member
    }

    fn episode(season: u32) -> Place {
        Place {
            title: SERIES,
            season: Some(season),
            collection: None,
        }
    }

    fn opened_by(access: Access) -> Vec<String> {
        match access {
            Access::Open => vec!["open".to_owned()],
            Access::Closed { opened_by } => {
                let ids = opened_by.into_iter().map(|plan| plan.id.to_string());
                ids.collect()
            }
        }
    }

    #[test]
    fn what_has_no_rule_is_open() {
        assert_eq!(
            offer(Vec::new()).access(None, episode(1), NOW),
            Access::Open
        );
    }

    #[test]
    fn the_closest_rule_holds() {
        let season = |number| AccessItem::Season {
            series: SERIES,
            number,
        };
        let offer = offer(vec![
            rule(AccessItem::Title(SERIES), Needs::Members),
            rule(season(1), Needs::Free),
            rule(season(2), Needs::Plans(vec![id("premium"), id("old")])),
        ]);
        let of = |member: Option<&Membership>, season| {
            opened_by(offer.access(member, episode(season), NOW))
        };
        let (basic, old) = (member("basic"), member("old"));

        assert_eq!(of(None, 1), ["open"]);
        assert_eq!(of(None, 2), ["premium"]);
        assert_eq!(of(None, 3), ["basic", "premium"]);
        assert_eq!(of(Some(&basic), 2), ["premium"]);
        assert_eq!(of(Some(&basic), 3), ["open"]);
        assert_eq!(of(Some(&old), 2), ["open"]);
    }

    #[test]
    fn films_go_by_their_collection() {
        let collection = CollectionId(3);
        let film = Place {
            title: TitleId(7),
            season: None,
            collection: Some(collection),
        };
        let rules = vec![
            rule(AccessItem::Collection(collection), Needs::Members),
            AccessRule {
                until: Some(NOW),
                ..rule(AccessItem::Title(TitleId(7)), Needs::Free)
            },
        ];

        let offer = offer(rules);

        assert!(!offer.access(None, film, NOW).is_open());
        let before = NOW - TimeDelta::milliseconds(1);
        assert!(offer.access(None, film, before).is_open());
    }

    #[test]
    fn a_plan_opens_until_its_end_and_no_longer() {
        let offer = offer(vec![rule(AccessItem::Title(SERIES), Needs::Members)]);
        let member = member("basic");
        let at = |at| offer.access(Some(&member), episode(1), at).is_open();
        let end = NOW + TimeDelta::days(1);

        assert!(at(NOW) && at(end - TimeDelta::milliseconds(1)));
        assert!(!at(NOW - TimeDelta::milliseconds(1)) && !at(end));
    }

    #[test]
    fn no_two_things_have_one_key() {
        let series = TitleId(1);
        let keys = [
            AccessItem::Title(series).key(),
            AccessItem::Season { series, number: 2 }.key(),
            AccessItem::Collection(CollectionId(1)).key(),
        ];

        assert_eq!(keys, ["title:1", "season:1:2", "collection:1"]);
    }
}

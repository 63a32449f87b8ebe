//! What an account has: the plans that were given to it by hand.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::plan::{Plan, PlanId};
use crate::domain::ids::UserId;

/// What an account has of plans. An account that never had any has none of these either.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Membership {
    pub user: UserId,
    /// 1 of what is new, and one more with each write.
    pub revision: u64,
    /// What was given by hand: one of each plan, in the order in which they were given.
    pub grants: Vec<Grant>,
    /// What this version does not know of it, and a later one has written.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

/// A plan that somebody was given by hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    pub plan: PlanId,
    /// When it was given first.
    pub from: DateTime<Utc>,
    /// Until when it holds, without that moment; `None`: until it is revoked.
    pub until: Option<DateTime<Utc>>,
}

/// A plan that somebody has now.
#[derive(Debug, Clone, PartialEq)]
pub struct HeldPlan {
    pub plan: Plan,
    pub since: DateTime<Utc>,
    /// Until when, as far as is known; `None`: there is no end yet.
    pub until: Option<DateTime<Utc>>,
}

impl Grant {
    /// Whether it holds at a moment.
    pub fn holds(&self, at: DateTime<Utc>) -> bool {
        self.from <= at && self.until.is_none_or(|until| at < until)
    }
}

impl Membership {
    /// That of an account that has nothing, as it is before its first write.
    pub fn new(user: UserId) -> Self {
        Self {
            user,
            revision: 0,
            grants: Vec::new(),
            rest: Map::new(),
        }
    }

    /// Whether it has a plan at a moment.
    pub fn has(&self, plan: &PlanId, at: DateTime<Utc>) -> bool {
        let mut grants = self.grants.iter();
        grants.any(|grant| grant.plan == *plan && grant.holds(at))
    }

    /// Whether it has any plan at a moment.
    pub fn is_active(&self, at: DateTime<Utc>) -> bool {
        self.grants.iter().any(|grant| grant.holds(at))
    }

    /// The same with a plan until a moment; one that it has already goes on since it was given first, unless that is over.
    #[must_use]
    pub(super) fn granted(
        mut self,
        plan: &PlanId,
        until: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Self {
        let grants = &mut self.grants;
        match grants.iter_mut().find(|grant| grant.plan == *plan) {
            Some(grant) => {
                if !grant.holds(now) {
                    grant.from = now;
                }
                grant.until = until;
            }
            None => grants.push(Grant {
                plan: plan.clone(),
                from: now,
                until,
            }),
        }
        self
    }

    /// The same without a plan; `None`: it was not given by hand.
    #[must_use]
    pub(super) fn revoked(mut self, plan: &PlanId) -> Option<Self> {
        let before = self.grants.len();
        self.grants.retain(|grant| grant.plan != *plan);
        (self.grants.len() < before).then_some(self)
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn a_plan_that_is_given_again_gets_another_end() {
        let now = DateTime::UNIX_EPOCH;
        let plan = PlanId::parse("basic").unwrap();
        let day = |days| now + TimeDelta::days(days);
        let grant = |from, until| Grant {
            plan: plan.clone(),
            from,
            until,
        };

        let first = Membership::new(UserId(1)).granted(&plan, Some(day(2)), now);
        let longer = first.clone().granted(&plan, None, day(1));
        let later = first.clone().granted(&plan, Some(day(9)), day(3));

        assert_eq!(first.grants, [grant(now, Some(day(2)))]);
        assert_eq!(longer.grants, [grant(now, None)]);
        assert_eq!(later.grants, [grant(day(3), Some(day(9)))]);
        assert_eq!(longer.revoked(&plan).unwrap().grants, []);
        assert_eq!(Membership::new(UserId(1)).revoked(&plan), None);
    }
}

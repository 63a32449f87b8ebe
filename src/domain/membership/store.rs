//! Where plans, rules and memberships are kept.

use async_trait::async_trait;

use super::access::{AccessItem, AccessRule};
use super::member::Membership;
use super::plan::Plan;
use crate::domain::error::StoreError;
use crate::domain::ids::UserId;
use crate::domain::measured::measured;

/// What is written of plans and rules at once.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OfferChange {
    pub plans: Vec<Plan>,
    pub rules: Vec<AccessRule>,
    /// What has no rule any more.
    pub without_rule: Vec<AccessItem>,
}

measured! {
/// Plans, what they open, and who has them. What cannot be read of a list is passed over: a later version has written it.
#[async_trait]
pub trait MembershipStore: Send + Sync {
    /// All plans, in no order.
    async fn plans(&self) -> Result<Vec<Plan>, StoreError>;

    /// All rules, in no order.
    async fn access_rules(&self) -> Result<Vec<AccessRule>, StoreError>;

    /// Writes plans in the place of those with their ids and rules in the place of those of the same thing, and removes
    /// rules: all of it or nothing.
    async fn put_offer(&self, change: &OfferChange) -> Result<(), StoreError>;

    /// The memberships of these accounts, in no order. Accounts without one are left out.
    async fn memberships(&self, users: &[UserId]) -> Result<Vec<Membership>, StoreError>;

    /// The memberships of accounts beyond an id, by id, at most so many.
    async fn memberships_after(
        &self,
        after: Option<UserId>,
        limit: usize,
    ) -> Result<Vec<Membership>, StoreError>;

    /// Writes a membership, whose revision follows the one that is stored, or is 1 of what is new. If somebody else wrote
    /// first, or the account is not there any more, that is a conflict, and nothing is written. It goes with its account.
    async fn put_membership(&self, membership: &Membership) -> Result<(), StoreError>;
}
}

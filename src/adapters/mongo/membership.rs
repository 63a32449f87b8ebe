//! The port of membership on MongoDB; what each method promises is documented at the port.

use std::sync::Arc;

use async_trait::async_trait;
use bson::{Document, doc};
use serde::{Deserialize, Serialize};

use super::bulk::{Update, update};
use super::db::{Abort, Collection, MongoDb};
use super::fields::list;
use super::find::readable;
use super::indexes::create;
use crate::domain::error::StoreError;
use crate::domain::ids::UserId;
use crate::domain::membership::{AccessRule, Membership, MembershipStore, OfferChange, Plan};

/// What the collections are called, and what in them cannot be read.
const PLANS: &str = "membership_plans";
const RULES: &str = "access_rules";
pub(super) const MEMBERSHIPS: &str = "memberships";
/// The accounts, each with the membership that it has.
const USERS: &str = "users";
/// How many documents are written by one command.
const AT_ONCE: usize = 1000;

/// Plans, rules and memberships in a database.
#[derive(Clone)]
pub struct MongoMembership {
    db: MongoDb,
    plans: Collection<Kept>,
    rules: Collection<Kept>,
    memberships: Collection<Kept>,
}

/// Of a document what is not asked for by a field of its own, as JSON.
#[derive(Debug, Deserialize)]
struct Kept {
    body: String,
}

impl TryFrom<Kept> for Plan {
    type Error = serde_json::Error;

    fn try_from(kept: Kept) -> Result<Self, serde_json::Error> {
        serde_json::from_str(&kept.body)
    }
}

impl TryFrom<Kept> for AccessRule {
    type Error = serde_json::Error;

    fn try_from(kept: Kept) -> Result<Self, serde_json::Error> {
        serde_json::from_str(&kept.body)
    }
}

impl TryFrom<Kept> for Membership {
    type Error = serde_json::Error;

    fn try_from(kept: Kept) -> Result<Self, serde_json::Error> {
        serde_json::from_str(&kept.body)
    }
}

impl MongoMembership {
    /// Those in this database.
    pub fn new(db: MongoDb) -> Self {
        Self {
            plans: db.collection(PLANS),
            rules: db.collection(RULES),
            memberships: db.collection(MEMBERSHIPS),
            db,
        }
    }

    /// Makes the collections; what is there already stays. To be called before anything else.
    pub async fn ensure_indexes(&self) -> Result<(), StoreError> {
        create(&self.plans).await?;
        create(&self.rules).await?;
        create(&self.memberships).await
    }

    /// Makes what takes no time of what the store needs, which is all of it: everything is found by its key.
    pub async fn prepare(&self) -> Result<bool, StoreError> {
        self.ensure_indexes().await.map(|()| true)
    }
}

/// Puts a thing in the place of that with its key.
fn put(key: &str, thing: &impl Serialize) -> Result<Update<Document, Document>, StoreError> {
    let body = serde_json::to_string(thing).map_err(StoreError::failed)?;
    let change = doc! { "$set": { "body": body } };
    Ok(Update::upsert(doc! { "_id": key }, change))
}

#[async_trait]
impl MembershipStore for MongoMembership {
    async fn plans(&self) -> Result<Vec<Plan>, StoreError> {
        readable(&self.plans, PLANS, doc! {}, doc! {}, None).await
    }

    async fn access_rules(&self) -> Result<Vec<AccessRule>, StoreError> {
        readable(&self.rules, RULES, doc! {}, doc! {}, None).await
    }

    async fn put_offer(&self, change: &OfferChange) -> Result<(), StoreError> {
        let plans = change.plans.iter().map(|plan| put(plan.id.as_str(), plan));
        let plans: Vec<_> = plans.collect::<Result<_, _>>()?;
        let rules = change.rules.iter().map(|rule| put(&rule.item.key(), rule));
        let rules: Vec<_> = rules.collect::<Result<_, _>>()?;
        let gone = list(&change.without_rule, |item| item.key());
        let writes = Arc::new((plans, rules, doc! { "_id": { "$in": gone } }));
        let this = self.clone();
        let written = self.db.transaction(move |session| {
            let (this, writes) = (this.clone(), Arc::clone(&writes));
            Box::pin(async move {
                let (plans, rules, gone) = &*writes;
                update(&this.db, session, PLANS, plans, AT_ONCE).await?;
                update(&this.db, session, RULES, rules, AT_ONCE).await?;
                let removed = this.rules.delete_many(gone.clone());
                removed.session(&mut *session).await?;
                Ok::<(), Abort<StoreError>>(())
            })
        });
        written.await
    }

    async fn memberships(&self, users: &[UserId]) -> Result<Vec<Membership>, StoreError> {
        let these = doc! { "_id": { "$in": list(users, |user| user.to_i64()) } };
        readable(&self.memberships, MEMBERSHIPS, these, doc! {}, None).await
    }

    async fn memberships_after(
        &self,
        after: Option<UserId>,
        limit: usize,
    ) -> Result<Vec<Membership>, StoreError> {
        let these = doc! { "_id": { "$gt": after.map_or(-1, UserId::to_i64) } };
        let order = doc! { "_id": 1 };
        readable(&self.memberships, MEMBERSHIPS, these, order, Some(limit)).await
    }

    async fn put_membership(&self, membership: &Membership) -> Result<(), StoreError> {
        let body = serde_json::to_string(membership).map_err(StoreError::failed)?;
        let id = membership.user.to_i64();
        let revision = membership.revision.cast_signed();
        // Written, so that whoever deletes the account at the same time is noticed. Nobody reads the number.
        let account = Update::of(
            doc! { "_id": id },
            doc! { "$inc": { "membership_writes": 1_i64 } },
        );
        let expected = doc! { "_id": id, "revision": revision - 1 };
        let change = doc! { "$set": { "revision": revision, "body": body } };
        // One that is there has another revision: it is not found, and to make it takes a key that is taken.
        let membership = if revision == 1 {
            Update::upsert(expected, change)
        } else {
            Update::of(expected, change)
        };
        let writes = Arc::new([(USERS, [account]), (MEMBERSHIPS, [membership])]);
        let this = self.clone();
        let written = self.db.transaction(move |session| {
            let (this, writes) = (this.clone(), Arc::clone(&writes));
            Box::pin(async move {
                for (collection, updates) in &*writes {
                    let found = update(&this.db, session, collection, updates, AT_ONCE).await?;
                    if found == 0 {
                        return Err(Abort::Refused(StoreError::Conflict));
                    }
                }
                Ok(())
            })
        });
        written.await
    }
}

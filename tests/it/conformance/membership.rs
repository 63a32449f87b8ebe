//! The promises of the port of membership, sentence by sentence.

use std::ops::Deref;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use reelgraph::adapters::mongo::{MongoAccounts, MongoDb, MongoMembership};
use reelgraph::adapters::sqlite::{SqliteAccounts, SqliteDb, SqliteMembership};
use reelgraph::domain::accounts::{AccountStore, AccountWrite, User};
use reelgraph::domain::error::StoreError;
use reelgraph::domain::ids::{CollectionId, TitleId, UserId};
use reelgraph::domain::membership::{
    AccessItem, AccessRule, Grant, Interval, IntervalUnit, Membership, MembershipStore, Needs,
    OfferChange, Plan, PlanId, Price,
};
use reelgraph::domain::stamp::Stamp;
use reelgraph::domain::viewer::Role;
use serde_json::{Map, json};
use tempfile::TempDir;

use super::Backend;
use crate::support::servers::{self, PATIENT};

on_every_backend!(open on [sqlite, mongo]:
    plans_and_rules_are_written_together,
    memberships_are_kept_whole_and_whoever_is_late_is_told,
    memberships_are_listed_by_account,
    a_membership_goes_with_its_account,
);

struct Opened {
    store: Arc<dyn MembershipStore>,
    accounts: Arc<dyn AccountStore>,
    _folder: Option<TempDir>,
}

impl Deref for Opened {
    type Target = Arc<dyn MembershipStore>;

    fn deref(&self) -> &Self::Target {
        &self.store
    }
}

async fn open(backend: Backend) -> Opened {
    match backend {
        Backend::sqlite => {
            let folder = tempfile::tempdir().unwrap();
            let db = SqliteDb::open(&folder.path().join("reelgraph.db")).unwrap();
            Opened {
                store: Arc::new(SqliteMembership::new(db.clone())),
                accounts: Arc::new(SqliteAccounts::new(db)),
                _folder: Some(folder),
            }
        }
        Backend::mongo => {
            let db = MongoDb::open(&servers::mongo_uri(), PATIENT).await.unwrap();
            let store = MongoMembership::new(db.clone());
            store.ensure_indexes().await.unwrap();
            let accounts = MongoAccounts::new(db);
            accounts.ensure_indexes().await.unwrap();
            Opened {
                store: Arc::new(store),
                accounts: Arc::new(accounts),
                _folder: None,
            }
        }
        other => unreachable!("memberships are not kept in {other:?}"),
    }
}

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::seconds(seconds)
}

fn plan(id: &str, minor_units: u32) -> Plan {
    let mut rest = Map::new();
    rest.insert("of_a_later_version".to_owned(), json!(7));
    Plan {
        id: PlanId::parse(id).unwrap(),
        name: format!("plan {id} 🎬"),
        price: Price {
            minor_units,
            currency: "EUR".to_owned(),
        },
        interval: Interval {
            unit: IntervalUnit::Month,
            count: 1,
        },
        trial_days: 14,
        paypal_plan: Some("P-1".to_owned()),
        is_offered: true,
        rest,
    }
}

fn rule(item: AccessItem, needs: Needs) -> AccessRule {
    AccessRule {
        item,
        needs,
        from: Some(at(0)),
        until: None,
    }
}

fn member(user: u64) -> Membership {
    let mut member = Membership::new(UserId(user));
    member.revision = 1;
    member.grants.push(Grant {
        plan: PlanId::parse("basic").unwrap(),
        from: at(0),
        until: Some(at(9)),
    });
    member
        .rest
        .insert("of_a_later_version".to_owned(), json!({ "a": 1 }));
    member
}

async fn add_account(store: &Opened, id: u64) {
    let user = User {
        id: UserId(id),
        email: None,
        email_verified: false,
        ways_in_trusted_since: None,
        password: None,
        role: Role::Viewer,
        epoch: 1,
        disabled_at: None,
        stamp: Stamp::first(at(0)),
    };
    let add = vec![AccountWrite::AddUser(user)];
    store.accounts.write(add).await.unwrap();
}

async fn plans(store: &Opened) -> Vec<Plan> {
    let mut plans = store.plans().await.unwrap();
    plans.sort_by(|one, other| one.id.cmp(&other.id));
    plans
}

async fn rules(store: &Opened) -> Vec<AccessRule> {
    let mut rules = store.access_rules().await.unwrap();
    rules.sort_by_key(|rule| rule.item);
    rules
}

fn is_conflict(result: &Result<(), StoreError>) -> bool {
    matches!(result, Err(StoreError::Conflict))
}

async fn plans_and_rules_are_written_together(store: &Opened) {
    let series = TitleId(1);
    let season = AccessItem::Season { series, number: 2 };
    let collection = AccessItem::Collection(CollectionId(3));
    let basic = Needs::Plans(vec![PlanId::parse("basic").unwrap()]);
    let first = OfferChange {
        plans: vec![plan("basic", 499), plan("premium", 999)],
        rules: vec![
            rule(AccessItem::Title(series), Needs::Members),
            rule(season, basic),
        ],
        without_rule: Vec::new(),
    };
    let second = OfferChange {
        plans: vec![plan("basic", 599)],
        rules: vec![
            rule(AccessItem::Title(series), Needs::Free),
            rule(collection, Needs::Members),
        ],
        without_rule: vec![season],
    };

    store.put_offer(&first).await.unwrap();
    let before = (plans(store).await, rules(store).await);
    store.put_offer(&second).await.unwrap();
    store.put_offer(&OfferChange::default()).await.unwrap();

    assert_eq!(before, (first.plans, first.rules));
    assert_eq!(
        plans(store).await,
        [plan("basic", 599), plan("premium", 999)]
    );
    assert_eq!(rules(store).await, second.rules);
}

async fn memberships_are_kept_whole_and_whoever_is_late_is_told(store: &Opened) {
    add_account(store, 1).await;
    let mut kept = member(1);

    store.put_membership(&kept).await.unwrap();
    let twice = store.put_membership(&kept).await;
    kept.revision = 2;
    kept.grants.clear();
    store.put_membership(&kept).await.unwrap();
    let late = store.put_membership(&kept).await;
    let of_nobody = store.put_membership(&member(9)).await;

    for refused in [twice, late, of_nobody] {
        assert!(is_conflict(&refused), "{refused:?}");
    }
    let found = store.memberships(&[UserId(9), UserId(1)]).await.unwrap();
    assert_eq!(found, [kept]);
}

async fn memberships_are_listed_by_account(store: &Opened) {
    for id in [3, 1, 2] {
        add_account(store, id).await;
        store.put_membership(&member(id)).await.unwrap();
    }

    let first = store.memberships_after(None, 2).await.unwrap();
    let rest = store.memberships_after(Some(UserId(2)), 2).await.unwrap();

    assert_eq!(first, [member(1), member(2)]);
    assert_eq!(rest, [member(3)]);
}

async fn a_membership_goes_with_its_account(store: &Opened) {
    add_account(store, 1).await;
    add_account(store, 2).await;
    for id in [1, 2] {
        store.put_membership(&member(id)).await.unwrap();
    }

    let delete = vec![AccountWrite::DeleteUser(UserId(1))];
    store.accounts.write(delete).await.unwrap();

    let left = store.memberships_after(None, 9).await.unwrap();
    assert_eq!(left, [member(2)]);
    assert!(is_conflict(&store.put_membership(&member(1)).await));
}

//! The port of membership on SQLite; what each method promises is documented at the port.

use async_trait::async_trait;
use rusqlite::Connection;

use super::columns::{Json, TableRecord, limit as rows, list, read, record};
use super::db::{SqliteDb, store_error};
use super::statements::{execute, exists, insert, readable, update};
use crate::domain::error::StoreError;
use crate::domain::ids::UserId;
use crate::domain::membership::{AccessRule, Membership, MembershipStore, OfferChange, Plan};

/// What things are called that cannot be read.
const PLANS: &str = "membership_plans";
const RULES: &str = "access_rules";
const MEMBERSHIPS: &str = "memberships";

record! {
    struct PlanRow in membership_plans by (id: String) {
        body: Json<Plan>,
    }
}

record! {
    struct RuleRow in access_rules by (item: String) {
        body: Json<AccessRule>,
    }
}

record! {
    struct MembershipRow in memberships by (user_id: i64) {
        revision: i64,
        body: Json<Membership>,
    }
}

impl From<&Plan> for PlanRow {
    fn from(plan: &Plan) -> Self {
        Self {
            id: plan.id.as_str().to_owned(),
            body: Json(plan.clone()),
        }
    }
}

impl From<PlanRow> for Plan {
    fn from(row: PlanRow) -> Self {
        row.body.0
    }
}

impl From<&AccessRule> for RuleRow {
    fn from(rule: &AccessRule) -> Self {
        Self {
            item: rule.item.key(),
            body: Json(rule.clone()),
        }
    }
}

impl From<RuleRow> for AccessRule {
    fn from(row: RuleRow) -> Self {
        row.body.0
    }
}

impl From<&Membership> for MembershipRow {
    fn from(membership: &Membership) -> Self {
        Self {
            user_id: membership.user.to_i64(),
            revision: membership.revision.cast_signed(),
            body: Json(membership.clone()),
        }
    }
}

impl From<MembershipRow> for Membership {
    fn from(row: MembershipRow) -> Self {
        row.body.0
    }
}

/// Plans, rules and memberships in a database.
#[derive(Clone)]
pub struct SqliteMembership {
    db: SqliteDb,
}

impl SqliteMembership {
    /// Those in this database.
    pub fn new(db: SqliteDb) -> Self {
        Self { db }
    }

    /// All rows of a table that can be read.
    async fn all<R, T>(&self, kind: &'static str) -> Result<Vec<T>, StoreError>
    where
        R: TableRecord + 'static,
        T: From<R> + Send + 'static,
    {
        self.db
            .read(move |connection| {
                let read = read::<R, T>;
                Ok(readable(connection, kind, R::SELECT, (), read)?.0)
            })
            .await
    }
}

#[async_trait]
impl MembershipStore for SqliteMembership {
    async fn plans(&self) -> Result<Vec<Plan>, StoreError> {
        self.all::<PlanRow, Plan>(PLANS).await
    }

    async fn access_rules(&self) -> Result<Vec<AccessRule>, StoreError> {
        self.all::<RuleRow, AccessRule>(RULES).await
    }

    async fn put_offer(&self, change: &OfferChange) -> Result<(), StoreError> {
        let plans: Vec<PlanRow> = change.plans.iter().map(PlanRow::from).collect();
        let rules: Vec<RuleRow> = change.rules.iter().map(RuleRow::from).collect();
        let gone = list(change.without_rule.iter().map(|item| item.key()));
        self.db
            .write(move |connection: &Connection| {
                for plan in &plans {
                    execute(connection, PlanRow::REPLACE, &*plan.parameters())?;
                }
                for rule in &rules {
                    execute(connection, RuleRow::REPLACE, &*rule.parameters())?;
                }
                let sql =
                    "DELETE FROM access_rules WHERE item IN (SELECT value FROM json_each(?1))";
                execute(connection, sql, [gone]).map(drop)
            })
            .await
    }

    async fn memberships(&self, users: &[UserId]) -> Result<Vec<Membership>, StoreError> {
        let sql = format!(
            "{} WHERE user_id IN (SELECT value FROM json_each(?1))",
            MembershipRow::SELECT
        );
        let users = list(users.iter().map(|user| user.to_i64()));
        self.db
            .read(move |connection| {
                let read = read::<MembershipRow, _>;
                Ok(readable(connection, MEMBERSHIPS, &sql, [users], read)?.0)
            })
            .await
    }

    async fn memberships_after(
        &self,
        after: Option<UserId>,
        limit: usize,
    ) -> Result<Vec<Membership>, StoreError> {
        let sql = format!(
            "{} WHERE user_id > ?1 ORDER BY user_id LIMIT ?2",
            MembershipRow::SELECT
        );
        let which = (after.map_or(-1, UserId::to_i64), rows(limit));
        self.db
            .read(move |connection| {
                let read = read::<MembershipRow, _>;
                Ok(readable(connection, MEMBERSHIPS, &sql, which, read)?.0)
            })
            .await
    }

    async fn put_membership(&self, membership: &Membership) -> Result<(), StoreError> {
        let row = MembershipRow::from(membership);
        self.db
            .write(move |connection: &Connection| {
                let account = "SELECT 1 FROM users WHERE id = ?1";
                let is_there = exists(connection, account, [row.user_id]);
                if !is_there.map_err(store_error)? {
                    return Err(StoreError::Conflict);
                }
                if row.revision == 1 {
                    insert(connection, &row)
                } else {
                    update(connection, &row)
                }
            })
            .await
    }
}

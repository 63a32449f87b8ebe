//! Taking away what has had its time: what is only added to would grow for ever.

use chrono::{DateTime, TimeDelta, Utc};

use super::AccountService;
use super::erase::Told;
use crate::domain::accounts::audit::{Action, AuditOf};
use crate::domain::accounts::error::AccountError;
use crate::domain::accounts::user::User;
use crate::domain::error::StoreError;
use crate::domain::ids::UserId;
use crate::domain::viewer::Role;

/// How many of a kind are taken away at once.
const BATCH: usize = 500;

/// How long things are kept that nothing else takes away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// What was done to accounts.
    pub audit: TimeDelta,
    /// What strangers tried on accounts that do not exist.
    pub audit_of_nobody: TimeDelta,
    /// An account whose address was never confirmed, where nobody can use one before, and that nobody ever used.
    pub unconfirmed: TimeDelta,
    /// An erasure that is finished, for whoever asks how far it is.
    pub erasures: TimeDelta,
}

impl Default for Kept {
    fn default() -> Self {
        Self {
            audit: TimeDelta::days(365),
            audit_of_nobody: TimeDelta::days(90),
            unconfirmed: TimeDelta::days(30),
            erasures: TimeDelta::days(365),
        }
    }
}

/// How many of each kind were taken away.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cleared {
    pub audit: usize,
    pub audit_of_nobody: usize,
    pub unconfirmed: usize,
    pub erasures: usize,
    /// Whether there may be more.
    pub has_more: bool,
    /// Where to go on among the accounts that are not confirmed.
    pub after: Option<UserId>,
}

impl Cleared {
    /// How many there were of all kinds.
    pub fn total(&self) -> usize {
        self.audit + self.audit_of_nobody + self.unconfirmed + self.erasures
    }
}

impl AccountService {
    /// Takes away some of what has had its time; `after` is what the round before said. Several may do so at the same
    /// time, and whoever dies leaves the rest to the next one.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn clear_away(&self, after: Option<UserId>) -> Result<Cleared, AccountError> {
        let now = self.ports.clock.now();
        let kept = self.policy.kept;
        let accounts = &self.ports.accounts;
        let audit = &accounts.audit;
        let old = now - kept.audit;
        let of_accounts = audit.delete_audit(AuditOf::Accounts, old, BATCH).await?;
        let old = now - kept.audit_of_nobody;
        let of_nobody = audit.delete_audit(AuditOf::Nobody, old, BATCH).await?;
        let old = now - kept.erasures;
        let erasures = accounts.erasures.delete_erasures(old, BATCH).await?;
        let (unconfirmed, after) = self
            .clear_unconfirmed(now - kept.unconfirmed, after)
            .await?;
        Ok(Cleared {
            audit: of_accounts,
            audit_of_nobody: of_nobody,
            unconfirmed,
            erasures,
            has_more: after.is_some()
                || [of_accounts, of_nobody, erasures]
                    .into_iter()
                    .any(|count| count == BATCH),
            after,
        })
    }

    /// Deletes accounts that nobody could ever use. Where an account can be used before its address is confirmed, and
    /// where another site's log-in opens it, it stays; so does one that was used when the site was not in production.
    async fn clear_unconfirmed(
        &self,
        before: DateTime<Utc>,
        after: Option<UserId>,
    ) -> Result<(usize, Option<UserId>), AccountError> {
        if !self.policy.conceals_accounts {
            return Ok((0, None));
        }
        let users = &self.ports.accounts.users;
        let found = users.unconfirmed_users(after, before, BATCH).await?;
        let after = found.last().map(|user| user.id);
        let after = after.filter(|_| found.len() == BATCH);
        let mut deleted = 0;
        for user in found {
            if self.is_in_use(&user).await? {
                continue;
            }
            match self.delete_user(user, Told::Nobody).await {
                Ok(_) => deleted += 1,
                // It was confirmed just now.
                Err(AccountError::Store(StoreError::Conflict)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok((deleted, after))
    }

    async fn is_in_use(&self, user: &User) -> Result<bool, AccountError> {
        let now = self.ports.clock.now();
        let identities = &self.ports.accounts.identities;
        let identities = identities.identities_of_user(user.id).await?;
        let sessions = self.ports.sessions.latest_sessions(user.id, now, 1).await?;
        Ok(user.role > Role::Viewer
            || user.stamp.revision > 1
            || !identities.is_empty()
            || !sessions.is_empty()
            || !self.was_never_entered(user).await?)
    }

    /// Whether it is noted of an account that it was made, and not that anybody ever logged in to it. What was noted is
    /// forgotten in order, so that a log-in is noted for longer than what came before.
    async fn was_never_entered(&self, user: &User) -> Result<bool, AccountError> {
        let audit = self.whole_audit(user.id).await?;
        let has = |action| audit.iter().any(|entry| entry.action == action);
        Ok(has(Action::Registered) && !has(Action::LoggedIn))
    }
}

//! What admins, and whoever runs the site's commands, do to accounts.

use super::AccountService;
use crate::domain::accounts::audit::{Action, Actor, AuditEntry};
use crate::domain::accounts::email::EmailAddress;
use crate::domain::accounts::error::AccountError;
use crate::domain::accounts::store::AccountWrite;
use crate::domain::accounts::user::User;
use crate::domain::ids::UserId;
use crate::domain::page::{Slice, Window};
use crate::domain::viewer::{Client, KnownViewer, Role};

/// On whose word an account is managed.
#[derive(Debug, Clone, Copy)]
pub enum Authority<'a> {
    /// Whoever runs commands on the site's machine.
    Operator,
    /// A viewer, who must be an admin.
    Viewer(&'a KnownViewer, &'a Client),
}

impl Authority<'_> {
    fn check(&self) -> Result<(), AccountError> {
        match self {
            Self::Viewer(viewer, _) if viewer.role < Role::Admin => Err(AccountError::Forbidden),
            _ => Ok(()),
        }
    }

    /// What is done to accounts is done by people. A machine's key can leak: whom it had made an admin would stay one
    /// when it is revoked, and all who could revoke it would be shut out.
    fn check_is_a_person(&self, user: UserId) -> Result<(), AccountError> {
        self.check_on(user)?;
        match self {
            Self::Viewer(viewer, _) if viewer.session().is_none() => Err(AccountError::Forbidden),
            _ => Ok(()),
        }
    }

    /// Admins do not lock themselves out.
    fn check_on(&self, user: UserId) -> Result<(), AccountError> {
        self.check()?;
        match self {
            Self::Viewer(viewer, _) if viewer.user == user => Err(AccountError::OwnAccount),
            _ => Ok(()),
        }
    }
}

impl AccountService {
    /// A page of all accounts, the oldest first.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn list_users(
        &self,
        authority: Authority<'_>,
        window: &Window,
    ) -> Result<Slice<User>, AccountError> {
        authority.check()?;
        Ok(self.ports.accounts.users.list_users(window).await?)
    }

    /// An account: the viewer's own, or for an admin any.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn user(&self, viewer: &KnownViewer, id: UserId) -> Result<User, AccountError> {
        if viewer.user != id && viewer.role < Role::Admin {
            return Err(AccountError::UserNotFound);
        }
        self.find_user(id).await?.ok_or(AccountError::UserNotFound)
    }

    /// The account with this address, for whoever runs the site.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn user_by_email(&self, typed: &str) -> Result<User, AccountError> {
        let email = EmailAddress::parse(typed)?;
        let found = self.user_with(&email, typed).await?;
        found.ok_or(AccountError::UserNotFound)
    }

    /// The accounts with these ids, in no order, for whoever runs the site.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn users_by_id(&self, ids: &[UserId]) -> Result<Vec<User>, AccountError> {
        Ok(self.ports.accounts.users.users(ids).await?)
    }

    /// A page of what was done to an account, the latest first: of the viewer's own, or for an admin of any.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn audit_of(
        &self,
        viewer: &KnownViewer,
        user: UserId,
        window: &Window,
    ) -> Result<Slice<AuditEntry>, AccountError> {
        if viewer.user != user && viewer.role < Role::Admin {
            return Err(AccountError::UserNotFound);
        }
        if !viewer.sees_owner() {
            return Err(AccountError::Forbidden);
        }
        Ok(self
            .ports
            .accounts
            .audit
            .audit_of_user(user, window)
            .await?)
    }

    /// Notes with the viewer's account what is done by it elsewhere on the site.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn note(
        &self,
        viewer: &KnownViewer,
        client: &Client,
        action: Action,
        detail: String,
    ) -> Result<(), AccountError> {
        let entry = AuditEntry {
            detail: Some(detail),
            ..self.own(viewer, action, client)
        };
        self.write(vec![AccountWrite::AddAudit(entry)]).await
    }

    /// Notes with an account what whoever runs the site's commands did to it elsewhere on the site.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn note_by_command(
        &self,
        user: UserId,
        action: Action,
        detail: String,
    ) -> Result<(), AccountError> {
        let entry = AuditEntry {
            detail: Some(detail),
            ..self.managed_by(Authority::Operator, user, action)
        };
        self.write(vec![AccountWrite::AddAudit(entry)]).await
    }

    /// Gives an account another role, with its next request.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn set_role(
        &self,
        authority: Authority<'_>,
        user: UserId,
        role: Role,
    ) -> Result<User, AccountError> {
        authority.check_is_a_person(user)?;
        let user = self
            .find_user(user)
            .await?
            .ok_or(AccountError::UserNotFound)?;
        if user.role == role {
            return Ok(user);
        }
        let entry = AuditEntry {
            detail: Some(role.as_str().to_owned()),
            ..self.managed_by(authority, user.id, Action::RoleChanged)
        };
        let changed = self.next(User { role, ..user });
        self.write(vec![
            AccountWrite::PutUser(changed.clone()),
            AccountWrite::AddAudit(entry),
        ])
        .await?;
        Ok(changed)
    }

    /// Disables an account, or enables it again. A disabled one is logged out everywhere and cannot log in.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn set_disabled(
        &self,
        authority: Authority<'_>,
        user: UserId,
        is_disabled: bool,
    ) -> Result<User, AccountError> {
        authority.check_is_a_person(user)?;
        let user = self
            .find_user(user)
            .await?
            .ok_or(AccountError::UserNotFound)?;
        if user.disabled_at.is_some() == is_disabled {
            return Ok(user);
        }
        let action = if is_disabled {
            Action::Disabled
        } else {
            Action::Enabled
        };
        let entry = self.managed_by(authority, user.id, action);
        let changed = self.next(User {
            disabled_at: is_disabled.then(|| self.ports.clock.now()),
            epoch: user.epoch + 1,
            ..user
        });
        self.write(vec![
            AccountWrite::PutUser(changed.clone()),
            AccountWrite::AddAudit(entry),
        ])
        .await?;
        let sessions = &self.ports.sessions;
        sessions.delete_sessions_of_user(changed.id, None).await?;
        Ok(changed)
    }

    fn managed_by(&self, authority: Authority<'_>, user: UserId, action: Action) -> AuditEntry {
        match authority {
            Authority::Operator => {
                self.audit(Some(user), action, Actor::Operator, &Client::default())
            }
            Authority::Viewer(viewer, client) => {
                self.audit(Some(user), action, Actor::User(viewer.user), client)
            }
        }
    }
}

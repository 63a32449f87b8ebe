//! Accounts of people whom another site vouches for: linked to one that is there, or made.

use super::AccountService;
use super::register::profile_name;
use crate::domain::accounts::audit::{Action, Actor, AuditEntry};
use crate::domain::accounts::email::EmailError;
use crate::domain::accounts::error::AccountError;
use crate::domain::accounts::identity::{ExternalPerson, Identity, LinkError};
use crate::domain::accounts::mail::{Asked, MailKind};
use crate::domain::accounts::profile::Profile;
use crate::domain::accounts::store::AccountWrite;
use crate::domain::accounts::user::User;
use crate::domain::ids::{ProfileId, UserId};
use crate::domain::limits::limit_key;
use crate::domain::stamp::Stamp;
use crate::domain::viewer::{Client, Role};

impl AccountService {
    /// The account that is to be linked, if it may be used.
    pub(super) async fn linkable(&self, (id, epoch): (UserId, u32)) -> Result<User, AccountError> {
        let user = self.find_user(id).await?;
        user.filter(|user| user.disabled_at.is_none() && user.epoch == epoch)
            .ok_or(AccountError::Unauthenticated)
    }

    pub(super) async fn link(
        &self,
        (id, epoch): (UserId, u32),
        provider: &str,
        subject: String,
        client: &Client,
    ) -> Result<(), AccountError> {
        let user = self.linkable((id, epoch)).await?;
        let entry = AuditEntry {
            detail: Some(provider.to_owned()),
            ..self.audit(Some(id), Action::IdentityLinked, Actor::User(id), client)
        };
        let mail = user
            .email
            .as_ref()
            .map(|email| self.mail(email, MailKind::IdentityLinked, Some(id)));
        let mut writes = vec![
            AccountWrite::PutUser(self.next(user)),
            self.identity(id, provider, subject),
            AccountWrite::AddAudit(entry),
        ];
        writes.extend(mail);
        self.write(writes).await
    }

    pub(super) async fn new_user_of(
        &self,
        provider: &str,
        person: ExternalPerson,
        client: &Client,
    ) -> Result<User, AccountError> {
        let network = limit_key("register", &[&client.network()]);
        self.take(&network, self.policy.registrations).await?;
        let stamp = Stamp::first(self.ports.clock.now());
        let id = UserId::random(&mut *self.ports.entropy.rng());
        let name = profile_name(person.name.as_deref(), person.email.as_ref());
        let is_vouched_for = person.email.is_some() && person.email_verified;
        let user = User {
            id,
            email_verified: is_vouched_for,
            ways_in_trusted_since: is_vouched_for.then_some(stamp.created_at),
            email: person.email.clone(),
            password: None,
            role: Role::Viewer,
            epoch: 1,
            disabled_at: None,
            stamp,
        };
        let profile = Profile::new(
            ProfileId::random(&mut *self.ports.entropy.rng()),
            Some(id),
            name,
            stamp,
        );
        let entry = AuditEntry {
            detail: Some(provider.to_owned()),
            ..self.audit(Some(id), Action::Registered, Actor::Nobody, client)
        };
        let mut writes = vec![
            AccountWrite::AddUser(user.clone()),
            AccountWrite::AddProfile(profile),
            self.identity(id, provider, person.subject.clone()),
            AccountWrite::AddAudit(entry),
        ];
        if let Some(email) = person.email.as_ref().filter(|_| !user.email_verified) {
            let asked = Asked {
                at: stamp.created_at,
                from: client.address,
                by: vec![provider.to_owned()],
            };
            writes.push(self.confirmation(email, id, asked));
        }
        let written = match &person.email {
            Some(email) => self.add_user(email, email.as_str(), writes).await,
            None => self.write(writes).await,
        };
        match written {
            Err(AccountError::Email(EmailError::Taken)) => {
                Err(AccountError::Link(LinkError::EmailTaken))
            }
            written => written.map(|()| user),
        }
    }

    fn identity(&self, user: UserId, provider: &str, subject: String) -> AccountWrite {
        let now = self.ports.clock.now();
        AccountWrite::AddIdentity(Identity {
            provider: provider.to_owned(),
            subject,
            user,
            created_at: now,
            updated_at: now,
        })
    }
}

//! Making accounts: by registering, and by a command.

use super::AccountService;
use super::log_in::{LoggedIn, VIA_PASSWORD};
use crate::domain::accounts::audit::{Action, Actor};
use crate::domain::accounts::email::{EmailAddress, EmailError};
use crate::domain::accounts::error::AccountError;
use crate::domain::accounts::mail::{Asked, MailKind};
use crate::domain::accounts::name::name_left;
use crate::domain::accounts::password::ChosenPassword;
use crate::domain::accounts::profile::Profile;
use crate::domain::accounts::session::Transport;
use crate::domain::accounts::store::AccountWrite;
use crate::domain::accounts::user::User;
use crate::domain::ids::{ProfileId, UserId};
use crate::domain::limits::limit_key;
use crate::domain::stamp::Stamp;
use crate::domain::viewer::{Client, Role};

/// What nobody should have in a password on any site that runs this program.
pub(super) const PRODUCT: &str = "reelgraph";

/// What somebody registers with.
#[derive(Debug, Clone)]
pub struct Registration {
    /// The e-mail address, as typed.
    pub email: String,
    pub password: ChosenPassword,
    /// The name of the first profile; without it, what stands before the `@`.
    pub name: Option<String>,
}

impl AccountService {
    /// Makes an account with a first profile, asks by mail to confirm the address, and logs it in. `None`: nobody is
    /// logged in, because the site does not tell strangers whether the address was free
    /// ([`super::AccountPolicy::conceals_accounts`]); then the owner of a taken address gets a mail about it, and
    /// that takes as long.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn register(
        &self,
        registration: Registration,
        transport: Transport,
        remember: bool,
        client: &Client,
    ) -> Result<Option<LoggedIn>, AccountError> {
        let email = self.check_registration(&registration)?;
        let network = limit_key("register", &[&client.network()]);
        self.take(&network, self.policy.registrations).await?;
        self.check_registered(&registration, &email).await?;
        if self.policy.conceals_accounts {
            self.count_mail(&email, client).await?;
        }
        let typed = registration.email.clone();
        let (user, profile) = self
            .new_user(email.clone(), registration, Role::Viewer)
            .await?;
        let asked = Asked {
            at: user.stamp.created_at,
            from: client.address,
            by: vec![VIA_PASSWORD.to_owned()],
        };
        let writes = vec![
            AccountWrite::AddUser(user.clone()),
            AccountWrite::AddProfile(profile.clone()),
            self.confirmation(&email, user.id, asked),
            AccountWrite::AddAudit(self.audit(
                Some(user.id),
                Action::Registered,
                Actor::Nobody,
                client,
            )),
        ];
        match self.add_user(&email, &typed, writes).await {
            Err(AccountError::Email(EmailError::Taken)) if self.policy.conceals_accounts => {
                let owner = self.user_with(&email, &typed).await?;
                let owner = owner.map(|owner| owner.id);
                self.write(vec![self.mail(&email, MailKind::AlreadyRegistered, owner)])
                    .await?;
                return Ok(None);
            }
            written => written?,
        }
        if self.policy.conceals_accounts {
            return Ok(None);
        }
        self.begin_session(&user, &profile, VIA_PASSWORD, transport, remember, client)
            .await
            .map(Some)
    }

    /// Makes an account whose address counts as confirmed, for whoever runs the site.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn create_user(
        &self,
        registration: Registration,
        role: Role,
    ) -> Result<User, AccountError> {
        let email = self.check_registration(&registration)?;
        self.check_registered(&registration, &email).await?;
        let typed = registration.email.clone();
        let (user, profile) = self.new_user(email.clone(), registration, role).await?;
        let user = User {
            email_verified: true,
            ways_in_trusted_since: Some(user.stamp.created_at),
            ..user
        };
        let audit = self.audit(
            Some(user.id),
            Action::Registered,
            Actor::Operator,
            &Client::default(),
        );
        let writes = vec![
            AccountWrite::AddUser(user.clone()),
            AccountWrite::AddProfile(profile),
            AccountWrite::AddAudit(audit),
        ];
        self.add_user(&email, &typed, writes).await?;
        Ok(user)
    }

    /// Writes a new account, unless one has its address in the spelling of a version before: the store knows only one
    /// spelling.
    pub(super) async fn add_user(
        &self,
        email: &EmailAddress,
        typed: &str,
        writes: Vec<AccountWrite>,
    ) -> Result<(), AccountError> {
        let users = &self.ports.accounts.users;
        for spelling in email.former_spellings(typed) {
            if users.find_user_by_email(&spelling).await?.is_some() {
                return Err(EmailError::Taken.into());
            }
        }
        self.write(writes).await
    }

    fn check_registration(&self, given: &Registration) -> Result<EmailAddress, AccountError> {
        let email = EmailAddress::parse(&given.email)?;
        given.password.check_form(self.policy.min_password)?;
        Ok(email)
    }

    async fn check_registered(
        &self,
        given: &Registration,
        email: &EmailAddress,
    ) -> Result<(), AccountError> {
        let name = profile_name(given.name.as_deref(), Some(email));
        let context = [PRODUCT, email.as_str(), &name];
        self.check_strength(&given.password, &context).await
    }

    pub(super) async fn new_user(
        &self,
        email: EmailAddress,
        registration: Registration,
        role: Role,
    ) -> Result<(User, Profile), AccountError> {
        let name = profile_name(registration.name.as_deref(), Some(&email));
        let password = self
            .ports
            .passwords
            .hash(registration.password.password)
            .await?;
        let stamp = Stamp::first(self.ports.clock.now());
        let user = User {
            id: UserId::random(&mut *self.ports.entropy.rng()),
            email: Some(email),
            email_verified: false,
            ways_in_trusted_since: None,
            password: Some(password),
            role,
            epoch: 1,
            disabled_at: None,
            stamp,
        };
        let profile = Profile::new(
            ProfileId::random(&mut *self.ports.entropy.rng()),
            Some(user.id),
            name,
            stamp,
        );
        Ok((user, profile))
    }
}

/// The name of a first profile: of the one that was given what a name may have, what stands before the `@`, or any.
pub(super) fn profile_name(given: Option<&str>, email: Option<&EmailAddress>) -> String {
    let of_email = || email.and_then(|email| name_left(email.local_part()));
    let name = given.and_then(name_left).or_else(of_email);
    name.unwrap_or_else(|| "Viewer".to_owned())
}

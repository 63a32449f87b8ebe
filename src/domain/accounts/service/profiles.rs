//! The profiles of an account.

use secrecy::SecretString;

use super::erase::new_erasure;
use super::{AccountService, GUESSES};
use crate::domain::accounts::audit::{Action, Actor};
use crate::domain::accounts::error::AccountError;
use crate::domain::accounts::name::{NameError, check_name};
use crate::domain::accounts::profile::{
    Profile, ProfileError, check_age, check_language, check_pin_form,
};
use crate::domain::accounts::session::Session;
use crate::domain::accounts::store::AccountWrite;
use crate::domain::ids::{ProfileId, SessionId, UserId};
use crate::domain::limits::{Backoff, limit_key};
use crate::domain::stamp::Stamp;
use crate::domain::viewer::{Client, KnownViewer};

/// The most profiles of an account.
const MAX_PROFILES: usize = 20;
/// Guesses at a PIN, which has few digits.
const PIN_GUESSES: Backoff = Backoff {
    first: std::time::Duration::from_secs(5),
    ..GUESSES
};

/// What of a profile is to be set. The outer `None` leaves a value as it is, the inner one takes it away.
#[derive(Debug, Clone, Default)]
pub struct ProfileChange {
    /// What it is called.
    pub name: Option<String>,
    /// The highest age rating in years.
    pub max_age: Option<Option<i32>>,
    /// The language, as a BCP 47 tag.
    pub language: Option<Option<String>>,
    /// The PIN that switching to it needs.
    pub pin: Option<Option<SecretString>>,
}

/// What of which profile is to be set, and that the owner asks.
#[derive(Debug, Clone)]
pub struct ChangeProfile {
    pub profile: ProfileId,
    pub change: ProfileChange,
    /// The password of the account; needed to change or take away the PIN of a profile that is not the viewer's.
    pub password: Option<SecretString>,
}

impl AccountService {
    /// Adds a profile to the viewer's account.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn add_profile(
        &self,
        viewer: &KnownViewer,
        change: ProfileChange,
        client: &Client,
    ) -> Result<Profile, AccountError> {
        let (user, _) = self.managed(viewer).await?;
        if change.name.is_none() {
            return Err(NameError::Blank.into());
        }
        if self.profiles(viewer).await?.len() >= MAX_PROFILES {
            return Err(ProfileError::TooMany { most: MAX_PROFILES }.into());
        }
        let stamp = Stamp::first(self.ports.clock.now());
        let id = ProfileId::random(&mut *self.ports.entropy.rng());
        let new = Profile::new(id, Some(user.id), String::new(), stamp);
        let profile = self.changed(new, change).await?;
        let entry = self.own(viewer, Action::ProfileAdded, client);
        self.write(vec![
            // Of two who add at the same time one has to look again how many there are.
            AccountWrite::PutUser(self.next(user)),
            AccountWrite::AddProfile(profile.clone()),
            AccountWrite::AddAudit(entry),
        ])
        .await?;
        Ok(profile)
    }

    /// Changes a profile of the viewer's account. The PIN of another than the viewer's is changed by the owner of the
    /// account only: it is there to keep out whoever else is in.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn change_profile(
        &self,
        viewer: &KnownViewer,
        wanted: ChangeProfile,
        client: &Client,
    ) -> Result<Profile, AccountError> {
        let (user, session) = self.managed(viewer).await?;
        let ChangeProfile {
            profile,
            change,
            password,
        } = wanted;
        let profiles = self.profiles(viewer).await?;
        let old = find(&profiles, profile)?;
        if old.pin.is_some() && change.pin.is_some() && profile != viewer.profile {
            self.check_owner((&user, session), password, client).await?;
        }
        let changed = self.changed(old.clone(), change).await?;
        let changed = Profile {
            stamp: old.stamp.next(self.ports.clock.now()),
            ..changed
        };
        let others_manage = profiles
            .iter()
            .any(|other| other.id != profile && other.is_adult());
        if !changed.is_adult() && !others_manage {
            return Err(ProfileError::LastAdult.into());
        }
        let entry = self.own(viewer, Action::ProfileChanged, client);
        self.write(vec![
            AccountWrite::PutUser(self.next(user)),
            AccountWrite::PutProfile(changed.clone()),
            AccountWrite::AddAudit(entry),
        ])
        .await?;
        Ok(changed)
    }

    /// Deletes a profile of the viewer's account, with all that it watched. A viewer who watches with it goes on with
    /// another one of a grown-up that has no PIN; if all have one, the session ends. Says as whom the viewer goes on.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn delete_profile(
        &self,
        viewer: &KnownViewer,
        profile: ProfileId,
        client: &Client,
    ) -> Result<Option<KnownViewer>, AccountError> {
        let (user, _) = self.managed(viewer).await?;
        let profiles = self.profiles(viewer).await?;
        find(&profiles, profile)?;
        if profiles.len() == 1 {
            return Err(ProfileError::Last.into());
        }
        let others = profiles.iter().filter(|other| other.id != profile);
        let others: Vec<&Profile> = others.filter(|other| other.is_adult()).collect();
        if others.is_empty() {
            return Err(ProfileError::LastAdult.into());
        }
        let heir = others.into_iter().find(|other| other.pin.is_none());
        let (entry, erasure) = (
            self.own(viewer, Action::ProfileDeleted, client),
            new_erasure(
                vec![profile],
                self.ports.clock.now(),
                &mut *self.ports.entropy.rng(),
            ),
        );
        let mut writes = vec![
            AccountWrite::PutUser(self.next(user)),
            AccountWrite::DeleteProfile(profile),
            AccountWrite::AddErasure(erasure),
            AccountWrite::AddAudit(entry),
        ];
        // Keys act as the first profile: with it go those that were made for it, and none goes on as another one, which
        // may have a PIN.
        if profiles.first().is_some_and(|first| first.id == profile) {
            let revoked = || self.own(viewer, Action::ApiKeyRevoked, client);
            writes.extend(self.ended_keys(viewer.user, revoked).await?);
        }
        self.write(writes).await?;
        for session in self.sessions(viewer).await? {
            if session.profile != profile {
                continue;
            }
            if viewer.session() == Some(session.id)
                && let Some(heir) = heir
            {
                let moved = Session {
                    profile: heir.id,
                    ..session
                };
                self.ports.sessions.update_session(&moved).await?;
            } else {
                // It may be in other hands, so it does not go on as a grown-up, or nobody gave the PIN.
                let sessions = &self.ports.sessions;
                sessions.delete_session(session.user, session.id).await?;
            }
        }
        if viewer.profile != profile {
            return Ok(Some(*viewer));
        }
        Ok(heir.map(|heir| viewer.with_profile(heir.id, heir.max_age, heir.reads(), heir.pause)))
    }

    /// Goes on with another profile of the viewer's account. One that has a PIN wants it.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn select_profile(
        &self,
        viewer: &KnownViewer,
        profile: ProfileId,
        pin: Option<SecretString>,
        client: &Client,
    ) -> Result<KnownViewer, AccountError> {
        let own = viewer.session().ok_or(AccountError::Forbidden)?;
        let profiles = self.profiles(viewer).await?;
        let chosen = find(&profiles, profile)?;
        if chosen.id != viewer.profile {
            self.check_pin(viewer.user, chosen, pin, client).await?;
        }
        let session = self.session(own).await?;
        let changed = Session {
            profile: chosen.id,
            ..session
        };
        self.ports.sessions.update_session(&changed).await?;
        let user = self.find_user(viewer.user).await?;
        let user = user.ok_or(AccountError::Unauthenticated)?;
        Ok(user.viewer(chosen, own))
    }

    /// Makes sure that the viewer may see what a profile watched and what is suggested to it
    /// ([`Profile::opens_to`]). Of the viewer's own profile nothing is read.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn check_opens(
        &self,
        profile: &Profile,
        viewer: &KnownViewer,
    ) -> Result<(), AccountError> {
        if profile.id == viewer.profile {
            return Ok(());
        }
        let reader = self
            .ports
            .accounts
            .profiles
            .profiles(&[viewer.profile])
            .await?;
        let is_open = reader.iter().any(|reader| profile.opens_to(reader));
        is_open
            .then_some(())
            .ok_or(AccountError::Profile(ProfileError::Closed))
    }

    /// The profiles of the viewer's account that are open to the viewer's own, which is one of them.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn open_profiles(&self, viewer: &KnownViewer) -> Result<Vec<Profile>, AccountError> {
        let mut profiles = self.profiles(viewer).await?;
        let reader = profiles.iter().find(|it| it.id == viewer.profile).cloned();
        profiles.retain(|profile| {
            reader
                .as_ref()
                .is_some_and(|reader| profile.opens_to(reader))
        });
        Ok(profiles)
    }

    async fn session(&self, id: SessionId) -> Result<Session, AccountError> {
        let now = self.ports.clock.now();
        let session = self.ports.sessions.find_session(id, now).await?;
        session.ok_or(AccountError::Unauthenticated)
    }

    /// Makes sure that somebody who is in the account knows the PIN of a profile, if it has one.
    pub(super) async fn check_pin(
        &self,
        user: UserId,
        profile: &Profile,
        pin: Option<SecretString>,
        client: &Client,
    ) -> Result<(), AccountError> {
        let Some(hash) = profile.pin.clone() else {
            return Ok(());
        };
        let pin = pin.ok_or(ProfileError::WrongPin)?;
        let key = limit_key("pin", &[&profile.id.to_string(), &client.network()]);
        self.attempt(&key, PIN_GUESSES).await?;
        if !self.ports.passwords.verify(pin, Some(hash)).await? {
            let (action, actor) = (Action::PinRefused, Actor::User(user));
            let refused = self.audit(Some(user), action, actor, client);
            self.write(vec![AccountWrite::AddAudit(refused)]).await?;
            return Err(ProfileError::WrongPin.into());
        }
        self.ports.limiter.forgive(&key).await?;
        Ok(())
    }

    async fn changed(
        &self,
        profile: Profile,
        change: ProfileChange,
    ) -> Result<Profile, AccountError> {
        let mut profile = profile;
        if let Some(name) = change.name {
            profile.name = check_name(&name)?;
        }
        if let Some(age) = change.max_age {
            profile.max_age = age.map(check_age).transpose()?;
        }
        if let Some(language) = change.language {
            profile.language = language.map(check_language).transpose()?;
        }
        if let Some(pin) = change.pin {
            profile.pin = match pin {
                None => None,
                Some(pin) => {
                    check_pin_form(&pin)?;
                    Some(self.ports.passwords.hash(pin).await?)
                }
            };
        }
        Ok(profile)
    }
}

fn find(profiles: &[Profile], id: ProfileId) -> Result<&Profile, AccountError> {
    let found = profiles.iter().find(|profile| profile.id == id);
    found.ok_or(AccountError::Profile(ProfileError::NotFound))
}

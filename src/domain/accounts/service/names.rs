//! What accounts are called where others work beside their owners, who need not know an address.

use std::collections::HashMap;
use std::sync::Arc;

use super::AccountService;
use crate::domain::accounts::error::AccountError;
use crate::domain::batch::Batch;
use crate::domain::ids::{ProfileId, UserId};

impl AccountService {
    /// The names of the oldest profiles of these accounts; those without one are left out.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn names(&self, users: &[UserId]) -> Result<HashMap<UserId, Arc<str>>, AccountError> {
        let store = &self.ports.accounts.profiles;
        let mut profiles = store.profiles_of_users(users).await?;
        profiles.sort_unstable_by_key(|profile| (profile.stamp.created_at, profile.id.0));
        let mut names = HashMap::new();
        for profile in profiles {
            if let Some(user) = profile.user {
                names.entry(user).or_insert_with(|| profile.name.into());
            }
        }
        Ok(names)
    }

    /// What these profiles are called, for whoever reads what they wrote; those that are gone are left out.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn profile_names(
        &self,
        profiles: &[ProfileId],
    ) -> Result<HashMap<ProfileId, Arc<str>>, AccountError> {
        let profiles = self.ports.accounts.profiles.profiles(profiles).await?;
        let names = profiles.into_iter();
        Ok(names
            .map(|profile| (profile.id, profile.name.into()))
            .collect())
    }
}

/// Reads what accounts are called, those that exist.
#[derive(Clone)]
pub struct NamesByUser(pub AccountService);

impl Batch for NamesByUser {
    type Key = UserId;
    type Value = Arc<str>;
    type Error = AccountError;

    async fn load(&self, users: &[UserId]) -> Result<HashMap<UserId, Arc<str>>, AccountError> {
        self.0.names(users).await
    }
}

/// Reads what profiles are called, those that exist.
#[derive(Clone)]
pub struct NamesByProfile(pub AccountService);

impl Batch for NamesByProfile {
    type Key = ProfileId;
    type Value = Arc<str>;
    type Error = AccountError;

    async fn load(
        &self,
        profiles: &[ProfileId],
    ) -> Result<HashMap<ProfileId, Arc<str>>, AccountError> {
        self.0.profile_names(profiles).await
    }
}

//! Whether what a profile plays is kept.

use chrono::SubsecRound;

use super::AccountService;
use crate::domain::accounts::audit::Action;
use crate::domain::accounts::error::AccountError;
use crate::domain::accounts::profile::{Profile, ProfileError};
use crate::domain::accounts::store::AccountWrite;
use crate::domain::viewer::{Client, HistoryPause, KnownViewer};

impl AccountService {
    /// Says whether what the viewer's profile plays is to be kept no longer, or again. Saying so once more changes nothing.
    /// An API key must have the scope to watch.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn pause_history(
        &self,
        viewer: &KnownViewer,
        is_paused: bool,
        client: &Client,
    ) -> Result<Profile, AccountError> {
        if !viewer.may_watch() {
            return Err(AccountError::Forbidden);
        }
        let mut profiles = self.profiles(viewer).await?.into_iter();
        let old = profiles.find(|profile| profile.id == viewer.profile);
        let old = old.ok_or(AccountError::Profile(ProfileError::NotFound))?;
        if old.paused_since().is_some() == is_paused {
            return Ok(old);
        }
        let now = self.ports.clock.now().trunc_subsecs(3);
        let pause = match old.pause {
            Some(pause) if !is_paused => HistoryPause {
                until: Some(now),
                ..pause
            },
            _ => HistoryPause {
                since: now,
                until: None,
            },
        };
        let paused = Profile {
            pause: Some(pause),
            stamp: old.stamp.next(self.ports.clock.now()),
            ..old
        };
        let user = self.find_user(viewer.user).await?;
        let user = user.ok_or(AccountError::Unauthenticated)?;
        let entry = self.own(viewer, Action::ProfileChanged, client);
        self.write(vec![
            AccountWrite::PutUser(self.next(user)),
            AccountWrite::PutProfile(paused.clone()),
            AccountWrite::AddAudit(entry),
        ])
        .await?;
        Ok(paused)
    }
}

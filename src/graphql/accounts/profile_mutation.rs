//! Adding, changing, deleting and choosing profiles.

use async_graphql::{
    ComplexObject, Context, ID, InputObject, MaybeUndefined, Object, SimpleObject,
};
use secrecy::SecretString;

use super::profile::Profile;
use super::viewer::Viewer;
use crate::domain::accounts::{self, AccountError, ChangeProfile, ProfileChange, ProfileError};
use crate::domain::ids::ProfileId;
use crate::domain::viewer;
use crate::graphql::context::ContextExt;
use crate::graphql::error::Result;
use crate::graphql::global_id::GlobalId;
use crate::graphql::guard::BySession;
use crate::graphql::user_error::UserError;

#[derive(Default)]
pub(crate) struct ProfileMutation;

#[Object]
impl ProfileMutation {
    /// Adds a profile to the account. For whoever is logged in on a device, with the profile of a grown-up.
    #[graphql(guard = "BySession")]
    async fn create_profile(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The name, the age limit, the language and the PIN of the new profile.",
            secret
        )]
        input: CreateProfileInput,
    ) -> Result<ProfilePayload> {
        let viewer = ctx.known_viewer()?;
        let change = ProfileChange {
            name: Some(input.name),
            max_age: Some(input.max_age),
            language: Some(input.language),
            pin: Some(input.pin.map(SecretString::from)),
        };
        let accounts = &ctx.services().accounts;
        let added = accounts.add_profile(&viewer, change, ctx.client()).await;
        ProfilePayload::new(added)
    }

    /// Changes a profile of the account. What is left out stays as it is. To change the PIN of another profile than the
    /// one that is chosen, or to take it away, takes the `password`, or, if the account has none, a log-in that is not
    /// older than ten minutes. For whoever is logged in on a device, with the profile of a grown-up.
    #[graphql(guard = "BySession")]
    async fn update_profile(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which profile, and what of it.", secret)] input: UpdateProfileInput,
    ) -> Result<ProfilePayload> {
        let viewer = ctx.known_viewer()?;
        let Some(profile) = profile_id(&input.profile) else {
            return ProfilePayload::new(Err(AccountError::Profile(ProfileError::NotFound)));
        };
        let change = ProfileChange {
            // A name can be changed, but not taken away.
            name: change(input.name).map(Option::unwrap_or_default),
            max_age: change(input.max_age),
            language: change(input.language),
            pin: change(input.pin).map(|pin| pin.map(SecretString::from)),
        };
        let wanted = ChangeProfile {
            profile,
            change,
            password: input.password.map(SecretString::from),
        };
        let accounts = &ctx.services().accounts;
        let changed = accounts.change_profile(&viewer, wanted, ctx.client()).await;
        if let Ok(changed) = &changed
            && changed.id == viewer.profile
        {
            // The rest of the request sees what the changed profile may.
            let (max_age, reads) = (changed.max_age, changed.reads());
            let goes_on = viewer.with_profile(changed.id, max_age, reads, changed.pause);
            ctx.go_on_as(viewer::Viewer::Known(goes_on));
        }
        ProfilePayload::new(changed)
    }

    /// Deletes a profile of the account, with all that it watched; the last one of a grown-up stays. Devices that watch
    /// with it are logged out; the one that the request came with goes on with another one of a grown-up that has no
    /// PIN, and is logged out if all have one. With the first profile go the API keys, which act as it. For whoever is
    /// logged in on a device, with the profile of a grown-up.
    #[graphql(guard = "BySession")]
    async fn delete_profile(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The profile that is to be deleted.")] input: DeleteProfileInput,
    ) -> Result<DeleteProfilePayload> {
        let viewer = ctx.known_viewer()?;
        let accounts = &ctx.services().accounts;
        let deleted = match profile_id(&input.profile) {
            Some(profile) => {
                accounts
                    .delete_profile(&viewer, profile, ctx.client())
                    .await
            }
            None => Err(AccountError::Profile(ProfileError::NotFound)),
        };
        if let Err(error @ AccountError::Profile(ProfileError::LastAdult)) = &deleted {
            let user_errors = vec![UserError::about("profile", error)];
            return Ok(DeleteProfilePayload {
                viewer: None,
                user_errors,
            });
        }
        let (deleted, user_errors) = UserError::split(deleted)?;
        let viewer = match deleted {
            None => None,
            Some(None) => {
                ctx.clear_session_cookie();
                ctx.go_on_as(viewer::Viewer::Anonymous);
                None
            }
            Some(Some(goes_on)) => {
                ctx.go_on_as(viewer::Viewer::Known(goes_on));
                Some(Viewer::load(ctx, goes_on).await?)
            }
        };
        Ok(DeleteProfilePayload {
            viewer,
            user_errors,
        })
    }

    /// Goes on with another profile of the account: this session, from the rest of this request on. For whoever is
    /// logged in on a device.
    #[graphql(guard = "BySession")]
    async fn select_profile(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The profile to go on with, and its PIN.", secret)]
        input: SelectProfileInput,
    ) -> Result<ProfilePayload> {
        let viewer = ctx.known_viewer()?;
        let pin = input.pin.map(SecretString::from);
        let accounts = &ctx.services().accounts;
        let selected = match profile_id(&input.profile) {
            Some(profile) => {
                accounts
                    .select_profile(&viewer, profile, pin, ctx.client())
                    .await
            }
            None => Err(AccountError::Profile(ProfileError::NotFound)),
        };
        let (goes_on, user_errors) = UserError::split(selected)?;
        let profile = match goes_on {
            None => None,
            Some(goes_on) => {
                ctx.go_on_as(viewer::Viewer::Known(goes_on));
                Profile::find(ctx, &goes_on, goes_on.profile).await?
            }
        };
        Ok(ProfilePayload {
            profile,
            user_errors,
        })
    }
}

fn profile_id(id: &ID) -> Option<ProfileId> {
    match GlobalId::decode(id) {
        Some(GlobalId::Profile(profile)) => Some(profile),
        _ => None,
    }
}

/// `None` for what was left out; `Some(None)` for null.
#[expect(
    clippy::option_option,
    reason = "what `ProfileChange` has, and explains"
)]
fn change<T>(given: MaybeUndefined<T>) -> Option<Option<T>> {
    match given {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(None),
        MaybeUndefined::Value(value) => Some(Some(value)),
    }
}

/// What a new profile is called, and what it may watch.
#[derive(InputObject)]
struct CreateProfileInput {
    /// What it is called, in at most 50 characters. It is kept composed (NFC); `INVALID` with characters that nobody sees
    /// or that turn the direction of what follows.
    name: String,
    /// The highest age rating that it may watch, 0 to 21 years; everything, if left out. Below 18 it is a child's.
    max_age: Option<i32>,
    /// The language that it prefers, as a BCP 47 tag such as `de` or `pt-BR`.
    language: Option<String>,
    /// The PIN that switching to it needs, of 4 to 8 digits; none, if left out.
    #[graphql(secret)]
    pin: Option<String>,
}

/// What of a profile is to be changed.
#[derive(InputObject)]
struct UpdateProfileInput {
    /// The global id of a profile of the viewer's account.
    profile: ID,
    /// What it is called, in at most 50 characters. It is kept composed (NFC); `INVALID` with characters that nobody sees
    /// or that turn the direction of what follows.
    name: MaybeUndefined<String>,
    /// The highest age rating that it may watch, 0 to 21 years; null: everything. Below 18 it is a child's.
    max_age: MaybeUndefined<i32>,
    /// The language that it prefers, as a BCP 47 tag such as `de` or `pt-BR`; null: none in particular.
    language: MaybeUndefined<String>,
    /// The PIN that switching to it needs, of 4 to 8 digits; null: none.
    #[graphql(secret)]
    pin: MaybeUndefined<String>,
    /// The password of the account; needed only to change the PIN of another profile than the one that is chosen.
    #[graphql(secret)]
    password: Option<String>,
}

/// The profile that is to be deleted.
#[derive(InputObject)]
struct DeleteProfileInput {
    /// The global id of a profile of the viewer's account.
    profile: ID,
}

/// Which profile to go on with.
#[derive(InputObject)]
struct SelectProfileInput {
    /// The global id of a profile of the viewer's account.
    profile: ID,
    /// Its PIN; not needed if it has none. After some wrong ones there is a wait before each (`RATE_LIMITED`).
    #[graphql(secret)]
    pin: Option<String>,
}

/// What adding, changing or choosing a profile led to.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct ProfilePayload {
    /// The profile as it is now; null if it was refused.
    profile: Option<Profile>,
    /// What a person can put right: a `profile` that the account does not have, a wrong `pin` or `password`, a `name`
    /// that is `BLANK`.
    pub(crate) user_errors: Vec<UserError>,
}

#[ComplexObject]
impl ProfilePayload {
    /// Who is logged in now: after `selectProfile` with the profile that was chosen, else with the one that watches. Null if
    /// it was refused.
    async fn viewer(&self, ctx: &Context<'_>) -> Result<Option<Viewer>> {
        if !self.user_errors.is_empty() {
            return Ok(None);
        }
        let viewer = ctx.known_viewer()?;
        Viewer::load(ctx, viewer).await.map(Some)
    }
}

impl ProfilePayload {
    fn new(outcome: Result<accounts::Profile, AccountError>) -> Result<Self> {
        let (profile, user_errors) = UserError::split(outcome)?;
        Ok(Self {
            profile: profile.map(Profile),
            user_errors,
        })
    }
}

/// What deleting a profile led to.
#[derive(SimpleObject)]
pub(crate) struct DeleteProfilePayload {
    /// Who is logged in, with the profile that the session goes on with; null if it was refused, or if the session
    /// ended because the profiles that are left have a PIN.
    viewer: Option<Viewer>,
    /// What a person can put right: a `profile` that the account does not have, or that is its last of a grown-up.
    pub(crate) user_errors: Vec<UserError>,
}

//! Changing a password, and setting a new one after the old was forgotten.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use secrecy::SecretString;

use super::user::UserPayload;
use crate::domain::accounts::{AccountError, ChangePassword, ChosenPassword, PasswordError};
use crate::graphql::context::ContextExt;
use crate::graphql::error::Result;
use crate::graphql::guard::BySession;
use crate::graphql::user_error::UserError;

#[derive(Default)]
pub(crate) struct PasswordMutation;

#[Object]
impl PasswordMutation {
    /// Changes the password of the account, or sets its first, and ends all other sessions. For whoever is logged in on
    /// a device, with the profile of a grown-up.
    #[graphql(guard = "BySession")]
    async fn change_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The old password and the new one.", secret)] input: ChangePasswordInput,
    ) -> Result<UserPayload> {
        let viewer = ctx.known_viewer()?;
        let change = ChangePassword {
            current: input.current_password.map(SecretString::from),
            new: chosen(input.password, input.password_confirm),
            revokes_api_keys: input.revoke_api_keys.unwrap_or_default(),
        };
        let accounts = &ctx.services().accounts;
        let changed = accounts
            .change_password(&viewer, change, ctx.client())
            .await;
        match changed {
            Err(error @ AccountError::Password(PasswordError::Wrong)) => Ok(UserPayload::refused(
                UserError::about("currentPassword", &error),
            )),
            changed => UserPayload::own(ctx, changed).await,
        }
    }

    /// Sends a link to set a new password to an e-mail address, if an account has it; the answer is the same if none has.
    /// Anybody may.
    async fn request_password_reset(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The address of the account whose password was forgotten.")]
        input: RequestPasswordResetInput,
    ) -> Result<RequestPasswordResetPayload> {
        let accounts = &ctx.services().accounts;
        let requested = accounts
            .request_password_reset(&input.email, ctx.client())
            .await;
        let (_, user_errors) = UserError::split(requested)?;
        Ok(RequestPasswordResetPayload { user_errors })
    }

    /// Sets a new password by the link that was sent, which is then used up, ends all sessions and revokes all API keys.
    /// Other sites' log-ins that were linked when somebody else may have had a way in, as whoever made the account with
    /// somebody's address, are unlinked. If all profiles of grown-ups have a PIN, that of the first is taken away: it
    /// may be forgotten, too. The address counts as confirmed. Anybody with the link may; nobody is logged in by it.
    async fn reset_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the link says, and the new password.", secret)]
        input: ResetPasswordInput,
    ) -> Result<ResetPasswordPayload> {
        let new = chosen(input.password, input.password_confirm);
        let accounts = &ctx.services().accounts;
        let reset = accounts
            .reset_password(&input.token, new, ctx.client())
            .await;
        let (_, user_errors) = UserError::split(reset)?;
        Ok(ResetPasswordPayload { user_errors })
    }
}

fn chosen(password: String, confirm: Option<String>) -> ChosenPassword {
    let confirm = confirm.map(SecretString::from);
    ChosenPassword::new(&SecretString::from(password), confirm.as_ref())
}

/// The old password and the new one.
#[derive(InputObject)]
struct ChangePasswordInput {
    /// The password that the account has; not needed if it has none.
    #[graphql(secret)]
    current_password: Option<String>,
    /// The new password: 15 to 256 characters, not one of those that anybody would try first.
    #[graphql(secret)]
    password: String,
    /// The new password once more, if the form asks for it.
    #[graphql(secret)]
    password_confirm: Option<String>,
    /// Whether the account's API keys are revoked, too; they are not if left out.
    revoke_api_keys: Option<bool>,
}

/// Whose password is to be set anew.
#[derive(InputObject)]
struct RequestPasswordResetInput {
    /// The e-mail address; its case does not matter.
    email: String,
}

/// What the link says, and the new password.
#[derive(InputObject)]
struct ResetPasswordInput {
    /// The `token` parameter of the link.
    #[graphql(secret)]
    token: String,
    /// The new password: 15 to 256 characters, not one of those that anybody would try first.
    #[graphql(secret)]
    password: String,
    /// The new password once more, if the form asks for it.
    #[graphql(secret)]
    password_confirm: Option<String>,
}

/// What asking for a new password led to.
#[derive(SimpleObject)]
pub(crate) struct RequestPasswordResetPayload {
    /// What a person can put right: an `email` that is none.
    pub(crate) user_errors: Vec<UserError>,
}

/// What setting a new password led to.
#[derive(SimpleObject)]
pub(crate) struct ResetPasswordPayload {
    /// What a person can put right: a `token` that was used before or is too old, a `password` that is too short.
    pub(crate) user_errors: Vec<UserError>,
}

//! Confirming and changing e-mail addresses.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use secrecy::SecretString;

use super::user::{User, UserPayload};
use crate::graphql::context::ContextExt;
use crate::graphql::error::Result;
use crate::graphql::guard::BySession;
use crate::graphql::user_error::UserError;

#[derive(Default)]
pub(crate) struct EmailMutation;

#[Object]
impl EmailMutation {
    /// Confirms an e-mail address by the link that was sent to it, which is then used up. An address that was asked for
    /// by `requestEmailChange` becomes that of the account, and the old one is told. Anybody with the link may, logged in
    /// or not; nobody is logged in by it.
    ///
    /// Somebody else may have made the account. When its first address is confirmed by whoever is not logged in to it,
    /// other sites' log-ins that were linked before are unlinked, their sessions end, and API keys are revoked.
    async fn verify_email(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the link says.", secret)] input: VerifyEmailInput,
    ) -> Result<UserPayload> {
        let accounts = &ctx.services().accounts;
        let viewer = ctx.viewer();
        let confirmed = accounts
            .confirm_email(&input.token, viewer.known(), ctx.client())
            .await;
        let (confirmed, user_errors) = UserError::split(confirmed)?;
        let user = confirmed.map(|confirmed| confirmed.user);
        let own = viewer
            .known()
            .zip(user)
            .filter(|(viewer, user)| viewer.user == user.id);
        Ok(UserPayload {
            user: own.map(|(viewer, user)| User::new(user, *viewer)),
            user_errors,
        })
    }

    /// Sends the link to confirm an e-mail address once more. Does nothing, and says nothing, if it is confirmed or no
    /// account has it. Anybody may ask for an address; whoever is logged in on a device, with the profile of a grown-up,
    /// may leave it out.
    async fn resend_confirmation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The address that is to be confirmed.")] input: ResendConfirmationInput,
    ) -> Result<ResendConfirmationPayload> {
        let accounts = &ctx.services().accounts;
        let sent = if let Some(email) = input.email {
            accounts.resend_confirmation_to(&email, ctx.client()).await
        } else {
            let viewer = ctx.known_viewer()?;
            accounts.resend_confirmation(&viewer, ctx.client()).await
        };
        let (_, user_errors) = UserError::split(sent)?;
        Ok(ResendConfirmationPayload { user_errors })
    }

    /// Sends a link to a new e-mail address, which becomes that of the account once the link is used. For whoever is
    /// logged in on a device, with the profile of a grown-up. In production the answer for an address that has an account
    /// is the same, and its owner gets a mail.
    #[graphql(guard = "BySession")]
    async fn request_email_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new address, and what shows that the owner asks.", secret)]
        input: RequestEmailChangeInput,
    ) -> Result<UserPayload> {
        let viewer = ctx.known_viewer()?;
        let password = input.password.map(SecretString::from);
        let accounts = &ctx.services().accounts;
        let requested = accounts
            .request_email_change(&viewer, &input.email, password, ctx.client())
            .await;
        UserPayload::own(ctx, requested).await
    }
}

/// What the link of a confirmation mail says.
#[derive(InputObject)]
struct VerifyEmailInput {
    /// The `token` parameter of the link.
    #[graphql(secret)]
    token: String,
}

/// Which address is to be confirmed.
#[derive(InputObject)]
struct ResendConfirmationInput {
    /// The e-mail address; that of the viewer's account, if left out.
    email: Option<String>,
}

/// What asking for the link once more led to.
#[derive(SimpleObject)]
pub(crate) struct ResendConfirmationPayload {
    /// What a person can put right: an `email` that is none.
    pub(crate) user_errors: Vec<UserError>,
}

/// Which address the account is to have.
#[derive(InputObject)]
struct RequestEmailChangeInput {
    /// The new e-mail address. Its case does not matter.
    email: String,
    /// The password of the account; not needed if it has none.
    #[graphql(secret)]
    password: Option<String>,
}

//! The mutation that deletes one's own account.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use secrecy::SecretString;

use crate::domain::viewer::Viewer;
use crate::graphql::context::ContextExt;
use crate::graphql::error::Result;
use crate::graphql::guard::BySession;
use crate::graphql::user_error::UserError;

/// The mutation that deletes an account.
#[derive(Default)]
pub(crate) struct DeleteMutation;

/// The mutation that deletes an account.
#[Object]
impl DeleteMutation {
    /// Deletes the account: the account itself and its sessions at once, what its profiles watched soon after. Counts
    /// that name nobody stay. For whoever is logged in on a device, with the profile of a grown-up.
    #[graphql(guard = "BySession")]
    async fn delete_my_account(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "That it is really the owner.", secret)] input: DeleteMyAccountInput,
    ) -> Result<DeleteMyAccountPayload> {
        let viewer = ctx.known_viewer()?;
        let password = input.password.map(SecretString::from);
        let accounts = &ctx.services().accounts;
        let deleted = accounts
            .delete_account(&viewer, password, ctx.client())
            .await;
        let (erasure, user_errors) = UserError::split(deleted)?;
        if erasure.is_some() {
            ctx.clear_session_cookie();
            ctx.go_on_as(Viewer::Anonymous);
        }
        Ok(DeleteMyAccountPayload {
            confirmation_code: erasure.map(|erasure| erasure.code),
            user_errors,
        })
    }
}

/// That it is really the owner who deletes the account.
#[derive(InputObject)]
struct DeleteMyAccountInput {
    /// The password of the account; not needed if it has none.
    #[graphql(secret)]
    password: Option<String>,
}

/// What deleting the account led to.
#[derive(SimpleObject)]
pub(crate) struct DeleteMyAccountPayload {
    /// What to ask with how far it is, later; null if it was refused.
    confirmation_code: Option<String>,
    /// What a person can put right: a wrong `password`.
    pub(crate) user_errors: Vec<UserError>,
}

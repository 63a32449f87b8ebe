//! Whose lists a mutation changed, so that a client can ask for them with it.

use async_graphql::Context;

use crate::graphql::accounts::Profile;
use crate::graphql::context::ContextExt;
use crate::graphql::error::Result;
use crate::graphql::user_error::UserError;

/// The viewer's profile as it is after a mutation; `None` if that was refused.
pub(super) async fn whose(ctx: &Context<'_>, refused: &[UserError]) -> Result<Option<Profile>> {
    if !refused.is_empty() {
        return Ok(None);
    }
    let viewer = ctx.known_viewer()?;
    Profile::find(ctx, &viewer, viewer.profile).await
}

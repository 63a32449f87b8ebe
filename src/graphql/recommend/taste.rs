//! A profile's taste, as its suggestions go by it.

use async_graphql::{Context, SimpleObject};

use crate::domain::ids::ProfileId;
use crate::graphql::context::ContextExt;
use crate::graphql::error::Result;
use crate::graphql::scalars::DateTime;
use crate::graphql::watching::TasteSource;

/// How much a genre or a person speaks for titles in a profile's suggestions.
#[derive(SimpleObject)]
pub(super) struct TasteWeight {
    /// The genre or person; `muteTaste` mutes it.
    node: TasteSource,
    /// How much it speaks for a title that the profile has not watched, averaged over what it has watched, in watches:
    /// 10 is a director of everything that was watched. Below 0 if it speaks against a title.
    weight: f64,
    /// How many of the titles that the profile watched last it is in; an actor only where among the first three.
    watches: i32,
    /// When the last of them was watched.
    last_watched_at: DateTime,
    /// Whether the profile has muted it. Then its own titles do not speak for other titles of it.
    muted: bool,
}

/// The weights of a profile, those that speak the most first.
pub(super) async fn taste_weights(
    ctx: &Context<'_>,
    profile: ProfileId,
    limit: usize,
) -> Result<Vec<TasteWeight>> {
    let recommend = &ctx.services().recommend;
    let weights = recommend
        .taste_weights(&ctx.visibility(), profile, limit)
        .await?;
    let sources: Vec<_> = weights.iter().map(|weight| weight.source).collect();
    let nodes = TasteSource::list(ctx, &sources).await?;
    let found = weights.into_iter().zip(nodes);
    Ok(found
        .filter_map(|(weight, node)| {
            Some(TasteWeight {
                node: node?,
                weight: weight.weight,
                watches: i32::try_from(weight.watches).unwrap_or(i32::MAX),
                last_watched_at: weight.last_watched_at.into(),
                muted: weight.muted,
            })
        })
        .collect())
}

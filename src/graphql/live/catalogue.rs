//! The subscription `catalogueChanged`: what is new, otherwise, or gone.

use std::time::Duration;

use async_graphql::{Context, Object, Subscription};
use futures::stream::{self, BoxStream, StreamExt};

use super::follow::Follow;
use crate::domain::ids::TitleId;
use crate::domain::listeners::{ItemId, News, Topic};
use crate::graphql::catalog::{Title, titles};
use crate::graphql::context::ContextExt;
use crate::graphql::error::Result;

/// What comes within this time is told once: a file that is loaded is many writes.
const PACE: Duration = Duration::from_secs(1);

#[derive(Default)]
pub(crate) struct CatalogueSubscription;

#[Subscription]
impl CatalogueSubscription {
    /// That the catalogue has changed, at most once a second. Which films and series were added or changed it says of
    /// those that the viewer may see when it is told; of what they may not see, or see no more, it says only that
    /// something is otherwise: so anybody learns that, and when, something was written that they may not see, as what
    /// is not published yet, and nothing of what it was. What opens or closes by its date changes nothing in the catalogue, and is not told. For
    /// everybody.
    async fn catalogue_changed(
        &self,
        ctx: &Context<'_>,
    ) -> Result<BoxStream<'static, Result<CatalogueChange>>> {
        let follow = Follow::begin(ctx, Topic::Catalogue, PACE).await;
        let changes = stream::unfold(follow, |mut follow| async move {
            let news = follow.next().await?;
            Some((news.map(CatalogueChange), follow))
        });
        Ok(changes.boxed())
    }
}

/// That films or series were added, changed or taken away.
pub(crate) struct CatalogueChange(News);

/// That films or series were added, changed or taken away.
#[Object]
impl CatalogueChange {
    /// Those that are new or otherwise, or have other episodes, as far as the viewer may see them now; in no order, a
    /// hundred at most. Empty if what changed may not be seen, or be seen no more: read again what is shown.
    async fn changed(&self, ctx: &Context<'_>) -> Result<Vec<Title>> {
        let ids = self.0.items.iter().filter_map(|item| match item {
            ItemId::Title(id) => Some(*id),
            ItemId::Episode(_) => None,
        });
        let ids: Vec<TitleId> = ids.collect();
        let (catalog, visibility) = (&ctx.services().catalog, ctx.visibility());
        Ok(titles(catalog.titles(&visibility, &ids).await?))
    }

    /// Whether more may have changed than `changed` says, because there was too much of it or the site lost count.
    async fn has_more(&self) -> bool {
        self.0.has_more
    }
}

//! A span for each use case that a request runs, named by its field. Names alone: arguments are secrets sometimes.

use std::sync::Arc;

use async_graphql::extensions::{
    Extension, ExtensionContext, ExtensionFactory, NextResolve, ResolveInfo,
};
use async_graphql::{QueryPathSegment, ServerResult, Value};
use tracing::Instrument;

/// Makes the spans. It costs something for each field, so it is for schemas whose spans somebody sees.
pub(super) struct Traced;

impl ExtensionFactory for Traced {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait::async_trait]
impl Extension for Traced {
    async fn resolve(
        &self,
        ctx: &ExtensionContext<'_>,
        info: ResolveInfo<'_>,
        next: NextResolve<'_>,
    ) -> ServerResult<Option<Value>> {
        // A field without fields has been read before, and an entry of a list is part of the list.
        let is_use_case = !info.field.selection_set.node.items.is_empty()
            && matches!(info.path_node.segment, QueryPathSegment::Name(_));
        if !is_use_case {
            return next.run(ctx, info).await;
        }
        let span = tracing::debug_span!("resolve", parent = info.parent_type, field = info.name);
        next.run(ctx, info).instrument(span).await
    }
}

//! Which sources of values go before which, as curators see and set it.

use async_graphql::{Context, InputObject, SimpleObject};

use super::value_sources::ValueSource;
use crate::domain::catalog::{self, Precedence};
use crate::domain::viewer::KnownViewer;
use crate::graphql::context::ContextExt;
use crate::graphql::editing::in_files;
use crate::graphql::error::Result;
use crate::graphql::user_error::UserError;

/// The order of sources of one field, or of all others.
#[derive(SimpleObject)]
pub(crate) struct SourceOrder {
    /// The field, by its name in files that are loaded; null: all fields that have no order of their own.
    field: Option<String>,
    /// What goes before all else is first. What is not in it goes before nothing, and nothing before it.
    order: Vec<ValueSource>,
    /// Whether it is the one of all fields that holds as long as nobody has set another.
    is_default: bool,
}

/// Which sources are to go before which.
#[derive(InputObject)]
pub(super) struct SetSourcePrecedenceInput {
    /// The field, by its name in files that are loaded (`runtime_minutes`), or as the inputs of edits call it
    /// (`duration`; but a title's `name` is `title`). Null or left out: all fields that have no order of their own.
    field: Option<String>,
    /// What goes before all else is first, each source at most once. An empty list takes the order of the field away, and
    /// that of all fields makes the default again; a list of one source has none go before another.
    order: Vec<ValueSource>,
}

/// What became of setting an order of sources.
#[derive(SimpleObject)]
pub(crate) struct SetSourcePrecedencePayload {
    /// All orders that there are now, that of all fields first; null if nothing was set.
    precedence: Option<Vec<SourceOrder>>,
    /// What a person can put right: a `field` that there is not, a source that is twice in the `order`. Then nothing was
    /// set.
    pub(crate) user_errors: Vec<UserError>,
}

/// All orders, that of all fields first.
pub(super) async fn orders(ctx: &Context<'_>) -> Result<Option<Vec<SourceOrder>>> {
    let precedence = ctx.services().revising.precedence().await?;
    Ok(Some(shown(&precedence)))
}

/// Sets the order of a field.
pub(super) async fn set(
    ctx: &Context<'_>,
    viewer: &KnownViewer,
    input: SetSourcePrecedenceInput,
) -> Result<SetSourcePrecedencePayload> {
    let field = input.field.map(|field| in_files(&field).into_owned());
    let order = input.order.into_iter().map(catalog::ValueSource::from);
    let order: Vec<catalog::ValueSource> = order.collect();
    let revising = &ctx.services().revising;
    let set = revising.set_precedence(viewer, ctx.client(), field.as_deref(), &order);
    let (precedence, user_errors) = UserError::split(set.await)?;
    Ok(SetSourcePrecedencePayload {
        precedence: precedence.as_ref().map(shown),
        user_errors,
    })
}

fn shown(precedence: &Precedence) -> Vec<SourceOrder> {
    let every = SourceOrder {
        field: None,
        order: in_schema(precedence.order_of(Precedence::EVERY_FIELD)),
        is_default: !precedence.orders.contains_key(Precedence::EVERY_FIELD),
    };
    let of_fields = precedence.orders.iter();
    let of_fields = of_fields.filter(|(field, _)| *field != Precedence::EVERY_FIELD);
    let of_fields = of_fields.map(|(field, order)| SourceOrder {
        field: Some(field.clone()),
        order: in_schema(order),
        is_default: false,
    });
    std::iter::once(every).chain(of_fields).collect()
}

fn in_schema(order: &[catalog::ValueSource]) -> Vec<ValueSource> {
    order.iter().copied().map(Into::into).collect()
}

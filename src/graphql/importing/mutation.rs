//! Having an import applied or undone, deciding its rows, and forgetting it.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use super::import::Import;
use super::job::Job;
use super::row::ImportRow;
use crate::domain::ids::ImportId;
use crate::domain::importing::{self, ImportError};
use crate::domain::watching::WatchedItem;
use crate::domain::working;
use crate::graphql::context::ContextExt;
use crate::graphql::error::Result;
use crate::graphql::global_id::GlobalId;
use crate::graphql::guard::MayWatch;
use crate::graphql::user_error::UserError;

/// What is done with imports.
#[derive(Default)]
pub(crate) struct ImportMutation;

/// What is done with imports.
#[Object]
impl ImportMutation {
    /// Puts what an import of the viewer's profile says into the history, the thumbs and the watchlist: a job does, row by
    /// row. What is there already stays as it is, so that the same file twice changes nothing; what may not be seen any more
    /// by then is passed over; of what was watched on a day that nobody knows it is said that it was watched. Nothing of it
    /// counts as watched today. For whoever is logged in; an API key needs the scope `WATCH`.
    #[graphql(guard = "MayWatch")]
    async fn start_import(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The import that is to be applied.")] input: StartImportInput,
    ) -> Result<ImportPayload> {
        let viewer = ctx.known_viewer()?;
        let begun = match import_id(&input.import) {
            Some(id) => {
                let (importing, visibility) = (&ctx.services().importing, ctx.visibility());
                importing.start(&visibility, &viewer, id).await
            }
            None => Err(ImportError::ImportNotFound),
        };
        ImportPayload::of(begun)
    }

    /// Takes back what an import brought: a job does. What the viewer said or played otherwise, and what another import says
    /// as well, stays. The import can be begun anew. For whoever is logged in; an API key needs the scope `WATCH`.
    #[graphql(guard = "MayWatch")]
    async fn undo_import(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The import that is to be undone.")] input: UndoImportInput,
    ) -> Result<ImportPayload> {
        let viewer = ctx.known_viewer()?;
        let begun = match import_id(&input.import) {
            Some(id) => ctx.services().importing.undo(&viewer, id).await,
            None => Err(ImportError::ImportNotFound),
        };
        ImportPayload::of(begun)
    }

    /// Says what a row of an import is, or that it is to be left out. Of an import that is applied, what the row brought
    /// goes, and what it brings now comes, at once. For whoever is logged in; an API key needs the scope `WATCH`.
    #[graphql(guard = "MayWatch")]
    async fn decide_import_row(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The row, and what it is.")] input: DecideImportRowInput,
    ) -> Result<DecideImportRowPayload> {
        let viewer = ctx.known_viewer()?;
        let item = match input.item.as_ref().map(GlobalId::decode) {
            None => Ok(None),
            Some(Some(GlobalId::Film(id))) => Ok(Some(WatchedItem::Film(id))),
            Some(Some(GlobalId::Series(id))) => Ok(Some(WatchedItem::Series(id))),
            Some(Some(GlobalId::Episode(id))) => Ok(Some(WatchedItem::Episode(id))),
            Some(_) => Err(ImportError::ItemNotFound),
        };
        let decided = match (GlobalId::decode(&input.row), item) {
            (Some(GlobalId::ImportRow(import, number)), Ok(item)) => {
                let (importing, visibility) = (&ctx.services().importing, ctx.visibility());
                importing
                    .decide(&visibility, &viewer, (import, number), item)
                    .await
            }
            (Some(GlobalId::ImportRow(..)), Err(error)) => Err(error),
            _ => Err(ImportError::RowNotFound),
        };
        let (row, user_errors) = UserError::split(decided)?;
        Ok(DecideImportRowPayload {
            row: row.map(ImportRow),
            user_errors,
        })
    }

    /// Forgets an import and its rows. What it brought stays, also when another import that says the same is undone later,
    /// and can be undone no more. For whoever is logged in; an API key needs the scope `WATCH`.
    #[graphql(guard = "MayWatch")]
    async fn discard_import(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The import that is to be forgotten.")] input: DiscardImportInput,
    ) -> Result<DiscardImportPayload> {
        let viewer = ctx.known_viewer()?;
        let discarded = match import_id(&input.import) {
            Some(id) => ctx.services().importing.discard(&viewer, id).await,
            None => Err(ImportError::ImportNotFound),
        };
        let (_, user_errors) = UserError::split(discarded)?;
        Ok(DiscardImportPayload {
            discarded: user_errors.is_empty().then_some(input.import),
            user_errors,
        })
    }
}

fn import_id(id: &ID) -> Option<ImportId> {
    match GlobalId::decode(id) {
        Some(GlobalId::Import(id)) => Some(id),
        _ => None,
    }
}

/// Which import is to be applied.
#[derive(InputObject)]
struct StartImportInput {
    /// The global id of the import.
    import: ID,
}

/// Which import is to be undone.
#[derive(InputObject)]
struct UndoImportInput {
    /// The global id of the import.
    import: ID,
}

/// Which import is to be forgotten.
#[derive(InputObject)]
struct DiscardImportInput {
    /// The global id of the import.
    import: ID,
}

/// What a row of an import is.
#[derive(InputObject)]
struct DecideImportRowInput {
    /// The global id of the row.
    row: ID,
    /// The global id of the film, series or episode; left out or null: the row is left out.
    item: Option<ID>,
}

/// What became of beginning to apply or undo an import.
#[derive(SimpleObject)]
pub(crate) struct ImportPayload {
    /// The import, which is at work now; null if it was refused.
    import: Option<Import>,
    /// The job that does it: `jobUpdated` tells how far it is. Null if it was refused.
    job: Option<Job>,
    /// What a person can put right: an `import` that is not there, is at work, or is in another state than it must be.
    pub(crate) user_errors: Vec<UserError>,
}

impl ImportPayload {
    fn of(
        begun: std::result::Result<(importing::Import, working::Job), ImportError>,
    ) -> Result<Self> {
        let (begun, user_errors) = UserError::split(begun)?;
        let (import, job) = begun.unzip();
        Ok(Self {
            import: import.map(Import),
            job: job.map(Job),
            user_errors,
        })
    }
}

/// What became of deciding a row.
#[derive(SimpleObject)]
pub(crate) struct DecideImportRowPayload {
    /// The row as it is now; null if it was refused.
    row: Option<ImportRow>,
    /// What a person can put right: a `row` or an `item` that is not there, or does not fit what the row says; an `import`
    /// that is at work.
    pub(crate) user_errors: Vec<UserError>,
}

/// What became of forgetting an import.
#[derive(SimpleObject)]
pub(crate) struct DiscardImportPayload {
    /// The global id of the import that is no more; null if it was refused.
    discarded: Option<ID>,
    /// What a person can put right: an `import` that is not there, or is at work.
    pub(crate) user_errors: Vec<UserError>,
}

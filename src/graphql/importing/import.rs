//! An import, as the profile that made it sees it.

use async_graphql::{Context, Enum, ID, Object, SimpleObject};

use super::job::Job;
use super::row::{ImportRow, ImportRowEdge, ImportRowState};
use crate::domain::ids::{ImportId, ProfileId};
use crate::domain::importing;
use crate::graphql::context::ContextExt;
use crate::graphql::cursor::{Cursor, Order};
use crate::graphql::error::Result;
use crate::graphql::global_id::GlobalId;
use crate::graphql::page::{Connection, Edge, PageArgs};
use crate::graphql::scalars::DateTime;
use crate::graphql::total::Total;

static ROWS: Order = Order::by_number("rows of an import");

/// The service that a file is from.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "importing::ImportFormat")]
enum ImportFormat {
    /// The archive of Trakt, with plays, ratings and the watchlist.
    Trakt,
    /// The export of Simkl, as JSON or as a table.
    Simkl,
    /// The archive of TV Time, which knows no ids.
    TvTime,
    /// The archive of Letterboxd: its diary knows days.
    Letterboxd,
    /// A list or the ratings of IMDb.
    Imdb,
    /// The viewing activity of Netflix.
    Netflix,
    /// The watch history of Prime Video.
    Prime,
    /// The playback reports of Jellyfin.
    Jellyfin,
    /// The history of Plex, as Tautulli exports it.
    Plex,
}

/// How far an import is.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "importing::ImportState")]
enum ImportState {
    /// It was read and matched; nothing of it is in the history. It is kept for seven days.
    Preview,
    /// A job puts it into the history.
    Running,
    /// All that was matched is in the history.
    Done,
    /// Its job failed half-way: begin it anew, or undo what was done.
    Failed,
    /// A job takes back what it brought.
    Undoing,
    /// What it brought is gone; it can be begun anew.
    Undone,
}

/// How many rows of an import became what.
#[derive(SimpleObject)]
struct ImportCounts {
    /// Rows that are one thing of the catalogue.
    matched: u64,
    /// Rows that may be one of several things.
    ambiguous: u64,
    /// Rows that are nothing of the catalogue.
    unmatched: u64,
    /// Rows that say nothing that is imported, or were left out by hand.
    passed_over: u64,
}

/// An import of a profile.
pub(crate) struct Import(pub(super) importing::Import);

impl Import {
    /// The import of a profile that has this id.
    pub(crate) async fn find(
        ctx: &Context<'_>,
        profile: ProfileId,
        id: ImportId,
    ) -> Result<Option<Self>> {
        let found = ctx.services().importing.find(profile, id).await?;
        Ok(found.map(Self))
    }
}

/// What a profile brings from elsewhere with one file. It begins as a preview, which `startImport` applies.
#[Object]
impl Import {
    /// The global id, which `node` takes: opaque text that stays the same.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::Import(self.0.id).encode()
    }

    /// What the file is called.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The service that the file is from; of several, the one with the most rows.
    async fn format(&self) -> ImportFormat {
        self.0.format.into()
    }

    /// How far it is: a preview, being applied, applied or undone.
    async fn state(&self) -> ImportState {
        self.0.state.into()
    }

    /// When the file was sent.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// What is good to know about the file, as sentences in English, in no order of importance, at most 50.
    async fn notes(&self) -> Vec<String> {
        let notes = self.0.notes.iter();
        notes.map(importing::ImportNote::words).collect()
    }

    /// How many of its rows were matched, and how many not.
    async fn counts(&self, ctx: &Context<'_>) -> Result<Option<ImportCounts>> {
        let counted = ctx.services().importing.counts(&self.0).await?;
        let [matched, ambiguous, unmatched, passed_over] = counted;
        Ok(Some(ImportCounts {
            matched,
            ambiguous,
            unmatched,
            passed_over,
        }))
    }

    /// Its rows in their order: those that say something, then those that the reader passed over. Page by page in
    /// either direction: `first` and `after`, or `last` and `before`; a page has 20 rows if neither says how many.
    async fn rows(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the start, or after `after`, 1 to 100.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only those after this cursor; `BAD_CURSOR` if it is of another list.")]
        after: Option<String>,
        #[graphql(desc = "How many from the end, or before `before`, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor; `BAD_CURSOR` if it is of another list.")]
        before: Option<String>,
        #[graphql(desc = "Only rows in one of these states; all if left out or empty.")]
        state: Option<Vec<ImportRowState>>,
    ) -> Result<Option<ImportRowConnection>> {
        let window = PageArgs::both(first, after, last, before).window(&ROWS, 20)?;
        let states: Vec<importing::RowState> = state
            .unwrap_or_default()
            .into_iter()
            .map(Into::into)
            .collect();
        let importing = &ctx.services().importing;
        let slice = importing.rows(&self.0, &states, &window).await?;
        let slice = slice.map(|row| {
            let cursor = ROWS.cursor(importing::place_of_row(&row));
            ImportRowEdge::new(cursor, ImportRow(row))
        });
        Ok(Some(Connection::new(slice, &window, Total::Uncounted)))
    }

    /// The latest job of it; null if it was never applied, or the job is over for more than a month.
    async fn job(&self, ctx: &Context<'_>) -> Result<Option<Job>> {
        match self.0.job {
            Some(id) => Job::find(ctx, self.0.profile, id).await,
            None => Ok(None),
        }
    }
}

/// A page of the rows of an import.
type ImportRowConnection = Connection<ImportRowEdge>;

/// A page of imports.
pub(super) type ImportConnection = Connection<ImportEdge>;

/// An import, as a row of a page.
#[derive(SimpleObject)]
pub(crate) struct ImportEdge {
    /// The cursor of this row: give it as `after` to go on behind it, or as `before` to go back.
    cursor: Cursor,
    /// The import in this row.
    node: Import,
}

impl ImportEdge {
    /// A row of a list of imports.
    pub(super) fn new(cursor: Cursor, node: Import) -> Self {
        Self { cursor, node }
    }
}

impl Edge for ImportEdge {
    type Node = Import;
    const CONNECTION: &'static str = "ImportConnection";

    fn node(&self) -> &Import {
        &self.node
    }

    fn cursor(&self) -> &Cursor {
        &self.cursor
    }
}

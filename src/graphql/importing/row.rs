//! The rows of an import: what each says, and what it was found to be.

use async_graphql::{Context, Enum, ID, Object, SimpleObject, Union};
use futures::future::try_join_all;

use crate::domain::ids::{ImportId, ProfileId};
use crate::domain::importing::{self, ImportedAt, ImportedWhat};
use crate::graphql::catalog::{Episode, Film, Series, find_item};
use crate::graphql::context::ContextExt;
use crate::graphql::cursor::Cursor;
use crate::graphql::error::Result;
use crate::graphql::global_id::GlobalId;
use crate::graphql::page::Edge;
use crate::graphql::scalars::{Date, DateTime};

/// What became of matching a row.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "importing::RowState")]
pub(crate) enum ImportRowState {
    /// It is one thing of the catalogue.
    Matched,
    /// It may be one of several things, which `candidates` lists.
    Ambiguous,
    /// It is nothing of the catalogue; `candidates` lists what is called alike.
    Unmatched,
    /// It says nothing that is imported, was left out by hand, or is of what is not there any more; `reason` says why.
    PassedOver,
}

/// What a row says of its item.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
enum ImportRowKind {
    /// It was watched: a play in the history, or a mark where no day is known.
    Watched,
    /// It was rated: from 7 of 10 on a thumb up, up to 4 a thumb down.
    Rated,
    /// It was put on a watchlist.
    Watchlisted,
}

/// How it was found out what a row is.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "importing::FoundBy")]
enum ImportMatch {
    /// By an id that it has elsewhere.
    Id,
    /// By its kind, its name and its year.
    NameAndYear,
    /// By its kind and name, and a year that is one more or less.
    NearYear,
    /// By its kind and name; the file says no year.
    Name,
    /// The viewer decided it by hand.
    Viewer,
}

/// What a row of an import may be.
#[derive(Union)]
pub(crate) enum ImportItem {
    Film(Film),
    Series(Series),
    Episode(Episode),
}

/// A row of an import.
pub(crate) struct ImportRow(pub(super) importing::ImportRow);

impl ImportRow {
    /// The row of an import of a profile that has this number.
    pub(crate) async fn find(
        ctx: &Context<'_>,
        profile: ProfileId,
        (import, number): (ImportId, u32),
    ) -> Result<Option<Self>> {
        let importing = &ctx.services().importing;
        let found = importing.find_row(profile, import, number).await?;
        Ok(found.map(Self))
    }
}

/// A row of an import: what the file says, and what of the catalogue it is.
#[Object]
impl ImportRow {
    /// The global id, which `node` takes: opaque text that stays the same.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::ImportRow(self.0.import, self.0.number).encode()
    }

    /// The name of the file: the one inside the archive, or that of the upload.
    async fn file(&self) -> &str {
        &self.0.file
    }

    /// The line in its file, or the place in its list, from 1.
    async fn line(&self) -> u32 {
        self.0.line
    }

    /// What the file calls it, with year, season and number as far as it has them; may be empty.
    async fn text(&self) -> &str {
        &self.0.text
    }

    /// What the row says of its item; null if it says nothing that could be imported.
    async fn kind(&self) -> Option<ImportRowKind> {
        let said = self.0.said.as_ref();
        said.map(|said| match said.what {
            ImportedWhat::Watched { .. } => ImportRowKind::Watched,
            ImportedWhat::Rating { .. } => ImportRowKind::Rated,
            ImportedWhat::Watchlist => ImportRowKind::Watchlisted,
        })
    }

    /// When that was, in UTC; null if the file says a day alone, or nothing.
    async fn at(&self) -> Option<DateTime> {
        match self.0.said.as_ref().and_then(|said| said.at) {
            Some(ImportedAt::Moment(at)) => Some(at.into()),
            Some(ImportedAt::Day(_)) | None => None,
        }
    }

    /// The day of it, the same in every time zone; null if the file says the time, or nothing.
    async fn day(&self) -> Option<Date> {
        match self.0.said.as_ref().and_then(|said| said.at) {
            Some(ImportedAt::Day(day)) => Some(Date(day)),
            Some(ImportedAt::Moment(_)) | None => None,
        }
    }

    /// What became of matching it.
    async fn state(&self) -> ImportRowState {
        self.0.state.into()
    }

    /// Why it is passed over, in English, to go on after what it is about; null if it is not.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }

    /// How it was found out what it is; null if it was not.
    async fn matched_by(&self) -> Option<ImportMatch> {
        self.0.found.map(|found| found.by.into())
    }

    /// What of the catalogue it is; null if that is not known, or the viewer may not see it.
    async fn item(&self, ctx: &Context<'_>) -> Result<Option<ImportItem>> {
        match self.0.found {
            Some(found) => find_item::<ImportItem>(ctx, found.is.item).await,
            None => Ok(None),
        }
    }

    /// What else it may be, at most ten; empty if it was matched. Of an `UNMATCHED` row what is called so in another year, or
    /// else what is only called alike, the nearest year first: nothing is matched by that, a person may choose it.
    async fn candidates(&self, ctx: &Context<'_>) -> Result<Vec<ImportItem>> {
        let found = self.0.candidates.iter();
        let found = found.map(|candidate| find_item::<ImportItem>(ctx, candidate.item));
        let found = try_join_all(found).await?;
        Ok(found.into_iter().flatten().collect())
    }

    /// Whether what it says is in the history, the thumbs or the watchlist by this import.
    async fn brought(&self) -> bool {
        let effect = self.0.effect.as_ref();
        effect.is_some_and(|effect| effect.is_own)
    }
}

/// A row of an import, as a row of a page.
#[derive(SimpleObject)]
pub(crate) struct ImportRowEdge {
    /// The cursor of this row: give it as `after` to go on behind it, or as `before` to go back.
    cursor: Cursor,
    /// The row of the import.
    node: ImportRow,
}

impl ImportRowEdge {
    /// A row of a page of rows.
    pub(super) fn new(cursor: Cursor, node: ImportRow) -> Self {
        Self { cursor, node }
    }
}

impl Edge for ImportRowEdge {
    type Node = ImportRow;
    const CONNECTION: &'static str = "ImportRowConnection";

    fn node(&self) -> &ImportRow {
        &self.node
    }

    fn cursor(&self) -> &Cursor {
        &self.cursor
    }
}

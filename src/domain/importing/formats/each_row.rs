//! The rows of a table, each read by the same function.

use crate::domain::importing::cells::Cells as _;
use crate::domain::importing::file::ImportFormat;
use crate::domain::importing::problem::ImportProblem;
use crate::domain::importing::reading::{Place, Reading, RowResult};
use crate::domain::importing::sheet::{Row, Sheet};

/// Which columns tell what and whose a row is.
pub(super) struct Columns<'c> {
    /// What the row is about: the first of them that is filled.
    pub(super) value: &'c [&'c str],
    /// Whose it is; empty where files have the rows of one person.
    pub(super) profile: &'c [&'c str],
}

/// Takes what each row says.
pub(super) fn each_row(
    format: ImportFormat,
    sheet: &Sheet<'_>,
    columns: &Columns<'_>,
    reading: &mut Reading<'_>,
    mut read: impl FnMut(&Row<'_>, &mut Reading<'_>) -> RowResult,
) -> Result<(), ImportProblem> {
    for row in sheet.rows() {
        let row = row?;
        let said = read(&row, reading);
        let profile = row.first(columns.profile);
        let place = Place {
            format,
            file: sheet.file,
            row: row.line,
            profile: (!profile.is_empty()).then_some(profile),
        };
        reading.take(place, row.first(columns.value), said)?;
    }
    Ok(())
}

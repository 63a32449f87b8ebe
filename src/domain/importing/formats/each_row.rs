//! The rows of a table, each read by the same function, and the order of the dates in them.

use crate::domain::importing::cells::Cells as _;
use crate::domain::importing::day_order::{DayOrder, day_order};
use crate::domain::importing::file::ImportFormat;
use crate::domain::importing::problem::{ImportProblem, MAX_ROWS};
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

/// The order of the dates in a table, each in the first of these columns that is filled. What there is to note about it is
/// noted.
pub(super) fn order_of_dates(
    sheet: &Sheet<'_>,
    columns: &[&str],
    reading: &mut Reading<'_>,
) -> Result<DayOrder, ImportProblem> {
    let rows = sheet.rows().take(MAX_ROWS).filter_map(Result::ok);
    let dates = rows.map(|row| row.first(columns).to_owned());
    let (order, note) = day_order(sheet.file, dates, reading.options)?;
    if let Some(note) = note {
        reading.note(note);
    }
    Ok(order)
}

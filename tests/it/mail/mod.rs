//! Mail, by a real mail server: once, later if need be, and with nothing secret where it waits.

mod running;
mod sending;

use std::path::Path;

use rusqlite::Connection;

/// Whom the mail comes from.
const FROM: &str = "Example <no-reply@example.org>";

/// The mail in the queue of a database file, as everything that its rows say.
fn waiting(folder: &Path) -> Vec<String> {
    rows(folder, "SELECT * FROM mails ORDER BY id")
}

fn rows(folder: &Path, query: &str) -> Vec<String> {
    let connection = Connection::open(folder.join("reelgraph.sqlite")).unwrap();
    let mut statement = connection.prepare(query).unwrap();
    let columns = statement.column_count();
    let read = |row: &rusqlite::Row<'_>| {
        let cells = (0..columns).map(|column| row.get::<_, rusqlite::types::Value>(column));
        Ok(format!("{:?}", cells.collect::<Result<Vec<_>, _>>()?))
    };
    let rows = statement.query_map([], read).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

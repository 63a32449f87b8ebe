//! Which sources of values go before which, as rows.

use rusqlite::Connection;

use crate::adapters::sqlite::columns::{Json, Record, TableRecord, record};
use crate::adapters::sqlite::statements::{execute, readable};
use crate::domain::catalog::{Precedence, ValueSource};
use crate::domain::error::StoreError;

/// What orders are called that cannot be read.
const PRECEDENCE: &str = "source_precedence";

record! {
    struct OrderRow in source_precedence by (field: String) {
        sources: Json<Vec<ValueSource>>,
    }
}

/// All orders that were set.
pub(super) fn read(connection: &Connection) -> rusqlite::Result<Precedence> {
    // A later version may know of other sources.
    let (rows, _) = readable(connection, PRECEDENCE, OrderRow::SELECT, (), OrderRow::read)?;
    let orders = rows.into_iter().map(|row| (row.field, row.sources.0));
    Ok(Precedence {
        orders: orders.collect(),
    })
}

/// Puts the order of a field, or takes it away.
pub(super) fn put(
    connection: &Connection,
    field: String,
    order: Vec<ValueSource>,
) -> Result<(), StoreError> {
    if order.is_empty() {
        let sql = "DELETE FROM source_precedence WHERE field = ?1";
        return execute(connection, sql, [field]).map(drop);
    }
    let row = OrderRow {
        field,
        sources: Json(order),
    };
    execute(connection, OrderRow::REPLACE, &*row.parameters()).map(drop)
}

//! An e-mail address as a column.

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};

use crate::domain::accounts::EmailAddress;

/// Checked when it is read. An error does not repeat it: errors are logged.
pub(super) struct Email(pub(super) EmailAddress);

impl ToSql for Email {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.as_str().into())
    }
}

impl FromSql for Email {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        EmailAddress::parse(value.as_str()?)
            .map(Self)
            .map_err(FromSqlError::other)
    }
}

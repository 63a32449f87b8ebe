//! An e-mail address as a column.

use rusqlite::types::{FromSql, FromSqlResult, ToSql, ToSqlOutput, ValueRef};

use crate::domain::accounts::EmailAddress;

/// Read as it is: versions before spelt some otherwise.
pub(super) struct Email(pub(super) EmailAddress);

impl ToSql for Email {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.as_str().into())
    }
}

impl FromSql for Email {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_str().map(EmailAddress::stored).map(Self)
    }
}

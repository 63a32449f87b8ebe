//! The lists of titles that profiles keep by hand: a table each, of the same columns.

use rusqlite::{Connection, Result};

use super::exclusions::refuse_erased;
use crate::adapters::sqlite::columns::{TableRecord, Time, only, read, record, stamp, unsigned};
use crate::adapters::sqlite::db::store_error;
use crate::adapters::sqlite::page::List;
use crate::adapters::sqlite::statements::{all, exists, insert, one, write};
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::watching::{ListedTitle, TitleList, WatchError};

/// Makes the rows of a table that holds a list.
macro_rules! list_rows {
    ($($row:ident in $table:ident;)+) => {$(
        record! {
            struct $row in $table by (profile: i64, title: i64) {
                revision: i64,
                created_at: Time,
                updated_at: Time,
            }
        }

        impl From<&ListedTitle> for $row {
            fn from(listed: &ListedTitle) -> Self {
                Self {
                    profile: listed.profile.to_i64(),
                    title: listed.title.to_i64(),
                    revision: listed.stamp.revision.cast_signed(),
                    created_at: Time(listed.stamp.created_at),
                    updated_at: Time(listed.stamp.updated_at),
                }
            }
        }

        impl From<$row> for ListedTitle {
            fn from(row: $row) -> Self {
                Self {
                    profile: ProfileId::from_i64(row.profile),
                    title: TitleId::from_i64(row.title),
                    stamp: stamp(row.revision, row.created_at, row.updated_at),
                }
            }
        }
    )+};
}

list_rows! {
    HiddenRow in hidden_titles;
    WatchlistRow in watchlist;
}

/// The table of a list.
fn table(list: TitleList) -> &'static str {
    match list {
        TitleList::Hidden => "hidden_titles",
        TitleList::Watchlist => "watchlist",
    }
}

/// A profile's titles, the last added first.
pub(super) fn listed_titles(profile: ProfileId, list: TitleList) -> List<ListedTitle> {
    let (select, read_row): (_, fn(&rusqlite::Row<'_>) -> Result<ListedTitle>) = match list {
        TitleList::Hidden => (HiddenRow::SELECT, read::<HiddenRow, _>),
        TitleList::Watchlist => (WatchlistRow::SELECT, read::<WatchlistRow, _>),
    };
    List {
        kind: Some(table(list)),
        select,
        table: table(list),
        index: Some(latest(list)),
        condition: "profile = ?1",
        scope: vec![profile.to_i64()],
        time: "created_at",
        is_latest_first: true,
        id: "title",
        read: read_row,
    }
}

/// How many rows a profile's list has of each title.
pub(super) fn count_by_title(
    connection: &Connection,
    profile: ProfileId,
    list: TitleList,
) -> Result<Vec<(TitleId, u64)>> {
    listed_titles(profile, list).count_by_title(connection, latest(list))
}

/// Puts a title on a list, unless it is there or `most` others are.
pub(super) fn put(
    connection: &Connection,
    list: TitleList,
    listed: &ListedTitle,
    most: u64,
) -> std::result::Result<(), WatchError> {
    let profile = listed.profile.to_i64();
    refuse_erased(connection, listed.profile)?;
    let table = table(list);
    let key = [profile, listed.title.to_i64()];
    let is_there = format!("SELECT 1 FROM {table} WHERE profile = ?1 AND title = ?2");
    if exists(connection, &is_there, key).map_err(store_error)? {
        return Ok(());
    }
    let count = format!("SELECT count(*) FROM {table} WHERE profile = ?1");
    if one(connection, &count, [profile], unsigned).map_err(store_error)? >= most {
        return Err(list.full(most));
    }
    match list {
        TitleList::Hidden => insert(connection, &HiddenRow::from(listed))?,
        TitleList::Watchlist => insert(connection, &WatchlistRow::from(listed))?,
    }
    Ok(())
}

/// Takes a title off a list, if it is there.
pub(super) fn remove(
    connection: &Connection,
    list: TitleList,
    profile: ProfileId,
    title: TitleId,
) -> Result<()> {
    let table = table(list);
    let sql = format!("DELETE FROM {table} WHERE profile = ?1 AND title = ?2");
    write(connection, &sql, [profile.to_i64(), title.to_i64()]).map(drop)
}

/// Which titles of a JSON array of ids a profile has on a list.
pub(super) fn listed_among(
    connection: &Connection,
    profile: ProfileId,
    list: TitleList,
    titles: &str,
) -> Result<Vec<TitleId>> {
    let table = table(list);
    let sql = format!(
        "SELECT title FROM {table}
         WHERE profile = ?1 AND title IN (SELECT value FROM json_each(?2))"
    );
    all(connection, &sql, (profile.to_i64(), titles), |row| {
        only(row).map(TitleId::from_i64)
    })
}

/// The index that runs in the order of a list.
fn latest(list: TitleList) -> &'static str {
    match list {
        TitleList::Hidden => "hidden_titles_latest",
        TitleList::Watchlist => "watchlist_latest",
    }
}

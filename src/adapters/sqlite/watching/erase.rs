//! Erasing a profile. The watched titles go first: an update always changes a watched title, and finds none that it may
//! change or make.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, Row};

use super::entries;
use crate::adapters::sqlite::columns::{Time, only, read, record, unsigned};
use crate::adapters::sqlite::db::{SqliteDb, store_error};
use crate::adapters::sqlite::statements::{all, exists, find, write};
use crate::domain::error::StoreError;
use crate::domain::ids::{ProfileId, TitleId};

/// How many rows go in one transaction: other writes wait for that long and no longer.
const BATCH: i64 = 1000;
const PUT_TOMBSTONE: &str = "INSERT OR IGNORE INTO erased_profiles (trace) VALUES (?1)";

/// Removes everything of a profile, and leaves its tombstone.
pub(super) async fn erase(db: &SqliteDb, profile: ProfileId) -> Result<(), StoreError> {
    for step in [
        mark,
        wipe_log,
        remove_watched_titles,
        remove_plays,
        remove_states,
        remove_hidden,
        remove_watchlist,
        remove_mutes,
        forget_fold,
    ] {
        while db
            .write(move |connection| step(connection, profile).map_err(store_error))
            .await?
            == BATCH
        {}
    }
    Ok(())
}

/// Whether nothing of a profile may be recorded.
pub(in crate::adapters::sqlite) fn is_erased(
    connection: &Connection,
    profile: ProfileId,
) -> rusqlite::Result<bool> {
    let sql = "SELECT 1 FROM erased_profiles WHERE trace = ?1";
    exists(connection, sql, [profile.tombstone()])
}

/// The tombstones that follow.
pub(super) fn tombstones_after(
    connection: &Connection,
    after: Option<String>,
    limit: i64,
) -> rusqlite::Result<Vec<String>> {
    let sql = "SELECT trace FROM erased_profiles WHERE trace > ?1 ORDER BY trace LIMIT ?2";
    all(connection, sql, (after.unwrap_or_default(), limit), only)
}

/// Those that were put after a moment, in that order.
pub(super) fn tombstones_since(
    connection: &Connection,
    (at, tombstone): &(DateTime<Utc>, String),
    limit: i64,
) -> rusqlite::Result<Vec<(DateTime<Utc>, String)>> {
    let sql = "SELECT trace, created_at FROM erased_profiles WHERE (created_at, trace) > (?1, ?2)
         ORDER BY created_at, trace LIMIT ?3";
    let put = |row: &Row<'_>| Ok((row.get::<_, Time>("created_at")?.0, row.get("trace")?));
    all(connection, sql, (Time(*at), tombstone, limit), put)
}

/// Lets nothing be recorded of the profiles with these tombstones.
pub(super) fn put_tombstones(
    connection: &Connection,
    tombstones: &[String],
) -> rusqlite::Result<()> {
    for tombstone in tombstones {
        write(connection, PUT_TOMBSTONE, [tombstone])?;
        entries::close(connection, tombstone)?;
        entries::wipe(connection, tombstone, i64::MAX)?;
    }
    Ok(())
}

fn mark(connection: &Connection, profile: ProfileId) -> rusqlite::Result<i64> {
    let tombstone = profile.tombstone();
    write(connection, PUT_TOMBSTONE, [&tombstone])?;
    entries::close(connection, &tombstone)?;
    Ok(0)
}

fn wipe_log(connection: &Connection, profile: ProfileId) -> rusqlite::Result<i64> {
    entries::wipe(connection, &profile.tombstone(), BATCH)
}

fn forget_fold(connection: &Connection, profile: ProfileId) -> rusqlite::Result<i64> {
    let sql = "DELETE FROM watch_log_folds WHERE log = ?1";
    write(connection, sql, [profile.tombstone()])?;
    Ok(0)
}

fn remove_watched_titles(connection: &Connection, profile: ProfileId) -> rusqlite::Result<i64> {
    let count = "INSERT INTO departed_viewers (title, viewers)
         SELECT title, 1 FROM watched_titles WHERE profile = ?1 ORDER BY title LIMIT ?2
         ON CONFLICT (title) DO UPDATE SET
            viewers = viewers + 1, waiting = 1, updated_at = excluded.updated_at";
    write(connection, count, [profile.to_i64(), BATCH])?;
    remove(connection, profile, "watched_titles", "title")
}

fn remove_plays(connection: &Connection, profile: ProfileId) -> rusqlite::Result<i64> {
    remove(connection, profile, "plays", "id")
}

fn remove_states(connection: &Connection, profile: ProfileId) -> rusqlite::Result<i64> {
    remove(connection, profile, "watch_states", "kind, item")
}

fn remove_hidden(connection: &Connection, profile: ProfileId) -> rusqlite::Result<i64> {
    remove(connection, profile, "hidden_titles", "title")
}

fn remove_watchlist(connection: &Connection, profile: ProfileId) -> rusqlite::Result<i64> {
    remove(connection, profile, "watchlist", "title")
}

fn remove_mutes(connection: &Connection, profile: ProfileId) -> rusqlite::Result<i64> {
    remove(connection, profile, "mutes", "kind, source")
}

/// Removes some rows of a table whose key is the profile and this, and says how many.
fn remove(
    connection: &Connection,
    profile: ProfileId,
    table: &str,
    key: &str,
) -> rusqlite::Result<i64> {
    let sql = format!(
        "DELETE FROM {table} WHERE profile = ?1 AND ({key}) IN
         (SELECT {key} FROM {table} WHERE profile = ?1 ORDER BY {key} LIMIT ?2)"
    );
    let removed = write(connection, &sql, [profile.to_i64(), BATCH])?;
    Ok(i64::try_from(removed).unwrap_or(BATCH))
}

record! {
    struct Departed {
        title: i64,
        viewers: i64,
    }
}

/// How many departed watchers each title has, in the order asked.
pub(super) fn departed(connection: &Connection, titles: &[TitleId]) -> rusqlite::Result<Vec<u64>> {
    let sql = "SELECT viewers FROM departed_viewers WHERE title = ?1";
    let watchers = |title: &TitleId| find(connection, sql, [title.to_i64()], unsigned);
    titles
        .iter()
        .map(|title| watchers(title).map(Option::unwrap_or_default))
        .collect()
}

/// The numbers that wait for projection, by title.
pub(super) fn unprojected(
    connection: &Connection,
    limit: i64,
) -> rusqlite::Result<Vec<(TitleId, u64)>> {
    let sql =
        "SELECT title, viewers FROM departed_viewers WHERE waiting = 1 ORDER BY title LIMIT ?1";
    all(connection, sql, [limit], read::<Departed, _>)
}

impl From<Departed> for (TitleId, u64) {
    fn from(row: Departed) -> Self {
        (TitleId::from_i64(row.title), row.viewers.cast_unsigned())
    }
}

/// Marks all numbers as waiting.
pub(super) fn mark_waiting(connection: &Connection) -> rusqlite::Result<()> {
    write(connection, "UPDATE departed_viewers SET waiting = 1", []).map(drop)
}

/// Takes the mark from numbers that are still the given ones.
pub(super) fn mark_projected(
    connection: &Connection,
    titles: &[(TitleId, u64)],
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(
        "UPDATE departed_viewers SET waiting = 0 WHERE title = ?1 AND viewers = ?2",
    )?;
    for (title, watchers) in titles {
        statement.execute([title.to_i64(), watchers.cast_signed()])?;
    }
    Ok(())
}

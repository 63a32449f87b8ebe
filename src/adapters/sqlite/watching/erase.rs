//! Forgetting a profile. The sums go first: an update always changes a sum, and finds none that it may change or make.

use rusqlite::{Connection, OptionalExtension, params};

use crate::adapters::sqlite::db::{SqliteDb, store_error};
use crate::domain::error::StoreError;
use crate::domain::ids::{ProfileId, TitleId};

/// How many rows go in one transaction: other writes wait for that long and no longer.
const BATCH: i64 = 1000;

/// Removes everything of a profile, and leaves its trace.
pub(super) async fn erase(db: &SqliteDb, profile: ProfileId) -> Result<(), StoreError> {
    for step in [
        mark,
        remove_sums,
        remove_plays,
        remove_states,
        remove_hidden,
        remove_mutes,
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
pub(super) fn is_erased(connection: &Connection, profile: ProfileId) -> rusqlite::Result<bool> {
    let found = connection
        .prepare_cached("SELECT 1 FROM erased_profiles WHERE trace = ?1")?
        .query_row([profile.trace()], |_| Ok(()))
        .optional()?;
    Ok(found.is_some())
}

fn mark(connection: &Connection, profile: ProfileId) -> rusqlite::Result<i64> {
    connection
        .prepare_cached("INSERT OR IGNORE INTO erased_profiles (trace) VALUES (?1)")?
        .execute([profile.trace()])?;
    Ok(0)
}

fn remove_sums(connection: &Connection, profile: ProfileId) -> rusqlite::Result<i64> {
    connection
        .prepare_cached(
            "INSERT INTO departed_viewers (title, viewers)
             SELECT title, 1 FROM watched_titles WHERE profile = ?1 ORDER BY title LIMIT ?2
             ON CONFLICT (title) DO UPDATE SET
                viewers = viewers + 1, waiting = 1, updated_at = excluded.updated_at",
        )?
        .execute(params![profile.to_i64(), BATCH])?;
    remove(
        connection,
        "DELETE FROM watched_titles WHERE profile = ?1 AND title IN
         (SELECT title FROM watched_titles WHERE profile = ?1 ORDER BY title LIMIT ?2)",
        profile,
    )
}

fn remove_plays(connection: &Connection, profile: ProfileId) -> rusqlite::Result<i64> {
    remove(
        connection,
        "DELETE FROM plays WHERE profile = ?1 AND id IN
         (SELECT id FROM plays WHERE profile = ?1 ORDER BY id LIMIT ?2)",
        profile,
    )
}

fn remove_states(connection: &Connection, profile: ProfileId) -> rusqlite::Result<i64> {
    remove(
        connection,
        "DELETE FROM watch_states WHERE profile = ?1 AND (kind, item) IN
         (SELECT kind, item FROM watch_states WHERE profile = ?1 ORDER BY kind, item LIMIT ?2)",
        profile,
    )
}

fn remove_hidden(connection: &Connection, profile: ProfileId) -> rusqlite::Result<i64> {
    remove(
        connection,
        "DELETE FROM hidden_titles WHERE profile = ?1 AND title IN
         (SELECT title FROM hidden_titles WHERE profile = ?1 ORDER BY title LIMIT ?2)",
        profile,
    )
}

fn remove_mutes(connection: &Connection, profile: ProfileId) -> rusqlite::Result<i64> {
    remove(
        connection,
        "DELETE FROM mutes WHERE profile = ?1 AND (kind, source) IN
         (SELECT kind, source FROM mutes WHERE profile = ?1 ORDER BY kind, source LIMIT ?2)",
        profile,
    )
}

/// Says how many rows that were.
fn remove(connection: &Connection, delete: &str, profile: ProfileId) -> rusqlite::Result<i64> {
    let removed = connection
        .prepare_cached(delete)?
        .execute(params![profile.to_i64(), BATCH])?;
    Ok(i64::try_from(removed).unwrap_or(BATCH))
}

/// How many viewers of each title are erased, in the order asked.
pub(super) fn departed(connection: &Connection, titles: &[TitleId]) -> rusqlite::Result<Vec<u64>> {
    let mut find =
        connection.prepare_cached("SELECT viewers FROM departed_viewers WHERE title = ?1")?;
    titles
        .iter()
        .map(|title| {
            let viewers: Option<i64> = find
                .query_row([title.to_i64()], |row| row.get(0))
                .optional()?;
            Ok(viewers.unwrap_or_default().cast_unsigned())
        })
        .collect()
}

/// The numbers that wait for projection, by title.
pub(super) fn unprojected(
    connection: &Connection,
    limit: i64,
) -> rusqlite::Result<Vec<(TitleId, u64)>> {
    connection
        .prepare_cached(
            "SELECT title, viewers FROM departed_viewers WHERE waiting = 1 ORDER BY title LIMIT ?1",
        )?
        .query_map([limit], |row| {
            let viewers: i64 = row.get(1)?;
            Ok((TitleId::from_i64(row.get(0)?), viewers.cast_unsigned()))
        })?
        .collect()
}

/// Takes the mark from numbers that are still the given ones.
pub(super) fn mark_projected(
    connection: &Connection,
    titles: &[(TitleId, u64)],
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(
        "UPDATE departed_viewers SET waiting = 0 WHERE title = ?1 AND viewers = ?2",
    )?;
    for (title, viewers) in titles {
        statement.execute([title.to_i64(), viewers.cast_signed()])?;
    }
    Ok(())
}

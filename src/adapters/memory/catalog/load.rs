//! Reading the whole catalogue, and handing it on, in parts.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::task::JoinSet;

use super::tables::Tables;
use crate::domain::catalog::{CatalogPart, Change, ChangeSource, Changed};
use crate::domain::error::StoreError;

/// How many things are read at once.
const BATCH: usize = 2_000;

/// The whole catalogue, and the place in the change feed from which on it must be followed.
pub(super) async fn everything(
    record: &Arc<dyn ChangeSource>,
) -> Result<(u64, Tables), StoreError> {
    let from = record.last_change().await?;
    let tables = Arc::new(Mutex::new(Tables::default()));
    // Each in a task of its own: most of the work is making things of what was read.
    let mut parts = JoinSet::new();
    for part in CatalogPart::ALL {
        parts.spawn(fill(Arc::clone(record), part, Arc::clone(&tables)));
    }
    while let Some(filled) = parts.join_next().await {
        filled.map_err(StoreError::failed)??;
    }
    let mut tables = std::mem::take(&mut *lock(&tables));
    tables.sort();
    Ok((from, tables))
}

async fn fill(
    record: Arc<dyn ChangeSource>,
    part: CatalogPart,
    tables: Arc<Mutex<Tables>>,
) -> Result<(), StoreError> {
    let mut after = Some(i64::MIN);
    while let Some(from) = after {
        let (batch, next) = record.part_after(part, from, BATCH).await?;
        lock(&tables).fill(batch);
        after = next;
    }
    Ok(())
}

fn lock(tables: &Mutex<Tables>) -> MutexGuard<'_, Tables> {
    tables.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Titles, then people, from a place on, as a follower of the feed takes them. They have no place in it of their own.
pub(super) fn part(tables: &Tables, from: usize, limit: usize) -> Vec<Change> {
    let titles = tables.titles.iter().skip(from);
    let titles = titles.map(|title| Changed::Title((**title).clone()));
    let people = from.saturating_sub(tables.titles.iter().len());
    let people = tables.people.from(people);
    let changed = titles.chain(people.map(Changed::Person)).take(limit);
    changed.map(unplaced).collect()
}

/// The episodes of some titles, from a place on, in the same way; `None` behind the last title. By titles, which keep
/// their places: what is written meanwhile may move episodes.
pub(super) fn episodes(tables: &Tables, from: usize, titles: usize) -> Option<Vec<Change>> {
    let all = tables.titles.iter();
    if from >= all.len() {
        return None;
    }
    let titles = all.skip(from).take(titles);
    let episodes = titles.flat_map(|series| tables.episodes.of_series(series.id));
    let changed = episodes.cloned().map(Changed::Episode);
    Some(changed.map(unplaced).collect())
}

fn unplaced(changed: Changed) -> Change {
    Change {
        sequence: 0,
        changed,
    }
}

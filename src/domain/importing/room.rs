//! Room for imports: a profile keeps so many, and those that brought nothing make room for the next.

use super::error::{ImportError, MAX_IMPORTS, MAX_KEPT_ROWS};
use super::import::Import;
use super::service::ImportService;
use crate::domain::ids::{ImportId, ProfileId};

impl ImportService {
    /// Says whether a file of so many rows has room, or what has to go for it can.
    pub(super) async fn check_room(
        &self,
        profile: ProfileId,
        rows: usize,
    ) -> Result<(), ImportError> {
        self.in_the_way(profile, rows).await.map(drop)
    }

    /// Keeps a new import, in the place of such as brought nothing, the oldest first. Who comes with another file of the
    /// profile at the same time waits, or is told to come again: no two are kept where there is room for one.
    pub(super) async fn keep_new(&self, import: &Import) -> Result<(), ImportError> {
        let profile = import.profile.tombstone();
        let place: usize = profile.bytes().map(usize::from).sum();
        let lease = format!("imports-of:{profile}");
        self.in_turn(place, &lease, ImportError::TakingIn, async {
            let gone = self.in_the_way(import.profile, import.rows as usize);
            for id in gone.await? {
                self.make_way(id).await?;
            }
            self.put(import).await
        })
        .await
    }

    /// Removes an import that brought nothing, unless somebody does something with it at this moment, or has begun to.
    async fn make_way(&self, id: ImportId) -> Result<(), ImportError> {
        let (lease, gone) = (Self::lease_of(id), self.remove_idle(id));
        self.under(&lease, ImportError::TakingIn, gone).await
    }

    async fn remove_idle(&self, id: ImportId) -> Result<(), ImportError> {
        let now = self.ports.store.find_import(id).await?;
        if now.is_some_and(|now| now.state.has_brought()) {
            return Err(ImportError::TakingIn);
        }
        Ok(self.ports.store.remove_import(id).await?)
    }

    /// Which imports have to go so that there is room for one more of so many rows.
    async fn in_the_way(
        &self,
        profile: ProfileId,
        rows: usize,
    ) -> Result<Vec<ImportId>, ImportError> {
        let imports = self.ports.store.imports(profile).await?;
        in_the_way(imports, rows).ok_or(ImportError::TooMany)
    }
}

/// Which of these imports, the last made first, have to go so that there is room for one more of so many rows; none: there
/// is none, whichever go.
fn in_the_way(mut imports: Vec<Import>, rows: usize) -> Option<Vec<ImportId>> {
    let mut gone = Vec::new();
    loop {
        let kept: usize = imports.iter().map(|import| import.rows as usize).sum();
        if imports.len() < MAX_IMPORTS && kept + rows <= MAX_KEPT_ROWS {
            return Some(gone);
        }
        let is_idle = |import: &Import| !import.state.has_brought();
        let idle = imports.remove(imports.iter().rposition(is_idle)?);
        gone.push(idle.id);
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use serde_json::Map;
    use uuid::Uuid;

    use super::*;
    use crate::domain::importing::{ImportFormat, ImportState};

    fn import(number: u128, rows: u32, state: ImportState) -> Import {
        Import {
            id: ImportId(Uuid::from_u128(number)),
            profile: ProfileId(1),
            name: String::new(),
            format: ImportFormat::Letterboxd,
            notes: Vec::new(),
            state,
            rows,
            done_to: 0,
            job: None,
            audience: None,
            created_at: DateTime::UNIX_EPOCH,
            rest: Map::new(),
        }
    }

    #[test]
    fn what_brought_nothing_makes_room_the_oldest_first() {
        let most = u32::try_from(MAX_KEPT_ROWS).unwrap();
        let imports = [
            import(4, 1, ImportState::Undone),
            import(3, most / 2, ImportState::Preview),
            import(2, 1, ImportState::Done),
            import(1, most / 4, ImportState::Preview),
        ];
        let gone = |rows: u32| in_the_way(imports.to_vec(), rows as usize);
        let ids = |numbers: &[u128]| {
            let ids = numbers
                .iter()
                .map(|number| ImportId(Uuid::from_u128(*number)));
            Some(ids.collect::<Vec<_>>())
        };

        assert_eq!(gone(9), ids(&[]));
        assert_eq!(gone(most / 2 - 2), ids(&[1]));
        assert_eq!(gone(most - 2), ids(&[1, 3]));
        assert_eq!(gone(most - 1), ids(&[1, 3, 4]));
        assert_eq!(gone(most), None);

        let number = u128::try_from(MAX_IMPORTS).unwrap();
        let all = (1..=number).map(|id| import(number - id + 1, 0, ImportState::Undone));
        assert_eq!(in_the_way(all.collect(), 0), ids(&[1]));
    }
}

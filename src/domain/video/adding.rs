//! Adding what an item was prepared as: first its bytes, and when all are kept, the package that has them.
//!
//! What it takes the place of stays for as long as grants last, for whoever plays it at that moment has its addresses.

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};

use super::grant::LONGEST;
use super::package::{Package, PackageFile};
use super::service::VideoService;
use crate::domain::error::StoreError;
use crate::domain::ids::PackageId;

/// A package that was added, and what was there before.
#[derive(Debug, Clone, PartialEq)]
pub struct AddedPackage {
    /// The one that is played now.
    pub package: Package,
    pub before: PackageBefore,
}

/// What an item was played from in the same version before a package was added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PackageBefore {
    Nothing,
    /// The same files: they stay, and nothing was written.
    TheSame,
    /// Another package, which is given out no more.
    Another,
}

impl VideoService {
    /// Keeps the bytes of a file of a package that is to come.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn keep_file(&self, bytes: Bytes) -> Result<PackageFile, StoreError> {
        let file = PackageFile::of(&bytes);
        self.ports.blobs.put(&file.key(), bytes).await?;
        Ok(file)
    }

    /// Adds a package, whose bytes are all kept, in the place of that of the same item and version. If this one has the
    /// same files, it stays, with its id.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn add_package(&self, mut package: Package) -> Result<AddedPackage, StoreError> {
        let of_item = [package.item];
        let mut same = self.ports.packages.packages_of(&of_item).await?;
        same.retain(|it| it.version == package.version && it.id != package.id);
        for id in over(&same, self.ports.clock.now()) {
            self.ports.packages.delete_package(id).await?;
        }
        let mut before = PackageBefore::Nothing;
        if let Some(newest) = same.into_iter().next() {
            // All else that is said of a package is read from its files.
            if newest.files == package.files {
                return Ok(AddedPackage {
                    package: newest,
                    before: PackageBefore::TheSame,
                });
            }
            before = PackageBefore::Another;
            // The newest is played, whatever the clocks of two machines say.
            package.created = package
                .created
                .max(newest.created + TimeDelta::milliseconds(1));
        }
        self.ports.packages.put_package(&package).await?;
        Ok(AddedPackage { package, before })
    }
}

/// Which of the packages of one version, the newest first, nobody plays any more: each was replaced when the one before it
/// was added, and the grants of that time have ended.
fn over(same: &[Package], now: DateTime<Utc>) -> Vec<PackageId> {
    let pairs = same.iter().zip(same.iter().skip(1));
    let ended = pairs.filter(|(newer, _)| newer.created + LONGEST <= now);
    ended.map(|(_, older)| older.id).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use uuid::Uuid;

    use super::*;
    use crate::domain::ids::TitleId;
    use crate::domain::watching::WatchedItem;

    #[test]
    fn what_was_replaced_stays_for_as_long_as_grants_last() {
        let now = DateTime::from_timestamp(1_000_000, 0).unwrap();
        let added = |id, hours| Package {
            id: PackageId(Uuid::from_u128(id)),
            item: WatchedItem::Film(TitleId(7)),
            version: String::new(),
            files: BTreeMap::new(),
            renditions: Vec::new(),
            audio: Vec::new(),
            duration_seconds: 1.0,
            created: now - TimeDelta::hours(hours),
        };
        let ids = |ids: &[u128]| -> Vec<PackageId> {
            ids.iter()
                .map(|id| PackageId(Uuid::from_u128(*id)))
                .collect()
        };

        let all = [added(1, 19), added(2, 20), added(3, 90), added(4, 91)];

        assert_eq!(over(&all, now), ids(&[3, 4]));
        assert_eq!(over(&all[..2], now), ids(&[]));
        assert_eq!(over(&all[1..2], now), ids(&[]));
        assert_eq!(over(&[], now), ids(&[]));
    }
}

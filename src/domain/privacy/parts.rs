//! The list of all that is stored about people, in parts. A new feature that stores something by profile joins it here.

use std::sync::Arc;

use super::commenting::Commenting;
use super::error::PrivacyError;
use super::file::File;
use super::names::NamesOf;
use super::part::{PersonalData, Record};
use super::watching::Watching;
use super::{accounts, commenting, graph, importing, membership, uploading, usage, watching};
use crate::domain::catalog::CatalogService;
use crate::domain::commenting::CommentService;
use crate::domain::ids::{ProfileId, UserId};
use crate::domain::importing::ImportService;
use crate::domain::membership::MembershipService;
use crate::domain::recommend::GraphService;
use crate::domain::uploading::UploadService;
use crate::domain::usage::UsageService;
use crate::domain::watching::WatchService;

/// Everything that is kept of people beside their accounts, in the order in which it goes.
#[derive(Clone)]
pub struct Parts {
    /// What is kept by profile.
    of_profiles: Arc<[Box<dyn PersonalData>]>,
    /// What is kept by account, and goes with that.
    membership: MembershipService,
}

impl Parts {
    /// The graph goes before the record. The number of a title's watchers is that of its edges plus that of the
    /// departed, so a watcher who is counted as departed must have no edge any more. In between the number may be one
    /// too low; the departure is marked as waiting in the transaction that counts it, so the right one is written
    /// afterwards whatever happens. What is reported in between is recorded, never projected, and removed.
    ///
    /// Imports, uploads and comments go after what was watched: its tombstone lets nothing of them be written any more. Usage
    /// goes last: once nothing is folded of the profile any more, nothing new of it waits to be counted.
    pub fn new(
        graph: GraphService,
        watching: WatchService,
        imports: ImportService,
        uploads: UploadService,
        usage: UsageService,
        (commenting, membership): (CommentService, MembershipService),
        catalog: CatalogService,
    ) -> Self {
        let names = NamesOf(catalog);
        let comments = Commenting {
            commenting,
            names: names.clone(),
        };
        let parts: [Box<dyn PersonalData>; 6] = [
            Box::new(graph),
            Box::new(Watching { watching, names }),
            Box::new(imports),
            Box::new(uploads),
            Box::new(comments),
            Box::new(usage),
        ];
        Self {
            of_profiles: Arc::new(parts),
            membership,
        }
    }

    /// What is kept by account or profile, of accounts and of all parts.
    pub fn records() -> impl Iterator<Item = &'static Record> {
        [
            accounts::RECORDS,
            graph::RECORDS,
            watching::RECORDS,
            importing::RECORDS,
            uploading::RECORDS,
            commenting::RECORDS,
            usage::RECORDS,
            membership::RECORDS,
        ]
        .into_iter()
        .flatten()
    }

    /// Removes everything of a profile, part by part.
    pub(super) async fn erase(&self, profile: ProfileId) -> Result<(), PrivacyError> {
        for part in self.of_profiles.iter() {
            part.erase(profile).await?;
        }
        Ok(())
    }

    /// Writes what is known of an account beside accounts and profiles, as fields of the file.
    pub(super) async fn export_account(
        &self,
        user: UserId,
        file: &mut File,
    ) -> Result<(), PrivacyError> {
        membership::export(&self.membership, user, file).await
    }

    /// Writes what is known of a profile as fields of its object.
    pub(super) async fn export(
        &self,
        profile: ProfileId,
        file: &mut File,
    ) -> Result<(), PrivacyError> {
        for part in self.of_profiles.iter() {
            part.export(profile, file).await?;
        }
        Ok(())
    }
}

//! Exporting everything that is stored about an account, for its owner.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures::channel::mpsc;
use secrecy::SecretString;

use super::accounts::{Head, ProfilePart};
use super::error::PrivacyError;
use super::file::File;
use super::parts::Parts;
use crate::domain::accounts::{AccountError, AccountExport, AccountService};
use crate::domain::clock::Clock;
use crate::domain::viewer::{Client, KnownViewer};

/// The use cases of exporting.
#[derive(Clone)]
pub struct ExportService {
    accounts: AccountService,
    parts: Parts,
    clock: Arc<dyn Clock>,
}

/// An export that its owner may have.
pub struct Export {
    account: AccountExport,
    parts: Parts,
    now: DateTime<Utc>,
}

impl ExportService {
    /// A service on others.
    pub fn new(accounts: AccountService, parts: Parts, clock: Arc<dyn Clock>) -> Self {
        Self {
            accounts,
            parts,
            clock,
        }
    }

    /// Reads the viewer's account, for whoever may have the file: what can be refused is refused here, before anything
    /// is written.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn export(
        &self,
        viewer: &KnownViewer,
        password: Option<SecretString>,
        client: &Client,
    ) -> Result<Export, AccountError> {
        Ok(Export {
            account: self.accounts.export(viewer, password, client).await?,
            parts: self.parts.clone(),
            now: self.clock.now(),
        })
    }
}

impl Export {
    /// Writes the file, which is described in [`super`], piece by piece while it is read, page by page. Waits while the
    /// reader is slow. A file that was broken off by an error is no JSON.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn write(&self, to: mpsc::Sender<Vec<u8>>) -> Result<(), PrivacyError> {
        let mut file = File::new(to);
        file.open(&Head::of(&self.account, self.now))?;
        let user = self.account.user.id;
        self.parts.export_account(user, &mut file).await?;
        file.begin_list("profiles");
        for profile in &self.account.profiles {
            file.next_in_list();
            file.open(&ProfilePart::of(profile))?;
            self.parts.export(profile.id, &mut file).await?;
            file.close();
        }
        file.end_list();
        file.close();
        file.send().await
    }
}

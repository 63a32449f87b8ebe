//! Mail as files, for development without a mail server.

use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use tokio::io::AsyncWriteExt;

use super::compose::{Composer, MailSetupError};
use crate::domain::accounts::{Letter, MailError, Mailer};

/// Writes each letter to a file of its own, which any mail program opens.
pub struct FileMailer {
    folder: PathBuf,
    composer: Composer,
}

impl FileMailer {
    /// Mail from `from` into a folder, which is made with the first letter if it is not there. Only the user that the
    /// program runs as may look into it: there are links in it that let people in.
    pub fn new(folder: &Path, from: &str) -> Result<Self, MailSetupError> {
        Ok(Self {
            folder: folder.to_owned(),
            composer: Composer::new(from)?,
        })
    }

    /// Under a name of its own first: whoever watches the folder never sees half a letter.
    async fn write(&self, path: &Path, message: &[u8]) -> std::io::Result<()> {
        let mut folder = tokio::fs::DirBuilder::new();
        folder.recursive(true).mode(0o700);
        folder.create(&self.folder).await?;
        let partial = path.with_extension("partial");
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
        let mut file = tokio::fs::OpenOptions::from(options).open(&partial).await?;
        file.write_all(message).await?;
        file.sync_all().await?;
        tokio::fs::rename(&partial, path).await
    }
}

#[async_trait]
impl Mailer for FileMailer {
    async fn send(&self, letter: &Letter) -> Result<(), MailError> {
        let message = self.composer.compose(letter)?.formatted();
        // A second copy takes the place of the first.
        let path = self.folder.join(format!("{}.eml", letter.id));
        self.write(&path, &message)
            .await
            .map_err(|error| MailError::Unavailable(error.into()))?;
        let path = path.display();
        tracing::info!(mail.file = %path, "Wrote mail to {path}");
        Ok(())
    }
}

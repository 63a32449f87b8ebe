//! The port of pictures on both.

use std::path::Path;
use std::sync::OnceLock;

use async_trait::async_trait;

use super::files;
use super::reach::Reach;
use super::web::Web;
use crate::domain::loading::{PictureFault, PictureFrom, PictureRead, PictureSource};

/// Reads pictures from files and from the web.
pub struct FilesAndWeb {
    reach: Reach,
    /// Made when it is first needed, or why it cannot be.
    web: OnceLock<Result<Web, String>>,
}

impl FilesAndWeb {
    /// Files, and so much of the web.
    pub fn new(reach: Reach) -> Self {
        Self {
            reach,
            web: OnceLock::new(),
        }
    }
}

#[async_trait]
impl PictureSource for FilesAndWeb {
    async fn read(
        &self,
        from: &PictureFrom,
        folder: Option<&Path>,
        validator: Option<&str>,
    ) -> Result<PictureRead, PictureFault> {
        match (from, folder) {
            (PictureFrom::File(path), Some(folder)) => files::read(folder, path, validator).await,
            (PictureFrom::File(_), None) => {
                let reason = "is a path, and the file that names it lies in no folder";
                Err(PictureFault::Refused(reason.to_owned()))
            }
            (PictureFrom::Web(_), _) if self.reach == Reach::Nothing => {
                let reason = "is on the web, and picture-urls is off; passed over";
                Err(PictureFault::PassedOver(reason))
            }
            (PictureFrom::Web(url), _) => {
                let web = self.web.get_or_init(|| Web::new(self.reach));
                match web {
                    Ok(web) => web.read(url, validator).await,
                    Err(reason) => Err(PictureFault::Refused(reason.clone())),
                }
            }
        }
    }
}

//! Taking a title away from viewers.

use serde_json::{Map, json};

use super::error::EditError;
use super::patch::Patch;
use super::refused::Refused;
use super::rows::{DeletedTitle, Locking, NamedTitle, Policy, TitleChoice, TitlesEdit};
use super::service::EditService;
use crate::domain::catalog::Visibility;
use crate::domain::loading::LoadMode;
use crate::domain::viewer::KnownViewer;

impl EditService {
    /// Hides a title from viewers, for good: no load shows it again. Nothing that was watched of it, nor what is known of
    /// it, is lost, so that it can be shown again.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn delete_title(
        &self,
        visibility: &Visibility,
        viewer: &KnownViewer,
        title: NamedTitle,
        mode: LoadMode,
    ) -> Result<DeletedTitle, EditError> {
        let mut set = Map::new();
        set.insert("state".to_owned(), json!("hidden"));
        let edit = TitlesEdit {
            titles: TitleChoice::Named(vec![title]),
            patch: Patch {
                set,
                ..Patch::default()
            },
            policy: Policy::RejectEverything,
            mode,
            locking: Locking::Lock,
        };
        let edited = self.edit_titles(visibility, viewer, &edit).await?;
        let title = edited.rows.into_iter().next();
        Ok(DeletedTitle {
            title: title.ok_or_else(|| Refused::not_there("title"))?,
            run: edited.run,
        })
    }
}

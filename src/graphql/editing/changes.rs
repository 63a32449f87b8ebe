//! What an edit changes, field by field.

use async_graphql::SimpleObject;

use super::words::path_in_schema;
use crate::domain::loading::{Difference, Problem};
use crate::graphql::revising::written;

/// A field that is another than before, or would be.
#[derive(SimpleObject, Debug)]
pub(super) struct EditedField {
    /// Its name in the files that are loaded, as `lockedFields` and `revisions` have it: `title`, `cast`,
    /// `runtime_minutes`.
    field: String,
    /// What it was, as JSON text in the words of the files; null if it had no value.
    before: Option<String>,
    /// What it is, or would be, as JSON text in the words of the files; null if it has no value.
    after: Option<String>,
}

impl EditedField {
    pub(super) fn list(differences: &[Difference]) -> Vec<Self> {
        let field = |it: &Difference| Self {
            field: it.field.to_owned(),
            before: written(&it.before),
            after: written(&it.after),
        };
        differences.iter().map(field).collect()
    }
}

/// What was noticed of an edit that was sound, in sentences.
pub(super) fn warnings(noticed: &[Problem]) -> Vec<String> {
    let said = noticed.iter();
    said.map(|it| format!("`{}` {}", path_in_schema(&it.field), it.reason))
        .collect()
}

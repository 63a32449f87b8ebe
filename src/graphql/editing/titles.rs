//! The mutation `editTitles`: one edit of many titles.

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};

use super::changes::{EditedField, warnings};
use super::errors::{of_argument, split, user_error};
use super::parts::{TitleLists, TitlePatch};
use crate::domain::editing::{
    EditedTitles, Locking, NamedTitle, Patch, Policy, TitleChoice, TitlesEdit,
};
use crate::domain::error::ErrorCode;
use crate::domain::ids::TitleId;
use crate::domain::loading::LoadMode;
use crate::domain::viewer::Role;
use crate::graphql::catalog::{Title, TitleFilter, titles};
use crate::graphql::context::ContextExt;
use crate::graphql::error::Result;
use crate::graphql::global_id::GlobalId;
use crate::graphql::guard::RoleAtLeast;
use crate::graphql::user_error::UserError;

/// Editing many titles at once.
#[derive(Default)]
pub(crate) struct EditTitlesMutation;

/// Editing many titles at once.
#[Object]
impl EditTitlesMutation {
    /// Edits up to 500 films and series at once, named one by one or by a filter; they are written together, or none is.
    /// All that `set`, `add` and `remove` say is checked as a record of a file that is loaded, and done in that order. With
    /// `dryRun` nothing is written, and the answer says what would be. For curators; an API key needs the scope `CURATE`.
    #[graphql(guard = "RoleAtLeast(Role::Curator)")]
    async fn edit_titles(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which titles, and what they are to be.")] input: EditTitlesInput,
    ) -> Result<EditTitlesPayload> {
        let viewer = ctx.known_viewer()?;
        let edit = match input.read(ctx).await? {
            Ok(edit) => edit,
            Err(error) => return Ok(EditTitlesPayload::refused(vec![error])),
        };
        let (visibility, editing) = (ctx.visibility(), &ctx.services().editing);
        let edited = editing.edit_titles(&visibility, &viewer, &edit).await;
        let (edited, user_errors) = split(edited, &["titles"])?;
        Ok(match edited {
            Some(edited) => EditTitlesPayload::of(edited, &edit.titles),
            None => EditTitlesPayload::refused(user_errors),
        })
    }
}

/// Which titles are edited, and how.
#[derive(InputObject)]
struct EditTitlesInput {
    /// 1 to 500 titles, by their ids. Either this or `filter`.
    titles: Option<Vec<EditedTitleInput>>,
    /// All titles that pass a filter, as `titles` lists them; at most 500. Either this or `titles`.
    filter: Option<TitleFilter>,
    /// What fields are to be; done first.
    set: Option<TitlePatch>,
    /// What lists are to have besides; done after `set`.
    add: Option<TitleLists>,
    /// What lists are to have no longer; done last.
    remove: Option<TitleLists>,
    /// What becomes of the rest if something is refused.
    #[graphql(default_with = "ErrorPolicy::RejectFailedRows")]
    error_policy: ErrorPolicy,
    /// Whether the fields that the edit names are locked with it, so that no load changes them; otherwise loads may.
    /// If left out, as the site has it (`site { editsLock }`): usually they are.
    lock: Option<bool>,
    /// Whether it is only said what would be changed.
    #[graphql(default = false)]
    dry_run: bool,
}

/// A title that is edited.
#[derive(InputObject)]
struct EditedTitleInput {
    /// The global id of a film or series.
    title: ID,
    /// The `revision` of the title that the curator has seen: `STALE_REVISION` if it was changed since. Left out: it is
    /// edited whatever became of it.
    base_revision: Option<u64>,
}

/// What becomes of the rest of an edit if something of it is refused.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "Policy")]
enum ErrorPolicy {
    /// Nothing is changed, of no title.
    RejectEverything,
    /// The titles of which something is refused stay as they are, the others are changed.
    RejectFailedRows,
    /// The fields that are refused stay as they are, all others are changed.
    IgnoreFailed,
}

/// Whether something is written.
pub(super) fn mode(dry_run: bool) -> LoadMode {
    if dry_run {
        LoadMode::DryRun
    } else {
        LoadMode::Write
    }
}

/// Whether what is edited is locked: as the input says, or else as the site has it.
pub(super) fn locking(ctx: &Context<'_>, lock: Option<bool>) -> Locking {
    lock.map_or(ctx.services().site.edits, Locking::of)
}

/// What a global id of a title names.
pub(super) fn title_id(id: &ID) -> Option<TitleId> {
    match GlobalId::decode(id)? {
        GlobalId::Film(id) | GlobalId::Series(id) => Some(id),
        _ => None,
    }
}

impl EditTitlesInput {
    /// The edit, or what of it is wrong.
    async fn read(self, ctx: &Context<'_>) -> Result<std::result::Result<TitlesEdit, UserError>> {
        let titles = match (self.titles, self.filter) {
            (Some(titles), None) => {
                let named = titles.iter().map(|it| NamedTitle {
                    id: title_id(&it.title),
                    base: it.base_revision,
                });
                TitleChoice::Named(named.collect())
            }
            (None, Some(filter)) => match filter.into_domain(ctx).await {
                Ok(filter) => TitleChoice::Filtered(Box::new(filter)),
                Err(error) => return of_argument("filter", error).map(Err),
            },
            (None, None) | (Some(_), Some(_)) => {
                let message = "give either `titles` or `filter`";
                let error = UserError::input(ErrorCode::Invalid, "titles", message);
                return Ok(Err(error));
            }
        };
        let mut patch = Patch::default();
        if let Some(set) = self.set {
            match set.read(ctx).await? {
                Ok(set) => patch.set = set,
                Err(error) => return Ok(Err(error.within(&["set"]))),
            }
        }
        for (part, lists, fields) in [
            ("add", self.add, &mut patch.add),
            ("remove", self.remove, &mut patch.remove),
        ] {
            if let Some(lists) = lists {
                match lists.read(ctx, part).await? {
                    Ok(said) => *fields = said,
                    Err(error) => return Ok(Err(error)),
                }
            }
        }
        Ok(Ok(TitlesEdit {
            titles,
            patch,
            policy: self.error_policy.into(),
            mode: mode(self.dry_run),
            locking: locking(ctx, self.lock),
        }))
    }
}

/// What an edit of titles led to.
#[derive(SimpleObject)]
pub(crate) struct EditTitlesPayload {
    /// What became of each title, in the order in which they were named; by name where a filter chose them.
    results: Vec<EditTitleResult>,
    /// How many titles are others than before, or would be; a title of which a field is locked is one of them.
    changed: usize,
    /// What the changes have in common, as a UUID: `revisions` lists them, `revertRevisions` takes them back. Null if
    /// nothing was written.
    run: Option<String>,
    /// What a person can put right of the edit as a whole. Then nothing was changed.
    pub(crate) user_errors: Vec<UserError>,
}

/// What became of one title of an edit.
#[derive(SimpleObject)]
struct EditTitleResult {
    /// The title as it is now; null if there is none with the id.
    title: Option<Title>,
    /// What is other than before, or would be.
    changes: Vec<EditedField>,
    /// What a curator may want to look at although it was done, in sentences.
    warnings: Vec<String>,
    /// What was refused, and why; empty if all was done.
    user_errors: Vec<UserError>,
}

impl EditTitlesPayload {
    fn refused(user_errors: Vec<UserError>) -> Self {
        Self {
            results: Vec::new(),
            changed: 0,
            run: None,
            user_errors,
        }
    }

    fn of(edited: EditedTitles, choice: &TitleChoice) -> Self {
        let page = edited.rows.iter().filter_map(|row| row.title.clone());
        let mut shown = titles(page.collect()).into_iter();
        let rows = edited.rows.into_iter().enumerate();
        let results = rows.map(|(place, row)| {
            let place = place.to_string();
            let subject: &[&str] = match choice {
                TitleChoice::Named(_) => &["titles", place.as_str(), "title"],
                TitleChoice::Filtered(_) => &["filter"],
            };
            let refused = row.refused.iter();
            let user_errors = refused.map(|it| user_error(it, subject)).collect();
            EditTitleResult {
                title: row.title.and_then(|_| shown.next()),
                changes: EditedField::list(&row.differences),
                warnings: warnings(&row.noticed),
                user_errors,
            }
        });
        Self {
            results: results.collect(),
            changed: edited.changed,
            run: edited.run.map(|run| run.to_string()),
            user_errors: Vec::new(),
        }
    }
}
